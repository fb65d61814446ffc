package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"goniec/api/client"
	"goniec/app"
	"goniec/modem/emulator"
)

// startRecorded plays a recording for the rest of the script and writes a
// configuration for it: recorded FILE goniec.yaml.
func startRecorded(ts *testscript.TestScript, _ bool, args []string) {
	file, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer file.Close()
	trace, err := emulator.ReadTrace(file)
	ts.Check(err)
	device := emulator.NewReplay(trace, emulator.ReplayOptions{})
	ts.Defer(func() { ts.Check(device.Close()) })
	port, err := device.OpenPTY()
	ts.Check(err)
	text := fmt.Sprintf("data_dir: %s\nhttp: {listen: \"127.0.0.1:0\"}\nquiet_hours: {from: \"00:00\", to: \"00:00\"}\nmodems:\n  - {name: m0, device: %s}\n",
		ts.MkAbs("replayed"), port)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// takes waits until the modem of a recording has taken the text of the queue.
func takes(ts *testscript.TestScript, _ bool, _ []string) {
	c, err := client.New("unix:"+app.SocketPath(ts.MkAbs("replayed")), "")
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		modems, err := c.Modems(ctx)
		ts.Check(err)
		if len(modems) == 1 && modems[0].Counters.Sent == 1 {
			return
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("the recorded modem takes no text: %+v", modems)
		case <-ticker.C:
		}
	}
}
