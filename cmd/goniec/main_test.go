package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"goniec/api/client"
	"goniec/app"
)

// TestMain lets the test binary be the program: commands named goniec, in scripts
// and in child processes of tests, run main.
func TestMain(m *testing.M) {
	testscript.Main(waiting{m}, map[string]func(){"goniec": main})
}

// waiting runs more tests at once than there are processors, unless -parallel says how
// many: nearly all the time they wait for daemons, which wait for modems.
type waiting struct{ *testing.M }

func (w waiting) Run() int {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", "12"); err != nil {
			panic(err)
		}
	}
	return w.M.Run()
}

// TestScripts runs the command lines in testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("LC_ALL", "C")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":    exits,
			"town":     startTown,
			"answers":  answers,
			"ready":    ready,
			"show":     show,
			"recorded": startRecorded,
			"takes":    takes,
			"typed":    typed,
			"mistyped": mistyped,
			"rotated":  rotated,
			"append":   appendLine,
			"received": received,
		},
		Condition: func(condition string) (bool, error) {
			if condition != "root" {
				return false, fmt.Errorf("unknown condition %s", condition)
			}
			return os.Geteuid() == 0, nil
		},
		RequireExplicitExec: true,
	})
}

// exits runs a command and compares its exit status: exits 2 goniec nonsense.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || neg {
		ts.Fatalf("usage: exits STATUS COMMAND…")
	}
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		got = failed.ExitCode()
	case err != nil:
		ts.Fatalf("run %s: %v", args[1], err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// startTown starts emulated modems with patients for the rest of the script and
// writes a configuration for them: town goniec.yaml.
func startTown(ts *testscript.TestScript, _ bool, args []string) {
	town, err := newTown(1, nil)
	ts.Check(err)
	ts.Defer(town.close)
	ts.Setenv("DEVICE", town.ports[0].Path())
	text := fmt.Sprintf("data_dir: %s\nhttp: {listen: \"127.0.0.1:0\"}\nquiet_hours: {from: \"00:00\", to: \"00:00\"}\nmodems:\n  - {name: m0, device: %s}\n",
		ts.MkAbs("data"), town.ports[0].Path())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// show prints what became of the message whose id is in a file: show goniec.yaml id.
func show(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("goniec", "message", "show", strings.TrimSpace(ts.ReadFile(args[1])), "--config", args[0]))
}

// ready waits until a modem of the daemon with this data directory is ready.
func ready(ts *testscript.TestScript, _ bool, args []string) {
	c, err := client.New("unix:"+app.SocketPath(ts.MkAbs(args[0])), "")
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		m, err := c.Modem(ctx, args[1])
		if err == nil && m.State == "ready" {
			return
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("modem %s is %s: %v", args[1], m.State, err)
		case <-ticker.C:
		}
	}
}

// answers waits until the daemon answers on the socket of a data directory.
func answers(ts *testscript.TestScript, _ bool, args []string) {
	socket := app.SocketPath(ts.MkAbs(args[0]))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !app.Answers(ctx, socket) {
		select {
		case <-ctx.Done():
			ts.Fatalf("nobody answers on %s", filepath.Base(socket))
		case <-ticker.C:
		}
	}
}

// typed writes the groups of a recovery sheet as somebody types them: typed sheet.
func typed(ts *testscript.TestScript, _ bool, args []string) {
	var groups []string
	for _, line := range strings.Split(ts.ReadFile(args[0]), "\n") {
		if fields := strings.Fields(line); strings.HasPrefix(line, "    ") && len(fields) > 1 {
			groups = append(groups, strings.ToLower(strings.Join(fields[1:], " ")))
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs("typed"), []byte(strings.Join(groups, "\n")+"\n"), 0o600))
}

// mistyped changes the third group of what typed wrote.
func mistyped(ts *testscript.TestScript, _ bool, args []string) {
	groups := strings.Fields(ts.ReadFile(args[0]))
	last := byte('x')
	if groups[2][4] == last {
		last = 'y'
	}
	groups[2] = groups[2][:4] + string(last)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(groups, " ")+"\n"), 0o600))
}

// rotated waits until the daemon has all data under its newest key: rotated data.
func rotated(ts *testscript.TestScript, _ bool, args []string) {
	c, err := client.New("unix:"+app.SocketPath(ts.MkAbs(args[0])), "")
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		if e, err := c.Encryption(ctx); err == nil && e.Enabled && !e.Rotating {
			return
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("the data is never under the new key")
		case <-ticker.C:
		}
	}
}

// appendLine appends a line to a file: append goniec.yaml 'timezone: Asia/Tokyo'.
func appendLine(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(ts.ReadFile(args[0])+args[1]+"\n"), 0o600))
}

// received waits until a text has come in and replies have looked at it: received data.
func received(ts *testscript.TestScript, _ bool, args []string) {
	c, err := client.New("unix:"+app.SocketPath(ts.MkAbs(args[0])), "")
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		for _, err := range c.Conversations(ctx, client.ConversationFilter{State: "waiting"}) {
			ts.Check(err)
			return
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("no text has come in")
		case <-ticker.C:
		}
	}
}
