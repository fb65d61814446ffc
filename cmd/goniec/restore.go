package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"goniec/app"
	"goniec/app/migrate"
	"goniec/catalogue"
	"goniec/store/boltstore"
	"goniec/store/sealed"
)

func restoreCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "restore FILE", short: catalogue.CommandRestore, args: 1, config: true, run: restore})
	cmd.Flags().Bool("force", false, t.say(catalogue.FlagForceData))
	cmd.Flags().Bool("resume", false, t.say(catalogue.FlagResume))
	return cmd
}

// restore puts a backup in the place of the data.
func restore(ctx context.Context, c *call) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	if app.Answers(ctx, app.SocketPath(config.DataDir)) {
		return c.fail(catalogue.DataDirLocked, config.DataDir)
	}
	keys, err := sealed.LoadKeys(sealed.KeyPath(config.KeyFile))
	if err != nil {
		return err
	}
	done, err := app.Restore(ctx, app.Restoration{
		Dir: config.DataDir, Path: c.args[0], Keys: keys, Force: c.is("force"), Resume: c.is("resume"),
	})
	var data *app.DataError
	switch {
	case errors.Is(err, app.ErrDataExists):
		return c.fail(catalogue.RestoreExists, config.DataDir)
	case errors.Is(err, boltstore.ErrLocked):
		return c.fail(catalogue.DataDirLocked, config.DataDir)
	case errors.As(err, &data), errors.As(err, new(*migrate.NewerDataError)), isAboutKeys(err):
		return err
	case err != nil:
		return explainCopy(c.terminal, err, c.args[0])
	case len(done.Findings) > 0:
		return printFindings(c.terminal, done.Findings, done.Records)
	}
	if done.Aside != "" {
		c.tell(catalogue.RestoreAside, done.Aside)
	}
	if c.is("resume") {
		c.tell(catalogue.RestoreResumes, config.DataDir)
		return nil
	}
	c.tell(catalogue.RestoreDone, config.DataDir)
	return nil
}
