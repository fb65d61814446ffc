package at_test

import (
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/modem/at"
)

// TestAwaitsWhatWasLeftBehind opens a port at which a process that has died left a
// payload. Nothing may be written before its answer has come, or its time is over.
func TestAwaitsWhatWasLeftBehind(t *testing.T) {
	t.Parallel()
	const esc = "\x1b"
	for _, c := range []struct {
		name  string
		says  []string
		after time.Duration
		quiet time.Duration // nothing is written for so long
		wrote []string      // by Resync, from then on
		want  []at.Unsolicited
	}{
		{name: "accepted", says: []string{"+CMGS: 101", "OK"}, after: 20 * time.Second, quiet: 20 * time.Second, wrote: []string{"AT", "ATE0"},
			want: []at.Unsolicited{{Kind: at.LateAnswer, Name: "+CMGS", MR: 101}}},
		{name: "refused", says: []string{"+CMS ERROR: 38"}, after: 20 * time.Second, quiet: 20 * time.Second, wrote: []string{"AT", "ATE0"},
			want: []at.Unsolicited{{Kind: at.LateRefusal, Name: "+CMGS", Text: "+CMS ERROR: 38", MR: -1, Err: &at.Error{Family: "CMS", Code: 38, Text: "38"}}}},
		{name: "at once", says: []string{"+CMGS: 7"}, after: time.Millisecond, wrote: []string{"AT", "ATE0"},
			want: []at.Unsolicited{{Kind: at.LateAnswer, Name: "+CMGS", MR: 7}}},
		{name: "nothing", after: time.Hour, quiet: time.Minute, wrote: []string{esc, "AT", "ATE0"}},
		{name: "something else", says: []string{`+CMTI: "SM",3`, "OK"}, after: 20 * time.Second, quiet: time.Minute, wrote: []string{esc, "AT", "ATE0"},
			want: []at.Unsolicited{{Kind: at.Line, Name: "+CMTI", Text: `+CMTI: "SM",3`, MR: -1}}},
		{name: "started anew", says: []string{"RDY"}, after: 20 * time.Second, quiet: 20 * time.Second, wrote: []string{"AT", "ATE0"},
			want: []at.Unsolicited{{Kind: at.Line, Name: "RDY", Text: "RDY", MR: -1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				p := &peer{conn: far, reply: script{}.reply, done: make(chan struct{})}
				go p.serve()
				r, start := &record{}, time.Now()
				conn := at.New(near, at.Config{Handler: r.handle, Awaits: start.Add(time.Minute)})
				says := time.AfterFunc(c.after, func() { p.lines(c.says...) })
				quiet := time.AfterFunc(c.quiet-time.Millisecond, func() {
					if got := p.received(); len(got) > 0 {
						t.Errorf("wrote %q to a modem that was sending", got)
					}
				})
				if err := conn.Resync(t.Context()); err != nil {
					t.Errorf("Resync: %v", err)
				}
				if took := time.Since(start); took > c.quiet+2*time.Second {
					t.Errorf("in step after %v, want %v and a little", took, c.quiet)
				}
				if got := p.received(); !slices.Equal(got, c.wrote) {
					t.Errorf("wrote %q, want %q", got, c.wrote)
				}
				if diff := cmp.Diff(c.want, r.list()); diff != "" {
					t.Errorf("unsolicited (-want +got):\n%s", diff)
				}
				says.Stop()
				quiet.Stop()
				if err := conn.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				far.Close()
				<-p.done
			})
		})
	}
}
