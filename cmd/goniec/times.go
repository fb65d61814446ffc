package main

import (
	"context"
	"sync"
	"time"

	"goniec/configs"
)

// Times for people, each with the name of its zone. A date is missing where it is today.
const (
	dateTime  = "2006-01-02 15:04:05 MST"
	exactTime = "2006-01-02 15:04:05.000 MST"
	timeToday = "15:04:05 MST"
)

// local returns a time in the zone of the gateway.
func (t *terminal) local(at time.Time) time.Time {
	if t.zone == nil {
		return at.Local()
	}
	return at.In(t.zone())
}

// when formats a time for people: "2026-12-01 08:00:00 CET".
func (t *terminal) when(at time.Time) string { return t.local(at).Format(dateTime) }

// whenever formats a time for people; nil is the empty string.
func (t *terminal) whenever(at *time.Time) string {
	if at == nil {
		return ""
	}
	return t.when(*at)
}

// whenSoon formats a time for people who read it at the time now.
func (t *terminal) whenSoon(at, now time.Time) string {
	if t.local(at).Format(time.DateOnly) == t.local(now).Format(time.DateOnly) {
		return t.local(at).Format(timeToday)
	}
	return t.when(at)
}

// useZone shows times in the zone of a configuration.
func (t *terminal) useZone(config configs.Config) { t.zone = config.Location }

// useZoneOf shows times in the zone of a gateway at a URL, which is asked once. If the token
// may not ask, times are shown in the zone of this computer.
func (t *terminal) useZoneOf(ctx context.Context, g *connection) {
	t.zone = sync.OnceValue(func() *time.Location {
		clock, err := g.Clock(ctx)
		if err != nil {
			return time.Local
		}
		return clock.Time.Location()
	})
}
