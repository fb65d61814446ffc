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

func (p *program) demoCommand() *cobra.Command {
	listen := configs.Default().HTTP.Listen
	cmd := p.command("demo", catalogue.CommandDemo, 0, 0, func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		if end, err := cmd.Flags().GetDuration("for"); err != nil {
			return err
		} else if end > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, end)
			defer cancel()
		}
		listen, dataDir := cmd.Flag("listen").Value.String(), cmd.Flag("data-dir").Value.String()
		if err := p.checkDemoFlags(cmd, listen, dataDir); err != nil {
			return err
		}
		return p.demo(ctx, listen, cmd.Flags().Changed("listen"), dataDir)
	})
	cmd.Flags().String("listen", listen, p.say(catalogue.FlagListen))
	cmd.Flags().String("data-dir", "", p.say(catalogue.FlagDataDir))
	cmd.Flags().Duration("for", 0, p.say(catalogue.FlagFor))
	return cmd
}

// checkDemoFlags says what is wrong with the flags that become configuration, by the
// names they have here.
func (p *program) checkDemoFlags(cmd *cobra.Command, listen, dataDir string) error {
	config := configs.Default()
	config.HTTP.Listen = listen
	if dataDir != "" {
		config.DataDir = dataDir
	}
	var wrong *configs.Errors
	if !errors.As(config.Validate(), &wrong) {
		return nil
	}
	flag := map[string]string{"http.listen": "--listen", "data_dir": "--data-dir"}
	lines := make([]string, len(wrong.Mistakes))
	for i, m := range wrong.Mistakes {
		lines[i] = fmt.Sprintf("%s: %s. %s", flag[m.Key], m.Problem(p.lang), m.Remedy(p.lang))
	}
	return &usageError{text: strings.Join(lines, "\n"), usage: cmd.UsageString()}
}

// demo runs the daemon with a town of emulated patients until ctx is done. If
// listen is taken and the caller does not insist on it, another port is used.
func (p *program) demo(ctx context.Context, listen string, insist bool, dataDir string) (err error) {
	kept := dataDir
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

	daemon, err := p.startDemo(ctx, demoConfig(town, listen, dataDir), insist)
	if err != nil {
		return err
	}
	if kept != "" { // only now: before, it was not ours
		defer fmt.Fprintln(p.stdout, p.say(catalogue.DemoData, kept))
	}
	traffic, err := p.runDemo(ctx, daemon.URL(), app.SocketPath(dataDir))
	// The traffic has ended by now; what is in the air may still arrive.
	if stopErr := daemon.Stop(context.WithoutCancel(ctx)); stopErr != nil {
		return errors.Join(err, stopErr)
	}
	if err == nil {
		fmt.Fprintln(p.stdout)
		fmt.Fprintln(p.stdout, p.say(catalogue.DemoSummary, traffic.sent, traffic.delivered, traffic.failed, traffic.received))
		fmt.Fprintln(p.stdout, p.say(catalogue.DemoAnswers, traffic.answers["yes"], traffic.answers["no"], traffic.answers["unclear"], len(traffic.waiting)))
	}
	return err
}

// demoConfig is the configuration of the demo: that of a clinic that sends at any
// hour.
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

// startDemo starts the daemon, on another port if the one wanted is taken.
func (p *program) startDemo(ctx context.Context, config configs.Config, insist bool) (*app.App, error) {
	// Numbers that fail are part of the show and not worth a line of log.
	options := app.Options{Version: programVersion(), Logger: newLogger(p.stderr, "text", slog.LevelError)}
	start := func() (*app.App, error) {
		daemon, err := app.New(config, options)
		if err != nil {
			return nil, p.sayMistakes(err)
		}
		return daemon, daemon.Start(ctx)
	}
	daemon, err := start()
	var taken *app.ListenError
	if !insist && errors.As(err, &taken) && errors.Is(err, syscall.EADDRINUSE) {
		config.HTTP.Listen = "127.0.0.1:0"
		if daemon, err = start(); err == nil {
			fmt.Fprintln(p.stdout, p.say(catalogue.DemoPortTaken, taken.Address, daemon.URL()))
		}
	}
	return daemon, err
}

// runDemo introduces the demo, makes traffic and shows it until ctx is done.
func (p *program) runDemo(ctx context.Context, url, socket string) (*traffic, error) {
	c, err := client.New("unix:"+socket, "", client.WithLanguage(string(p.lang)))
	if err != nil {
		return nil, err
	}
	token, err := newDemoToken(ctx, c)
	if err != nil {
		return nil, err
	}
	p.introduce(url, token)
	traffic := &traffic{program: p, client: c, out: p.stdout}
	return traffic, traffic.run(ctx)
}

// newDemoToken makes a token, in the place of the one of an earlier demo on the
// same data.
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

func (p *program) introduce(url, token string) {
	fmt.Fprintf(p.stdout, "%s\n\n", p.say(catalogue.DemoIntroduction))
	fmt.Fprintf(p.stdout, "%s %s/docs\n", p.say(catalogue.DemoPage), url)
	fmt.Fprintf(p.stdout, "%s %s\n\n", p.say(catalogue.DemoToken), token)
	fmt.Fprintf(p.stdout, "%s\n\n  %s\n\n", p.say(catalogue.DemoCurl), curlLine(url, token, p.say(catalogue.DemoText)))
	fmt.Fprintf(p.stdout, "%s\n\n", p.say(catalogue.DemoTraffic))
}

// curlLine is a command that works when it is pasted into a shell.
func curlLine(url, token, text string) string {
	// Neither a struct of strings nor its JSON can fail or hold an apostrophe,
	// which would end the shell's quotes: the texts of the catalogue have none.
	body, _ := json.Marshal(client.MessageRequest{To: guest, Text: text})
	return fmt.Sprintf("curl -s '%s/v1/messages' -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '%s'", url, token, body)
}
