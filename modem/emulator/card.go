package emulator

// cardState is what keeps the card from being used.
type cardState int

const (
	cardReady cardState = iota
	cardMissing
	cardBusy // the modem still reads the card
	cardPIN  // the PIN is wanted
	cardPUK  // the PIN is blocked, the PUK is wanted
)

// cardReader holds the SIM card of a modem and knows whether the card is unlocked.
type cardReader struct {
	modem    *Modem
	sim      *SIM // nil: no card
	pinGiven bool
	reading  bool // the card is not ready yet
}

// insert changes the card. The caller has the modem register.
func (cr *cardReader) insert(card *SIM) {
	cr.eject()
	if card == nil {
		return
	}
	if card.modem != nil {
		card.modem.card.eject()
	}
	card.modem = cr.modem
	cr.sim = card
}

// eject takes the card out.
func (cr *cardReader) eject() {
	m := cr.modem
	if cr.sim == nil {
		return
	}
	if m.inbox.unacknowledged != nil {
		m.inbox.acknowledge(false)
	}
	m.radio.setRegistration(notRegistered)
	cr.sim.modem = nil
	cr.sim = nil
	cr.pinGiven = false
}

// fetch has the service centre try again to deliver what waits for the card
// (RP-SMMA, 3GPP TS 24.011 7.2.2).
func (cr *cardReader) fetch() {
	if cr.sim != nil {
		cr.modem.network.resume(cr.sim)
	}
}

// commands returns the commands about the card, 3GPP TS 27.007.
func (cr *cardReader) commands() map[string]handler {
	return map[string]handler{
		"+CPIN":  tested(cr.pin),
		"+CPINR": cr.pinAttempts,
		"+CLCK":  cr.facilityLock,
		"+CIMI":  unless(cr.refusesCME, func(c command) reply { return told(c, cr.sim.IMSI) }),
		"+CCID":  cr.cardNumber, "+ICCID": cr.cardNumber,
		"+CNUM": unless(cr.refusesCME, func(c command) reply { return told(c, `+CNUM: "","`+cr.sim.Number+`",145`) }),
		"+CPBS": unless(cr.refusesCME, cr.phonebookStorage),
		"+CPBR": unless(cr.refusesCME, phonebookRead),
		"+CPBF": unless(cr.refusesCME, phonebookFind),
	}
}

// state returns what keeps the card from being used now.
func (cr *cardReader) state() cardState {
	switch {
	case cr.sim == nil:
		return cardMissing
	case cr.reading:
		return cardBusy
	case cr.sim.PIN == "" || cr.pinGiven:
		return cardReady
	case cr.sim.pinLeft == 0:
		return cardPUK
	}
	return cardPIN
}

// refusesCME returns the error of a command that needs the card; refused is false
// when the card can be used.
func (cr *cardReader) refusesCME() (r reply, refused bool) {
	codes := [...]int{cardMissing: cmeNoSIM, cardBusy: cmeSIMBusy, cardPIN: cmeSIMPIN, cardPUK: cmeSIMPUK}
	return cmeError(codes[cr.state()]), cr.state() != cardReady
}

// refusesCMS is refusesCME for the commands of 3GPP TS 27.005.
func (cr *cardReader) refusesCMS() (r reply, refused bool) {
	codes := [...]int{cardMissing: cmsNoSIM, cardBusy: cmsSIMBusy, cardPIN: cmsSIMPIN, cardPUK: cmsSIMPUK}
	return cmsError(codes[cr.state()]), cr.state() != cardReady
}

// pin answers +CPIN (3GPP TS 27.007 8.3).
func (cr *cardReader) pin(c command) reply {
	if c.kind == set {
		return cr.enterPIN(c)
	}
	if c.kind == execute {
		return fail()
	}
	r, _ := cr.refusesCME()
	switch cr.state() {
	case cardMissing, cardBusy:
		return r
	case cardPIN:
		r = ok("+CPIN: SIM PIN")
	case cardPUK:
		r = ok("+CPIN: SIM PUK")
	default:
		r = ok("+CPIN: READY")
	}
	if cr.modem.profile.BareCPIN && len(cr.modem.dialogue.todo) == 0 {
		r.kind = replySilent
	}
	return r
}

func (cr *cardReader) enterPIN(c command) reply {
	switch cr.state() {
	case cardMissing, cardBusy:
		r, _ := cr.refusesCME()
		return r
	case cardReady:
		return cmeError(cmeNotAllowed)
	case cardPUK:
		if c.string(0) != cr.sim.PUK || len(c.string(1)) < 4 {
			cr.sim.pukLeft = max(0, cr.sim.pukLeft-1)
			return cmeError(cmeWrongPassword)
		}
		cr.sim.PIN = c.string(1)
	default:
		if c.string(0) != cr.sim.PIN {
			cr.sim.pinLeft--
			if cr.sim.pinLeft == 0 {
				return cmeError(cmeSIMPUK)
			}
			return cmeError(cmeWrongPassword)
		}
	}
	cr.sim.pinLeft, cr.sim.pukLeft = 3, 10
	cr.pinGiven = true
	return okThen(cr.modem.radio.search)
}

// pinAttempts answers +CPINR (3GPP TS 27.007 8.65).
func (cr *cardReader) pinAttempts(c command) reply {
	if cr.sim == nil {
		return cmeError(cmeNoSIM)
	}
	if c.kind == test {
		return ok()
	}
	pin, puk := okf("+CPINR: SIM PIN,%d,3", cr.sim.pinLeft), okf("+CPINR: SIM PUK,%d,10", cr.sim.pukLeft)
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

// facilityLock answers +CLCK for the lock of the SIM (3GPP TS 27.007 7.4). The state
// can be read and not changed.
func (cr *cardReader) facilityLock(c command) reply {
	if c.kind == test {
		return ok(`+CLCK: ("SC")`)
	}
	mode, valid := c.number(1, -1)
	if c.kind != set || !valid || c.string(0) != "SC" {
		return fail()
	}
	if r, refused := cr.refusesCME(); refused {
		return r
	}
	if mode != 2 {
		return cmeError(cmeNotAllowed)
	}
	if cr.sim.PIN != "" {
		return ok("+CLCK: 1")
	}
	return ok("+CLCK: 0")
}

func (cr *cardReader) cardNumber(c command) reply {
	if cr.sim == nil {
		return cmeError(cmeNoSIM)
	}
	if c.kind == test {
		return ok()
	}
	return ok(c.name + ": " + cr.sim.ICCID)
}

// phonebookStorage answers +CPBS (3GPP TS 27.007 8.11). Every phone book is empty.
func (cr *cardReader) phonebookStorage(c command) reply {
	if c.kind == test {
		return ok(`+CPBS: ("SM","ME","ON","MC","DC","RC")`)
	}
	if c.kind == read {
		return okf(`+CPBS: "%s",0,250`, cr.modem.settings.phonebook)
	}
	if c.string(0) == "" {
		return cmeError(cmeNotAllowed)
	}
	cr.modem.settings.phonebook = c.string(0)
	return ok()
}

func phonebookRead(c command) reply {
	if c.kind == test {
		return ok("+CPBR: (1-250),40,14")
	}
	if c.given(1) {
		return ok()
	}
	return cmeError(cmeNotFound)
}

func phonebookFind(c command) reply {
	if c.kind == test {
		return ok("+CPBF: 40,14")
	}
	return cmeError(cmeNotFound)
}
