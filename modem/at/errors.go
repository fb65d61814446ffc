package at

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var (
	// ErrTimeout is returned when the modem did not answer in time. The
	// dialogue is out of step from then on; see errOutOfStep.
	ErrTimeout = errors.New("modem did not answer in time")
	// errOutOfStep is returned for every command after one that ended without
	// its answer, until Resync has brought the dialogue back in step. Nothing
	// has been written to the port.
	errOutOfStep = errors.New("dialogue is out of step")
	// ErrLost is returned when the port is gone: unplugged, hung up, or so
	// stuck that a write did not get through. The Conn is of no more use.
	ErrLost = errors.New("port is gone")
	// errClosed is returned after Close.
	errClosed = errors.New("dialogue is closed")
	// ErrNoise accompanies ErrTimeout when what came instead of an answer was
	// no text, as with a wrong baud rate.
	ErrNoise = errors.New("port carries noise")
	// errTooLong is returned when an answer exceeded what any command can give.
	errTooLong = errors.New("answer has no end")
	// errNoPrompt is returned by Submit when the modem ended +CMGS without
	// asking for the payload; nothing has been sent.
	errNoPrompt = errors.New("modem gave no prompt")
	// ErrInvalid is returned for a command that contains control characters or
	// anything else that is not printable ASCII. Nothing has been written.
	ErrInvalid = errors.New("command is not printable ASCII")
)

// Error is a final result code by which the modem refused a command. It is a
// normal answer: the dialogue stays in step.
type Error struct {
	Family string // "CMS" or "CME"; empty for ERROR and the like
	Code   int    // 3GPP TS 27.005 3.2.5 or 27.007 9.2; -1 when not numeric
	Text   string // what the modem wrote, without its family
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

// parseError reads a final line that refuses a command; line is as the modem
// wrote it, trimmed.
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
