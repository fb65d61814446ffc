package inbox

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"goniec/clock"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

const (
	// partsWithin is how far the TP-SCTS of the parts of one message may lie apart.
	// Senders reuse references, so parts further apart belong to different messages.
	partsWithin = time.Hour
	// partsAwaited is how long a message waits for its missing parts before it is
	// delivered without them.
	partsAwaited = 24 * time.Hour
	// partsRemembered is how long after partsAwaited a late part still completes the
	// message.
	partsRemembered = 7 * 24 * time.Hour
	// groupsRead bounds how many groups with one reference a part is compared with, the
	// latest first. Some senders use one reference for every message.
	groupsRead = 64
	// missingPart stands in a text in place of a missing part.
	missingPart = "[…]"
)

// group is the value of inp/<sim>/<sender>/<ref>/<total>/<id>: the received parts of one
// message, in the order of receipt. A group is kept for partsRemembered after the message
// is delivered, so that a repeated part does not begin another message.
type group struct {
	Modem     string    `json:"modem"`
	Since     time.Time `json:"at"` // when the first part was received
	Pieces    []piece   `json:"pcs"`
	Delivered bool      `json:"dlv,omitempty"` // the Message is stored, complete or not
	Complete  bool      `json:"ok,omitempty"`  // no part is missing; Pieces hold no PDUs any more
}

// piece is one received part.
type piece struct {
	Number  int       `json:"n"`
	At      time.Time `json:"at"`
	SCTS    time.Time `json:"scts"`
	Hash    []byte    `json:"h"` // of TP-DCS and TP-UD
	PDU     []byte    `json:"pdu,omitempty"`
	Repairs []string  `json:"rep,omitempty"`
}

// piece returns the arrival as part number of its message.
func (a Arrival) piece(number int) piece {
	content := hashPDU("", append([]byte{byte(a.In.Deliver.DCS)}, a.In.Deliver.UD.Data...))
	return piece{Number: number, At: a.At, SCTS: a.In.Deliver.SCTS.UTC(), Hash: []byte(content[:16]), PDU: a.Raw, Repairs: a.In.Repairs}
}

// same reports whether b is a repetition of p.
func (p piece) same(b piece) bool {
	return p.Number == b.Number && p.SCTS.Equal(b.SCTS) && bytes.Equal(p.Hash, b.Hash)
}

// receivePart adds a part to the group of its message, and delivers the message if no
// part is missing any more.
func (b *Inbox) receivePart(tx store.Tx, a Arrival, c pdu.Concatenation) (arrivalKind, error) {
	p := a.piece(c.Number)
	prefix := groupPrefix(a.worker.SIM, a.In.Deliver.OA, c)
	id, g, err := findGroup(tx, prefix, p)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(g.Pieces, p.same) {
		return arrivalDuplicate, nil
	}
	now := a.At
	if id == "" {
		id, g = a.id, group{Modem: a.worker.Modem, Since: now}
	}
	before := g.tickKey(prefix + id)
	g.Pieces = append(g.Pieces, p)
	what := arrivalPart
	if len(g.Pieces) == c.Total {
		what = arrivalLastPart
		in := g.assemble(id, c.Total)
		in.Modem, in.SIM = g.Modem, a.worker.SIM
		if g.Delivered {
			in.UpdatedAt = now
		}
		if err := b.deliver(tx, in, g.Delivered); err != nil {
			return "", err
		}
		g.Delivered, g.Complete = true, true
		for i := range g.Pieces {
			g.Pieces[i].PDU, g.Pieces[i].Repairs = nil, nil
		}
	}
	return what, putGroup(tx, prefix+id, before, g)
}

// findGroup returns the group that p belongs to: the group that has p already or, among
// the groups without a part of this number, the nearest in time. id is empty if p begins
// another message.
func findGroup(r store.Reader, prefix string, p piece) (id string, found group, err error) {
	pairs, err := r.ScanLast(prefix, store.PrefixEnd(prefix), groupsRead)
	if err != nil {
		return "", group{}, err
	}
	best := partsWithin
	for _, pair := range pairs {
		var g group
		if json.Unmarshal(pair.Value, &g) != nil {
			continue // a damaged group takes no part
		}
		if slices.ContainsFunc(g.Pieces, p.same) {
			return pair.Key[len(prefix):], g, nil
		}
		if g.has(p.Number) {
			continue
		}
		if away := g.away(p); away <= best {
			best, id, found = away, pair.Key[len(prefix):], g
		}
	}
	return id, found, nil
}

func (g group) has(number int) bool {
	return slices.ContainsFunc(g.Pieces, func(p piece) bool { return p.Number == number })
}

// away returns the greatest distance between the TP-SCTS of p and those of the group.
func (g group) away(p piece) time.Duration {
	var away time.Duration
	for _, other := range g.Pieces {
		away = max(away, p.SCTS.Sub(other.SCTS).Abs())
	}
	return away
}

// tickKey returns the tick of the group stored under key, see queue.TickKey; empty while
// the group has no parts.
func (g group) tickKey(key string) string {
	switch {
	case len(g.Pieces) == 0:
		return ""
	case g.Delivered:
		return queue.TickKey(g.Since.Add(partsAwaited+partsRemembered), key)
	default:
		return queue.TickKey(g.Since.Add(partsAwaited), key)
	}
}

