package reply

import (
	"time"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// The keys of this package. <time> is a Unix time in milliseconds of 15 decimal digits,
// <id> a UUIDv7. The id of a question is the id of the message that asks it.
//
//	ask/<id>              Question
//	asked/<number>/<id>   a question that a text from the number may be about
//	asktick/<time>/<id>   Tend has to look at the question at <time>
//	heard/<id>            Heard: how the inbound message <id> was understood
//	which/<number>        askedBack: the patient was asked which question is meant
//	guard/of/<number>     sent: the latest automatic texts to the number
//	guard/box/<box>       sent: the latest automatic texts of the box
//	talk/<id>             Conversation
//	talkof/<number>       id of the conversation with the number
//	talkat/<time><id>     conversations in the order of what was said last
//	note/<conversation id>/<id>   Note
const (
	askSpace     = "ask/"
	askedSpace   = "asked/"
	askTickSpace = "asktick/"
	heardSpace   = "heard/"
	whichSpace   = "which/"
	guardNumber  = "guard/of/"
	guardBox     = "guard/box/"
	talkSpace    = "talk/"
	talkOfSpace  = "talkof/"
	talkAtSpace  = "talkat/"
	noteSpace    = "note/"
)

func askKey(id string) string           { return askSpace + id }
func askedPrefix(of pdu.Address) string { return askedSpace + number.Segment(of) + "/" }
func heardKey(id string) string         { return heardSpace + id }
func whichKey(of pdu.Address) string    { return whichSpace + number.Segment(of) }
func guardKey(of pdu.Address) string    { return guardNumber + number.Segment(of) }
func talkKey(id string) string          { return talkSpace + id }
func talkOfKey(of pdu.Address) string   { return talkOfSpace + number.Segment(of) }
func notePrefix(id string) string       { return noteSpace + id + "/" }

func askTickKey(at time.Time, id string) string {
	return askTickSpace + store.TimeSegment(at) + "/" + id
}
func talkAtKey(at time.Time, id string) string { return talkAtSpace + store.TimeSegment(at) + id }
