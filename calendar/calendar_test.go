package calendar

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
)

func TestPublicHolidays(t *testing.T) {
	t.Parallel()
	// As the calendars of these years have them, Sundays that are feasts included.
	tests := map[int][]string{
		2024: {
			"01-01", "01-06", "03-31", "04-01", "05-01", "05-03", "05-19", "05-30",
			"08-15", "11-01", "11-11", "12-25", "12-26",
		},
		2025: {
			"01-01", "01-06", "04-20", "04-21", "05-01", "05-03", "06-08", "06-19",
			"08-15", "11-01", "11-11", "12-24", "12-25", "12-26",
		},
		2026: {
			"01-01", "01-06", "04-05", "04-06", "05-01", "05-03", "05-24", "06-04",
			"08-15", "11-01", "11-11", "12-24", "12-25", "12-26",
		},
		2038: { // the latest Easter there can be
			"01-01", "01-06", "04-25", "04-26", "05-01", "05-03", "06-13", "06-24",
			"08-15", "11-01", "11-11", "12-24", "12-25", "12-26",
		},
	}
	for year, want := range tests {
		var got []string
		for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
			if publicHoliday(day.Date()) {
				got = append(got, day.Format("01-02"))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d:\n%s", year, diff)
		}
	}
}

func TestEaster(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]string{
		1954: "04-18", 1981: "04-19", 2000: "04-23", 2008: "03-23", 2011: "04-24", 2027: "03-28",
		2028: "04-16", 2029: "04-01", 2030: "04-21", 2049: "04-18", 2076: "04-19", 2285: "03-22",
	} {
		if got := easterSunday(year).Format("01-02"); got != want {
			t.Errorf("%d: %s, want %s", year, got, want)
		}
	}
}

func TestEndOfQuietHours(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	off := []string{"sunday", "holidays"}
	tests := []struct {
		name     string
		from, to string
		off      []string
		at, want string
	}{
		{"afternoon", "20:00", "08:00", off, "2026-11-18T15:00:00+01:00", "2026-11-18T15:00:00+01:00"},
		{"last second before", "20:00", "08:00", off, "2026-11-18T19:59:59+01:00", "2026-11-18T19:59:59+01:00"},
		{"at once", "20:00", "08:00", off, "2026-11-18T20:00:00+01:00", "2026-11-19T08:00:00+01:00"},
		{"after midnight", "20:00", "08:00", off, "2026-11-19T00:30:00+01:00", "2026-11-19T08:00:00+01:00"},
		{"last second", "20:00", "08:00", off, "2026-11-19T07:59:59+01:00", "2026-11-19T08:00:00+01:00"},
		{"end", "20:00", "08:00", off, "2026-11-19T08:00:00+01:00", "2026-11-19T08:00:00+01:00"},
		{"Saturday night", "20:00", "08:00", off, "2026-11-21T21:00:00+01:00", "2026-11-23T08:00:00+01:00"},
		{"Sunday noon", "20:00", "08:00", off, "2026-11-22T12:00:00+01:00", "2026-11-23T08:00:00+01:00"},
		{"Christmas Eve is a day off", "20:00", "08:00", off, "2026-12-24T10:00:00+01:00", "2026-12-28T08:00:00+01:00"},
		{"it was none in 2024", "20:00", "08:00", off, "2024-12-24T10:00:00+01:00", "2024-12-24T10:00:00+01:00"},
		{"New Year's Eve", "20:00", "08:00", off, "2026-12-31T23:59:00+01:00", "2027-01-02T08:00:00+01:00"},
		{"May weekend", "20:00", "08:00", off, "2026-04-30T20:30:00+02:00", "2026-05-02T08:00:00+02:00"},
		{"Easter", "20:00", "08:00", off, "2026-04-04T20:00:00+02:00", "2026-04-07T08:00:00+02:00"},
		{"no days off", "20:00", "08:00", nil, "2026-11-22T12:00:00+01:00", "2026-11-22T12:00:00+01:00"},
		{"within one day", "13:00", "15:00", nil, "2026-11-18T13:30:00+01:00", "2026-11-18T15:00:00+01:00"},
		{"within one day, at night", "13:00", "15:00", nil, "2026-11-18T23:30:00+01:00", "2026-11-18T23:30:00+01:00"},
		{"until midnight", "20:00", "00:00", nil, "2026-11-18T23:30:00+01:00", "2026-11-19T00:00:00+01:00"},
		{"from midnight", "00:00", "08:00", nil, "2026-11-18T03:30:00+01:00", "2026-11-18T08:00:00+01:00"},
		{"over the spring change", "20:00", "08:00", nil, "2026-03-28T21:00:00+01:00", "2026-03-29T08:00:00+02:00"},
		{"over the autumn change", "20:00", "08:00", nil, "2026-10-24T21:00:00+02:00", "2026-10-25T08:00:00+01:00"},
		// At 02:00 the clock goes to 03:00: there is no 02:30 that day.
		{"end in the hour left out", "20:00", "02:30", nil, "2026-03-28T23:00:00+01:00", "2026-03-29T03:30:00+02:00"},
		{"begin in the hour left out", "02:30", "06:00", nil, "2026-03-29T03:45:00+02:00", "2026-03-29T06:00:00+02:00"},
		// At 03:00 it goes back to 02:00: there are two 02:30.
		{"once over they stay over", "20:00", "02:30", nil, "2026-10-25T02:30:00+01:00", "2026-10-25T02:30:00+01:00"},
		{"second 02:10 of the night", "20:00", "01:30", nil, "2026-10-25T02:10:00+01:00", "2026-10-25T02:10:00+01:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hours, err := ParseQuietHours(test.from, test.to, test.off)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, test.at)
			if err != nil {
				t.Fatal(err)
			}
			got := hours.End(at, zone).In(zone).Format(time.RFC3339)
			if got != test.want {
				t.Errorf("end is %s, want %s", got, test.want)
			}
		})
	}
}

