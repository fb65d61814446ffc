package emulator

import "fmt"

// replyKind is how a command ends.
type replyKind int

const (
	replyOK replyKind = iota
	replyError
	replyCME
	replyCMS
	replyPrompt    // a payload is asked for
	replyWait      // dialogue.finish is called later
	replySilent    // there is no final result
	replyNoCarrier // there is no call
)

// reply is the outcome of a command.
type reply struct {
	lines  []string
	kind   replyKind
	code   int
	accept func(payload []byte) reply // with replyPrompt
	then   func()                     // runs after the final result
}

func ok(lines ...string) reply { return reply{lines: lines} }

// okThen is OK; then runs after the final result.
func okThen(then func()) reply { return reply{then: then} }

func okf(format string, args ...any) reply { return ok(fmt.Sprintf(format, args...)) }

// silent is the end of a command without any answer.
func silent() reply { return reply{kind: replySilent} }

func fail() reply { return reply{kind: replyError} }

func cmeError(code int) reply { return reply{kind: replyCME, code: code} }

func cmsError(code int) reply { return reply{kind: replyCMS, code: code} }

// Error numbers of 3GPP TS 27.007 9.2.
const (
	cmeNotAllowed    = 3
	cmeNotSupported  = 4
	cmeNoSIM         = 10
	cmeSIMPIN        = 11
	cmeSIMPUK        = 12
	cmeSIMBusy       = 14
	cmeWrongPassword = 16
	cmeInvalidIndex  = 21
	cmeNotFound      = 22
	cmeNoService     = 30
	cmeUnknown       = 100
)

// Error numbers of 3GPP TS 27.005 3.2.5.
const (
	cmsNotAllowed     = 302
	cmsNotSupported   = 303
	cmsInvalidPDU     = 304
	cmsInvalidText    = 305
	cmsNoSIM          = 310
	cmsSIMPIN         = 311
	cmsSIMBusy        = 314
	cmsSIMPUK         = 316
	cmsMemoryFailure  = 320
	cmsInvalidIndex   = 321
	cmsMemoryFull     = 322
	cmsSMSCUnknown    = 330
	cmsNoService      = 331
	cmsNetworkTimeout = 332
	cmsNoCNMA         = 340
	cmsUnknown        = 500
)

// errorText returns the final result code of a reply, in the form that +CMEE asks
// for (3GPP TS 27.007 9.1). +CMS ERROR has its number even with +CMEE=0.
func (r reply) errorText(form int) string {
	switch {
	case r.kind == replyCMS && form == 2:
		return "+CMS ERROR: " + describe(cmsTexts(), r.code)
	case r.kind == replyCMS:
		return fmt.Sprintf("+CMS ERROR: %d", r.code)
	case r.kind == replyCME && form == 2:
		return "+CME ERROR: " + describe(cmeTexts(), r.code)
	case r.kind == replyCME && form == 1:
		return fmt.Sprintf("+CME ERROR: %d", r.code)
	}
	return "ERROR"
}

func describe(texts map[int]string, code int) string {
	if text, known := texts[code]; known {
		return text
	}
	return fmt.Sprint(code)
}

func cmeTexts() map[int]string {
	return map[int]string{
		cmeNotAllowed:    "operation not allowed",
		cmeNotSupported:  "operation not supported",
		cmeNoSIM:         "SIM not inserted",
		cmeSIMPIN:        "SIM PIN required",
		cmeSIMPUK:        "SIM PUK required",
		cmeSIMBusy:       "SIM busy",
		cmeWrongPassword: "incorrect password",
		cmeInvalidIndex:  "invalid index",
		cmeNotFound:      "not found",
		cmeNoService:     "no network service",
	}
}

func cmsTexts() map[int]string {
	return map[int]string{
		1:                 "unassigned (unallocated) number",
		10:                "call barred",
		21:                "short message transfer rejected",
		38:                "network out of order",
		41:                "temporary failure",
		42:                "congestion",
		cmsNotAllowed:     "operation not allowed",
		cmsNotSupported:   "operation not supported",
		cmsInvalidPDU:     "invalid PDU mode parameter",
		cmsInvalidText:    "invalid text mode parameter",
		cmsNoSIM:          "SIM not inserted",
		cmsSIMPIN:         "SIM PIN required",
		cmsSIMBusy:        "SIM busy",
		cmsSIMPUK:         "SIM PUK required",
		cmsMemoryFailure:  "memory failure",
		cmsInvalidIndex:   "invalid memory index",
		cmsMemoryFull:     "memory full",
		cmsSMSCUnknown:    "SMSC address unknown",
		cmsNoService:      "no network service",
		cmsNetworkTimeout: "network timeout",
		cmsNoCNMA:         "no +CNMA acknowledgement expected",
		cmsUnknown:        "unknown error",
	}
}
