package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"goniec/catalogue"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/queue"
	"goniec/store"
	"goniec/store/memstore"
)

func TestUncertain(t *testing.T) {
	for _, c := range []struct {
		name     string
		fault    emulator.Fault
		policy   queue.Policy
		early    queue.Status // half a minute after the modem's time to answer
		late     queue.Status // an hour later
		accepted int
		lost     bool // the first report
	}{
		{"taken, and the report says so", emulator.Fault{Kind: emulator.NoAnswer, Taken: true}, queue.WaitThenResend,
			queue.StatusDelivered, queue.StatusDelivered, 1, false},
		{"not taken, and sent again", emulator.Fault{Kind: emulator.NoAnswer}, queue.WaitThenResend,
			queue.StatusUncertain, queue.StatusDelivered, 1, false},
		{"not taken, and a person decides", emulator.Fault{Kind: emulator.NoAnswer}, queue.Hold,
			queue.StatusUncertain, queue.StatusHeld, 0, false},
		{"network timeout, taken", emulator.Fault{Kind: emulator.SubmitError, Code: 332, Taken: true}, queue.WaitThenResend,
			queue.StatusDelivered, queue.StatusDelivered, 1, false},
		{"answered after the modem was given up", emulator.Fault{Kind: emulator.LateAnswer, For: 184 * time.Second}, queue.WaitThenResend,
			queue.StatusDelivered, queue.StatusDelivered, 1, false},
		// Its report came while the port was gone, and waits in the memory for reports.
		{"port lost, taken", emulator.Fault{Kind: emulator.PortLost, For: 30 * time.Second, Taken: true}, queue.WaitThenResend,
			queue.StatusDelivered, queue.StatusDelivered, 1, false},
		{"port lost, taken, report lost", emulator.Fault{Kind: emulator.PortLost, For: 30 * time.Second, Taken: true}, queue.WaitThenResend,
			queue.StatusUncertain, queue.StatusDelivered, 2, true},
		{"port lost, not taken", emulator.Fault{Kind: emulator.PortLost, For: 30 * time.Second}, queue.WaitThenResend,
			queue.StatusUncertain, queue.StatusDelivered, 1, false},
		{"reboot, not taken", emulator.Fault{Kind: emulator.Reboot}, queue.WaitThenResend,
			queue.StatusUncertain, queue.StatusDelivered, 1, false},
		{"deaf for a while, taken", emulator.Fault{Kind: emulator.GoesDeaf, For: 10 * time.Minute, Taken: true}, queue.WaitThenResend,
			queue.StatusUncertain, queue.StatusDelivered, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, setup{queue: func(q *queue.Config) { q.Uncertain, q.UncertainWait = c.policy, 15*time.Minute }}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				r.modems[0].Inject(c.fault)
				if c.lost {
					r.modems[0].Inject(emulator.Fault{Kind: emulator.ReportLost})
				}
				id := r.put()
				behind := r.put(r.to("+48600100300"))
				r.pass(4*time.Minute + 30*time.Second)
				r.want(id, c.early)
				r.pass(time.Hour)
				r.want(id, c.late)
				r.want(behind, queue.StatusDelivered)
				if got := r.accepted() - 1; got != c.accepted {
					t.Errorf("the service centre has %d copies, want %d", got, c.accepted)
				}
				r.wantState(modem.Ready)
			})
		})
	}
}

func TestLateAnswerResolves(t *testing.T) {
	inBubble(t, setup{options: emulator.Options{ReportDelay: 2 * time.Hour}}, func(t *testing.T, r *rig) {
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 332, Taken: true}, emulator.Fault{Kind: emulator.LateAnswer, For: 185 * time.Second})
		r.pass(time.Minute)
		r.put() // stays uncertain: no late answer comes for it
		second := r.put(r.to("+48600100300"))
		r.pass(3*time.Minute + 30*time.Second)
		m := r.message(second)
		if m.Status != queue.StatusSent || m.Parts[0].MR < 0 {
			t.Errorf("after the late answer the message is %s, reference %d: %+v", m.Status, m.Parts[0].MR, m.Attempts)
		}
	})
}

var errDisk = errors.New("no space left on device")

// TestStoreFails breaks the store at every single write of the way of two
// messages and checks that nothing is lost, nothing sent twice, and nothing
// sent while the store is broken.
func TestStoreFails(t *testing.T) {
	for _, c := range []struct {
		name  string
		allow int // writes after the first claim that still succeed; -1: not even that
	}{
		{"at the claim", -1}, {"at the first record", 0}, {"at the second record", 1}, {"at the third record", 2},
		{"at a report", 3}, {"at another report", 4}, {"later", 5}, {"later still", 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, setup{options: emulator.Options{Latency: emulator.Latency{Air: time.Second}}}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				soon := time.Now().Add(5 * time.Second)
				later := func(d *queue.Draft) { d.SendAt = soon }
				first, second := r.put(long, later), r.put(r.to("+48600100300"), later)
				if c.allow < 0 {
					r.store.fail(0, errDisk)
				}
				r.pass(5*time.Second + 500*time.Millisecond) // the first part is on the air
				r.store.fail(max(c.allow, 0), errDisk)
				r.pass(20 * time.Second)
				sent := r.accepted()
				// Each write lets one part more leave at most.
				if sent > c.allow+1 {
					t.Errorf("%d parts left after %d writes", sent, c.allow+1)
				}
				r.pass(5 * time.Minute)
				if got := r.accepted(); got != sent {
					t.Errorf("%d parts left while the store was broken", got-sent)
				}
				if s := r.status(); s.Trouble == nil || s.Trouble.Code != "store" || s.Trouble.Over || !catalogue.Has(s.Trouble.Remedy) {
					t.Errorf("status does not speak of the store: %+v", s.Trouble)
				}
				r.store.fail(0, nil)
				r.pass(10 * time.Minute)
				r.want(first, queue.StatusDelivered)
				r.want(second, queue.StatusDelivered)
				if got := r.accepted(); got != 4 {
					t.Errorf("%d parts in all, want 4", got)
				}
				if s := r.status(); s.Trouble == nil || !s.Trouble.Over {
					t.Errorf("status still speaks of the store: %+v", s.Trouble)
				}
			})
		})
	}
}

