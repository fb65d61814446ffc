package app

import (
	"context"
	"errors"
	"regexp"
	"time"

	"goniec/api"
	"goniec/api/client"
	"goniec/configs"
	"goniec/gateway"
)

// careOf turns what the configuration says of a SIM into what the gateway wants.
func careOf(m configs.Modem) gateway.Care {
	care := gateway.Care{Number: m.Number, Credit: gateway.CreditConfig{
		Code: m.Credit.Code, AlarmBelow: gateway.Amount(m.Credit.AlarmBelow) * 100, Every: m.Credit.Every,
	}}
	if m.Credit.Code == configs.CreditAuto {
		care.Credit.Code = gateway.CodeAuto
	}
	if m.Credit.Pattern != "" {
		// One that is no expression has been refused with the configuration.
		care.Credit.Pattern, _ = regexp.Compile(m.Credit.Pattern)
	}
	return care
}

func callsOf(c configs.Calls) gateway.CallConfig {
	return gateway.CallConfig{HangUpAfter: c.HangUpAfter, Text: c.Text}
}

func selfTestOf(t configs.SelfTest) gateway.SelfTestConfig {
	return gateway.SelfTestConfig{Every: t.Every, To: t.To, Wait: t.Wait, PerMonth: t.PerMonth}
}

// Test has a modem try whether texts arrive.
func (m modems) Test(ctx context.Context, name string) error {
	err := m.gateway.Test(ctx, name)
	for is, known := range map[error]error{
		gateway.ErrUnknownModem: api.ErrNoModem, gateway.ErrNotOpen: api.ErrModemNotReady, gateway.ErrTestRunning: api.ErrTestRunning,
		gateway.ErrTestNoNumber: api.ErrTestNoNumber, gateway.ErrTestBudget: api.ErrTestBudget,
	} {
		if errors.Is(err, is) {
			return known
		}
	}
	return err
}

func creditOnTheWire(c *gateway.Credit) *client.Credit {
	if c == nil {
		return nil
	}
	return &client.Credit{Amount: c.Amount.Float(), At: c.At, Low: c.Low}
}

func testOnTheWire(t *gateway.SelfTest) *client.SelfTest {
	if t == nil || !t.Running && t.At.IsZero() {
		return nil
	}
	wire := &client.SelfTest{
		Running: t.Running, Result: t.Result, Passed: t.Result == gateway.TestPassed, TookSeconds: t.Took.Round(time.Millisecond).Seconds(),
	}
	if !wire.Passed {
		wire.Cause = t.Detail
	}
	if !t.At.IsZero() {
		wire.At = &t.At
	}
	return wire
}
