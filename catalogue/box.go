package catalogue

// What the gateway says of itself as a whole: its alarms and its clock.
const (
	CommandClock        Key = "command.clock"
	CommandClockConfirm Key = "command.clock.confirm"
	ClockShows          Key = "clock.shows"     // time
	ClockConfirmed      Key = "clock.confirmed" // by what
	ClockTrusted        Key = "clock.trusted"
	ClockDoubted        Key = "clock.doubted"
	ClockOther          Key = "clock.other" // what, by how much
	ClockAhead          Key = "clock.ahead" // how much
	ClockBehind         Key = "clock.behind"

	DoctorNoAlarms Key = "doctor.no_alarms"
)

// ClockSource returns the name of a source of time, as the API calls it, in words.
func ClockSource(lang Language, source string) string { return Text(lang, Key("clock.source."+source)) }

var boxTexts = map[Key]text{
	CommandClock: {
		pl: "Pokaż, jaki czas zna bramka i kto go potwierdza",
		en: "Show the time that the gateway knows and what confirms it",
		es: "Mostrar la hora que conoce la pasarela y quién la confirma",
	},
	CommandClockConfirm: {
		pl: "Potwierdź zegar bramki: podaj godzinę ze swojego zegarka, \"RRRR-MM-DD gg:mm\"",
		en: "Confirm the clock of the gateway: give the time by your watch, \"YYYY-MM-DD hh:mm\"",
		es: "Confirmar el reloj de la pasarela: indique la hora de su reloj, \"AAAA-MM-DD hh:mm\"",
	},
	ClockShows: {
		pl: "Zegar bramki pokazuje %s.",
		en: "The clock of the gateway shows %s.",
		es: "El reloj de la pasarela marca %s.",
	},
	ClockConfirmed: {
		pl: "Potwierdza go %s.",
		en: "It is confirmed by %s.",
		es: "Lo confirma %s.",
	},
	ClockTrusted: {
		pl: "Nikt nie musi go potwierdzać.",
		en: "Nothing has to confirm it.",
		es: "Nadie tiene que confirmarlo.",
	},
	ClockDoubted: {
		pl: "Nic go jeszcze nie potwierdza, więc to, co ma iść o swojej porze, czeka. Sprawdź godzinę na zegarku i wpisz: goniec clock confirm \"RRRR-MM-DD gg:mm\"",
		en: "Nothing confirms it yet, so what has a time to keep waits. Look at your watch and type: goniec clock confirm \"YYYY-MM-DD hh:mm\"",
		es: "Nada lo confirma todavía, así que lo que tiene hora espera. Mire su reloj y escriba: goniec clock confirm \"AAAA-MM-DD hh:mm\"",
	},
	ClockOther: {
		pl: "Inny czas podaje %s: %s.",
		en: "Another time is told by %s: the clock is %s.",
		es: "Otra hora da %s: el reloj va %s.",
	},
	ClockAhead: {
		pl: "zegar spieszy się o %s",
		en: "%s ahead",
		es: "%s adelantado",
	},
	ClockBehind: {
		pl: "zegar spóźnia się o %s",
		en: "%s behind",
		es: "%s atrasado",
	},
	"clock.source.time_server": {
		pl: "serwer czasu",
		en: "a time server",
		es: "un servidor de hora",
	},
	"clock.source.battery": {
		pl: "zegar z baterią",
		en: "a clock with a battery",
		es: "un reloj con pila",
	},
	"clock.source.network": {
		pl: "sieć komórkowa",
		en: "the mobile network",
		es: "la red móvil",
	},
	"clock.source.service_centre": {
		pl: "centrum SMS operatora",
		en: "the operator's SMS centre",
		es: "el centro de SMS del operador",
	},
	"clock.source.person": {
		pl: "człowiek",
		en: "a person",
		es: "una persona",
	},
	DoctorNoAlarms: {
		pl: "Bramka nie zgłasza alarmów.",
		en: "The gateway raises no alarm.",
		es: "La pasarela no da ninguna alarma.",
	},

	"alarm.clock_unconfirmed": {
		pl: "Nic nie potwierdza zegara bramki. Wiadomości, które mogą czekać na koniec ciszy nocnej, i te z send_at nie wychodzą.",
		en: "Nothing confirms the clock of the gateway. Messages that quiet hours may hold, and those with a send_at, do not go.",
		es: "Nada confirma el reloj de la pasarela. No salen los mensajes que las horas de silencio pueden retener ni los que llevan send_at.",
	},
	"alarm.clock_unconfirmed.remedy": {
		pl: "Sprawdź datę i godzinę na bramce (timedatectl), ustaw je, jeśli są złe (sudo date -s \"RRRR-MM-DD gg:mm\"), i wpisz godzinę ze swojego zegarka: goniec clock confirm \"RRRR-MM-DD gg:mm\". Na stałe pomaga serwer czasu w sieci albo zegar z baterią.",
		en: "Look at the date and time of the computer (timedatectl), set them if they are wrong (sudo date -s \"YYYY-MM-DD hh:mm\"), and type the time by your watch: goniec clock confirm \"YYYY-MM-DD hh:mm\". A time server in the network, or a clock with a battery, helps for good.",
		es: "Mire la fecha y la hora del equipo (timedatectl), corríjalas si están mal (sudo date -s \"AAAA-MM-DD hh:mm\") y escriba la hora de su reloj: goniec clock confirm \"AAAA-MM-DD hh:mm\". Lo resuelve para siempre un servidor de hora en la red o un reloj con pila.",
	},
	"alarm.queue_waits": {
		pl: "Wiadomość czeka na modem dłużej, niż powinna.",
		en: "A message has waited for a modem longer than it should.",
		es: "Un mensaje espera un módem más de lo debido.",
	},
	"alarm.queue_waits.remedy": {
		pl: "Sprawdź modemy (goniec modem list, goniec doctor): czy działa ten, którym wiadomość ma wyjść, i czy jego limit pace nie jest za mały.",
		en: "Look at the modems (goniec modem list, goniec doctor): whether the one that it must leave by works, and whether its pace is too low.",
		es: "Revise los módems (goniec modem list, goniec doctor): si funciona el que debe enviarlo y si su pace no es demasiado bajo.",
	},
	"alarm.queue_stuck": {
		pl: "Kolejka nie robi tego, co powinna już zrobić.",
		en: "The queue does not do what it should have done by now.",
		es: "La cola no hace lo que ya debería haber hecho.",
	},
	"alarm.queue_stuck.remedy": {
		pl: "Uruchom usługę ponownie (systemctl restart goniec). Jeśli to nie pomoże, uruchom goniec verify i wyślij nam to, co wypisze, razem z dziennikiem.",
		en: "Restart the service (systemctl restart goniec). If that does not help, run goniec verify and send us what it prints, with the log.",
		es: "Reinicie el servicio (systemctl restart goniec). Si no basta, ejecute goniec verify y envíenos lo que imprima, junto con el registro.",
	},
	"alarm.decision_needed": {
		pl: "Wiadomości od dawna czekają na decyzję człowieka.",
		en: "Messages have long waited for somebody to decide.",
		es: "Hay mensajes que esperan desde hace tiempo la decisión de una persona.",
	},
	"alarm.decision_needed.remedy": {
		pl: "Znajdź je (GET /v1/messages?status=held) i każdą zwolnij, by ją wysłać, albo anuluj.",
		en: "Find them (GET /v1/messages?status=held) and release each, to send it, or cancel it.",
		es: "Búsquelos (GET /v1/messages?status=held) y libere cada uno para enviarlo, o cancélelo.",
	},
	"alarm.no_reports": {
		pl: "Raporty doręczenia nie przychodzą.",
		en: "Delivery reports do not come.",
		es: "No llegan los informes de entrega.",
	},
	"alarm.no_reports.remedy": {
		pl: "Sprawdź, czy operator daje raporty na tej karcie, i wypróbuj modem: goniec modem test NAZWA, goniec modem certify. Bez raportów nie wiadomo, co dotarło.",
		en: "Find out whether the operator gives reports for this card, and try the modem: goniec modem test NAME, goniec modem certify. Without reports nobody knows what has arrived.",
		es: "Averigüe si el operador da informes con esta tarjeta y pruebe el módem: goniec modem test NOMBRE, goniec modem certify. Sin informes no se sabe qué ha llegado.",
	},
	"alarm.store_failed": {
		pl: "Bramka nie może zapisywać na dysku, więc niczego nie wysyła i nie przyjmuje.",
		en: "The gateway cannot write to disk, so it sends nothing and takes nothing.",
		es: "La pasarela no puede escribir en disco, así que no envía ni acepta nada.",
	},
	"alarm.store_failed.remedy": {
		pl: "Zwolnij miejsce na dysku, na którym leży data_dir, albo sprawdź dysk; bramka sama ruszy dalej. Nic nie ginie: odebrane wiadomości czekają na karcie SIM.",
		en: "Free space on the disk that data_dir is on, or check the disk; the gateway goes on by itself. Nothing is lost: texts received wait on the SIM.",
		es: "Libere espacio en el disco donde está data_dir, o revise el disco; la pasarela sigue sola. No se pierde nada: los mensajes recibidos esperan en la SIM.",
	},
	"alarm.event_set_aside": {
		pl: "Bramka nie umie zająć się czymś, co się zdarzyło, więc odłożyła to i pracuje dalej.",
		en: "The gateway cannot act upon something that happened, so it has set that aside and goes on.",
		es: "La pasarela no puede tratar algo que ocurrió, así que lo ha apartado y sigue.",
	},
	"alarm.event_set_aside.remedy": {
		pl: "Uruchom bramkę ponownie albo zainstaluj nowszą wersję: przy każdym starcie próbuje jeszcze raz. Dla replies przejrzyj odebrane z tego czasu, bo odpowiedź pacjenta mogła nie zostać odczytana. Błąd zgłoś razem z logiem.",
		en: "Restart the gateway or install a newer version: each start tries again. For replies look through the texts received at that time, since the answer of a patient may not have been read. Report the error with the log.",
		es: "Reinicie la pasarela o instale una versión más nueva: cada arranque vuelve a intentarlo. Si es de replies, revise los mensajes recibidos entonces, pues quizá no se leyó la respuesta de un paciente. Comunique el error con el registro.",
	},
	"problem.clock_differs": {
		pl: "Zegar bramki pokazuje %s, a to nie to samo. Ustaw go (sudo date -s \"RRRR-MM-DD gg:mm\") i potwierdź jeszcze raz.",
		en: "The clock of the gateway shows %s, which is not the same. Set it (sudo date -s \"YYYY-MM-DD hh:mm\") and confirm again.",
		es: "El reloj de la pasarela marca %s, que no es lo mismo. Póngalo en hora (sudo date -s \"AAAA-MM-DD hh:mm\") y confirme de nuevo.",
	},
	"problem.not_a_watch": {
		pl: "To nie jest data z godziną. Podaj na przykład 2026-11-25 13:05.",
		en: "This is not a date with a time. Give for example 2026-11-25 13:05.",
		es: "Esto no es una fecha con hora. Indique por ejemplo 2026-11-25 13:05.",
	},
	"message.clock": {
		pl: "Czeka, aż coś potwierdzi zegar bramki: po zaniku prądu może być zły. Wyjdzie sama; sprawdź goniec clock.",
		en: "It waits until something confirms the clock of the gateway, which may be wrong after a power cut. It goes by itself; look at goniec clock.",
		es: "Espera a que algo confirme el reloj de la pasarela, que puede estar mal tras un corte de luz. Saldrá solo; mire goniec clock.",
	},
}
