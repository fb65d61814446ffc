package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"goniec/modem/at"
)

// radioTime is how long +CFUN may take: it leaves or looks for a network.
const radioTime = 30 * time.Second

// plainPause is the pause before a device that gave no reason is asked again.
const plainPause = time.Second

// bringUp takes a device from an open port to ready. The order is that which
// most devices survive; what a device refuses is left out where the standard
// lets us, and every step that fails for good ends in a *Fault.
func (m *Modem) bringUp(ctx context.Context) error {
	if err := m.conn.Resync(ctx); err != nil { // AT until OK, ESC once, ATE0
		return newFault("wake the modem", BeforePayload, err)
	}
	if err := m.prefer(ctx, "V1"); err != nil { // result codes in words
		return err
	}
	_, refused, fatal := m.ask(ctx, "+CMEE=1", m.cfg.Timeouts.Command) // errors by number
	if fatal != nil {
		return m.fatal("AT+CMEE=1", fatal)
	}
	m.setup.numeric = refused == nil
	if err := m.identifyDevice(ctx); err != nil {
		return err
	}
	m.chooseProfile(ctx)
	m.recallSetup()
	for _, command := range slices.Concat(m.setup.profile.Quiet, []string{
		"+CREG=1",  // changes of registration by themselves
		"+CEREG=1", // the same on LTE
		"+CLIP=1",  // who calls
	}, m.setup.profile.Prepare) {
		if err := m.prefer(ctx, command); err != nil {
			return err
		}
	}
	for _, step := range []func(context.Context) error{
		m.switchOn, m.unlock, m.identifySIM, m.awaitMessages, m.enterPDUMode, m.chooseMemory, m.armRouting, m.checkSMSC, m.awaitNetwork, m.readStatus,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// chooseProfile chooses the profile by what the device says of itself: that of a
// profile file, else that of its family.
func (m *Modem) chooseProfile(ctx context.Context) {
	info := m.Info()
	profile, found := m.certified(ctx)
	if !found {
		profile = profileOf(info.Manufacturer, info.Model)
	}
	m.setup.profile, m.setup.certified = profile, found
	m.change(func(i *Info) { i.Profile = m.setup.profile.Name })
}

// switchOn switches the radio on (3GPP TS 27.007 8.2) where it is off: some
// devices start so, and a restart that was broken off may leave one so.
func (m *Modem) switchOn(ctx context.Context) error {
	lines, _, fatal := m.ask(ctx, "+CFUN?", m.cfg.Timeouts.Command)
	if fatal != nil {
		return m.fatal("AT+CFUN?", fatal)
	}
	level, _ := find(lines, "+CFUN")
	if fields := split(level); len(fields) == 0 || fields[0] != "0" && fields[0] != "4" {
		return nil
	}
	m.log.InfoContext(ctx, "radio of the modem was off; switched on")
	_, _, fatal = m.ask(ctx, "+CFUN=1", radioTime)
	return m.fatal("AT+CFUN=1", fatal)
}

// awaitMessages waits until a device that needs it is ready for commands about
// texts. It says so ("SMS Ready") when it starts, but may have said it before
// we listened; its memories answer from then on.
func (m *Modem) awaitMessages(ctx context.Context) error {
	if !m.setup.profile.AwaitsMessages {
		return nil
	}
	limit := time.Now().Add(m.cfg.Timeouts.SIMBusy)
	for {
		lines, refused, fatal := m.ask(ctx, "+CPMS?", m.limit("+CPMS?"))
		if fatal != nil {
			return m.fatal("AT+CPMS?", fatal)
		}
		if _, ok := find(lines, "+CPMS"); ok || refused == nil || !time.Now().Before(limit) {
			return nil
		}
		if err := pause(ctx, plainPause); err != nil {
			return m.fatal("AT+CPMS?", err)
		}
	}
}

// prefer runs a command the device is free to refuse.
func (m *Modem) prefer(ctx context.Context, command string) error {
	_, _, fatal := m.ask(ctx, command, m.cfg.Timeouts.Command)
	return m.fatal("AT"+command, fatal)
}

// fatal makes a *Fault of an error after which bring-up cannot go on.
func (m *Modem) fatal(op string, err error) error {
	if err == nil {
		return nil
	}
	return newFault(op, BeforePayload, err)
}

// askBusy is ask for commands that some devices answer with a plain ERROR for some
// seconds after power-on: those get two more tries.
func (m *Modem) askBusy(ctx context.Context, command string) (lines []string, refused, fatal error) {
	return m.askPatiently(ctx, command, 2)
}

// askPatiently asks again at most plain times after an ERROR without a reason, within
// Timeouts.SIMBusy.
func (m *Modem) askPatiently(ctx context.Context, command string, plain int) (lines []string, refused, fatal error) {
	limit := time.Now().Add(m.cfg.Timeouts.SIMBusy)
	for ; ; plain-- {
		lines, refused, fatal = m.ask(ctx, command, m.limit(command))
		var answer *at.Error
		if fatal != nil || !errors.As(refused, &answer) || answer.Family != "" || plain <= 0 || !time.Now().Before(limit) {
			return lines, refused, fatal
		}
		if err := pause(ctx, plainPause); err != nil {
			return nil, err, err
		}
	}
}

// bareAnswer is how long to wait for the OK of an answer that may have none.
const bareAnswer = 5 * time.Second

// limit returns how long a command may take. Behind +CPIN and +CPMS some devices
// leave the OK out; their answer counts without it.
func (m *Modem) limit(command string) time.Duration {
	if strings.HasPrefix(command, "+CPIN?") || strings.HasPrefix(command, "+CPMS") {
		return min(m.cfg.Timeouts.Command, bareAnswer)
	}
	return m.cfg.Timeouts.Command
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

// enterPDUMode selects PDU mode (+CMGF=0), without which there is nothing we
// can do with a device, and the alphabet of names and numbers in answers.
func (m *Modem) enterPDUMode(ctx context.Context) error {
	const plain = 5 // a device that is still starting may just say ERROR
	_, refused, fatal := m.askPatiently(ctx, "+CMGF=0", plain)
	if fatal != nil {
		return m.fatal("AT+CMGF=0", fatal)
	}
	if refused != nil {
		f := newFault("AT+CMGF=0", BeforePayload, refused)
		if f.Class == Stop || !answered(refused) { // no SIM, say: that explains it better
			return f
		}
		return newFault("AT+CMGF=0", BeforePayload, fmt.Errorf("%w: %w", ErrNotSMS, refused))
	}
	return m.prefer(ctx, `+CSCS="GSM"`)
}

// checkSMSC reads the number of the service centre, without which every
// submission would fail. A device that does not tell it is believed to know.
func (m *Modem) checkSMSC(ctx context.Context) error {
	lines, refused, fatal := m.askBusy(ctx, "+CSCA?")
	if fatal != nil {
		return m.fatal("AT+CSCA?", fatal)
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
	m.setup.smsc = arguments
	m.change(func(i *Info) { i.SMSC = number })
	return nil
}

// deniedGrace is the part of Timeouts.Registration for which a refusal of the
// network is not yet believed: devices report one while they look further.
const deniedGrace = 6

// registrationPoll is how often registration is asked for by a device that may
// not report changes.
const registrationPoll = 2 * time.Second

// awaitNetwork waits until a network takes texts from us.
func (m *Modem) awaitNetwork(ctx context.Context) error {
	m.enter(Registering)
	start := time.Now()
	var denied time.Time
	for {
		told, err := m.askRegistration(ctx)
		if err != nil {
			return err
		}
		r := m.Info().Registration
		if m.serves(r) || !told {
			return nil
		}
		roaming := m.roamingFault(r)
		if roaming != nil {
			m.change(func(i *Info) { i.LastFault = roaming }) // says why it waits
		}
		if !r.Denied() {
			denied = time.Time{}
		} else if denied.IsZero() {
			denied = time.Now()
		}
		patience := m.cfg.Timeouts.Registration
		switch {
		case !denied.IsZero() && time.Since(denied) >= patience/deniedGrace:
			return newFault("register", BeforePayload, ErrDenied)
		case time.Since(start) >= patience && roaming != nil:
			return roaming
		case time.Since(start) >= patience:
			return newFault("register", BeforePayload, ErrNotRegistered)
		}
		if err := m.awaitChange(ctx, min(registrationPoll, patience/deniedGrace)); err != nil {
			return newFault("register", BeforePayload, err)
		}
	}
}

// awaitChange waits until the registration has changed, for at most d.
func (m *Modem) awaitChange(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-m.signal:
	case <-m.conn.Lost():
		return m.conn.Err()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// askRegistration asks for both registrations; told is false when the device
// tells neither.
func (m *Modem) askRegistration(ctx context.Context) (told bool, err error) {
	for _, name := range []string{"+CREG", "+CEREG"} {
		lines, _, fatal := m.ask(ctx, name+"?", m.cfg.Timeouts.Command)
		if fatal != nil {
			return false, m.fatal("AT"+name+"?", fatal)
		}
		if stat, ok := parseRegistration(lines, name); ok {
			m.registered(name, stat)
			told = true
		}
	}
	return told, nil
}

// parseRegistration reads the answer of +CREG?: <n>,<stat>[,…]. A change that
// came in between has no <n>; a line with both is preferred.
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
