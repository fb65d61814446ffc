package modem

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"goniec/modem/at"
	"goniec/pdu"
)

const (
	// shownEnd is the count of trailing digits of a number that stay.
	shownEnd = 3
	// minNumber is the length from which a run of digits may identify a person; shorter
	// ones are short codes, lengths or indices.
	minNumber = 6
	maxNumber = 20
	// letter replaces each character of a text.
	letter = 'x'
)

// masker masks data about persons and SIMs so that programs can still parse the
// transcript: numbers become other numbers of the same length, message texts become as
// many letters x, and the rest stays. Within one masker equal numbers get equal masks.
// The key is random for each masker, so the numbers cannot be found by trial.
type masker struct{ key [sha256.Size]byte }

func newMasker() *masker {
	m := &masker{}
	_, _ = rand.Read(m.key[:]) // never fails
	return m
}

// masking masks the lines of one transcript in order. The meaning of a line may depend
// on the line before.
type masking struct {
	*masker
	body   bool // the next line is a text or PDU
	quoted bool // the +CUSD text continues
}

// line masks one line.
func (m *masking) line(e at.Entry) string {
	switch {
	case e.Note, e.Text == "<ESC>":
		return e.Text
	case e.Sent:
		return m.sent(e.Text)
	}
	return m.received(e.Text)
}

func (m *masking) sent(text string) string {
	switch {
	case strings.HasPrefix(text, "AT+CUSD="):
		return m.quotes(text, m.code)
	case strings.HasPrefix(text, "AT"):
		return m.runs(text)
	}
	return m.content(text)
}

func (m *masking) received(text string) string {
	body := m.body
	m.body = false
	if m.quoted {
		before, after, closed := strings.Cut(text, `"`)
		m.quoted = !closed
		if !closed {
			return maskText(text)
		}
		return maskText(before) + `"` + after
	}
	name, _, isResult := strings.Cut(text, ":")
	isResult = isResult && name != "" && strings.IndexByte("+^*$#%", name[0]) >= 0
	switch name {
	case "+CMT", "+CDS", "+CBM", "+CMGR", "+CMGL":
		m.body = true
		return m.quotes(text, m.field)
	case "+CLIP", "+CCWA", "+COLP", "+CNUM", "+CPBR", "+CPBF":
		return m.quotes(text, m.field)
	case "+CUSD":
		m.quoted = strings.Count(text, `"`)%2 == 1
		return m.quotes(text, m.answer)
	}
	_, isPDU := asPDU(text)
	if body && !isResult && !isFinal(text) {
		m.body = !isPDU // a text may have several lines
		return m.content(text)
	}
	if isPDU {
		return m.content(text)
	}
	return m.runs(text)
}

// isFinal reports whether a line ends an answer.
func isFinal(text string) bool { return text == "OK" || text == "ERROR" || text == ">" }

// content masks a line that is a PDU or, in text mode, a text.
func (m *masker) content(text string) string {
	raw, ok := asPDU(text)
	if !ok {
		return maskText(text)
	}
	m.pdu(raw)
	return strings.ToUpper(hex.EncodeToString(raw))
}

// asPDU decodes a line that is long enough to be a PDU and too long for a number.
func asPDU(text string) ([]byte, bool) {
	raw, err := hex.DecodeString(text)
	short := strings.Trim(text, "0123456789") == "" && len(text) <= maxNumber
	if trimmed := strings.TrimRight(text, "Ff"); len(text) <= maxNumber && strings.Trim(trimmed, "0123456789") == "" {
		short = true // an ICCID with its filler
	}
	return raw, err == nil && len(raw) >= 8 && !short
}

// quotes masks what stands between quotes by mask, and numbers elsewhere. An
// unfinished quote is masked as well.
func (m *masker) quotes(text string, mask func(string) string) string {
	parts := strings.Split(text, `"`)
	for i, part := range parts {
		if i%2 == 1 {
			parts[i] = mask(part)
		} else {
			parts[i] = m.runs(part)
		}
	}
	return strings.Join(parts, `"`)
}

