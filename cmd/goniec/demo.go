package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"goniec/access"
	"goniec/api/client"
	"goniec/app"
	"goniec/catalogue"
	"goniec/configs"
)

const (
	demoModems = 2
	demoToken  = "demo"
)

// demo is one run of the demo: a daemon, a town of emulated patients, and a clinic that
// writes to them.
type demo struct {
	*terminal
	listen  string        // the address wanted
	insist  bool          // no other port will do
	dataDir string        // empty: a temporary directory
	length  time.Duration // from when the daemon has started; 0: until it is interrupted
}

func demoCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "demo", short: catalogue.CommandDemo, long: catalogue.EmulateNumbers, run: func(ctx context.Context, c *call) error {
		d := demo{
			terminal: c.terminal, listen: c.flag("listen"), insist: c.cmd.Flags().Changed("listen"), dataDir: c.flag("data-dir"),
			length: must(c.cmd.Flags().GetDuration("for")),
		}
		if text := d.mistakes(); text != "" {
			return &usageError{text: text, usage: c.cmd.UsageString()}
		}
		return d.run(ctx)
	}})
	cmd.Flags().String("listen", configs.Default().HTTP.Listen, t.say(catalogue.FlagListen))
	cmd.Flags().String("data-dir", "", t.say(catalogue.FlagDataDir))
	cmd.Flags().Duration("for", 0, t.say(catalogue.FlagFor))
	return cmd
}

// mistakes returns what is wrong with the flags that become configuration, by the names
// of the flags; empty if nothing is wrong.
func (d *demo) mistakes() string {
	config := configs.Default()
	config.HTTP.Listen = d.listen
	if d.dataDir != "" {
		config.DataDir = d.dataDir
	}
	var wrong *configs.Errors
	if !errors.As(config.Validate(), &wrong) {
		return ""
	}
	flag := map[string]string{"http.listen": "--listen", "data_dir": "--data-dir"}
	lines := make([]string, len(wrong.Mistakes))
	for i, m := range wrong.Mistakes {
		lines[i] = fmt.Sprintf("%s: %s. %s", flag[m.Key], m.Problem(d.lang), m.Remedy(d.lang))
	}
	return strings.Join(lines, "\n")
}

// run runs the demo until ctx is done and prints how many messages went how far.
func (d *demo) run(ctx context.Context) (err error) {
	dataDir := d.dataDir
	if dataDir == "" {
		dataDir, err = os.MkdirTemp("", "goniec-demo-")
		if err != nil {
			return fmt.Errorf("make a temporary data directory: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dataDir)) }()
	}
	town, err := newTown(demoModems, nil)
	if err != nil {
		return err
	}
	defer town.close()

	config := demoConfig(town, d.listen, dataDir)
	d.useZone(config)
	daemon, err := d.start(ctx, config)
	if err != nil {
		return unlessInterrupted(ctx, err)
	}
	if d.length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.length)
		defer cancel()
	}
	if d.dataDir != "" { // the daemon has started, so the data in the directory is of the demo
		defer d.show(catalogue.DemoData, d.dataDir)
	}
	traffic, err := d.makeTraffic(ctx, daemon, config)
	// No new message is sent now. Messages on their way may still arrive.
	if stopErr := daemon.Stop(context.WithoutCancel(ctx)); stopErr != nil {
		return errors.Join(err, stopErr)
	}
	if err == nil {
		fmt.Fprintln(d.stdout)
		d.show(catalogue.DemoSummary, traffic.sent, traffic.delivered, traffic.failed, traffic.received)
		d.show(catalogue.DemoAnswers, traffic.answers["yes"], traffic.answers["no"], traffic.answers["unclear"], len(traffic.waiting))
	}
	return err
}

