package gateway

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"goniec/modem"
	"goniec/store"
)

// cardRecord is the value of card/<modem>, the SIM last seen in a modem, and of home/<sim>,
// the modem a SIM was last seen in. A SIM that is changed while the box is off is noticed by
// it.
type cardRecord struct {
	SIM   string `json:"sim,omitempty"`
	Modem string `json:"modem,omitempty"`
	IMEI  string `json:"imei,omitempty"`
}

// recogniseCard records that the SIM called sim is in the modem. It appends an event and logs
// if the modem held another SIM before or the SIM was in another modem.
func (w *worker) recogniseCard(sim string) {
	name, info := w.config.Name, w.modem.Info()
	if info.IMSI == "" && info.ICCID == "" {
		return // the SIM cannot be identified
	}
	var moved CardMoved
	err := w.gateway.config.Store.Update(context.WithoutCancel(w.hard), func(tx store.Tx) error {
		moved = CardMoved{}
		before, had, err := store.GetJSON[cardRecord](tx, "card/"+name)
		if err != nil {
			return err
		}
		home, known, err := store.GetJSON[cardRecord](tx, "home/"+sim)
		if err != nil {
			return err
		}
		if had && before.SIM == sim && before.IMEI == info.IMEI && known && home.Modem == name {
			return nil
		}
		if had && before.SIM != sim {
			moved.Was = tail(before.SIM)
		}
		if known && home.Modem != name {
			moved.From = home.Modem
		}
		now := cardRecord{SIM: sim, Modem: name, IMEI: info.IMEI}
		if err := store.PutJSON(tx, "card/"+name, now); err != nil {
			return err
		}
		if err := store.PutJSON(tx, "home/"+sim, now); err != nil {
			return err
		}
		if moved == (CardMoved{}) {
			return nil
		}
		moved.Modem, moved.SIM = name, tail(sim)
		return w.gateway.config.Events.Append(tx, "", moved)
	})
	switch {
	case err != nil:
		w.log.Debug("card of a modem could not be noted", slog.Any("err", err))
	case moved.From != "":
		w.log.Warn("the SIM in this modem was in another before; its reports and the rest of long messages follow it",
			slog.String("sim", moved.SIM), slog.String("from", moved.From))
	case moved.Was != "":
		w.log.Warn("another SIM than before is in this modem", slog.String("sim", moved.SIM), slog.String("before", moved.Was))
	}
}

// tail returns the last four characters of an IMSI or ICCID.
func tail(sim string) string { return sim[max(0, len(sim)-4):] }

// recogniseTwins raises AlarmTwins at all modems that share their IMEI with another, and ends
// it at the others. An IMEI should be unique, but cheap modems are sold by the box with one.
func (g *Gateway) recogniseTwins() {
	g.mu.Lock()
	all := slices.Collect(maps.Values(g.workers))
	g.mu.Unlock()
	imeis := map[*worker]string{}
	count := map[string]int{}
	for _, w := range all {
		if info := w.modem.Info(); info.IMEI != "" && info.State != modem.Absent {
			imeis[w] = info.IMEI
			count[info.IMEI]++
		}
	}
	for _, w := range all {
		if count[imeis[w]] < 2 || imeis[w] == "" {
			w.alarms.end(AlarmTwins)
			continue
		}
		w.alarms.raise(AlarmTwins, "another modem says to be this one: both have the same IMEI")
	}
}
