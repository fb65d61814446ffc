package gateway_test

import (
	"fmt"
	"testing"
	"time"

	"goniec/catalogue"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/queue"
)

// TestErrorNumbers walks through the classes of +CMS ERROR (3GPP TS 27.005
// 3.2.5): what becomes of the message and of the modem shortly after so many
// refusals with this number, and that the message arrives once when they end,
// if it is to arrive at all.
func TestErrorNumbers(t *testing.T) {
	const soon = 45 * time.Second
	for _, c := range []struct {
		code, times int
		message     queue.Status
		modem       modem.State
		cost        int // attempts that count against the message by then
		fails       bool
	}{
		{1, 1, queue.StatusFailed, modem.Ready, 0, true},       // unassigned number
		{8, 1, queue.StatusQueued, modem.Ready, 0, false},      // operator determined barring: of one number yet
		{17, 1, queue.StatusDelivered, modem.Ready, 1, false},  // network failure: 30 s
		{21, 3, queue.StatusQueued, modem.Ready, 2, true},      // rejected: three times, then for good
		{27, 1, queue.StatusQueued, modem.Ready, 1, false},     // destination out of order: 10 min
		{38, 1, queue.StatusQueued, modem.Ready, 1, false},     // network out of order: 10 min
		{41, 1, queue.StatusDelivered, modem.Ready, 1, false},  // temporary failure: 2 s
		{28, 1, queue.StatusQueued, modem.Parked, 0, false},    // unidentified subscriber
		{50, 1, queue.StatusQueued, modem.Ready, 0, false},     // not subscribed: of one number yet
		{96, 1, queue.StatusDelivered, modem.Ready, 0, false},  // protocol error: once is the modem
		{96, 2, queue.StatusFailed, modem.Ready, 0, true},      // twice is the message
		{128, 1, queue.StatusFailed, modem.Ready, 0, true},     // TP-PID
		{192, 1, queue.StatusDelivered, modem.Ready, 1, false}, // SC busy
		{195, 1, queue.StatusFailed, modem.Ready, 0, true},     // invalid SME address
		{208, 1, queue.StatusDelivered, modem.Ready, 1, false}, // SIM full: 2 s
		{210, 1, queue.StatusDelivered, modem.Ready, 0, false}, // error in MS
		{300, 2, queue.StatusDelivered, modem.Ready, 1, false}, // ME failure
		{304, 1, queue.StatusDelivered, modem.Ready, 0, false}, // invalid PDU: once
		{304, 2, queue.StatusFailed, modem.Ready, 0, true},     // twice
		{310, 1, queue.StatusDelivered, modem.Ready, 0, false}, // SIM missing: the modem is restarted once
		{313, 1, queue.StatusDelivered, modem.Ready, 0, false}, // SIM failure: once
		{313, 2, queue.StatusQueued, modem.Ready, 0, false},    // twice: the modem is restarted, others go first
		{330, 2, queue.StatusQueued, modem.Parked, 0, false},   // SMSC unknown, although it has been told in between
		{500, 1, queue.StatusDelivered, modem.Ready, 1, false}, // unknown
		{512, 1, queue.StatusDelivered, modem.Ready, 1, false}, // vendor
	} {
		t.Run(fmt.Sprintf("%d times %d", c.code, c.times), func(t *testing.T) {
			inBubble(t, setup{}, func(t *testing.T, r *rig) {
				r.pass(20 * time.Second)
				r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: c.code, Times: c.times})
				id := r.put()
				r.pass(soon)
				r.want(id, c.message)
				r.wantState(c.modem)
				if got := r.message(id).Parts[0].Failures; got != c.cost {
					t.Errorf("it cost the message %d attempts, want %d", got, c.cost)
				}
				if s := r.status(); s.Trouble == nil || s.Trouble.Code != fmt.Sprintf("cms_%d", c.code) || s.Trouble.Detail == "" || !catalogue.Has(s.Trouble.Remedy) {
					t.Errorf("trouble %+v", s.Trouble)
				}
				r.pass(3 * time.Hour)
				want, copies := queue.StatusDelivered, 1
				if c.fails {
					want, copies = queue.StatusFailed, 0
				}
				r.want(id, want)
				if got := r.accepted(); got != copies {
					t.Errorf("%d copies left, want %d", got, copies)
				}
				r.wantState(modem.Ready)
			})
		})
	}
}

func TestVendorErrorsInARow(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 512, Times: 3})
		for _, number := range []string{"+48600100201", "+48600100202", "+48600100203"} {
			r.put(r.to(number))
			r.pass(6 * time.Second) // what comes within a moment is one fault
		}
		r.wantState(modem.Parked)
	})
}

func TestRejectedByTheNetworkForEveryone(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 21, Times: 5}) // two of them within a moment
		var ids []string
		for _, number := range []string{"+48600100201", "+48600100202", "+48600100203"} {
			ids = append(ids, r.put(r.to(number)))
		}
		r.pass(time.Minute)
		r.wantState(modem.Parked)
		if s := r.status(); s.Trouble == nil || s.Trouble.Code != "refusals" {
			t.Errorf("trouble %+v", s.Trouble)
		}
		r.pass(time.Hour)
		for _, id := range ids {
			r.want(id, queue.StatusDelivered) // no message was lost to a SIM without credit
		}
	})
}
