package main

import (
	"context"
	"errors"
	"fmt"
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

func (p *program) modemTestCommand() *cobra.Command {
	cmd := p.askCommand("test NAME", catalogue.CommandModemTest, 1, func(q question) error {
		timeout, err := q.cmd.Flags().GetDuration("timeout")
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(q.cmd.Context(), timeout)
		defer cancel()
		test, err := p.testModem(ctx, q.client, q.args[0])
		if err != nil && !errors.Is(err, errUndecided) {
			return p.explainModem(q, err)
		}
		return p.printTest(q.args[0], test, err, q.asJSON)
	})
	cmd.Flags().Duration("timeout", testTimeout, p.say(catalogue.FlagTestTimeout))
	return cmd
}

// errUndecided says that a test had not ended when time was up.
var errUndecided = errors.New("the test has not ended")

// testModem has a modem try whether texts arrive and waits for the result; nil if
// the test did not get its turn.
func (p *program) testModem(ctx context.Context, c *client.Client, name string) (*client.SelfTest, error) {
	before, err := c.Modem(ctx, name)
	if err != nil {
		return nil, err
	}
	if _, err := c.TestModem(ctx, name); err != nil {
		return nil, err
	}
	fmt.Fprintln(p.stderr, p.say(catalogue.ModemTestBegun, name))
	ticker := time.NewTicker(testPoll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, errUndecided
		case <-ticker.C:
		}
		m, err := c.Modem(ctx, name)
		switch t := m.SelfTest; {
		case ctx.Err() != nil:
			return nil, errUndecided
		case err != nil:
			return nil, err
		case t != nil && t.Running:
		case t == nil || t.At == nil || before.SelfTest != nil && before.SelfTest.At != nil && t.At.Equal(*before.SelfTest.At):
			return nil, nil //nolint:nilnil // it ended without a result
		default:
			return t, nil
		}
	}
}

// printTest says what a test came to, and fails unless it passed.
func (p *program) printTest(name string, t *client.SelfTest, undecided error, asJSON bool) error {
	if asJSON && t != nil {
		if err := p.printJSON(t); err != nil {
			return err
		}
	}
	switch {
	case undecided != nil:
		fmt.Fprintln(p.stderr, p.say(catalogue.ModemTestUndecided, name))
	case t == nil:
		fmt.Fprintln(p.stderr, p.say(catalogue.ModemTestNoTurn, name))
	case !t.Passed:
		fmt.Fprintln(p.stderr, p.say(catalogue.ModemTestFailed, name, t.Detail, t.Remedy))
	default:
		if !asJSON {
			fmt.Fprintln(p.stdout, p.say(catalogue.ModemTestPassed, name, strconv.FormatFloat(t.TookSeconds, 'f', 1, 64)))
		}
		return nil
	}
	return errSaid
}
