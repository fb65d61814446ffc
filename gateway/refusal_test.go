package gateway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/queue"
)

// oneBad is a number, and how its digits stand in a TPDU.
const (
	oneBad       = "+48606000666"
	oneBadOctets = "8406060066F6"
)

// TestOneBadNumber has the modems refuse a single number as if the SIM or the
// modem were to blame, while every hour a text goes to another one: those must
// leave as ever, the number must not, and no modem may be blamed. Which of
// several modems comes first to the number or to the others must not matter, not
// even when all the others leave by the same one.
func TestOneBadNumber(t *testing.T) {
	for _, c := range []struct {
		line   string
		modems int
		ends   bool   // the message is given up within eight hours
		by     string // the modem by which all the others go; "": any
	}{
		{"+CMS ERROR: 8", 1, true, ""}, {"+CMS ERROR: 8", 3, true, ""}, {"+CMS ERROR: 8", 3, true, "sim-a"},
		{"+CMS ERROR: 29", 1, true, ""}, {"+CMS ERROR: 50", 1, true, ""},
		{"+CMS ERROR: 69", 2, true, ""}, {"+CMS ERROR: 69", 2, true, "sim-a"},
		{"+CMS ERROR: 303", 1, true, ""},
		{"+CMS ERROR: 512", 1, true, ""}, {"+CMS ERROR: 512", 2, true, ""}, {"+CMS ERROR: 512", 3, true, "sim-c"},
		{"+CMS ERROR: not today", 1, true, ""},
		{"+CMS ERROR: 500", 1, false, ""}, {"+CMS ERROR: 38", 1, false, ""}, {"ERROR", 1, false, ""},
	} {
		t.Run(fmt.Sprint(strings.ReplaceAll(c.line, ":", ""), " of ", c.modems, " ", c.by), func(t *testing.T) {
			inBubble(t, setup{modems: c.modems, config: tapped((&refusal{line: c.line, octets: oneBadOctets}).toModem, nil)}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				bad := r.put(r.to(oneBad))
				r.pass(5 * time.Second)
				for hour := range 8 {
					id := r.put(r.to(fmt.Sprintf("+486001003%02d", hour)), by(c.by))
					r.pass(time.Hour)
					m := r.message(id)
					if waited := m.SentAt.Sub(m.CreatedAt); m.Status != queue.StatusDelivered || waited > time.Minute {
						t.Errorf("in hour %d another message is %s after %v", hour, m.Status, waited)
					}
				}
				for _, s := range r.gateway.Modems() {
					if s.State != modem.Ready {
						t.Errorf("modem is %s: %+v", s.State, s.Trouble)
					}
				}
				m := r.message(bad)
				if ended := m.Status == queue.StatusFailed; ended != c.ends || m.AttemptCount > 12 {
					t.Errorf("message is %s after %d attempts: %+v", m.Status, m.AttemptCount, m.Error)
				}
			})
		})
	}
}

// by makes a draft one that only the modem called name may send; "": any.
func by(name string) func(*queue.Draft) {
	return func(d *queue.Draft) { d.Modem = name }
}

// TestBarredSIMBesideAnother has one of two SIMs barred: what only that one may
// send waits, also while texts leave by the other, which is no proof against a number.
func TestBarredSIMBesideAnother(t *testing.T) {
	inBubble(t, setup{modems: 2}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[1].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 8, Times: 1000})
		bound, free := r.put(by("sim-b")), r.put()
		for hour := range 12 {
			r.put(r.to(fmt.Sprintf("+486001003%02d", hour)), by("sim-a"))
			r.pass(time.Hour)
		}
		r.want(free, queue.StatusDelivered)
		if m := r.message(bound); m.Status != queue.StatusQueued || m.AttemptCount < 4 {
			t.Errorf("message is %s after %d attempts: %+v", m.Status, m.AttemptCount, m.Error)
		}
	})
}

// TestBarredSIMCostsNoMessage has a SIM barred for hours, the only one there is:
// the messages wait, take turns at being tried, and leave when it works again.
func TestBarredSIMCostsNoMessage(t *testing.T) {
	for _, code := range []int{8, 10, 21, 30} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			barred := refusal{line: fmt.Sprint("+CMS ERROR: ", code)}
			inBubble(t, setup{config: tapped(barred.toModem, nil)}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				var ids []string
				for i := range 12 {
					ids = append(ids, r.put(r.to(fmt.Sprintf("+486001003%02d", i))))
				}
				r.pass(5 * time.Hour)
				r.wantState(modem.Parked)
				failed, tried := 0, 0
				for _, id := range ids {
					m := r.message(id)
					if m.Status == queue.StatusFailed {
						failed++
					}
					if m.AttemptCount > 0 {
						tried++
					}
				}
				// Codes that speak of the recipient cost those who are refused before
				// the SIM is suspected.
				if failed > 2 || tried < 8 {
					t.Errorf("after five hours %d of 12 have failed, %d have been tried", failed, tried)
				}
				barred.over.Store(true)
				r.pass(6 * time.Hour)
				r.wantState(modem.Ready)
				if got := r.accepted(); got != 12-failed {
					t.Errorf("%d have left in the end, want %d", got, 12-failed)
				}
			})
		})
	}
}

