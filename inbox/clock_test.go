package inbox_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"goniec/clock"
	"goniec/inbox"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store/memstore"
)

// The stamp of the service centre on a text that comes in confirms the clock, if it
// agrees; one that does not says nothing, and one that cannot be read is none.
func TestTextConfirmsTheClock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		off   time.Duration // of the clock of the box
		late  time.Duration // how long the centre has kept the text
		wreck bool          // the stamp
		want  bool
	}{
		"fresh":                        {0, 5 * time.Second, false, true},
		"kept for a while":             {0, 10 * time.Minute, false, false},
		"fresh, the clock is behind":   {-3 * time.Hour, 5 * time.Second, false, false},
		"fresh, the clock is ahead":    {time.Hour, 5 * time.Second, false, false},
		"with a stamp that is no time": {0, 5 * time.Second, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := memstore.New()
				started := time.Now()
				believed, err := clock.New(clock.Config{
					Store: s, Time: func() time.Time { return time.Now().Add(c.off) },
					Boot: clock.Boot{
						ID: "after a power cut", Uptime: func() time.Duration { return time.Since(started) },
						Earliest: time.Date(1999, 6, 1, 0, 0, 0, 0, time.UTC),
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				b := newBoxOn(t, s, func(config *inbox.Config) {
					if config.Queue, err = queue.New(queue.Config{Store: s, Events: config.Events, Clock: believed}); err != nil {
						t.Fatal(err)
					}
				})
				b.tend()
				raw := deliver(t, "TAK", func(d *pdu.Deliver) { d.SCTS = time.Now().Add(-c.late).Truncate(time.Second) })
				if c.wreck {
					at := bytes.IndexByte(raw[8:], 0) + 8 // TP-PID; the stamp is behind TP-DCS
					copy(raw[at+2:], []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
				}
				b.receive(raw)
				got, err := believed.Trust(t.Context())
				if err != nil || got.Believed != c.want || c.want && got.By != clock.ServiceCentre {
					t.Errorf("trust is %+v, %v, want %t", got, err, c.want)
				}
			})
		})
	}
}
