package catalogue

// What to do about what is wrong with a modem, a sentence. Those whose names begin with
// "modem." are also what the API says of the code in the middle.
const (
	RemedyAbsent     Key = "modem.modem_absent.remedy"
	RemedyBusyPort   Key = "modem.modem_port_busy.remedy"
	RemedyDenied     Key = "modem.registration_denied.remedy"
	RemedyForbidden  Key = "modem.modem_port_denied.remedy"
	RemedyNetwork    Key = "modem.not_registered.remedy"
	RemedyNoCentre   Key = "modem.no_service_centre.remedy"
	RemedyNoCredit   Key = "modem.no_credit.remedy"
	RemedyNoSIM      Key = "modem.sim_missing.remedy"
	RemedyNotAModem  Key = "modem.modem_not_a_modem.remedy"
	RemedyOperator   Key = "modem.network_refused.remedy"
	RemedyOtherModem Key = "modem.other_modem.remedy"
	RemedyPIN        Key = "modem.sim_pin_required.remedy"
	RemedyPUK        Key = "modem.sim_puk_required.remedy"
	RemedyRoaming    Key = "modem.roaming_refused.remedy"
	RemedySIM        Key = "modem.sim_failure.remedy"
	RemedySIMFull    Key = "modem.sim_storage_full.remedy"
	RemedySilent     Key = "modem.modem_silent.remedy"
	RemedyStore      Key = "modem.store_failed.remedy"
	RemedyWrongPIN   Key = "modem.sim_pin_wrong.remedy"

	RemedyAwaitReport  Key = "remedy.await_report"
	RemedyCallText     Key = "remedy.call_text"
	RemedyFixedDialing Key = "remedy.fixed_dialling"
	RemedyInUse        Key = "remedy.in_use"
	RemedyLater        Key = "remedy.later"
	RemedyLockedModem  Key = "remedy.locked_modem"
	RemedyLookUp       Key = "remedy.look_up"
	RemedyNothing      Key = "remedy.nothing"
	RemedyNumber       Key = "remedy.number"
	RemedyOtherSIM     Key = "remedy.other_sim"
	RemedyPlainText    Key = "remedy.plain_text"
	RemedyPower        Key = "remedy.power"
	RemedyReplug       Key = "remedy.replug"
	RemedyReport       Key = "remedy.report"
	RemedyTestBudget   Key = "remedy.test_budget"
	RemedyTestNumber   Key = "remedy.test_number"
	RemedyUSBReset     Key = "remedy.usb_reset"
	RemedyUSSD         Key = "remedy.ussd"
	RemedyCreditCode   Key = "remedy.credit_code"    // modem, code
	RemedyCreditNoCode Key = "remedy.credit_no_code" // modem
	RemedyCreditAmount Key = "remedy.credit_amount"  // modem, code
)

// ModemRemedy returns the key of what to do about a code that the API gives a modem.
func ModemRemedy(code string) Key { return Key("modem." + code + ".remedy") }
