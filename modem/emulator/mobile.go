package emulator

import (
	"fmt"
	"slices"
)

// domain is a kind of service that a modem registers for.
type domain int

const (
	circuit domain = iota // +CREG: calls and texts over GSM and UMTS
	packet                // +CGREG: data over GSM and UMTS
	eps                   // +CEREG: LTE
)

// Values of <stat> of +CREG, 3GPP TS 27.007 7.2.
const (
	notRegistered  = 0
	registeredHome = 1
	searching      = 2
	denied         = 3
	roaming        = 5
)

// radio is the functionality set by +CFUN, 3GPP TS 27.007 8.2.
type radio int

const (
	radioOff    radio = 0
	radioOn     radio = 1
	radioFlight radio = 4
)

// addNetworkCommands adds the commands about the network, 3GPP TS 27.007.
func addNetworkCommands(h map[string]handler) {
	h["+CFUN"] = (*Modem).functionality
	h["+CSQ"] = (*Modem).signalQuality
	h["+COPS"] = (*Modem).operator
	h["+CREG"] = func(m *Modem, c command) reply { return m.registrationReport(circuit, c) }
	h["+CGREG"] = func(m *Modem, c command) reply { return m.registrationReport(packet, c) }
	h["+CEREG"] = func(m *Modem, c command) reply { return m.registrationReport(eps, c) }
	h["+CGATT"] = (*Modem).attachment
	h["+WS46"] = accept
}

// functionality answers +CFUN; its second parameter asks for a restart.
func (m *Modem) functionality(c command) reply {
	if c.kind == test {
		return ok("+CFUN: (0,1,4),(0,1)")
	}
	if c.kind == read {
		return okf("+CFUN: %d", m.powered)
	}
	value, valid := c.number(0, 1)
	restart, restartValid := c.number(1, 0)
	if !valid || !restartValid || restart > 1 || !slices.Contains([]int{0, 1, 4}, value) {
		return cmeError(cmeNotAllowed)
	}
	r := ok()
	r.then = func() {
		m.powered = radio(value)
		if restart == 1 {
			m.powered = radioOn
			m.restart(m.profile.BootTime)
			return
		}
		m.searchNetwork()
	}
	return r
}

func (m *Modem) signalQuality(c command) reply {
	if c.kind == test {
		return ok("+CSQ: (0-31,99),(0-7,99)")
	}
	rssi := m.signal
	if m.powered != radioOn {
		rssi = 99
	}
	return told(c, fmt.Sprintf("+CSQ: %d,99", rssi))
}

// SetSignal sets the signal quality that +CSQ tells: 0 to 31, 99 unknown.
func (m *Modem) SetSignal(rssi int) {
	m.network.mu.Lock()
	defer m.network.release()
	m.signal = rssi
}

// operator answers +COPS, 3GPP TS 27.007 7.3.
func (m *Modem) operator(c command) reply {
	if r, blocked := m.cardCME(); blocked {
		return r
	}
	name := m.network.options.Operator
	names := []string{name, name, "26099"}
	if c.kind == test {
		return okf(`+COPS: (2,"%s","%s","%s",7),,(0,1,2,3,4),(0,1,2)`, names[0], names[1], names[2])
	}
	if c.kind == read {
		if !m.registered() {
			return ok("+COPS: 0")
		}
		return okf(`+COPS: 0,%d,"%s",7`, m.settings.operatorForm, m.inCharset(names[m.settings.operatorForm]))
	}
	mode, valid := c.number(0, 0)
	form, formValid := c.number(1, m.settings.operatorForm)
	if !valid || !formValid || mode > 4 || form > 2 {
		return cmeError(cmeNotAllowed)
	}
	m.settings.operatorForm = form
	if mode == 2 {
		r := ok()
		r.then = func() { m.setRegistration(notRegistered) }
		return r
	}
	if mode == 3 {
		return ok()
	}
	r := ok()
	r.then = m.searchNetwork
	return r
}

// registrationReport answers +CREG, +CGREG and +CEREG, 3GPP TS 27.007 7.2,
// 10.1.20 and 10.1.22.
func (m *Modem) registrationReport(d domain, c command) reply {
	if c.kind == test {
		return okf("%s: (0-2)", d.command())
	}
	if c.kind == read {
		mode := m.settings.registration[d]
		return okf("%s: %d,%s", d.command(), mode, m.registrationText(d, mode))
	}
	mode, valid := c.number(0, 0)
	if !valid || mode > 2 {
		return cmeError(cmeNotAllowed)
	}
	m.settings.registration[d] = mode
	return ok()
}

func (d domain) command() string { return [...]string{"+CREG", "+CGREG", "+CEREG"}[d] }

// registrationText is the state as +CREG tells it: with the cell in mode 2.
func (m *Modem) registrationText(d domain, mode int) string {
	stat := m.registration[d]
	if mode != 2 || stat != registeredHome && stat != roaming {
		return fmt.Sprint(stat)
	}
	technology := 2
	if d == eps {
		technology = 7
	}
	return fmt.Sprintf(`%d,"1A2B","01C3D4E5",%d`, stat, technology)
}

func (m *Modem) attachment(c command) reply {
	if c.kind == test {
		return ok("+CGATT: (0,1)")
	}
	if c.kind == read {
		if m.registered() {
			return ok("+CGATT: 1")
		}
		return ok("+CGATT: 0")
	}
	return ok()
}

// registered says whether texts can be sent and received.
func (m *Modem) registered() bool {
	for _, stat := range m.registration {
		if stat == registeredHome || stat == roaming {
			return true
		}
	}
	return false
}

// reachable says whether the network can bring something to the modem.
func (m *Modem) reachable() bool {
	return m.up && !m.deaf && m.card() == cardReady && m.registered()
}

// register gives the modem the registration that the network has for it, if it
// can have one.
func (m *Modem) register(stat int) {
	if m.powered != radioOn || m.card() != cardReady {
		stat = notRegistered
	}
	m.setRegistration(stat)
}

// searchNetwork registers, after the time that it takes.
func (m *Modem) searchNetwork() {
	if m.powered != radioOn || m.card() != cardReady {
		m.setRegistration(notRegistered)
		return
	}
	if m.registered() {
		return
	}
	if m.profile.RegisterTime > 0 {
		m.setRegistration(searching)
	}
	m.later(m.profile.RegisterTime, func() { m.register(m.available()) })
}

// SetCoverage sets what the network has for the modem: a value of <stat> of
// +CREG, 0 no service, 1 home, 2 searching, 3 denied, 5 roaming. Without
// service nothing can be sent, and what is for the card waits at the service
// centre. It lasts until the next call, whatever the host does, and ends the
// faults that took the service away.
func (m *Modem) SetCoverage(stat int) {
	m.network.mu.Lock()
	defer m.network.release()
	m.coverage, m.outages = stat, nil
	m.register(stat)
}

// setRegistration sets the state in all domains that the modem uses, tells the
// host where it asked to be told, and takes what waits for the card.
func (m *Modem) setRegistration(stat int) {
	for _, d := range []domain{circuit, packet, eps} {
		now := stat
		if m.profile.LTEOnly && d != eps {
			now = notRegistered
		}
		before, known := m.registration[d]
		m.registration[d] = now
		mode := m.settings.registration[d]
		if known && before != now && mode > 0 {
			m.indicate(d.command() + ": " + m.registrationText(d, mode))
		}
	}
	if m.sim != nil {
		m.network.resume(m.sim)
	}
}
