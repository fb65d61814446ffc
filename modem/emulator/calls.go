package emulator

import (
	"fmt"
	"strings"
	"time"
)

// ringTime is the time between two RING.
const ringTime = 5 * time.Second

// call is an incoming call that nobody has answered.
type call struct {
	from  string
	rings int // left
}

// phone is the part of a modem for incoming calls and for USSD.
type phone struct {
	modem *Modem
	call  *call // nil: nobody calls
}

// commands returns the commands about calls and USSD, 3GPP TS 27.007.
func (p *phone) commands() map[string]handler {
	return map[string]handler{
		"+CHUP": p.hangUp, "H": p.hangUp,
		"A":     p.answerCall,
		"D":     unless(p.modem.card.refusesCME, p.dial),
		"+CLCC": p.currentCalls,
		"+CUSD": p.supplementaryData,
	}
}

// Call rings the SIM that has the number to, rings times.
func (h *Handset) Call(to string, rings int) error {
	h.network.mu.Lock()
	defer h.network.release()
	card := h.network.simOf(addressOf(to))
	if card == nil {
		return fmt.Errorf("call from handset: no SIM has the number %s", addressOf(to).Masked())
	}
	m := card.modem
	if m == nil || !m.reachable() || m.phone.call != nil {
		return nil // the caller hears "not available"
	}
	m.phone.call = &call{from: h.number, rings: rings}
	m.phone.ring(m.phone.call)
	return nil
}

// ring announces a call every ringTime until the call ends.
func (p *phone) ring(c *call) {
	m := p.modem
	if p.call != c {
		return
	}
	if c.rings == 0 {
		p.call = nil
		m.dialogue.indicate("NO CARRIER")
		return
	}
	c.rings--
	if m.settings.ring {
		m.dialogue.indicate("+CRING: VOICE")
	} else {
		m.dialogue.indicate("RING")
	}
	if m.settings.caller {
		m.dialogue.indicate(fmt.Sprintf(`+CLIP: "%s",%d,,,,0`, c.from, typeOf(addressOf(c.from))))
	}
	m.later(ringTime, func() { p.ring(c) })
}

func (p *phone) hangUp(command) reply {
	p.call = nil
	return ok()
}

// answerCall answers ATA: the modem has no voice, so the call ends at once.
func (p *phone) answerCall(command) reply {
	p.call = nil
	return reply{kind: replyNoCarrier}
}

func (p *phone) dial(c command) reply {
	if strings.HasPrefix(c.text, "*") || strings.HasPrefix(c.text, "#") {
		return p.askNetwork(strings.TrimRight(c.text, ";"))
	}
	return reply{kind: replyNoCarrier}
}

func (p *phone) currentCalls(c command) reply {
	if c.kind != execute || p.call == nil {
		return ok()
	}
	return okf(`+CLCC: 1,1,4,0,0,"%s",%d`, p.call.from, typeOf(addressOf(p.call.from)))
}