// field masks a quoted number, name or text. The status words of text mode stay.
func (m *masker) field(text string) string {
	switch text {
	case "REC READ", "REC UNREAD", "STO SENT", "STO UNSENT", "SM", "ME", "MT", "SR":
		return text
	}
	if strings.Trim(text, "0123456789+*#,/: ") == "" {
		return m.runs(text)
	}
	return maskText(text)
}

// code masks long numbers in a USSD code, such as that of a voucher.
func (m *masker) code(text string) string {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) < 3 {
		return m.runs(text)
	}
	plain := string(unpackUSSD(raw))
	if !validUSSD(strings.TrimRight(plain, "\r")) {
		return m.runs(text)
	}
	return strings.ToUpper(hex.EncodeToString(packUSSD(m.runs(plain))))
}

// answer masks the text of a USSD answer in its coding.
func (m *masker) answer(text string) string {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) < 2 {
		return maskText(text)
	}
	if looksUCS2(raw) {
		for i := 0; i+1 < len(raw); i += 2 {
			r := rune(raw[i])<<8 | rune(raw[i+1])
			raw[i], raw[i+1] = 0, maskByte(byte(min(r, 0xff)))
		}
		return strings.ToUpper(hex.EncodeToString(raw))
	}
	if septets := unpackUSSD(raw); looksWritten(septets, text) {
		packed := packUSSD(maskText(string(septets)))
		if len(packed) == len(raw) {
			return strings.ToUpper(hex.EncodeToString(packed))
		}
	}
	return maskText(text)
}

// maskText turns letters into x and digits into 0.
func maskText(text string) string {
	out := []byte(text)
	for i, b := range out {
		out[i] = maskByte(b)
	}
	return string(out)
}

func maskByte(b byte) byte {
	switch {
	case b >= '0' && b <= '9':
		return '0'
	case b >= 'A' && b <= 'Z', b >= 'a' && b <= 'z', b >= 0x80:
		return letter
	}
	return b
}

// runs masks the numbers in a line, and long runs of hexadecimal digits of unknown
// meaning.
func (m *masker) runs(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		j, decimal := i, true
		for j < len(text) && isHex(text[j]) {
			decimal = decimal && text[j] <= '9'
			j++
		}
		run := text[i:j]
		filled := strings.TrimRight(run, "Ff")
		switch {
		case j == i:
			b.WriteByte(text[i])
			j++
		case decimal && len(run) >= minNumber && len(run) <= maxNumber:
			b.WriteString(m.number(run))
		case len(filled) >= 18 && len(run) == maxNumber && strings.Trim(filled, "0123456789") == "":
			b.WriteString(m.number(filled) + run[len(filled):])
		case len(run) >= 16:
			b.WriteString(strings.Repeat("0", len(run)))
		default:
			b.WriteString(run)
		}
		i = j
	}
	return b.String()
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f' }

// number replaces a number by another one of the same length. The last three digits
// stay, and so does the prefix that names the origin: the country of a telephone
// number, the manufacturer of an IMEI (3GPP TS 23.003 6.2), the operator of an IMSI and
// the issuer of an ICCID. The check digit of an ICCID stays valid.
func (m *masker) number(digits string) string {
	if len(digits) < minNumber || strings.Trim(digits, digits[:1]) == "" {
		return digits
	}
	begin := 0
	switch {
	case len(digits) >= 15:
		begin = 5
	case len(digits) >= 9:
		begin = 2
	}
	mac := hmac.New(sha256.New, m.key[:])
	mac.Write([]byte(digits))
	sum := mac.Sum(nil)
	out := []byte(digits)
	last := len(digits) - shownEnd - 1
	for i := begin; i <= last; i++ {
		out[i] = '0' + sum[i]%10
	}
	for ; begin == 5 && luhn(out) != luhn([]byte(digits)); out[last] = '0' + (out[last]-'0'+1)%10 {
	}
	return string(out)
}

