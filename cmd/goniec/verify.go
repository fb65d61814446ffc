package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"goniec/app"
	"goniec/app/migrate"
	"goniec/catalogue"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/sealed"
)

// verification is what verify prints for programs.
type verification struct {
	Records  int             `json:"records"`
	Findings []store.Finding `json:"findings"`
}

func verifyCommand(t *terminal) *cobra.Command {
	return newCommand(t, command{use: "verify [FILE]", short: catalogue.CommandVerify, optional: 1, config: true, output: true, run: verify})
}

// verify checks a copy of the data, so that the data does not change and a daemon goes
// on working.
func verify(ctx context.Context, c *call) error {
	dir, err := os.MkdirTemp("", "goniec-verify-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it holds only the copy
	copied := filepath.Join(dir, "goniec.db")
	if len(c.args) == 0 {
		err = copyData(ctx, c, copied)
	} else {
		err = explainCopy(c.terminal, boltstore.Copy(c.args[0], copied), c.args[0])
	}
	if err != nil {
		return err
	}
	keys, err := c.keys(ctx)
	if err != nil {
		return err
	}
	return verifyCopy(ctx, c, copied, keys)
}

// verifyCopy checks the copy of data in the file at path and prints what it finds. It
// fails if anything is wrong.
func verifyCopy(ctx context.Context, c *call, path string, keys []sealed.Key) error {
	bar := c.progress()
	findings, records, err := app.Verify(ctx, path, keys, func(n int) { bar.say(catalogue.VerifyProgress, n) })
	bar.clear()
	var newer *migrate.NewerDataError
	switch {
	case errors.As(err, &newer), isAboutKeys(err):
		return err
	case errors.Is(err, boltstore.ErrDamaged), errors.Is(err, fs.ErrNotExist):
		return c.fail(catalogue.VerifyDamaged, path, err)
	case err != nil:
		return err
	}
	if c.asJSON {
		if err := c.printJSON(verification{Records: records, Findings: append([]store.Finding{}, findings...)}); err != nil {
			return err
		}
	}
	switch {
	case len(findings) == 0:
		c.tell(catalogue.VerifyGood, records)
		return nil
	case c.asJSON:
		return c.fail(catalogue.VerifyBad, len(findings), records)
	default:
		return printFindings(c.terminal, findings, records)
	}
}

// printFindings prints what is wrong with data and returns errExplained.
func printFindings(t *terminal, findings []store.Finding, records int) error {
	rows := make([][]string, len(findings))
	for i, f := range findings {
		rows[i] = []string{f.Record, f.What}
	}
	if err := t.printTable([]catalogue.Key{catalogue.HeadRecord, catalogue.HeadFinding}, rows); err != nil {
		return err
	}
	return t.fail(catalogue.VerifyBad, len(findings), records)
}
