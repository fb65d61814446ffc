package main

import (
	"context"
	"errors"
	"fmt"
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

func (p *program) verifyCommand() *cobra.Command {
	cmd := p.command("verify [FILE]", catalogue.CommandVerify, 0, 1, func(cmd *cobra.Command, args []string) error {
		asJSON, err := p.wantsJSON(cmd)
		if err != nil {
			return err
		}
		// A copy is checked: nothing is changed, and a daemon goes on working.
		dir, err := os.MkdirTemp("", "goniec-verify-*")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }() // it is only a copy
		copied := filepath.Join(dir, "goniec.db")
		if len(args) == 0 {
			err = p.copyData(cmd, copied)
		} else {
			err = p.explainCopy(boltstore.Copy(args[0], copied), args[0])
		}
		if err != nil {
			return err
		}
		keys, err := p.keys(cmd)
		if err != nil {
			return err
		}
		return p.verify(cmd.Context(), copied, keys, asJSON)
	})
	p.addConfig(cmd)
	p.addOutput(cmd)
	return cmd
}

// verification is what verify prints for programs.
type verification struct {
	Records  int             `json:"records"`
	Findings []store.Finding `json:"findings"`
}

// verify checks the data in the file at path, which is a copy, and says what it found.
func (p *program) verify(ctx context.Context, path string, keys []sealed.Key, asJSON bool) error {
	bar := p.progress(catalogue.VerifyProgress)
	findings, records, err := app.Verify(ctx, path, keys, func(n int) { bar.show(n) })
	bar.done()
	var newer *migrate.NewerDataError
	switch {
	case errors.As(err, &newer), encrypted(err):
		return err
	case errors.Is(err, boltstore.ErrDamaged), errors.Is(err, fs.ErrNotExist):
		fmt.Fprintln(p.stderr, p.say(catalogue.VerifyDamaged, path, err))
		return errSaid
	case err != nil:
		return err
	}
	if asJSON {
		if err := p.printJSON(verification{Records: records, Findings: append([]store.Finding{}, findings...)}); err != nil {
			return err
		}
	}
	if len(findings) == 0 {
		fmt.Fprintln(p.stderr, p.say(catalogue.VerifyGood, records))
		return nil
	}
	if !asJSON {
		return p.printFindings(findings, records)
	}
	fmt.Fprintln(p.stderr, p.say(catalogue.VerifyBad, len(findings), records))
	return errSaid
}

// printFindings prints what is wrong with data, and fails.
func (p *program) printFindings(findings []store.Finding, records int) error {
	rows := make([][]string, len(findings))
	for i, f := range findings {
		rows[i] = []string{f.Record, f.What}
	}
	if err := p.printTable([]catalogue.Key{catalogue.HeadRecord, catalogue.HeadFinding}, rows); err != nil {
		return err
	}
	fmt.Fprintln(p.stderr, p.say(catalogue.VerifyBad, len(findings), records))
	return errSaid
}
