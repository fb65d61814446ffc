package queue

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"goniec/pdu"
	"goniec/store"
)

// referenceRest is how long a concatenation reference is not used again towards the same
// number. A phone may keep the parts of an incomplete message for a day.
const referenceRest = 24 * time.Hour

// narrowReferences is how many 8-bit references there are.
const narrowReferences = 256

// references is the value of ref/<number>. Both counters start at random, so that a new
// store does not repeat the references of an earlier store.
type references struct {
	Next     uint8   `json:"n"`            // 8-bit reference to use next
	NextWide uint16  `json:"w"`            // 16-bit reference to use next
	Used     []int64 `json:"t,omitempty"`  // Unix times of the uses of 8-bit references within referenceRest, in order
	Wide     int64   `json:"tw,omitempty"` // Unix time of the latest use of a 16-bit reference
}

// rested reports whether no reference has been used within referenceRest.
func (r references) rested(now time.Time) bool {
	limit := now.Add(-referenceRest).Unix()
	return r.Wide < limit && (len(r.Used) == 0 || r.Used[len(r.Used)-1] < limit)
}

// nextReference takes the next concatenation reference towards a number (3GPP TS 23.040
// 9.2.3.24.1 and 9.2.3.24.8). The reference is wide, of 16 bits, if every 8-bit reference
// has been used within referenceRest.
func nextReference(tx store.Tx, to pdu.Address, now time.Time) (reference uint16, wide bool, err error) {
	key := refKey(to)
	r, found, err := store.GetJSON[references](tx, key)
	if err != nil && !errors.Is(err, store.ErrRecord) {
		return 0, false, err
	}
	if !found {
		r = references{Next: uint8(rand.N(narrowReferences)), NextWide: uint16(rand.N(1 << 16))}
	}
	limit := now.Add(-referenceRest).Unix()
	for len(r.Used) > 0 && r.Used[0] < limit {
		r.Used = r.Used[1:]
	}
	if wide = len(r.Used) >= narrowReferences; wide {
		reference = r.NextWide
		r.NextWide++
		r.Wide = now.Unix()
	} else {
		reference = uint16(r.Next)
		r.Next++
		r.Used = append(r.Used, now.Unix())
	}
	return reference, wide, store.PutJSON(tx, key, r)
}

// concatenate gives a message of several parts its concatenation reference. A wide
// reference leaves less room in a part, so concatenate composes the parts again from
// text, the text of the caller.
func concatenate(tx store.Tx, m *Message, text string, now time.Time) error {
	reference, wide, err := nextReference(tx, m.To, now)
	if err != nil {
		return err
	}
	m.ConcatReference, m.Wide = reference, wide
	if !wide {
		return nil
	}
	composition, err := pdu.Compose(text, pdu.ComposeOptions{Encoding: m.Encoding, WideReference: true})
	if err != nil {
		return fmt.Errorf("compose with a wide reference: %w", err)
	}
	m.setText(composition)
	return nil
}

// setText sets the text and the parts of m to those of a composition.
func (m *Message) setText(c pdu.Composition) {
	m.Text, m.Alphabet = c.Text, c.Alphabet
	m.Parts = make([]Part, len(c.Parts))
	end := 0
	for i, text := range c.Parts {
		end += len(text)
		m.Parts[i] = Part{End: end, Status: PartQueued, MR: noMR}
	}
}

// noMR is what Part.MR and Attempt.MR hold when there is no reference.
const noMR = -1
