package catalogue

// What modems do for themselves: calls, credit and self-tests.
const (
	ConfigBlank             Key = "config.blank"
	ConfigBlankRemedy       Key = "config.blank.remedy"
	ConfigTextTooLong       Key = "config.text_too_long"        // characters
	ConfigTextTooLongRemedy Key = "config.text_too_long.remedy" // most
	ConfigUSSD              Key = "config.ussd"                 // value
	ConfigUSSDRemedy        Key = "config.ussd.remedy"
	ConfigPattern           Key = "config.pattern" // reason
	ConfigPatternRemedy     Key = "config.pattern.remedy"
	ConfigPhone             Key = "config.phone" // value
	ConfigPhoneRemedy       Key = "config.phone.remedy"

	CommandModemTest   Key = "command.modem.test"
	FlagTestTimeout    Key = "flag.test_timeout"
	ModemTestBegun     Key = "modem_test.begun"     // modem
	ModemTestPassed    Key = "modem_test.passed"    // modem, seconds
	ModemTestFailed    Key = "modem_test.failed"    // modem, what, remedy
	ModemTestNoTurn    Key = "modem_test.no_turn"   // modem
	ModemTestUndecided Key = "modem_test.undecided" // modem
)

// selfCareTexts are their mistakes in the configuration, alarms, problems and what
// the command line says.
var selfCareTexts = map[Key]text{
	ConfigBlank: {
		"tekst składa się z samych spacji",
		"the text is nothing but blanks",
		"el texto solo tiene espacios",
	},
	ConfigBlankRemedy: {
		"Wpisz tekst, a jeśli nic nie ma być wysyłane, puste cudzysłowy",
		"Write a text, or empty quotes to send none",
		"Escriba un texto, o comillas vacías para no enviar nada",
	},
	ConfigTextTooLong: {
		"tekst ma %d {1:znak|znaki|znaków} i nie zmieści się w każdym wypadku",
		"the text has %d {1:character|characters} and does not fit in every case",
		"el texto tiene %d {1:carácter|caracteres} y no cabe en todos los casos",
	},
	ConfigTextTooLongRemedy: {
		"Skróć go do %d {1:znaku|znaków|znaków} albo zwiększ max_parts",
		"Shorten it to %d {1:character|characters}, or raise max_parts",
		"Acórtelo a %d {1:carácter|caracteres} o aumente max_parts",
	},
	ConfigUSSD: {
		"%q nie jest kodem do sprawdzania salda",
		"%q is not a code for asking the balance",
		"%q no es un código para consultar el saldo",
	},
	ConfigUSSDRemedy: {
		"Wpisz w cudzysłowie kod operatora, na przykład \"*101#\", albo auto, by wziąć znany kod",
		"Write the operator's code in quotes, such as \"*101#\", or auto to take the one that is known",
		"Escriba entre comillas el código del operador, como \"*101#\", o auto para usar el conocido",
	},
	ConfigPattern: {
		"to nie jest poprawne wyrażenie regularne: %s",
		"this is not a valid regular expression: %s",
		"no es una expresión regular válida: %s",
	},
	ConfigPatternRemedy: {
		"Wpisz w apostrofach wyrażenie z kwotą w nawiasach, na przykład 'konto: ([0-9,]+)', albo zostaw puste",
		"Write one in single quotes with the amount in parentheses, such as 'konto: ([0-9,]+)', or leave it empty",
		"Escriba una entre comillas simples con el importe entre paréntesis, como 'saldo: ([0-9,]+)', o déjela vacía",
	},
	ConfigPhone: {
		"%q nie jest pełnym numerem telefonu",
		"%q is not a whole phone number",
		"%q no es un número de teléfono completo",
	},
	ConfigPhoneRemedy: {
		"Wpisz go w cudzysłowie z plusem i numerem kraju, bez spacji: \"+48600100200\"",
		"Write it in quotes with a plus and the country code, without spaces: \"+48600100200\"",
		"Escríbalo entre comillas con el signo más y el código del país, sin espacios: \"+34600100200\"",
	},

	"modem.no_credit": {
		pl: "Na karcie SIM nie ma środków, więc sieć nie przyjmuje SMS-ów.",
		en: "The SIM has no credit, so the network takes no texts.",
		es: "La SIM no tiene saldo, así que la red no acepta SMS.",
	},
	"modem.no_credit.remedy": {
		pl: "Doładuj kartę. Bramka sama spróbuje znowu w ciągu kwadransa; ponowne uruchomienie modemu robi to od razu.",
		en: "Top up the SIM. The gateway tries again by itself within a quarter of an hour; a restart of the modem does it at once.",
		es: "Recargue la tarjeta. La pasarela lo intenta de nuevo en un cuarto de hora; reiniciar el módem lo hace enseguida.",
	},
	"modem.credit_low": {
		pl: "Na karcie SIM zostało mniej środków, niż każe konfiguracja.",
		en: "The SIM has less credit left than the configuration wants.",
		es: "A la SIM le queda menos saldo del que pide la configuración.",
	},
	"modem.credit_low.remedy": {
		pl: "Doładuj kartę albo zmniejsz credit.alarm_below w konfiguracji.",
		en: "Top up the SIM, or lower credit.alarm_below in the configuration.",
		es: "Recargue la tarjeta o reduzca credit.alarm_below en la configuración.",
	},
	"modem.credit_unknown": {
		pl: "Od kilku dni nie udaje się odczytać salda karty SIM.",
		en: "The credit of the SIM has not been readable for days.",
		es: "Hace días que no se puede leer el saldo de la SIM.",
	},
	"modem.credit_unknown.remedy": {
		pl: "Zapytaj o nie poleceniem goniec modem ussd NAZWA KOD i popraw credit.code albo credit.pattern w konfiguracji.",
		en: "Ask for it with goniec modem ussd NAME CODE, and correct credit.code or credit.pattern in the configuration.",
		es: "Consúltelo con goniec modem ussd NOMBRE CÓDIGO y corrija credit.code o credit.pattern en la configuración.",
	},
	"modem.self_test_not_sent": {
		pl: "Test własny nie powiódł się: sieć nie przyjęła SMS-a.",
		en: "The self-test failed: the network did not accept the text.",
		es: "La autoprueba falló: la red no aceptó el SMS.",
	},
	"modem.self_test_not_sent.remedy": {
		pl: "Sprawdź ostatni błąd modemu, saldo karty i zasięg.",
		en: "Look at the modem's last error, the credit of the SIM and the signal.",
		es: "Mire el último error del módem, el saldo de la SIM y la cobertura.",
	},
	"modem.self_test_no_report": {
		pl: "Test własny nie powiódł się: SMS został przyjęty, ale nie przyszedł raport doręczenia.",
		en: "The self-test failed: the text was accepted, but no delivery report came.",
		es: "La autoprueba falló: el SMS fue aceptado, pero no llegó el informe de entrega.",
	},
	"modem.self_test_no_report.remedy": {
		pl: "Zapytaj operatora, czy karta ma włączone raporty doręczenia. Bez nich nie wiadomo, czy pacjenci dostają SMS-y.",
		en: "Ask the operator whether delivery reports are switched on for the SIM. Without them nobody knows whether patients get their texts.",
		es: "Pregunte al operador si la SIM tiene activados los informes de entrega. Sin ellos nadie sabe si los pacientes reciben los SMS.",
	},
	"modem.self_test_lost": {
		pl: "Test własny nie powiódł się: sieć przyjęła SMS-a, ale nie dotarł.",
		en: "The self-test failed: the network accepted the text, and it did not arrive.",
		es: "La autoprueba falló: la red aceptó el SMS y no llegó.",
	},
	"modem.self_test_lost.remedy": {
		pl: "Wyślij SMS z telefonu na tę kartę i z niej na telefon, by zobaczyć, który kierunek zawodzi; potem uruchom modem ponownie i zapytaj operatora.",
		en: "Send a text from a phone to the SIM and from the SIM to a phone, to see which way fails; then restart the modem, and ask the operator.",
		es: "Envíe un SMS de un teléfono a la SIM y de la SIM a un teléfono para ver qué sentido falla; luego reinicie el módem y pregunte al operador.",
	},

	"problem.modem_not_ready": {
		pl: "Modem nie jest gotowy. Jego stan i ostatni błąd mówią, co mu jest i co zrobić.",
		en: "The modem is not ready. Its state and its last error say what is wrong and what to do.",
		es: "El módem no está listo. Su estado y su último error dicen qué le pasa y qué hacer.",
	},
	"problem.self_test_running": {
		pl: "Test tego modemu już trwa. Poczekaj na jego wynik.",
		en: "A test of this modem is running. Wait for its result.",
		es: "Ya hay una prueba de este módem en marcha. Espere su resultado.",
	},
	"problem.self_test_no_number": {
		pl: "Nie wiadomo, na jaki numer wysłać test. Wpisz numer karty w modems[].number albo inny w self_test.to w konfiguracji.",
		en: "It is not known what number to write to. Put the number of the SIM into modems[].number, or another into self_test.to, in the configuration.",
		es: "No se sabe a qué número escribir. Ponga el número de la SIM en modems[].number, u otro en self_test.to, en la configuración.",
	},
	"problem.self_test_budget": {
		pl: "Limit testów na ten miesiąc jest wyczerpany. Zwiększ self_test.per_month w konfiguracji.",
		en: "The parts for tests of this month are spent. Raise self_test.per_month in the configuration.",
		es: "El presupuesto de pruebas de este mes está agotado. Aumente self_test.per_month en la configuración.",
	},

	CommandModemTest: {
		"Sprawdź, czy SMS-y wychodzą z modemu i dochodzą; kosztuje jeden SMS",
		"Try whether texts leave a modem and arrive; costs one text",
		"Probar si los SMS salen de un módem y llegan; cuesta un SMS",
	},
	StatusText("called"): {"dzwoni", "called", "ha llamado"},
	FlagTestTimeout:      {"czekaj najwyżej tyle, np. 5m", "wait no longer than this, such as 5m", "esperar como máximo esto, p. ej. 5m"},
	ModemTestBegun: {
		"Modem %s wysyła SMS testowy; czekam, aż dojdzie. Ctrl-C przerywa czekanie, nie test.",
		"Modem %s sends a test text; waiting for it to arrive. Ctrl-C ends the waiting, not the test.",
		"El módem %s envía un SMS de prueba; espero a que llegue. Ctrl-C termina la espera, no la prueba.",
	},
	ModemTestPassed: {
		"Modem %s działa: SMS i raport doręczenia doszły, SMS po %s s.",
		"Modem %s works: the text and its delivery report arrived, the text after %s s.",
		"El módem %s funciona: el SMS y su informe de entrega llegaron, el SMS en %s s.",
	},
	ModemTestFailed: {
		"Modem %s: %s %s",
		"Modem %s: %s %s",
		"Módem %s: %s %s",
	},
	ModemTestNoTurn: {
		"Modem %s: najpierw poszły inne wiadomości, więc test nic nie mówi. Spróbuj ponownie, gdy będzie ich mniej.",
		"Modem %s: other messages went first, so the test says nothing. Try again when there are fewer.",
		"Módem %s: otros mensajes fueron primero, así que la prueba no dice nada. Repítala cuando haya menos.",
	},
	ModemTestUndecided: {
		"Modem %s: nie czekam dłużej. Wynik pojawi się w dzienniku i w stanie modemu.",
		"Modem %s: not waiting any longer. The result will be in the log and in the state of the modem.",
		"Módem %s: no espero más. El resultado estará en el registro y en el estado del módem.",
	},
}
