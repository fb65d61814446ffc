package main

import (
	"context"
	"errors"
	"testing"

	"goniec/app"
	"goniec/configs"
)

// TestInterruptedStart: who stops the daemon while it starts has not met an error; what
// else keeps it from starting is one, also then.
func TestInterruptedStart(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	config.DataDir, config.HTTP.Listen = t.TempDir(), "127.0.0.1:0"
	daemon, err := app.New(config, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	started := daemon.Start(ctx)
	if started == nil {
		t.Fatal("it starts although it was interrupted")
	}
	if err := unlessInterrupted(ctx, started); err != nil {
		t.Errorf("an interrupted start is an error: %v", err)
	}
	if err := unlessInterrupted(t.Context(), started); err == nil {
		t.Error("a start that was broken off by nobody is none")
	}
	if broken := errors.New("broken"); !errors.Is(unlessInterrupted(ctx, broken), broken) {
		t.Error("another error is hidden by an interruption")
	}
}
