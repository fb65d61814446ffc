package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"goniec/access"
	"goniec/api/client"
	"goniec/catalogue"
)

// Modems is what the API shows of the gateway.
type Modems interface {
	// Modems returns the state of every modem, in the order of the
	// configuration. Of a LastError and the Alarms it sets Code, Cause and At;
	// the words are the API's, by the codes below.
	Modems() []client.Modem
	// Restart closes a modem and brings it up again, without waiting until it
	// is. It returns ErrNoModem for a name that no modem has.
	Restart(ctx context.Context, name string) error
	// Test has a modem try whether texts arrive, without waiting for the
	// result. It returns ErrNoModem, ErrModemNotReady or one of ErrTest….
	Test(ctx context.Context, name string) error
	// Trace returns the dialogue with a modem, masked, but for its lines up to
	// number after. It returns ErrNoModem for a name that no modem has.
	Trace(name string, after uint64) (client.Trace, error)
	// USSD asks the network a code through a modem, which carries nothing else
	// meanwhile. It returns ErrNoModem, ErrModemNotReady, ErrCodeRefused,
	// ErrNetworkSilent or ErrModemFailed.
	USSD(ctx context.Context, name, code string) (string, error)
}

// ErrNoModem is returned by Modems for a name that no modem has.
var ErrNoModem = errors.New("no modem of this name")

// The codes of a modem's last error and of its alarms that have words in the catalogue. Any other
// code gets general ones.
const (
	ModemAbsent             = "modem_absent"        // the port is not there
	ModemPortBusy           = "modem_port_busy"     // another program has it
	ModemPortDenied         = "modem_port_denied"   // no permission to open it
	ModemNotAModem          = "modem_not_a_modem"   // something answers, but not as a modem
	ModemSilent             = "modem_silent"        // nothing answers
	ModemSIMMissing         = "sim_missing"         // no card
	ModemSIMPIN             = "sim_pin_required"    // the card asks for its PIN and none is configured
	ModemSIMPINWrong        = "sim_pin_wrong"       // the card refused the PIN; it is not tried again
	ModemSIMPUK             = "sim_puk_required"    // the card is blocked
	ModemSIMFailure         = "sim_failure"         // the card does not work
	ModemNotRegistered      = "not_registered"      // no network
	ModemRegistrationDenied = "registration_denied" // the network refuses the card
	ModemStorageFull        = "sim_storage_full"    // no place for received texts
	ModemRefused            = "network_refused"     // the network refuses to send
	ModemRoaming            = "roaming_refused"     // the network is not the SIM's own, and roaming is not allowed
	ModemNoCentre           = "no_service_centre"   // the card knows no service centre
	ModemOther              = "other_modem"         // another modem than the configured one is at the port
	ModemStore              = "store_failed"        // what it carries cannot be written to disk
	ModemStorageFilling     = "storage_filling"     // an alarm: nearly no place for received texts
	ModemOut                = "out_of_service"      // an alarm: nothing has been sent for minutes
	ModemCannotReceive      = "cannot_receive"      // an alarm: texts that come in cannot be read
	ModemWeakSignal         = "weak_signal"         // an alarm
	ModemSameIMEI           = "same_imei"           // an alarm: two modems say the same number
	ModemNoCredit           = "no_credit"           // texts are refused, and the card has no credit
	ModemCreditLow          = "credit_low"          // an alarm: less credit than is wanted
	ModemCreditUnknown      = "credit_unknown"      // an alarm: the credit cannot be read for days
	ModemTestNotSent        = "self_test_not_sent"  // an alarm: the network took no text
	ModemTestNoReport       = "self_test_no_report" // an alarm: no delivery report came
	ModemTestLost           = "self_test_lost"      // an alarm: what was taken did not arrive
	ModemError              = "modem_error"         // anything else
)

