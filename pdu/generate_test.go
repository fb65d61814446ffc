package pdu_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"goniec/pdu"
)

// generator makes messages that are valid but otherwise anything: what one test
// checks for a few hand-made messages another checks for a few thousand of these.
type generator struct {
	*rand.Rand
}

// newGenerator returns a generator whose messages are the same in every run.
func newGenerator(seed uint64) generator {
	return generator{rand.New(rand.NewPCG(seed, 2))}
}

func (g generator) flag() bool { return g.IntN(2) == 0 }

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

// gsm7Characters are those of the default alphabet and its extension table.
const gsm7Characters = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
	"ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€"

// ucs2Characters are letters from everywhere, some of them surrogate pairs or
// combining marks.
const ucs2Characters = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻabc 123\nПривітЩҐїñáéíóúñ„”–…日本語한국어العربيةעברית" +
	"\u0301\u0328\u200d\ufe0f👍😀👩🏽🇵🇱𝄞"

// text makes a text of the alphabet that takes at most size units (septets or
// 16-bit units). Often it takes precisely that many.
func (g generator) text(a pdu.Alphabet, size int) string {
	characters := []rune(gsm7Characters)
	if a == pdu.UCS2 {
		characters = []rune(ucs2Characters)
	}
	if g.IntN(3) > 0 {
		size = g.IntN(size + 1)
	}
	var text []rune
	for size > 0 {
		r := pick(g, characters...)
		units := 1
		if a == pdu.UCS2 && r > 0xffff || a == pdu.GSM7 && isExtension(r) {
			units = 2
		}
		if units > size {
			r, units = 'z', 1
		}
		text = append(text, r)
		size -= units
	}
	return string(text)
}

func isExtension(r rune) bool {
	for _, e := range "\f^{}\\[~]|€" {
		if r == e {
			return true
		}
	}
	return false
}

// address makes numbers of every type, short codes and names.
func (g generator) address() pdu.Address {
	digits := func(from string, n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = pick(g, []byte(from)...)
		}
		return string(b)
	}
	switch g.IntN(6) {
	case 0:
		name := g.text(pdu.GSM7, 11)
		return pdu.Address{Number: name, Type: pdu.TypeAlphanumeric}
	case 1:
		return pdu.Address{Number: digits("0123456789", 3+g.IntN(4)), Type: pdu.TypeUnknown, Plan: pdu.PlanISDN}
	case 2:
		return pdu.Address{
			Number: digits("0123456789*#abc", 1+g.IntN(20)),
			Type:   pick(g, pdu.TypeUnknown, pdu.TypeNational, pdu.TypeNetworkSpecific, pdu.TypeSubscriber, pdu.TypeAbbreviated),
			Plan:   pick(g, pdu.PlanUnknown, pdu.PlanISDN, pdu.PlanPrivate),
		}
	default:
		return pdu.Address{Number: "4" + digits("0123456789", 6+g.IntN(9)), Type: pdu.TypeInternational, Plan: pdu.PlanISDN}
	}
}

// time makes a time of the years a timestamp can tell, in whole seconds and in
// a zone of whole quarters of an hour.
func (g generator) time() time.Time {
	zone := time.UTC
	if quarters := g.IntN(105) - 48; quarters != 0 {
		zone = time.FixedZone("", quarters*15*60)
	}
	first := time.Date(1991, 1, 1, 0, 0, 0, 0, time.UTC)
	return first.Add(time.Duration(g.Int64N(97*365*24*3600)) * time.Second).In(zone)
}

// concatenation makes a part of a long message, or nil.
func (g generator) concatenation() *pdu.Concatenation {
	total := 1 + g.IntN(255)
	c := pdu.Concatenation{Total: total, Number: 1 + g.IntN(total)}
	switch g.IntN(3) {
	case 0:
		c.Reference = uint16(g.IntN(256))
	case 1:
		c.Wide, c.Reference = true, uint16(g.IntN(65536))
	default:
		return nil
	}
	return &c
}

