package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"goniec/api"
	"goniec/api/client"
	"goniec/configs"
	"goniec/gateway"
	"goniec/modem"
	"goniec/selfcare"
)

// modemConfigs turns the modems of the configuration into those of the gateway.
func (a *App) modemConfigs(list []configs.Modem, profilesDir string) []gateway.ModemConfig {
	all := make([]gateway.ModemConfig, len(list))
	for i, m := range list {
		all[i] = gateway.ModemConfig{
			Config: modem.Config{
				Name: m.Name, Device: m.Device, IMEI: m.IMEI, BaudRate: m.BaudRate,
				PIN: pinOf(m.PINFile), PINGuard: a.pins,
				Ports: a.options.Ports, Memory: a.memory, NoRoaming: !m.Roaming, ProfilesDir: profilesDir,
				Logger: a.log.With("modem", m.Name),
			},
			Number:   m.Number,
			Pace:     gateway.Pace{PerMinute: m.Pace.PerMinute, PerDay: m.Pace.PerDay, PerMonth: m.Pace.PerMonth},
			Prefixes: m.Prefixes,
			Revision: m.IMEI + " " + revisionOf(m.PINFile),
		}
	}
	return all
}

// foundModem returns what the gateway wants for a modem that no configuration names.
func (s *assembly) foundModem(name, device string) gateway.ModemConfig {
	m := configs.DefaultModem()
	m.Name, m.Device = name, device
	return s.app.modemConfigs([]configs.Modem{m}, s.config.ProfilesDir)[0]
}

// pinOf returns a function that reads the PIN when the SIM asks for it, so that it
// is nowhere in memory the rest of the time.
func pinOf(path string) func() (string, error) {
	if path == "" {
		return nil
	}
	return func() (string, error) { return configs.ReadPIN(path) }
}

// revisionOf changes when the PIN file does.
func revisionOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return path
	}
	return fmt.Sprintf("%s %d %d", path, info.Size(), info.ModTime().UnixNano())
}

// modems shows the gateway, and what its modems do for themselves, to the API.
type modems struct {
	gateway *gateway.Gateway
	care    *selfcare.Care
}

var _ api.Modems = modems{}

// Restart closes a modem and brings it up again.
func (m modems) Restart(ctx context.Context, name string) error {
	err := m.gateway.Restart(ctx, name)
	if errors.Is(err, gateway.ErrUnknownModem) {
		return api.ErrNoModem
	}
	return err
}

// Modems returns the state of every modem.
func (m modems) Modems() []client.Modem {
	statuses := m.gateway.Modems()
	all := make([]client.Modem, len(statuses))
	for i := range statuses {
		all[i] = onTheWire(&statuses[i])
		all[i].Credit = creditOnTheWire(m.care.Credit(statuses[i].Name))
		all[i].SelfTest = testOnTheWire(m.care.TestStatus(statuses[i].Name))
	}
	return all
}

func onTheWire(s *gateway.Status) client.Modem {
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
		m.Alarms = append(m.Alarms, client.ModemError{Code: alarmCode(alarm.Code), Cause: alarm.Detail, At: alarm.At})
	}
	return m
}

// alarmCode returns the code of the API for an alarm of the gateway.
func alarmCode(code string) string {
	switch code {
	case gateway.AlarmStorage:
		return api.ModemStorageFilling
	case gateway.AlarmOut:
		return api.ModemOut
	case gateway.AlarmReceive:
		return api.ModemCannotReceive
	case gateway.AlarmSignal:
		return api.ModemWeakSignal
	case gateway.AlarmTwins:
		return api.ModemSameIMEI
	case selfcare.AlarmCredit:
		return api.ModemCreditLow
	case selfcare.AlarmCreditUnknown:
		return api.ModemCreditUnknown
	case selfcare.AlarmTestNotSent:
		return api.ModemTestNotSent
	case selfcare.AlarmTestNoReport:
		return api.ModemTestNoReport
	case selfcare.AlarmTestLost:
		return api.ModemTestLost
	}
	return api.ModemError
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
		"absent": api.ModemAbsent, "port_busy": api.ModemPortBusy, "port_denied": api.ModemPortDenied,
		"no_modem": api.ModemNotAModem, "other_modem": api.ModemOther, "device": api.ModemSilent, "no_answer": api.ModemSilent,
		"no_network": api.ModemNotRegistered, "denied": api.ModemRegistrationDenied, "roaming": api.ModemRoaming, "no_smsc": api.ModemNoCentre,
		"refusals": api.ModemRefused, "store": api.ModemStore, "no_credit": api.ModemNoCredit,
		"cme_10": api.ModemSIMMissing, "cms_310": api.ModemSIMMissing,
		"cme_11": api.ModemSIMPIN, "cms_311": api.ModemSIMPIN,
		"cme_12": api.ModemSIMPUK, "cms_316": api.ModemSIMPUK,
		"cme_16": api.ModemSIMPINWrong,
		"cme_13": api.ModemSIMFailure, "cme_14": api.ModemSIMFailure, "cme_15": api.ModemSIMFailure,
		"cms_313": api.ModemSIMFailure, "cms_315": api.ModemSIMFailure,
		"cme_30": api.ModemNotRegistered, "cms_331": api.ModemNotRegistered, "cms_330": api.ModemNoCentre,
		"cme_20": api.ModemStorageFull, "cms_322": api.ModemStorageFull, "cms_208": api.ModemStorageFull, "cms_211": api.ModemStorageFull,
	}
	// The state says more than a code that may be older.
	switch wire, found := known[code]; {
	case s.State == modem.SIMLocked && !strings.HasPrefix(code, "cm"):
		return api.ModemSIMPIN
	case found:
		return wire
	case s.Registration.Denied():
		return api.ModemRegistrationDenied
	case strings.HasPrefix(code, "cms_"):
		return api.ModemRefused
	}
	return api.ModemError
}
