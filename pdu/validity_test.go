package pdu_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"goniec/pdu"
)

const day = 24 * time.Hour

// relativeOctet is the TP-VP octet of a message that is valid for d.
func relativeOctet(t *testing.T, d time.Duration) byte {
	t.Helper()
	v, err := pdu.RelativeValidity(d)
	if err != nil {
		t.Fatalf("RelativeValidity(%v): %v", d, err)
	}
	tpdu, err := pdu.Submit{DA: international("48600100200"), VP: v}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return tpdu[len(tpdu)-2] // before an empty text's length
}

func TestRelativeValidity(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		d     time.Duration
		octet byte
		want  time.Duration
	}{
		{"a nanosecond", 1, 0, 5 * time.Minute},
		{"5 minutes", 5 * time.Minute, 0, 5 * time.Minute},
		{"a little more", 5*time.Minute + 1, 1, 10 * time.Minute},
		{"an hour", time.Hour, 11, time.Hour},
		{"12 hours", 12 * time.Hour, 143, 12 * time.Hour},
		{"12 hours and a little", 12*time.Hour + 1, 144, 12*time.Hour + 30*time.Minute},
		{"18 hours 40", 18*time.Hour + 40*time.Minute, 157, 19 * time.Hour},
		{"a day", day, 167, day},
		{"a day and a little", day + 1, 168, 2 * day},
		{"36 hours", 36 * time.Hour, 168, 2 * day},
		{"30 days", 30 * day, 196, 30 * day},
		{"30 days and a little", 30*day + 1, 197, 35 * day},
		{"62 weeks", 62 * 7 * day, 254, 62 * 7 * day},
		{"63 weeks", 63 * 7 * day, 255, 63 * 7 * day},
		{"longer than the longest", 63*7*day + 1, 255, 63 * 7 * day},
		{"for ever", math.MaxInt64, 255, 63 * 7 * day},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v, err := pdu.RelativeValidity(test.d)
			if err != nil {
				t.Fatal(err)
			}
			if want := (pdu.Validity{Format: pdu.ValidityRelative, Period: test.want}); v != want {
				t.Errorf("RelativeValidity(%v) = %+v, want %+v", test.d, v, want)
			}
			if got := relativeOctet(t, test.d); got != test.octet {
				t.Errorf("TP-VP is %d, want %d", got, test.octet)
			}
		})
	}
}

// TestRelativeValidityIsTheNextStep goes through all octets: what each stands
// for is encoded as itself, and a little more as the next one.
func TestRelativeValidityIsTheNextStep(t *testing.T) {
	t.Parallel()
	for octet := range 256 {
		s, err := pdu.ParseSubmit(octets(t, "11 00 038121F3 00 00"+spell([]byte{byte(octet)})+"00"))
		if err != nil {
			t.Fatal(err)
		}
		if got := relativeOctet(t, s.VP.Period); int(got) != octet {
			t.Errorf("octet %d stands for %v, which is written as %d", octet, s.VP.Period, got)
		}
		if got := relativeOctet(t, s.VP.Period+time.Second); int(got) != min(octet+1, 255) {
			t.Errorf("a second more than octet %d is written as %d", octet, got)
		}
	}
}

func TestRelativeValidityRefusesThePast(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{0, -1, -time.Hour, math.MinInt64} {
		if v, err := pdu.RelativeValidity(d); !errors.Is(err, pdu.ErrValidity) {
			t.Errorf("RelativeValidity(%v) = %+v, %v, want ErrValidity", d, v, err)
		}
	}
}

// The enhanced format is refused, by us as by a service centre that does not know it.
func TestEnhancedValidityIsRefused(t *testing.T) {
	t.Parallel()
	if s, err := pdu.ParseSubmit(octets(t, "09 00 038121F3 00 00 02FF0000000000 00")); !errors.Is(err, pdu.ErrValidity) {
		t.Errorf("ParseSubmit read %+v, %v, want ErrValidity", s.VP, err)
	}
}

func TestValidityThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, v := range []pdu.Validity{
		{Format: pdu.ValidityRelative},
		{Format: 1, Period: time.Hour},
		{Format: 4, Period: time.Hour},
	} {
		s := pdu.Submit{DA: international("48600100200"), VP: v}
		if tpdu, err := s.Marshal(); !errors.Is(err, pdu.ErrValidity) {
			t.Errorf("Marshal() of %+v = %X, %v, want ErrValidity", v, tpdu, err)
		}
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	accepted := time.Date(2026, 11, 22, 18, 30, 0, 0, time.UTC)
	until := accepted.Add(time.Hour)
	tests := []struct {
		name string
		v    pdu.Validity
		want time.Time // zero: none
	}{
		{"none", pdu.Validity{}, time.Time{}},
		{"relative", pdu.Validity{Format: pdu.ValidityRelative, Period: day}, accepted.Add(day)},
		{"absolute", pdu.Validity{Format: pdu.ValidityAbsolute, Until: until}, until},
	}
	for _, test := range tests {
		got, ok := test.v.Deadline(accepted)
		if !got.Equal(test.want) || ok == test.want.IsZero() {
			t.Errorf("%s: Deadline() = %v, %t, want %v", test.name, got, ok, test.want)
		}
	}
}
