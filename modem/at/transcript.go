package at

import (
	"strings"
	"sync"
	"time"
)

const (
	// maxEntry is the kept length of a line; the longest PDU with its service centre
	// address has 352 digits.
	maxEntry = 512
	// keptBeginning is the count of lines kept from the beginning of a dialogue, which
	// show the set-up.
	keptBeginning = 400
	// keptEnd is how many of the last lines are kept.
	keptEnd = 1000
)

// Entry is one line of a dialogue.
type Entry struct {
	Number uint64 // counts the lines of a Transcript from 1
	At     time.Time
	Sent   bool // written by us; else received
	Note   bool // an event of the port, such as opening
	Text   string
}

// Transcript keeps the beginning of the present dialogue and the last lines. It may
// serve several Conns in a row, so that the lines before a loss of the port stay
// readable. PINs are never recorded. Any goroutine may call its methods.
type Transcript struct {
	mu        sync.Mutex // guards what follows
	count     uint64
	beginning []Entry // of the present dialogue
	end       []Entry // ring
	next      int     // next index in the ring
}

// NewTranscript returns an empty transcript.
func NewTranscript() *Transcript { return &Transcript{} }

// Begin records the begin of a dialogue.
func (t *Transcript) Begin(text string) {
	t.mu.Lock()
	t.beginning = nil
	t.mu.Unlock()
	t.put(Entry{Note: true, Text: text})
}

// Note records an event of the port.
func (t *Transcript) Note(text string) { t.put(Entry{Note: true, Text: text}) }

func (t *Transcript) add(sent bool, text string) { t.put(Entry{Sent: sent, Text: hidePIN(text)}) }

func (t *Transcript) put(e Entry) {
	if len(e.Text) > maxEntry {
		e.Text = e.Text[:maxEntry] + "…"
	}
	e.At = time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	e.Number = t.count
	if len(t.beginning) < keptBeginning {
		t.beginning = append(t.beginning, e)
	}
	if len(t.end) < keptEnd {
		t.end = append(t.end, e)
		return
	}
	t.end[t.next] = e
	t.next = (t.next + 1) % len(t.end)
}

// Entries returns the kept lines, oldest first. A gap in their numbers shows omitted
// lines.
func (t *Transcript) Entries() []Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]Entry, 0, len(t.beginning)+len(t.end))
	if len(t.end) == 0 {
		return out
	}
	oldest := t.end[t.next%len(t.end)].Number
	for _, e := range t.beginning {
		if e.Number < oldest {
			out = append(out, e)
		}
	}
	out = append(out, t.end[t.next:]...)
	return append(out, t.end[:t.next]...)
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
