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

// codes sends USSD codes, one at a time.
type codes struct {
	*line
	answers chan string // receives the answers; nil: no code is pending; guarded by mu
}

var (
	// ErrUSSDCode says that a code is invalid: not 1 to 60 digits, * and #.
	ErrUSSDCode = errors.New("not a USSD code")
	// ErrUSSDRefused says that the modem or the network refuses USSD codes.
	ErrUSSDRefused = errors.New("code is not answered here")
	// ErrUSSDTimeout says that the network did not answer in time.
	ErrUSSDTimeout = errors.New("network did not answer the code in time")
)

// maxUSSDCode bounds a code, in characters. The standard allows 182 (3GPP TS 23.038 5).
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

// USSD sends a USSD code such as "*101#" (+CUSD, 3GPP TS 27.007 7.15) and returns the
// answer of the network, of one or several lines. It waits for at most Timeouts.USSD. A
// dialogue that the network continues is cancelled, and so is one that ctx ends. No
// text can be submitted meanwhile. An error is a *Fault, and wraps ErrUSSDCode,
// ErrUSSDRefused or ErrUSSDTimeout in these cases.
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

// askNetwork writes the code in each form that modems accept until one is accepted.
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
		return "", refused // such as no service
	case answered(refused):
		return "", fmt.Errorf("%w: %w", ErrUSSDRefused, refused)
	default: // some modems give OK only after the answer of the network
		return u.salvage(ctx, answers, refused)
	}
	answer, err := u.awaitUSSD(ctx, answers)
	if err != nil {
		u.cancelUSSD(ctx)
		return "", err
	}
	return u.takeUSSD(ctx, answer)
}

// salvage ends a code whose command had no answer of the modem. An answer of the
// network that came meanwhile is returned.
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

// expect sets the channel for USSD answers; nil: answers are dropped.
func (u *codes) expect(answers chan string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.answers = answers
}

// takeAnswer handles the arguments of +CUSD. Messages that the network sends without a
// pending code are dropped.
func (u *codes) takeAnswer(arguments string) {
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

// cancelUSSD ends the dialogue with the network, also when ctx is done. A refusal is
// ignored, because the dialogue may have ended already.
func (u *codes) cancelUSSD(ctx context.Context) {
	if _, _, fatal := u.ask(context.WithoutCancel(ctx), "+CUSD=2", u.cfg.Timeouts.Command); fatal != nil {
		u.log.DebugContext(ctx, "cannot end a dialogue with the network", "err", fatal)
	}
}

// takeUSSD decodes the arguments of +CUSD: <m>[,<str>[,<dcs>]].
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

// parseUSSD splits the arguments of +CUSD. The text may contain quotes; the last quote
// ends it.
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
	case begin == end: // no closing quote
		return mode, rest[begin+1:], dcs
	}
	tail := strings.Trim(rest[end+1:], ", \n")
	if v, err := strconv.ParseUint(tail, 10, 8); err == nil {
		dcs = byte(v)
	}
	return mode, rest[begin+1 : end], dcs
}
