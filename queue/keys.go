package queue

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// The keys of this package. <time> is a Unix time in milliseconds of 15 decimal
// digits, so that byte order is time order; <id> is a UUIDv7 of 36 characters;
// <day> and <week> are numbered from 1970 in five digits, by UTC.
// Names from outside are escaped by store.Segment so that they hold no slash. Only
// number.Segment and number.TailSegment write a phone number into a key: the number
// stands in braces, see store.Private, so that a store can encrypt the number.
//
//	m/<id>                                           Message: its parts, state and attempts
//	due/<route>/<lane>/<time><id>                    a part of the message may be claimed from <time> on
//	tick/<time>/<key>                                Tend has to look at the record <key> at <time>, see TickKey
//	fly/<box>/<id>                                   <box> has a part of the message in flight
//	done/<time><id>                                  sent or final since <time>, its text is kept
//	bare/<time><id>                                  the same, its text has been removed
//	mr/<day>/<sim>/<mr>/<tail>/<time><id>/<attempt>  an attempt that the service centre accepted at about <time>
//	unc/<day>/<sim>/<tail>/<time><id>/<attempt>      an attempt without a known TP-MR: uncertain, or accepted without one
//	orph/<sim>/<tail>/<time>/<mr>                    orphan: a report that matched no attempt, kept for orphanKept
//	idem/<token>/<key>                               replay: what a call with an idempotency key created
//	ref/<number>                                     references: concatenation references used towards a number
//	every/<box>                                      messages by status, in the order of Statuses; the sum over the boxes counts
//	to/<week>/<number>/<id>                          a message of the week to the number with at least one attempt
//	sim/<sim>                                        when a worker of the SIM last claimed, to within simNoted
//	erased/<id>                                      Erasure
//
// <route> is "any"; "modem:<name>" or "sim:<sim>" if no other may be used; "like-modem:<name>"
// or "like-sim:<sim>" if another may be used, see Router. <lane> is the priority, 0 high,
// 1 normal, 2 low, followed by a q if the message obeys quiet hours. The keys from due/
// to unc/ that belong to messages, and to/, have an empty value and follow from the
// message alone, see indexes; Verify compares these keys with the messages.
//
// Keys that each outgoing text writes are ordered by time. Indexes by a number or a
// TP-MR begin with the day or the week for the same reason. A commit then changes pages
// that were written recently and that lie close together in the file. Copy-on-write of
// one old page in each commit scatters the pages over the file and doubles the time of a
// disk write.
const (
	messageSpace = "m/"
	dueSpace     = "due/"
	tickSpace    = "tick/"
	flightSpace  = "fly/"
	doneSpace    = "done/"
	noTextSpace  = "bare/"
	mrSpace      = "mr/"
	uncSpace     = "unc/"
	orphanSpace  = "orph/"
	idemSpace    = "idem/"
	refSpace     = "ref/"
	countSpace   = "every/" // sorts beside ev/ and evn/, so that each change writes one page for all three
	toSpace      = "to/"
	simSpace     = "sim/"
	erasedSpace  = "erased/"
)

// dayWidth is the length of a day or a week in a key, in characters.
const dayWidth = 5

// dayOf returns the day of t.
func dayOf(t time.Time) int { return int(max(0, t.UnixMilli()) / (24 * time.Hour).Milliseconds()) }

func daySegment(day int) string {
	s := strconv.Itoa(day)
	return "00000"[:max(0, dayWidth-len(s))] + s
}

// weekOf returns the <week> of a message, by the time in its id.
func weekOf(id string) string { return daySegment(dayOf(store.IDTime(id)) / 7) }

func messageKey(id string) string { return messageSpace + id }

func weekPrefix(week string) string       { return toSpace + week + "/" }
func toPrefix(week, number string) string { return weekPrefix(week) + number + "/" } // of a number.Segment

func lanePrefix(route, lane string) string { return dueSpace + route + "/" + lane + "/" }
func flightPrefix(box string) string       { return flightSpace + store.Segment(box) + "/" }
func countKey(box string) string           { return countSpace + store.Segment(box) }
func idemKey(c Caller) string              { return idemSpace + store.Segment(c.Token) + "/" + store.Segment(c.Key) }
func refKey(to pdu.Address) string         { return refSpace + number.Segment(to) }

// TickKey returns the key that tells Tend, of the package that owns the record stored
// under key, to look at the record at a time.
func TickKey(at time.Time, key string) string { return tickSpace + store.TimeSegment(at) + "/" + key }

// TickTarget returns the key of the record that a TickKey names.
func TickTarget(tick string) string {
	_, target, _ := strings.Cut(strings.TrimPrefix(tick, tickSpace), "/")
	return target
}

// TicksUntil returns the range of the tick keys that are due at now.
func TicksUntil(now time.Time) store.Range {
	return store.Range{From: tickSpace, To: tickSpace + store.TimeSegment(now.Add(time.Millisecond))}
}

func mrPrefix(day int, sim string, mr byte, to pdu.Address) string {
	return mrSpace + daySegment(day) + "/" + store.Segment(sim) + "/" + strconv.Itoa(int(mr)) + "/" + number.TailSegment(to) + "/"
}

func uncPrefix(day int, sim string, to pdu.Address) string {
	return uncSpace + daySegment(day) + "/" + store.Segment(sim) + "/" + number.TailSegment(to) + "/"
}

func orphanPrefix(sim string, to pdu.Address) string {
	return orphanSpace + store.Segment(sim) + "/" + number.TailSegment(to) + "/"
}

func orphanKey(sim string, to pdu.Address, at time.Time, mr byte) string {
	return orphanPrefix(sim, to) + store.TimeSegment(at) + "/" + strconv.Itoa(int(mr))
}

func simKey(sim string) string { return simSpace + store.Segment(sim) }

// span returns the range of a Scan over everything below prefix.
func span(prefix string) (from, to string) { return prefix, store.PrefixEnd(prefix) }

// timedID is the end of a key that is ordered by time: <time><id>.
type timedID struct {
	at time.Time
	id string
}

func (t timedID) String() string { return store.TimeSegment(t.at) + t.id }

// parseTimedID reads the <time><id> that key goes on with behind prefix.
func parseTimedID(key, prefix string) (timedID, error) {
	rest, found := strings.CutPrefix(key, prefix)
	if !found || len(rest) < store.TimeWidth+store.IDWidth {
		return timedID{}, fmt.Errorf("key %s does not end in a time and an id", store.Space(key))
	}
	at, err := store.ParseTime(rest[:store.TimeWidth])
	return timedID{at, rest[store.TimeWidth : store.TimeWidth+store.IDWidth]}, err
}

// parseAttemptKey reads the <time><id>/<attempt> that key goes on with behind prefix.
func parseAttemptKey(key, prefix string) (id string, attempt int, err error) {
	t, err := parseTimedID(key, prefix)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.Atoi(strings.TrimPrefix(key[len(prefix)+store.TimeWidth+store.IDWidth:], "/"))
	if err != nil {
		return "", 0, fmt.Errorf("key %s does not end in an attempt: %w", store.Space(key), err)
	}
	return t.id, n, nil
}
