package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"goniec/app"
	"goniec/app/migrate"
	"goniec/catalogue"
	"goniec/store/boltstore"
	"goniec/store/sealed"
)

func (p *program) restoreCommand() *cobra.Command {
	cmd := p.command("restore FILE", catalogue.CommandRestore, 1, 1, func(cmd *cobra.Command, args []string) error {
		force, err := cmd.Flags().GetBool("force")
		if err != nil {
			return err
		}
		resume, err := cmd.Flags().GetBool("resume")
		if err != nil {
			return err
		}
		return p.restore(cmd, args[0], force, resume)
	})
	cmd.Flags().Bool("force", false, p.say(catalogue.FlagForceData))
	cmd.Flags().Bool("resume", false, p.say(catalogue.FlagResume))
	p.addConfig(cmd)
	return cmd
}

// restore puts a backup in the place of the data.
func (p *program) restore(cmd *cobra.Command, path string, force, resume bool) error {
	config, err := p.loadConfig(cmd)
	if err != nil {
		return err
	}
	if app.Answers(cmd.Context(), app.SocketPath(config.DataDir)) {
		fmt.Fprintln(p.stderr, p.say(catalogue.DataDirLocked, config.DataDir))
		return errSaid
	}
	keys, err := sealed.LoadKeys(sealed.KeyPath(config.KeyFile))
	if err != nil {
		return err
	}
	done, err := app.Restore(cmd.Context(), app.Restoration{
		Dir: config.DataDir, Path: path, Keys: keys, Force: force, Resume: resume,
	})
	var data *app.DataError
	switch {
	case errors.Is(err, app.ErrDataExists):
		fmt.Fprintln(p.stderr, p.say(catalogue.RestoreExists, config.DataDir))
		return errSaid
	case errors.Is(err, boltstore.ErrLocked):
		fmt.Fprintln(p.stderr, p.say(catalogue.DataDirLocked, config.DataDir))
		return errSaid
	case errors.As(err, &data), errors.As(err, new(*migrate.NewerDataError)), encrypted(err):
		return err
	case err != nil:
		return p.explainCopy(err, path)
	case len(done.Findings) > 0:
		return p.printFindings(done.Findings, done.Records)
	}
	if done.Aside != "" {
		fmt.Fprintln(p.stderr, p.say(catalogue.RestoreAside, done.Aside))
	}
	if resume {
		fmt.Fprintln(p.stderr, p.say(catalogue.RestoreResumes, config.DataDir))
		return nil
	}
	fmt.Fprintln(p.stderr, p.say(catalogue.RestoreDone, config.DataDir))
	return nil
}
