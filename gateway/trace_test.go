package gateway_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/gateway"
)

// TestTraceOutlivesThePort: what was said before a port was lost can be read after
// it has been opened again, and no number is in it.
func TestTraceOutlivesThePort(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.put()
		r.pass(time.Minute)
		r.modems[0].Unplug()
		r.pass(time.Minute)
		r.modems[0].Plug()
		r.pass(5 * time.Minute)
		info, lines, err := r.gateway.Trace("sim-a")
		if err != nil || info.IMEI != r.modems[0].IMEI() {
			t.Errorf("trace of %s: %v", info.IMEI, err)
		}
		var notes []string
		submitted := false
		for i, l := range lines {
			if l.Note {
				notes = append(notes, l.Text)
			}
			submitted = submitted || l.Sent && strings.HasPrefix(l.Text, "AT+CMGS=")
			if strings.Contains(l.Text, strings.TrimPrefix(patient, "+")) || i > 0 && l.Number <= lines[i-1].Number {
				t.Errorf("line %+v", l)
			}
		}
		if opened := slices.Index(notes, "port lost"); !submitted || opened < 0 || !slices.Contains(notes[opened:], "port opened") {
			t.Errorf("submitted %v, notes %q", submitted, notes)
		}
		if _, _, err := r.gateway.Trace("sim-x"); !errors.Is(err, gateway.ErrUnknownModem) {
			t.Errorf("trace of an unknown modem: %v", err)
		}
	})
}
