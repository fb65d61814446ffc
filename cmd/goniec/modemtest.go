package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

const (
	// testPoll is the time between two looks at a test that runs.
	testPoll = time.Second
	// testTimeout is longer than a test takes by default, self_test.wait twice.
	testTimeout = 25 * time.Minute
)

func modemTestCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "test NAME", short: catalogue.CommandModemTest, args: 1, output: true, ask: testModem})
	cmd.Flags().Duration("timeout", testTimeout, t.say(catalogue.FlagTestTimeout))
	return cmd
}

// testModem lets a modem try whether texts arrive and prints the result. It fails unless
// the test is passed.
func testModem(ctx context.Context, c *call, gateway *connection) error {
	ctx, cancel := context.WithTimeout(ctx, must(c.cmd.Flags().GetDuration("timeout")))
	defer cancel()
	name := c.args[0]
	test, err := runTest(ctx, gateway, name)
	undecided := errors.Is(err, errUndecided)
	if err != nil && !undecided {
		return gateway.explainModem(ctx, err)
	}
	if c.asJSON && test != nil {
		if err := c.printJSON(test); err != nil {
			return err
		}
	}
	switch {
	case undecided:
		return c.fail(catalogue.ModemTestUndecided, name)
	case test == nil:
		return c.fail(catalogue.ModemTestNoTurn, name)
	case !test.Passed:
		return c.fail(catalogue.ModemTestFailed, name, test.Detail, test.Remedy)
	case !c.asJSON:
		c.show(catalogue.ModemTestPassed, name, strconv.FormatFloat(test.TookSeconds, 'f', 1, 64))
	}
	return nil
}

// errUndecided says that a test had not ended when time was up.
var errUndecided = errors.New("the test has not ended")

// runTest starts a test of a modem and waits for the result; nil if the test did not get
// its turn.
func runTest(ctx context.Context, gateway *connection, name string) (*client.SelfTest, error) {
	before, err := gateway.Modem(ctx, name)
	if err != nil {
		return nil, err
	}
	if _, err := gateway.TestModem(ctx, name); err != nil {
		return nil, err
	}
	gateway.terminal.tell(catalogue.ModemTestBegun, name)
	ticker := time.NewTicker(testPoll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, errUndecided
		case <-ticker.C:
		}
		m, err := gateway.Modem(ctx, name)
		switch t := m.SelfTest; {
		case ctx.Err() != nil:
			return nil, errUndecided
		case err != nil:
			return nil, err
		case t != nil && t.Running:
		case t == nil || t.At == nil || before.SelfTest != nil && before.SelfTest.At != nil && t.At.Equal(*before.SelfTest.At):
			return nil, nil //nolint:nilnil // the test ended without a result
		default:
			return t, nil
		}
	}
}