// Around both changes of the clocks: the quiet hours end when they should, once,
// and what End returns is never quiet.
func TestQuietHoursMinuteByMinute(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	for _, clocks := range [][2]string{{"20:00", "08:00"}, {"02:15", "02:45"}, {"22:00", "02:30"}, {"02:30", "09:00"}} {
		hours, err := ParseQuietHours(clocks[0], clocks[1], []string{"sunday"})
		if err != nil {
			t.Fatal(err)
		}
		for _, begin := range []time.Time{time.Date(2026, 3, 27, 12, 0, 0, 0, zone), time.Date(2026, 10, 23, 12, 0, 0, 0, zone)} {
			last := time.Time{}
			for at := begin; at.Before(begin.AddDate(0, 0, 4)); at = at.Add(time.Minute) {
				end := hours.End(at, zone)
				if end.Before(at) || !hours.End(end, zone).Equal(end) {
					t.Fatalf("%v: at %v the end is %v, which is quiet", clocks, at, end)
				}
				if end.Before(last) {
					t.Fatalf("%v: at %v the end goes back from %v to %v", clocks, at, last, end)
				}
				if end.Sub(at) > 48*time.Hour {
					t.Fatalf("%v: at %v the end is %v away", clocks, at, end.Sub(at))
				}
				last = end
			}
		}
	}
}

func TestParseQuietHoursRefuses(t *testing.T) {
	t.Parallel()
	everyDay := []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
	for _, test := range []struct {
		from, to string
		off      []string
	}{
		{"24:00", "08:00", nil},
		{"8:00", "20:00", nil},
		{"20:00", "", nil},
		{"20:00", "08:00", []string{"sundays"}},
		{"20:00", "08:00", everyDay},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			t.Parallel()
			if h, err := ParseQuietHours(test.from, test.to, test.off); err == nil {
				t.Errorf("read as %+v", h)
			}
		})
	}
}

// The next working day ends at a midnight of the zone, also where the clocks change.
func TestNextWorkingDayEnd(t *testing.T) {
	t.Parallel()
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	weekends := QuietHours{Weekdays: []time.Weekday{time.Saturday, time.Sunday}, Holidays: true}
	for _, c := range []struct {
		hours    QuietHours
		at, want string
	}{
		{weekends, "2026-11-23 09:00", "2026-11-25 00:00"},     // Monday: Tuesday ends
		{weekends, "2026-11-23 23:59", "2026-11-25 00:00"},     // whatever the time
		{weekends, "2026-11-27 15:00", "2026-12-01 00:00"},     // Friday: Monday ends
		{weekends, "2026-11-28 10:00", "2026-12-01 00:00"},     // and on Saturday
		{weekends, "2026-05-01 10:00", "2026-05-05 00:00"},     // a holiday on Friday, another on Sunday
		{weekends, "2026-12-23 10:00", "2026-12-29 00:00"},     // Christmas Eve, two holidays, a Sunday
		{weekends, "2026-10-23 10:00", "2026-10-27 00:00"},     // the night of the 25th has 25 hours
		{weekends, "2026-03-27 10:00", "2026-03-31 00:00"},     // the night of the 29th has 23 hours
		{QuietHours{}, "2026-11-27 15:00", "2026-11-29 00:00"}, // no days off
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, warsaw)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.hours.NextWorkingDayEnd(at, warsaw).In(warsaw).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("from %s: %s, want %s", c.at, got, c.want)
		}
	}
}
