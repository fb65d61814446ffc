package gateway_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/inbox"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/queue"
)

// wantInbox checks the texts in the inbox, oldest first.
func (r *rig) wantInbox(texts ...string) {
	r.t.Helper()
	items, _, err := r.inbox.Page(r.t.Context(), inbox.Filter{}, "", 100)
	if err != nil {
		r.t.Fatal(err)
	}
	got := []string{}
	for _, i := range slices.Backward(items) {
		got = append(got, i.Text)
	}
	if diff := cmp.Diff(append([]string{}, texts...), got); diff != "" {
		r.t.Errorf("inbox:\n%s", diff)
	}
}

func TestInbound(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		phone := r.network.Handset(patient)
		threeParts := strings.Repeat("Nie wiem, zadzwonię jutro. ", 7)
		for _, send := range []func() error{
			func() error { return phone.Send(r.sims[0].Number, "TAK") },
			func() error { return phone.SendParts(r.sims[0].Number, threeParts, 3, 1, 2) },
			func() error { return phone.Send(r.sims[0].Number, "TAK") }, // the same again is another message
		} {
			if err := send(); err != nil {
				t.Fatal(err)
			}
			r.pass(time.Minute)
		}
		r.wantInbox("TAK", threeParts, "TAK")
		if s := r.status(); s.Received != 5 || s.Storage.Used != 0 {
			t.Errorf("received %d, %d left on the SIM, want 5 and none", s.Received, s.Storage.Used)
		}
	})
}

func TestInboundWhileAbsent(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Unplug()
		r.pass(time.Minute)
		r.wantState(modem.Absent)
		for range 3 {
			if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
				t.Fatal(err)
			}
			r.pass(time.Second)
		}
		r.modems[0].Plug()
		r.pass(5 * time.Minute)
		r.wantState(modem.Ready)
		r.wantInbox("TAK", "TAK", "TAK")
	})
}

func TestDeleteFails(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.DeleteFails, Times: 3, Code: 320})
		if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
			t.Fatal(err)
		}
		r.pass(30 * time.Minute)
		r.wantInbox("TAK")
		if s := r.status(); s.Storage.Used != 0 {
			t.Errorf("%d left on the SIM", s.Storage.Used)
		}
	})
}

func TestListFails(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.modems[0].Inject(emulator.Fault{Kind: emulator.ListFails, Times: 10, Code: 320})
		r.pass(time.Minute)
		id := r.put()
		r.pass(time.Hour)
		r.want(id, queue.StatusDelivered)
		r.wantState(modem.Ready)
	})
}

func TestFullMemory(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		// More than the SIM holds, while no program fetches them.
		r.modems[0].Unplug()
		want := []string{}
		for range 2 * r.sims[0].Capacity {
			if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
				t.Fatal(err)
			}
			want = append(want, "TAK")
			r.pass(time.Second)
		}
		r.modems[0].Plug()
		r.pass(time.Hour)
		r.wantInbox(want...)
	})
}

func TestReportBeforeTheAnswer(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		id := r.put(r.to("+48600199907"))
		r.pass(time.Minute)
		r.want(id, queue.StatusDelivered)
	})
}

// TestEveryProfile takes a message out and texts in through each modem the
// emulator knows, with each way of announcing texts.
func TestEveryProfile(t *testing.T) {
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			inBubble(t, setup{profile: &profile}, func(t *testing.T, r *rig) {
				r.pass(3 * time.Minute)
				r.wantState(modem.Ready)
				id := r.put(long)
				phone := r.network.Handset(patient)
				answer := strings.Repeat("Nie wiem, zadzwonię jutro. ", 7)
				for _, text := range []string{"TAK", answer} {
					if err := phone.Send(r.sims[0].Number, text); err != nil {
						t.Fatal(err)
					}
					r.pass(time.Second)
				}
				r.pass(15 * time.Minute)
				r.wantInbox("TAK", answer)
				if texts := phone.Received(); len(texts) != 1 || texts[0].Parts != 3 {
					t.Errorf("the phone received %d texts", len(texts))
				}
				if m := r.message(id); m.Status != queue.StatusDelivered && m.Status != queue.StatusSent {
					t.Errorf("message is %s", m.Status)
				}
			})
		})
	}
}

