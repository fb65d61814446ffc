package clock

import (
	"errors"
	"time"

	"goniec/store"
)

// CentreSlack is the error that the clock of a service centre may have in comparisons of
// TP-SCTS with the time of an attempt.
const CentreSlack = 10 * time.Minute

const (
	// aheadStep is by how much a sample has to differ from Ahead to be learned. Smaller
	// differences come from the time that a message takes to the centre.
	aheadStep = CentreSlack / 2
	// farthestZone is the greatest difference between two time zones.
	farthestZone = 14 * time.Hour
	// zoneStep is the step of time zones in TP-SCTS, 3GPP TS 23.040 9.2.3.11.
	zoneStep = 15 * time.Minute
	// zoneSlack is how far an offset may be from a multiple of zoneStep to count as a
	// time zone.
	zoneSlack = time.Minute
)

// Centre is the offset of the clock of the service centre of a SIM. The tags are its
// stored form.
type Centre struct {
	// Ahead is how far the clock of the centre is ahead of the clock of the box. Some
	// centres give a wrong time zone, so Ahead may be hours.
	Ahead time.Duration `json:"ahead"`
	// Sample is an offset that counts once a second message confirms it. Of is the id of
	// the message that gave Sample.
	Sample time.Duration `json:"smp,omitempty"`
	Of     string        `json:"of,omitempty"`
}

// ReadCentre returns the Centre of a SIM; the zero value: nothing is known.
func ReadCentre(r store.Reader, sim string) (Centre, error) {
	c, _, err := store.GetJSON[Centre](r, centreKey(sim))
	if errors.Is(err, store.ErrRecord) {
		return Centre{}, nil // the record is damaged; Learn replaces it
	}
	return c, err
}

// Ours converts a time of the service centre to the clock of the box.
func (c Centre) Ours(theirs time.Time) time.Time { return theirs.Add(-c.Ahead) }

// Sample is the time at which the service centre accepted a message, by both clocks.
type Sample struct {
	Message  string    // id
	Stamped  time.Time // TP-SCTS, by the clock of the centre
	Accepted time.Time // by the clock of the box
}

func (s Sample) ahead() time.Duration { return s.Stamped.Sub(s.Accepted).Round(time.Second) }

// News reports whether the offset of s differs from Ahead.
func (c Centre) News(s Sample) bool { return (s.ahead() - c.Ahead).Abs() >= aheadStep }

// Learn stores the offset of the centre of a SIM by a sample that is News. An offset of
// whole time zones counts at once. Any other offset counts when a second message confirms
// it, since a report may have been matched wrongly.
func (c Centre) Learn(tx store.Tx, sim string, s Sample) error {
	ahead := s.ahead()
	agreed := c.Of != "" && c.Of != s.Message && (ahead-c.Sample).Abs() < aheadStep
	switch {
	case isZone(ahead), agreed:
		c = Centre{Ahead: ahead}
	case c.Of == s.Message && c.Sample == ahead:
		return nil
	default:
		c.Sample, c.Of = ahead, s.Message
	}
	return store.PutJSON(tx, centreKey(sim), c)
}

// isZone reports whether an offset is a difference between time zones.
func isZone(ahead time.Duration) bool {
	return ahead.Abs() <= farthestZone && (ahead-ahead.Round(zoneStep)).Abs() <= zoneSlack
}
