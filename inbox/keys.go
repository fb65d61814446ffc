package inbox

import (
	"strconv"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// The keys of this package. <time> is a store.TimeSegment, <id> an id of store.IDs,
// <number> and <sender> are a number.Segment. Records that are kept for a time, and
// groups, have a key in the space tick/ of package queue, see queue.TickKey.
//
//	in/<id>                                Message
//	from/<number>/<id>                     a message from the number
//	inp/<sim>/<sender>/<ref>/<total>/<id>  group: received parts of the message <id>
//	seen/<hash>                            when a PDU was last received; kept for seenKept
//	raw/<time><sim>/<hash>                 rejectedPDU: a PDU that cannot be decoded
//	call/<id>                              Call
//	callday/<number>                       the day of the last text in answer to a call of the number
//	prune/in                               id of the message whose text was last removed
const (
	messageSpace = "in/"
	fromSpace    = "from/"
	groupSpace   = "inp/"
	seenSpace    = "seen/"
	rawSpace     = "raw/"
	callSpace    = "call/"
	callDaySpace = "callday/"
	prunedKey    = "prune/in"
)

func messageKey(id string) string        { return messageSpace + id }
func fromPrefix(segment string) string   { return fromSpace + segment + "/" } // of a number.Segment
func callDayKey(from pdu.Address) string { return callDaySpace + number.Segment(from) }

func groupPrefix(sim string, from pdu.Address, c pdu.Concatenation) string {
	width := "8-"
	if c.Wide {
		width = "16-"
	}
	return groupSpace + store.Segment(sim) + "/" + number.Segment(from) + "/" +
		width + strconv.Itoa(int(c.Reference)) + "/" + strconv.Itoa(c.Total) + "/"
}
