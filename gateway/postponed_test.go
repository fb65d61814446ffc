package gateway_test

import (
	"fmt"
	"testing"
	"time"

	"goniec/modem/emulator"
	"goniec/queue"
)

// networkFaults are the errors by which a network says that it has failed for long.
// What it says to have failed for a moment, 41, is tried again within seconds anyway.
var networkFaults = []int{38, 42, 47}

// TestNetworkIsBack: a message that the network has failed goes out as soon as another
// text of the same SIM shows that the network is back, and not before its time else.
func TestNetworkIsBack(t *testing.T) {
	for _, code := range networkFaults {
		for _, failing := range []int{1, 2} {
			t.Run(fmt.Sprint(code, " for ", failing), func(t *testing.T) {
				inBubble(t, setup{}, func(t *testing.T, r *rig) {
					r.pass(time.Minute)
					r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: code, Times: failing})
					var ids []string
					for i := range failing {
						ids = append(ids, r.put(r.to(someone(i))))
					}
					r.pass(10 * time.Second)
					for _, id := range ids {
						r.want(id, queue.StatusQueued)
					}
					r.put(r.to(someone(9)))
					r.pass(5 * time.Second)
					for _, id := range ids {
						r.want(id, queue.StatusDelivered)
						if n := r.message(id).AttemptCount; n != 2 {
							t.Errorf("it took %d attempts, want 2", n)
						}
					}
				})
			})
		}
	}
}

// TestNetworkFailsOneNumber: a number that fails again and again while others are sent
// is not tried at each of them.
func TestNetworkFailsOneNumber(t *testing.T) {
	for _, code := range networkFaults {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			bad := refusal{line: fmt.Sprint("+CMS ERROR: ", code), octets: oneBadOctets}
			inBubble(t, setup{config: tapped(bad.toModem, nil)}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				id := r.put(r.to(oneBad))
				for i := range 60 {
					r.put(r.to(someone(i)))
					r.pass(time.Minute)
				}
				if n := r.message(id).AttemptCount; n > 9 {
					t.Errorf("it was tried %d times in an hour in which others were sent", n)
				}
			})
		})
	}
}

// TestUrgentAfterTheNetworkFails: a message of high priority is tried again after half
// a minute, or at once by another modem, also when its number belongs to the first.
func TestUrgentAfterTheNetworkFails(t *testing.T) {
	urgent := func(d *queue.Draft) { d.Priority = queue.High }
	for _, code := range networkFaults {
		t.Run(fmt.Sprint(code, " of one modem"), func(t *testing.T) {
			inBubble(t, setup{}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: code, Times: 2})
				id := r.put(urgent)
				r.pass(25 * time.Second)
				if n := r.message(id).AttemptCount; n != 1 {
					t.Errorf("it was tried %d times within 25 s, want once", n)
				}
				r.pass(10 * time.Second)
				if n := r.message(id).AttemptCount; n != 2 {
					t.Errorf("it was tried %d times within 35 s, want twice", n)
				}
				r.pass(65 * time.Second)
				r.want(id, queue.StatusDelivered)
			})
		})
		t.Run(fmt.Sprint(code, " of one of two modems"), func(t *testing.T) {
			inBubble(t, setup{modems: 2}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				r.put(by("sim-a")) // from now on the number belongs to it
				r.pass(time.Minute)
				r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: code, Times: 100})
				id := r.put(urgent)
				r.pass(3 * time.Second)
				r.want(id, queue.StatusDelivered)
				r.wantWay(patient, "ab")
			})
		})
	}
}

// TestFaultsOfOneMoment: all that a modem refuses within a moment is one fault, so that
// it is not parked because of numbers that had nothing to do with it; and nothing is
// lost.
func TestFaultsOfOneMoment(t *testing.T) {
	for _, line := range []string{"+CMS ERROR: 8", "+CMS ERROR: 21", "+CMS ERROR: 512", "+CMS ERROR: 515"} {
		t.Run(line[len("+CMS ERROR: "):], func(t *testing.T) {
			refused := refusal{line: line}
			inBubble(t, setup{config: tapped(refused.toModem, nil)}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				var ids []string
				for i := range 6 {
					ids = append(ids, r.put(r.to(someone(i))))
				}
				r.pass(4 * time.Second)
				refused.over.Store(true)
				if s := r.status(); !s.PausedUntil.Before(time.Now().Add(time.Minute)) {
					t.Errorf("nothing is sent until %s: %s", s.PausedUntil, s.PauseReason)
				}
				r.pass(time.Minute)
				sent := 0
				for _, id := range ids {
					if m := r.message(id); m.Status == queue.StatusDelivered {
						sent++
					}
				}
				if sent < len(ids)-1 {
					t.Errorf("%d of %d were sent within a minute", sent, len(ids))
				}
				r.wantState("ready")
			})
		})
	}
}
