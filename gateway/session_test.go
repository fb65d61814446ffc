package gateway

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/event"
	"goniec/inbox"
	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/store/memstore"
)

// These tests are about moments that no emulated modem brings about, so they
// look from inside: a session without a port, on a real queue.

// sessionWithoutPort returns a session without a port, and a part that it has claimed.
func sessionWithoutPort(t *testing.T) (*session, queue.Submission) {
	t.Helper()
	s := memstore.New()
	events := event.New(s, "box")
	q, err := queue.New(queue.Config{Store: s, Events: events, Box: "box"})
	if err != nil {
		t.Fatal(err)
	}
	in, err := inbox.New(inbox.Config{Store: s, Events: events, Queue: q})
	if err != nil {
		t.Fatal(err)
	}
	g := New(Config{Store: s, Queue: q, Inbox: in, Events: events, Modems: []ModemConfig{{Config: modem.Config{Name: "sim-a"}}}})
	w := g.workers["sim-a"]
	x := newSession(w.beginOpening().ctx, w)
	x.id = queue.Worker{Modem: "sim-a", SIM: "260010000000001"}
	to, err := pdu.ParseAddress("+48600100200")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := q.Enqueue(t.Context(), queue.Caller{Token: "his"}, []queue.Draft{{To: to, Text: "Wizyta jutro"}}); err != nil {
		t.Fatal(err)
	}
	sub, ok, err := q.Claim(t.Context(), x.id)
	if err != nil || !ok {
		t.Fatalf("claim: %v, %v", ok, err)
	}
	t.Cleanup(func() {
		if err := g.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return x, sub
}

func (s *session) statusOf(t *testing.T, sub queue.Submission) queue.Status {
	t.Helper()
	m, err := s.worker.gateway.queue.Load().Message(t.Context(), sub.Message.ID)
	if err != nil {
		t.Fatal(err)
	}
	return m.Status
}

func TestLateAnswers(t *testing.T) {
	t.Parallel()
	refusal := func(c modem.Class) modem.Indication {
		return modem.Indication{Kind: modem.LateRefusal, Err: &modem.Fault{Op: "submit", Code: 1, Family: "CMS", Class: c}}
	}
	for _, c := range []struct {
		name   string
		late   modem.Indication
		before queue.Status
		want   queue.Status
	}{
		{"accepted", modem.Indication{Kind: modem.LateSubmit, MR: 7}, queue.StatusUncertain, queue.StatusSent},
		{"refused for good", refusal(modem.Permanent), queue.StatusUncertain, queue.StatusFailed},
		{"refused for now", refusal(modem.Transient), queue.StatusUncertain, queue.StatusQueued},
		{"of the modem's own", refusal(modem.ModemFault), queue.StatusUncertain, queue.StatusQueued},
		{"nobody knows still", refusal(modem.Uncertain), queue.StatusUncertain, queue.StatusUncertain},
		{"the service centre has it", refusal(modem.Duplicate), queue.StatusUncertain, queue.StatusSent},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, sub := sessionWithoutPort(t)
				v := verdict{outcome: queue.Outcome{Kind: queue.Uncertain, At: time.Now()}}
				if _, _, err := s.sender.record(sub, v, false); err != nil {
					t.Fatal(err)
				}
				if got := s.statusOf(t, sub); got != c.before {
					t.Errorf("before: %s", got)
				}
				for range 2 { // the second finds no attempt that waits
					if err := s.handle(c.late); err != nil {
						t.Fatal(err)
					}
					if got := s.statusOf(t, sub); got != c.want {
						t.Errorf("after: %s, want %s", got, c.want)
					}
				}
			})
		})
	}
}

