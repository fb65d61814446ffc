package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

// backupDir is where the unit goniec-backup.service puts copies.
const backupDir = "/var/lib/goniec-backup"

// gatewayStatus is what status prints for programs.
type gatewayStatus struct {
	Healthy   bool                  `json:"healthy"`
	Ready     bool                  `json:"ready"`
	NotReady  []string              `json:"not_ready,omitempty"` // why, for people
	Clock     client.Clock          `json:"clock"`
	Modems    []client.Modem        `json:"modems"`
	Messages  map[client.Status]int `json:"messages"`
	Waiting   int                   `json:"waiting_conversations"`
	Alarms    []client.Alarm        `json:"alarms"`
	Backup    *time.Time            `json:"backup,omitempty"` // the newest in backupDir
	backupSet bool                  // backupDir exists and may be read
}

func statusCommand(t *terminal) *cobra.Command {
	return newCommand(t, command{use: "status", short: catalogue.CommandStatus, long: catalogue.CommandStatusLong, output: true, ask: showStatus})
}

// showStatus prints how the gateway is, on one screen. It fails unless all is well.
func showStatus(ctx context.Context, c *call, gateway *connection) error {
	status, err := readStatus(ctx, gateway)
	if err != nil {
		return gateway.explain(err)
	}
	if c.asJSON {
		err = c.printJSON(status)
	} else {
		err = printStatus(c.terminal, status)
	}
	if err == nil && !status.Healthy {
		return errExplained
	}
	return err
}

// readStatus asks the gateway for everything that status shows.
func readStatus(ctx context.Context, gateway *connection) (s gatewayStatus, err error) {
	var notReady *client.Problem
	switch err := gateway.Ready(ctx); {
	case errors.As(err, &notReady) && len(notReady.Errors) > 0:
		for _, e := range notReady.Errors {
			s.NotReady = append(s.NotReady, e.Detail)
		}
	case err != nil:
		return s, err
	default:
		s.Ready = true
	}
	if s.Clock, err = gateway.Clock(ctx); err != nil {
		return s, err
	}
	if s.Modems, err = gateway.Modems(ctx); err != nil {
		return s, err
	}
	counts, err := gateway.Queue(ctx)
	if err != nil {
		return s, err
	}
	s.Messages = counts.Messages
	bar := gateway.terminal.progress()
	defer bar.clear()
	for _, err := range gateway.Conversations(ctx, client.ConversationFilter{State: "waiting"}) {
		if err != nil {
			return s, err
		}
		if s.Waiting++; s.Waiting%defaultLimit == 0 {
			bar.say(catalogue.ListProgress, s.Waiting)
		}
	}
	if s.Alarms, err = gateway.Alarms(ctx); err != nil {
		return s, err
	}
	if !gateway.remote {
		s.Backup, s.backupSet = newestBackup(backupDir)
	}
	s.Healthy = s.Ready && s.Clock.Believed && len(s.Alarms) == 0 && !slices.ContainsFunc(s.Modems, needsPerson)
	return s, nil
}

// needsPerson reports whether a person should look after a modem. One that is being set up
// needs nobody.
func needsPerson(m client.Modem) bool {
	switch m.State {
	case "ready":
		return len(m.Alarms) > 0
	case "absent", "sim_locked", "faulted", "parked":
		return true
	}
	return m.LastError != nil
}

// newestBackup returns when the newest copy in dir was made; nil: there is none. ok is false
// if there is no such directory, or this user may not read it.
func newestBackup(dir string) (at *time.Time, ok bool) {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || filepath.Ext(entry.Name()) != ".db" {
			continue
		}
		if made := info.ModTime(); at == nil || made.After(*at) {
			at = &made
		}
	}
	return at, err == nil
}

func printStatus(t *terminal, s gatewayStatus) error {
	if s.Ready {
		t.show(catalogue.DoctorDaemonReady)
	} else {
		t.show(catalogue.DoctorDaemonWaits, strings.Join(s.NotReady, " "))
	}
	fmt.Fprintln(t.stdout, strings.Join(t.describeClock(s.Clock), " "))
	fmt.Fprintln(t.stdout)
	if err := printModems(t, s.Modems); err != nil {
		return err
	}
	t.show(catalogue.StatusMessages, t.sayCounts(s.Messages, open), t.sayCounts(s.Messages, closed))
	t.show(catalogue.StatusWaiting, s.Waiting)
	switch {
	case s.Backup != nil:
		t.show(catalogue.StatusBackup, t.when(*s.Backup), backupDir)
	case s.backupSet:
		t.show(catalogue.StatusNoBackup, backupDir)
	}
	for _, a := range s.Alarms {
		t.show(catalogue.StatusAlarm, a.Detail, t.when(a.At), a.Remedy)
	}
	verdict := catalogue.StatusUnwell
	if s.Healthy {
		verdict = catalogue.StatusWell
	}
	t.show(verdict)
	return nil
}

// The statuses in the order of the way of a message.
var (
	open   = []client.Status{client.StatusScheduled, client.StatusQueued, client.StatusSending, client.StatusHeld, client.StatusUncertain, client.StatusSent}
	closed = []client.Status{client.StatusDelivered, client.StatusFailed, client.StatusExpired, client.StatusCancelled}
)

// sayCounts returns the counts of statuses in words: "queued 3, held 1".
func (t *terminal) sayCounts(counts map[client.Status]int, statuses []client.Status) string {
	words := make([]string, len(statuses))
	for i, s := range statuses {
		words[i] = fmt.Sprintf("%s %d", t.say(catalogue.StatusText(string(s))), counts[s])
	}
	return strings.Join(words, ", ")
}
