package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"goniec/catalogue"
	"goniec/configs"
	"goniec/modem"
	"goniec/pdu"
)

// certifyResult is what modem certify prints for programs.
type certifyResult struct {
	Device       string        `json:"device"`
	Fit          bool          `json:"fit"`
	Manufacturer string        `json:"manufacturer,omitempty"`
	Model        string        `json:"model,omitempty"`
	Revision     string        `json:"revision,omitempty"`
	Checks       []modem.Check `json:"checks"`
	Profile      modem.Profile `json:"profile"`
}

func modemCertifyCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "certify DEVICE|NAME", short: catalogue.CommandModemCertify, args: 1, config: true, output: true, run: certifyModem})
	cmd.Flags().Int("baud", defaultBaud, t.say(catalogue.FlagBaud))
	cmd.Flags().String("to", "", t.say(catalogue.FlagCertifyTo))
	cmd.Flags().Bool("no-texts", false, t.say(catalogue.FlagCertifyNoTexts))
	cmd.Flags().Bool("unplug", false, t.say(catalogue.FlagCertifyUnplug))
	cmd.Flags().String("profile", "", t.say(catalogue.FlagCertifyProfile))
	return cmd
}

// certifyModem tries what a modem can do and prints the result. It fails unless the modem
// is fit for a gateway.
func certifyModem(ctx context.Context, c *call) error {
	bar := c.progress()
	options, err := certifyOptions(c, bar)
	if err != nil {
		return err
	}
	port, err := certifiedPort(c)
	if err != nil {
		return err
	}
	certificate, err := modem.Certify(ctx, port, options)
	bar.clear()
	if err != nil {
		return explainUnopened(c.terminal, port.Device, err)
	}
	if c.asJSON {
		info := certificate.Info
		err = c.printJSON(certifyResult{
			Device: port.Device, Fit: certificate.Fit(), Manufacturer: info.Manufacturer, Model: info.Model, Revision: info.Revision,
			Checks: certificate.Checks, Profile: certificate.Profile,
		})
	} else {
		err = printCertificate(c.terminal, certificate, options.Texts)
	}
	if err != nil {
		return err
	}
	if path := c.flag("profile"); path != "" && certificate.Info.Model != "" {
		if err := writeProfile(c.terminal, path, certificate); err != nil {
			return err
		}
	}
	if !certificate.Fit() {
		return errExplained
	}
	return nil
}

// certifiedPort returns the port to examine: the argument is its path, or the name of a
// modem of the configuration.
func certifiedPort(c *call) (modem.Config, error) {
	port := modem.Config{Device: c.args[0], BaudRate: must(c.cmd.Flags().GetInt("baud"))}
	if strings.Contains(port.Device, "/") {
		return port, nil
	}
	config, _ := configs.Load(c.configPath()) // mistakes elsewhere in it are no hindrance
	names := []string{}
	for _, m := range config.Modems {
		names = append(names, m.Name)
		switch {
		case m.Name != c.args[0]:
		case m.Device == "":
			return port, c.fail(catalogue.CertifyByIMEI, m.Name)
		default:
			port.Device = m.Device
			if !c.cmd.Flags().Changed("baud") {
				port.BaudRate = m.BaudRate
			}
			return port, nil
		}
	}
	if len(names) == 0 {
		return port, c.fail(catalogue.CertifyNoNames, c.args[0])
	}
	return port, c.fail(catalogue.CertifyUnknown, c.args[0], strings.Join(names, ", "))
}

// explainUnopened prints why a port cannot be opened, and the remedy of that cause, and
// returns errExplained.
func explainUnopened(t *terminal, device string, err error) error {
	holders := modem.PortHolders(device)
	ours := slices.ContainsFunc(holders, func(who string) bool { return strings.HasPrefix(who, "goniec (") })
	reason := explainPort(t, err)
	switch {
	case errors.Is(err, modem.ErrBusy) && ours:
		return t.fail(catalogue.CertifyServing, device)
	case errors.Is(err, modem.ErrBusy) && len(holders) > 0:
		return t.fail(catalogue.CertifyHeld, device, strings.Join(holders, ", "))
	case errors.Is(err, modem.ErrBusy):
		return t.fail(catalogue.CertifyBusy, device)
	case reason != "":
		return t.fail(catalogue.ProbeFailed, device, reason)
	}
	return err
}

// certifyOptions reads the flags. It refuses a wrong number before any port is opened.
func certifyOptions(c *call, bar *progress) (modem.CertifyOptions, error) {
	options := modem.CertifyOptions{Texts: !c.is("no-texts"), To: c.flag("to")}
	if options.To != "" {
		if _, err := pdu.ParseAddress(options.To); err != nil {
			return modem.CertifyOptions{}, c.wrongUsage(catalogue.UsageInvalidFlag, "--to", options.To)
		}
	}
	if c.is("unplug") {
		options.Unplug = func(what string) {
			bar.clear()
			text := catalogue.CertifyUnplugNow
			if what == "plug" {
				text = catalogue.CertifyPlugNow
			}
			c.tell(text)
		}
	}
	done := 0
	options.Progress = func(k modem.Check) {
		if done++; done == 1 && options.Texts { // the port is open
			c.tell(catalogue.CertifyCosts)
		}
		bar.write(fmt.Sprintf("%d/%d %s", done, len(modem.Checks()), c.say(catalogue.CheckName(k.ID))))
	}
	return options, nil
}

// printCertificate prints every check, then what follows from each check that was not
// passed, then whether the modem is fit. wanted says that texts were to be sent. Of a port
// where nothing answers there is nothing to print.
func printCertificate(t *terminal, c modem.Certificate, wanted bool) error {
	if slices.ContainsFunc(c.Checks, func(k modem.Check) bool { return k.ID == modem.CheckAnswers && k.Verdict == modem.Failed }) {
		return t.fail(catalogue.ProbeNothing, c.Device)
	}
	rows := make([][]string, len(c.Checks))
	var consequences []string
	texts := false
	for i, k := range c.Checks {
		name := t.say(catalogue.CheckName(k.ID))
		rows[i] = []string{name, t.say(catalogue.VerdictText(string(k.Verdict))), k.EvidenceIn(t.lang)}
		if k.Verdict == modem.Failed || k.Verdict == modem.Refused {
			consequences = append(consequences, name+": "+t.say(catalogue.CheckConsequence(k.ID)))
		}
		texts = texts || k.ID == modem.CheckText && k.Verdict == modem.Passed
	}
	if err := t.printTable([]catalogue.Key{catalogue.HeadCheck, catalogue.HeadVerdict, catalogue.HeadEvidence}, rows); err != nil {
		return err
	}
	fmt.Fprintln(t.stdout)
	for _, line := range consequences {
		fmt.Fprintln(t.stdout, line)
	}
	text := catalogue.CertifyFit
	switch {
	case !c.Fit():
		text = catalogue.CertifyUnfit
	case !texts && !wanted:
		text = catalogue.CertifyDeclined
	case !texts:
		text = catalogue.CertifyUntried
	}
	t.show(text, c.Device)
	return nil
}

// writeProfile writes a new profile file. It replaces no file.
func writeProfile(t *terminal, path string, c modem.Certificate) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write profile: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	encoder := json.NewEncoder(file)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(c.File(programVersion())); err != nil {
		return fmt.Errorf("write profile: %w", err)
	}
	t.tell(catalogue.CertifyProfile, path)
	return nil
}
