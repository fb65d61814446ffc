package at

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var (
	// ErrTimeout is returned when the modem did not answer in time. The dialogue is
	// then out of step.
	ErrTimeout = errors.New("modem did not answer in time")
	// errOutOfStep is returned for every command after one that ended without
	// its answer, until Resync has brought the dialogue back in step. Nothing
	// has been written to the port.
	errOutOfStep = errors.New("dialogue is out of step")
	// ErrLost is returned when the port is gone: unplugged, hung up, or blocked so that
	// a write did not finish. The Conn cannot be used again.
	ErrLost = errors.New("port is gone")
	// errClosed is returned after Close.
	errClosed = errors.New("dialogue is closed")
	// ErrNoise accompanies ErrTimeout when the received octets were not text, as with a
	// wrong baud rate.
	ErrNoise = errors.New("port carries noise")
	// errTooLong is returned when an answer exceeds maxAnswer.
	errTooLong = errors.New("answer has no end")
	// errNoPrompt is returned by Submit when the modem ended +CMGS without
	// asking for the payload; nothing has been sent.
	errNoPrompt = errors.New("modem gave no prompt")
	// ErrInvalid is returned for a command with characters other than printable ASCII.
	// Nothing has been written.
	ErrInvalid = errors.New("command is not printable ASCII")
)

// Error is a final result code that refuses a command. It is an answer: the dialogue
// stays in step.
type Error struct {
	Family string // "CMS" or "CME"; empty for ERROR and the like
	Code   int    // 3GPP TS 27.005 3.2.5 or 27.007 9.2; -1 when not numeric
	Text   string // text of the modem without the family
}

func (e *Error) Error() string {
	switch {
	case e.Family == "":
		return "modem answered " + e.Text
	case e.Code >= 0:
		return fmt.Sprintf("modem answered +%s ERROR: %d", e.Family, e.Code)
	default:
		return fmt.Sprintf("modem answered +%s ERROR: %s", e.Family, e.Text)
	}
}

// parseError reads a trimmed final line that refuses a command.
func parseError(line string) *Error {
	for _, family := range []string{"CMS", "CME"} {
		rest, ok := strings.CutPrefix(line, "+"+family+" ERROR")
		if !ok {
			continue
		}
		rest = strings.TrimSpace(strings.TrimPrefix(rest, ":"))
		code, err := strconv.Atoi(rest)
		if err != nil || code < 0 {
			code = -1
		}
		return &Error{Family: family, Code: code, Text: rest}
	}
	return &Error{Code: -1, Text: line}
}
