package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"goniec/catalogue"
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

func (p *program) modemCertifyCommand() *cobra.Command {
	cmd := p.command("certify DEVICE", catalogue.CommandModemCertify, 1, 1, func(cmd *cobra.Command, args []string) error {
		asJSON, err := p.wantsJSON(cmd)
		if err != nil {
			return err
		}
		options, err := p.certifyOptions(cmd)
		if err != nil {
			return err
		}
		baud, err := cmd.Flags().GetInt("baud")
		if err != nil {
			return err
		}
		certificate, err := modem.Certify(cmd.Context(), modem.Config{Device: args[0], BaudRate: baud}, options)
		if err != nil {
			return err
		}
		p.endProgress()
		if asJSON {
			info := certificate.Info
			err = p.printJSON(certifyResult{
				Device: args[0], Fit: certificate.Fit(), Manufacturer: info.Manufacturer, Model: info.Model, Revision: info.Revision,
				Checks: certificate.Checks, Profile: certificate.Profile,
			})
		} else {
			err = p.printCertificate(certificate)
		}
		if err != nil {
			return err
		}
		if path := cmd.Flag("profile").Value.String(); path != "" && certificate.Info.Model != "" {
			if err := p.writeProfile(path, certificate); err != nil {
				return err
			}
		}
		if !certificate.Fit() {
			return errSaid
		}
		return nil
	})
	cmd.Flags().Int("baud", 115200, p.say(catalogue.FlagBaud))
	cmd.Flags().String("to", "", p.say(catalogue.FlagCertifyTo))
	cmd.Flags().Bool("no-texts", false, p.say(catalogue.FlagCertifyNoTexts))
	cmd.Flags().Bool("unplug", false, p.say(catalogue.FlagCertifyUnplug))
	cmd.Flags().String("profile", "", p.say(catalogue.FlagCertifyProfile))
	p.addOutput(cmd)
	return cmd
}

// certifyOptions reads the flags. The number is held against what a number is
// before anything is opened.
func (p *program) certifyOptions(cmd *cobra.Command) (modem.CertifyOptions, error) {
	noTexts, err := cmd.Flags().GetBool("no-texts")
	if err != nil {
		return modem.CertifyOptions{}, err
	}
	unplug, err := cmd.Flags().GetBool("unplug")
	if err != nil {
		return modem.CertifyOptions{}, err
	}
	options := modem.CertifyOptions{Texts: !noTexts, To: cmd.Flag("to").Value.String()}
	if options.To != "" {
		if _, err := pdu.ParseAddress(options.To); err != nil {
			return modem.CertifyOptions{}, p.wrongUsage(cmd, catalogue.UsageInvalidFlag, "--to", options.To)
		}
	}
	if options.Texts {
		fmt.Fprintln(p.stderr, p.say(catalogue.CertifyCosts))
	}
	if unplug {
		options.Unplug = func(what string) {
			p.endProgress()
			says := catalogue.CertifyUnplugNow
			if what == "plug" {
				says = catalogue.CertifyPlugNow
			}
			fmt.Fprintln(p.stderr, p.say(says))
		}
	}
	done := 0
	options.Progress = func(k modem.Check) {
		done++
		if p.isTerminal() {
			fmt.Fprintf(p.stderr, "\r\033[K%d/%d %s", done, len(modem.Checks()), p.say(catalogue.CheckName(k.ID)))
		}
	}
	return options, nil
}

// isTerminal reports whether a person watches standard error.
func (p *program) isTerminal() bool {
	file, ok := p.stderr.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice != 0
}

// endProgress clears the line of progress.
func (p *program) endProgress() {
	if p.isTerminal() {
		fmt.Fprint(p.stderr, "\r\033[K")
	}
}

// printCertificate prints every check, below them what follows from those that
// were not passed, and the verdict on the whole.
func (p *program) printCertificate(c modem.Certificate) error {
	rows := make([][]string, len(c.Checks))
	var consequences []string
	texts := false
	for i, k := range c.Checks {
		name := p.say(catalogue.CheckName(k.ID))
		rows[i] = []string{name, p.say(catalogue.VerdictText(string(k.Verdict))), k.Evidence}
		if k.Verdict == modem.Failed || k.Verdict == modem.Refused {
			consequences = append(consequences, name+": "+p.say(catalogue.CheckConsequence(k.ID)))
		}
		texts = texts || k.ID == modem.CheckText && k.Verdict == modem.Passed
	}
	if err := p.printTable([]catalogue.Key{catalogue.HeadCheck, catalogue.HeadVerdict, catalogue.HeadEvidence}, rows); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout)
	for _, line := range consequences {
		fmt.Fprintln(p.stdout, line)
	}
	says := catalogue.CertifyFit
	switch {
	case !c.Fit():
		says = catalogue.CertifyUnfit
	case !texts:
		says = catalogue.CertifyUntried
	}
	fmt.Fprintln(p.stdout, p.say(says, c.Device))
	return nil
}

// writeProfile writes the profile file. One that is there is not replaced.
func (p *program) writeProfile(path string, c modem.Certificate) (err error) {
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
	fmt.Fprintln(p.stderr, p.say(catalogue.CertifyProfile, path))
	return nil
}
