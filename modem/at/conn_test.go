package at_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/modem/at"
)

// The tests A1 to A16 hold the package to what a bare at.AT of warthog618/modem
// gets wrong, one defect each.

func TestA2NoticesAreNoAnswers(t *testing.T) {
	t.Parallel()
	s := script{"AT+CSQ": "\r\n+CMT: " + deliverHeader[1:] + "\r\n" + deliverPDU + "\r\n" +
		"\r\n+CMTI: \"SM\",3\r\n\r\n+CSQ: 21,99\r\n\r\n^RSSI:20\r\n\r\nOK\r\n"}
	talk(t, s.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		info, err := c.Command(t.Context(), "+CSQ", patience)
		if diff := cmp.Diff([]string{"+CSQ: 21,99"}, info); diff != "" || err != nil {
			t.Errorf("answer, %v (-want +got):\n%s", err, diff)
		}
		if diff := cmp.Diff([]string{"+CMT", "+CMTI", "^RSSI"}, names(r.list())); diff != "" {
			t.Errorf("notices (-want +got):\n%s", diff)
		}
	})
}

func names(all []at.Unsolicited) []string {
	out := make([]string, len(all))
	for i, u := range all {
		out[i] = u.Name
	}
	return out
}

func TestA3NoticesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	talk(t, script{}.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		const n = 2000
		for i := range n {
			p.lines(fmt.Sprintf("+CMTI: \"SM\",%d", i))
		}
		synctest.Wait()
		got := r.list()
		if len(got) != n {
			t.Fatalf("%d notices, want %d", len(got), n)
		}
		for i, u := range got {
			if want := fmt.Sprintf("\"SM\",%d", i); u.Arguments() != want {
				t.Fatalf("notice %d is %q, want %q", i, u.Arguments(), want)
			}
		}
	})
}

func TestA4PrefixesDoNotOverlap(t *testing.T) {
	t.Parallel()
	talk(t, script{}.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		p.lines("+CMTI: \"ME\",1", "+CDSI: \"SR\",2")
		p.say("\r\n+CMT: " + deliverHeader + "\r\n" + deliverPDU + "\r\n")
		p.say("\r\n+CDS: 22\r\n" + deliverPDU + "\r\n")
		p.lines("+CMTI: \"ME\",3")
		synctest.Wait()
		got := r.list()
		if diff := cmp.Diff([]string{"+CMTI", "+CDSI", "+CMT", "+CDS", "+CMTI"}, names(got)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		for i, kind := range []at.Kind{at.Line, at.Line, at.PDU, at.PDU, at.Line} {
			if got[i].Kind != kind {
				t.Errorf("notice %d has kind %d, want %d", i, got[i].Kind, kind)
			}
		}
		if len(got[2].PDU) != 30 {
			t.Errorf("+CMT has %d octets, want 30", len(got[2].PDU))
		}
	})
}

func TestA5MissingPDUSwallowsNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer string
		want         []at.Kind
	}{
		{"lost before the answer", "\r\n+CMT: ,22\r\n\r\n+CSQ: 9,99\r\n\r\nOK\r\n", []at.Kind{at.Damaged}},
		{"lost before OK", "\r\n+CSQ: 9,99\r\n\r\n+CMT: ,22\r\n\r\nOK\r\n", []at.Kind{at.Damaged}},
		{"odd digits", "\r\n+CMT: ,22\r\n07918\r\n+CSQ: 9,99\r\n\r\nOK\r\n", []at.Kind{at.Damaged}},
		{"blank lines between", "\r\n+CMT: ,22\r\n\r\n \r\n\r\n" + deliverPDU + "\r\n+CSQ: 9,99\r\n\r\nOK\r\n", []at.Kind{at.PDU}},
		{"two headers", "\r\n+CMT: ,22\r\n+CMT: ,22\r\n" + deliverPDU + "\r\n+CSQ: 9,99\r\n\r\nOK\r\n", []at.Kind{at.Damaged, at.PDU}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, script{"AT+CSQ": tt.answer}.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
				info, err := c.Command(t.Context(), "+CSQ", patience)
				if err != nil || !slices.Contains(info, "+CSQ: 9,99") {
					t.Errorf("answer %q, %v", info, err)
				}
				var got []at.Kind
				for _, u := range r.list() {
					got = append(got, u.Kind)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestA5DamagedPDUIsKept(t *testing.T) {
	t.Parallel()
	talk(t, script{}.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		p.say("\r\n+CMT: ,22\r\n" + deliverPDU[:40] + "\r\n")
		synctest.Wait()
		got := r.list()
		if len(got) != 1 || got[0].Kind != at.Damaged || len(got[0].PDU) != 20 {
			t.Errorf("got %+v, want one damaged notice with its 20 octets", got)
		}
	})
}

func TestA6StuckWriteEndsTheDialogue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe() // whose far end nobody reads
		r := &record{}
		c := at.New(near, at.Config{Handler: r.handle})
		start := time.Now()
		err := c.Resync(t.Context())
		if !errors.Is(err, at.ErrLost) {
			t.Errorf("Resync: %v, want ErrLost", err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("took %v, want the 2 s of a write and the silence before", took)
		}
		<-c.Lost()
		if got := r.list(); len(got) != 1 || got[0].Kind != at.Gone || !errors.Is(got[0].Err, at.ErrLost) {
			t.Errorf("got %+v, want Gone", got)
		}
		c.Close()
		far.Close()
	})
}

