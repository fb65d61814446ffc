package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"goniec/pdu"
)

// Text is a whole text as a handset shows it.
type Text struct {
	From  string // number of the SIM that sent it
	To    string // number of the handset as the sender wrote it
	Text  string
	At    time.Time // when its last part arrived
	Parts int
	Flash bool // class 0: shown at once, not stored
}

// Handset is the phone of a person. It shows a long text when all parts of the text
// have arrived.
type Handset struct {
	network *Network
	number  string

	off       bool
	waiting   []waitingText
	received  []Text
	partial   map[partialKey]map[int]string
	answer    func(Text) (reply string, delay time.Duration)
	reference uint16 // of the next long text sent
}

// waitingText is a text for a handset that cannot be reached.
type waitingText struct {
	submission *submission
	expiry     *event
}

// partialKey is what the parts of a long text have in common.
type partialKey struct {
	from      string
	reference uint16
	wide      bool
	total     int
}

// Handset returns the handset with the number, in E.164, or what sends under a
// short code ("8080") or a name ("KLINIKA"). There is one for every number.
func (n *Network) Handset(number string) *Handset {
	n.mu.Lock()
	defer n.release()
	return n.handset(number)
}

func (n *Network) handset(number string) *Handset {
	key := number
	if digits := strings.TrimPrefix(number, "+"); len(digits) > 9 && strings.Trim(digits, "0123456789") == "" {
		key = digits[len(digits)-9:]
	}
	h := n.handsets[key]
	if h == nil {
		h = &Handset{
			network: n, number: number, partial: map[partialKey]map[int]string{},
			reference: uint16(n.random.IntN(1 << 16)),
		}
		n.handsets[key] = h
	}
	return h
}

// Number returns the handset's number.
func (h *Handset) Number() string { return h.number }

// Received returns the whole texts that arrived, in order.
func (h *Handset) Received() []Text {
	h.network.mu.Lock()
	defer h.network.release()
	return slices.Clone(h.received)
}

// OnText has answer called for every whole text. A reply that is not empty is sent
// back after the delay. answer is called without any lock by the goroutine that runs
// the network's events, so it must not wait. Nil ends OnText.
func (h *Handset) OnText(answer func(Text) (reply string, delay time.Duration)) {
	h.network.mu.Lock()
	defer h.network.release()
	h.answer = answer
}

// SetReachable switches the handset on or off. Texts for a handset that is off wait
// at the service centre until their validity ends.
func (h *Handset) SetReachable(on bool) {
	h.network.mu.Lock()
	defer h.network.release()
	h.off = !on
	if h.off {
		return
	}
	waiting := h.waiting
	h.waiting = nil
	for _, w := range waiting {
		w.expiry.cancel()
		h.receive(w.submission)
		h.network.report(w.submission, w.submission.fate.status)
	}
}

// receive takes a part. Network.mu is held.
func (h *Handset) receive(s *submission) {
	text := Text{
		From: s.sim.Number, To: s.submit.DA.String(), Text: s.record.Text, At: h.network.now(),
		Parts: 1, Flash: classOf(s.submit.DCS) == 0,
	}
	if c, found := s.submit.UD.Header.Concatenation(); found && c.Total > 1 {
		key := partialKey{from: text.From, reference: c.Reference, wide: c.Wide, total: c.Total}
		parts := h.partial[key]
		if parts == nil {
			parts = map[int]string{}
			h.partial[key] = parts
		}
		parts[c.Number] = text.Text
		if len(parts) < c.Total {
			return
		}
		delete(h.partial, key)
		text.Parts = c.Total
		text.Text = ""
		for number := 1; number <= c.Total; number++ {
			text.Text += parts[number]
		}
	}
	h.received = append(h.received, text)
	h.reply(s, text)
}

// reply has the answer to a text made and sent.
func (h *Handset) reply(s *submission, text Text) {
	n := h.network
	back := func(reply string, delay time.Duration) {
		if reply == "" {
			return
		}
		n.after(delay, func() {
			if err := h.send(s.sim, reply, nil); err != nil {
				n.logger.Warn("answer of a handset not sent", "err", err)
			}
		})
	}
	if h.answer == nil {
		back(s.fate.reply, s.fate.replyAfter)
		return
	}
	answer := h.answer
	n.outside(func() {
		reply, delay := answer(text)
		n.mu.Lock()
		defer n.release()
		back(reply, delay)
	})
}

// Send sends a text to the SIM with the number to, in as many parts as it takes.
func (h *Handset) Send(to, text string) error { return h.SendParts(to, text) }

// SendParts is Send with the parts in the order given, counted from 1. A part that is
// left out is lost; a part given twice comes twice. No order: every part once.
func (h *Handset) SendParts(to, text string, order ...int) error {
	h.network.mu.Lock()
	defer h.network.release()
	card := h.network.simOf(addressOf(to))
	if card == nil {
		return fmt.Errorf("send from handset: no SIM has the number %s", addressOf(to).Masked())
	}
	return h.send(card, text, order)
}

func (h *Handset) send(to *SIM, text string, order []int) error {
	parts, err := h.compose(text)
	if err != nil {
		return fmt.Errorf("send from handset: %w", err)
	}
	if len(order) == 0 {
		for i := range parts {
			order = append(order, i+1)
		}
	}
	for _, number := range order {
		if number < 1 || number > len(parts) {
			return fmt.Errorf("send from handset: no part %d among %d", number, len(parts))
		}
		if err := h.sendPart(to, parts[number-1]); err != nil {
			return fmt.Errorf("send from handset: part %d: %w", number, err)
		}
	}
	return nil
}

// compose cuts a text into the parts that a phone would send.
func (h *Handset) compose(text string) ([]pdu.Deliver, error) {
	c, err := pdu.Compose(text, pdu.ComposeOptions{})
	if err != nil {
		return nil, err
	}
	parts := make([]pdu.Deliver, len(c.Parts))
	for i, part := range c.Parts {
		var concatenation *pdu.Concatenation
		if len(c.Parts) > 1 {
			concatenation = &pdu.Concatenation{
				Reference: h.reference & 0xff, Total: len(c.Parts), Number: i + 1,
			}
		}
		data, err := pdu.TextUserData(part, c.Alphabet, concatenation)
		if err != nil {
			return nil, err
		}
		parts[i] = pdu.Deliver{OA: addressOf(h.number), DCS: pdu.TextDCS(c.Alphabet, false), UD: data}
	}
	if len(parts) > 1 {
		h.reference++
	}
	return parts, nil
}

func (h *Handset) sendPart(to *SIM, d pdu.Deliver) error {
	d.SCTS = h.network.now()
	tpdu, err := d.Marshal()
	if err != nil {
		return err
	}
	h.network.after(h.network.options.DeliveryDelay, func() { h.network.enqueueText(to, tpdu, classOf(d.DCS)) })
	return nil
}
