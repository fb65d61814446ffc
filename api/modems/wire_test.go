package modems

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/api/client"
	"goniec/catalogue"
	"goniec/gateway"
	"goniec/modem"
	"goniec/selfcare"
)

func TestErrorCode(t *testing.T) {
	t.Parallel()
	denied := modem.Registration{CS: modem.Denied, EPS: modem.Denied}
	for name, test := range map[string]struct {
		status gateway.Status
		code   string
		want   string
	}{
		"not plugged in":          {gateway.Status{State: modem.Absent}, "absent", modemAbsent},
		"not allowed":             {gateway.Status{State: modem.Parked}, "port_denied", modemPortDenied},
		"a port that is silent":   {gateway.Status{State: modem.Faulted}, "device", modemSilent},
		"held by ModemManager":    {gateway.Status{State: modem.Faulted}, "port_busy", modemPortBusy},
		"a port for other things": {gateway.Status{State: modem.Parked}, "no_modem", modemNotAModem},
		"a modem for another":     {gateway.Status{State: modem.Parked}, "other_modem", modemOther},
		"no network at the start": {gateway.Status{State: modem.Faulted}, "no_network", modemNotRegistered},
		"a network abroad":        {gateway.Status{State: modem.Registering}, "roaming", modemRoaming},
		"no service centre":       {gateway.Status{State: modem.Parked}, "no_smsc", modemNoCentre},
		"no answer to a text":     {gateway.Status{State: modem.Faulted}, "no_answer", modemSilent},
		"no card":                 {gateway.Status{State: modem.Parked}, "cme_10", modemSIMMissing},
		"a locked card":           {gateway.Status{State: modem.SIMLocked}, "device", modemSIMPIN},
		"a blocked card":          {gateway.Status{State: modem.SIMLocked}, "cme_12", modemSIMPUK},
		"a wrong PIN":             {gateway.Status{State: modem.SIMLocked}, "cme_16", modemSIMPINWrong},
		"a broken card":           {gateway.Status{State: modem.Parked}, "cme_13", modemSIMFailure},
		"no network":              {gateway.Status{State: modem.Registering}, "cms_331", modemNotRegistered},
		"denied by the network":   {gateway.Status{State: modem.Parked, Registration: denied}, "cms_10", modemRegistrationDenied},
		"refused by the network":  {gateway.Status{State: modem.Ready}, "cms_21", modemRefused},
		"number after number":     {gateway.Status{State: modem.Ready}, "refusals", modemRefused},
		"a full card":             {gateway.Status{State: modem.Ready}, "cms_322", modemStorageFull},
		"a full disk":             {gateway.Status{State: modem.Ready}, "store", modemStore},
		"a card without credit":   {gateway.Status{State: modem.Parked}, "no_credit", modemNoCredit},
		"a bug of ours":           {gateway.Status{State: modem.Faulted}, "panic", modemError},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := errorCode(&test.status, test.code)
			if got != test.want {
				t.Errorf("errorCode = %s, want %s", got, test.want)
			}
			if key := catalogue.Key("modem." + got); !catalogue.Has(key) || !catalogue.Has(key+".remedy") {
				t.Errorf("%s has no words", got)
			}
		})
	}
}

