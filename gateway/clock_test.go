package gateway_test

import (
	"fmt"
	"testing"
	"time"

	"goniec/calendar"
	"goniec/clock"
	"goniec/gateway"
	"goniec/modem/emulator"
	"goniec/queue"
)

// untrusted makes a box whose clock nothing has confirmed, with quiet hours that are
// not now.
func untrusted(c *queue.Config) {
	booted := time.Now()
	var err error
	c.Clock, err = clock.New(clock.Config{
		Store: c.Store, Box: c.Box, Logger: c.Logger,
		Boot: clock.Boot{ID: "a run", Uptime: func() time.Duration { return time.Since(booted) }},
	})
	if err != nil {
		panic(err)
	}
	c.QuietHours = calendar.QuietHours{From: 20 * time.Hour, To: 21 * time.Hour}
}

// The modem's time, which is that of the network, confirms the clock before the
// first text is sent.
func TestNetworkConfirmsTheClock(t *testing.T) {
	inBubble(t, setup{queue: untrusted}, func(t *testing.T, r *rig) {
		id := r.put()
		r.pass(time.Minute)
		r.want(id, queue.StatusDelivered)
		trust, err := r.queue.Clock().Trust(t.Context())
		if err != nil || !trust.Believed || trust.By != clock.Network {
			t.Errorf("trust is %+v, %v", trust, err)
		}
	})
}

// However a modem writes the time and the zone in +CCLK, one whose time is right
// confirms the clock.
func TestEveryReadingConfirmsTheClock(t *testing.T) {
	for name, zone := range map[string]*time.Location{"CET": time.FixedZone("CET", 3600), "IST": time.FixedZone("IST", 5*3600+1800), "BRT": time.FixedZone("BRT", -3*3600)} {
		for _, reading := range []emulator.ClockReading{emulator.ClockLocal, emulator.ClockUTC, emulator.ClockHours, emulator.ClockZoneless, emulator.ClockSummerBit} {
			if _, offset := time.Now().In(zone).Zone(); reading == emulator.ClockHours && offset%3600 != 0 {
				continue // hours cannot say it
			}
			t.Run(fmt.Sprint(name, reading), func(t *testing.T) {
				profile := emulator.Generic()
				profile.Clock = reading
				here := func(c *gateway.Config) { c.Location = zone }
				inBubble(t, setup{queue: untrusted, config: here, options: emulator.Options{Location: zone}, profile: &profile}, func(t *testing.T, r *rig) {
					id := r.put()
					r.pass(time.Minute)
					r.want(id, queue.StatusDelivered)
					if trust, err := r.queue.Clock().Trust(t.Context()); err != nil || !trust.Believed || trust.By != clock.Network {
						t.Errorf("trust is %+v, %v", trust, err)
					}
				})
			})
		}
	}
}

// While the modem shows another time what quiet hours may hold waits, and goes soon
// after the network has set it right.
func TestNetworkDisagreesWithTheClock(t *testing.T) {
	wrong := func(r *rig) { r.modems[0].SetClockAhead(3 * time.Hour) }
	inBubble(t, setup{queue: untrusted, start: wrong}, func(t *testing.T, r *rig) {
		id := r.put()
		r.pass(time.Hour)
		r.want(id, queue.StatusQueued)
		trust, err := r.queue.Clock().Trust(t.Context())
		if err != nil || trust.Believed || trust.Other == nil || trust.Other.Source != clock.Network {
			t.Fatalf("trust is %+v, %v", trust, err)
		}
		if behind := -trust.Other.Ahead; (behind - 3*time.Hour).Abs() > time.Minute {
			t.Errorf("clock is said to be %s behind", behind)
		}
		r.modems[0].SetClockAhead(0)
		r.pass(time.Minute)
		r.want(id, queue.StatusDelivered)
	})
}
