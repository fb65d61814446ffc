package pdu

import (
	"errors"
	"fmt"
	"time"
)

// errValidity marks an impossible validity period.
var errValidity = errors.New("not a validity period")

// ValidityFormat is the TP-Validity-Period-Format, 3GPP TS 23.040 9.2.3.3.
type ValidityFormat byte

// The formats, by their code. The enhanced format (1) is neither written nor read.
const (
	ValidityNone     ValidityFormat = 0 // the service centre decides
	ValidityRelative ValidityFormat = 2
	ValidityAbsolute ValidityFormat = 3
)

const (
	day  = 24 * time.Hour
	week = 7 * day
	// maxRelative is the longest relative period.
	maxRelative = 63 * week
)

// Validity is the TP-Validity-Period: how long the service centre tries to deliver. The
// zero Validity leaves the period to the centre.
type Validity struct {
	Format ValidityFormat
	// Period begins when the centre accepts the message; relative format.
	Period time.Duration
	// Until is when the centre stops trying; absolute format.
	Until time.Time
}

// RelativeValidity returns the shortest relative period that is not shorter than d: in
// steps of 5 minutes up to 12 hours, 30 minutes up to a day, days up to 30, then weeks
// up to 63, which is also the result for longer d. It fails for a d of zero or less.
func RelativeValidity(d time.Duration) (Validity, error) {
	octet, err := relativeOctet(d)
	if err != nil {
		return Validity{}, err
	}
	return Validity{Format: ValidityRelative, Period: relativePeriod(octet)}, nil
}

// Deadline returns when a message accepted by the centre at accepted expires; ok is
// false without a period.
func (v Validity) Deadline(accepted time.Time) (t time.Time, ok bool) {
	switch {
	case v.Format == ValidityAbsolute:
		return v.Until, true
	case v.Period > 0:
		return accepted.Add(v.Period), true
	}
	return time.Time{}, false
}

// relativePeriod decodes the octet of the relative format, 3GPP TS 23.040
// 9.2.3.12.1.
func relativePeriod(octet byte) time.Duration {
	switch n := time.Duration(octet); {
	case n <= 143:
		return (n + 1) * 5 * time.Minute
	case n <= 167:
		return 12*time.Hour + (n-143)*30*time.Minute
	case n <= 196:
		return (n - 166) * day
	default:
		return (n - 192) * week
	}
}

// relativeOctet is the octet of the shortest relative period not shorter than d.
func relativeOctet(d time.Duration) (byte, error) {
	up := func(d, step time.Duration) byte { return byte((d + step - 1) / step) }
	switch {
	case d <= 0:
		return 0, fmt.Errorf("%w: %v", errValidity, d)
	case d <= 12*time.Hour:
		return up(d, 5*time.Minute) - 1, nil
	case d <= day:
		return 143 + up(d-12*time.Hour, 30*time.Minute), nil
	case d <= 30*day:
		return 166 + up(d, day), nil
	default:
		return 192 + up(min(d, maxRelative), week), nil
	}
}

// appendValidity appends the TP-VP; nothing in format ValidityNone.
func appendValidity(b []byte, v Validity) ([]byte, error) {
	switch v.Format {
	case ValidityNone:
		return b, nil
	case ValidityRelative:
		octet, err := relativeOctet(v.Period)
		return append(b, octet), err
	case ValidityAbsolute:
		return appendTime(b, v.Until)
	}
	return nil, fmt.Errorf("%w: format %d", errValidity, v.Format)
}

// validity reads a TP-VP.
func (r *reader) validity(format ValidityFormat, field string) Validity {
	v := Validity{Format: format}
	switch format {
	case ValidityNone:
	case ValidityRelative:
		v.Period = relativePeriod(r.octet(field))
	case ValidityAbsolute:
		v.Until = r.timestamp(field)
	default:
		r.fault(field, fmt.Errorf("%w: format %d", errValidity, format))
	}
	return v
}
