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

// radioOn is full functionality, 3GPP TS 27.007 8.2; at 0 and 4 the radio is off.
const radioOn = 1

// radio is the part of a modem that registers with the network.
type radio struct {
	modem *Modem
	level int // set by +CFUN
	// registration by domain, values of <stat> in 3GPP TS 27.007 7.2.
	registration map[domain]int
	coverage     int // the registration that can be had here if there is no outage
	outages      []*outage
	signal       int // <rssi> of +CSQ
}

// commands returns the commands about the network, 3GPP TS 27.007.
func (r *radio) commands() map[string]handler {
	return map[string]handler{
		"+CFUN":  r.functionality,
		"+CSQ":   r.signalQuality,
		"+COPS":  unless(r.modem.card.refusesCME, r.operator),
		"+CREG":  func(c command) reply { return r.registrationReport(circuit, c) },
		"+CGREG": func(c command) reply { return r.registrationReport(packet, c) },
		"+CEREG": func(c command) reply { return r.registrationReport(eps, c) },
		"+CGATT": r.attachment,
	}
}

// functionality answers +CFUN, 3GPP TS 27.007 8.2. Its second parameter asks for a
// restart.
func (r *radio) functionality(c command) reply {
	if c.kind == test {
		return ok("+CFUN: (0,1,4),(0,1)")
	}
	if c.kind == read {
		return okf("+CFUN: %d", r.level)
	}
	value, valid := c.number(0, 1)
	restart, restartValid := c.number(1, 0)
	if !valid || !restartValid || restart > 1 || !slices.Contains([]int{0, 1, 4}, value) {
		return cmeError(cmeNotAllowed)
	}
	return okThen(func() {
		r.level = value
		if restart == 1 {
			r.level = radioOn
			r.modem.restart(r.modem.profile.BootTime)
			return
		}
		r.search()
	})
}

func (r *radio) signalQuality(c command) reply {
	if c.kind == test {
		return ok("+CSQ: (0-31,99),(0-7,99)")
	}
	rssi := r.signal
	if r.level != radioOn {
		rssi = 99
	}
	return told(c, fmt.Sprintf("+CSQ: %d,99", rssi))
}

// SetSignal sets the signal quality that +CSQ tells: 0 to 31, 99 unknown.
func (m *Modem) SetSignal(rssi int) {
	m.network.mu.Lock()
	defer m.network.release()
	m.radio.signal = rssi
}

// operator answers +COPS, 3GPP TS 27.007 7.3.
func (r *radio) operator(c command) reply {
	m := r.modem
	name := m.network.options.Operator
	names := []string{name, name, "26099"} // by <format>
	if c.kind == test {
		return okf(`+COPS: (2,"%s","%s","%s",7),,(0,1,2,3,4),(0,1,2)`, names[0], names[1], names[2])
	}
	if c.kind == read {
		if !r.registered() {
			return ok("+COPS: 0")
		}
		return okf(`+COPS: 0,%d,"%s",7`, m.settings.operatorForm, m.settings.charset.write(names[m.settings.operatorForm]))
	}
	mode, valid := c.number(0, 0)
	form, formValid := c.number(1, m.settings.operatorForm)
	if !valid || !formValid || mode > 4 || form > 2 {
		return cmeError(cmeNotAllowed)
	}
	m.settings.operatorForm = form
	switch mode {
	case 2:
		return okThen(func() { r.setRegistration(notRegistered) })
	case 3:
		return ok()
	}
	return okThen(r.search)
}

// registrationReport answers +CREG, +CGREG and +CEREG, 3GPP TS 27.007 7.2,
// 10.1.20 and 10.1.22.
func (r *radio) registrationReport(d domain, c command) reply {
	if c.kind == test {
		return okf("%s: (0-2)", d.command())
	}
	if c.kind == read {
		mode := r.modem.settings.registration[d]
		return okf("%s: %d,%s", d.command(), mode, r.registrationText(d, mode))
	}
	mode, valid := c.number(0, 0)
	if !valid || mode > 2 {
		return cmeError(cmeNotAllowed)
	}
	r.modem.settings.registration[d] = mode
	return ok()
}

