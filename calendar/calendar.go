// Package calendar knows when people may be written to: quiet hours, days off, and the
// public holidays of Poland. It reads no clock and keeps nothing.
package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// QuietHours are the times when messages of priority Normal and Low wait. Equal
// From and To mean none, whatever the days off.
type QuietHours struct {
	From     time.Duration  // since midnight, by the clock on the wall
	To       time.Duration  // since midnight; if it is before From: on the next day
	Weekdays []time.Weekday // days off: quiet from midnight to midnight
	Holidays bool           // the public holidays of Poland are days off, too
}

// None reports whether there are no quiet hours.
func (h QuietHours) None() bool { return h.From == h.To }

// errQuietHours is wrapped by every error about quiet hours.
var errQuietHours = errors.New("quiet hours")

// ParseQuietHours reads quiet hours as they are configured: from and to as
// "20:00", daysOff as English names of weekdays in lower case and "holidays". Its
// error names what is wrong.
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

// Validate reports times that are none, and days off that leave no day to send on.
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

// End returns the first moment at or after t that is not quiet, by the clocks of zone: t
// itself if t is not quiet. All comparisons are of moments, not of what the clock on the
// wall shows, so the hour that a change of the clocks leaves out or repeats does no harm.
func (h QuietHours) End(t time.Time, zone *time.Location) time.Time {
	if h.None() {
		return t
	}
	// Each step ends a period at least; as Validate leaves a working day in
	// each week, and holidays are fewer than two weeks in a row, this ends.
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

// NextWorkingDayEnd returns the midnight that ends the first day after that of t which is
// no day off, by the clocks of zone. The times of h do not matter, only its days off.
func (h QuietHours) NextWorkingDayEnd(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.In(zone).Date()
	days := local{h, zone}
	const most = 14 // Validate leaves a working day in each week, and holidays are fewer than two weeks in a row
	for range most {
		day++
		if !days.dayOff(time.Date(year, month, day, 0, 0, 0, 0, zone)) {
			break
		}
	}
	return time.Date(year, month, day+1, 0, 0, 0, 0, zone).UTC()
}

// local is quiet hours by the clocks of a zone.
type local struct {
	hours QuietHours
	zone  *time.Location
}

// period is a stretch of time from begin up to but not including end.
type period struct{ begin, end time.Time }

// step returns the end of a quiet period that t lies in, or t.
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

// periods returns the quiet periods that begin on a day; day may lie outside the
// month, as in time.Date.
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

// at returns when the clock on the wall shows the time of day on a day.
func (l local) at(year int, month time.Month, day int, timeOfDay time.Duration) time.Time {
	return time.Date(year, month, day, 0, int(timeOfDay/time.Minute), 0, 0, l.zone)
}

func (l local) dayOff(day time.Time) bool {
	return slices.Contains(l.hours.Weekdays, day.Weekday()) || l.hours.Holidays && publicHoliday(day.Date())
}
