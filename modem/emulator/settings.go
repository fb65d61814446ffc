package emulator

import (
	"slices"
	"strings"
)

// settings are what commands set and a restart resets.
type settings struct {
	echo, verbose bool
	errors        int     // +CMEE
	text          bool    // +CMGF=1
	charset       charset // +CSCS
	service       int     // +CSMS
	cnmi          [5]int
	memory        [3]string      // +CPMS
	smsc          string         // set by +CSCA; empty: the card's
	registration  map[domain]int // mode of +CREG, +CGREG, +CEREG
	operatorForm  int
	link          int  // +CMMS
	header        bool // +CSDH
	submit        submitDefaults
	ring          bool // +CRC
	caller        bool // +CLIP
	phonebook     string
	parameters    map[int]int // S-parameters
}

// defaults are the settings after a start.
func (p Profile) defaults() settings {
	return settings{
		echo:         true,
		verbose:      true,
		charset:      "GSM",
		memory:       [3]string{p.Preferred, p.Preferred, p.Preferred},
		registration: map[domain]int{},
		phonebook:    memorySIM,
		submit:       submitDefaults{firstOctet: 17, validity: 167},
		parameters:   map[int]int{},
	}
}

// submitDefaults are the parameters of +CSMP, 3GPP TS 27.005 3.3.2: the octets
// of a SUBMIT in text mode.
type submitDefaults struct {
	firstOctet, validity, protocol, coding int
}

// commands returns the commands that do nothing but set something.
func (s *settings) commands() map[string]handler {
	return map[string]handler{
		"E":     func(c command) reply { return c.setBool(&s.echo, fail()) },
		"V":     func(c command) reply { return c.setBool(&s.verbose, fail()) },
		"S":     s.parameter,
		"+CMEE": func(c command) reply { return c.setNumber(&s.errors, 2, cmeError(cmeNotAllowed)) },
		"+CSCS": s.characterSet,
		"+CMGF": func(c command) reply { return c.setBool(&s.text, cmsError(cmsNotSupported)) },      // 3GPP TS 27.005 3.2.3
		"+CMMS": func(c command) reply { return c.setNumber(&s.link, 2, cmsError(cmsNotSupported)) }, // 3GPP TS 27.005 3.5.6
		"+CSMP": tested(s.textParameters),
		"+CSDH": func(c command) reply { return c.setFlag(&s.header, "") }, // 3GPP TS 27.005 3.3.3
		"+CRC":  func(c command) reply { return c.setFlag(&s.ring, "") },
		"+CLIP": func(c command) reply { return c.setFlag(&s.caller, ",1") },
	}
}

// setNumber answers a command that sets a number from 0 to most; refused is the
// answer to what is none.
func (c command) setNumber(value *int, most int, refused reply) reply {
	if c.kind == test {
		return okf("%s: %s", c.name, ranges([]int{0, 1, 2}[:most+1]))
	}
	if c.kind == read {
		return okf("%s: %d", c.name, *value)
	}
	given, valid := c.number(0, 0)
	if !valid || given > most {
		return refused
	}
	*value = given
	return ok()
}

// setBool is setNumber for a command that knows 0 and 1.
func (c command) setBool(value *bool, refused reply) reply {
	given := number(*value)
	r := c.setNumber(&given, 1, refused)
	*value = given == 1
	return r
}

// setFlag is setBool for a command that takes everything but 1 for 0; rest follows
// the value in the read form.
func (c command) setFlag(value *bool, rest string) reply {
	if c.kind == test {
		return ok(c.name + ": (0,1)")
	}
	if c.kind == read {
		return okf("%s: %d%s", c.name, number(*value), rest)
	}
	*value = c.string(0) == "1"
	return ok()
}

// parameter answers S, which sets a parameter of ITU-T V.250.
func (s *settings) parameter(c command) reply {
	parameter, valid := c.number(0, 0)
	if !valid || parameter > 255 {
		return fail()
	}
	if c.kind == read {
		return okf("%03d", s.parameters[parameter])
	}
	if c.kind == set {
		value, valid := c.number(1, 0)
		if !valid || value > 255 {
			return fail()
		}
		s.parameters[parameter] = value
	}
	return ok()
}

// characterSet answers +CSCS, 3GPP TS 27.007 5.5.
func (s *settings) characterSet(c command) reply {
	sets := []string{"GSM", "IRA", "UCS2", "HEX", "8859-1", "UTF-8"}
	if c.kind == test {
		return okf(`+CSCS: ("%s")`, strings.Join(sets, `","`))
	}
	if c.kind == read {
		return okf(`+CSCS: "%s"`, s.charset)
	}
	if !slices.Contains(sets, c.string(0)) {
		return cmeError(cmeNotAllowed)
	}
	s.charset = charset(c.string(0))
	return ok()
}

// textParameters answers +CSMP, 3GPP TS 27.005 3.3.2.
func (s *settings) textParameters(c command) reply {
	d := &s.submit
	if c.kind == read {
		return okf("+CSMP: %d,%d,%d,%d", d.firstOctet, d.validity, d.protocol, d.coding)
	}
	changed := *d
	for i, field := range []*int{&changed.firstOctet, &changed.validity, &changed.protocol, &changed.coding} {
		value, valid := c.number(i, *field)
		if !valid || value > 255 {
			return cmsError(cmsInvalidText)
		}
		*field = value
	}
	*d = changed
	return ok()
}

// number is how commands write b.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