func TestInboundWhileTheStoreFails(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.store.fail(0, errDisk)
		if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
			t.Fatal(err)
		}
		r.pass(10 * time.Minute)
		r.store.fail(0, nil)
		r.pass(10 * time.Minute)
		r.wantInbox("TAK")
	})
}

func TestStopLetsTheSubmissionEnd(t *testing.T) {
	inBubble(t, setup{options: emulator.Options{Latency: emulator.Latency{Air: 10 * time.Second}, ReportDelay: time.Hour}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		first, second := r.put(long), r.put()
		r.pass(5 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := r.gateway.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		synctest.Wait()
		r.want(first, queue.StatusSent) // all three parts: a message is not cut in two
		r.want(second, queue.StatusQueued)
		if got := r.accepted(); got != 3 {
			t.Errorf("%d parts left, want 3", got)
		}
	})
}

func TestStopBreaksOff(t *testing.T) {
	inBubble(t, setup{options: emulator.Options{Latency: emulator.Latency{Air: time.Minute}}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		first, second := r.put(long), r.put()
		r.pass(5 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if err := r.gateway.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("stop = %v, want that it was broken off", err)
		}
		r.want(first, queue.StatusUncertain)
		r.want(second, queue.StatusQueued)
	})
}

// TestErrorThoughSent has a modem lose patience with the network that has the
// text: an error without a cause that comes so late decides nothing.
func TestErrorThoughSent(t *testing.T) {
	for _, code := range []int{350, 500, 512} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			inBubble(t, setup{options: emulator.Options{Latency: emulator.Latency{Air: 135 * time.Second}}}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: code, Taken: true})
				id := r.put()
				r.pass(30 * time.Minute)
				r.want(id, queue.StatusDelivered)
				if got := r.accepted(); got != 1 {
					t.Errorf("the service centre has %d copies, want one", got)
				}
			})
		})
	}
}

// withoutReference takes the message reference out of what a modem says.
func withoutReference(b []byte) []byte {
	before, after, found := bytes.Cut(b, []byte("+CMGS: "))
	if !found {
		return b
	}
	digits := 0
	for digits < len(after) && after[digits] >= '0' && after[digits] <= '9' {
		digits++
	}
	return append(before, after[digits:]...)
}

// TestModemWithoutReferences has a modem accept parts without telling their
// references: reports are matched by the number alone, and the one of a second
// text to a phone must not be taken for that of a first which never left.
func TestModemWithoutReferences(t *testing.T) {
	inBubble(t, setup{options: emulator.Options{ReportDelay: 30 * time.Second}, config: tapped(nil, withoutReference)}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		plain := r.put()
		r.pass(10 * time.Second)
		if m := r.message(plain); m.Status != queue.StatusSent || m.Parts[0].MR != -1 || m.Attempts[0].MR != -1 {
			t.Errorf("message is %s with reference %d: %+v", m.Status, m.Parts[0].MR, m.Attempts)
		}
		r.pass(time.Minute)
		r.want(plain, queue.StatusDelivered)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.NoAnswer}) // not taken
		first := r.put(r.to("+48600100300"))
		second := r.put(r.to("+48600100300"), func(d *queue.Draft) { d.Text = "Prosimy o telefon" })
		r.pass(time.Hour)
		for _, id := range []string{first, second} {
			m, copies := r.message(id), 0
			for _, a := range r.network.Accepted() {
				if a.Text == m.Text {
					copies++
				}
			}
			if m.Status == queue.StatusDelivered && copies == 0 {
				t.Errorf("a message that never left is delivered: %+v", m.Attempts)
			}
		}
	})
}

// cramped is a store on a disk that has room for less than some writes need.
type cramped struct {
	store.Store
	full atomic.Bool
}

func (c *cramped) Update(ctx context.Context, fn func(store.Tx) error) error {
	puts := 0
	return c.Store.Update(ctx, func(tx store.Tx) error {
		puts = 0
		err := fn(counted{tx, &puts})
		if err == nil && puts > 1 && c.full.Load() {
			return fmt.Errorf("%w: %w", store.ErrWrite, errDisk)
		}
		return err
	})
}

// counted is a transaction whose puts are counted.
type counted struct {
	store.Tx
	puts *int
}

func (c counted) Put(key string, value []byte) error {
	*c.puts++
	return c.Tx.Put(key, value)
}

// A disk that is nearly full takes small records and refuses the outcome of a part: it
// is kept until there is room, however long that takes.
func TestOutcomeOutlivesADiskThatIsNearlyFull(t *testing.T) {
	disk := &cramped{Store: memstore.New()}
	inBubble(t, setup{
		options: emulator.Options{Latency: emulator.Latency{Air: time.Second}, ReportDelay: 2 * time.Hour}, store: disk,
	}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		id := r.put()
		r.pass(500 * time.Millisecond)
		disk.full.Store(true)
		r.pass(time.Hour)
		disk.full.Store(false)
		r.pass(2 * time.Minute)
		if m := r.message(id); m.Status != queue.StatusSent || m.Parts[0].MR < 0 {
			t.Errorf("with room again the message is %s (%+v): %+v", m.Status, m.Error, m.Attempts)
		}
		if strings.Contains(r.log.String(), "cannot be recorded") {
			t.Error("its outcome was given up")
		}
	})
}