func (d domain) command() string { return [...]string{"+CREG", "+CGREG", "+CEREG"}[d] }

// registrationText writes the state as +CREG does: in mode 2 with the cell.
func (r *radio) registrationText(d domain, mode int) string {
	stat := r.registration[d]
	if mode != 2 || stat != registeredHome && stat != roaming {
		return fmt.Sprint(stat)
	}
	technology := 2
	if d == eps {
		technology = 7
	}
	return fmt.Sprintf(`%d,"1A2B","01C3D4E5",%d`, stat, technology)
}

func (r *radio) attachment(c command) reply {
	if c.kind == test {
		return ok("+CGATT: (0,1)")
	}
	if c.kind == read {
		return okf("+CGATT: %d", number(r.registered()))
	}
	return ok()
}

// registered reports whether texts can be sent and received.
func (r *radio) registered() bool {
	for _, stat := range r.registration {
		if stat == registeredHome || stat == roaming {
			return true
		}
	}
	return false
}

// register sets the registration to stat, or to notRegistered without radio or card.
func (r *radio) register(stat int) {
	if r.level != radioOn || r.modem.card.state() != cardReady {
		stat = notRegistered
	}
	r.setRegistration(stat)
}

// search registers after Profile.RegisterTime.
func (r *radio) search() {
	m := r.modem
	if r.level != radioOn || m.card.state() != cardReady {
		r.setRegistration(notRegistered)
		return
	}
	if r.registered() {
		return
	}
	if m.profile.RegisterTime > 0 {
		r.setRegistration(searching)
	}
	m.later(m.profile.RegisterTime, func() { r.register(r.available()) })
}

// SetCoverage sets what the network has for the modem: a value of <stat> of
// +CREG, 0 no service, 1 home, 2 searching, 3 denied, 5 roaming. Without
// service nothing can be sent, and texts for the card wait at the service centre.
// The setting lasts until the next call, whatever the host does, and ends the faults
// that took the service away.
func (m *Modem) SetCoverage(stat int) {
	m.network.mu.Lock()
	defer m.network.release()
	m.radio.coverage, m.radio.outages = stat, nil
	m.radio.register(stat)
}

// setRegistration sets the state in all domains that the modem uses, sends the
// indications that the host asked for, and fetches what waits for the card.
func (r *radio) setRegistration(stat int) {
	m := r.modem
	for _, d := range []domain{circuit, packet, eps} {
		now := stat
		if m.profile.LTEOnly && d != eps {
			now = notRegistered
		}
		before, known := r.registration[d]
		r.registration[d] = now
		mode := m.settings.registration[d]
		if known && before != now && mode > 0 {
			m.dialogue.indicate(d.command() + ": " + r.registrationText(d, mode))
		}
	}
	m.card.fetch()
}

// outage is a time without service.
type outage struct {
	stat  int  // the registration meanwhile
	until Cure // what ends it; empty: a timer, or SetCoverage
}

// loseService begins the outage of a fault: the registration is stat meanwhile.
func (r *radio) loseService(stat int, f Fault) {
	o := &outage{stat: stat, until: f.Until}
	r.outages = append(r.outages, o)
	r.register(stat)
	if f.For > 0 {
		r.modem.network.after(f.For, func() { r.endOutages(func(other *outage) bool { return other == o }) })
	}
}

// endOutages ends the outages for which over is true; the modem registers with what
// is available then.
func (r *radio) endOutages(over func(*outage) bool) {
	before := len(r.outages)
	r.outages = slices.DeleteFunc(r.outages, over)
	if len(r.outages) < before && r.modem.up {
		r.register(r.available())
	}
}

// available returns the registration that can be had here and now.
func (r *radio) available() int {
	if n := len(r.outages); n > 0 {
		return r.outages[n-1].stat
	}
	return r.coverage
}