// textMessage makes the coding scheme and user data of a text.
func (g generator) textMessage(t *testing.T) (pdu.DCS, pdu.UserData, string) {
	t.Helper()
	c := g.concatenation()
	a := pick(g, pdu.GSM7, pdu.UCS2)
	size := map[pdu.Alphabet]int{pdu.GSM7: 160, pdu.UCS2: 70}[a]
	switch {
	case c == nil:
	case c.Wide:
		size = map[pdu.Alphabet]int{pdu.GSM7: 152, pdu.UCS2: 66}[a]
	default:
		size = map[pdu.Alphabet]int{pdu.GSM7: 153, pdu.UCS2: 67}[a]
	}
	text := g.text(a, size)
	ud, err := pdu.TextUserData(text, a, c)
	if err != nil {
		t.Fatalf("TextUserData(%q, %s, %+v): %v", text, a, c, err)
	}
	return pdu.TextDCS(a, g.IntN(4) == 0), ud, text
}

// userData makes any user data that fits: any coding scheme, any header.
func (g generator) userData() (pdu.DCS, pdu.UserData) {
	d := pdu.DCS(g.IntN(256))
	var u pdu.UserData
	room := 140
	for g.IntN(2) == 0 && room > 30 {
		e := pdu.Element{ID: byte(g.IntN(256)), Data: g.bytes(g.IntN(20), 256)}
		if len(u.Header) == 0 {
			room--
		}
		room -= 2 + len(e.Data)
		u.Header = append(u.Header, e)
	}
	if d.Alphabet() == pdu.GSM7 {
		u.Data = g.bytes(g.IntN(room*8/7+1), 128)
	} else {
		u.Data = g.bytes(g.IntN(room+1), 256)
	}
	return d, u
}

// bytes makes n bytes below limit; nil if n is 0.
func (g generator) bytes(n, limit int) []byte {
	var b []byte
	for range n {
		b = append(b, byte(g.IntN(limit)))
	}
	return b
}

func (g generator) validity(t *testing.T) pdu.Validity {
	t.Helper()
	switch g.IntN(3) {
	case 0:
		v, err := pdu.RelativeValidity(time.Duration(1 + g.Int64N(int64(500*24*time.Hour))))
		if err != nil {
			t.Fatal(err)
		}
		return v
	case 1:
		return pdu.Validity{Format: pdu.ValidityAbsolute, Until: g.time()}
	}
	return pdu.Validity{}
}

func (g generator) submit(t *testing.T, d pdu.DCS, u pdu.UserData) pdu.Submit {
	t.Helper()
	s := pdu.Submit{
		RejectDuplicates: g.flag(), ReportRequest: g.flag(), ReplyPath: g.flag(),
		MR: byte(g.IntN(256)), DA: g.address(), PID: byte(g.IntN(256)), DCS: d, VP: g.validity(t), UD: u,
	}
	for s.DA.Number == "" {
		s.DA = g.address()
	}
	return s
}

func (g generator) deliver(d pdu.DCS, u pdu.UserData) pdu.Deliver {
	return pdu.Deliver{
		MoreMessages: g.flag(), LoopPrevention: g.flag(), ReportIndication: g.flag(), ReplyPath: g.flag(),
		OA: g.address(), PID: byte(g.IntN(256)), DCS: d, SCTS: g.time(), UD: u,
	}
}

func (g generator) statusReport() pdu.StatusReport {
	s := pdu.StatusReport{
		MoreMessages: g.flag(), LoopPrevention: g.flag(), ForCommand: g.flag(),
		MR: byte(g.IntN(256)), RA: g.address(), SCTS: g.time(), Discharge: g.time(),
		Status: pdu.Status(g.IntN(256)), Parameters: pdu.ReportParameters(g.IntN(8)),
	}
	d, u := g.userData()
	if s.Parameters&pdu.ReportHasPID != 0 {
		s.PID = byte(g.IntN(256))
	}
	if s.Parameters&pdu.ReportHasDCS != 0 {
		s.DCS = d
	}
	if s.Parameters&pdu.ReportHasUserData != 0 {
		for s.DCS.Alphabet() != d.Alphabet() {
			d, u = g.userData()
		}
		s.UD = u
	}
	return s
}