// plainPort hides the deadlines of a pipe.
type plainPort struct{ conn net.Conn }

func (p plainPort) Read(b []byte) (int, error)  { return p.conn.Read(b) }
func (p plainPort) Write(b []byte) (int, error) { return p.conn.Write(b) }
func (p plainPort) Close() error                { return p.conn.Close() }

func TestA6StuckWriteWithoutDeadlines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		c := at.New(plainPort{near}, at.Config{})
		if err := c.Resync(t.Context()); !errors.Is(err, at.ErrLost) {
			t.Errorf("Resync: %v, want ErrLost", err)
		}
		c.Close()
		far.Close()
	})
}

// zeroPort gives nothing without an error before each thing it gives.
type zeroPort struct {
	net.Conn
	zeros int
}

func (p *zeroPort) Read(b []byte) (int, error) {
	if p.zeros++; p.zeros%500 != 0 {
		return 0, nil
	}
	return p.Conn.Read(b)
}

func TestA7ZeroReadsEndNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p := &peer{conn: far, reply: script{"AT+CSQ": "\r\n+CSQ: 1,99\r\n\r\nOK\r\n"}.reply, done: make(chan struct{})}
		go p.serve()
		c := at.New(&zeroPort{Conn: near}, at.Config{Attention: time.Minute, Quiet: 6 * time.Second})
		if err := c.Resync(t.Context()); err != nil {
			t.Fatal(err)
		}
		info, err := c.Command(t.Context(), "+CSQ", time.Minute)
		if err != nil || !slices.Equal(info, []string{"+CSQ: 1,99"}) {
			t.Errorf("answer %q, %v", info, err)
		}
		c.Close()
		far.Close()
		<-p.done
	})
}

func TestA8EndlessLineIsNoise(t *testing.T) {
	t.Parallel()
	s := script{"AT+CSQ": strings.Repeat("\x80\xfe\x00U", 50_000)}
	talk(t, s.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		_, err := c.Command(t.Context(), "+CSQ", patience)
		if !errors.Is(err, at.ErrTimeout) || !errors.Is(err, at.ErrNoise) {
			t.Errorf("%v, want ErrTimeout with ErrNoise", err)
		}
		p.say("\r\n") // the line ends at last
		if err := c.Resync(t.Context()); err != nil {
			t.Errorf("Resync behind the noise: %v", err)
		}
		if n, _ := c.Counted(); n < 190_000 {
			t.Errorf("counted %d octets of noise, want nearly 200000", n)
		}
	})
}

func TestA9CloseAndContext(t *testing.T) {
	t.Parallel()
	silent := func(p *peer, in string) {
		if in == "AT" || in == "ATE0" {
			p.lines("OK")
		}
	}
	talk(t, silent, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := c.Command(ctx, "+COPS?", time.Hour)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("%v after %v, want the context's error after 1 s", err, time.Since(start))
		}
		if err := c.Resync(t.Context()); err != nil {
			t.Fatal(err)
		}
		result := make(chan error)
		go func() {
			_, err := c.Command(context.Background(), "+COPS?", time.Hour)
			result <- err
		}()
		synctest.Wait()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := <-result; !errors.Is(err, at.ErrClosed) {
			t.Errorf("command while closing: %v, want ErrClosed", err)
		}
		if _, err := c.Command(t.Context(), "+CSQ", patience); !errors.Is(err, at.ErrClosed) {
			t.Errorf("command after Close: %v, want ErrClosed", err)
		}
	})
}

