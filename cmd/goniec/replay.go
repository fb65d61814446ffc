package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"goniec/catalogue"
	"goniec/modem/emulator"
)

// maxSpeed is how many times faster than recorded a recording is played at most.
const maxSpeed = 1000

func (p *program) emulateReplay(cmd *cobra.Command, path string) error {
	speed, err := cmd.Flags().GetFloat64("speed")
	switch {
	case err != nil:
		return err
	case !(speed > 0 && speed <= maxSpeed):
		return p.wrongUsage(cmd, catalogue.UsageInvalidFlag, "--speed", cmd.Flag("speed").Value.String())
	case cmd.Flags().Changed("modems"), cmd.Flags().Changed("dir"):
		return p.wrongUsage(cmd, catalogue.UsageReplayModems)
	}
	return p.replay(cmd.Context(), path, speed)
}

// replay plays a recording as a modem until ctx is done. Standard output is the
// configuration for it, as with emulate.
func (p *program) replay(ctx context.Context, path string, speed float64) (err error) {
	trace, err := p.readTrace(path)
	if err != nil {
		return err
	}
	device := emulator.NewReplay(trace, emulator.ReplayOptions{
		Speed: speed,
		Unknown: func(command string) {
			fmt.Fprintln(p.stderr, p.say(catalogue.ReplayUnknown, command))
		},
	})
	defer func() { err = errors.Join(err, device.Close()) }()
	port, err := device.OpenPTY()
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stderr, p.say(catalogue.ReplayOf, path, cmp.Or(trace.Header["model"], "?")))
	fmt.Fprintf(p.stdout, "data_dir: goniec-data # beside this file\nregion: PL\nquiet_hours: {from: \"00:00\", to: \"00:00\"}\nmodems:\n  - name: %s\n    device: %s\n",
		cmp.Or(trace.Header["modem"], "replay"), port)
	<-ctx.Done()
	return nil
}

// readTrace reads a recording and says what is wrong with it.
func (p *program) readTrace(path string) (*emulator.Trace, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	defer file.Close()
	trace, err := emulator.ReadTrace(file)
	if errors.Is(err, emulator.ErrTrace) {
		fmt.Fprintln(p.stderr, p.say(catalogue.ReplayBroken, path, err))
		return nil, errSaid
	}
	return trace, err
}
