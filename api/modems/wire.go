package modems

import (
	"strings"
	"time"

	"goniec/api/client"
	"goniec/gateway"
	"goniec/modem"
	"goniec/selfcare"
)

// wireModem converts the state of a modem to its wire type, without the words that
// wordModem adds.
func wireModem(s *gateway.Status) client.Modem {
	m := client.Modem{
		Name: s.Name, State: string(s.State), Device: s.Device,
		Manufacturer: s.Manufacturer, Model: s.Model, Revision: s.Revision, Profile: s.Profile, IMEI: s.IMEI,
		SIM: s.ICCID, Number: s.Number, Operator: s.Operator,
		Counters: client.Counters{Sent: s.Sent, Failed: s.Failed, Received: s.Received},
	}
	if !s.Since.IsZero() {
		m.Since = &s.Since
	}
	if s.Signal.DBm != 0 {
		m.SignalDBM = &s.Signal.DBm
	}
	for _, b := range s.SignalHistory {
		m.SignalHistory = append(m.SignalHistory, client.SignalQuarter{From: b.From, MinDBM: b.Min, MeanDBM: b.Mean(), MaxDBM: b.Max})
	}
	if s.Storage.Total > 0 {
		m.Storage = &client.Storage{Used: s.Storage.Used, Total: s.Storage.Total}
	}
	if asked := s.Registration; s.State == modem.Ready || s.State == modem.Registering {
		m.Registration = &client.Registration{CS: registration(asked.CS), EPS: registration(asked.EPS)}
	}
	if t := s.Trouble; t != nil && !t.Over {
		m.LastError = &client.ModemError{Code: errorCode(s, t.Code), Cause: t.Detail, At: t.At}
	}
	for _, alarm := range s.Alarms {
		m.Alarms = append(m.Alarms, client.ModemError{Code: alarm.Code, Cause: alarm.Detail, At: alarm.At})
	}
	return m
}

// registration returns the API's word for a state of 3GPP TS 27.007 10.1.22.
func registration(r modem.RegistrationStatus) string {
	switch r {
	case modem.Home, modem.HomeSMSOnly, modem.HomeNoCSFB:
		return "home"
	case modem.Roaming, modem.RoamingSMSOnly, modem.RoamingNoCSFB:
		return "roaming"
	case modem.Searching:
		return "searching"
	case modem.Denied:
		return "denied"
	case modem.NotSearching, modem.EmergencyOnly, modem.EmergencyBearer:
		return "none"
	default:
		return "unknown"
	}
}

// errorCode returns the code of a modem's last error for the code of its trouble. Both
// are on the wire: events and webhooks carry the code of the trouble.
func errorCode(s *gateway.Status, code string) string {
	known := map[string]string{
		"absent": modemAbsent, "port_busy": modemPortBusy, "port_denied": modemPortDenied,
		"no_modem": modemNotAModem, "other_modem": modemOther, "device": modemSilent, "no_answer": modemSilent,
		"no_network": modemNotRegistered, "denied": modemRegistrationDenied, "roaming": modemRoaming, "no_smsc": modemNoCentre,
		"refusals": modemRefused, "store": modemStore, "no_credit": modemNoCredit,
		"cme_10": modemSIMMissing, "cms_310": modemSIMMissing,
		"cme_11": modemSIMPIN, "cms_311": modemSIMPIN,
		"cme_12": modemSIMPUK, "cms_316": modemSIMPUK,
		"cme_16": modemSIMPINWrong,
		"cme_13": modemSIMFailure, "cme_14": modemSIMFailure, "cme_15": modemSIMFailure,
		"cms_313": modemSIMFailure, "cms_315": modemSIMFailure,
		"cme_30": modemNotRegistered, "cms_331": modemNotRegistered, "cms_330": modemNoCentre,
		"cme_20": modemStorageFull, "cms_322": modemStorageFull, "cms_208": modemStorageFull, "cms_211": modemStorageFull,
	}
	// The present state decides before the code, which may be older.
	switch wire, found := known[code]; {
	case s.State == modem.SIMLocked && !strings.HasPrefix(code, "cm"):
		return modemSIMPIN
	case found:
		return wire
	case s.Registration.Denied():
		return modemRegistrationDenied
	case strings.HasPrefix(code, "cms_"):
		return modemRefused
	}
	return modemError
}

func wireCredit(c *selfcare.Credit) *client.Credit {
	if c == nil {
		return nil
	}
	return &client.Credit{Amount: c.Amount.Float(), At: c.At, Low: c.Low}
}

func wireSelfTest(t *selfcare.TestStatus) *client.SelfTest {
	if t == nil || !t.Running && t.At.IsZero() {
		return nil
	}
	wire := &client.SelfTest{
		Running: t.Running, Result: t.Result, Passed: t.Result == selfcare.TestPassed, TookSeconds: t.Took.Round(time.Millisecond).Seconds(),
	}
	if !wire.Passed {
		wire.Cause = t.Detail
	}
	if !t.At.IsZero() {
		wire.At = &t.At
	}
	return wire
}
