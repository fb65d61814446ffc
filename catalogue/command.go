package catalogue

// The command line: what commands and flags are for, and what they say.
const (
	CommandRoot         Key = "command.root"
	CommandServe        Key = "command.serve"
	CommandDemo         Key = "command.demo"
	CommandEmulate      Key = "command.emulate"
	CommandSend         Key = "command.send"
	CommandToken        Key = "command.token"
	CommandTokenCreate  Key = "command.token.create"
	CommandTokenList    Key = "command.token.list"
	CommandTokenRevoke  Key = "command.token.revoke"
	CommandConfig       Key = "command.config"
	CommandConfigCheck  Key = "command.config.check"
	CommandConfigSample Key = "command.config.sample"
	CommandModem        Key = "command.modem"
	CommandModemList    Key = "command.modem.list"
	CommandModemProbe   Key = "command.modem.probe"
	CommandVersion      Key = "command.version"
	CommandUsage        Key = "command.usage"
	CommandCommands     Key = "command.commands"
	CommandFlags        Key = "command.flags"
	FlagHelp            Key = "flag.help"
	FlagConfig          Key = "flag.config"
	FlagOutput          Key = "flag.output"
	FlagListen          Key = "flag.listen"
	FlagDataDir         Key = "flag.data_dir"
	FlagFor             Key = "flag.for"
	FlagModems          Key = "flag.modems"
	FlagDir             Key = "flag.dir"
	FlagTo              Key = "flag.to"
	FlagText            Key = "flag.text"
	FlagReference       Key = "flag.reference"
	FlagPriority        Key = "flag.priority"
	FlagPurpose         Key = "flag.purpose"
	FlagEncoding        Key = "flag.encoding"
	FlagModem           Key = "flag.modem"
	FlagFlash           Key = "flag.flash"
	FlagWait            Key = "flag.wait"
	FlagTimeout         Key = "flag.timeout"
	FlagURL             Key = "flag.url"
	FlagTokenFile       Key = "flag.token_file"
	FlagName            Key = "flag.name"
	FlagScope           Key = "flag.scope" // the scopes
	FlagBaud            Key = "flag.baud"
	UsageUnknownFlag    Key = "usage.unknown_flag"    // flag
	UsageUnknownCommand Key = "usage.unknown_command" // command
	UsageWantCommand    Key = "usage.want_command"
	UsageArguments      Key = "usage.arguments"
	UsageFlagValue      Key = "usage.flag_value"   // flag
	UsageInvalidFlag    Key = "usage.invalid_flag" // flag, value
	UsageRequired       Key = "usage.required"     // flag
	UsageTokenAndSocket Key = "usage.token_and_socket"
	UsageOutput         Key = "usage.output" // value

	ConfigIsGood        Key = "config.is_good" // path
	ConfigNoFile        Key = "config.no_file"
	ConfigMistakes      Key = "config.mistakes" // number, path
	ConfigWarning       Key = "config.warning"  // the warning
	ServeFailed         Key = "serve.failed"    // error
	DataDirLocked       Key = "data.locked"     // directory
	DataDamaged         Key = "data.damaged"    // file
	DataNewer           Key = "data.newer"      // found, known
	DataForbidden       Key = "data.forbidden"  // directory
	ListenTaken         Key = "listen.taken"    // address
	ListenRefused       Key = "listen.refused"  // address, reason
	TokenTaken          Key = "token.taken"     // name
	TokenUnknown        Key = "token.unknown"   // name
	TokenScope          Key = "token.scope"     // scope, all
	TokenName           Key = "token.name"      // name
	TokenRevoked        Key = "token.revoked"   // name
	NoToken             Key = "send.no_token"   // url
	NoDaemon            Key = "send.no_daemon"  // address
	SendStatus          Key = "send.status"     // time, status
	SendEnded           Key = "send.ended"
	SendNextTry         Key = "send.next_try" // time
	SendGoes            Key = "send.goes"     // time
	CallRefused         Key = "call.refused"
	SendTimeout         Key = "send.timeout" // status
	NoPorts             Key = "modem.no_ports"
	ProbeNothing        Key = "modem.probe_nothing" // device
	ProbeFailed         Key = "modem.probe_failed"  // device, reason
	PortMissing         Key = "port.missing"
	PortDenied          Key = "port.denied"
	PortBusy            Key = "port.busy"
	PortNone            Key = "port.none"
	WordYes             Key = "word.yes"
	WordNo              Key = "word.no"
	HeadDevice          Key = "head.device"
	HeadProduct         Key = "head.product"
	HeadSerial          Key = "head.serial"
	HeadInterface       Key = "head.interface"
	HeadDriver          Key = "head.driver"
	HeadLink            Key = "head.link"
	HeadModem           Key = "head.modem"
	HeadSIM             Key = "head.sim"
	HeadOperator        Key = "head.operator"
	HeadSignal          Key = "head.signal"
	HeadNetwork         Key = "head.network"
	HeadName            Key = "head.name"
	HeadScopes          Key = "head.scopes"
	HeadCreated         Key = "head.created"
	HeadLastUsed        Key = "head.last_used"
	EmulateIntroduction Key = "emulate.introduction"
	EmulateRunning      Key = "emulate.running"
	DemoPortTaken       Key = "demo.port_taken" // address wanted, address used
	DemoIntroduction    Key = "demo.introduction"
	DemoPage            Key = "demo.page"
	DemoToken           Key = "demo.token"
	DemoCurl            Key = "demo.curl"
	DemoTraffic         Key = "demo.traffic"
	DemoText            Key = "demo.text"
	DemoSummary         Key = "demo.summary" // sent, delivered, failed, answered
	DemoData            Key = "demo.data"    // directory
)