// directOnly is a modem that hands texts and reports straight on and wants each of
// them acknowledged.
func directOnly() *emulator.Profile {
	p := emulator.Generic()
	p.Name = "direct only"
	p.CNMI[1], p.CNMI[3] = []int{0, 2}, []int{0, 1}
	return &p
}

func TestDirect(t *testing.T) {
	inBubble(t, setup{profile: directOnly()}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		id := r.put()
		for range 5 {
			if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
				t.Fatal(err)
			}
			r.pass(2 * time.Second)
		}
		r.pass(time.Minute)
		r.want(id, queue.StatusDelivered)
		r.wantInbox("TAK", "TAK", "TAK", "TAK", "TAK")
	})
}

func TestDirectWhileTheStoreFails(t *testing.T) {
	inBubble(t, setup{profile: directOnly()}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.store.fail(0, errDisk)
		if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
			t.Fatal(err)
		}
		r.pass(10 * time.Second)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.Unplugged, For: 20 * time.Second})
		r.pass(5 * time.Minute)
		r.store.fail(0, nil)
		r.pass(10 * time.Minute)
		r.wantInbox("TAK")
		r.wantState(modem.Ready)
	})
}

func TestReadFails(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		// Deaf just as the text is announced: it is fetched later.
		if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
			t.Fatal(err)
		}
		r.modems[0].Inject(emulator.Fault{Kind: emulator.Deaf, For: 2 * time.Minute})
		r.pass(20 * time.Minute)
		r.wantInbox("TAK")
		r.wantState(modem.Ready)
	})
}

// swallow keeps a command from the modem, so that it never answers.
func swallow(command string) func(*tap, []byte) []byte {
	return func(_ *tap, b []byte) []byte {
		if bytes.Contains(b, []byte(command)) {
			return nil
		}
		return b
	}
}

// TestDeleteHangs has a modem that never answers +CMGD: each try costs it two
// minutes, which the messages of an hour must not all have to wait for.
func TestDeleteHangs(t *testing.T) {
	inBubble(t, setup{config: tapped(swallow("+CMGD"), nil)}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
			t.Fatal(err)
		}
		r.pass(time.Minute)
		const messages = 180
		late := 0
		for range messages {
			id := r.put(r.to("+48600100300"))
			r.pass(time.Minute)
			if r.message(id).Status == queue.StatusQueued {
				late++
			}
		}
		if late > messages/8 {
			t.Errorf("%d of %d messages had to wait for more than a minute", late, messages)
		}
		r.wantInbox("TAK")
		if s := r.status(); s.Received != messages+1 { // the reports, and the text once
			t.Errorf("received %d", s.Received)
		}
	})
}

// TestDeleteThatIsALie has a modem say that it has emptied slots, and keep them:
// what is in them is found by each sweep, and is no new message for that.
func TestDeleteThatIsALie(t *testing.T) {
	lie := func(t *tap, b []byte) []byte {
		if bytes.Contains(b, []byte("+CMGD")) {
			t.say("OK")
			return nil
		}
		return b
	}
	inBubble(t, setup{config: tapped(lie, nil)}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
			t.Fatal(err)
		}
		r.pass(time.Hour)
		r.wantInbox("TAK")
		if s := r.status(); s.Received != 1 || s.State != modem.Ready {
			t.Errorf("received %d in state %s, want 1", s.Received, s.State)
		}
	})
}

// TestAcknowledgementHangs has a modem that never answers +CNMA: the dialogue is
// brought back in step at once, and not at the cost of the next message.
func TestAcknowledgementHangs(t *testing.T) {
	inBubble(t, setup{profile: directOnly(), config: tapped(swallow("+CNMA"), nil)}, func(t *testing.T, r *rig) {
		r.pass(65 * time.Second)
		if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
			t.Fatal(err)
		}
		r.pass(20 * time.Second)
		id := r.put(r.to("+48600100300"))
		r.pass(time.Second)
		if m := r.message(id); m.AttemptCount != 1 || m.SentAt.IsZero() {
			t.Errorf("message is %s after %d attempts: %+v", m.Status, m.AttemptCount, m.Attempts)
		}
		r.wantInbox("TAK")
	})
}
