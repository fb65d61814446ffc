package modem_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"goniec/modem"
	"goniec/modem/emulator"
)

// The study of a second way to know after a crash whether a part has left: it is
// written to a slot of the modem (+CMGW) and sent from there (+CMSS), and the slot says
// afterwards STO UNSENT or STO SENT. No reports come. What follows from it is in
// docs/decisions/0015-no-sending-from-memory.md.

// way is how a part is sent, and what is believed after a crash.
type way struct {
	name           string
	stored         bool // sent from memory; STO SENT means that it has left
	listens        bool // before anything is written
	believesUnsent bool // STO UNSENT means that it has not left; else nobody knows
}

func ways() []way {
	return []way{
		{name: "direct, speaks at once"},
		{name: "direct, listens", listens: true},
		{name: "stored, SENT counts", stored: true, listens: true},
		{name: "stored, both count", stored: true, listens: true, believesUnsent: true},
	}
}

// crash is what happens to a part on the air.
type crash struct {
	name  string
	fault *emulator.Fault // of the modem, at the end of the air; nil: none
	late  bool            // the daemon ends long after the air, not some time during it
	power bool            // and the modem loses its power then
	away  time.Duration   // until the daemon is back
}

const studyAir = 6 * time.Second

func crashes() []crash {
	return []crash{
		{name: "daemon killed, back at once", away: 100 * time.Millisecond},
		{name: "daemon killed, back when the answer is lost", away: 10 * time.Second},
		{name: "power cut, the network does not have it", power: true, away: 30 * time.Second},
		{name: "power cut, the network has it", fault: &emulator.Fault{Kind: emulator.Reboot, Taken: true}, late: true, away: 30 * time.Second},
		{name: "modem never answers, the network has it", fault: &emulator.Fault{Kind: emulator.NoAnswer, Taken: true}, late: true, away: 2 * time.Minute},
		{name: "modem never answers, the network does not have it", fault: &emulator.Fault{Kind: emulator.NoAnswer}, late: true, away: 2 * time.Minute},
	}
}

// tally counts what became of the parts of one cell of the study.
type tally struct{ lost, doubled, uncalled, uncertain int }

// String says how many were lost, doubled in all, and doubled without having been
// called uncertain.
func (c tally) String() string {
	return fmt.Sprintf("%3d lost %3d doubled (%d unannounced) %3d uncertain", c.lost, c.doubled, c.uncalled, c.uncertain)
}

