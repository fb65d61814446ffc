package pdu

import (
	"fmt"
	"time"
)

const (
	quarterHour = 15 * 60 // seconds
	maxQuarters = 79      // what a sign and two digits with three bits for the tens hold
	// firstYear is the year meant by the digits 90. The standard gives two
	// digits only; no short message is older than 1992.
	firstYear = 1990
)

// appendTime appends a timestamp of seven octets: year, month, day, hour,
// minute, second and zone in quarters of an hour, each two digits with the
// first in the low half, 3GPP TS 23.040 9.2.3.11. A time whose zone cannot be
// written goes out in UTC.
func appendTime(b []byte, t time.Time) ([]byte, error) {
	_, offset := t.Zone()
	quarters := offset / quarterHour
	if offset%quarterHour != 0 || quarters > maxQuarters || quarters < -maxQuarters {
		t, quarters = t.UTC(), 0
	}
	if y := t.Year(); y < firstYear || y >= firstYear+100 {
		return nil, fmt.Errorf("%w: year %d has no two-digit form", ErrTime, y)
	}
	var sign byte
	if quarters < 0 {
		sign, quarters = 0x08, -quarters
	}
	return append(b,
		swapped(t.Year()%100), swapped(int(t.Month())), swapped(t.Day()),
		swapped(t.Hour()), swapped(t.Minute()), swapped(t.Second()),
		swapped(quarters)|sign), nil
}

// timestamp reads what appendTime writes. The time keeps the zone it came in.
func (r *reader) timestamp(field string) time.Time {
	octets := r.take(7, field)
	if octets == nil {
		return time.Time{}
	}
	t, err := parseTime(octets)
	if err != nil {
		r.fault(field, err)
		return r.instead
	}
	return t
}

func parseTime(octets []byte) (time.Time, error) {
	var v [7]int
	for i, o := range octets {
		if i == 6 {
			o &^= 0x08 // the sign
		}
		n, ok := unswapped(o)
		if !ok {
			return time.Time{}, fmt.Errorf("%w: a digit above 9", ErrTime)
		}
		v[i] = n
	}
	year := firstYear - firstYear%100 + v[0]
	if year < firstYear {
		year += 100
	}
	if v[1] < 1 || v[1] > 12 || v[3] > 23 || v[4] > 59 || v[5] > 59 {
		return time.Time{}, fmt.Errorf("%w: month %d, %d:%d:%d", ErrTime, v[1], v[3], v[4], v[5])
	}
	t := time.Date(year, time.Month(v[1]), v[2], v[3], v[4], v[5], 0, zone(v[6], octets[6]&0x08 != 0))
	if t.Day() != v[2] {
		return time.Time{}, fmt.Errorf("%w: day %d of month %d", ErrTime, v[2], v[1])
	}
	return t, nil
}

func zone(quarters int, negative bool) *time.Location {
	switch {
	case quarters == 0:
		return time.UTC
	case negative:
		quarters = -quarters
	}
	return time.FixedZone("", quarters*quarterHour)
}

// swapped returns n, 0 to 99, as two semi-octets with the tens in the low half.
func swapped(n int) byte {
	return byte(n/10 | n%10<<4)
}

// unswapped reverses swapped; ok is false if a half is no digit.
func unswapped(o byte) (n int, ok bool) {
	tens, units := int(o&0x0f), int(o>>4)
	return tens*10 + units, tens <= 9 && units <= 9
}