// demoConfig returns the configuration of the demo: a clinic that sends at any hour.
func demoConfig(t *town, listen, dataDir string) configs.Config {
	config := configs.Default()
	config.DataDir = dataDir
	config.HTTP.Listen = listen
	config.QuietHours.To = config.QuietHours.From
	config.Calls.Text = callText
	config.Replies.Send = append(config.Replies.Send, "thanks_yes", "thanks_no")
	config.RecipientCap = configs.RecipientCap{} // the town is small, and people play
	config.ShutdownTimeout = 4 * time.Second
	for i, port := range t.ports {
		m := configs.DefaultModem()
		m.Name, m.Device = t.modemName(i), port.Path()
		m.Pace = configs.Pace{}
		m.Credit.Code, m.Credit.AlarmBelow = balanceCode, balanceAlarm
		config.Modems = append(config.Modems, m)
	}
	return config
}

// start starts the daemon. If the address is taken, it uses another port unless the
// caller insists on this address.
func (d *demo) start(ctx context.Context, config configs.Config) (*app.App, error) {
	// Numbers that fail are part of the show and not worth a line of log.
	options := app.Options{Version: programVersion(), Logger: newLogger(d.stderr, "text", slog.LevelError)}
	start := func() (*app.App, error) {
		daemon, err := app.New(config, options)
		if err != nil {
			return nil, explainMistakes(d.terminal, err)
		}
		return daemon, daemon.Start(ctx)
	}
	daemon, err := start()
	var taken *app.ListenError
	if !d.insist && errors.As(err, &taken) && errors.Is(err, syscall.EADDRINUSE) {
		config.HTTP.Listen = "127.0.0.1:0"
		if daemon, err = start(); err == nil {
			d.show(catalogue.DemoPortTaken, taken.Address, daemon.URL())
		}
	}
	return daemon, err
}

// makeTraffic introduces the demo, makes traffic and prints it until ctx is done.
func (d *demo) makeTraffic(ctx context.Context, daemon *app.App, config configs.Config) (*traffic, error) {
	gateway, err := connectDaemon(d.terminal, config)
	if err != nil {
		return nil, err
	}
	traffic := &traffic{terminal: d.terminal, client: gateway.Client, out: d.stdout}
	token, err := newDemoToken(ctx, gateway.Client)
	if err != nil {
		return traffic, unlessInterrupted(ctx, err)
	}
	d.introduce(daemon.URL(), token)
	return traffic, traffic.run(ctx)
}

// newDemoToken makes a token and revokes the token of an earlier demo on the same data.
func newDemoToken(ctx context.Context, c *client.Client) (string, error) {
	tokens, err := c.Tokens(ctx)
	if err != nil {
		return "", fmt.Errorf("list tokens: %w", err)
	}
	for _, t := range tokens {
		if t.Name != demoToken {
			continue
		}
		if err := c.RevokeToken(ctx, demoToken); err != nil {
			return "", fmt.Errorf("revoke the token of the last demo: %w", err)
		}
	}
	token, err := c.CreateToken(ctx, client.TokenRequest{Name: demoToken, Scopes: []string{
		string(access.ScopeSend), string(access.ScopeMessages), string(access.ScopeInbox), string(access.ScopeInboxWrite), string(access.ScopeModems), string(access.ScopeEvents),
	}})
	if err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return token.Secret, nil
}

// introduce prints what the demo does and how to send a message to one of its patients.
func (d *demo) introduce(url, token string) {
	fmt.Fprintf(d.stdout, "%s\n\n", d.say(catalogue.DemoIntroduction))
	fmt.Fprintf(d.stdout, "%s %s/docs\n", d.say(catalogue.DemoPage), url)
	fmt.Fprintf(d.stdout, "%s %s\n\n", d.say(catalogue.DemoToken), token)
	fmt.Fprintf(d.stdout, "%s\n\n  %s\n\n", d.say(catalogue.DemoCurl), curlLine(url, token, d.say(catalogue.DemoText)))
	fmt.Fprintf(d.stdout, "%s\n\n", d.say(catalogue.DemoTraffic))
}

// curlLine returns a command that sends a text when it is pasted into a shell.
func curlLine(url, token, text string) string {
	// Neither a struct of strings nor its JSON can fail or hold an apostrophe,
	// which would end the shell's quotes: the texts of the catalogue have none.
	body, _ := json.Marshal(client.MessageRequest{To: guest, Text: text})
	return fmt.Sprintf("curl -s '%s/v1/messages' -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '%s'", url, token, body)
}
