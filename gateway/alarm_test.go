package gateway_test

import (
	"strings"
	"testing"
	"time"

	"goniec/catalogue"
	"goniec/gateway"
	"goniec/modem/emulator"
)

// alarms returns the codes of the alarms that are raised at the first modem.
func (r *rig) alarms() []string {
	r.t.Helper()
	var codes []string
	for _, a := range r.status().Alarms {
		if a.Detail == "" || !catalogue.Has(a.Remedy) || a.At.IsZero() {
			r.t.Errorf("alarm %+v says too little", a)
		}
		codes = append(codes, a.Code)
	}
	return codes
}

// TestStorageAlarm: a memory that fills because nothing can be deleted is told,
// once, and so is that it is over.
func TestStorageAlarm(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.DeleteFails, Times: 60, Code: 320})
		r.sims[0].Fill(2)
		r.pass(12 * time.Minute)
		if got := r.alarms(); len(got) != 1 || got[0] != gateway.AlarmStorage {
			t.Errorf("alarms %q, want %q", got, gateway.AlarmStorage)
		}
		r.pass(24 * time.Hour)
		if got := r.alarms(); len(got) != 0 {
			t.Errorf("alarms %q after the memory was emptied", got)
		}
		if got := r.eventTypes("modem.alarm"); len(got) != 2 {
			t.Errorf("%d events, want one when it began and one when it ended", len(got))
		}
		if log := r.log.String(); !strings.Contains(log, "level=ERROR msg=alarm modem=sim-a code=storage") {
			t.Error("the log does not say so")
		}
	})
}

// TestFullMemoryIsNoAlarm: what was there before is fetched and deleted.
func TestFullMemoryIsNoAlarm(t *testing.T) {
	inBubble(t, setup{start: func(r *rig) { r.sims[0].Fill(0) }}, func(t *testing.T, r *rig) {
		r.pass(time.Hour)
		if got := r.alarms(); len(got) != 0 {
			t.Errorf("alarms %q", got)
		}
	})
}
