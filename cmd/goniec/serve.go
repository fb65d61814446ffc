package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"goniec/app"
	"goniec/catalogue"
	"goniec/configs"
)

func (p *program) serveCommand() *cobra.Command {
	cmd := p.command("serve", catalogue.CommandServe, 0, 0, func(cmd *cobra.Command, _ []string) error {
		path := cmd.Flag("config").Value.String()
		if path == "" {
			path = configs.Find()
		}
		if path == "" {
			fmt.Fprintln(p.stderr, p.say(catalogue.ConfigNoFile))
		}
		config, err := configs.Load(path)
		if err != nil {
			return p.sayMistakes(err)
		}
		p.sayWarnings(config)
		return p.serve(cmd.Context(), path, config)
	})
	p.addConfig(cmd)
	return cmd
}

// serve runs the daemon until ctx is done; SIGHUP makes it read path again.
func (p *program) serve(ctx context.Context, path string, config configs.Config) error {
	// From the first moment on, so that an early one does not end the process.
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)

	collectSeldom()
	level := new(slog.LevelVar)
	log := newLogger(p.stderr, config.Log.Format, level)
	daemon, err := app.New(config, app.Options{Version: programVersion(), Logger: log, Level: level})
	if err != nil {
		return p.sayMistakes(err)
	}
	if err := daemon.Start(ctx); err != nil {
		return fmt.Errorf("%s", p.say(catalogue.ServeFailed, p.explain(err)))
	}
	for {
		select {
		case <-ctx.Done():
			return daemon.Stop(context.WithoutCancel(ctx))
		case <-hangups:
			reload(daemon, path, log)
		}
	}
}

// collectSeldom has the garbage collector run when the heap is five times what lives on
// it instead of twice: the daemon lives on some MiB and makes much garbage with each
// part, so that collecting took a sixth of its CPU. Above a total of 48 MiB it collects
// as often as it has to. GOGC and GOMEMLIMIT in the environment come first.
func collectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(48 << 20)
	}
}

// reload reads the file again. A broken one leaves the daemon as it is.
func reload(daemon *app.App, path string, log *slog.Logger) {
	config, err := configs.Load(path)
	if err == nil {
		err = daemon.Reload(config)
	}
	var refused *app.RefusedError
	if err != nil && !errors.As(err, &refused) {
		app.LogMistakes(log, err)
		log.Error("the configuration is unchanged")
		return
	}
	for _, m := range config.Warnings() {
		log.Warn("warning about the configuration", "key", m.Key, "problem", m.Problem(catalogue.English), "remedy", m.Remedy(catalogue.English))
	}
}

// newLogger returns the logger of the daemon. Its lines go to standard error, and
// from there into the journal.
func newLogger(w io.Writer, format string, level slog.Leveler) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