// ModemCodes lists the codes that have words.
func ModemCodes() []string {
	return []string{
		ModemAbsent, ModemPortBusy, ModemPortDenied, ModemNotAModem, ModemSilent, ModemSIMMissing, ModemSIMPIN, ModemSIMPINWrong,
		ModemSIMPUK, ModemSIMFailure, ModemNotRegistered, ModemRegistrationDenied, ModemStorageFull, ModemRefused,
		ModemRoaming, ModemNoCentre, ModemOther, ModemStore, ModemStorageFilling, ModemOut, ModemCannotReceive, ModemWeakSignal, ModemSameIMEI,
		ModemNoCredit, ModemCreditLow, ModemCreditUnknown, ModemTestNotSent, ModemTestNoReport, ModemTestLost, ModemError,
	}
}

type (
	modemsOutput struct {
		Body client.Page[client.Modem]
	}
	modemInput struct {
		Name string `path:"name" maxLength:"64" example:"sim-a" doc:"The name of the modem in the configuration."`
	}
	modemOutput struct {
		Body client.Modem
	}
)

func (s *Server) registerModems() {
	s.registerDialogue()
	register(s, s.newOperation(operation{
		id: "listModems", method: http.MethodGet, path: "/v1/modems", tag: tagModems, scope: access.ScopeModems,
		summary:     "List modems",
		description: "State, signal, operator, credit, counters, and the last error with its remedy. The list comes whole, without pages.",
		status:      http.StatusOK,
	}), func(ctx context.Context, _ *struct{}) (*modemsOutput, error) {
		lang := requestOf(ctx).language()
		modems := s.config.Modems.Modems()
		page := client.Page[client.Modem]{Items: make([]client.Modem, len(modems))}
		for i, m := range modems {
			m.SignalHistory = nil // 96 entries that a list is not read for
			page.Items[i] = wordModem(m, lang)
		}
		return &modemsOutput{Body: page}, nil
	})
	register(s, s.newOperation(operation{
		id: "getModem", method: http.MethodGet, path: "/v1/modems/{name}", tag: tagModems, scope: access.ScopeModems,
		summary:     "Read the state of a modem",
		description: "As in the list.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound},
	}), func(ctx context.Context, in *modemInput) (*modemOutput, error) {
		return s.answerModem(ctx, in.Name)
	})
	register(s, s.newOperation(operation{
		id: "restartModem", method: http.MethodPost, path: "/v1/modems/{name}/restart", tag: tagModems, scope: access.ScopeModemsWrite,
		summary:     "Restart a modem",
		description: "Closes the port and brings the modem up again; a parked modem is unparked. The answer does not wait for it: look at the state. A text that is just being sent is finished first.",
		status:      http.StatusAccepted,
		problems:    []int{http.StatusNotFound},
	}), func(ctx context.Context, in *modemInput) (*modemOutput, error) {
		err := s.config.Modems.Restart(ctx, in.Name)
		if errors.Is(err, ErrNoModem) {
			return nil, newProblem(CodeModemNotFound)
		}
		if err != nil {
			return nil, failure(ctx, err)
		}
		return s.answerModem(ctx, in.Name)
	})
}

func (s *Server) answerModem(ctx context.Context, name string) (*modemOutput, error) {
	for _, m := range s.config.Modems.Modems() {
		if m.Name == name {
			return &modemOutput{Body: wordModem(m, requestOf(ctx).language())}, nil
		}
	}
	return nil, newProblem(CodeModemNotFound)
}

// wordModem puts the last error and the alarms of a modem into words.
func wordModem(m client.Modem, lang catalogue.Language) client.Modem {
	if m.LastError != nil {
		worded := *m.LastError
		worded.Detail, worded.Remedy = modemText(worded.Code, lang)
		m.LastError = &worded
	}
	m.SelfTest = wordSelfTest(m.SelfTest, lang)
	m.Alarms = slices.Clone(m.Alarms)
	for i := range m.Alarms {
		a := &m.Alarms[i]
		a.Detail, a.Remedy = modemText(a.Code, lang)
	}
	return m
}

func modemText(code string, lang catalogue.Language) (detail, remedy string) {
	key := catalogue.Key("modem." + code)
	if !catalogue.Has(key) {
		key = "modem." + ModemError
	}
	return catalogue.Text(lang, key), catalogue.Text(lang, key+".remedy")
}
