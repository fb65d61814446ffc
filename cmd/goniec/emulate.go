package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"goniec/catalogue"
)

// maxEmulated is how many modems emulate runs at most.
const maxEmulated = 16

func (p *program) emulateCommand() *cobra.Command {
	cmd := p.command("emulate", catalogue.CommandEmulate, 0, 0, func(cmd *cobra.Command, _ []string) error {
		count, err := cmd.Flags().GetInt("modems")
		if err != nil {
			return err
		}
		if count < 1 || count > maxEmulated {
			return p.wrongUsage(cmd, catalogue.UsageInvalidFlag, "--modems", strconv.Itoa(count))
		}
		return p.emulate(cmd.Context(), count)
	})
	cmd.Flags().Int("modems", 1, p.say(catalogue.FlagModems))
	return cmd
}

// emulate runs emulated modems until ctx is done. Standard output is the
// configuration for them and nothing else, so that it can go into a file.
func (p *program) emulate(ctx context.Context, count int) error {
	town, err := newTown(count)
	if err != nil {
		return err
	}
	defer town.close()
	fmt.Fprintln(p.stderr, p.say(catalogue.EmulateIntroduction))
	fmt.Fprint(p.stdout, "data_dir: goniec-data\nregion: PL\nquiet_hours: {from: \"00:00\", to: \"00:00\"}\nmodems:\n")
	for i, port := range town.ports {
		fmt.Fprintf(p.stdout, "  - name: %s\n    device: %s\n", town.modemName(i), port.Path())
	}
	fmt.Fprintln(p.stderr, p.say(catalogue.EmulateRunning, guest))
	<-ctx.Done()
	return nil
}
