package at

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// maxEntry is how much of a line the transcript keeps; the longest PDU with its
// service centre address has 352 digits.
const maxEntry = 512

// Entry is one line of a dialogue.
type Entry struct {
	At   time.Time
	Sent bool // written by us; else received
	Text string
}

// transcript keeps the last lines of a dialogue. PINs never enter it.
type transcript struct {
	mu      sync.Mutex
	entries []Entry // ring
	next    int
	size    int
}

func newTranscript(size int) *transcript { return &transcript{size: size} }

func (t *transcript) add(sent bool, text string) {
	if t.size <= 0 {
		return
	}
	text = hidePIN(text)
	if len(text) > maxEntry {
		text = text[:maxEntry] + "…"
	}
	e := Entry{At: time.Now(), Sent: sent, Text: text}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.entries) < t.size {
		t.entries = append(t.entries, e)
		return
	}
	t.entries[t.next] = e
	t.next = (t.next + 1) % t.size
}

// list returns the entries, oldest first, with numbers and PDUs masked unless
// plain is set.
func (t *transcript) list(plain bool) []Entry {
	t.mu.Lock()
	out := make([]Entry, 0, len(t.entries))
	out = append(out, t.entries[t.next:]...)
	out = append(out, t.entries[:t.next]...)
	t.mu.Unlock()
	if !plain {
		for i := range out {
			out[i].Text = mask(out[i].Text)
		}
	}
	return out
}

// hidePIN replaces the arguments of the commands that carry a secret.
func hidePIN(text string) string {
	for _, name := range []string{"AT+CPIN=", "AT+CLCK=", "AT+CPWD="} {
		if strings.HasPrefix(text, name) {
			return name + "****"
		}
	}
	return text
}

// mask hides what may tell of a person: PDUs, numbers but for their last three
// digits, and quoted names or texts beside them.
func mask(text string) string {
	switch name, _, _ := strings.Cut(text, ":"); name {
	case "+CMT", "+CMGR", "+CMGL", "+CLIP", "+CUSD", "+CCWA":
		text = maskQuoted(text)
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		j, decimal := i, true
		for j < len(text) {
			if _, ok := hexDigit(text[j]); !ok {
				break
			}
			decimal = decimal && text[j] <= '9'
			j++
		}
		switch run := text[i:j]; {
		case j == i:
			b.WriteByte(text[i])
			j++
		case decimal && len(run) >= 6 && len(run) <= 20: // a number, IMEI, IMSI or ICCID
			b.WriteString(strings.Repeat("*", len(run)-3) + run[len(run)-3:])
		case len(run) >= 16: // a PDU, or what is left of one
			fmt.Fprintf(&b, "<%d octets>", (len(run)+1)/2)
		default:
			b.WriteString(run)
		}
		i = j
	}
	return b.String()
}

// maskQuoted replaces what stands between quotes, an unfinished quote included.
func maskQuoted(text string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, `"`)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		_, after, closed := strings.Cut(rest, `"`)
		b.WriteString(`"…"`)
		if !closed {
			return b.String()
		}
		text = after
	}
}
