package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"goniec/catalogue"
	"goniec/configs"
	"goniec/modem"
)

// addConfig adds --config to a command that needs the configuration.
func (p *program) addConfig(cmd *cobra.Command) {
	cmd.Flags().String("config", "", p.say(catalogue.FlagConfig))
}

// loadConfig loads what --config names, or what is found. If it has mistakes they
// are printed and the error is errSaid.
func (p *program) loadConfig(cmd *cobra.Command) (configs.Config, error) {
	path := cmd.Flag("config").Value.String()
	if path == "" {
		path = configs.Find()
	}
	config, err := configs.Load(path)
	if err != nil {
		return configs.Config{}, p.sayMistakes(err)
	}
	return config, nil
}

// sayMistakes prints the mistakes of a configuration and returns errSaid; another
// error it returns as it is.
func (p *program) sayMistakes(err error) error {
	var mistakes *configs.Errors
	if !errors.As(err, &mistakes) {
		return err
	}
	where := mistakes.Path
	if where == "" {
		where = configs.EnvironmentPrefix + "…"
	}
	fmt.Fprintln(p.stderr, p.say(catalogue.ConfigMistakes, len(mistakes.Mistakes), where))
	for _, m := range mistakes.Mistakes {
		fmt.Fprintln(p.stderr, m.Text(p.lang))
	}
	return errSaid
}

// checkResult is what config check prints for programs.
type checkResult struct {
	File     string          `json:"file,omitempty"`
	Mistakes []mistakeResult `json:"mistakes"`
	Warnings []mistakeResult `json:"warnings"`
}

type mistakeResult struct {
	Key      string `json:"key,omitempty"`
	Line     int    `json:"line,omitempty"`
	Variable string `json:"variable,omitempty"`
	Value    string `json:"value,omitempty"`
	Problem  string `json:"problem"`
	Remedy   string `json:"remedy"`
}

func (p *program) results(mistakes []configs.Mistake) []mistakeResult {
	results := make([]mistakeResult, len(mistakes))
	for i, m := range mistakes {
		results[i] = mistakeResult{
			Key: m.Key, Line: m.Line, Variable: m.Variable, Value: m.Value,
			Problem: m.Problem(p.lang), Remedy: m.Remedy(p.lang),
		}
	}
	return results
}

func (p *program) configCheckCommand() *cobra.Command {
	cmd := p.command("check [FILE]", catalogue.CommandConfigCheck, 0, 1, func(cmd *cobra.Command, args []string) error {
		asJSON, err := p.wantsJSON(cmd)
		if err != nil {
			return err
		}
		path := configs.Find()
		if len(args) == 1 {
			path = args[0]
		}
		return p.checkConfig(path, asJSON)
	})
	p.addOutput(cmd)
	return cmd
}

func (p *program) configSampleCommand() *cobra.Command {
	return p.command("sample", catalogue.CommandConfigSample, 0, 0, func(*cobra.Command, []string) error {
		_, err := fmt.Fprint(p.stdout, configs.Sample)
		return err
	})
}

func (p *program) checkConfig(path string, asJSON bool) error {
	config, err := configs.Load(path)
	var wrong *configs.Errors
	if err != nil && !errors.As(err, &wrong) {
		return err
	}
	result := checkResult{File: path, Mistakes: []mistakeResult{}, Warnings: append(p.results(config.Warnings()), p.unusableProfiles(config)...)}
	if wrong != nil {
		result.Mistakes = p.results(wrong.Mistakes)
	}
	switch {
	case asJSON:
		if err := p.printJSON(result); err != nil {
			return err
		}
	case wrong != nil:
		return p.sayMistakes(wrong)
	default:
		p.sayWarnings(config)
		if path == "" {
			fmt.Fprintln(p.stdout, p.say(catalogue.ConfigNoFile))
			return nil
		}
		fmt.Fprintln(p.stdout, p.say(catalogue.ConfigIsGood, path))
	}
	if wrong != nil {
		return errSaid
	}
	return nil
}

func (p *program) sayWarnings(config configs.Config) {
	for _, m := range config.Warnings() {
		fmt.Fprintln(p.stderr, p.say(catalogue.ConfigWarning, m.Text(p.lang)))
	}
	for _, w := range p.unusableProfiles(config) {
		fmt.Fprintln(p.stderr, p.say(catalogue.ConfigWarning, fmt.Sprintf("%s: %s: %s. %s", w.Key, w.Value, w.Problem, w.Remedy)))
	}
}

// unusableProfiles returns the profile files that no modem can be set up by.
func (p *program) unusableProfiles(config configs.Config) []mistakeResult {
	var all []mistakeResult
	_, unusable := modem.ReadProfiles(config.ProfilesDir)
	for _, u := range unusable {
		all = append(all, mistakeResult{
			Key: "profiles_dir", Value: u.Path,
			Problem: p.say(catalogue.ConfigProfile, u.Err), Remedy: p.say(catalogue.ConfigProfileRemedy) + ".",
		})
	}
	return all
}
