package emulator

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"goniec/pdu"
)

// ringTime is the time between two RING.
const ringTime = 5 * time.Second

// call is a call for the modem that rings.
type call struct {
	from  string
	rings int // left
}

// addCallCommands adds the commands about calls and USSD, 3GPP TS 27.007.
func addCallCommands(h map[string]handler) {
	h["+CLIP"] = (*Modem).callerIdentity
	h["+CRC"] = (*Modem).ringCode
	h["+CHUP"] = (*Modem).hangUp
	h["H"] = (*Modem).hangUp
	h["A"] = (*Modem).answerCall
	h["D"] = (*Modem).dial
	h["+CLCC"] = (*Modem).currentCalls
	h["+CUSD"] = (*Modem).supplementaryData
}

// Call rings the SIM with the number to, so many times.
func (h *Handset) Call(to string, rings int) error {
	h.network.mu.Lock()
	defer h.network.release()
	card := h.network.simOf(addressOf(to))
	if card == nil {
		return fmt.Errorf("call from handset: no SIM has the number %s", addressOf(to).Masked())
	}
	m := card.modem
	if m == nil || !m.reachable() || m.call != nil {
		return nil // the caller hears that the number is not available
	}
	m.call = &call{from: h.number, rings: rings}
	m.ring(m.call)
	return nil
}

// ring announces a call until it is taken, given up or ended.
func (m *Modem) ring(c *call) {
	if m.call != c {
		return
	}
	if c.rings == 0 {
		m.call = nil
		m.indicate("NO CARRIER")
		return
	}
	c.rings--
	if m.settings.ring {
		m.indicate("+CRING: VOICE")
	} else {
		m.indicate("RING")
	}
	if m.settings.caller {
		m.indicate(fmt.Sprintf(`+CLIP: "%s",%d,,,,0`, c.from, typeOf(addressOf(c.from))))
	}
	m.later(ringTime, func() { m.ring(c) })
}

func (m *Modem) callerIdentity(c command) reply {
	if c.kind == test {
		return ok("+CLIP: (0,1)")
	}
	if c.kind == read {
		return okf("+CLIP: %d,1", number(m.settings.caller))
	}
	m.settings.caller = c.string(0) == "1"
	return ok()
}

func (m *Modem) ringCode(c command) reply {
	if c.kind == test {
		return ok("+CRC: (0,1)")
	}
	if c.kind == read {
		return okf("+CRC: %d", number(m.settings.ring))
	}
	m.settings.ring = c.string(0) == "1"
	return ok()
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (m *Modem) hangUp(command) reply {
	m.call = nil
	return ok()
}

// answerCall answers ATA: the modem has no voice, so the call ends at once.
func (m *Modem) answerCall(command) reply {
	m.call = nil
	return reply{kind: replyNoCarrier}
}

func (m *Modem) dial(c command) reply {
	if r, blocked := m.cardCME(); blocked {
		return r
	}
	if strings.HasPrefix(c.text, "*") || strings.HasPrefix(c.text, "#") {
		return m.askNetwork(strings.TrimRight(c.text, ";"))
	}
	return reply{kind: replyNoCarrier}
}

func (m *Modem) currentCalls(c command) reply {
	if c.kind != execute || m.call == nil {
		return ok()
	}
	return okf(`+CLCC: 1,1,4,0,0,"%s",%d`, m.call.from, typeOf(addressOf(m.call.from)))
}

// supplementaryData answers +CUSD, 3GPP TS 27.007 7.15.
func (m *Modem) supplementaryData(c command) reply {
	if c.kind == test {
		return ok("+CUSD: (0-2)")
	}
	if c.kind == read {
		return ok("+CUSD: 1")
	}
	if r, blocked := m.cardCME(); blocked {
		return r
	}
	mode, valid := c.number(0, 0)
	_, codingValid := c.number(2, 15)
	if !valid || !codingValid || mode > 2 {
		return cmeError(cmeNotAllowed)
	}
	if mode == 2 || !c.given(1) {
		return ok()
	}
	code := c.string(1)
	if m.profile.USSD == USSDPacked {
		packed, err := hex.DecodeString(code)
		if err != nil {
			return cmeError(cmeNotAllowed)
		}
		code = unpack(packed)
	}
	return m.askNetwork(code)
}

// askNetwork has the network answer a USSD code.
func (m *Modem) askNetwork(code string) reply {
	if !m.registered() {
		return cmeError(cmeNoService)
	}
	code = strings.TrimSpace(code)
	answer, known := m.sim.USSD[code]
	if !known {
		answer, known = m.network.options.USSD[code]
	}
	if !known {
		answer = "Nieznany kod."
	}
	r := ok()
	r.then = func() {
		m.later(m.latency.Air, func() { m.indicate(m.ussdAnswer(answer)) })
	}
	return r
}

// ussdAnswer writes +CUSD in the coding of the profile; the data coding scheme
// is that of cell broadcast (3GPP TS 23.038 5).
func (m *Modem) ussdAnswer(text string) string {
	switch m.profile.USSD {
	case USSDUCS2:
		return fmt.Sprintf(`+CUSD: 0,"%s",72`, hexUCS2(text))
	case USSDPacked:
		return fmt.Sprintf(`+CUSD: 0,"%X",15`, pack(text))
	case USSDHex:
		return fmt.Sprintf(`+CUSD: 0,"%X",0`, text)
	default:
		return fmt.Sprintf(`+CUSD: 0,"%s",15`, m.inCharset(text))
	}
}

// hexUCS2 writes a text as hexadecimal UCS-2.
func hexUCS2(text string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String()
}

// pack packs a text of ASCII letters and digits into septets (3GPP TS 23.038
// 6.1.2.3); what ASCII and the GSM alphabet do not share becomes a question
// mark.
func pack(text string) []byte {
	data, err := pdu.TextUserData(text, pdu.GSM7, nil)
	if err != nil {
		return pack("?")
	}
	var packed []byte
	bits, held := 0, uint(0)
	for _, septet := range data.Data {
		held |= uint(septet) << bits
		for bits += 7; bits >= 8; bits -= 8 {
			packed = append(packed, byte(held))
			held >>= 8
		}
	}
	if bits > 0 {
		packed = append(packed, byte(held))
	}
	return packed
}

// unpack reads what pack wrote, as ASCII.
func unpack(packed []byte) string {
	var text []byte
	bits, held := 0, uint(0)
	for _, octet := range packed {
		held |= uint(octet) << bits
		for bits += 8; bits >= 7; bits -= 7 {
			if c := byte(held & 0x7f); c != 0 && c != '\r' {
				text = append(text, c)
			}
			held >>= 7
		}
	}
	return string(text)
}
