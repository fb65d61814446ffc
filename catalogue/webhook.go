package catalogue

// Webhooks: mistakes in their configuration and what the command line says.
const (
	ConfigWebhookName         Key = "config.webhook_name" // value
	ConfigWebhookTwiceRemedy  Key = "config.webhook_twice.remedy"
	ConfigWebhookEvents       Key = "config.webhook_events"
	ConfigWebhookEventsRemedy Key = "config.webhook_events.remedy"
	ConfigWebhookUser         Key = "config.webhook_user"
	ConfigWebhookUserRemedy   Key = "config.webhook_user.remedy"
	ConfigURL                 Key = "config.url" // value
	ConfigURLRemedy           Key = "config.url.remedy"
	ConfigNetwork             Key = "config.network" // value
	ConfigNetworkRemedy       Key = "config.network.remedy"
	ConfigSecretItself        Key = "config.secret_itself"
	ConfigSecretContent       Key = "config.secret_content"
	ConfigUnsigned            Key = "config.unsigned"
	ConfigWebhookSecretRemedy Key = "config.webhook_secret.remedy"

	CommandWebhook           Key = "command.webhook"
	CommandWebhookList       Key = "command.webhook.list"
	CommandWebhookDeliveries Key = "command.webhook.deliveries"
	CommandWebhookResend     Key = "command.webhook.resend"
	CommandWebhookEnable     Key = "command.webhook.enable"
	CommandWebhookTest       Key = "command.webhook.test"
	CommandWebhookSecret     Key = "command.webhook.secret"
	FlagDeliveryState        Key = "flag.delivery_state"
	WebhookNone              Key = "webhook.none"
	WebhookUnknown           Key = "webhook.unknown" // names
	WebhookWell              Key = "webhook.well"
	WebhookFailing           Key = "webhook.failing"
	WebhookDisabled          Key = "webhook.disabled"
	WebhookTook              Key = "webhook.took"    // name, status, milliseconds
	WebhookRefused           Key = "webhook.refused" // name, reason
	WebhookResent            Key = "webhook.resent"  // how many
	WebhookEnabled           Key = "webhook.enabled" // name
	HeadWaiting              Key = "head.waiting"
	HeadGivenUp              Key = "head.given_up"
	HeadLastSuccess          Key = "head.last_success"
	HeadLastError            Key = "head.last_error"
	HeadEventType            Key = "head.event_type"
	HeadAttempts             Key = "head.attempts"
	HeadNextAttempt          Key = "head.next_attempt"
)

