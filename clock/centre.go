package clock

import (
	"errors"
	"time"

	"goniec/store"
)

// CentreSlack is how far the clock of a service centre may be off before its times are
// no guide to which attempt a report belongs to.
const CentreSlack = 10 * time.Minute

const (
	// aheadStep is by how much Ahead has to differ to be written anew. Less is how
	// long a message takes to get there.
	aheadStep = CentreSlack / 2
	// farthestZone is how far a zone is from ours at most.
	farthestZone = 14 * time.Hour
	// zoneStep is the step of zones in TP-SCTS, 3GPP TS 23.040 9.2.3.11.
	zoneStep = 15 * time.Minute
	// zoneSlack is how far off a clock in another zone may be to be one.
	zoneSlack = time.Minute
)

// Centre is what is known of the clock of the service centre of a SIM. The tags are its
// stored form.
type Centre struct {
	// Ahead is how far its clock is ahead of ours. Some write their times in a
	// zone that is not theirs, and are hours off.
	Ahead time.Duration `json:"ahead"`
	// Sample is what a report has said that is not believed until another says
	// so, and Of the message it was about.
	Sample time.Duration `json:"smp,omitempty"`
	Of     string        `json:"of,omitempty"`
}

// ReadCentre returns what is known of the clock of the service centre of a SIM; the zero
// value while nothing is.
func ReadCentre(r store.Reader, sim string) (Centre, error) {
	c, _, err := store.GetJSON[Centre](r, centreKey(sim))
	if errors.Is(err, store.ErrRecord) {
		return Centre{}, nil // it is learned again
	}
	return c, err
}

// Ours returns a time of the service centre by our clock.
func (c Centre) Ours(theirs time.Time) time.Time { return theirs.Add(-c.Ahead) }

// Sample is one message that the service centre has accepted, by both clocks.
type Sample struct {
	Message  string    // id
	Stamped  time.Time // when, by the clock of the centre
	Accepted time.Time // when, by ours
}

func (s Sample) ahead() time.Duration { return s.Stamped.Sub(s.Accepted).Round(time.Second) }

// News reports whether s says something else of the centre's clock than is known.
func (c Centre) News(s Sample) bool { return (s.ahead() - c.Ahead).Abs() >= aheadStep }

// Learn notes how far the clock of the centre of a SIM is ahead, by a sample that is
// News. What is no zone is believed when two messages have said so: a report may have
// been matched wrongly.
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

// isZone reports whether a clock that is so far ahead is right, but for its zone.
func isZone(ahead time.Duration) bool {
	return ahead.Abs() <= farthestZone && (ahead-ahead.Round(zoneStep)).Abs() <= zoneSlack
}
