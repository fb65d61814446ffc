package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"goniec/catalogue"
	"goniec/modem/emulator"
)

// maxSpeed is how many times faster than recorded a recording is played at most.
const maxSpeed = 1000

// replay plays the recording of --replay as a modem until ctx is done. It prints the
// configuration for this modem on standard output.
func replay(ctx context.Context, c *call) (err error) {
	path, speed := c.flag("replay"), must(c.cmd.Flags().GetFloat64("speed"))
	switch {
	case !(speed > 0 && speed <= maxSpeed):
		return c.wrongUsage(catalogue.UsageInvalidFlag, "--speed", c.flag("speed"))
	case c.cmd.Flags().Changed("modems"), c.cmd.Flags().Changed("dir"):
		return c.wrongUsage(catalogue.UsageReplayModems)
	}
	trace, err := readTrace(c.terminal, path)
	if err != nil {
		return err
	}
	device := emulator.NewReplay(trace, emulator.ReplayOptions{
		Speed: speed,
		Unknown: func(command string) {
			c.tell(catalogue.ReplayUnknown, command)
		},
	})
	defer func() { err = errors.Join(err, device.Close()) }()
	port, err := device.OpenPTY()
	if err != nil {
		return err
	}
	c.tell(catalogue.ReplayOf, path, cmp.Or(trace.Header["model"], "?"))
	fmt.Fprintf(c.stdout, "data_dir: goniec-data # beside this file\nregion: PL\nquiet_hours: {from: \"00:00\", to: \"00:00\"}\nmodems:\n  - name: %s\n    device: %s\n",
		cmp.Or(trace.Header["modem"], "replay"), port)
	<-ctx.Done()
	return nil
}

// readTrace reads a recording. If the file is not a recording, readTrace prints what is
// wrong and returns errExplained.
func readTrace(t *terminal, path string) (*emulator.Trace, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	defer file.Close()
	trace, err := emulator.ReadTrace(file)
	if errors.Is(err, emulator.ErrTrace) {
		return nil, t.fail(catalogue.ReplayBroken, path, err)
	}
	return trace, err
}
