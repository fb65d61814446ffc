package gateway_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/queue"
)

func TestSingleMessage(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		id := r.put()
		r.pass(time.Minute)
		r.want(id, queue.StatusDelivered)
		texts := r.network.Handset(patient).Received()
		if len(texts) != 1 || texts[0].Text != "Wizyta jutro 10:00. Odpisz TAK lub NIE" || texts[0].From != r.sims[0].Number {
			t.Errorf("the phone received %+v", texts)
		}
		want := []string{"message.queued", "message.sending", "message.sent", "message.delivered"}
		if diff := cmp.Diff(want, r.eventTypes("message.")); diff != "" {
			t.Error(diff)
		}
		s := r.status()
		if s.Sent != 1 || s.Failed != 0 || s.State != modem.Ready || s.SIM != r.sims[0].IMSI || s.Trouble != nil {
			t.Errorf("status %+v", s)
		}
	})
}

func TestLongMessage(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		id := r.put(long)
		r.pass(time.Minute)
		r.want(id, queue.StatusDelivered)
		texts := r.network.Handset(patient).Received()
		if len(texts) != 1 || texts[0].Parts != 3 || texts[0].Text != r.message(id).Text {
			t.Errorf("the phone received %+v", texts)
		}
	})
}

// TestOneCommitAPart counts: while a worker is busy, recording a part and
// claiming the next, of the same message or of another, are one commit.
func TestOneCommitAPart(t *testing.T) {
	inBubble(t, setup{options: emulator.Options{Latency: emulator.Latency{Air: time.Second}, ReportDelay: time.Hour}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		const messages = 20
		for range messages {
			r.put(long)
		}
		before := r.store.writes()
		r.pass(10 * time.Minute)
		if got := r.accepted(); got != 3*messages {
			t.Fatalf("%d parts were accepted, want %d", got, 3*messages)
		}
		// Beside one a part: the tending of the queue once a minute.
		if writes := r.store.writes() - before; writes > 3*messages+40 {
			t.Errorf("%d writes for %d parts", writes, 3*messages)
		}
	})
}

func TestValidityEndsWithTheMessage(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.network.Handset(patient).SetReachable(false)
		id := r.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(2 * time.Hour) })
		r.pass(3 * time.Hour)
		r.network.Handset(patient).SetReachable(true)
		r.pass(time.Minute)
		if texts := r.network.Handset(patient).Received(); len(texts) != 0 {
			t.Errorf("a text that had expired was delivered: %+v", texts)
		}
		if m := r.message(id); m.Status != queue.StatusExpired && m.Status != queue.StatusFailed {
			t.Errorf("message is %s", m.Status)
		}
	})
}

func TestFlash(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.put(func(d *queue.Draft) { d.Flash = true })
		r.pass(time.Minute)
		if texts := r.network.Handset(patient).Received(); len(texts) != 1 || !texts[0].Flash {
			t.Errorf("the phone received %+v, want one flash message", texts)
		}
	})
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name, number string
		code         string
		after        time.Duration
		want         queue.Status
		attempts     int
		accepted     int
	}{
		{"unassigned number", "+48600199911", "cms_1", time.Minute, queue.StatusFailed, 1, 0},
		{"rejected three times", "+48600199913", "cms_21", 24 * time.Hour, queue.StatusFailed, 3, 0},
		{"temporary failure, then accepted", "+48600199918", "", time.Hour, queue.StatusDelivered, 3, 1},
		{"not obtainable", "+48600199902", "undelivered", time.Hour, queue.StatusFailed, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, setup{}, func(t *testing.T, r *rig) {
				bad := r.put(r.to(c.number))
				good := r.put()
				r.pass(c.after)
				r.want(good, queue.StatusDelivered)
				m := r.message(bad)
				if m.Status != c.want || c.attempts > 0 && m.AttemptCount != c.attempts {
					t.Errorf("message is %s after %d attempts, want %s after %d: %+v", m.Status, m.AttemptCount, c.want, c.attempts, m.Attempts)
				}
				if c.code != "" && (m.Error == nil || m.Error.Code != c.code) {
					t.Errorf("error %+v, want code %s", m.Error, c.code)
				}
				if got := r.accepted() - 1; got != c.accepted {
					t.Errorf("the service centre has %d copies, want %d", got, c.accepted)
				}
			})
		})
	}
}

func TestOptionalFeaturesRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		code int // TP-FCS, 3GPP TS 23.040 9.2.3.22
	}{
		{"validity period not supported", 199},
		{"message class not supported", 145},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, setup{}, func(t *testing.T, r *rig) {
				r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: c.code})
				id := r.put(func(d *queue.Draft) { d.Flash = true })
				r.pass(time.Minute)
				r.want(id, queue.StatusDelivered)
				texts := r.network.Handset(patient).Received()
				if len(texts) != 1 || texts[0].Flash == (c.code == 145) {
					t.Errorf("the phone received %+v", texts)
				}
				if got := r.message(id).Parts[0].Failures; got != 0 {
					t.Errorf("the refusal cost the message %d attempts", got)
				}
			})
		})
	}
}

func TestDuplicateCountsAsSent(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 197})
		id := r.put()
		r.pass(time.Minute)
		r.want(id, queue.StatusSent)
		if got := r.accepted(); got != 0 {
			t.Errorf("sent %d times although the service centre had it", got)
		}
	})
}

func TestNetworkThatFailsIsLeftAlone(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		const messages = 50
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 42, Times: 30})
		for range messages {
			r.put()
		}
		r.pass(2 * time.Minute)
		// Without a rest each of the fifty would have lost an attempt by now.
		if left := r.modems[0].FaultsLeft(); left == 0 {
			t.Error("the modem went on trying while the network failed")
		}
		if s := r.status(); s.PauseReason == "" && s.Trouble == nil {
			t.Errorf("status says nothing of it: %+v", s)
		}
		r.pass(6 * time.Hour)
		if got := r.accepted(); got != messages {
			t.Errorf("%d parts accepted in the end, want %d", got, messages)
		}
	})
}