// StatusText returns the key of the word for a status of a message.
func StatusText(status string) Key { return Key("status." + status) }

// commandTexts are what the command line says.
var commandTexts = map[Key]text{
	CommandRoot:         {"Goniec, bramka SMS dla przychodni", "Goniec, an SMS gateway for clinics", "Goniec, pasarela SMS para clínicas"},
	CommandServe:        {"Uruchom bramkę", "Run the gateway", "Ejecutar la pasarela"},
	CommandDemo:         {"Pokaż bramkę na emulowanych modemach i pacjentach, bez sprzętu", "Show the gateway with emulated modems and patients, without hardware", "Mostrar la pasarela con módems y pacientes emulados, sin hardware"},
	CommandEmulate:      {"Uruchom same emulowane modemy, dla „goniec serve”", "Run emulated modems alone, for \"goniec serve\"", "Ejecutar solo módems emulados, para «goniec serve»"},
	CommandSend:         {"Wyślij wiadomość", "Send a message", "Enviar un mensaje"},
	CommandToken:        {"Tokeny dostępu do API", "API tokens", "Tokens de la API"},
	CommandTokenCreate:  {"Utwórz token i wypisz go", "Create a token and print it", "Crear un token e imprimirlo"},
	CommandTokenList:    {"Pokaż tokeny", "List the tokens", "Mostrar los tokens"},
	CommandTokenRevoke:  {"Unieważnij token", "Make a token worthless", "Revocar un token"},
	CommandConfig:       {"Konfiguracja", "Configuration", "Configuración"},
	CommandConfigSample: {"Wypisz przykładową konfigurację z objaśnieniami i wartościami domyślnymi", "Print the sample configuration, every key explained and with its default", "Imprimir la configuración de ejemplo, con cada clave explicada y su valor predeterminado"},
	CommandConfigCheck:  {"Pokaż wszystkie błędy konfiguracji naraz", "Show every mistake of the configuration at once", "Mostrar todos los errores de la configuración a la vez"},
	CommandModem:        {"Modemy", "Modems", "Módems"},
	CommandModemList:    {"Pokaż, co jest podłączone, niczego nie otwierając", "Show what is plugged in, opening nothing", "Mostrar lo que está conectado, sin abrir nada"},
	CommandModemProbe:   {"Zapytaj porty, jaki modem odpowiada", "Ask ports which modem answers", "Preguntar a los puertos qué módem responde"},
	CommandVersion:      {"Pokaż wersję", "Show the version", "Mostrar la versión"},
	CommandUsage:        {"Użycie:", "Usage:", "Uso:"},
	CommandCommands:     {"Polecenia:", "Commands:", "Órdenes:"},
	CommandFlags:        {"Opcje:", "Flags:", "Opciones:"},

	FlagHelp:      {"pokaż tę pomoc", "show this help", "mostrar esta ayuda"},
	FlagConfig:    {"plik konfiguracji; bez tej opcji goniec.yaml tutaj, potem w /etc/goniec", "configuration file; without it goniec.yaml here, then in /etc/goniec", "archivo de configuración; sin ella goniec.yaml aquí y luego en /etc/goniec"},
	FlagOutput:    {"postać wyniku: text albo json", "form of the output: text or json", "forma de la salida: text o json"},
	FlagListen:    {"adres i port API", "address and port of the API", "dirección y puerto de la API"},
	FlagDataDir:   {"katalog danych; bez tej opcji tymczasowy, usuwany na końcu", "data directory; without it a temporary one, removed at the end", "directorio de datos; sin ella, uno temporal que se borra al final"},
	FlagFor:       {"zakończ po tym czasie, np. 30s", "end after this time, such as 30s", "terminar tras este tiempo, p. ej. 30s"},
	FlagModems:    {"liczba modemów", "number of modems", "número de módems"},
	FlagDir:       {"katalog, w którym modemy mają zawsze te same nazwy", "directory in which the modems have the same names each time", "directorio en el que los módems tienen siempre los mismos nombres"},
	FlagTo:        {"numer odbiorcy", "number of the recipient", "número del destinatario"},
	FlagText:      {"treść; - czyta ją ze standardowego wejścia", "the text; - reads it from standard input", "el texto; - lo lee de la entrada estándar"},
	FlagReference: {"własny identyfikator nadawcy", "the sender's own id", "identificador propio del remitente"},
	FlagPriority:  {"high, normal albo low", "high, normal or low", "high, normal o low"},
	FlagPurpose:   {"care, information, marketing albo staff", "care, information, marketing or staff", "care, information, marketing o staff"},
	FlagEncoding:  {"auto, gsm7, ucs2 albo fold", "auto, gsm7, ucs2 or fold", "auto, gsm7, ucs2 o fold"},
	FlagModem:     {"wyślij tylko przez ten modem", "send through this modem only", "enviar solo por este módem"},
	FlagFlash:     {"pokaż od razu na ekranie, bez zapisywania", "show it at once on the screen instead of storing it", "mostrarlo en pantalla en vez de guardarlo"},
	FlagWait:      {"czekaj na koniec drogi wiadomości", "wait for the end of the message's way", "esperar al final del recorrido del mensaje"},
	FlagTimeout:   {"z --wait: czekaj najwyżej tyle, np. 5m", "with --wait: wait no longer than this, such as 5m", "con --wait: esperar como máximo esto, p. ej. 5m"},
	FlagURL:       {"adres API (albo zmienna GONIEC_URL); bez niego gniazdo usługi na tym komputerze", "address of the API (or the variable GONIEC_URL); without it the socket of the daemon on this computer", "dirección de la API (o la variable GONIEC_URL); sin ella, el socket del servicio en este equipo"},
	FlagTokenFile: {"plik z tokenem; bez tej opcji zmienna GONIEC_TOKEN", "file that holds the token; without it the variable GONIEC_TOKEN", "archivo con el token; sin ella, la variable GONIEC_TOKEN"},
	FlagName:      {"nazwa tokenu", "name of the token", "nombre del token"},
	FlagScope:     {"uprawnienie, można powtarzać: %s", "what it may do, may be repeated: %s", "lo que puede hacer, repetible: %s"},
	FlagBaud:      {"prędkość portu", "speed of the port", "velocidad del puerto"},

	UsageUnknownFlag:    {"nie ma opcji %s", "there is no flag %s", "no existe la opción %s"},
	UsageUnknownCommand: {"nie ma polecenia %q", "there is no command %q", "no existe la orden %q"},
	UsageWantCommand:    {"potrzebne jest polecenie", "a command is needed", "hace falta una orden"},
	UsageArguments:      {"liczba argumentów się nie zgadza", "wrong number of arguments", "el número de argumentos no es correcto"},
	UsageFlagValue:      {"opcja %s wymaga wartości", "flag %s needs a value", "la opción %s necesita un valor"},
	UsageInvalidFlag:    {"opcja %s nie przyjmuje wartości %q", "flag %s does not take the value %q", "la opción %s no admite el valor %q"},
	UsageRequired:       {"brakuje opcji --%s", "flag --%s is missing", "falta la opción --%s"},
	UsageTokenAndSocket: {"--token-file wymaga --url; gniazdo usługi nie potrzebuje tokenu", "--token-file needs --url; the daemon's socket needs no token", "--token-file necesita --url; el socket del servicio no necesita token"},
	UsageOutput:         {"--output to text albo json, nie %q", "--output is text or json, not %q", "--output es text o json, no %q"},

	ConfigIsGood:   {"%s: w porządku", "%s: good", "%s: correcto"},
	ConfigNoFile:   {"Nie ma pliku goniec.yaml ani tutaj, ani w /etc/goniec; obowiązują wartości domyślne.", "There is no goniec.yaml here nor in /etc/goniec; the defaults hold.", "No hay goniec.yaml aquí ni en /etc/goniec; rigen los valores predeterminados."},
	ConfigMistakes: {"%d {1:błąd|błędy|błędów} (%s)", "%d {1:mistake|mistakes} (%s)", "%d {1:error|errores} (%s)"},
	ConfigWarning:  {"Uwaga: %s", "Warning: %s", "Aviso: %s"},
	ServeFailed:    {"Nie udało się uruchomić: %s", "It could not be started: %s", "No se pudo iniciar: %s"},
	DataDirLocked: {
		"Katalog danych %s jest używany przez inny działający proces goniec. Zatrzymaj tamten albo podaj inny katalog w data_dir.",
		"The data directory %s is in use by another goniec that runs. Stop that one, or name another directory in data_dir.",
		"El directorio de datos %s está en uso por otro goniec en ejecución. Deténgalo o indique otro directorio en data_dir.",
	},
	DataDamaged: {
		"Plik danych %s jest uszkodzony albo nie jest bazą goniec. Odłóż go na bok i przywróć kopię zapasową.",
		"The data file %s is damaged or not a database of goniec. Move it aside and restore a backup.",
		"El archivo de datos %s está dañado o no es una base de datos de goniec. Apártelo y restaure una copia de seguridad.",
	},
	DataNewer: {
		"Dane zapisała nowsza wersja programu (schemat %d, ta wersja zna %d). Zainstaluj tamtą wersję albo przywróć kopię sprzed aktualizacji.",
		"The data was written by a newer version (schema %d, this one knows %d). Install that version, or restore a backup from before the upgrade.",
		"Los datos los escribió una versión más nueva (esquema %d, esta conoce %d). Instale esa versión o restaure una copia anterior a la actualización.",
	},
	DataForbidden: {
		"Brak prawa zapisu w katalogu danych %s. Uruchom polecenie jako użytkownik, z którym działa usługa (sudo -u goniec …), albo zmień data_dir.",
		"The data directory %s cannot be written. Run the command as the user the service runs as (sudo -u goniec …), or change data_dir.",
		"No se puede escribir en el directorio de datos %s. Ejecute la orden como el usuario del servicio (sudo -u goniec …) o cambie data_dir.",
	},
	ListenTaken: {
		"Na adresie %s słucha już inny program. Zatrzymaj go albo zmień http.listen.",
		"Another program listens on %s already. Stop it, or change http.listen.",
		"Otro programa ya escucha en %s. Deténgalo o cambie http.listen.",
	},
	ListenRefused: {
		"Nie można słuchać na adresie %s: %s. Sprawdź http.listen.",
		"It is not possible to listen on %s: %s. Check http.listen.",
		"No se puede escuchar en %s: %s. Revise http.listen.",
	},
	TokenTaken:   {"Token o nazwie %s już istnieje. Unieważnij go („goniec token revoke %[1]s”) albo wybierz inną nazwę.", "A token of the name %s exists already. Revoke it (\"goniec token revoke %[1]s\") or choose another name.", "Ya existe un token llamado %s. Revóquelo («goniec token revoke %[1]s») o elija otro nombre."},
	TokenUnknown: {"Nie ma tokenu o nazwie %s.", "There is no token of the name %s.", "No hay ningún token llamado %s."},
	TokenScope:   {"Nie ma uprawnienia %q. Możliwe: %s.", "There is no scope %q. There are: %s.", "No existe el permiso %q. Existen: %s."},
	TokenName:    {"%q nie nadaje się na nazwę tokenu. Wpisz do 64 liter, cyfr, kropek, myślników i podkreśleń.", "%q cannot be the name of a token. Use up to 64 letters, digits, dots, hyphens and underscores.", "%q no puede ser el nombre de un token. Use hasta 64 letras, cifras, puntos, guiones y guiones bajos."},
	TokenRevoked: {"Token %s jest nieważny.", "Token %s is worthless now.", "El token %s ya no vale."},
	NoToken:      {"Do %s potrzebny jest token: ustaw zmienną GONIEC_TOKEN albo podaj --token-file.", "%s wants a token: set the variable GONIEC_TOKEN, or give --token-file.", "%s exige un token: defina la variable GONIEC_TOKEN o use --token-file."},
	NoDaemon:     {"Bramka nie odpowiada (%s). Sprawdź, czy działa: systemctl status goniec.", "The gateway does not answer (%s). Check that it runs: systemctl status goniec.", "La pasarela no responde (%s). Compruebe que funciona: systemctl status goniec."},
	SendStatus:   {"%s  %s", "%s  %s", "%s  %s"},
	SendEnded:    {"Wiadomość nie dotarła.", "The message did not get there.", "El mensaje no llegó."},
	SendNextTry:  {"Następna próba: %s.", "Next try: %s.", "Próximo intento: %s."},
	SendGoes:     {"Wyjdzie: %s.", "It goes: %s.", "Saldrá: %s."},
	CallRefused:  {"Bramka tego nie przyjmuje:", "The gateway does not take this:", "La pasarela no lo acepta:"},
	SendTimeout:  {"Czas minął, a wiadomość jest jeszcze w drodze: %s.", "Time is up and the message is still under way: %s.", "Se acabó el tiempo y el mensaje sigue en camino: %s."},
	NoPorts:      {"Nie ma żadnego portu szeregowego. Podłącz modem i spróbuj ponownie.", "There is no serial port. Plug in a modem and try again.", "No hay ningún puerto serie. Conecte un módem e inténtelo de nuevo."},
	ProbeNothing: {"%s: nic nie odpowiada. Modemy mają po kilka portów; spróbuj następnego, albo innej prędkości (--baud).", "%s: nothing answers. Modems have several ports; try the next one, or another speed (--baud).", "%s: nada responde. Los módems tienen varios puertos; pruebe el siguiente, u otra velocidad (--baud)."},
	ProbeFailed:  {"%s: %s", "%s: %s", "%s: %s"},
	PortMissing:  {"nie ma takiego portu. „goniec modem list” pokazuje, co jest podłączone.", "there is no such port. \"goniec modem list\" shows what is plugged in.", "no existe ese puerto. «goniec modem list» muestra lo que está conectado."},
	PortDenied:   {"brak prawa do otwarcia portu. Dodaj użytkownika do grupy dialout albo użyj sudo.", "this user may not open the port. Add the user to the group dialout, or use sudo.", "este usuario no puede abrir el puerto. Añádalo al grupo dialout o use sudo."},
	PortBusy:     {"portu używa inny program. Jeśli to działająca bramka, jej modemy pokazuje GET /v1/modems.", "another program has the port. If it is the running gateway, GET /v1/modems shows its modems.", "otro programa usa el puerto. Si es la pasarela en marcha, GET /v1/modems muestra sus módems."},
	PortNone:     {"to nie jest port szeregowy. „goniec modem list” pokazuje, co jest podłączone.", "this is not a serial port. \"goniec modem list\" shows what is plugged in.", "no es un puerto serie. «goniec modem list» muestra lo que está conectado."},

	WordYes:       {"tak", "yes", "sí"},
	WordNo:        {"nie", "no", "no"},
	HeadDevice:    {"PORT", "DEVICE", "PUERTO"},
	HeadProduct:   {"URZĄDZENIE", "PRODUCT", "PRODUCTO"},
	HeadSerial:    {"NR SERYJNY", "SERIAL", "N.º DE SERIE"},
	HeadInterface: {"INTERFEJS", "INTERFACE", "INTERFAZ"},
	HeadDriver:    {"STEROWNIK", "DRIVER", "CONTROLADOR"},
	HeadLink:      {"STAŁA NAZWA", "STABLE NAME", "NOMBRE ESTABLE"},
	HeadModem:     {"MODEM", "MODEM", "MÓDEM"},
	HeadSIM:       {"SIM", "SIM", "SIM"},
	HeadOperator:  {"OPERATOR", "OPERATOR", "OPERADOR"},
	HeadSignal:    {"SYGNAŁ", "SIGNAL", "SEÑAL"},
	HeadNetwork:   {"SIEĆ", "NETWORK", "RED"},
	HeadName:      {"NAZWA", "NAME", "NOMBRE"},
	HeadScopes:    {"UPRAWNIENIA", "SCOPES", "PERMISOS"},
	HeadCreated:   {"UTWORZONY", "CREATED", "CREADO"},
	HeadLastUsed:  {"OSTATNIO UŻYTY", "LAST USED", "ÚLTIMO USO"},

	EmulateIntroduction: {
		"Emulowane modemy czekają. Zapisz to jako goniec.yaml i uruchom obok „goniec serve”:",
		"The emulated modems wait. Save this as goniec.yaml and run \"goniec serve\" beside it:",
		"Los módems emulados esperan. Guarde esto como goniec.yaml y ejecute «goniec serve» al lado:",
	},
	EmulateRunning: {
		"Numer %s odpisuje od razu. Treści, które dochodzą do pacjentów, i ich odpowiedzi są poniżej. Ctrl-C kończy.",
		"The number %s answers at once. What reaches the patients, and what they answer, is shown below. Ctrl-C ends it.",
		"El número %s contesta enseguida. Abajo se muestra lo que llega a los pacientes y lo que contestan. Ctrl-C termina.",
	},
	DemoPortTaken: {
		"Adres %s jest zajęty, więc demo słucha na %s.",
		"%s is taken, so the demo listens on %s.",
		"%s está ocupado, así que la demo escucha en %s.",
	},
	DemoIntroduction: {
		"To jest prawdziwa bramka z emulowanymi modemami. Ci pacjenci nie istnieją; nic nie opuszcza tego komputera.",
		"This is the real gateway with emulated modems. These patients do not exist; nothing leaves this computer.",
		"Esta es la pasarela real con módems emulados. Estos pacientes no existen; nada sale de este equipo.",
	},
	DemoPage:    {"Strona:", "Page:", "Página:"},
	DemoToken:   {"Token:", "Token:", "Token:"},
	DemoCurl:    {"Wyślij coś z drugiego terminala:", "Send something from another terminal:", "Envíe algo desde otro terminal:"},
	DemoTraffic: {"Ruch (Ctrl-C kończy):", "Traffic (Ctrl-C ends it):", "Tráfico (Ctrl-C termina):"},
	DemoText:    {"Wizyta jutro o 10:00. Odpisz TAK lub NIE.", "Your visit is tomorrow at 10:00. Reply TAK or NIE.", "Su cita es mañana a las 10:00. Responda TAK o NIE."},
	DemoSummary: {
		"Wysłane: %d, doręczone: %d, niedoręczone: %d, odpowiedzi: %d.",
		"Sent: %d, delivered: %d, failed: %d, answered: %d.",
		"Enviados: %d, entregados: %d, fallidos: %d, respuestas: %d.",
	},
	DemoData: {"Dane zostają w %s.", "The data stays in %s.", "Los datos quedan en %s."},

	StatusText("scheduled"): {"zaplanowana", "scheduled", "programado"},
	StatusText("queued"):    {"w kolejce", "queued", "en cola"},
	StatusText("sending"):   {"wysyłana", "sending", "enviándose"},
	StatusText("sent"):      {"wysłana", "sent", "enviado"},
	StatusText("delivered"): {"doręczona", "delivered", "entregado"},
	StatusText("failed"):    {"nie udało się", "failed", "fallido"},
	StatusText("expired"):   {"przeterminowana", "expired", "caducado"},
	StatusText("cancelled"): {"anulowana", "cancelled", "cancelado"},
	StatusText("held"):      {"wstrzymana", "held", "retenido"},
	StatusText("uncertain"): {"niepewna", "uncertain", "incierto"},
	StatusText("received"):  {"odebrana", "received", "recibido"},
}
