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

// A modem that shows the local time without a zone agrees with a clock of that zone;
// one that tells its zone has to be right.
func TestClockAgrees(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 13, 5, 0, 0, time.FixedZone("CET", 3600))
	for answer, want := range map[string]bool{
		`"26/11/25,13:05:09+04"`: true,
		`"26/11/25,12:04:09+00"`: true,
		`"26/11/25,13:04:09+00"`: true,
		`"26/11/25,13:04:09+08"`: false,
		`"26/11/25,14:05:09+00"`: false,
		`"26/11/26,13:05:09+04"`: false,
	} {
		c, ok := modem.ParseClock(answer)
		if !ok || c.Agrees(now, 2*time.Minute) != want {
			t.Errorf("%s agrees: %t, want %t", answer, !want, want)
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
				b.device.SetClock(time.Hour)
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
