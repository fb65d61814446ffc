// Package modems is the resource of the API for modems: their state, restart and test,
// dialogue and USSD.
package modems

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/catalogue"
	"goniec/gateway"
	"goniec/modem"
	"goniec/selfcare"
)

// Resource holds the dependencies of the operations.
type Resource struct {
	Gateway Gateway
	Care    Care
	Version string // of the program, for a trace
}

// Gateway runs the modems; implemented by gateway.Gateway. For an unknown name its
// methods return gateway.ErrUnknownModem.
type Gateway interface {
	Modems() []gateway.Status
	Restart(ctx context.Context, name string) error
	Trace(name string) (modem.Info, []modem.TraceLine, error)
	USSD(ctx context.Context, name, code string) (string, error)
}

// Care checks the credit of SIMs and runs self-tests; implemented by selfcare.Care.
type Care interface {
	Credit(name string) *selfcare.Credit
	TestStatus(name string) *selfcare.TestStatus
	StartTest(ctx context.Context, name string) error
}

// The codes of a modem's last error, each with words in the catalogue. Alarms have the
// codes of packages gateway and selfcare.
const (
	modemAbsent             = "modem_absent"        // the port is not there
	modemPortBusy           = "modem_port_busy"     // another program holds the port
	modemPortDenied         = "modem_port_denied"   // no permission to open it
	modemNotAModem          = "modem_not_a_modem"   // the device is not a modem for texts
	modemSilent             = "modem_silent"        // nothing answers
	modemSIMMissing         = "sim_missing"         // no card
	modemSIMPIN             = "sim_pin_required"    // the card asks for its PIN and none is configured
	modemSIMPINWrong        = "sim_pin_wrong"       // the card refused the PIN; the PIN is not tried again
	modemSIMPUK             = "sim_puk_required"    // the card is blocked
	modemSIMFailure         = "sim_failure"         // the card does not work
	modemNotRegistered      = "not_registered"      // no network
	modemRegistrationDenied = "registration_denied" // the network refuses the card
	modemStorageFull        = "sim_storage_full"    // no place for received texts
	modemRefused            = "network_refused"     // the network refuses to send
	modemRoaming            = "roaming_refused"     // the network is not the SIM's own, and roaming is not allowed
	modemNoCentre           = "no_service_centre"   // the card knows no service centre
	modemOther              = "other_modem"         // another modem than the configured one is at the port
	modemStore              = "store_failed"        // the disk cannot be written
	modemNoCredit           = "no_credit"           // texts are refused, and the card has no credit
	modemError              = "modem_error"         // anything else
)

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

// Register adds the operations to s.
func (res Resource) Register(s *rest.Server) {
	res.registerTest(s)
	res.registerDialogue(s)
	rest.Register(s, rest.Operation{
		ID: "listModems", Method: http.MethodGet, Path: "/v1/modems", Tag: "Modems", Scope: access.ScopeModems,
		Summary:     "List modems",
		Description: "State, signal, operator, credit, counters, and the last error with its remedy. The list comes whole, without pages.",
		Status:      http.StatusOK,
	}, func(ctx context.Context, _ *struct{}) (*modemsOutput, error) {
		lang := rest.RequestOf(ctx).Language()
		modems := res.Gateway.Modems()
		page := client.Page[client.Modem]{Items: make([]client.Modem, len(modems))}
		for i := range modems {
			m := res.whole(&modems[i], lang)
			m.SignalHistory = nil // 96 entries are too many for a list
			page.Items[i] = m
		}
		return &modemsOutput{Body: page}, nil
	})
	rest.Register(s, rest.Operation{
		ID: "getModem", Method: http.MethodGet, Path: "/v1/modems/{name}", Tag: "Modems", Scope: access.ScopeModems,
		Summary:     "Read the state of a modem",
		Description: "As in the list.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound},
	}, func(ctx context.Context, in *modemInput) (*modemOutput, error) {
		return res.answer(ctx, in.Name)
	})
	rest.Register(s, rest.Operation{
		ID: "restartModem", Method: http.MethodPost, Path: "/v1/modems/{name}/restart", Tag: "Modems", Scope: access.ScopeModemsWrite,
		Summary:     "Restart a modem",
		Description: "Closes the port and brings the modem up again; a parked modem is unparked. The answer does not wait for it: look at the state. A text that is just being sent is finished first.",
		Status:      http.StatusAccepted,
		Problems:    []int{http.StatusNotFound},
	}, func(ctx context.Context, in *modemInput) (*modemOutput, error) {
		if err := res.Gateway.Restart(ctx, in.Name); err != nil {
			return nil, failure(ctx, err)
		}
		return res.answer(ctx, in.Name)
	})
}

func (res Resource) answer(ctx context.Context, name string) (*modemOutput, error) {
	for _, m := range res.Gateway.Modems() {
		if m.Name == name {
			return &modemOutput{Body: res.whole(&m, rest.RequestOf(ctx).Language())}, nil
		}
	}
	return nil, rest.NewProblem(rest.CodeModemNotFound)
}

// failure returns the problem of an error of the gateway.
func failure(ctx context.Context, err error) *rest.Problem {
	for _, known := range []struct {
		err  error
		code rest.Code
	}{
		{gateway.ErrUnknownModem, rest.CodeModemNotFound}, {gateway.ErrNotOpen, rest.CodeModemNotReady}, {selfcare.ErrTestRunning, rest.CodeTestRunning},
		{selfcare.ErrTestNoNumber, rest.CodeTestNoNumber}, {selfcare.ErrTestBudget, rest.CodeTestBudget},
	} {
		if errors.Is(err, known.err) {
			return &rest.Problem{Code: known.code, Cause: err}
		}
	}
	return rest.Failure(ctx, err)
}

// whole returns the wire type of a modem with its credit and self-test, in words.
func (res Resource) whole(s *gateway.Status, lang catalogue.Language) client.Modem {
	m := wireModem(s)
	m.Credit, m.SelfTest = wireCredit(res.Care.Credit(s.Name)), wireSelfTest(res.Care.TestStatus(s.Name))
	return wordModem(m, lang)
}

// wordModem adds the words of the last error and the alarms of a modem.
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
		key = "modem." + modemError
	}
	return catalogue.Text(lang, key), catalogue.Text(lang, key+".remedy")
}
