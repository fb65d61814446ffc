package at_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/modem/at"
)

func TestA1LateAnswerIsNotTheNextCommands(t *testing.T) {
	t.Parallel()
	reply := func(p *peer, in string) {
		switch in {
		case "AT+CPIN?": // answers after our patience has ended
			go func() {
				<-time.After(patience + 100*time.Millisecond)
				p.lines("+CPIN: READY", "OK")
			}()
		case "AT+CMGD=7":
			p.lines("+CMS ERROR: 321")
		default:
			script{}.reply(p, in)
		}
	}
	talk(t, reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		if _, err := c.Command(t.Context(), "+CPIN?", patience); !errors.Is(err, at.ErrTimeout) {
			t.Fatalf("+CPIN?: %v, want ErrTimeout", err)
		}
		before := len(p.received())
		if _, err := c.Command(t.Context(), "+CMGD=7", patience); !errors.Is(err, at.ErrOutOfStep) {
			t.Fatalf("+CMGD before Resync: %v, want ErrOutOfStep", err)
		}
		if got := p.received()[before:]; len(got) != 0 {
			t.Fatalf("out of step, yet wrote %q", got)
		}
		if err := c.Resync(t.Context()); err != nil {
			t.Fatal(err)
		}
		info, err := c.Command(t.Context(), "+CMGD=7", patience)
		var refused *at.Error
		if !errors.As(err, &refused) || refused.Code != 321 || len(info) != 0 {
			t.Errorf("+CMGD: %q, %v; want +CMS ERROR 321 and no lines", info, err)
		}
	})
}

func TestA1LateReferenceBelongsToItsSubmission(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		late []string
		want at.Unsolicited
	}{
		{"accepted", []string{"+CMGS: 101", "OK"}, at.Unsolicited{Kind: at.LateAnswer, Name: "+CMGS", MR: 101}},
		{"refused", []string{"+CMS ERROR: 38"}, at.Unsolicited{
			Kind: at.LateRefusal, Name: "+CMGS", Text: "+CMS ERROR: 38", MR: -1,
			Err: &at.Error{Family: "CMS", Code: 38, Text: "38"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const late = 185 * time.Second
			var paid time.Time
			reply := func(p *peer, in string) {
				switch {
				case in == submitCommand:
					p.say("\r\n> ")
				case in == submitPayload && paid.IsZero():
					paid = time.Now()
					go func() {
						<-time.After(late)
						p.lines(tt.late...)
					}()
				case in == submitPayload:
					p.lines("+CMGS: 102", "OK")
				case time.Since(paid) < late: // deaf while it submits
				default:
					script{}.reply(p, in)
				}
			}
			talk(t, reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
				_, phase, err := submit(t, c)
				if phase != at.AfterPayload || !errors.Is(err, at.ErrTimeout) {
					t.Fatalf("first: phase %v, %v; want a time-out after the payload", phase, err)
				}
				if err := c.Resync(t.Context()); err != nil {
					t.Fatal(err)
				}
				mr, _, err := submit(t, c)
				if mr != 102 || err != nil {
					t.Errorf("second: %d, %v; want 102", mr, err)
				}
				if diff := cmp.Diff([]at.Unsolicited{tt.want}, r.list()); diff != "" {
					t.Errorf("unsolicited (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A process that was killed leaves a submission behind whose answer comes to the
// next one. It must not be taken for the answer to that one's first AT.
func TestA1AnswerToAnEarlierProcess(t *testing.T) {
	t.Parallel()
	for name, left := range map[string][]string{
		"accepted": {"+CMGS: 77", "OK"}, "refused": {"+CMS ERROR: 38"}, "a stray OK": {"OK"}, "two stray": {"OK", "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := true
			reply := func(p *peer, in string) {
				if first {
					first = false
					p.lines(left...)
				}
				switch in {
				case "AT", "ATE0": // answered a little later, each in turn
					<-time.After(20 * time.Millisecond)
					p.lines("OK")
				case "AT+CSQ":
					p.lines("+CSQ: 4,99", "OK")
				default:
					p.lines("ERROR")
				}
			}
			talk(t, reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
				for range 3 {
					info, err := c.Command(t.Context(), "+CSQ", patience)
					if err != nil || !slices.Equal(info, []string{"+CSQ: 4,99"}) {
						t.Errorf("answer %q, %v", info, err)
					}
				}
				if _, err := c.Command(t.Context(), "+CMGD=1", patience); err == nil {
					t.Error("+CMGD was refused, and an OK came back")
				}
			})
		})
	}
}
