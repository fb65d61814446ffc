package configs

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/nyaruka/phonenumbers"

	"goniec/catalogue"
)

// Calls says what becomes of calls; nothing answers them.
type Calls struct {
	HangUpAfter int    `mapstructure:"hang_up_after"` // rings; 0: it rings until the caller gives up
	Text        string `mapstructure:"text"`          // to who called, at most once a day; empty: none
}

// Credit says how the balance of a SIM is asked for.
type Credit struct {
	Code       string        `mapstructure:"code"`    // USSD, or CreditAuto; empty: it is not
	Pattern    string        `mapstructure:"pattern"` // finds the amount in the answer; empty: the general way
	AlarmBelow int           `mapstructure:"alarm_below"`
	Every      time.Duration `mapstructure:"every"`
}

// CreditAuto as Credit.Code takes the code of the SIM's operator.
const CreditAuto = "auto"

// SelfTest says how often a modem tries whether texts arrive.
type SelfTest struct {
	Every    time.Duration `mapstructure:"every"`     // of each modem; 0: only when somebody asks for it
	To       string        `mapstructure:"to"`        // a number in E.164; empty: the next modem
	Wait     time.Duration `mapstructure:"wait"`      // for the text to be accepted, and then to arrive
	PerMonth int           `mapstructure:"per_month"` // parts of all modems together
}

// The limits of values that are numbers or lengths of time.
const (
	maxRings       = 20
	maxAlarmBelow  = 1_000_000
	maxTests       = 10_000
	minTestEvery   = 15 * time.Minute
	minTestWait    = time.Minute
	maxTestWait    = 24 * time.Hour
	minCreditEvery = time.Hour
	maxCareEvery   = 31 * 24 * time.Hour
)

func (k *checker) calls(c Calls, maxParts int) {
	k.number("calls.hang_up_after", c.HangUpAfter, 0, maxRings)
	const inPart = 67 // units of a part of a long text in UCS-2, the least that fits
	switch length, most := len(utf16.Encode([]rune(c.Text))), inPart*min(max(maxParts, 1), MaxParts); {
	case c.Text != "" && strings.TrimSpace(c.Text) == "":
		k.add("calls.text", c.Text, say(catalogue.ConfigBlank), say(catalogue.ConfigBlankRemedy))
	case length > most:
		k.add("calls.text", "", say(catalogue.ConfigTextTooLong, length), say(catalogue.ConfigTextTooLongRemedy, most))
	}
}

func (k *checker) selfTest(t SelfTest) {
	if t.Every != 0 {
		k.duration("self_test.every", t.Every, minTestEvery, maxCareEvery)
	}
	k.phone("self_test.to", t.To)
	k.duration("self_test.wait", t.Wait, minTestWait, maxTestWait)
	k.number("self_test.per_month", t.PerMonth, 1, maxTests)
}

func (k *checker) credit(at string, c Credit) {
	if c.Code != "" && c.Code != CreditAuto && !regexp.MustCompile(`^[*#][0-9*#]{0,58}#$`).MatchString(c.Code) {
		k.add(at+".code", c.Code, say(catalogue.ConfigUSSD, c.Code), say(catalogue.ConfigUSSDRemedy))
	}
	if _, err := regexp.Compile(c.Pattern); err != nil {
		k.add(at+".pattern", c.Pattern, say(catalogue.ConfigPattern, reasonOf(err)), say(catalogue.ConfigPatternRemedy))
	}
	k.number(at+".alarm_below", c.AlarmBelow, 0, maxAlarmBelow)
	k.duration(at+".every", c.Every, minCreditEvery, maxCareEvery)
}

// reasonOf strips what package regexp says about itself from its errors.
func reasonOf(err error) string { return strings.TrimPrefix(err.Error(), "error parsing regexp: ") }

// phone checks a number that we are to write to, if one is given.
func (k *checker) phone(key, written string) {
	if written == "" {
		return
	}
	number, err := phonenumbers.Parse(written, "")
	if !regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`).MatchString(written) || err != nil || !phonenumbers.IsValidNumber(number) {
		k.add(key, written, say(catalogue.ConfigPhone, written), say(catalogue.ConfigPhoneRemedy))
	}
}
