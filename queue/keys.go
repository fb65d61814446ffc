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
// Names in <> that come from outside are escaped so that they hold no slash. A
// phone number gets into a key by number.Segment or number.TailSegment and no other way:
// they stand in braces, see store.Private, by which a store knows what to hide.
//
//	m/<id>                                           Message: its parts, state and attempts
//	due/<route>/<lane>/<time><id>                    a part of the message may be claimed from <time> on
//	tick/<time>/<key>                                Tend has to look at the record <key> at <time>, see TickKey
//	fly/<box>/<id>                                   <box> has a part of the message in flight
//	done/<time><id>                                  sent or final since <time>, its text is kept
//	bare/<time><id>                                  the same, its text has been removed
//	mr/<day>/<sim>/<mr>/<tail>/<time><id>/<attempt>  an attempt that the service centre accepted at about <time>
//	unc/<day>/<sim>/<tail>/<time><id>/<attempt>      an attempt whose reference is not known: it is uncertain, or was not told
//	orph/<sim>/<tail>/<time>/<mr>                    orphan: a report nothing matched, kept for orphanKept
//	idem/<token>/<key>                               replay: what a call with an idempotency key created
//	ref/<number>                                     references: concatenation references used towards a number
//	every/<box>                                      messages by status, in the order of Statuses; the sum over the boxes counts
//	to/<week>/<number>/<id>                          a message of the week to the number, of which something was tried
//	sim/<sim>                                        when a worker of the SIM claimed last, about
//	erased/<id>                                      Erasure
//
// <route> is "any", "modem:<name>" or "sim:<sim>" where there is no choice, or
// "like-modem:<name>" or "like-sim:<sim>" where there is one, see Router. <lane> is the priority, 0 high,
// 1 normal, 2 low, followed by a q if quiet hours hold the message. Everything
// from due/ to unc/, and to/, has an empty value and is a function of the message alone,
// see indexes; so whether the store is consistent can be checked by counting it out.
//
// What every text that goes out needs is ordered by time, also where it is looked up by
// what has no order, a number or a reference: there by the day, or the week, before all
// else. So a commit changes pages that others changed shortly before and that lie close
// together in the file. One that is taken from among all that were ever written is
// written anew beside those, but leaves its place to any of them, and with one such page
// in each commit soon all of them lie anywhere, which takes the disk twice as long.
const (
	messageSpace = "m/"
	dueSpace     = "due/"
	tickSpace    = "tick/"
	flightSpace  = "fly/"
	doneSpace    = "done/"
	bareSpace    = "bare/"
	mrSpace      = "mr/"
	uncSpace     = "unc/"
	orphanSpace  = "orph/"
	idemSpace    = "idem/"
	refSpace     = "ref/"
	countSpace   = "every/" // beside ev/ and evn/, so that one page holds what every change writes
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

// TickKey returns the key by which the record stored under key is found at a time by
// Tend of the package that owns the record.
func TickKey(at time.Time, key string) string { return tickSpace + store.TimeSegment(at) + "/" + key }

// TickTarget returns the key of the record that a TickKey leads to.
func TickTarget(tick string) string {
	_, target, _ := strings.Cut(strings.TrimPrefix(tick, tickSpace), "/")
	return target
}

// TicksUntil returns the range of the ticks whose time has come by now.
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
