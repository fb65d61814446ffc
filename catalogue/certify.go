package catalogue

// What goniec modem certify says. CheckName and CheckConsequence have a text for
// each check of package modem, which a test of cmd/goniec holds against this table.
const (
	CommandModemCertify Key = "command.modem.certify"
	FlagCertifyTo       Key = "flag.certify_to"
	FlagCertifyNoTexts  Key = "flag.certify_no_texts"
	FlagCertifyUnplug   Key = "flag.certify_unplug"
	FlagCertifyProfile  Key = "flag.certify_profile"
	HeadCheck           Key = "head.check"
	HeadProfile         Key = "head.profile"
	ConfigProfile       Key = "config.profile" // reason
	ConfigProfileRemedy Key = "config.profile.remedy"
	DoctorProfiles      Key = "doctor.profiles" // number, folder
	HeadVerdict         Key = "head.verdict"
	HeadEvidence        Key = "head.evidence"
	CertifyFit          Key = "certify.fit"     // device
	CertifyUnfit        Key = "certify.unfit"   // device
	CertifyUntried      Key = "certify.untried" // device
	CertifyUnplugNow    Key = "certify.unplug_now"
	CertifyPlugNow      Key = "certify.plug_now"
	CertifyProfile      Key = "certify.profile" // file
	CertifyCosts        Key = "certify.costs"
)

// CheckName returns the key of the name of a check.
func CheckName(id string) Key { return Key("check." + id) }

// CheckConsequence returns the key of what follows when a check is not passed.
func CheckConsequence(id string) Key { return Key("check." + id + ".otherwise") }

// VerdictText returns the key of the word for a verdict.
func VerdictText(verdict string) Key { return Key("verdict." + verdict) }

