package emulator

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf16"

	"goniec/pdu"
)

// supplementaryData answers +CUSD, 3GPP TS 27.007 7.15.
func (p *phone) supplementaryData(c command) reply {
	if c.kind == test {
		return ok("+CUSD: (0-2)")
	}
	if c.kind == read {
		return ok("+CUSD: 1")
	}
	if r, refused := p.modem.card.refusesCME(); refused {
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
	if p.modem.profile.USSD == USSDPacked {
		packed, err := hex.DecodeString(code)
		if err != nil {
			return cmeError(cmeNotAllowed)
		}
		code = unpack(packed)
	}
	return p.askNetwork(code)
}

// askNetwork has the network answer a USSD code.
func (p *phone) askNetwork(code string) reply {
	m := p.modem
	if !m.radio.registered() {
		return cmeError(cmeNoService)
	}
	code = strings.TrimSpace(code)
	answer, known := m.card.sim.USSD[code]
	if !known {
		answer, known = m.network.options.USSD[code]
	}
	if !known {
		answer = "Nieznany kod."
	}
	return okThen(func() {
		m.later(m.latency.Air, func() { m.dialogue.indicate(p.ussdAnswer(answer)) })
	})
}

// ussdAnswer writes +CUSD in the coding of the profile; the data coding scheme
// is that of cell broadcast (3GPP TS 23.038 5).
func (p *phone) ussdAnswer(text string) string {
	switch p.modem.profile.USSD {
	case USSDUCS2:
		return fmt.Sprintf(`+CUSD: 0,"%s",72`, hexUCS2(text))
	case USSDPacked:
		return fmt.Sprintf(`+CUSD: 0,"%X",15`, pack(text))
	case USSDHex:
		return fmt.Sprintf(`+CUSD: 0,"%X",0`, text)
	default:
		return fmt.Sprintf(`+CUSD: 0,"%s",15`, p.modem.settings.charset.write(text))
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
