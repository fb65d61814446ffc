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

func serveCommand(t *terminal) *cobra.Command {
	return newCommand(t, command{use: "serve", short: catalogue.CommandServe, config: true, run: serve})
}

// serve runs the daemon until ctx is done. SIGHUP makes it read the configuration again.
func serve(ctx context.Context, c *call) error {
	path := c.configPath()
	if path == "" {
		c.tell(catalogue.ConfigNoFile)
	}
	config, err := configs.Load(path)
	if err != nil {
		return explainMistakes(c.terminal, err)
	}
	printWarnings(c.terminal, config)
	// Signals are taken before the start, so that an early SIGHUP does not end the process.
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)

	collectSeldom()
	level := new(slog.LevelVar)
	log := newLogger(c.stderr, config.Log.Format, level)
	daemon, err := app.New(config, app.Options{Version: programVersion(), Logger: log, Level: level})
	if err != nil {
		return explainMistakes(c.terminal, err)
	}
	if err := unlessInterrupted(ctx, daemon.Start(ctx)); err != nil {
		return fmt.Errorf("%s", c.say(catalogue.ServeFailed, explain(c.terminal, err)))
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

// unlessInterrupted returns err, or nil if err is that ctx was cancelled: who stops a
// program while it starts has not met an error.
func unlessInterrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// collectSeldom makes the garbage collector run when the heap is five times the live
// heap instead of twice. The live heap of the daemon is some MiB, and each part makes
// much garbage: with the default the collector took a sixth of the CPU time. Above a
// total of 32 MiB the collector runs as often as the limit needs. GOGC and GOMEMLIMIT in
// the environment win.
func collectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(32 << 20)
	}
}

// reload reads the configuration again. A broken configuration changes nothing.
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

// newLogger returns a logger for w in the form of log.format.
func newLogger(w io.Writer, format string, level slog.Leveler) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: plainAttr}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// plainAttr makes an attribute of the log readable: a length of time is text ("8s") in JSON
// as well, and a time that is not set is left out.
func plainAttr(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindDuration:
		return slog.String(a.Key, a.Value.Duration().String())
	case slog.KindTime:
		if a.Value.Time().IsZero() {
			return slog.Attr{}
		}
	default:
	}
	return a
}
