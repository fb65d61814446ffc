package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"github.com/spf13/cobra"

	"goniec/catalogue"
	"goniec/configs"
	"goniec/modem"
)

// The levels of a finding.
const (
	levelOK      = "ok"
	levelWarning = "warning"
	levelProblem = "problem"
)

// finding is one thing that doctor has looked at, as it prints it for programs.
type finding struct {
	Check  string `json:"check"` // stable, for programs: the topic
	Level  string `json:"level"`
	Detail string `json:"detail"`
	Remedy string `json:"remedy,omitempty"`
}

// doctor looks at an installation and changes nothing.
type doctor struct {
	*terminal
	root     string // of the file system; "" but in tests
	ports    func() ([]modem.PortInfo, error)
	usb      func() ([]modem.USBModem, error)
	holders  func(device string) []string
	probe    func(ctx context.Context, device string, baud int) (modem.ProbeResult, error)
	lookup   func(ctx context.Context, host string) ([]netip.Addr, error)
	now      time.Time
	findings []finding
}

func newDoctor(t *terminal) *doctor {
	return &doctor{terminal: t, ports: modem.Ports, usb: modem.USBModems, holders: modem.PortHolders, probe: modem.Probe, lookup: lookup, now: time.Now()}
}

func doctorCommand(t *terminal) *cobra.Command {
	return newCommand(t, command{use: "doctor", short: catalogue.CommandDoctor, config: true, output: true, run: func(ctx context.Context, c *call) error {
		d := newDoctor(c.terminal)
		d.examine(ctx, c.configPath())
		return d.report(c.asJSON)
	}})
}

// examine looks at everything, the causes before what follows from them. A daemon that
// runs is asked also when the configuration has mistakes by now.
func (d *doctor) examine(ctx context.Context, configPath string) {
	config, usable := d.examineConfig(configPath)
	if usable {
		d.examineData(config.DataDir)
		d.examineKeys(config)
		d.examineProfiles(config)
		d.examineWebhooks(ctx, config)
	}
	daemon := d.examineDaemon(ctx, config)
	switch {
	case daemon != nil:
		d.examineDaemonClock(ctx, daemon)
	case usable:
		d.examineClock(config)
	}
	d.examineUSB()
	d.examinePorts(daemon == nil && !anyDevice(config))
	if usable || daemon != nil {
		d.examineModems(ctx, config, daemon)
	}
	d.examineTokens(ctx, daemon)
}

// examineProfiles tells how many profiles of modems there are to set up by.
func (d *doctor) examineProfiles(config configs.Config) {
	const check = "profiles"
	usable, _ := modem.ReadProfiles(config.ProfilesDir)
	if len(usable) > 0 {
		d.found(check, levelOK, catalogue.DoctorProfiles, len(usable), config.ProfilesDir)
	}
	for _, w := range unusableProfiles(d.terminal, config) {
		d.told(check, levelWarning, w.Value+": "+w.Problem+".", w.Remedy)
	}
}

// found notes a finding; its remedy is the one of the same key.
func (d *doctor) found(check, level string, key catalogue.Key, args ...any) {
	f := finding{Check: check, Level: level, Detail: d.say(key, args...)}
	if level != levelOK {
		if remedy := catalogue.DoctorRemedy(key); catalogue.Has(remedy) {
			f.Remedy = d.say(remedy)
		}
	}
	d.findings = append(d.findings, f)
}

// told notes a finding with a text that is in the language of the terminal already.
func (d *doctor) told(check, level, detail, remedy string) {
	d.findings = append(d.findings, finding{Check: check, Level: level, Detail: detail, Remedy: remedy})
}

// report prints the findings and fails if there is a problem.
func (d *doctor) report(asJSON bool) error {
	counts := map[string]int{}
	for _, f := range d.findings {
		counts[f.Level]++
	}
	if asJSON {
		if err := d.printJSON(d.findings); err != nil {
			return err
		}
	} else {
		d.print(d.stdout)
		d.show(catalogue.DoctorSummary, counts[levelProblem], counts[levelWarning])
	}
	if counts[levelProblem] > 0 {
		return errExplained
	}
	return nil
}

func (d *doctor) print(w io.Writer) {
	words := map[string]catalogue.Key{levelOK: catalogue.DoctorOK, levelWarning: catalogue.DoctorWarning, levelProblem: catalogue.DoctorProblem}
	for _, f := range d.findings {
		fmt.Fprintf(w, "%-8s  %s\n", d.say(words[f.Level]), f.Detail)
		if f.Remedy != "" {
			fmt.Fprintf(w, "%-8s  → %s\n", "", f.Remedy)
		}
	}
}

// exists reports whether one of several files of the system is there.
func (d *doctor) exists(paths ...string) bool {
	for _, path := range paths {
		if _, err := os.Stat(d.root + path); err == nil {
			return true
		}
	}
	return false
}
