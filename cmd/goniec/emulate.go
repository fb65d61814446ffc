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

func emulateCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "emulate", short: catalogue.CommandEmulate, long: catalogue.EmulateNumbers, run: func(ctx context.Context, c *call) error {
		if c.flag("replay") != "" {
			return replay(ctx, c)
		}
		return emulate(ctx, c)
	}})
	cmd.Flags().Int("modems", 1, t.say(catalogue.FlagModems))
	cmd.Flags().String("dir", "", t.say(catalogue.FlagDir))
	cmd.Flags().String("replay", "", t.say(catalogue.FlagReplay))
	cmd.Flags().Float64("speed", 1, t.say(catalogue.FlagSpeed))
	return cmd
}

// emulate runs emulated modems until ctx is done. Standard output is the configuration
// for these modems and nothing else, so that it can go into a file. What the handsets
// receive and answer goes to standard error. In the directory of --dir each device has
// the same name every time.
func emulate(ctx context.Context, c *call) (err error) {
	count, dir := must(c.cmd.Flags().GetInt("modems")), c.flag("dir")
	if count < 1 || count > maxEmulated {
		return c.wrongUsage(catalogue.UsageInvalidFlag, "--modems", strconv.Itoa(count))
	}
	town, err := newTown(count, func(text emulator.Text, reply string) { printText(c.terminal, text, reply) })
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
				// A link that cannot be removed is replaced the next time.
				_ = os.Remove(link)
			}
		}()
		if err != nil {
			return err
		}
		devices = links
	}
	c.tell(catalogue.EmulateIntroduction)
	fmt.Fprint(c.stdout, "data_dir: goniec-data # beside this file\nregion: PL\nquiet_hours: {from: \"00:00\", to: \"00:00\"}\ncalls: {text: \""+callText+"\"}\nmodems:\n")
	for i, device := range devices {
		fmt.Fprintf(c.stdout, "  - name: %s\n    device: %s\n    credit: {code: %q, alarm_below: %d}\n", town.modemName(i), device, balanceCode, balanceAlarm)
	}
	c.tell(catalogue.EmulateNumbers)
	c.tell(catalogue.EmulateRunning, guest)
	<-ctx.Done()
	return nil
}

// linkDevices makes a link to every modem in dir and returns the links. It replaces
// links and nothing else.
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

// printText prints a text that a handset of the town has received, and the answer if
// there is one. The text may be printed because these people do not exist.
func printText(t *terminal, text emulator.Text, reply string) {
	who := strings.TrimSpace(text.To + " " + nameOf(text.To))
	line := func(direction, text string, parts int) string {
		return fmt.Sprintf("%s %s %s %s\n", time.Now().Format(time.TimeOnly), direction, who, quoted(text, parts))
	}
	lines := line("→", text.Text, text.Parts)
	if reply != "" {
		lines += line("←", reply, 1)
	}
	fmt.Fprint(t.stderr, lines)
}