// TestBarredForTooLong shows the bound: what is refused still after many hours
// fails, so that its sender is told.
func TestBarredForTooLong(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 30, Times: 1000})
		for i := range 12 {
			r.put(r.to(fmt.Sprintf("+486001003%02d", i)))
		}
		r.pass(24 * time.Hour)
		if failed := len(r.eventTypes("message.failed")); failed < 6 {
			t.Errorf("only %d of 12 messages have failed after a day", failed)
		}
	})
}

// TestParkedModemHears has a SIM that may not send go on receiving texts and
// reports.
func TestParkedModemHears(t *testing.T) {
	barred := refusal{line: "+CMS ERROR: 28"}
	barred.over.Store(true)
	inBubble(t, setup{options: emulator.Options{ReportDelay: 2 * time.Minute}, config: tapped(barred.toModem, nil)}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		first := r.put()
		r.pass(5 * time.Second)
		barred.over.Store(false)
		second := r.put(r.to("+48600100300"))
		r.pass(30 * time.Second)
		r.wantState(modem.Parked)
		since := r.status().Since
		if err := r.network.Handset("+48600100400").Send(r.sims[0].Number, "NIE"); err != nil {
			t.Fatal(err)
		}
		r.pass(3 * time.Minute)
		r.wantInbox("NIE")
		r.want(first, queue.StatusDelivered)
		r.want(second, queue.StatusQueued)
		if s := r.status(); s.State != modem.Parked || !s.Since.Equal(since) || s.PauseReason == "" || !s.PausedUntil.After(time.Now()) {
			t.Errorf("status %+v", s)
		}
		r.modems[0].Inject(emulator.Fault{Kind: emulator.Unplugged, For: 30 * time.Second})
		r.pass(10 * time.Second)
		r.wantState(modem.Absent) // which says more
		r.pass(2 * time.Minute)
		r.wantState(modem.Parked)
		if err := r.network.Handset("+48600100400").Send(r.sims[0].Number, "TAK"); err != nil {
			t.Fatal(err)
		}
		r.pass(time.Minute)
		r.wantInbox("NIE", "TAK")
		barred.over.Store(true)
		r.pass(15 * time.Minute)
		r.wantState(modem.Ready)
		r.want(second, queue.StatusDelivered)
	})
}

// TestSecondOpinion has the other modem send at once what one was refused.
func TestSecondOpinion(t *testing.T) {
	for i := range 2 { // one of them is the first to look
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			inBubble(t, setup{modems: 2}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				r.modems[i].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 8, Times: 10})
				id := r.put()
				r.pass(2 * time.Second)
				r.want(id, queue.StatusDelivered)
			})
		})
	}
}

// TestEachModemIsAskedOnce has all modems refuse one number: each tries within
// seconds, and then the message waits instead of going from one to the other.
func TestEachModemIsAskedOnce(t *testing.T) {
	for _, modems := range []int{1, 2, 3, 4} {
		t.Run(fmt.Sprint(modems), func(t *testing.T) {
			inBubble(t, setup{modems: modems, config: tapped((&refusal{line: "+CMS ERROR: 8", octets: oneBadOctets}).toModem, nil)}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				bad := r.put(r.to(oneBad))
				r.pass(10 * time.Minute)
				asked := map[string]int{}
				for _, a := range r.message(bad).Attempts {
					asked[a.Modem]++
					if took := a.EndedAt.Sub(r.message(bad).CreatedAt); took > 10*time.Second {
						t.Errorf("%s was asked after %v", a.Modem, took)
					}
				}
				if len(asked) != modems || len(r.message(bad).Attempts) != modems {
					t.Errorf("modems were asked %v times, want each of %d once", asked, modems)
				}
			})
		})
	}
}

// TestRefusedWithLittleTime has a text that must leave soon be refused once.
func TestRefusedWithLittleTime(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 8})
		id := r.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(10 * time.Minute) })
		r.pass(8 * time.Minute)
		r.want(id, queue.StatusDelivered)
	})
}
