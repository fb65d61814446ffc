// Package calendar calculates quiet hours, days off, and the public holidays of Poland. It
// reads no clock and holds no state.
package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// QuietHours are the times at which no texts are sent but urgent ones. Equal From and To
// mean that there are no quiet hours, even with days off.
type QuietHours struct {
	From     time.Duration  // begin, since midnight by local time
	To       time.Duration  // end, since midnight by local time; before From: on the next day
	Weekdays []time.Weekday // days off, which are quiet from midnight to midnight
	Holidays bool           // public holidays of Poland are days off, too
}

// None reports whether there are no quiet hours.
func (h QuietHours) None() bool { return h.From == h.To }

// errQuietHours is wrapped by every error about quiet hours.
var errQuietHours = errors.New("quiet hours")

// ParseQuietHours reads configured quiet hours: from and to as "20:00", daysOff as English
// names of weekdays in lower case and "holidays". Its error names the wrong argument.
func ParseQuietHours(from, to string, daysOff []string) (QuietHours, error) {
	var h QuietHours
	var err error
	if h.From, err = parseTimeOfDay(from); err != nil {
		return QuietHours{}, fmt.Errorf("%w: from: %w", errQuietHours, err)
	}
	if h.To, err = parseTimeOfDay(to); err != nil {
		return QuietHours{}, fmt.Errorf("%w: to: %w", errQuietHours, err)
	}
	for _, name := range daysOff {
		if name == "holidays" {
			h.Holidays = true
			continue
		}
		day := slices.IndexFunc(weekdays(), func(d time.Weekday) bool { return strings.ToLower(d.String()) == name })
		if day < 0 {
			return QuietHours{}, fmt.Errorf("%w: days off: %q is neither a weekday nor holidays", errQuietHours, name)
		}
		h.Weekdays = append(h.Weekdays, weekdays()[day])
	}
	return h, h.Validate()
}

// Validate returns an error for times that are not within a day, and for days off on every
// day of the week.
func (h QuietHours) Validate() error {
	const day = 24 * time.Hour
	if h.From < 0 || h.From >= day || h.To < 0 || h.To >= day {
		return fmt.Errorf("%w: from and to must be within a day", errQuietHours)
	}
	for _, d := range weekdays() {
		if !slices.Contains(h.Weekdays, d) {
			return nil
		}
	}
	return fmt.Errorf("%w: every day of the week is a day off", errQuietHours)
}

func weekdays() []time.Weekday {
	return []time.Weekday{
		time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday,
	}
}

// parseTimeOfDay reads a time of day as hours and minutes.
func parseTimeOfDay(s string) (time.Duration, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("%q is not a time of day like 20:00", s)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// End returns the first moment at or after t that is not quiet in the time zone zone. All
// comparisons are of moments and not of local times, so End is right on days with a change
// to or from daylight saving time.
func (h QuietHours) End(t time.Time, zone *time.Location) time.Time {
	if h.None() {
		return t
	}
	// Each step ends one quiet period at least, and no two weeks consist of days off only.
	const steps = 100
	at, local := t, local{h, zone}
	for range steps {
		next := local.step(at)
		if next.Equal(at) {
			return at
		}
		at = next.UTC()
	}
	return at
}

// NextWorkingDayEnd returns the midnight that ends the first working day after the day of
// t in the time zone zone. From and To are ignored.
func (h QuietHours) NextWorkingDayEnd(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.In(zone).Date()
	days := local{h, zone}
	const most = 14 // no two weeks consist of days off only
	for range most {
		day++
		if !days.dayOff(time.Date(year, month, day, 0, 0, 0, 0, zone)) {
			break
		}
	}
	return time.Date(year, month, day+1, 0, 0, 0, 0, zone).UTC()
}

// local is quiet hours in a time zone.
type local struct {
	hours QuietHours
	zone  *time.Location
}

// period is the time from begin up to but not including end.
type period struct{ begin, end time.Time }

// step returns the end of a quiet period that t lies in; t if there is none.
func (l local) step(t time.Time) time.Time {
	year, month, day := t.In(l.zone).Date()
	for offset := -1; offset <= 1; offset++ {
		for _, p := range l.periods(year, month, day+offset) {
			if !t.Before(p.begin) && t.Before(p.end) {
				return p.end
			}
		}
	}
	return t
}

// periods returns the quiet periods that begin on a day. As in time.Date, day may lie
// outside the month.
func (l local) periods(year int, month time.Month, day int) []period {
	midnight := time.Date(year, month, day, 0, 0, 0, 0, l.zone)
	last := day
	if l.hours.To <= l.hours.From {
		last++
	}
	periods := []period{{l.at(year, month, day, l.hours.From), l.at(year, month, last, l.hours.To)}}
	if l.dayOff(midnight) {
		periods = append(periods, period{midnight, time.Date(year, month, day+1, 0, 0, 0, 0, l.zone)})
	}
	return periods
}

// at returns the moment of a local time of day on a day.
func (l local) at(year int, month time.Month, day int, timeOfDay time.Duration) time.Time {
	return time.Date(year, month, day, 0, int(timeOfDay/time.Minute), 0, 0, l.zone)
}

func (l local) dayOff(day time.Time) bool {
	return slices.Contains(l.hours.Weekdays, day.Weekday()) || l.hours.Holidays && publicHoliday(day.Date())
}
