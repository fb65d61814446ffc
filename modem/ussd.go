package modem

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"goniec/modem/at"
)

// codes asks the network USSD codes, one at a time.
type codes struct {
	*line
	answers chan string // receives what the network answers; nil: nobody has asked; guarded by mu
}

var (
	// ErrUSSDCode says that a code is no USSD code: digits, * and #, at most
	// maxUSSDCode of them.
	ErrUSSDCode = errors.New("not a USSD code")
	// ErrUSSDRefused says that the modem or the network does not answer codes.
	ErrUSSDRefused = errors.New("code is not answered here")
	// ErrUSSDTimeout says that the network gave no answer in time.
	ErrUSSDTimeout = errors.New("network did not answer the code in time")
)

// maxUSSDCode bounds a code; the standard allows 182 characters (3GPP TS
// 23.038 5), people type a dozen.
const maxUSSDCode = 60

// <m> of +CUSD (3GPP TS 27.007 7.15).
const (
	ussdDone         = 0
	ussdAnswerWanted = 1
	ussdEnded        = 2 // by the network
	ussdElsewhere    = 3 // another client has answered
	ussdUnsupported  = 4
	ussdTimeout      = 5
)

// USSD asks the network a code such as "*101#" (+CUSD, 3GPP TS 27.007 7.15) and
// returns its answer, of one line or several. It waits for Timeouts.USSD at
// most. A dialogue that the network would go on with is ended, and so is one
// that ctx cuts short. Nothing can be submitted meanwhile. Errors are *Fault
// and wrap ErrUSSDCode, ErrUSSDRefused or ErrUSSDTimeout where they are that.
func (m *Modem) USSD(ctx context.Context, code string) (string, error) {
	if !m.open {
		return "", newFault("USSD", BeforePayload, ErrNotOpen)
	}
	if !validUSSD(code) {
		return "", newFault("USSD", BeforePayload, fmt.Errorf("%w: %q", ErrUSSDCode, code))
	}
	text, err := m.codes.askNetwork(ctx, code)
	if err != nil {
		return "", m.note(newFault("USSD", BeforePayload, err))
	}
	return text, nil
}

func validUSSD(code string) bool {
	return code != "" && len(code) <= maxUSSDCode && strings.Trim(code, "0123456789*#") == ""
}

// askNetwork writes the code in the forms that modems take, until one does.
func (u *codes) askNetwork(ctx context.Context, code string) (string, error) {
	answers := make(chan string, 1)
	u.expect(answers)
	defer u.expect(nil)
	plain, packed := code, strings.ToUpper(hex.EncodeToString(packUSSD(code)))
	forms := []string{`"` + plain + `",15`, `"` + packed + `",15`, `"` + plain + `"`}
	if u.profile.PackedUSSD {
		forms[0], forms[1] = forms[1], forms[0]
	}
	var refused error
	for _, form := range forms {
		_, refused = u.command(ctx, "+CUSD=1,"+form, u.cfg.Timeouts.USSD)
		if refused == nil || !answered(refused) {
			break
		}
	}
	switch {
	case refused == nil:
	case answered(refused) && newFault("", BeforePayload, refused).Blame() == Network:
		return "", refused // no service, say
	case answered(refused):
		return "", fmt.Errorf("%w: %w", ErrUSSDRefused, refused)
	default: // the modem keeps its OK until the network has answered, if it does
		return u.salvage(ctx, answers, refused)
	}
	answer, err := u.awaitUSSD(ctx, answers)
	if err != nil {
		u.cancelUSSD(ctx)
		return "", err
	}
	return u.takeUSSD(ctx, answer)
}

// salvage ends a code whose command had no answer. What the network said
// meanwhile counts all the same.
func (u *codes) salvage(ctx context.Context, answers <-chan string, cause error) (string, error) {
	if errors.Is(cause, at.ErrTimeout) {
		if err := u.conn.Resync(ctx); err != nil {
			return "", err
		}
		select {
		case answer := <-answers:
			return u.takeUSSD(ctx, answer)
		default:
		}
		u.cancelUSSD(ctx)
		return "", fmt.Errorf("%w: %w", ErrUSSDTimeout, cause)
	}
	return "", cause
}

// expect has answers to codes put into a channel; nil: they are dropped.
func (u *codes) expect(answers chan string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.answers = answers
}

// networkSaid takes the arguments of +CUSD. Where nobody has asked the network
// speaks of its own accord, and nobody listens.
func (u *codes) networkSaid(arguments string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.answers == nil {
		return
	}
	select {
	case u.answers <- arguments:
	default: // one answer is enough
	}
}

func (u *codes) awaitUSSD(ctx context.Context, answers <-chan string) (string, error) {
	waiting, cancel := context.WithTimeoutCause(ctx, u.cfg.Timeouts.USSD, ErrUSSDTimeout)
	defer cancel()
	select {
	case answer := <-answers:
		return answer, nil
	case <-u.conn.Lost():
		return "", u.conn.Err()
	case <-waiting.Done():
		return "", context.Cause(waiting)
	}
}

// cancelUSSD ends the dialogue with the network. It may have ended already, so
// a refusal says nothing; and it is due when ctx is done, too.
func (u *codes) cancelUSSD(ctx context.Context) {
	if _, _, fatal := u.ask(context.WithoutCancel(ctx), "+CUSD=2", u.cfg.Timeouts.Command); fatal != nil {
		u.log.DebugContext(ctx, "cannot end a dialogue with the network", "err", fatal)
	}
}

// takeUSSD reads the arguments of +CUSD: <m>[,<str>[,<dcs>]].
func (u *codes) takeUSSD(ctx context.Context, arguments string) (string, error) {
	mode, text, dcs := parseUSSD(arguments)
	if mode == ussdAnswerWanted {
		u.cancelUSSD(ctx)
	}
	switch answer := decodeUSSD(text, dcs, u.profile.PackedUSSD); {
	case mode == ussdUnsupported:
		return "", ErrUSSDRefused
	case mode == ussdTimeout:
		return "", ErrUSSDTimeout
	case answer != "":
		return answer, nil
	case mode == ussdEnded || mode == ussdElsewhere:
		return "", fmt.Errorf("%w: the network ended the dialogue", ErrUSSDRefused)
	default:
		return "", nil
	}
}

// parseUSSD takes the arguments of +CUSD apart. The text may contain anything,
// quotes too; the last quote ends it.
func parseUSSD(arguments string) (mode int, text string, dcs byte) {
	first, rest, _ := strings.Cut(arguments, ",")
	mode, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		mode = ussdDone
	}
	dcs = defaultUSSDCoding
	begin, end := strings.IndexByte(rest, '"'), strings.LastIndexByte(rest, '"')
	switch {
	case begin < 0:
		return mode, strings.TrimSpace(rest), dcs
	case begin == end: // it was never closed
		return mode, rest[begin+1:], dcs
	}
	tail := strings.Trim(rest[end+1:], ", \n")
	if v, err := strconv.ParseUint(tail, 10, 8); err == nil {
		dcs = byte(v)
	}
	return mode, rest[begin+1 : end], dcs
}
