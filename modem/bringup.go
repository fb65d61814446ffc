package modem

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// radioTime bounds +CFUN, which leaves a network or looks for one.
const radioTime = 30 * time.Second

// bringUp sets a device up from an open port to ready, in the order that most devices
// accept. Commands that the standard makes optional may be refused; every step that
// fails ends in a *Fault.
func (m *Modem) bringUp(ctx context.Context) error {
	if err := m.conn.Resync(ctx); err != nil { // AT until OK, ESC once, ATE0
		return newFault("wake the modem", BeforePayload, err)
	}
	if err := m.prefer(ctx, "V1"); err != nil { // result codes in words
		return err
	}
	_, refused, lost := m.ask(ctx, "+CMEE=1", m.cfg.Timeouts.Command) // errors by number
	if lost != nil {
		return faultIn("AT+CMEE=1", lost)
	}
	m.numeric = refused == nil
	if err := m.identity.identifyDevice(ctx); err != nil {
		return err
	}
	m.chooseProfile(ctx)
	m.recallSetup()
	for _, command := range slices.Concat(m.profile.Quiet, []string{
		"+CREG=1",  // changes of registration by themselves
		"+CEREG=1", // the same on LTE
		"+CLIP=1",  // who calls
	}, m.profile.Prepare) {
		if err := m.prefer(ctx, command); err != nil {
			return err
		}
	}
	for _, step := range []func(context.Context) error{
		m.switchOn, m.pin.unlock, m.identity.identifySIM, m.awaitMessages, m.enterPDUMode, m.storage.chooseMemory, m.routes.armRouting, m.checkSMSC, m.network.awaitNetwork, m.network.readStatus,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// chooseProfile chooses the profile file made with this model and firmware, or else the
// profile of the family.
func (m *Modem) chooseProfile(ctx context.Context) {
	info := m.Info()
	profile, found := m.certifiedProfile(ctx)
	if !found {
		profile = profileOf(info.Manufacturer, info.Model)
	}
	m.profile, m.fromFile = profile, found
	m.change(func(i *Info) { i.Profile = m.profile.Name })
}

// switchOn switches the radio on (3GPP TS 27.007 8.2) where it is off. Some devices
// start with the radio off, and an interrupted restart may leave it off.
func (m *Modem) switchOn(ctx context.Context) error {
	lines, _, fatal := m.ask(ctx, "+CFUN?", m.cfg.Timeouts.Command)
	if fatal != nil {
		return faultIn("AT+CFUN?", fatal)
	}
	level, _ := find(lines, "+CFUN")
	if fields := split(level); len(fields) == 0 || fields[0] != "0" && fields[0] != "4" {
		return nil
	}
	m.log.InfoContext(ctx, "radio of the modem was off; switched on")
	_, _, fatal = m.ask(ctx, "+CFUN=1", radioTime)
	return faultIn("AT+CFUN=1", fatal)
}

// awaitMessages waits until a device whose profile asks for it accepts commands about
// texts. The device says "SMS Ready" when it does, possibly before the port was opened,
// so its answer to +CPMS? decides.
func (m *Modem) awaitMessages(ctx context.Context) error {
	if !m.profile.AwaitsMessages {
		return nil
	}
	limit := time.Now().Add(m.cfg.Timeouts.SIMBusy)
	for {
		lines, refused, fatal := m.ask(ctx, "+CPMS?", m.limit("+CPMS?"))
		if fatal != nil {
			return faultIn("AT+CPMS?", fatal)
		}
		if _, ok := find(lines, "+CPMS"); ok || refused == nil || !time.Now().Before(limit) {
			return nil
		}
		if err := pause(ctx, plainPause); err != nil {
			return faultIn("AT+CPMS?", err)
		}
	}
}

// pause waits for d or until ctx is done.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// enterPDUMode selects PDU mode (+CMGF=0), which the gateway requires, and the alphabet
// of names and numbers in answers.
func (m *Modem) enterPDUMode(ctx context.Context) error {
	const plain = 5 // a device that is still starting may just say ERROR
	_, refused, fatal := m.askPatiently(ctx, "+CMGF=0", plain)
	if fatal != nil {
		return faultIn("AT+CMGF=0", fatal)
	}
	if refused != nil {
		f := newFault("AT+CMGF=0", BeforePayload, refused)
		if f.Class == Stop || !answered(refused) { // a fault such as a missing SIM names the cause better than ErrNotSMS
			return f
		}
		return newFault("AT+CMGF=0", BeforePayload, fmt.Errorf("%w: %w", ErrNotSMS, refused))
	}
	return m.prefer(ctx, `+CSCS="GSM"`)
}

// checkSMSC reads the number of the service centre, without which every submission
// fails. A device that does not answer +CSCA? is assumed to have a number.
func (m *Modem) checkSMSC(ctx context.Context) error {
	lines, refused, fatal := m.askBusy(ctx, "+CSCA?")
	if fatal != nil {
		return faultIn("AT+CSCA?", fatal)
	}
	arguments, ok := find(lines, "+CSCA")
	if !ok {
		m.log.WarnContext(ctx, "modem does not tell its service centre", "err", refused)
		return nil
	}
	number := ""
	if fields := split(arguments); len(fields) > 0 {
		number = fields[0]
	}
	if strings.Trim(number, "+0 ") == "" {
		f := newFault("AT+CSCA?", BeforePayload, ErrNoSMSC)
		f.Family, f.Code = "CMS", 330 // what the modem would answer to +CMGS
		return f
	}
	m.sender.centre = arguments
	m.change(func(i *Info) { i.SMSC = number })
	return nil
}

// deniedGrace divides Timeouts.Registration: a refusal of the network counts after that
// part of it, because devices report refusals while they look further.
const deniedGrace = 6

// registrationPoll is the interval of registration queries; some devices do not report
// changes.
const registrationPoll = 2 * time.Second

// awaitNetwork waits until a network accepts texts from this SIM.
func (n *network) awaitNetwork(ctx context.Context) error {
	n.enter(Registering)
	start := time.Now()
	var denied time.Time
	for {
		told, err := n.askRegistration(ctx)
		if err != nil {
			return err
		}
		r := n.Info().Registration
		if n.serves(r) || !told {
			return nil
		}
		roaming := n.roamingFault(r)
		if roaming != nil {
			n.change(func(i *Info) { i.LastFault = roaming }) // shows why the modem waits
		}
		if !r.Denied() {
			denied = time.Time{}
		} else if denied.IsZero() {
			denied = time.Now()
		}
		patience := n.cfg.Timeouts.Registration
		switch {
		case !denied.IsZero() && time.Since(denied) >= patience/deniedGrace:
			return newFault("register", BeforePayload, ErrDenied)
		case time.Since(start) >= patience && roaming != nil:
			return roaming
		case time.Since(start) >= patience:
			return newFault("register", BeforePayload, ErrNotRegistered)
		}
		if err := n.awaitChange(ctx, min(registrationPoll, patience/deniedGrace)); err != nil {
			return newFault("register", BeforePayload, err)
		}
	}
}

// awaitChange waits until the registration has changed, for at most d.
func (n *network) awaitChange(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-n.changed:
	case <-n.conn.Lost():
		return n.conn.Err()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// askRegistration asks for both registrations. told is false when the device answers
// neither query.
func (n *network) askRegistration(ctx context.Context) (told bool, err error) {
	for _, name := range []string{"+CREG", "+CEREG"} {
		lines, _, fatal := n.ask(ctx, name+"?", n.cfg.Timeouts.Command)
		if fatal != nil {
			return false, faultIn("AT"+name+"?", fatal)
		}
		if stat, ok := parseRegistration(lines, name); ok {
			n.setRegistration(name, stat)
			told = true
		}
	}
	return told, nil
}

// parseRegistration reads the answer of +CREG?: <n>,<stat>[,…]. An unsolicited change
// among the lines has no <n>; a line with <n> is preferred.
func parseRegistration(lines []string, name string) (RegistrationStatus, bool) {
	stat, found := Unasked, false
	for _, line := range lines {
		arguments, ok := find([]string{line}, name)
		if !ok {
			continue
		}
		fields := split(arguments)
		n, at := -1, 0
		if len(fields) > 1 && len(fields[1]) <= 2 && !strings.HasPrefix(strings.TrimSpace(arguments[strings.IndexByte(arguments, ',')+1:]), `"`) {
			at = 1
		}
		if len(fields) > 0 {
			if v, err := strconv.Atoi(fields[at]); err == nil {
				n = v
			}
		}
		if n >= 0 && (at == 1 || !found) {
			stat, found = RegistrationStatus(n), true
		}
	}
	return stat, found
}

// find returns the arguments of the first line of an answer that begins with
// name and a colon.
func find(lines []string, name string) (arguments string, ok bool) {
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}