func TestIndicationsThatOnlyAsk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := sessionWithoutPort(t)
		for _, kind := range []modem.IndicationKind{modem.StorageFull, modem.StorageFilling, modem.Damaged} {
			s.receiver.sweepAt = time.Now().Add(time.Hour)
			if err := s.handle(modem.Indication{Kind: kind}); err != nil || s.receiver.sweepAt.After(time.Now()) {
				t.Errorf("%s: %v, next look in %v", kind, err, time.Until(s.receiver.sweepAt))
			}
		}
		for _, kind := range []modem.IndicationKind{modem.RegistrationChanged, modem.CallIncoming, modem.CallEnded, "something new"} {
			if err := s.handle(modem.Indication{Kind: kind}); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		// A restart and a loss that belong to the time before the modem was
		// opened say nothing about now.
		s.opened = time.Now()
		for _, kind := range []modem.IndicationKind{modem.Rebooted, modem.Lost} {
			if err := s.handle(modem.Indication{Kind: kind}); err != nil {
				t.Errorf("%s of the time before: %v", kind, err)
			}
		}
		<-time.After(time.Minute)
		if err := s.handle(modem.Indication{Kind: modem.Rebooted}); !errors.Is(err, errRebooted) {
			t.Errorf("restart: %v", err)
		}
		if err := s.handle(modem.Indication{Kind: modem.Rebooted, Err: modem.ErrSIMChanged}); !errors.Is(err, errSIMChanged) {
			t.Errorf("another SIM: %v", err)
		}
	})
}

func TestOutcomeThatComesTooLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, sub := sessionWithoutPort(t)
		accepted := verdict{outcome: queue.Outcome{Kind: queue.Accepted, MR: 1, At: time.Now()}}
		for range 2 { // the second time there is nothing open
			if _, ok, err := s.sender.record(sub, accepted, true); err != nil || ok {
				t.Errorf("record: %v, %v", ok, err)
			}
		}
		if got := s.statusOf(t, sub); got != queue.StatusSent {
			t.Errorf("message is %s", got)
		}
	})
}

// TestRecordThatIsNotTaken has an outcome that the queue refuses although the
// store works: the worker must not stand still for it.
func TestRecordThatIsNotTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, sub := sessionWithoutPort(t)
		start := time.Now()
		if _, ok, err := s.sender.record(sub, verdict{}, true); err != nil || ok {
			t.Errorf("record: %v, %v", ok, err)
		}
		if took := time.Since(start); took > time.Minute || !s.journal.retryAt.IsZero() {
			t.Errorf("it stood still for %v, and waits for the store until %v", took, s.journal.retryAt)
		}
		for _, hopeless := range []error{queue.ErrMove, queue.ErrStale, store.ErrTooLarge} {
			tries := 0
			err := s.journal.persist("test", func(context.Context) error { tries++; return fmt.Errorf("record: %w", hopeless) })
			if !errors.Is(err, hopeless) || tries != 1 {
				t.Errorf("%v after %d tries", err, tries)
			}
		}
	})
}

// TestDirectOfAnotherSIM has a text committed after the card was changed.
func TestDirectOfAnotherSIM(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := sessionWithoutPort(t)
		from, err := pdu.ParseAddress("+48600100300")
		if err != nil {
			t.Fatal(err)
		}
		ud, err := pdu.TextUserData("TAK", pdu.GSM7, nil)
		if err != nil {
			t.Fatal(err)
		}
		tpdu, err := pdu.Deliver{OA: from, SCTS: time.Now(), UD: ud}.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		s.receiver.keepDirect(pdu.WithSMSC(nil, tpdu))
		next := newSession(s.ctx, s.worker)
		next.id = queue.Worker{Modem: "sim-a", SIM: "260019999999999"}
		if err := next.receiver.commitDirect(); err != nil {
			t.Fatal(err)
		}
		items, _, err := s.worker.gateway.inbox.Load().Page(t.Context(), inbox.Filter{}, "", 10)
		if err != nil || len(items) != 1 || items[0].SIM != s.id.SIM {
			t.Errorf("inbox %+v, %v; want one text that came by %s", items, err, s.id.SIM)
		}
	})
}

func TestCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault *modem.Fault
		want  string
	}{
		{&modem.Fault{Code: 38, Family: "CMS"}, "cms_38"},
		{&modem.Fault{Code: 10, Family: "CME"}, "cme_10"},
		{&modem.Fault{Code: -1, Op: "open port", Err: fmt.Errorf("lock: %w", modem.ErrBusy)}, "port_busy"},
		{&modem.Fault{Code: -1, Op: "open port", Err: modem.ErrNoDevice}, "absent"},
		{&modem.Fault{Code: -1, Op: "register", Err: modem.ErrRoaming}, codeRoaming},
		{&modem.Fault{Code: -1, Op: "wake the modem", Class: modem.ModemFault}, codeDevice},
		{&modem.Fault{Code: -1, Op: "submit", Class: modem.ModemFault}, codeNoAnswer},
		{&modem.Fault{Code: -1, Op: "submit", Class: modem.Uncertain}, codeUncertain},
	} {
		if got := code(c.fault); got != c.want {
			t.Errorf("code of %v is %s, want %s", c.fault, got, c.want)
		}
	}
}

func TestExpiredOnTheWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, sub := sessionWithoutPort(t)
		sub.ExpiresAt = time.Now().Add(-time.Second)
		if v := s.sender.attempt(sub); v.outcome.Kind != queue.NotSent || v.outcome.Code != codeExpired {
			t.Errorf("outcome %+v", v.outcome)
		}
		// Nor is anything sent that the queue has given up on meanwhile.
		sub.ExpiresAt = time.Now().Add(time.Hour)
		sub.Message.Parts[0].Until = time.Now().Add(-time.Second)
		if v := s.sender.attempt(sub); v.outcome.Kind != queue.NotSent || v.outcome.Code != queue.CodeLease {
			t.Errorf("outcome %+v", v.outcome)
		}
		sub.Message.Parts[0].Until = time.Now().Add(time.Minute)
		// And what cannot be put into an SMS is refused, not tried for ever.
		sub.ExpiresAt, sub.Text = time.Now().Add(time.Hour), "ą"
		if v := s.sender.attempt(sub); v.outcome.Kind != queue.Refused || v.outcome.Code != codePDU {
			t.Errorf("outcome %+v", v.outcome)
		}
	})
}

func TestSIMName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		info modem.Info
		want string
	}{
		{modem.Info{IMSI: "26001", ICCID: "8948"}, "26001"},
		{modem.Info{ICCID: "8948"}, "8948"},
		{modem.Info{}, "modem sim-a"},
	} {
		if got := simOf(c.info, "sim-a"); got != c.want {
			t.Errorf("simOf(%+v) = %q, want %q", c.info, got, c.want)
		}
	}
}

func TestSubmitTPDU(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	to, err := pdu.ParseAddress("+48600100200")
	if err != nil {
		t.Fatal(err)
	}
	validity := func(d time.Duration) pdu.Validity {
		v, err := pdu.RelativeValidity(d)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		name  string
		sub   queue.Submission
		plain refusedFeatures
		want  pdu.Submit // without UD
	}{
		{"as long as allowed", queue.Submission{Alphabet: pdu.GSM7, ExpiresAt: now.Add(100 * time.Hour)}, refusedFeatures{},
			pdu.Submit{VP: validity(48 * time.Hour)}},
		{"no longer than the message", queue.Submission{Alphabet: pdu.GSM7, ExpiresAt: now.Add(2 * time.Hour)}, refusedFeatures{},
			pdu.Submit{VP: validity(2 * time.Hour)}},
		{"UCS-2 and flash", queue.Submission{Alphabet: pdu.UCS2, Flash: true}, refusedFeatures{},
			pdu.Submit{VP: validity(48 * time.Hour), DCS: 0x18}},
		{"flash refused before", queue.Submission{Alphabet: pdu.GSM7, Flash: true}, refusedFeatures{class: true},
			pdu.Submit{VP: validity(48 * time.Hour)}},
		{"validity refused before", queue.Submission{Alphabet: pdu.GSM7}, refusedFeatures{validity: true}, pdu.Submit{}},
		{"second of three", queue.Submission{Alphabet: pdu.GSM7, Concatenation: &pdu.Concatenation{Reference: 9, Total: 3, Number: 2}}, refusedFeatures{},
			pdu.Submit{VP: validity(48 * time.Hour)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.sub.To, c.sub.Text = to, "Wizyta jutro"
			c.want.ReportRequest, c.want.DA = true, to
			tpdu, err := submitTPDU(c.sub, 48*time.Hour, c.plain, now)
			if err != nil {
				t.Fatal(err)
			}
			got, err := pdu.ParseSubmit(tpdu)
			if err != nil {
				t.Fatal(err)
			}
			if text := got.Text(); text != c.sub.Text {
				t.Errorf("text %q", text)
			}
			concatenation, found := got.UD.Header.Concatenation()
			if found != (c.sub.Concatenation != nil) || found && concatenation != *c.sub.Concatenation {
				t.Errorf("concatenation %+v, %v", concatenation, found)
			}
			got.UD = pdu.UserData{}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(pdu.Validity{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
