package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"goniec/app"
	"goniec/catalogue"
	"goniec/configs"
	"goniec/store/sealed"
)

// command describes a subcommand. One of run and ask is set.
type command struct {
	use      string
	short    catalogue.Key
	long     catalogue.Key // more about it, for its help; empty: nothing
	args     int           // arguments that are needed
	optional int           // arguments that may follow those
	config   bool          // there is --config
	output   bool          // there is --output, for a result as a text or as JSON
	run      func(ctx context.Context, c *call) error
	// ask is for a subcommand that needs a gateway: there are --url, --token-file and
	// --config, and the gateway is connected first.
	ask func(ctx context.Context, c *call, gateway *connection) error
}

// call is one use of a subcommand: its flags, its arguments and its terminal.
type call struct {
	*terminal
	cmd    *cobra.Command
	args   []string
	asJSON bool // --output json
	warned bool // of mistakes in the configuration
}

// newCommand builds a subcommand.
func newCommand(t *terminal, d command) *cobra.Command {
	cmd := &cobra.Command{
		Use:                   d.use,
		Short:                 t.say(d.short),
		DisableFlagsInUseLine: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < d.args || len(args) > d.args+d.optional {
				return wrongUsage(t, cmd, catalogue.UsageArguments)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c := &call{terminal: t, cmd: cmd, args: args}
			if d.output {
				switch form := c.flag("output"); form {
				case "json":
					c.asJSON = true
				case "text":
				default:
					return c.wrongUsage(catalogue.UsageOutput, form)
				}
			}
			if d.ask == nil {
				return d.run(cmd.Context(), c)
			}
			gateway, err := connect(cmd.Context(), c)
			if err != nil {
				return err
			}
			return d.ask(cmd.Context(), c, gateway)
		},
	}
	if d.long != "" {
		cmd.Long = cmd.Short + "\n\n" + t.say(d.long)
	}
	if d.output {
		cmd.Flags().StringP("output", "o", "text", t.say(catalogue.FlagOutput))
	}
	if d.config || d.ask != nil {
		cmd.Flags().String("config", "", t.say(catalogue.FlagConfig))
	}
	if d.ask != nil {
		addConnection(t, cmd)
	}
	return cmd
}

// newGroup builds a command that only has subcommands.
func newGroup(t *terminal, use string, short catalogue.Key, subcommands ...*cobra.Command) *cobra.Command {
	group := &cobra.Command{
		Use:   use,
		Short: t.say(short),

		SuggestionsMinimumDistance: 2, // letters

		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(t, cmd, args[0])
			}
			return wrongUsage(t, cmd, catalogue.UsageWantCommand)
		},
	}
	group.AddCommand(subcommands...)
	return group
}

// unknownCommand returns the usageError of a group without a subcommand of this name. It
// names the subcommand that was probably meant.
func unknownCommand(t *terminal, group *cobra.Command, typed string) error {
	if near := group.SuggestionsFor(typed); len(near) > 0 {
		return wrongUsage(t, group, catalogue.UsageNearCommand, typed, strings.Join(near, ", "))
	}
	return wrongUsage(t, group, catalogue.UsageUnknownCommand, typed)
}

// require makes flags necessary.
func require(t *terminal, cmd *cobra.Command, flags ...string) {
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		for _, name := range flags {
			if !cmd.Flags().Changed(name) {
				return wrongUsage(t, cmd, catalogue.UsageRequired, name)
			}
		}
		return nil
	}
}

// flag returns a flag as it was typed, or its default.
func (c *call) flag(name string) string { return c.cmd.Flag(name).Value.String() }

// is returns the value of a flag that is true or false.
func (c *call) is(name string) bool { return must(c.cmd.Flags().GetBool(name)) }

// must returns the value of a flag. The error would be that a subcommand reads a flag
// that the subcommand does not have, or has with another type.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// configPath returns the file that --config names, else the file that is found; empty
// if there is none.
func (c *call) configPath() string {
	if path := c.flag("config"); path != "" {
		return path
	}
	return configs.Find()
}