// trial sends one part in one way through one crash, and has the policy decide.
func (w way) trial(t *testing.T, device *emulator.Modem, n *emulator.Network, c crash, killed time.Duration, count *tally) {
	process := func() *modem.Modem {
		return modem.New(modem.Config{Name: "m0", Open: func(ctx context.Context) (modem.Port, error) { return device.Dial(ctx) }})
	}
	part := tpdu(t, patient, "Wizyta jutro o 10:00")
	first := process()
	if err := first.Open(t.Context()); err != nil {
		t.Errorf("open: %v", err)
		return
	}
	if c.fault != nil {
		device.Inject(*c.fault)
	}
	life, cancel := context.WithTimeout(t.Context(), killed)
	begun := time.Now()
	slot, known := w.send(life, first, part)
	cancel()
	if err := first.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if c.power {
		device.Restart()
	}
	<-time.After(c.away)
	called := false
	if !known {
		second := process()
		called = w.recover(t, second, part, slot, begun)
		if err := second.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if called {
		count.uncertain++
	}
	switch copies := n.AcceptedCount(); {
	case copies == 0:
		count.lost++
	case copies > 1:
		count.doubled++
		if !called {
			count.uncalled++
		}
	}
}

// send sends a part until ctx ends the process; known says that its outcome was
// recorded before. slot is where it lies, if that was recorded.
func (w way) send(ctx context.Context, m *modem.Modem, part []byte) (slot *modem.Slot, known bool) {
	if !w.stored {
		_, err := m.Submit(ctx, part)
		return nil, err == nil
	}
	s, err := m.Store(ctx, part)
	if err != nil {
		return nil, false
	}
	_, err = m.SubmitStored(ctx, s)
	return &s, err == nil
}

// recover does what the next process does about a part whose outcome is not recorded.
// called says that it was called uncertain; that is sent again, for want of a report.
func (w way) recover(t *testing.T, m *modem.Modem, part []byte, slot *modem.Slot, begun time.Time) (called bool) {
	until := time.Time{}
	if w.listens {
		until = begun.Add(time.Minute)
	}
	if err := m.OpenQuietly(t.Context(), until); err != nil {
		t.Errorf("open again: %v", err)
		return false
	}
	synctest.Wait()
	for range len(m.Indications()) {
		if i := <-m.Indications(); i.Kind == modem.LateSubmit {
			return false
		}
	}
	called = true
	if slot != nil {
		switch mark, err := m.Marked(t.Context(), *slot); {
		case err != nil:
			t.Errorf("read slot: %v", err)
		case mark == "3":
			return false
		case mark == "2" && w.believesUnsent:
			called = false
		}
	}
	if _, err := m.Submit(t.Context(), part); err != nil {
		t.Errorf("send again: %v", err)
	}
	return called
}

// fears returns what is to be expected of a way, given when a modem marks a slot.
func (w way) fears(mark emulator.SentMark, c crash) (lost, doubled, uncalled bool) {
	taken := c.fault == nil && !c.power || c.fault != nil && c.fault.Taken
	heard := c.away < time.Second && w.listens
	switch {
	case !w.stored, mark == emulator.MarkNever:
		doubled = taken && !heard
	case mark == emulator.MarkBegun:
		lost = !taken
	default: // what dies with its power has had no time to mark anything
		doubled = taken && c.fault != nil && c.fault.Kind == emulator.Reboot
	}
	return lost, doubled, doubled && w.believesUnsent
}

// TestStudyOfSendingFromMemory compares the ways. Of the modem it is assumed that it
// marks a slot when the network has taken the text, or, as no standard says when, as
// soon as it is told to send, or never.
func TestStudyOfSendingFromMemory(t *testing.T) {
	t.Parallel()
	trials := 6
	if os.Getenv("GONIEC_SOAK") != "" {
		trials = 50
	}
	for mark, name := range []string{"marks when taken", "marks when begun", "never marks"} {
		for _, c := range crashes() {
			for _, w := range ways() {
				if !w.stored && mark > 0 {
					continue // it is the same
				}
				t.Run(name+"/"+c.name+"/"+w.name, func(t *testing.T) {
					t.Parallel()
					count := w.repeat(t, emulator.SentMark(mark), c, trials)
					t.Logf("of %d: %v", trials, count)
					lost, doubled, uncalled := w.fears(emulator.SentMark(mark), c)
					for what, n := range map[string]struct {
						got  int
						most bool
					}{"lost": {count.lost, lost}, "doubled": {count.doubled, doubled}, "doubled unannounced": {count.uncalled, uncalled}} {
						if n.most && n.got <= trials/2 || !n.most && n.got > 0 {
							t.Errorf("%d of %d are %s, most of them expected: %v", n.got, trials, what, n.most)
						}
					}
				})
			}
		}
	}
}

// repeat sends so many parts, each ended at another moment.
func (w way) repeat(t *testing.T, mark emulator.SentMark, c crash, trials int) (count tally) {
	random := rand.New(rand.NewPCG(1, 2))
	for range trials {
		killed := time.Duration(random.Int64N(int64(studyAir + time.Second/2)))
		if c.late {
			killed = studyAir + 5*time.Second
		}
		synctest.Test(t, func(t *testing.T) {
			n, device := studied(mark)
			w.trial(t, device, n, c, killed, &count)
			if err := n.Close(); err != nil {
				t.Errorf("close network: %v", err)
			}
		})
	}
	return count
}

// studied returns a modem that answers each command after 50 ms.
func studied(mark emulator.SentMark) (*emulator.Network, *emulator.Modem) {
	profile := emulator.Generic()
	profile.SentMark = mark
	n := emulator.NewNetwork(emulator.Options{Seed: 1, Latency: emulator.Latency{Air: studyAir, Answer: 50 * time.Millisecond}})
	return n, n.NewModem(profile, n.AddSIM(emulator.SIM{}))
}

// TestStudyOfTheCost compares the time that a part takes, and what is written to the
// memory for it.
func TestStudyOfTheCost(t *testing.T) {
	t.Parallel()
	took := map[bool]time.Duration{}
	for _, stored := range []bool{false, true} {
		in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
			b.device.SetLatency(emulator.Latency{Answer: 50 * time.Millisecond})
			b.opened(t)
			w := way{stored: stored}
			start := time.Now()
			const parts = 20
			record := -1
			for range parts {
				slot, sent := w.send(t.Context(), b.modem, tpdu(t, patient, "Wizyta jutro o 10:00"))
				if !sent {
					t.Error("a part was not sent")
				}
				if slot == nil {
					continue
				}
				if record >= 0 && slot.Index != record {
					t.Errorf("stored at %d, and before at %d: another record each time", slot.Index, record)
				}
				record = slot.Index
				if err := b.modem.Delete(t.Context(), *slot); err != nil {
					t.Error(err)
				}
			}
			took[stored] = time.Since(start) / parts
		})
	}
	t.Logf("a part takes %v directly and %v from memory, of which 50 ms are each answer", took[false], took[true])
	if took[true] < 2*took[false] {
		t.Errorf("%v from memory, %v directly", took[true], took[false])
	}
}
