package modem_test

import (
	"testing"
	"time"

	"goniec/modem"
	"goniec/modem/emulator"
)

func TestParseClock(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`"26/11/25,13:05:09+04"`:   "2026-11-25T13:05:09+01:00",
		`"26/11/25,13:05:09-20"`:   "2026-11-25T13:05:09-05:00",
		`"26/11/25,13:05:09+00"`:   "2026-11-25T13:05:09Z",
		`"26/11/25,13:05:09"`:      "2026-11-25T13:05:09Z",
		`"2026/11/25,13:05:09+08"`: "2026-11-25T13:05:09+02:00",
		`26/11/25,13:05:09+04`:     "2026-11-25T13:05:09+01:00",
		`"80/01/06,00:01:02+00"`:   "1980-01-06T00:01:02Z", // nobody has set it
		`"26/11/25,13:05:09+99"`:   "",
		`"26/11/25,13:05:09+x"`:    "",
		`"26/13/25,13:05:09+04"`:   "",
		`"26/11/25 13:05"`:         "",
		`"26/11/25,13:05:09+22"`:   "2026-11-25T13:05:09+05:30", // India
		`"26/07/25,13:05:09+08,1"`: "2026-07-25T13:05:09+02:00",
		`"26/07/25,13:05:09+08",1`: "2026-07-25T13:05:09+02:00",
		``:                         "",
	} {
		c, ok := modem.ParseClock(answer)
		if ok != (want != "") {
			t.Errorf("%s: ok is %t", answer, ok)
			continue
		}
		if ok && c.At.Format(time.RFC3339) != want {
			t.Errorf("%s is %s, want %s", answer, c.At.Format(time.RFC3339), want)
		}
	}
}

// Modems show UTC, local time and zones in every mixture. A clock that is right by
// one of the readings agrees with this machine's; one that is wrong by all does not.
func TestClockNearest(t *testing.T) {
	t.Parallel()
	zone := func(name string, hours float64) *time.Location { return time.FixedZone(name, int(hours*3600)) }
	winter := time.Date(2026, 11, 25, 13, 5, 0, 0, zone("CET", 1))
	summer := time.Date(2026, 7, 25, 13, 5, 0, 0, zone("CEST", 2))
	india := time.Date(2026, 11, 25, 17, 35, 0, 0, zone("IST", 5.5))
	brazil := time.Date(2026, 11, 25, 9, 5, 0, 0, zone("BRT", -3))
	for _, tt := range []struct {
		name, answer string
		now          time.Time
		want         bool
	}{
		{"standard", `"26/11/25,13:05:09+04"`, winter, true},
		{"standard, west of Greenwich", `"26/11/25,09:05:09-12"`, brazil, true},
		{"standard, half an hour", `"26/11/25,17:35:09+22"`, india, true},
		{"UTC", `"26/11/25,12:04:09+00"`, winter, true},
		{"UTC, without a zone", `"26/11/25,12:04:09"`, winter, true},
		{"UTC with the zone behind it", `"26/11/25,12:05:09+04"`, winter, true},
		{"UTC with the zone behind it, in summer", `"26/07/25,11:05:09+08"`, summer, true},
		{"UTC with the zone behind it, half an hour", `"26/11/25,12:05:09+22"`, india, true},
		{"UTC with the zone behind it, west of Greenwich", `"26/11/25,12:05:09-12"`, brazil, true},
		{"local time without a zone", `"26/11/25,13:04:09+00"`, winter, true},
		{"local time with the zone in hours", `"26/11/25,13:05:09+01"`, winter, true},
		{"local time of another place with its zone in hours", `"26/11/25,14:05:09+02"`, winter, true},
		{"local summer time with the zone of winter", `"26/07/25,13:05:09+04"`, summer, true},
		{"local summer time, and said so", `"26/07/25,13:05:09+08,1"`, summer, true},
		{"an hour ahead", `"26/11/25,14:05:09+04"`, winter, false},
		{"an hour ahead without a zone", `"26/11/25,14:05:09+00"`, winter, false},
		{"two hours behind", `"26/11/25,11:05:09+04"`, winter, false},
		{"ten minutes ahead", `"26/11/25,13:15:09+04"`, winter, false},
		{"ten minutes ahead of UTC with the zone behind it", `"26/11/25,12:15:09+04"`, winter, false},
		{"a day ahead", `"26/11/26,13:05:09+04"`, winter, false},
		{"nobody has set it", `"80/01/06,00:01:02+00"`, winter, false},
	} {
		c, ok := modem.ParseClock(tt.answer)
		if agrees := c.Nearest(tt.now).Sub(tt.now).Abs() <= 2*time.Minute; !ok || agrees != tt.want {
			t.Errorf("%s: %s agrees: %t, want %t", tt.name, tt.answer, agrees, tt.want)
		}
	}
}

// Every family of modems tells its clock or says that it has none.
func TestClockOfEveryProfile(t *testing.T) {
	t.Parallel()
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			in(t, profile, emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				b.device.SetClockAhead(time.Hour)
				c, ok, err := b.modem.Clock(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if ahead := time.Until(c.At); ok && (ahead-time.Hour).Abs() > time.Minute {
					t.Errorf("clock shows %s", c.At)
				}
				if !ok && profile.Name == emulator.Generic().Name {
					t.Error("the generic modem has no clock")
				}
				if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
					t.Errorf("Submit: %v", err)
				}
			})
		})
	}
}
