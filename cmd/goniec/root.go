package main

import (
	"github.com/spf13/cobra"

	"goniec/catalogue"
)

// rootCommand builds the tree of subcommands.
func rootCommand(t *terminal) *cobra.Command {
	root := newGroup(t, "goniec", catalogue.CommandRoot,
		serveCommand(t), demoCommand(t), emulateCommand(t), sendCommand(t), tokenCommand(t), configCommand(t), modemCommand(t),
		messageCommand(t), inboxCommand(t), conversationCommand(t), statusCommand(t), replyCommand(t), suppressionCommand(t), forgetCommand(t), backupCommand(t), restoreCommand(t),
		verifyCommand(t), doctorCommand(t), clockCommand(t), keyCommand(t), webhookCommand(t), versionCommand(t),
	)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetHelpCommand(helpCommand(t))
	root.Flags().BoolP("version", "v", false, t.say(catalogue.CommandVersion))
	root.Version = versionOfProgram().String()
	root.SetVersionTemplate("{{.Version}}\n")
	root.PersistentFlags().BoolP("help", "h", false, t.say(catalogue.FlagHelp))
	root.SetUsageTemplate(usageTemplate(t))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return explainFlag(t, cmd, err) })
	root.SetIn(t.stdin)
	root.SetOut(t.stdout)
	root.SetErr(t.stderr)
	return root
}

// helpCommand prints the help of a command: "goniec help token create".
func helpCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:                   "help [COMMAND…]",
		Short:                 t.say(catalogue.CommandHelp),
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 && target.HasSubCommands() {
				return unknownCommand(t, target, rest[0])
			}
			return target.Help()
		},
	}
}