func TestA10FinalLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, command, answer string
		want                  *at.Error // nil: accepted
	}{
		{"trailing blank", "+CSQ", "\r\nOK \r\n", nil},
		{"three characters at the end", "+CSQ", "\r\r\nOK\r\r\n", nil},
		{"CR only", "+CSQ", "OK\r", nil},
		{"LF only", "+CSQ", "OK\n", nil},
		{"digit", "V1", "0\r", nil},
		{"refusing digit", "V1", "4\r", &at.Error{Code: -1, Text: "4"}},
		{"plain", "+CSQ", "\r\nERROR\r\n", &at.Error{Code: -1, Text: "ERROR"}},
		{"no colon", "+CSQ", "\r\n+CMS ERROR 500\r\n", &at.Error{Family: "CMS", Code: 500, Text: "500"}},
		{"no blank", "+CSQ", "\r\n+CME ERROR:10\r\n", &at.Error{Family: "CME", Code: 10, Text: "10"}},
		{"text", "+CSQ", "\r\n+CME ERROR: SIM busy\r\n", &at.Error{Family: "CME", Code: -1, Text: "SIM busy"}},
		{"vendor", "+CSQ", "\r\nCOMMAND NOT SUPPORT\r\n", &at.Error{Code: -1, Text: "COMMAND NOT SUPPORT"}},
		{"parameters", "+CSQ", "\r\nTOO MANY PARAMETERS\r\n", &at.Error{Code: -1, Text: "TOO MANY PARAMETERS"}},
		{"carrier", "+CSQ", "\r\nNO CARRIER\r\n", &at.Error{Code: -1, Text: "NO CARRIER"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, script{"AT" + tt.command: tt.answer}.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
				start := time.Now()
				_, err := c.Command(t.Context(), tt.command, patience)
				var got *at.Error
				errors.As(err, &got)
				if diff := cmp.Diff(tt.want, got); diff != "" || tt.want == nil && err != nil {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
				if time.Since(start) != 0 {
					t.Errorf("took %v", time.Since(start))
				}
			})
		})
	}
}

func TestA10EndOfACallIsNoAnswer(t *testing.T) {
	t.Parallel()
	s := script{"AT+CSQ": "\r\nRING\r\n\r\nNO CARRIER\r\n\r\n+CSQ: 5,99\r\n\r\nOK\r\n"}
	talk(t, s.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		info, err := c.Command(t.Context(), "+CSQ", patience)
		if err != nil || !slices.Equal(info, []string{"+CSQ: 5,99"}) {
			t.Errorf("answer %q, %v", info, err)
		}
	})
}

func TestA11PromptOnlyWhereOneIsDue(t *testing.T) {
	t.Parallel()
	reply := func(p *peer, in string) {
		switch in {
		case "AT+CMENU":
			p.say("\r\n> 1 doctor\r\n> 2 nurse\r\n\r\nOK\r\n")
		case submitCommand: // the sign and its blank in two reads
			p.say("\r\n>")
			p.say(" ")
		case submitPayload:
			p.lines("+CMGS: 7", "OK")
		default:
			script{}.reply(p, in)
		}
	}
	talk(t, reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		info, err := c.Command(t.Context(), "+CMENU", patience)
		if diff := cmp.Diff([]string{"> 1 doctor", "> 2 nurse"}, info); diff != "" || err != nil {
			t.Errorf("answer, %v (-want +got):\n%s", err, diff)
		}
		if mr, _, err := submit(t, c); mr != 7 || err != nil {
			t.Errorf("Submit: %d, %v; want 7", mr, err)
		}
		p.say("\r\n+CUSD: 1,\"Menu\r\n> 1 Saldo\r\n> 2 Dalej\",15\r\n")
		synctest.Wait()
		got := r.list()
		if len(got) != 1 || got[0].Text != "+CUSD: 1,\"Menu\n> 1 Saldo\n> 2 Dalej\",15" {
			t.Errorf("got %+v, want the menu whole", got)
		}
	})
}

func TestA12SecondPromptSendsNothingTwice(t *testing.T) {
	t.Parallel()
	reply := func(p *peer, in string) {
		switch in {
		case submitCommand:
			p.say("\r\n> \r\n> ")
		case submitPayload:
			p.say("\r\n> \r\n+CMGS: 8\r\n\r\nOK\r\n")
		default:
			script{}.reply(p, in)
		}
	}
	talk(t, reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		if mr, _, err := submit(t, c); mr != 8 || err != nil {
			t.Errorf("Submit: %d, %v; want 8", mr, err)
		}
		if n := count(p.received(), submitPayload); n != 1 {
			t.Errorf("the payload was written %d times", n)
		}
	})
}

func count(list []string, want string) int {
	n := 0
	for _, s := range list {
		if s == want {
			n++
		}
	}
	return n
}

