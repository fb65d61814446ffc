package modem

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"goniec/modem/at"
)

// bootTail is how long after Open a device may still send lines of a boot before Open.
const bootTail = 10 * time.Second

// notice turns an unsolicited line into an indication. The pump of the dialogue calls
// notice in order.
func (m *Modem) notice(u at.Unsolicited) {
	switch u.Kind {
	case at.PDU:
		if kind, ok := directKind(u.Name); ok {
			if kind == ReportDirect {
				m.routes.announced.direct.Store(true)
			}
			m.queue.add(Indication{Kind: kind, Raw: u.PDU})
		}
	case at.Damaged:
		m.takeDamaged(u)
	case at.LateAnswer:
		m.queue.add(Indication{Kind: LateSubmit, MR: byte(u.MR)})
	case at.LateRefusal:
		m.queue.add(Indication{Kind: LateRefusal, Err: submitFault(AfterPayload, m.cfg.Timeouts.Submit, u.Err)})
	case at.Gone:
		f := newFault("port", BeforePayload, u.Err)
		m.change(func(i *Info) { i.State, i.Since, i.LastFault = Faulted, time.Now(), f })
		m.queue.add(Indication{Kind: Lost, Err: f})
	default:
		m.takeResult(u)
	}
}

// directKind returns the kind of a header with a PDU. Cell broadcasts (+CBM) have none.
func directKind(name string) (IndicationKind, bool) {
	switch name {
	case "+CMT":
		return MessageDirect, true
	case "+CDS":
		return ReportDirect, true
	}
	return "", false
}

// takeDamaged handles a header with an incomplete PDU. The incomplete PDU is handed on,
// because a truncated message is better than none.
func (m *Modem) takeDamaged(u at.Unsolicited) {
	kind, ok := directKind(u.Name)
	if !ok {
		return
	}
	if len(u.PDU) > 0 {
		m.queue.add(Indication{Kind: kind, Raw: u.PDU})
	}
	m.queue.add(Indication{Kind: Damaged, Err: fmt.Errorf("%s without its PDU: %w", u.Name, errGarbled)})
}

// takeResult handles an unsolicited result code of one line.
func (m *Modem) takeResult(u at.Unsolicited) {
	switch u.Name {
	case "+CMTI", "+CDSI":
		m.takeStored(u)
	case "+CREG", "+CEREG":
		if fields := split(u.Arguments()); len(fields) > 0 {
			if stat, err := strconv.Atoi(fields[0]); err == nil {
				m.network.setRegistration(u.Name, RegistrationStatus(stat))
			}
		}
	case "RING", "+CRING":
		m.calls.takeRing()
	case "+CLIP":
		m.calls.takeCaller(u.Arguments())
	case "NO CARRIER":
		m.calls.endCall(nil)
	case "+CUSD":
		m.codes.takeAnswer(u.Arguments())
	case "+CSQ":
		if s, ok := parseSignal(u.Arguments()); ok {
			m.network.recordSignal(s, time.Now())
		}
	case "^SMMEMFULL", "+SMSFULL", "SMS FULL":
		m.queue.add(Indication{Kind: StorageFull})
	case "^SMGO": // Cinterion: 1 or 2 is full
		if fields := split(u.Arguments()); len(fields) == 1 && (fields[0] == "1" || fields[0] == "2") {
			m.queue.add(Indication{Kind: StorageFull})
		}
	case "+QIND":
		if fields := split(u.Arguments()); len(fields) > 0 && strings.EqualFold(fields[0], "smsfull") {
			m.queue.add(Indication{Kind: StorageFull})
		}
	case "+CPIN":
		if strings.EqualFold(u.Arguments(), "READY") {
			m.noteBoot(false)
		}
	case "RDY", "*ATREADY", "^SYSSTART":
		m.noteBoot(true)
	case "SMS READY", "CALL READY", "SMS DONE", "PB DONE":
		m.noteBoot(false)
	}
}

// takeStored handles +CMTI and +CDSI: "SM",3.
func (m *Modem) takeStored(u at.Unsolicited) {
	kind := MessageStored
	if u.Name == "+CDSI" {
		kind = ReportStored
	}
	fields := split(u.Arguments())
	index, err := 0, errors.New("no index")
	if len(fields) >= 2 {
		index, err = strconv.Atoi(fields[1])
	}
	if err != nil || index < 0 {
		m.queue.add(Indication{Kind: Damaged, Err: fmt.Errorf("%s: %w", u.Name, errGarbled)})
		return
	}
	slot := Slot{Memory: fields[0], Index: index}
	m.routes.announced.add(slot, kind)
	m.queue.add(Indication{Kind: kind, Slot: slot})
}

// noteBoot handles a line that devices send when they start. first says that the line
// is the first of a boot; the other lines may belong to a boot before Open.
func (m *Modem) noteBoot(first bool) {
	m.mu.Lock()
	again := m.ready && (first || time.Since(m.boot) > bootTail)
	if again && first && m.sender.abort != nil {
		m.sender.abort(ErrRestarted)
	}
	m.mu.Unlock()
	if again {
		m.queue.add(Indication{Kind: Rebooted})
	}
}

// setRegistration records a state of +CREG or +CEREG.
func (n *network) setRegistration(name string, stat RegistrationStatus) {
	n.mu.Lock()
	field := &n.info.Registration.CS
	if name == "+CEREG" {
		field = &n.info.Registration.EPS
	}
	changed := *field != stat
	*field = stat
	announce := changed && n.ready
	if announce {
		state := Registering
		if n.serves(n.info.Registration) {
			state = Ready
		} else if f := n.roamingFault(n.info.Registration); f != nil {
			n.info.LastFault = f
		}
		if n.info.State != state {
			n.info.State, n.info.Since = state, time.Now()
		}
	}
	n.mu.Unlock()
	if !changed {
		return
	}
	select {
	case n.changed <- struct{}{}:
	default:
	}
	if announce {
		n.queue.add(Indication{Kind: RegistrationChanged})
	}
}

// split splits arguments at commas outside quotes and brackets, and removes quotes.
func split(arguments string) []string {
	if arguments == "" {
		return nil
	}
	var fields []string
	depth, quoted, start := 0, false, 0
	cut := func(end int) {
		fields = append(fields, strings.Trim(strings.TrimSpace(arguments[start:end]), `"`))
		start = end + 1
	}
	for i := range len(arguments) {
		switch c := arguments[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth <= 0:
			cut(i)
		}
	}
	cut(len(arguments))
	return fields
}