// putGroup writes a group and its tick, and deletes the earlier tick before.
func putGroup(tx store.Tx, key, before string, g group) error {
	tick := g.tickKey(key)
	if before != "" && before != tick {
		if err := tx.Delete(before); err != nil {
			return err
		}
	}
	if err := tx.Put(tick, nil); err != nil {
		return err
	}
	return store.PutJSON(tx, key, g)
}

// assemble returns the message of the received parts.
func (g group) assemble(id string, total int) Message {
	pieces := slices.Clone(g.Pieces)
	slices.SortFunc(pieces, func(a, b piece) int { return a.Number - b.Number })
	in := Message{ID: id, Kind: KindText, Parts: total}
	var text strings.Builder
	run := joined{readable: g.readable()}
	for number := 1; number <= total; number++ {
		i := slices.IndexFunc(pieces, func(p piece) bool { return p.Number == number })
		if i < 0 {
			in.Missing = append(in.Missing, number)
			text.WriteString(run.end() + missingPart)
			continue
		}
		p := pieces[i]
		read, err := pdu.Read(p.PDU, p.At)
		if err != nil || read.Deliver == nil {
			text.WriteString(run.end() + missingPart)
			continue
		}
		in.describe(*read.Deliver, p)
		if !run.add(*read.Deliver) {
			text.WriteString(run.end())
			run.add(*read.Deliver)
		}
	}
	text.WriteString(run.end())
	in.Text = text.String()
	if in.Kind == KindBinary {
		in.Encoding = EncodingHex
		if run.readable {
			in.Encoding = EncodingASCII
		}
	}
	in.Complete = len(in.Missing) == 0
	return in
}

// readable reports whether all 8-bit data among the parts is text: printable ASCII without
// a header element (such as a port, 3GPP TS 23.040 9.2.3.24.3) and not for the SIM (TP-PID,
// 9.2.3.9). The standard defines no character set for 8-bit data; some devices send plain
// text as 8-bit data.
func (g group) readable() bool {
	found := false
	for _, p := range g.Pieces {
		read, err := pdu.Read(p.PDU, p.At)
		if err != nil || read.Deliver == nil || read.Deliver.DCS.Alphabet() != pdu.Data8 {
			continue
		}
		d := read.Deliver
		if len(languages(d.UD.Header)) > 0 || d.PID >= pidDataDownload || !printable(d.UD.Data) {
			return false
		}
		found = true
	}
	return found
}

// pidDataDownload is the lowest TP-PID for data to the SIM or the device (3GPP TS 23.040
// 9.2.3.9).
const pidDataDownload = 0x7C

// printable reports whether octets are printable ASCII, tabs and line ends.
func printable(octets []byte) bool {
	odd := func(b byte) bool { return (b < ' ' || b > '~') && b != '\n' && b != '\r' && b != '\t' }
	return len(octets) > 0 && !slices.ContainsFunc(octets, odd)
}

// describe sets the fields of the message that follow from one part.
func (in *Message) describe(d pdu.Deliver, p piece) {
	if in.From.Number == "" {
		in.From = d.OA
	}
	in.ReceivedAt, in.SentAt = clock.Earliest(in.ReceivedAt, p.At), clock.Earliest(in.SentAt, p.SCTS)
	if class, ok := d.DCS.Class(); ok && class == 0 {
		in.Flash = true
	}
	switch {
	case d.DCS.Waiting():
		in.Kind = KindVoicemail
	case d.DCS.Alphabet() == pdu.Data8:
		in.Kind = KindBinary
	}
	for _, repair := range p.Repairs {
		if !slices.Contains(in.Repairs, repair) {
			in.Repairs = append(in.Repairs, repair)
		}
	}
}

// joined is a run of parts that are decoded together, since some senders split a text
// inside an escape sequence or a surrogate pair.
type joined struct {
	dcs      pdu.DCS
	ud       pdu.UserData
	filled   bool
	readable bool // 8-bit data is text
}

// add appends a part to the run, and reports whether its coding allows that.
func (j *joined) add(d pdu.Deliver) bool {
	header := languages(d.UD.Header)
	if !j.filled {
		*j = joined{dcs: d.DCS, ud: pdu.UserData{Header: header, Data: slices.Clone(d.UD.Data)}, filled: true, readable: j.readable}
		return true
	}
	sameHeader := slices.EqualFunc(j.ud.Header, header, func(a, b pdu.Element) bool {
		return a.ID == b.ID && bytes.Equal(a.Data, b.Data)
	})
	if d.DCS.Alphabet() != j.dcs.Alphabet() || !sameHeader {
		return false
	}
	j.ud.Data = append(j.ud.Data, d.UD.Data...)
	return true
}

// end returns the text of the run and empties it.
func (j *joined) end() string {
	if !j.filled {
		return ""
	}
	text := j.ud.Text(j.dcs)
	if j.dcs.Alphabet() == pdu.Data8 && !j.readable {
		text = hex.EncodeToString(j.ud.Data)
	}
	*j = joined{readable: j.readable}
	return text
}

// languages returns the elements of a header without those of concatenation. The rest,
// such as national languages, is equal in every part.
func languages(h pdu.Header) pdu.Header {
	return slices.DeleteFunc(slices.Clone(h), func(e pdu.Element) bool {
		return e.ID == elementConcatenation || e.ID == elementConcatenationWide
	})
}

// The elements of concatenation, 3GPP TS 23.040 9.2.3.24.1 and 9.2.3.24.8.
const (
	elementConcatenation     = 0x00
	elementConcatenationWide = 0x08
)
