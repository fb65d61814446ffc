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
	"goniec/selfcare"
)

// creditOf turns what the configuration says of the credit of SIMs into what selfcare
// wants.
func creditOf(list []configs.Modem) map[string]selfcare.CreditConfig {
	all := map[string]selfcare.CreditConfig{}
	for _, m := range list {
		c := selfcare.CreditConfig{Code: m.Credit.Code, AlarmBelow: selfcare.Amount(m.Credit.AlarmBelow) * 100, Every: m.Credit.Every}
		if m.Credit.Code == configs.CreditAuto {
			c.Code = selfcare.CodeAuto
		}
		if m.Credit.Pattern != "" {
			// One that is no expression has been refused with the configuration.
			c.Pattern, _ = regexp.Compile(m.Credit.Pattern)
		}
		all[m.Name] = c
	}
	return all
}

// Test has a modem try whether texts arrive.
func (m modems) Test(ctx context.Context, name string) error {
	err := m.care.StartTest(ctx, name)
	for is, known := range map[error]error{
		gateway.ErrUnknownModem: api.ErrNoModem, gateway.ErrNotOpen: api.ErrModemNotReady, selfcare.ErrTestRunning: api.ErrTestRunning,
		selfcare.ErrTestNoNumber: api.ErrTestNoNumber, selfcare.ErrTestBudget: api.ErrTestBudget,
	} {
		if errors.Is(err, is) {
			return known
		}
	}
	return err
}

func creditOnTheWire(c *selfcare.Credit) *client.Credit {
	if c == nil {
		return nil
	}
	return &client.Credit{Amount: c.Amount.Float(), At: c.At, Low: c.Low}
}

func testOnTheWire(t *selfcare.TestStatus) *client.SelfTest {
	if t == nil || !t.Running && t.At.IsZero() {
		return nil
	}
	wire := &client.SelfTest{
		Running: t.Running, Result: t.Result, Passed: t.Result == selfcare.TestPassed, TookSeconds: t.Took.Round(time.Millisecond).Seconds(),
	}
	if !wire.Passed {
		wire.Cause = t.Detail
	}
	if !t.At.IsZero() {
		wire.At = &t.At
	}
	return wire
}
