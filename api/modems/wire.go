package modems

import (
	"strings"
	"time"

	"goniec/api/client"
	"goniec/gateway"
	"goniec/modem"
	"goniec/selfcare"
)

// wireModem puts the state of a modem on the wire. The words of its errors and alarms
// are added by wordModem.
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

// registration puts a state of 3GPP TS 27.007 10.1.22 into the words of the API.
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

// errorCode returns the code of the API, which has words and a remedy in every
// language, for what a modem suffers from.
func errorCode(s *gateway.Status, code string) string {
	known := map[string]string{
		"absent": ModemAbsent, "port_busy": ModemPortBusy, "port_denied": ModemPortDenied,
		"no_modem": ModemNotAModem, "other_modem": ModemOther, "device": ModemSilent, "no_answer": ModemSilent,
		"no_network": ModemNotRegistered, "denied": ModemRegistrationDenied, "roaming": ModemRoaming, "no_smsc": ModemNoCentre,
		"refusals": ModemRefused, "store": ModemStore, "no_credit": ModemNoCredit,
		"cme_10": ModemSIMMissing, "cms_310": ModemSIMMissing,
		"cme_11": ModemSIMPIN, "cms_311": ModemSIMPIN,
		"cme_12": ModemSIMPUK, "cms_316": ModemSIMPUK,
		"cme_16": ModemSIMPINWrong,
		"cme_13": ModemSIMFailure, "cme_14": ModemSIMFailure, "cme_15": ModemSIMFailure,
		"cms_313": ModemSIMFailure, "cms_315": ModemSIMFailure,
		"cme_30": ModemNotRegistered, "cms_331": ModemNotRegistered, "cms_330": ModemNoCentre,
		"cme_20": ModemStorageFull, "cms_322": ModemStorageFull, "cms_208": ModemStorageFull, "cms_211": ModemStorageFull,
	}
	// The state says more than a code that may be older.
	switch wire, found := known[code]; {
	case s.State == modem.SIMLocked && !strings.HasPrefix(code, "cm"):
		return ModemSIMPIN
	case found:
		return wire
	case s.Registration.Denied():
		return ModemRegistrationDenied
	case strings.HasPrefix(code, "cms_"):
		return ModemRefused
	}
	return ModemError
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