var webhookTexts = map[Key]text{
	ConfigWebhookName: {
		"%q nie nadaje się na nazwę webhooka",
		"%q cannot be the name of a webhook",
		"%q no puede ser el nombre de un webhook",
	},
	ConfigWebhookTwiceRemedy: {
		"Nadaj każdemu webhookowi własną nazwę",
		"Give every webhook a name of its own",
		"Dé a cada webhook un nombre propio",
	},
	ConfigWebhookEvents: {
		"%q nie jest rodzajem zdarzenia",
		"%q is not a type of event",
		"%q no es un tipo de evento",
	},
	ConfigWebhookEventsRemedy: {
		"Podaj rodzaj, na przykład message.sent, albo wszystkie o wspólnym początku: message.*",
		"Write a type, such as message.sent, or all that begin alike: message.*",
		"Escriba un tipo, como message.sent, o todos los que empiezan igual: message.*",
	},
	ConfigWebhookUser: {
		"adres zawiera nazwę użytkownika lub hasło",
		"the address holds a user name or a password",
		"la dirección contiene un usuario o una contraseña",
	},
	ConfigWebhookUserRemedy: {
		"Usuń je; odbiorca rozpoznaje bramkę po podpisie, zob. secret_file",
		"Remove it; a receiver knows the gateway by its signature, see secret_file",
		"Elimínelos; el receptor reconoce la pasarela por su firma, vea secret_file",
	},
	ConfigURL: {
		"%q nie jest adresem HTTP",
		"%q is not an HTTP address",
		"%q no es una dirección HTTP",
	},
	ConfigURLRemedy: {
		"Podaj pełny adres z http:// lub https://, na przykład http://192.0.2.10/sms",
		"Write a full address with http:// or https://, such as http://192.0.2.10/sms",
		"Escriba una dirección completa con http:// o https://, como http://192.0.2.10/sms",
	},
	ConfigNetwork: {
		"%q nie jest siecią ani adresem IP",
		"%q is neither a network nor an IP address",
		"%q no es una red ni una dirección IP",
	},
	ConfigNetworkRemedy: {
		"Podaj sieć, na przykład 192.168.1.0/24, albo pojedynczy adres",
		"Write a network, such as 192.168.1.0/24, or a single address",
		"Escriba una red, como 192.168.1.0/24, o una sola dirección",
	},
	ConfigSecretItself: {
		"tu ma być plik, a nie sam sekret",
		"a file belongs here, not the secret itself",
		"aquí va un archivo, no el secreto mismo",
	},
	ConfigSecretContent: {
		"w pliku nie ma sekretów webhooka: whsec_ i 24 do 64 bajtów w base64, jeden w wierszu, najwyżej 5",
		"the file does not hold webhook secrets: whsec_ and 24 to 64 bytes in base64, one a line, 5 at most",
		"el archivo no contiene secretos de webhook: whsec_ y de 24 a 64 bytes en base64, uno por línea, 5 como máximo",
	},
	ConfigUnsigned: {
		"zdarzenia nie są podpisywane, więc odbiorca nie odróżni ich od podrobionych",
		"events are not signed, so their receiver cannot tell them from forged ones",
		"los eventos no se firman, así que el receptor no los distingue de los falsos",
	},
	ConfigWebhookSecretRemedy: {
		"Utwórz plik: (umask 077; goniec webhook secret > /etc/goniec/webhook.secret), i podaj jego ścieżkę w secret_file",
		"Make a file: (umask 077; goniec webhook secret > /etc/goniec/webhook.secret), and write its path to secret_file",
		"Cree un archivo: (umask 077; goniec webhook secret > /etc/goniec/webhook.secret), y escriba su ruta en secret_file",
	},

	CommandWebhook: {
		"Webhooki: programy, które bramka powiadamia o zdarzeniach",
		"Webhooks: programs that the gateway tells of events",
		"Webhooks: programas a los que la pasarela avisa de eventos",
	},
	CommandWebhookList: {
		"Pokaż webhooki: czy przyjmują, ile czeka, ile porzucono",
		"Show the webhooks: whether they take events, what waits, what was given up",
		"Mostrar los webhooks: si reciben, cuánto espera, cuánto se abandonó",
	},
	CommandWebhookDeliveries: {
		"Pokaż zdarzenia, których webhook nie przyjął",
		"Show the events that a webhook did not take",
		"Mostrar los eventos que un webhook no recibió",
	},
	CommandWebhookResend: {
		"Wyślij ponownie porzucone zdarzenie; bez ID wszystkie",
		"Send an event again that was given up; without an ID all of them",
		"Enviar de nuevo un evento abandonado; sin ID, todos",
	},
	CommandWebhookEnable: {
		"Włącz webhook, który został wyłączony po odpowiedzi 410",
		"Enable a webhook that was disabled by the answer 410",
		"Activar un webhook desactivado por la respuesta 410",
	},
	CommandWebhookTest: {
		"Wyślij do webhooka zdarzenie próbne i pokaż odpowiedź",
		"Send a test event to a webhook and show the answer",
		"Enviar un evento de prueba a un webhook y mostrar la respuesta",
	},
	CommandWebhookSecret: {
		"Wypisz nowy sekret do podpisywania",
		"Print a new secret for signatures",
		"Escribir un nuevo secreto para firmar",
	},
	FlagDeliveryState: {
		"dead: porzucone; waiting: czekające",
		"dead: given up; waiting: not yet delivered",
		"dead: abandonados; waiting: en espera",
	},
	WebhookNone: {
		"W konfiguracji nie ma webhooków (klucz webhooks).",
		"The configuration has no webhooks (key webhooks).",
		"La configuración no tiene webhooks (clave webhooks).",
	},
	WebhookUnknown: {
		"Nie ma takiego webhooka. W konfiguracji są: %s",
		"There is no such webhook. The configuration has: %s",
		"No existe ese webhook. La configuración tiene: %s",
	},
	WebhookWell:     {"działa", "well", "bien"},
	WebhookFailing:  {"nie przyjmuje", "failing", "falla"},
	WebhookDisabled: {"wyłączony", "disabled", "desactivado"},
	WebhookTook: {
		"%s przyjął zdarzenie próbne: %d, po %d ms.",
		"%s took the test event: %d, after %d ms.",
		"%s recibió el evento de prueba: %d, tras %d ms.",
	},
	WebhookRefused: {
		"%s nie przyjął zdarzenia próbnego: %s",
		"%s did not take the test event: %s",
		"%s no recibió el evento de prueba: %s",
	},
	WebhookResent: {
		"%d {1:zdarzenie zostanie wysłane|zdarzenia zostaną wysłane|zdarzeń zostanie wysłanych} ponownie.",
		"%d {1:event|events} will be sent again.",
		"{1:Se enviará|Se enviarán} de nuevo %d {1:evento|eventos}.",
	},
	WebhookEnabled: {
		"%s jest włączony; najpierw dostanie to, co czeka.",
		"%s is enabled; what waits goes first.",
		"%s está activado; primero sale lo que espera.",
	},
	HeadWaiting:     {"CZEKA", "WAITING", "EN ESPERA"},
	HeadGivenUp:     {"PORZUCONE", "GIVEN UP", "ABANDONADOS"},
	HeadLastSuccess: {"OSTATNIO PRZYJĄŁ", "LAST SUCCESS", "ÚLTIMO ÉXITO"},
	HeadLastError:   {"OSTATNI BŁĄD", "LAST ERROR", "ÚLTIMO ERROR"},
	HeadEventType:   {"ZDARZENIE", "EVENT", "EVENTO"},
	HeadAttempts:    {"PRÓBY", "ATTEMPTS", "INTENTOS"},
	HeadNextAttempt: {"NASTĘPNA PRÓBA", "NEXT ATTEMPT", "PRÓXIMO INTENTO"},

	"problem.webhook_not_found": {
		"Nie ma webhooka o tej nazwie. Lista: GET /v1/webhooks.",
		"There is no webhook of this name. GET /v1/webhooks lists them.",
		"No hay ningún webhook con ese nombre. GET /v1/webhooks los lista.",
	},
	"problem.delivery_not_found": {
		"Wśród porzuconych nie ma takiego zdarzenia; może zostało już wysłane ponownie. Zob. GET /v1/webhooks/{name}/deliveries.",
		"No such event was given up; perhaps it was sent again already. See GET /v1/webhooks/{name}/deliveries.",
		"No se abandonó ningún evento así; quizá ya se envió de nuevo. Vea GET /v1/webhooks/{name}/deliveries.",
	},
	"alarm.webhook_disabled": {
		"Webhook jest wyłączony, bo jego odbiorca odpowiedział 410: nie chce więcej zdarzeń.",
		"A webhook is disabled because its receiver answered 410: it wants no more events.",
		"Un webhook está desactivado porque su receptor respondió 410: no quiere más eventos.",
	},
	"alarm.webhook_disabled.remedy": {
		"Popraw url w konfiguracji albo odbiorcę i wpisz: goniec webhook enable NAZWA. Zdarzenia czekają trzy dni.",
		"Correct the url in the configuration, or the receiver, and type: goniec webhook enable NAME. Events wait for three days.",
		"Corrija la url en la configuración, o el receptor, y escriba: goniec webhook enable NOMBRE. Los eventos esperan tres días.",
	},
	"alarm.webhook_failing": {
		"Webhook od ponad godziny nie przyjmuje żadnych zdarzeń.",
		"A webhook has taken no event for more than an hour.",
		"Un webhook no recibe ningún evento desde hace más de una hora.",
	},
	"alarm.webhook_failing.remedy": {
		"Sprawdź, czy program odbiorcy działa i jest dostępny z bramki: goniec webhook list pokazuje błąd, goniec webhook test NAZWA próbuje od razu.",
		"See that the receiving program runs and can be reached from here: goniec webhook list shows the error, goniec webhook test NAME tries at once.",
		"Compruebe que el programa receptor funciona y es accesible desde aquí: goniec webhook list muestra el error, goniec webhook test NOMBRE prueba ya.",
	},
}
