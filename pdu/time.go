package pdu

import (
	"fmt"
	"time"
)

const (
	quarterHour = 15 * 60 // seconds
	maxQuarters = 79      // greatest value of two digits with three bits for the tens
	zoneSign    = 0x08    // the fourth of them: west of Greenwich
	// firstYear is the year of the digits 90. The standard has two digits; no short
	// message is older than 1992.
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
		return nil, fmt.Errorf("%w: year %d has no two-digit form", errTime, y)
	}
	var sign byte
	if quarters < 0 {
		sign, quarters = zoneSign, -quarters
	}
	return append(b,
		swapped(t.Year()%100), swapped(int(t.Month())), swapped(t.Day()),
		swapped(t.Hour()), swapped(t.Minute()), swapped(t.Second()),
		swapped(quarters)|sign), nil
}

// timestamp reads the form of appendTime. The time keeps its zone.
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

// parseTime reads the seven octets of a timestamp.
func parseTime(octets []byte) (time.Time, error) {
	var v [7]int
	for i, o := range octets {
		if i == 6 {
			o &^= zoneSign
		}
		n, ok := unswapped(o)
		if !ok {
			return time.Time{}, fmt.Errorf("%w: a digit above 9", errTime)
		}
		v[i] = n
	}
	month, day, hour, minute, second := v[1], v[2], v[3], v[4], v[5]
	year := firstYear - firstYear%100 + v[0]
	if year < firstYear {
		year += 100
	}
	if month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, fmt.Errorf("%w: month %d, %d:%d:%d", errTime, month, hour, minute, second)
	}
	west := octets[6]&zoneSign != 0
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, zone(v[6], west))
	if t.Day() != day {
		return time.Time{}, fmt.Errorf("%w: day %d of month %d", errTime, day, month)
	}
	return t, nil
}

// zone returns the zone so many quarters of an hour from Greenwich.
func zone(quarters int, west bool) *time.Location {
	switch {
	case quarters == 0:
		return time.UTC
	case west:
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
