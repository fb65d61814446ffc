package pdu_test

import (
	"errors"
	"testing"
	"time"

	"goniec/pdu"
)

// stamped is an SMS-DELIVER without text whose timestamp is the given octets.
func stamped(t *testing.T, timestamp string) []byte {
	t.Helper()
	return octets(t, "04 038121F3 00 00"+timestamp+"00")
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	quarters := func(n int) *time.Location { return time.FixedZone("", n*15*60) }
	tests := []struct {
		name   string
		octets string
		want   time.Time
	}{
		{"UTC", "62112281030000", time.Date(2026, 11, 22, 18, 30, 0, 0, time.UTC)},
		{"Warsaw in summer", "62708090715480", time.Date(2026, 7, 8, 9, 17, 45, 0, zone(2))},
		{"Newfoundland", "62112281030049", time.Date(2026, 11, 22, 18, 30, 0, 0, quarters(-14))},
		{"Nepal", "62112281030032", time.Date(2026, 11, 22, 18, 30, 0, 0, quarters(23))},
		{"furthest east", "62112281030097", time.Date(2026, 11, 22, 18, 30, 0, 0, quarters(79))},
		{"furthest west", "6211228103009F", time.Date(2026, 11, 22, 18, 30, 0, 0, quarters(-79))},
		{"first year", "09101000000000", time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"last year", "98211332959500", time.Date(2089, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"leap day", "82209221000000", time.Date(2028, 2, 29, 12, 0, 0, 0, time.UTC)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wire := stamped(t, test.octets)
			d, err := pdu.ParseDeliver(wire)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.SCTS.Format(time.RFC3339); got != test.want.Format(time.RFC3339) {
				t.Errorf("ParseDeliver read %s, want %s", got, test.want.Format(time.RFC3339))
			}
			d.SCTS = test.want
			written, err := d.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if spell(written) != spell(wire) {
				t.Errorf("Marshal() = %s, want %s", spell(written), spell(wire))
			}
		})
	}
}

func TestTimestampInAZoneThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	// Warsaw kept its mean solar time, 1:24 east, until 1915; no zone of
	// today lies further than 20 hours away.
	for _, offset := range []int{84 * 60, 80 * 15 * 60, -80 * 15 * 60} {
		want := time.Date(2026, 11, 22, 18, 30, 0, 0, time.FixedZone("", offset))
		tpdu, err := pdu.Deliver{OA: international("48600100200"), SCTS: want}.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		d, err := pdu.ParseDeliver(tpdu)
		if err != nil {
			t.Fatal(err)
		}
		if _, zone := d.SCTS.Zone(); !d.SCTS.Equal(want) || zone != 0 {
			t.Errorf("%v came back as %v, want the same moment in UTC", want, d.SCTS)
		}
	}
}

func TestTimestampThatIsNone(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, octets string }{
		{"month 0", "62002281030000"},
		{"month 13", "62312281030000"},
		{"day 0", "62110081030000"},
		{"31 November", "62111381030000"},
		{"29 February of a common year", "72209221000000"},
		{"hour 24", "62112242030000"},
		{"minute 60", "62112281060000"},
		{"second 60", "62112281030600"},
		{"digit above 9 in the year", "6A112281030000"},
		{"digit above 9 in the zone", "621122810300A0"},
		{"all ones", "FFFFFFFFFFFFFF"},
		{"all zeros", "00000000000000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if d, err := pdu.ParseDeliver(stamped(t, test.octets)); !errors.Is(err, pdu.ErrTime) {
				t.Errorf("ParseDeliver read %v, %v, want ErrTime", d.SCTS, err)
			}
		})
	}
}

func TestYearThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, year := range []int{1, 1989, 2090} {
		never := time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)
		now := time.Date(2026, 11, 22, 18, 30, 0, 0, time.UTC)
		to := international("48600100200")
		for name, message := range map[string]interface{ Marshal() ([]byte, error) }{
			"SCTS of a message": pdu.Deliver{OA: to, SCTS: never},
			"SCTS of a report":  pdu.StatusReport{RA: to, SCTS: never, Discharge: now},
			"discharge time":    pdu.StatusReport{RA: to, SCTS: now, Discharge: never},
			"validity":          pdu.Submit{DA: to, VP: pdu.Validity{Format: pdu.ValidityAbsolute, Until: never}},
		} {
			if tpdu, err := message.Marshal(); !errors.Is(err, pdu.ErrTime) {
				t.Errorf("%s, year %d: Marshal() = %X, %v, want ErrTime", name, year, tpdu, err)
			}
		}
	}
}