// config loads the configuration. If the configuration has mistakes, config prints them
// and returns errExplained.
func (c *call) config() (configs.Config, error) {
	config, err := configs.Load(c.configPath())
	if err != nil {
		return configs.Config{}, explainMistakes(c.terminal, err)
	}
	c.useZone(config)
	return config, nil
}

// askable is config for a command that a running daemon can answer: mistakes do not keep
// the command from a daemon that runs, since such a daemon was started before they were
// made. They are told in one line.
func (c *call) askable(ctx context.Context) (configs.Config, error) {
	config, err := configs.Load(c.configPath())
	var wrong *configs.Errors
	switch {
	case err == nil:
	case !errors.As(err, &wrong), !app.Answers(ctx, app.SocketPath(config.DataDir)):
		return configs.Config{}, explainMistakes(c.terminal, err)
	case !c.warned:
		c.warned = true
		c.tell(catalogue.ConfigStale, len(wrong.Mistakes), wrong.Path, wrong.Mistakes[0].Text(c.lang))
	}
	c.useZone(config)
	return config, nil
}

// giveToService gives a file that root has made to the user of the service, who has to
// read it. Any other user keeps the file.
func (c *call) giveToService(path string) error {
	config, _ := configs.Load(c.configPath()) // the file may be what the configuration lacks
	service, other := configs.ServiceAccount(config.DataDir)
	if !other || os.Geteuid() != 0 {
		return nil
	}
	return os.Chown(path, service.UID, service.GID)
}

// keys returns the keys that the configuration names; none if it names no key file.
func (c *call) keys(ctx context.Context) ([]sealed.Key, error) {
	config, err := c.askable(ctx)
	if err != nil {
		return nil, err
	}
	return sealed.LoadKeys(sealed.KeyPath(config.KeyFile))
}

// wrongUsage returns a usageError of the subcommand.
func (c *call) wrongUsage(key catalogue.Key, args ...any) error {
	return wrongUsage(c.terminal, c.cmd, key, args...)
}

// usageError is a command line that cannot be understood: exit status 2.
type usageError struct {
	text  string // what is wrong
	usage string // how the command is used
}

func (e *usageError) Error() string { return e.text }

// wrongUsage returns a usageError of cmd.
func wrongUsage(t *terminal, cmd *cobra.Command, key catalogue.Key, args ...any) error {
	return &usageError{text: t.say(key, args...), usage: cmd.UsageString()}
}

// explainFlag returns what is wrong with a flag as a usageError.
func explainFlag(t *terminal, cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		noValue *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		dashes := "--"
		if unknown.GetSpecifiedShortnames() != "" {
			dashes = "-"
		}
		return wrongUsage(t, cmd, catalogue.UsageUnknownFlag, dashes+unknown.GetSpecifiedName())
	case errors.As(err, &noValue):
		return wrongUsage(t, cmd, catalogue.UsageFlagValue, "--"+noValue.GetFlag().Name)
	case errors.As(err, &invalid):
		return wrongUsage(t, cmd, catalogue.UsageInvalidFlag, "--"+invalid.GetFlag().Name, invalid.GetValue())
	}
	return &usageError{text: err.Error(), usage: cmd.UsageString()}
}

// usageTemplate is the template of cobra, shortened and in the language of the terminal.
func usageTemplate(t *terminal) string {
	template := `USAGE
  {{.UseLine}}{{if .HasAvailableSubCommands}} …{{end}}
{{if .HasAvailableSubCommands}}
COMMANDS{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{end}}{{if .HasAvailableLocalFlags}}
FLAGS
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}`
	return strings.NewReplacer(
		"USAGE", t.say(catalogue.CommandUsage),
		"COMMANDS", t.say(catalogue.CommandCommands),
		"FLAGS", t.say(catalogue.CommandFlags),
	).Replace(template)
}
