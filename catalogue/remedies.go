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

var remedyTexts = map[Key]text{
	RemedyAwaitReport: {
		pl: "Nic nie trzeba robić: rozstrzygnie raport doręczenia.",
		en: "Nothing has to be done: the delivery report decides.",
		es: "No hay que hacer nada: lo aclarará el informe de entrega.",
	},
	RemedyCallText: {
		pl: "Skróć calls.text w konfiguracji albo zwiększ max_parts.",
		en: "Shorten calls.text in the configuration, or raise max_parts.",
		es: "Acorte calls.text en la configuración o aumente max_parts.",
	},
	RemedyFixedDialing: {
		pl: "Wyłącz w telefonie wybieranie ustalone (FDN) tej karty.",
		en: "Switch fixed dialling (FDN) of this SIM off in a phone.",
		es: "Desactive en un teléfono la marcación fija (FDN) de esta SIM.",
	},
	RemedyInUse: {
		pl: "Sprawdź kartę i zasięg; upewnij się, że żaden inny program nie używa modemu.",
		en: "Check the SIM and the signal; make sure that no other program uses the modem.",
		es: "Revise la SIM y la cobertura; asegúrese de que ningún otro programa usa el módem.",
	},
	RemedyLater: {
		pl: "Nic nie trzeba robić: bramka spróbuje ponownie później.",
		en: "Nothing has to be done: the gateway tries again later.",
		es: "No hay que hacer nada: la pasarela lo intentará de nuevo más tarde.",
	},
	RemedyLockedModem: {
		pl: "Użyj modemu bez blokady operatora (simlocka).",
		en: "Use a modem that is not locked to an operator.",
		es: "Use un módem libre, sin bloqueo de operador.",
	},
	RemedyLookUp: {
		pl: "Sprawdź numer błędu w instrukcji modemu albo zgłoś go nam, podając model.",
		en: "Look the number of the error up in the manual of the modem, or report it with the model.",
		es: "Busque el número del error en el manual del módem o comuníquelo indicando el modelo.",
	},
	RemedyNothing: {
		pl: "Nic nie trzeba robić.",
		en: "Nothing has to be done.",
		es: "No hay que hacer nada.",
	},
	RemedyNumber: {
		pl: "Sprawdź numer odbiorcy.",
		en: "Check the number of the recipient.",
		es: "Compruebe el número del destinatario.",
	},
	RemedyOtherSIM: {
		pl: "Użyj innej karty SIM.",
		en: "Use another SIM.",
		es: "Use otra tarjeta SIM.",
	},
	RemedyPlainText: {
		pl: "Wyślij bez flash i, jeśli się da, bez polskich liter.",
		en: "Send it without flash and, if possible, in plain letters.",
		es: "Envíelo sin flash y, si es posible, sin letras especiales.",
	},
	RemedyPower: {
		pl: "Sprawdź kabel, gniazdo USB i zasilanie modemu.",
		en: "Check the cable, the USB port and the power supply of the modem.",
		es: "Revise el cable, el puerto USB y la alimentación del módem.",
	},
	RemedyReplug: {
		pl: "Jeśli to się powtarza, odłącz modem na dziesięć sekund i podłącz ponownie; jeśli to nie pomoże, spróbuj innego.",
		en: "If it comes again, unplug the modem for ten seconds and plug it in again; if that does not help, try another modem.",
		es: "Si se repite, desenchufe el módem diez segundos y vuelva a enchufarlo; si no ayuda, pruebe otro.",
	},
	RemedyReport: {
		pl: "To zapewne błąd bramki. Zgłoś go nam z dziennikiem i zapisem z goniec modem trace.",
		en: "This is likely a fault of the gateway. Report it with the log and what goniec modem trace writes.",
		es: "Probablemente sea un fallo de la pasarela. Comuníquelo con el registro y la salida de goniec modem trace.",
	},
	RemedyTestBudget: {
		pl: "Testy ruszą znów w przyszłym miesiącu. Liczbę zmienia self_test.per_month, a odstęp self_test.every.",
		en: "Tests go on next month. self_test.per_month changes how many there are, self_test.every how often.",
		es: "Las pruebas siguen el mes que viene. self_test.per_month cambia cuántas hay y self_test.every cada cuánto.",
	},
	RemedyTestNumber: {
		pl: "Wpisz numer karty SIM w modems[].number albo inny numer w self_test.to.",
		en: "Write the number of the SIM into modems[].number, or another number into self_test.to.",
		es: "Escriba el número de la SIM en modems[].number u otro número en self_test.to.",
	},
	RemedyUSBReset: {
		pl: "Wyłącz i włącz zasilanie modemu. Jeśli bramka ma to robić sama, zainstaluj regułę 70-goniec.rules.",
		en: "Switch the power of the modem off and on. For the gateway to do so itself, install the rule 70-goniec.rules.",
		es: "Apague y encienda el módem. Para que la pasarela lo haga sola, instale la regla 70-goniec.rules.",
	},
	RemedyUSSD: {
		pl: "Popraw kod (tylko cyfry, * i #, na przykład *101#) albo zapytaj o niego operatora.",
		en: "Correct the code (digits, * and # only, such as *101#), or ask the operator for it.",
		es: "Corrija el código (solo cifras, * y #, como *101#) o pregúntelo al operador.",
	},
	RemedyCreditCode: {
		pl: "Wypróbuj go: goniec modem ussd %s '%s'. Jeśli operator ma inny, popraw credit.code w konfiguracji.",
		en: "Try it with goniec modem ussd %s '%s'. If the operator has another one, correct credit.code in the configuration.",
		es: "Pruébelo con goniec modem ussd %s '%s'. Si el operador tiene otro, corrija credit.code en la configuración.",
	},
	RemedyCreditNoCode: {
		pl: "Wpisz kod operatora w credit.code modemu %[1]s i wypróbuj go: goniec modem ussd %[1]s KOD.",
		en: "Write the operator's code into credit.code of modem %[1]s, and try it with goniec modem ussd %[1]s CODE.",
		es: "Escriba el código del operador en credit.code del módem %[1]s y pruébelo con goniec modem ussd %[1]s CÓDIGO.",
	},
	RemedyCreditAmount: {
		pl: "Obejrzyj odpowiedź (goniec modem ussd %s '%s') i wpisz do niej wyrażenie credit.pattern z kwotą w nawiasie.",
		en: "Look at the answer with goniec modem ussd %s '%s', and write credit.pattern for it, with the amount in parentheses.",
		es: "Mire la respuesta con goniec modem ussd %s '%s' y escriba para ella credit.pattern, con el importe entre paréntesis.",
	},
}