var certifyTexts = map[Key]text{
	CommandModemCertify: {"Sprawdź modem punkt po punkcie: czy nadaje się do SMS-ów", "Examine a modem check by check: whether it is fit for texts", "Examinar un módem punto por punto: si sirve para SMS"},
	FlagCertifyTo:       {"numer tej karty SIM, jeśli karta go nie podaje", "the number of this SIM, if the SIM does not tell it", "el número de esta SIM, si la SIM no lo dice"},
	FlagCertifyNoTexts:  {"nie wysyłaj SMS-ów do siebie", "send no texts to itself", "no enviar SMS a sí mismo"},
	FlagCertifyUnplug:   {"poproś o odłączenie i podłączenie modemu", "ask for the modem to be unplugged and plugged in", "pedir que se desconecte y conecte el módem"},
	FlagCertifyProfile:  {"zapisz w tym pliku profil modemu, do podzielenia się", "write a profile of the modem to this file, to share", "escribir en este archivo un perfil del módem, para compartirlo"},
	HeadProfile:         {"PROFIL", "PROFILE", "PERFIL"},
	ConfigProfile:       {"profil modemu nie będzie używany: %s", "this profile of a modem is not used: %s", "este perfil de módem no se usa: %s"},
	ConfigProfileRemedy: {"Zapisz go na nowo: goniec modem certify PORT --profile PLIK.json", "Write it again: goniec modem certify PORT --profile FILE.json", "Vuelva a escribirlo: goniec modem certify PUERTO --profile ARCHIVO.json"},
	DoctorProfiles:      {"%d {1:profil|profile|profili} modemów w %s.", "%d modem {1:profile|profiles} in %s.", "%d {1:perfil|perfiles} de módem en %s."},
	HeadCheck:           {"PUNKT", "CHECK", "PUNTO"},
	HeadVerdict:         {"WYNIK", "RESULT", "RESULTADO"},
	HeadEvidence:        {"SZCZEGÓŁY", "DETAILS", "DETALLES"},
	CertifyFit:          {"%s nadaje się do SMS-ów.", "%s is fit for texts.", "%s sirve para SMS."},
	CertifyUnfit:        {"%s nie nadaje się do SMS-ów. Co z czego wynika, jest powyżej.", "%s is not fit for texts. What follows from what is said above.", "%s no sirve para SMS. Arriba se dice qué se deduce de qué."},
	CertifyUntried:      {"%s odpowiada jak trzeba, ale nie wysłano żadnego SMS-a: podaj numer karty przez --to.", "%s answers as it should, but no text was sent: give the number of the SIM with --to.", "%s contesta como debe, pero no se envió ningún SMS: indique el número de la SIM con --to."},
	CertifyUnplugNow:    {"Odłącz teraz modem.", "Unplug the modem now.", "Desconecte ahora el módem."},
	CertifyPlugNow:      {"Podłącz go z powrotem.", "Plug it in again.", "Vuelva a conectarlo."},
	CertifyProfile:      {"Profil zapisano w %s.", "The profile is in %s.", "El perfil está en %s."},
	CertifyCosts:        {"Wysłane zostaną 4 SMS-y na własny numer karty.", "4 texts will be sent to the SIM's own number.", "Se enviarán 4 SMS al propio número de la SIM."},

	VerdictText("passed"):    {"dobrze", "pass", "bien"},
	VerdictText("failed"):    {"ŹLE", "FAIL", "MAL"},
	VerdictText("refused"):   {"nie ma, można bez", "lacks it, fine", "no lo tiene, no importa"},
	VerdictText("not_tried"): {"nie sprawdzono", "not tried", "sin probar"},

	CheckName("port"):           {"port otwiera się na wyłączność", "port opens for us alone", "el puerto se abre en exclusiva"},
	CheckName("answers"):        {"odpowiada na AT", "answers AT", "contesta a AT"},
	CheckName("echo"):           {"echo daje się wyłączyć", "echo can be turned off", "el eco se puede quitar"},
	CheckName("verbose"):        {"wyniki słowami", "results in words", "resultados en palabras"},
	CheckName("errors"):         {"błędy z numerami", "errors with numbers", "errores con número"},
	CheckName("identity"):       {"mówi, co to za modem", "says what it is", "dice qué es"},
	CheckName("imei"):           {"podaje IMEI", "tells its IMEI", "da su IMEI"},
	CheckName("sim"):            {"karta SIM gotowa", "SIM is ready", "la SIM está lista"},
	CheckName("pin_attempts"):   {"podaje pozostałe próby PIN", "tells attempts left for the PIN", "da los intentos de PIN restantes"},
	CheckName("imsi"):           {"podaje IMSI", "tells the IMSI", "da el IMSI"},
	CheckName("iccid"):          {"podaje numer karty", "tells the number of the card", "da el número de la tarjeta"},
	CheckName("number"):         {"karta zna swój numer", "SIM knows its number", "la SIM conoce su número"},
	CheckName("pdu_mode"):       {"tryb PDU", "PDU mode", "modo PDU"},
	CheckName("service"):        {"usługa faza 2+", "service phase 2+", "servicio fase 2+"},
	CheckName("memories"):       {"wymienia pamięci", "lists its memories", "enumera sus memorias"},
	CheckName("cpms"):           {"wybór pamięci (liczba argumentów)", "choice of memory (number of arguments)", "elección de memoria (número de argumentos)"},
	CheckName("cnmi"):           {"sposoby zawiadamiania", "ways to announce", "formas de avisar"},
	CheckName("reports"):        {"przyjmuje raporty doręczenia", "takes delivery reports", "admite informes de entrega"},
	CheckName("report_store"):   {"przechowuje raporty", "stores reports", "guarda informes"},
	CheckName("list"):           {"wymienia wiadomości", "lists messages", "enumera mensajes"},
	CheckName("delete"):         {"kasuje wiadomości", "deletes messages", "borra mensajes"},
	CheckName("smsc"):           {"zna centrum SMS", "knows the service centre", "conoce el centro de SMS"},
	CheckName("network"):        {"jest w sieci", "is in a network", "está en una red"},
	CheckName("network_cs"):     {"sieć 2G/3G", "2G/3G network", "red 2G/3G"},
	CheckName("network_lte"):    {"sieć LTE", "LTE network", "red LTE"},
	CheckName("signal"):         {"podaje siłę sygnału", "tells the signal", "da la señal"},
	CheckName("operator"):       {"podaje operatora", "tells the operator", "da el operador"},
	CheckName("link"):           {"utrzymuje łącze między częściami", "keeps the link between parts", "mantiene el enlace entre partes"},
	CheckName("ussd"):           {"kody USSD", "USSD codes", "códigos USSD"},
	CheckName("caller"):         {"pokazuje, kto dzwoni", "shows who calls", "muestra quién llama"},
	CheckName("radio"):          {"podaje stan radia", "tells the state of its radio", "da el estado de la radio"},
	CheckName("ready"):          {"uruchamia się jak w bramce", "comes up as in the gateway", "arranca como en la pasarela"},
	CheckName("text"):           {"sieć przyjęła SMS (części)", "network took a text (parts)", "la red aceptó un SMS (partes)"},
	CheckName("inbound"):        {"SMS wrócił", "the text came back", "el SMS volvió"},
	CheckName("announced"):      {"zapowiedział go na tym porcie", "announced it on this port", "lo anunció en este puerto"},
	CheckName("index_base"):     {"numer miejsca w pamięci", "number of the place in memory", "número del lugar en memoria"},
	CheckName("report"):         {"przyszedł raport doręczenia", "delivery report came", "llegó el informe de entrega"},
	CheckName("long_text"):      {"przyjęła długi polski tekst (części)", "took a long Polish text (parts)", "aceptó un texto largo en polaco (partes)"},
	CheckName("long_text_back"): {"długi tekst wrócił w całości", "long text came back whole", "el texto largo volvió entero"},
	CheckName("tidy"):           {"posprzątano po próbach", "tidied up behind the texts", "se limpió tras las pruebas"},
	CheckName("unplug"):         {"wraca po odłączeniu", "returns after being unplugged", "vuelve tras desconectarlo"},

	CheckConsequence("port"):           {"Bramka go nie otworzy: zatrzymaj program, który trzyma port, albo dodaj się do grupy dialout.", "The gateway cannot open it: stop the program that holds the port, or join the group dialout.", "La pasarela no podrá abrirlo: detenga el programa que ocupa el puerto o entre en el grupo dialout."},
	CheckConsequence("answers"):        {"To nie jest port poleceń: spróbuj następnego portu tego modemu albo innej prędkości (--baud).", "This is no port for commands: try the next port of this modem, or another speed (--baud).", "No es un puerto de órdenes: pruebe el siguiente del módem u otra velocidad (--baud)."},
	CheckConsequence("echo"):           {"Bramka pomija echo.", "The gateway passes over the echo.", "La pasarela pasa por alto el eco."},
	CheckConsequence("verbose"):        {"Bramka rozumie też numery.", "The gateway understands numbers as well.", "La pasarela entiende también números."},
	CheckConsequence("errors"):         {"Przyczyny niepowodzeń będą mniej dokładne.", "Reasons for failures will be less exact.", "Las causas de los fallos serán menos exactas."},
	CheckConsequence("identity"):       {"Bramka nie rozpozna rodziny modemu i będzie go pytać.", "The gateway cannot tell its family and will ask it instead.", "La pasarela no reconocerá su familia y le preguntará."},
	CheckConsequence("imei"):           {"Podaj w konfiguracji device, nie imei.", "Name device in the configuration, not imei.", "Indique device en la configuración, no imei."},
	CheckConsequence("sim"):            {"Włóż kartę, wpisz PIN w telefonie albo wskaż pin_file.", "Put in a SIM, enter its PIN in a phone, or name a pin_file.", "Ponga una SIM, introduzca su PIN en un teléfono o indique pin_file."},
	CheckConsequence("pin_attempts"):   {"Bramka poda PIN najwyżej raz.", "The gateway will give a PIN once at most.", "La pasarela dará el PIN una vez como mucho."},
	CheckConsequence("imsi"):           {"Karta jest rozpoznawana inaczej.", "The SIM is recognised by other means.", "La SIM se reconoce de otro modo."},
	CheckConsequence("iccid"):          {"Karta jest rozpoznawana po IMSI.", "The SIM is recognised by its IMSI.", "La SIM se reconoce por su IMSI."},
	CheckConsequence("number"):         {"Tak jest u większości operatorów; do prób podaj --to.", "So it is with most operators; give --to for the trial.", "Así es con casi todos los operadores; indique --to para la prueba."},
	CheckConsequence("pdu_mode"):       {"Bez niego nie da się wysyłać: spróbuj innego portu albo innego modemu.", "Nothing can be sent without: try another port or another modem.", "Sin él no se puede enviar: pruebe otro puerto u otro módem."},
	CheckConsequence("service"):        {"Niepotrzebna, gdy wiadomości zostają w pamięci.", "Not needed while texts stay in memory.", "No hace falta si los mensajes quedan en memoria."},
	CheckConsequence("memories"):       {"Bramka próbuje SM i ME.", "The gateway tries SM and ME.", "La pasarela prueba SM y ME."},
	CheckConsequence("cpms"):           {"Bramka używa pamięci, jaką modem ma.", "The gateway uses the memory that the modem has.", "La pasarela usa la memoria que tenga el módem."},
	CheckConsequence("cnmi"):           {"Wiadomości znajdą się dopiero przy przeglądzie pamięci, po kilku minutach.", "Texts are found by looking through the memory only, minutes later.", "Los mensajes se hallan solo al revisar la memoria, minutos después."},
	CheckConsequence("reports"):        {"Status „doręczona” nie będzie znany.", "Whether a text was delivered will not be known.", "No se sabrá si un SMS se entregó."},
	CheckConsequence("report_store"):   {"Raport, który przyjdzie przy wyłączonej bramce, przepadnie.", "A report that comes while the gateway is down is lost.", "Un informe que llegue con la pasarela parada se pierde."},
	CheckConsequence("list"):           {"Bramka czyta miejsce po miejscu, wolniej.", "The gateway reads place by place, more slowly.", "La pasarela lee lugar por lugar, más despacio."},
	CheckConsequence("delete"):         {"Pamięć się zapełni i modem przestanie odbierać: wymień kartę albo modem.", "The memory will fill up and the modem go deaf: replace SIM or modem.", "La memoria se llenará y el módem dejará de recibir: cambie la SIM o el módem."},
	CheckConsequence("smsc"):           {"Nic nie wyjdzie: ustaw numer centrum przez AT+CSCA albo włóż kartę raz do telefonu.", "Nothing will leave: set the number by AT+CSCA, or put the SIM into a phone once.", "No saldrá nada: fije el número con AT+CSCA o ponga la SIM una vez en un teléfono."},
	CheckConsequence("network"):        {"Sprawdź antenę i czy karta jest aktywna.", "Check the antenna and whether the SIM is active.", "Revise la antena y si la SIM está activa."},
	CheckConsequence("network_cs"):     {"SMS-y idą przez LTE, jeśli tam jest sieć.", "Texts go by LTE, if it has that.", "Los SMS van por LTE, si la tiene."},
	CheckConsequence("network_lte"):    {"SMS-y idą przez 2G/3G; gdy operator je wyłączy, potrzebny będzie inny modem.", "Texts go by 2G/3G; once the operator ends that, another modem is needed.", "Los SMS van por 2G/3G; cuando el operador lo apague hará falta otro módem."},
	CheckConsequence("signal"):         {"Bramka nie ostrzeże przed słabym sygnałem.", "The gateway cannot warn of a weak signal.", "La pasarela no avisará de señal débil."},
	CheckConsequence("operator"):       {"Nazwa sieci nie będzie pokazana.", "The name of the network is not shown.", "No se mostrará el nombre de la red."},
	CheckConsequence("link"):           {"Długie teksty idą nieco wolniej.", "Long texts go a little more slowly.", "Los textos largos van algo más lentos."},
	CheckConsequence("ussd"):           {"Saldo trzeba sprawdzać inaczej.", "The credit must be looked up elsewhere.", "El saldo hay que mirarlo de otro modo."},
	CheckConsequence("caller"):         {"Nie będzie wiadomo, kto dzwonił.", "It will not be known who called.", "No se sabrá quién llamó."},
	CheckConsequence("radio"):          {"Bramka nie zauważy wyłączonego radia.", "The gateway will not notice a radio that is off.", "La pasarela no notará una radio apagada."},
	CheckConsequence("ready"):          {"W bramce też się nie uruchomi; przyczyna jest obok.", "It will not come up in the gateway either; the reason is beside it.", "Tampoco arrancará en la pasarela; la causa está al lado."},
	CheckConsequence("text"):           {"Sprawdź saldo, taryfę i numer centrum SMS.", "Check credit, tariff and service centre.", "Revise saldo, tarifa y centro de SMS."},
	CheckConsequence("inbound"):        {"Odpowiedzi pacjentów nie dojdą: sprawdź numer w --to i czy taryfa pozwala odbierać.", "Replies will not arrive: check the number in --to and whether the tariff allows receiving.", "Las respuestas no llegarán: revise el número de --to y si la tarifa permite recibir."},
	CheckConsequence("announced"):      {"Zapowiedzi idą może innym portem; wiadomości znajdą się przy przeglądzie, po kilku minutach.", "Announcements may go to another port; texts are found by looking, minutes later.", "Los avisos quizá van a otro puerto; los mensajes se hallan al revisar, minutos después."},
	CheckConsequence("index_base"):     {"Nic z tego nie wynika.", "Nothing follows.", "No implica nada."},
	CheckConsequence("report"):         {"Status „doręczona” nie będzie znany.", "Whether a text was delivered will not be known.", "No se sabrá si un SMS se entregó."},
	CheckConsequence("long_text"):      {"Długie teksty nie wyjdą przez ten modem.", "Long texts will not leave through this modem.", "Los textos largos no saldrán por este módem."},
	CheckConsequence("long_text_back"): {"Długie odpowiedzi mogą się gubić.", "Long replies may get lost.", "Las respuestas largas pueden perderse."},
	CheckConsequence("tidy"):           {"Usuń próbne wiadomości z karty w telefonie.", "Delete the texts of this trial in a phone.", "Borre los mensajes de prueba en un teléfono."},
	CheckConsequence("unplug"):         {"Po zaniku zasilania trzeba będzie przyjść: podaj w konfiguracji imei albo ścieżkę /dev/serial/by-id.", "After a power cut somebody must come: name imei or a /dev/serial/by-id path in the configuration.", "Tras un corte habrá que ir: indique imei o una ruta /dev/serial/by-id."},
}
