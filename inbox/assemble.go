package inbox

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

const (
	// partsWithin is how far the time stamps of the parts of one message may
	// lie apart. Senders use references again; what lies further apart is
	// another message.
	partsWithin = time.Hour
	// partsAwaited is how long the missing parts of a message are waited for
	// before it is delivered without them.
	partsAwaited = 24 * time.Hour
	// partsRemembered is how long after that a late part still completes it.
	partsRemembered = 7 * 24 * time.Hour
	// groupsRead bounds how many groups with one reference a part is compared
	// with, the latest first; a sender may use the same one for every message.
	groupsRead = 64
	// missingPart stands in a text where a part did not come.
	missingPart = "[…]"
)

// group is the value of inp/<sim>/<sender>/<ref>/<total>/<id>: the parts of one
// message that have come, as they came. It outlives its message for a while, so
// that a part sent again does not begin another one.
type group struct {
	Modem     string    `json:"modem"`
	Since     time.Time `json:"at"` // when its first part came
	Pieces    []piece   `json:"pcs"`
	Delivered bool      `json:"dlv,omitempty"` // the inbound message exists, with parts missing or whole
	Complete  bool      `json:"ok,omitempty"`  // whole: Pieces keep no PDUs any more
}

// piece is one part.
type piece struct {
	Number  int       `json:"n"`
	At      time.Time `json:"at"`
	SCTS    time.Time `json:"scts"`
	Hash    []byte    `json:"h"` // of what it says
	PDU     []byte    `json:"pdu,omitempty"`
	Repairs []string  `json:"rep,omitempty"`
}

// piece returns the arrival as part number of its message.
func (a Arrival) piece(number int) piece {
	content := hashPDU("", append([]byte{byte(a.In.Deliver.DCS)}, a.In.Deliver.UD.Data...))
	return piece{Number: number, At: a.At, SCTS: a.In.Deliver.SCTS.UTC(), Hash: []byte(content[:16]), PDU: a.Raw, Repairs: a.In.Repairs}
}

// same reports whether b is a, sent again.
func (p piece) same(b piece) bool {
	return p.Number == b.Number && p.SCTS.Equal(b.SCTS) && bytes.Equal(p.Hash, b.Hash)
}

// receivePart puts a part to the others of its message, and delivers the message
// when it was the last that was missing.
func (b *Inbox) receivePart(tx store.Tx, a Arrival, c pdu.Concatenation) (received, error) {
	p := a.piece(c.Number)
	prefix := groupPrefix(a.worker.SIM, a.In.Deliver.OA, c)
	id, g, err := findGroup(tx, prefix, p)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(g.Pieces, p.same) {
		return receivedDuplicate, nil
	}
	now := a.At
	if id == "" {
		id, g = a.id, group{Modem: a.worker.Modem, Since: now}
	}
	before := g.tick(prefix + id)
	g.Pieces = append(g.Pieces, p)
	what := receivedPart
	if len(g.Pieces) == c.Total {
		what = receivedLastPart
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

// findGroup returns the group that p belongs to, with an empty id if it begins
// another message: the one that has it already, or else, of those that lack it,
// the one nearest in time.
func findGroup(r store.Reader, prefix string, p piece) (id string, found group, err error) {
	pairs, err := r.ScanLast(prefix, store.PrefixEnd(prefix), groupsRead)
	if err != nil {
		return "", group{}, err
	}
	best := partsWithin
	for _, pair := range pairs {
		var g group
		if json.Unmarshal(pair.Value, &g) != nil {
			continue // what comes begins another message
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

// away returns how far the time stamp of p is from the farthest of the group's.
func (g group) away(p piece) time.Duration {
	var away time.Duration
	for _, other := range g.Pieces {
		away = max(away, p.SCTS.Sub(other.SCTS).Abs())
	}
	return away
}

// tick returns the key of when Tend has to look at the group stored under key,
// empty while it has no parts.
func (g group) tick(key string) string {
	switch {
	case len(g.Pieces) == 0:
		return ""
	case g.Delivered:
		return queue.TickKey(g.Since.Add(partsAwaited+partsRemembered), key)
	default:
		return queue.TickKey(g.Since.Add(partsAwaited), key)
	}
}

// putGroup writes a group and its tick in place of the one before.
func putGroup(tx store.Tx, key, before string, g group) error {
	tick := g.tick(key)
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

// assemble makes the inbound message of the parts there are.
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
		// What was read when it came can be read again.
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

// readable reports whether all 8-bit data among the parts is text: printable octets of
// ASCII without a header that addresses a program (a port, 3GPP TS 23.040 9.2.3.24.3)
// or says anything else, and no data for the SIM (TP-PID, 9.2.3.9). The standard gives
// 8-bit data no character set; devices send plain text so.
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

// pidDataDownload is the first TP-PID of those that are for the SIM or the device.
const pidDataDownload = 0x7C

// printable reports whether octets are printable characters of ASCII and line ends.
func printable(octets []byte) bool {
	for _, b := range octets {
		if (b < ' ' || b > '~') && b != '\n' && b != '\r' && b != '\t' {
			return false
		}
	}
	return len(octets) > 0
}

// describe takes over from one part what holds for the message.
func (in *Message) describe(d pdu.Deliver, p piece) {
	if in.From.Number == "" {
		in.From = d.OA
	}
	if in.ReceivedAt.IsZero() || p.At.Before(in.ReceivedAt) {
		in.ReceivedAt = p.At
	}
	if in.SentAt.IsZero() || p.SCTS.Before(in.SentAt) {
		in.SentAt = p.SCTS
	}
	if class, ok := d.DCS.Class(); ok && class == 0 {
		in.Flash = true
	}
	switch _, waiting := d.DCS.Waiting(); {
	case waiting:
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

// joined is a run of parts that are decoded together, because senders cut inside
// an escape sequence or a surrogate pair.
type joined struct {
	dcs      pdu.DCS
	ud       pdu.UserData
	filled   bool
	readable bool // 8-bit data is text
}

// add appends a part, unless it is coded otherwise than those before.
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

// languages returns the elements that say how a text is to be read: those that
// are in every part alike.
func languages(h pdu.Header) pdu.Header {
	var kept pdu.Header
	for _, e := range h {
		if e.ID != elementConcatenation && e.ID != elementConcatenationWide {
			kept = append(kept, e)
		}
	}
	return kept
}

// The elements that differ from part to part, 3GPP TS 23.040 9.2.3.24.
const (
	elementConcatenation     = 0x00
	elementConcatenationWide = 0x08
)
