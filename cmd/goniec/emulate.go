package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"goniec/catalogue"
	"goniec/modem/emulator"
)

// maxEmulated is how many modems emulate runs at most.
const maxEmulated = 16

func (p *program) emulateCommand() *cobra.Command {
	cmd := p.command("emulate", catalogue.CommandEmulate, 0, 0, func(cmd *cobra.Command, _ []string) error {
		if path := cmd.Flag("replay").Value.String(); path != "" {
			return p.emulateReplay(cmd, path)
		}
		count, err := cmd.Flags().GetInt("modems")
		if err != nil {
			return err
		}
		if count < 1 || count > maxEmulated {
			return p.wrongUsage(cmd, catalogue.UsageInvalidFlag, "--modems", strconv.Itoa(count))
		}
		return p.emulate(cmd.Context(), count, cmd.Flag("dir").Value.String())
	})
	cmd.Flags().Int("modems", 1, p.say(catalogue.FlagModems))
	cmd.Flags().String("dir", "", p.say(catalogue.FlagDir))
	cmd.Flags().String("replay", "", p.say(catalogue.FlagReplay))
	cmd.Flags().Float64("speed", 1, p.say(catalogue.FlagSpeed))
	return cmd
}

// emulate runs emulated modems until ctx is done. Standard output is the
// configuration for them and nothing else, so that it can go into a file; what the
// handsets receive and answer goes to standard error. With a dir the devices have
// names there that are the same each time.
func (p *program) emulate(ctx context.Context, count int, dir string) (err error) {
	town, err := newTown(count, p.showText)
	if err != nil {
		return err
	}
	defer town.close()
	devices := make([]string, count)
	for i, port := range town.ports {
		devices[i] = port.Path()
	}
	if dir != "" {
		links, err := linkDevices(dir, town)
		defer func() {
			for _, link := range links {
				// A link that is left leads nowhere and is replaced the next time.
				_ = os.Remove(link)
			}
		}()
		if err != nil {
			return err
		}
		devices = links
	}
	fmt.Fprintln(p.stderr, p.say(catalogue.EmulateIntroduction))
	fmt.Fprint(p.stdout, "data_dir: goniec-data # beside this file\nregion: PL\nquiet_hours: {from: \"00:00\", to: \"00:00\"}\ncalls: {text: \""+callText+"\"}\nmodems:\n")
	for i, device := range devices {
		fmt.Fprintf(p.stdout, "  - name: %s\n    device: %s\n    credit: {code: %q, alarm_below: %d}\n", town.modemName(i), device, balanceCode, balanceAlarm)
	}
	fmt.Fprintln(p.stderr, p.say(catalogue.EmulateRunning, guest))
	<-ctx.Done()
	return nil
}

// linkDevices gives every modem a name in dir. It replaces links, never anything
// else, and returns those it has made.
func linkDevices(dir string, t *town) (links []string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find directory for devices: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make directory for devices: %w", err)
	}
	for i, port := range t.ports {
		link := filepath.Join(dir, t.modemName(i))
		if info, err := os.Lstat(link); err == nil && info.Mode()&os.ModeSymlink != 0 {
			if err := os.Remove(link); err != nil {
				return links, fmt.Errorf("replace the name of a device: %w", err)
			}
		}
		if err := os.Symlink(port.Path(), link); err != nil {
			return links, fmt.Errorf("give a device its name: %w", err)
		}
		links = append(links, link)
	}
	return links, nil
}

// showText prints a text that a handset of the town has received, and the answer,
// if there is one: these people do not exist.
func (p *program) showText(text emulator.Text, reply string) {
	who := strings.TrimSpace(text.To + " " + nameOf(text.To))
	line := func(direction, text string, parts int) string {
		return fmt.Sprintf("%s %s %s %s\n", time.Now().Format(time.TimeOnly), direction, who, quoted(text, parts))
	}
	shown := line("→", text.Text, text.Parts)
	if reply != "" {
		shown += line("←", reply, 1)
	}
	fmt.Fprint(p.stderr, shown)
}
