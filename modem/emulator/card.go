package emulator

// addCardCommands adds the commands about the SIM card, 3GPP TS 27.007.
func addCardCommands(h map[string]handler) {
	h["+CPIN"] = (*Modem).pin
	h["+CPINR"] = (*Modem).pinAttempts
	h["+CLCK"] = (*Modem).facilityLock
	h["+CIMI"] = (*Modem).subscriber
	h["+CCID"] = (*Modem).cardNumber
	h["+ICCID"] = (*Modem).cardNumber
	h["+CNUM"] = (*Modem).ownNumber
	h["+CPBS"] = (*Modem).phonebookStorage
	h["+CPBR"] = (*Modem).phonebookRead
	h["+CPBF"] = (*Modem).phonebookFind
}

// cardState is what keeps the card from being used.
type cardState int

const (
	cardReady cardState = iota
	cardMissing
	cardBusy // it is being read
	cardPIN  // the PIN is wanted
	cardPUK  // the PIN is blocked, the PUK is wanted
)

func (m *Modem) card() cardState {
	switch {
	case m.sim == nil:
		return cardMissing
	case m.cardBusy:
		return cardBusy
	case m.sim.PIN == "" || m.pinGiven:
		return cardReady
	case m.sim.pinLeft == 0:
		return cardPUK
	}
	return cardPIN
}

// cardCME is the error of a command that needs the card; blocked is false when
// it can be used.
func (m *Modem) cardCME() (r reply, blocked bool) {
	switch m.card() {
	case cardMissing:
		return cmeError(cmeNoSIM), true
	case cardBusy:
		return cmeError(cmeSIMBusy), true
	case cardPIN:
		return cmeError(cmeSIMPIN), true
	case cardPUK:
		return cmeError(cmeSIMPUK), true
	default:
		return reply{}, false
	}
}

// cardCMS is cardCME for the commands of 3GPP TS 27.005.
func (m *Modem) cardCMS() (r reply, blocked bool) {
	switch m.card() {
	case cardMissing:
		return cmsError(cmsNoSIM), true
	case cardBusy:
		return cmsError(cmsSIMBusy), true
	case cardPIN:
		return cmsError(cmsSIMPIN), true
	case cardPUK:
		return cmsError(cmsSIMPUK), true
	default:
		return reply{}, false
	}
}

// pin answers +CPIN (3GPP TS 27.007 8.3).
func (m *Modem) pin(c command) reply {
	if c.kind == test {
		return ok()
	}
	if c.kind == set {
		return m.enterPIN(c)
	}
	if c.kind == execute {
		return fail()
	}
	var r reply
	switch m.card() {
	case cardMissing:
		return cmeError(cmeNoSIM)
	case cardBusy:
		return cmeError(cmeSIMBusy)
	case cardPIN:
		r = ok("+CPIN: SIM PIN")
	case cardPUK:
		r = ok("+CPIN: SIM PUK")
	default:
		r = ok("+CPIN: READY")
	}
	if m.profile.BareCPIN && len(m.todo) == 0 {
		r.kind = replySilent
	}
	return r
}

func (m *Modem) enterPIN(c command) reply {
	switch m.card() {
	case cardMissing:
		return cmeError(cmeNoSIM)
	case cardBusy:
		return cmeError(cmeSIMBusy)
	case cardReady:
		return cmeError(cmeNotAllowed)
	case cardPUK:
		if c.string(0) != m.sim.PUK || len(c.string(1)) < 4 {
			m.sim.pukLeft = max(0, m.sim.pukLeft-1)
			return cmeError(cmeWrongPassword)
		}
		m.sim.PIN = c.string(1)
	default:
		if c.string(0) != m.sim.PIN {
			m.sim.pinLeft--
			if m.sim.pinLeft == 0 {
				return cmeError(cmeSIMPUK)
			}
			return cmeError(cmeWrongPassword)
		}
	}
	m.sim.pinLeft, m.sim.pukLeft = 3, 10
	m.pinGiven = true
	r := ok()
	r.then = m.searchNetwork
	return r
}

// pinAttempts answers +CPINR (3GPP TS 27.007 8.65).
func (m *Modem) pinAttempts(c command) reply {
	if m.sim == nil {
		return cmeError(cmeNoSIM)
	}
	if c.kind == test {
		return ok()
	}
	pin, puk := okf("+CPINR: SIM PIN,%d,3", m.sim.pinLeft), okf("+CPINR: SIM PUK,%d,10", m.sim.pukLeft)
	switch c.string(0) {
	case "SIM PIN":
		return pin
	case "SIM PUK":
		return puk
	case "":
		return ok(append(pin.lines, puk.lines...)...)
	}
	return fail()
}

// facilityLock answers +CLCK for the SIM's lock; what it would change is
// refused (3GPP TS 27.007 7.4).
func (m *Modem) facilityLock(c command) reply {
	if c.kind == test {
		return ok(`+CLCK: ("SC")`)
	}
	mode, valid := c.number(1, -1)
	if c.kind != set || !valid || c.string(0) != "SC" {
		return fail()
	}
	if r, blocked := m.cardCME(); blocked {
		return r
	}
	if mode != 2 {
		return cmeError(cmeNotAllowed)
	}
	if m.sim.PIN != "" {
		return ok("+CLCK: 1")
	}
	return ok("+CLCK: 0")
}

func (m *Modem) subscriber(c command) reply {
	if r, blocked := m.cardCME(); blocked {
		return r
	}
	return told(c, m.sim.IMSI)
}

func (m *Modem) cardNumber(c command) reply {
	if m.sim == nil {
		return cmeError(cmeNoSIM)
	}
	if c.kind == test {
		return ok()
	}
	return ok(c.name + ": " + m.sim.ICCID)
}

func (m *Modem) ownNumber(c command) reply {
	if r, blocked := m.cardCME(); blocked {
		return r
	}
	return told(c, `+CNUM: "","`+m.sim.Number+`",145`)
}

// phonebookStorage answers +CPBS: there are phone books, and they are empty.
func (m *Modem) phonebookStorage(c command) reply {
	if r, blocked := m.cardCME(); blocked {
		return r
	}
	if c.kind == test {
		return ok(`+CPBS: ("SM","ME","ON","MC","DC","RC")`)
	}
	if c.kind == read {
		return okf(`+CPBS: "%s",0,250`, m.settings.phonebook)
	}
	if c.string(0) == "" {
		return cmeError(cmeNotAllowed)
	}
	m.settings.phonebook = c.string(0)
	return ok()
}

func (m *Modem) phonebookRead(c command) reply {
	if r, blocked := m.cardCME(); blocked {
		return r
	}
	if c.kind == test {
		return ok("+CPBR: (1-250),40,14")
	}
	if c.given(1) {
		return ok()
	}
	return cmeError(cmeNotFound)
}

func (m *Modem) phonebookFind(c command) reply {
	if r, blocked := m.cardCME(); blocked {
		return r
	}
	if c.kind == test {
		return ok("+CPBF: 40,14")
	}
	return cmeError(cmeNotFound)
}
