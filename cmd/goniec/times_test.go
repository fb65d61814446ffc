package main

import (
	"testing"
	"time"
)

func TestTimesNameTheirZone(t *testing.T) {
	t.Parallel()
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	terminal := &terminal{zone: func() *time.Location { return warsaw }}
	now := time.Date(2026, time.November, 30, 22, 30, 0, 0, time.UTC)
	for _, tt := range []struct{ got, want string }{
		{terminal.when(now), "2026-11-30 23:30:00 CET"},
		{terminal.when(now.AddDate(0, 7, 0)), "2027-07-01 00:30:00 CEST"},
		{terminal.whenever(nil), ""},
		{terminal.whenSoon(now.Add(20*time.Minute), now), "23:50:00 CET"},
		{terminal.whenSoon(now.Add(time.Hour), now), "2026-12-01 00:30:00 CET"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
