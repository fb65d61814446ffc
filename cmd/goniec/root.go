package main

import (
	"github.com/spf13/cobra"

	"goniec/catalogue"
)

// rootCommand builds the tree of subcommands.
func rootCommand(t *terminal) *cobra.Command {
	root := newGroup(t, "goniec", catalogue.CommandRoot,
		serveCommand(t), demoCommand(t), emulateCommand(t), sendCommand(t), tokenCommand(t), configCommand(t), modemCommand(t),
		messageCommand(t), replyCommand(t), suppressionCommand(t), forgetCommand(t), backupCommand(t), restoreCommand(t),
		verifyCommand(t), doctorCommand(t), clockCommand(t), keyCommand(t), webhookCommand(t), versionCommand(t),
	)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetHelpCommand(&cobra.Command{Hidden: true})
	root.PersistentFlags().BoolP("help", "h", false, t.say(catalogue.FlagHelp))
	root.SetUsageTemplate(usageTemplate(t))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return explainFlag(t, cmd, err) })
	root.SetIn(t.stdin)
	root.SetOut(t.stdout)
	root.SetErr(t.stderr)
	return root
}