func TestModemOnTheWire(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	dbm := -73
	full := gateway.Status{
		Name: "m0", Device: "/dev/ttyUSB2", State: modem.Ready, Since: at,
		Manufacturer: "huawei", Model: "E3372", Revision: "22", Profile: "huawei-lte", IMEI: "861318030000016", SIM: "260990000000001", ICCID: "8948990000000000012",
		Operator: "Goniec", Signal: modem.Signal{RSSI: 20, DBm: dbm}, Registration: modem.Registration{CS: modem.Home, EPS: modem.RoamingSMSOnly},
		Storage: modem.Storage{Memory: "SM", Used: 2, Total: 30}, Sent: 7, Failed: 1, Received: 9,
		Number:  "+48699000001",
		Alarms:  []gateway.Trouble{{At: at, Code: selfcare.AlarmCredit, Detail: "4.99 left"}},
		Trouble: &gateway.Trouble{At: at, Code: "cms_322", Detail: "+CMS ERROR: 322"},
	}
	want := client.Modem{
		Name: "m0", Device: "/dev/ttyUSB2", State: "ready", Since: &at,
		Manufacturer: "huawei", Model: "E3372", Revision: "22", Profile: "huawei-lte", IMEI: "861318030000016", SIM: "8948990000000000012",
		Operator: "Goniec", SignalDBM: &dbm, Registration: &client.Registration{CS: "home", EPS: "roaming"},
		Storage: &client.Storage{Used: 2, Total: 30}, Counters: client.Counters{Sent: 7, Failed: 1, Received: 9},
		Number:    "+48699000001",
		Alarms:    []client.ModemError{{Code: selfcare.AlarmCredit, Cause: "4.99 left", At: at}},
		LastError: &client.ModemError{Code: modemStorageFull, Cause: "+CMS ERROR: 322", At: at},
	}
	if diff := cmp.Diff(want, wireModem(&full)); diff != "" {
		t.Errorf("a modem (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&client.Credit{Amount: 4.99, At: at, Low: true}, wireCredit(&selfcare.Credit{Amount: 499, At: at, Low: true})); diff != "" {
		t.Errorf("credit (-want +got):\n%s", diff)
	}
	passed := selfcare.TestStatus{At: at, Result: selfcare.TestPassed, Took: 3200 * time.Millisecond, Detail: "it arrived"}
	if diff := cmp.Diff(&client.SelfTest{At: &at, Passed: true, Result: "passed", TookSeconds: 3.2}, wireSelfTest(&passed)); diff != "" {
		t.Errorf("self-test (-want +got):\n%s", diff)
	}
	full.Trouble.Over = true
	if got := wireModem(&full).LastError; got != nil {
		t.Errorf("trouble that is over is shown: %+v", got)
	}
	for _, code := range []string{
		gateway.AlarmStorage, gateway.AlarmOut, gateway.AlarmReceive, gateway.AlarmSignal, gateway.AlarmTwins, selfcare.AlarmCredit, selfcare.AlarmCreditUnknown,
		selfcare.AlarmTestNotSent, selfcare.AlarmTestNoReport, selfcare.AlarmTestLost,
	} {
		if !catalogue.Has(catalogue.Key("modem."+code)) || !catalogue.Has(catalogue.ModemRemedy(code)) {
			t.Errorf("alarm %s has no words", code)
		}
	}
	bare := gateway.Status{Name: "m1", Device: "/dev/ttyUSB3", State: modem.Absent}
	if diff := cmp.Diff(client.Modem{Name: "m1", Device: "/dev/ttyUSB3", State: "absent"}, wireModem(&bare)); diff != "" {
		t.Errorf("an absent modem (-want +got):\n%s", diff)
	}
}

// TestStoreTroubleIsNotTheModems: a modem that waits for the disk must not be
// restarted by the person who reads about it.
func TestStoreTroubleIsNotTheModems(t *testing.T) {
	t.Parallel()
	if got := errorCode(&gateway.Status{State: modem.Ready}, "store"); got != modemStore {
		t.Errorf("code %q, want %q", got, modemStore)
	}
}

func TestModemErrorWithoutWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	one := wordModem(client.Modem{Name: "m", State: "faulted", LastError: &client.ModemError{Code: "cme_999", Cause: "+CME ERROR: 999"}}, catalogue.English)
	if one.LastError.Code != "cme_999" || one.LastError.Detail == "" || one.LastError.Remedy == "" || strings.Contains(one.LastError.Detail, "modem.") {
		t.Errorf("last error %+v", one.LastError)
	}
}
