package clock

import "goniec/store"

// The keys of this package. Names from outside are escaped by store.Segment.
//
//	clock/<box>  record: the last believed time of the box
//	sc/<sim>     Centre: the offset of the clock of the service centre of the SIM
const (
	clockSpace  = "clock/"
	centreSpace = "sc/"
)

func clockKey(box string) string  { return clockSpace + store.Segment(box) }
func centreKey(sim string) string { return centreSpace + store.Segment(sim) }