func TestA13PhaseAndSilenceWhileBusy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		reply     map[string]string
		phase     at.Phase
		wait      time.Duration // until Submit returned
		busy      time.Duration // from there until the first byte of Resync
		wantFirst string
	}{
		{"no prompt", map[string]string{submitCommand: ""}, at.BeforePayload, 20 * time.Second, 0, "\x1b"},
		{"no answer", map[string]string{submitCommand: "\r\n> ", submitPayload: ""}, at.AfterPayload, 180 * time.Second, 300 * time.Millisecond, "AT"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			talk(t, script(tt.reply).reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
				start := time.Now()
				_, phase, err := submit(t, c)
				if phase != tt.phase || !errors.Is(err, at.ErrTimeout) || time.Since(start) != tt.wait {
					t.Errorf("phase %v, %v after %v", phase, err, time.Since(start))
				}
				synctest.Wait()
				before := len(p.received())
				<-time.After(time.Minute) // nothing may be written behind our back
				if got := p.received()[before:]; len(got) != 0 {
					t.Errorf("wrote %q before Resync", got)
				}
				if err := c.Resync(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := p.received()[before:]; got[0] != tt.wantFirst {
					t.Errorf("Resync wrote %q, want %q first", got, tt.wantFirst)
				}
			})
		})
	}
}

func TestA13CancelledSubmissionIsLeftToEnd(t *testing.T) {
	t.Parallel()
	s := script{submitCommand: "\r\n> ", submitPayload: ""}
	talk(t, s.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, phase, err := c.Submit(ctx, submitLength, submitPDU)
		if phase != at.AfterPayload || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("phase %v, %v", phase, err)
		}
		before, start := len(p.received()), time.Now()
		resynced := make(chan error)
		go func() { resynced <- c.Resync(t.Context()) }()
		<-time.After(time.Minute)
		if got := p.received()[before:]; len(got) != 0 {
			t.Errorf("wrote %q to a modem that may be submitting", got)
		}
		p.lines("+CMGS: 55", "OK") // the modem has ended early
		if err := <-resynced; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 61*time.Second {
			t.Errorf("Resync took %v, want it to go on at the late answer", took)
		}
		if got := r.list(); len(got) != 1 || got[0].Kind != at.LateAnswer || got[0].MR != 55 {
			t.Errorf("got %+v, want the late reference 55", got)
		}
	})
}

func TestA14NoticesWhileIdleAndNoReset(t *testing.T) {
	t.Parallel()
	talk(t, script{}.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		p.lines("RDY", "+CPIN: READY", "SMS Ready", "+CREG: 5", "OK")
		synctest.Wait()
		want := []string{"RDY", "+CPIN", "SMS READY", "+CREG"}
		if diff := cmp.Diff(want, names(r.list())); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for _, in := range p.received() {
			if strings.HasPrefix(in, "ATZ") || strings.HasPrefix(in, "AT&F") {
				t.Errorf("wrote %q, which resets what the user has set", in)
			}
		}
		if _, n := c.Counted(); n != 1 {
			t.Errorf("%d strays, want the OK", n)
		}
	})
}

// shortPort takes at most three octets a write.
type shortPort struct{ net.Conn }

func (p shortPort) Write(b []byte) (int, error) { return p.Conn.Write(b[:min(3, len(b))]) }

func TestA15ShortWrites(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		s := script{submitCommand: "\r\n> ", submitPayload: "\r\n+CMGS: 9\r\n\r\nOK\r\n"}
		p := &peer{conn: far, reply: s.reply, done: make(chan struct{})}
		go p.serve()
		c := at.New(shortPort{near}, at.Config{})
		if err := c.Resync(t.Context()); err != nil {
			t.Fatal(err)
		}
		if mr, _, err := c.Submit(t.Context(), submitLength, submitPDU); mr != 9 || err != nil {
			t.Errorf("Submit: %d, %v; want 9", mr, err)
		}
		if n := count(p.received(), submitPayload); n != 1 {
			t.Errorf("the payload arrived whole %d times", n)
		}
		c.Close()
		far.Close()
		<-p.done
	})
}

func TestA16ErrorsAreTyped(t *testing.T) {
	t.Parallel()
	s := script{submitCommand: "\r\n> ", submitPayload: "\r\n+CMS ERROR: 38\r\n", "AT+CSQ": "\r\n+CSQ: 3,99\r\n\r\nOK\r\n"}
	talk(t, s.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		_, phase, err := submit(t, c)
		var refused *at.Error
		if !errors.As(err, &refused) || refused.Family != "CMS" || refused.Code != 38 || phase != at.AfterPayload {
			t.Errorf("phase %v, %v", phase, err)
		}
		if _, err := c.Command(t.Context(), "+CSQ", patience); err != nil {
			t.Errorf("an error is an answer, yet the next command says %v", err)
		}
	})
}
