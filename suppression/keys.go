package suppression

import (
	"goniec/number"
	"goniec/pdu"
)

// The keys of this package. <id> is an id of store.IDs, <number> a number.Segment.
//
//	sup/<number>/<purpose>  id of the suppression of the number for the purpose
//	stop/<id>               record: the Suppression
const (
	numberSpace = "sup/"
	recordSpace = "stop/"
)

func numberPrefix(of pdu.Address) string { return numberSpace + number.Segment(of) + "/" }
func recordKey(id string) string         { return recordSpace + id }
