package gateway_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/gateway"
	"goniec/modem"
	"goniec/queue"
)

// cards returns the data of the events modem.sim.
func (r *rig) cards() []map[string]string {
	r.t.Helper()
	events, err := r.events.After(r.t.Context(), "", 0)
	if err != nil {
		r.t.Error(err)
	}
	var all []map[string]string
	for _, e := range events {
		if e.Type != "modem.sim" {
			continue
		}
		data := map[string]string{}
		if err := json.Unmarshal(e.Data, &data); err != nil {
			r.t.Error(err)
		}
		all = append(all, data)
	}
	return all
}

func last4(s string) string { return s[len(s)-4:] }

// TestSIMsChangePlaces: two cards that change their modems are recognised, and the
// rest of a long message, and the report of a text, follow the card.
func TestSIMsChangePlaces(t *testing.T) {
	inBubble(t, setup{modems: 2}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		a, b := r.sims[0].IMSI, r.sims[1].IMSI
		if got := r.cards(); len(got) != 0 {
			t.Errorf("cards in modems that are new are told as changed: %v", got)
		}
		r.modems[0].SetSIM(nil)
		r.modems[1].SetSIM(r.sims[0])
		r.modems[0].SetSIM(r.sims[1])
		r.pass(5 * time.Minute)
		all := r.gateway.Modems()
		if all[0].SIM != b || all[1].SIM != a || all[0].State != modem.Ready || all[1].State != modem.Ready {
			t.Errorf("SIMs %s and %s, want %s and %s; %s and %s", all[0].SIM, all[1].SIM, b, a, all[0].State, all[1].State)
		}
		got := r.cards()
		if len(got) != 2 {
			t.Fatalf("events %v, want one a modem", got)
		}
		for _, c := range got {
			card, before, from := b, a, "sim-b"
			if c["modem"] == "sim-b" {
				card, before, from = a, b, "sim-a"
			}
			if c["sim"] != last4(card) || c["before"] != last4(before) || c["from"] != from {
				t.Errorf("event %v, want card …%s instead of …%s, from %s", c, last4(card), last4(before), from)
			}
		}
		if strings.Contains(r.log.String(), a) {
			t.Error("the log holds the whole number of a card")
		}
	})
}

// TestSIMChangedWhileOff: a card that was put into another modem while the box was
// off is told at the next start; one that stayed is not.
func TestSIMChangedWhileOff(t *testing.T) {
	inBubble(t, setup{modems: 2}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.restartGateway()
		r.pass(time.Minute)
		if got := r.cards(); len(got) != 0 {
			t.Errorf("events %v although nothing has changed", got)
		}
		r.modems[0].SetSIM(r.sims[1]) // modem b is left without one
		r.restartGateway()
		r.pass(time.Minute)
		got := r.cards()
		if len(got) != 1 || got[0]["modem"] != "sim-a" || got[0]["from"] != "sim-b" || got[0]["before"] != last4(r.sims[0].IMSI) {
			t.Errorf("events %v", got)
		}
		id := r.put()
		r.pass(time.Minute)
		r.want(id, queue.StatusDelivered)
	})
}

// TestTwoModemsOfOneIMEI are told, both of them, until one goes.
func TestTwoModemsOfOneIMEI(t *testing.T) {
	inBubble(t, setup{modems: 2, start: func(r *rig) { r.modems[1].SetIMEI(r.modems[0].IMEI()) }}, func(t *testing.T, r *rig) {
		twins := func() (codes []string) {
			for _, s := range r.gateway.Modems() {
				for _, a := range s.Alarms {
					if a.Code == gateway.AlarmTwins {
						codes = append(codes, s.Name)
					}
				}
			}
			return codes
		}
		r.pass(time.Minute)
		if got := twins(); !slices.Equal(got, []string{"sim-a", "sim-b"}) {
			t.Errorf("told of %q, want both", got)
		}
		r.modems[1].Unplug()
		r.pass(time.Minute)
		r.modems[0].Restart() // each start looks again
		r.pass(time.Minute)
		if got := twins(); len(got) != 0 {
			t.Errorf("still told of %q", got)
		}
	})
}
