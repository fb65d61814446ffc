package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"goniec/catalogue"
)

// usageError is a command line that cannot be understood: exit status 2.
type usageError struct {
	text  string // what is wrong
	usage string // how the command is used
}

func (e *usageError) Error() string { return e.text }

// wrongUsage returns a usageError of cmd.
func (p *program) wrongUsage(cmd *cobra.Command, key catalogue.Key, args ...any) error {
	return &usageError{text: p.say(key, args...), usage: cmd.UsageString()}
}

// rootCommand builds the tree of subcommands.
func (p *program) rootCommand() *cobra.Command {
	root := p.group("goniec", catalogue.CommandRoot,
		p.serveCommand(), p.demoCommand(), p.emulateCommand(), p.sendCommand(),
		p.group("token", catalogue.CommandToken, p.tokenCreateCommand(), p.tokenListCommand(), p.tokenRevokeCommand()),
		p.group("config", catalogue.CommandConfig, p.configCheckCommand(), p.configSampleCommand()),
		p.group("modem", catalogue.CommandModem, p.modemListCommand(), p.modemProbeCommand(), p.modemTestCommand(), p.modemTraceCommand(), p.modemUSSDCommand(), p.modemRestartCommand(), p.modemCertifyCommand()),
		p.group("message", catalogue.CommandMessage, p.messageShowCommand()),
		p.group("reply", catalogue.CommandReply, p.replyReadCommand()),
		p.group("suppression", catalogue.CommandSuppression, p.suppressionListCommand(), p.suppressionAddCommand(), p.suppressionRemoveCommand()),
		p.forgetCommand(),
		p.backupCommand(), p.restoreCommand(), p.verifyCommand(), p.doctorCommand(), p.clockCommand(), p.keyCommand(), p.webhookCommand(), p.versionCommand(),
	)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetHelpCommand(&cobra.Command{Hidden: true})
	root.PersistentFlags().BoolP("help", "h", false, p.say(catalogue.FlagHelp))
	root.SetUsageTemplate(p.usageTemplate())
	root.SetFlagErrorFunc(p.flagError)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	return root
}

// command builds a subcommand that takes from least to most arguments.
func (p *program) command(use string, short catalogue.Key, least, most int, run func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{
		Use:                   use,
		Short:                 p.say(short),
		DisableFlagsInUseLine: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < least || len(args) > most {
				return p.wrongUsage(cmd, catalogue.UsageArguments)
			}
			return nil
		},
		RunE: run,
	}
}

// group builds a command that only has subcommands.
func (p *program) group(use string, short catalogue.Key, subcommands ...*cobra.Command) *cobra.Command {
	group := &cobra.Command{
		Use:   use,
		Short: p.say(short),
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return p.wrongUsage(cmd, catalogue.UsageUnknownCommand, args[0])
			}
			return p.wrongUsage(cmd, catalogue.UsageWantCommand)
		},
	}
	group.AddCommand(subcommands...)
	return group
}

// flagError says what is wrong with a flag in the reader's language.
func (p *program) flagError(cmd *cobra.Command, err error) error {
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
		return p.wrongUsage(cmd, catalogue.UsageUnknownFlag, dashes+unknown.GetSpecifiedName())
	case errors.As(err, &noValue):
		return p.wrongUsage(cmd, catalogue.UsageFlagValue, "--"+noValue.GetFlag().Name)
	case errors.As(err, &invalid):
		return p.wrongUsage(cmd, catalogue.UsageInvalidFlag, "--"+invalid.GetFlag().Name, invalid.GetValue())
	}
	return &usageError{text: err.Error(), usage: cmd.UsageString()}
}

// require returns a usageError if one of the flags was not given.
func (p *program) require(cmd *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if !cmd.Flags().Changed(name) {
			return p.wrongUsage(cmd, catalogue.UsageRequired, name)
		}
	}
	return nil
}

// usageTemplate is cobra's, shortened and in the reader's language.
func (p *program) usageTemplate() string {
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
		"USAGE", p.say(catalogue.CommandUsage),
		"COMMANDS", p.say(catalogue.CommandCommands),
		"FLAGS", p.say(catalogue.CommandFlags),
	).Replace(template)
}