// luhn returns the sum of ISO/IEC 7812-1 Annex B modulo ten; zero means that the last
// digit is the right check digit.
func luhn(digits []byte) int {
	sum := 0
	for i, c := range digits {
		d := int(c - '0')
		if (len(digits)-i)%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum % 10
}

// pdu masks in place the addresses and user data of a service centre address with its
// TPDU (3GPP TS 23.040 9.2.2). From the first octet that cannot be parsed all is
// blanked.
func (m *masker) pdu(raw []byte) {
	rest := raw
	if n := int(rest[0]); n > 0 && n < len(rest) && n <= 12 {
		if n > 1 {
			m.semiOctets(rest[2:1+n], rest[1], 2*(n-1))
		}
		rest = rest[1+n:]
	} else {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return
	}
	first := rest[0]
	rest = rest[1:]
	reference := 1 // octets of TP-MR
	behind := 0    // octets between address and TP-PID
	if first&3 == 0 {
		reference = 0
	}
	rest = m.address(skip(rest, reference))
	switch first & 3 {
	case 2: // STATUS-REPORT: times and status; TP-PI says whether more follows
		clear(skip(rest, 15))
		return
	case 0: // DELIVER
		behind = 7
	case 1: // SUBMIT: TP-VPF
		behind = [...]int{0, 7, 1, 7}[first>>3&3]
	}
	if len(rest) < 2 {
		return
	}
	dcs := pdu.DCS(rest[1])
	rest = skip(rest, 2+behind)
	if len(rest) > 0 {
		blankUserData(rest[1:], int(rest[0]), dcs.Alphabet(), first&0x40 != 0)
	}
}

// skip returns b without its first n octets.
func skip(b []byte, n int) []byte { return b[min(n, len(b)):] }

// address masks an address (3GPP TS 23.040 9.1.2.5) and returns the octets after it.
func (m *masker) address(b []byte) []byte {
	if len(b) < 2 {
		return nil
	}
	length := int(b[0])
	octets := (length + 1) / 2
	if len(b) < 2+octets {
		clear(b[1:])
		return nil
	}
	m.semiOctets(b[2:2+octets], b[1], length)
	return b[2+octets:]
}

// semiOctets masks the value of an address of length semi-octets.
func (m *masker) semiOctets(value []byte, kind byte, length int) {
	if kind>>4&7 == byte(pdu.TypeAlphanumeric) {
		fillSeptets(value, 0, length*4/7)
		return
	}
	digits := make([]byte, 0, length)
	for i := range length {
		if digit := value[i/2] >> (4 * (i % 2)) & 0xf; digit <= 9 {
			digits = append(digits, '0'+digit)
			continue
		}
		break // filler, or not a dialled number
	}
	for i, digit := range []byte(m.number(string(digits))) {
		shift := 4 * (i % 2)
		value[i/2] = value[i/2]&^(0xf<<shift) | (digit-'0')<<shift
	}
}

// blankUserData replaces every character of a TP-UD by a letter and keeps its header.
// length is TP-UDL.
func blankUserData(ud []byte, length int, alphabet pdu.Alphabet, hasHeader bool) {
	header := 0
	if hasHeader && len(ud) > 0 {
		header = min(1+int(ud[0]), len(ud))
	}
	switch alphabet {
	case pdu.UCS2:
		for i := header; i < len(ud); i++ {
			ud[i] = 0
			if (i-header)%2 == 1 {
				ud[i] = letter
			}
		}
	case pdu.GSM7:
		fillSeptets(ud, (header*8+6)/7, length)
	default:
		for i := header; i < len(ud); i++ {
			ud[i] = letter
		}
	}
}

// fillSeptets sets the packed septets of b (3GPP TS 23.038 6.1.2) from index from up to
// index to.
func fillSeptets(b []byte, from, to int) {
	for bit := from * 7; bit < to*7 && bit/8 < len(b); bit++ {
		value := byte(letter) >> (bit % 7) & 1
		b[bit/8] = b[bit/8]&^(1<<(bit%8)) | value<<(bit%8)
	}
}
