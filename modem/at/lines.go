package at

import "strings"

// maxLine is the longest line kept, in octets. A +CMGR line of the longest PDU has 352
// characters, a +CPMS=? answer a few hundred.
const maxLine = 8 << 10

// notice describes one unsolicited result code.
type notice struct {
	name    string
	pduNext bool // a line with a PDU follows
	always  bool // never the answer to a command
}

// notices are the unsolicited result codes that begin with '+'; other lines with '+'
// are answers. Vendor codes (^RSSI:, *ISIMAID:) need no entry.
var notices = [...]notice{
	{name: "+CMTI", always: true},
	{name: "+CMT", pduNext: true, always: true},
	{name: "+CDSI", always: true},
	{name: "+CDS", pduNext: true, always: true},
	{name: "+CBMI", always: true},
	{name: "+CBM", pduNext: true, always: true},
	{name: "+CUSD", always: true},
	{name: "+CREG"}, {name: "+CGREG"}, {name: "+CEREG"}, {name: "+C5GREG"},
	{name: "+CPIN"}, {name: "+CSQ"}, {name: "+CFUN"},
	{name: "+CIEV", always: true}, {name: "+CGEV", always: true},
	{name: "+CRING", always: true}, {name: "+CLIP"}, {name: "+CCWA"}, {name: "+COLP"},
	{name: "+CSSI", always: true}, {name: "+CSSU", always: true},
	{name: "+CTZV", always: true}, {name: "+CTZE", always: true}, {name: "+CTZDST", always: true},
	{name: "+NITZ", always: true}, {name: "+CNSMOD"}, {name: "+CNEMIU"},
	{name: "+QIND", always: true}, {name: "+QUSIM", always: true}, {name: "+QLWURC", always: true},
	{name: "+QNITZ", always: true}, {name: "+QSIMSTAT"}, {name: "+QPSMTIMER"},
	{name: "+ZUSIMR", always: true}, {name: "+ZDONR", always: true}, {name: "+ZPASR", always: true},
	{name: "+ZEND", always: true}, {name: "+WIND"}, {name: "+STIN"}, {name: "+SIM"},
	{name: "+PBREADY", always: true}, {name: "+PACSP0", always: true}, {name: "+SMSFULL", always: true},
}

// greets reports whether the line is the first of a modem that has started.
func (n notice) greets() bool {
	return n.name == "RDY" || n.name == "^SYSSTART" || n.name == "*ATREADY"
}

// phrases are the beginnings of unsolicited lines without a colon.
var phrases = [...]string{
	"RDY", "RING", "SMS READY", "CALL READY", "PB DONE", "SMS DONE", "SMS FULL",
	"POWERED DOWN", "NORMAL POWER DOWN", "UNDER-VOLTAGE", "OVER-VOLTAGE", "DST:",
}

// findNotice returns the unsolicited result code of a line. command is the name of the
// running command ("+CREG"), whose answers are not unsolicited.
func findNotice(line, command string) (notice, bool) {
	name, _, colon := strings.Cut(line, ":")
	switch {
	case line == "":
		return notice{}, false
	case line[0] == '+':
		for _, n := range notices {
			if n.name == name && (colon || n.name == line) && (n.always || name != command) {
				return n, true
			}
		}
		return notice{}, false
	case strings.IndexByte("^*%$#", line[0]) >= 0:
		if len(name) < 2 || !isUpper(name[1]) || name == command {
			return notice{}, false
		}
		return notice{name: name}, true
	}
	for _, p := range phrases {
		if len(line) >= len(p) && strings.EqualFold(line[:len(p)], p) {
			return notice{name: p}, true
		}
	}
	return notice{}, false
}

func isUpper(b byte) bool { return b >= 'A' && b <= 'Z' }

// refusals are final lines of vendors in place of ERROR.
var refusals = [...]string{
	"COMMAND NOT SUPPORT", "COMMAND NOT SUPPORTED", "NOT SUPPORTED", "OPERATION NOT SUPPORTED",
	"TOO MANY PARAMETERS", "INVALID COMMAND", "ABORTED", "ABORT",
}

// normaliseFinal returns the standard form of a final line, which package at of
// warthog618/modem requires. basic says that the command is one of V.250 without '+',
// which a modem may answer with a digit (ATV0).
func normaliseFinal(line string, basic bool) (string, bool) {
	switch {
	case line == "OK", strings.HasPrefix(line, "ERROR"):
		return line, true
	case strings.HasPrefix(line, "+CMS ERROR"), strings.HasPrefix(line, "+CME ERROR"):
		rest := strings.TrimSpace(strings.TrimPrefix(line[len("+CMS ERROR"):], ":"))
		return line[:len("+CMS ERROR")] + ": " + rest, true
	case basic && line == "0":
		return "OK", true
	case basic && line == "4":
		return "ERROR", true
	}
	for _, r := range refusals {
		if strings.EqualFold(line, r) {
			return "ERROR", true
		}
	}
	return "", false
}

// commandName returns the name of a command, with which its answers begin.
func commandName(command string) string {
	if i := strings.IndexAny(command, "=?"); i >= 0 {
		return command[:i]
	}
	return command
}

// validCommand reports whether command is printable ASCII: CR would end it, Ctrl-Z
// would send a message, ESC would cancel one.
func validCommand(command string) bool {
	for i := range len(command) {
		if command[i] < ' ' || command[i] > '~' {
			return false
		}
	}
	return true
}

// decodeHex decodes a line of hexadecimal digits, at least one octet.
func decodeHex(line string) ([]byte, bool) {
	if len(line) == 0 || len(line)%2 != 0 {
		return nil, false
	}
	out := make([]byte, len(line)/2)
	for i := range out {
		hi, ok1 := hexDigit(line[2*i])
		lo, ok2 := hexDigit(line[2*i+1])
		if !ok1 || !ok2 {
			return nil, false
		}
		out[i] = hi<<4 | lo
	}
	return out, true
}

func hexDigit(b byte) (byte, bool) {
	switch {
	case b >= '0' && b <= '9':
		return b - '0', true
	case b >= 'A' && b <= 'F':
		return b - 'A' + 10, true
	case b >= 'a' && b <= 'f':
		return b - 'a' + 10, true
	}
	return 0, false
}

// trim removes blanks and control characters from both ends of a line, and keeps
// multi-byte characters whole.
func trim(line []byte) []byte {
	blank := func(b byte) bool { return b <= ' ' || b == 0x7f }
	for len(line) > 0 && blank(line[0]) {
		line = line[1:]
	}
	for len(line) > 0 && blank(line[len(line)-1]) {
		line = line[:len(line)-1]
	}
	return line
}
