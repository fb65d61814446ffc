package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"goniec/catalogue"
	"goniec/configs"
	"goniec/modem"
)

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

func configCommand(t *terminal) *cobra.Command {
	return newGroup(t, "config", catalogue.CommandConfig,
		newCommand(t, command{use: "check [FILE]", short: catalogue.CommandConfigCheck, optional: 1, output: true, run: checkConfig}),
		newCommand(t, command{use: "sample", short: catalogue.CommandConfigSample, run: func(_ context.Context, c *call) error {
			_, err := fmt.Fprint(c.stdout, configs.Sample)
			return err
		}}))
}

func checkConfig(_ context.Context, c *call) error {
	path := configs.Find()
	if len(c.args) == 1 {
		path = c.args[0]
	}
	config, err := configs.Load(path)
	var wrong *configs.Errors
	if err != nil && !errors.As(err, &wrong) {
		return err
	}
	if wrong != nil {
		config = configs.Config{} // what follows from mistakes is no warning of its own
	}
	if hidden := unreadable(config, path); wrong == nil && len(hidden) > 0 {
		wrong = &configs.Errors{Path: path, Mistakes: hidden}
	}
	switch {
	case c.asJSON:
		result := checkResult{
			File: path, Mistakes: []mistakeResult{}, Warnings: append(mistakeResults(c.terminal, config.Warnings()), unusableProfiles(c.terminal, config)...),
		}
		if wrong != nil {
			result.Mistakes = mistakeResults(c.terminal, wrong.Mistakes)
		}
		if err := c.printJSON(result); err != nil {
			return err
		}
		if wrong != nil {
			return errExplained
		}
	case wrong != nil:
		return explainMistakes(c.terminal, wrong)
	default:
		printWarnings(c.terminal, config)
		if path == "" {
			c.show(catalogue.ConfigNoFile)
			return nil
		}
		c.show(catalogue.ConfigIsGood, path)
	}
	return nil
}

// unreadable returns the files of a good configuration that the user of the service
// cannot read, while this process runs as another user.
func unreadable(config configs.Config, path string) []configs.Mistake {
	service, other := configs.ServiceAccount(config.DataDir)
	if !other {
		return nil
	}
	return config.Unreadable(path, service)
}

func mistakeResults(t *terminal, mistakes []configs.Mistake) []mistakeResult {
	results := make([]mistakeResult, len(mistakes))
	for i, m := range mistakes {
		results[i] = mistakeResult{
			Key: m.Key, Line: m.Line, Variable: m.Variable, Value: m.Value,
			Problem: m.Problem(t.lang), Remedy: m.Remedy(t.lang),
		}
	}
	return results
}

func printWarnings(t *terminal, config configs.Config) {
	for _, m := range config.Warnings() {
		t.tell(catalogue.ConfigWarning, m.Text(t.lang))
	}
	for _, w := range unusableProfiles(t, config) {
		t.tell(catalogue.ConfigWarning, fmt.Sprintf("%s: %s: %s. %s", w.Key, w.Value, w.Problem, w.Remedy))
	}
}

// unusableProfiles returns the profile files that no modem can be set up by.
func unusableProfiles(t *terminal, config configs.Config) []mistakeResult {
	var all []mistakeResult
	_, unusable := modem.ReadProfiles(config.ProfilesDir)
	for _, u := range unusable {
		all = append(all, mistakeResult{
			Key: "profiles_dir", Value: u.Path,
			Problem: t.say(catalogue.ConfigProfile, u.Err), Remedy: t.say(catalogue.ConfigProfileRemedy) + ".",
		})
	}
	return all
}
