package catalogue

// What goniec doctor says: a finding, and with Remedy behind its key what to do.
const (
	CommandDoctor      Key = "command.doctor"
	DoctorOK           Key = "doctor.ok"
	DoctorWarning      Key = "doctor.warning"
	DoctorProblem      Key = "doctor.problem"
	DoctorSummary      Key = "doctor.summary" // problems, warnings
	DoctorConfigGood   Key = "doctor.config_good"
	DoctorConfigNone   Key = "doctor.config_none"
	DoctorDataGood     Key = "doctor.data_good"     // directory, free
	DoctorDataMissing  Key = "doctor.data_missing"  // directory
	DoctorDataHidden   Key = "doctor.data_hidden"   // directory
	DoctorDataReadOnly Key = "doctor.data_readonly" // directory
	DoctorDataOpen     Key = "doctor.data_open"     // directory, mode
	DoctorDiskLow      Key = "doctor.disk_low"      // directory, free
	DoctorStoreGood    Key = "doctor.store_good"
	DoctorStoreNone    Key = "doctor.store_none"
	DoctorStoreHeld    Key = "doctor.store_held"
	DoctorStoreDamaged Key = "doctor.store_damaged" // file
	DoctorStoreFailed  Key = "doctor.store_failed"  // file, error
	DoctorDaemonReady  Key = "doctor.daemon_ready"  // version
	DoctorDaemonWaits  Key = "doctor.daemon_waits"  // detail
	DoctorDaemonDown   Key = "doctor.daemon_down"
	DoctorDaemonHidden Key = "doctor.daemon_hidden"
	DoctorClockGood    Key = "doctor.clock_good"   // now
	DoctorClockWrong   Key = "doctor.clock_wrong"  // now
	DoctorClockBehind  Key = "doctor.clock_behind" // now, of the data
	DoctorClockAlone   Key = "doctor.clock_alone"  // now
	DoctorNoPorts      Key = "doctor.no_ports"
	DoctorPortGood     Key = "doctor.port_good"    // port, product
	DoctorPortDenied   Key = "doctor.port_denied"  // port
	DoctorPortHeld     Key = "doctor.port_held"    // port, who
	DoctorManager      Key = "doctor.manager"      //
	DoctorUSBStorage   Key = "doctor.usb_storage"  // product, id
	DoctorUSBNetwork   Key = "doctor.usb_network"  // product, id
	DoctorUSBDriver    Key = "doctor.usb_driver"   // product, id
	DoctorModemReady   Key = "doctor.modem_ready"  // name, operator, signal
	DoctorModemState   Key = "doctor.modem_state"  // name, state
	DoctorModemWeak    Key = "doctor.modem_weak"   // name, signal
	DoctorModemFull    Key = "doctor.modem_full"   // name, used, total
	DoctorModemTexts   Key = "doctor.modem_texts"  // name, port
	DoctorModemSilent  Key = "doctor.modem_silent" // name, port
	DoctorModemPort    Key = "doctor.modem_port"   // name, reason
	DoctorModemHeld    Key = "doctor.modem_held"   // name, port, who
	DoctorModemSought  Key = "doctor.modem_sought" // name, IMEI
	DoctorNoToken      Key = "doctor.no_token"
	DoctorTokens       Key = "doctor.tokens" // number
)

// DoctorRemedy returns the key of what to do about a finding.
func DoctorRemedy(key Key) Key { return key + ".remedy" }

var doctorTexts = map[Key]text{
	CommandDoctor: {"Sprawdź całą instalację i powiedz, co zrobić", "Check the whole installation and say what to do", "Revisar toda la instalación y decir qué hacer"},
	DoctorOK:      {"dobrze", "ok", "bien"},
	DoctorWarning: {"uwaga", "warn", "aviso"},
	DoctorProblem: {"PROBLEM", "PROBLEM", "PROBLEMA"},
	DoctorSummary: {"%d {1:problem|problemy|problemów}, %d {2:uwaga|uwagi|uwag}.", "%d {1:problem|problems}, %d {2:warning|warnings}.", "%d {1:problema|problemas}, %d {2:aviso|avisos}."},

	DoctorConfigGood:                 {"Konfiguracja %s jest poprawna.", "The configuration %s is good.", "La configuración %s es correcta."},
	DoctorConfigNone:                 {"Nie ma pliku goniec.yaml; obowiązują wartości domyślne.", "There is no goniec.yaml; the defaults hold.", "No hay goniec.yaml; rigen los valores predeterminados."},
	DoctorRemedy(DoctorConfigNone):   {"Jeśli plik jest gdzie indziej, podaj go przez --config.", "If the file is somewhere else, name it with --config.", "Si el archivo está en otro sitio, indíquelo con --config."},
	DoctorDataGood:                   {"Katalog danych %s: zapisywalny, wolne %s.", "Data directory %s: writable, %s free.", "Directorio de datos %s: se puede escribir, %s libres."},
	DoctorDataMissing:                {"Katalogu danych %s jeszcze nie ma.", "The data directory %s is not there yet.", "El directorio de datos %s todavía no existe."},
	DoctorRemedy(DoctorDataMissing):  {"Powstanie przy pierwszym uruchomieniu. Jeśli bramka już działała, sprawdź data_dir i czy dysk jest podłączony.", "The first start makes it. If the gateway has run before, check data_dir and whether its disk is mounted.", "Se crea al primer arranque. Si la pasarela ya funcionó, revise data_dir y si el disco está montado."},
	DoctorDataHidden:                 {"Katalogu danych %s nie może obejrzeć ten użytkownik.", "This user may not look into the data directory %s.", "Este usuario no puede mirar en el directorio de datos %s."},
	DoctorRemedy(DoctorDataHidden):   {"Tak ma być. Uruchom „sudo goniec doctor”, aby sprawdzić resztę.", "That is as it should be. Run \"sudo goniec doctor\" to have the rest checked.", "Así debe ser. Ejecute «sudo goniec doctor» para revisar el resto."},
	DoctorDataReadOnly:               {"W katalogu danych %s nie da się zapisywać.", "The data directory %s cannot be written to.", "No se puede escribir en el directorio de datos %s."},
	DoctorRemedy(DoctorDataReadOnly): {"Sprawdź, czy dysk nie przeszedł w tryb tylko do odczytu (dmesg) i kto jest właścicielem.", "Check whether the disk has gone read-only (dmesg), and who owns the directory.", "Compruebe si el disco pasó a solo lectura (dmesg) y quién es el propietario."},
	DoctorDataOpen:                   {"Katalog danych %s mogą czytać inni (%s).", "Others can read the data directory %s (%s).", "Otros pueden leer el directorio de datos %s (%s)."},
	DoctorRemedy(DoctorDataOpen):     {"Są w nim numery pacjentów: chmod 700.", "Patients' numbers are in it: chmod 700.", "Contiene números de pacientes: chmod 700."},
	DoctorDiskLow:                    {"Na dysku katalogu danych %s zostało tylko %s.", "Only %[2]s are left on the disk of the data directory %[1]s.", "Solo quedan %[2]s en el disco del directorio de datos %[1]s."},
	DoctorRemedy(DoctorDiskLow):      {"Zwolnij miejsce: bez niego nic nie zostanie przyjęte ani wysłane.", "Free space: without it nothing is accepted or sent.", "Libere espacio: sin él no se acepta ni se envía nada."},
	DoctorStoreGood:                  {"Baza danych daje się odczytać w całości.", "The database can be read whole.", "La base de datos se lee entera."},
	DoctorStoreNone:                  {"Bazy danych jeszcze nie ma.", "There is no database yet.", "Todavía no hay base de datos."},
	DoctorRemedy(DoctorStoreNone):    {"Powstanie przy pierwszym uruchomieniu.", "The first start makes it.", "Se crea al primer arranque."},
	DoctorStoreHeld:                  {"Bazę danych trzyma działająca bramka.", "The running gateway has the database.", "La base de datos la tiene la pasarela en marcha."},
	DoctorStoreDamaged:               {"Baza danych %s jest uszkodzona.", "The database %s is damaged.", "La base de datos %s está dañada."},
	DoctorRemedy(DoctorStoreDamaged): {"Odłóż plik na bok, przywróć kopię zapasową i sprawdź dysk.", "Put the file aside, restore a backup, and check the disk.", "Aparte el archivo, restaure una copia y revise el disco."},
	DoctorStoreFailed:                {"Bazy danych %s nie da się otworzyć: %s.", "The database %s cannot be opened: %s.", "La base de datos %s no se puede abrir: %s."},
	DoctorRemedy(DoctorStoreFailed):  {"Uruchom „sudo goniec doctor”; jeśli to nie pomoże, sprawdź dysk.", "Run \"sudo goniec doctor\"; if that does not help, check the disk.", "Ejecute «sudo goniec doctor»; si no ayuda, revise el disco."},
	DoctorDaemonReady:                {"Bramka działa i może wysyłać.", "The gateway runs and can send.", "La pasarela funciona y puede enviar."},
	DoctorDaemonWaits:                {"Bramka działa, ale nie może wysyłać: %s", "The gateway runs but cannot send: %s", "La pasarela funciona pero no puede enviar: %s"},
	DoctorRemedy(DoctorDaemonWaits):  {"Przyczyna jest podana powyżej lub przy modemach poniżej.", "The reason is given here or with the modems below.", "La causa está aquí o junto a los módems, abajo."},
	DoctorDaemonDown:                 {"Bramka nie działa.", "The gateway does not run.", "La pasarela no funciona."},
	DoctorRemedy(DoctorDaemonDown):   {"Uruchom ją: sudo systemctl start goniec. Dlaczego stanęła, mówi journalctl -u goniec.", "Start it: sudo systemctl start goniec. Why it stopped journalctl -u goniec tells.", "Arránquela: sudo systemctl start goniec. Por qué paró lo dice journalctl -u goniec."},
	DoctorDaemonHidden:               {"Ten użytkownik nie może zapytać bramki.", "This user may not ask the gateway.", "Este usuario no puede preguntar a la pasarela."},
	DoctorRemedy(DoctorDaemonHidden): {"Uruchom „sudo goniec doctor”.", "Run \"sudo goniec doctor\".", "Ejecute «sudo goniec doctor»."},
	DoctorClockGood:                  {"Zegar: %s, uzgadniany z siecią.", "Clock: %s, kept by the network.", "Reloj: %s, sincronizado por la red."},
	DoctorClockWrong:                 {"Zegar wskazuje %s.", "The clock says %s.", "El reloj marca %s."},
	DoctorRemedy(DoctorClockWrong):   {"Ustaw go: sudo timedatectl set-time. Przypomnienia wychodzą według niego.", "Set it: sudo timedatectl set-time. Reminders go by it.", "Póngalo en hora: sudo timedatectl set-time. Los avisos salen según él."},
	DoctorClockBehind:                {"Zegar wskazuje %s, a dane zapisano później: %s.", "The clock says %s, but data was written later: %s.", "El reloj marca %s, pero hay datos posteriores: %s."},
	DoctorRemedy(DoctorClockBehind):  {"Zegar się cofnął. Ustaw go: sudo timedatectl set-time; Raspberry Pi potrzebuje do tego modułu RTC.", "The clock has gone back. Set it: sudo timedatectl set-time; a Raspberry Pi needs an RTC module to keep it.", "El reloj retrocedió. Póngalo: sudo timedatectl set-time; una Raspberry Pi necesita un módulo RTC."},
	DoctorClockAlone:                 {"Zegar: %s, z niczym nieuzgadniany.", "Clock: %s, kept by nothing.", "Reloj: %s, sin sincronizar."},
	DoctorRemedy(DoctorClockAlone):   {"Sprawdź, czy się zgadza. Włącz NTP (timedatectl set-ntp true) albo dodaj moduł RTC.", "Check that it is right. Turn NTP on (timedatectl set-ntp true) or add an RTC module.", "Compruebe que es correcto. Active NTP (timedatectl set-ntp true) o añada un módulo RTC."},
	DoctorNoPorts:                    {"Nie ma żadnego portu szeregowego.", "There is no serial port.", "No hay ningún puerto serie."},
	DoctorRemedy(DoctorNoPorts):      {"Podłącz modem. Jeśli jest podłączony, spróbuj innego gniazda i kabla; dmesg mówi, co widzi system.", "Plug in a modem. If one is, try another socket and cable; dmesg tells what the system sees.", "Conecte un módem. Si ya lo está, pruebe otro puerto y cable; dmesg dice qué ve el sistema."},
	DoctorPortGood:                   {"Port %s (%s) daje się otworzyć.", "Port %s (%s) may be opened.", "El puerto %s (%s) se puede abrir."},
	DoctorPortDenied:                 {"Tego portu nie może otworzyć ten użytkownik: %s.", "This user may not open the port %s.", "Este usuario no puede abrir el puerto %s."},
	DoctorRemedy(DoctorPortDenied):   {"Dodaj użytkownika, pod którym działa bramka, do grupy dialout: sudo usermod -aG dialout goniec; potem uruchom bramkę ponownie.", "Add the user that the gateway runs as to the group dialout: sudo usermod -aG dialout goniec; then restart the gateway.", "Añada al grupo dialout el usuario de la pasarela: sudo usermod -aG dialout goniec; luego reiníciela."},
	DoctorPortHeld:                   {"Port %s trzyma inny program: %s.", "Another program holds the port %s: %s.", "Otro programa ocupa el puerto %s: %s."},
	DoctorRemedy(DoctorPortHeld):     {"Zatrzymaj ten program. ModemManager musi pomijać modemy bramki: zainstaluj regułę 70-goniec.rules i podłącz modem na nowo.", "Stop that program. ModemManager must leave the gateway's modems alone: install the rule 70-goniec.rules and plug the modem in again.", "Detenga ese programa. ModemManager debe dejar los módems de la pasarela: instale la regla 70-goniec.rules y vuelva a conectar el módem."},
	DoctorManager:                    {"Działa ModemManager, a nie ma reguły 70-goniec.rules.", "ModemManager runs, and the rule 70-goniec.rules is not there.", "ModemManager funciona y falta la regla 70-goniec.rules."},
	DoctorRemedy(DoctorManager):      {"Będzie otwierał porty modemów. Zainstaluj regułę w /etc/udev/rules.d albo wyłącz go: sudo systemctl disable --now ModemManager.", "It will open the ports of modems. Install the rule in /etc/udev/rules.d, or turn it off: sudo systemctl disable --now ModemManager.", "Abrirá los puertos de los módems. Instale la regla en /etc/udev/rules.d o desactívelo: sudo systemctl disable --now ModemManager."},
	DoctorUSBStorage:                 {"%s (%s) przedstawia się jako płyta CD, nie jako modem.", "%s (%s) shows itself as a CD-ROM, not as a modem.", "%s (%s) se presenta como CD-ROM, no como módem."},
	DoctorRemedy(DoctorUSBStorage):   {"Zainstaluj usb-modeswitch i podłącz modem na nowo.", "Install usb-modeswitch and plug the modem in again.", "Instale usb-modeswitch y vuelva a conectar el módem."},
	DoctorUSBNetwork:                 {"%s (%s) przedstawia się jako karta sieciowa (HiLink), bez portu na polecenia.", "%s (%s) shows itself as a network card (HiLink), without a port for commands.", "%s (%s) se presenta como tarjeta de red (HiLink), sin puerto de órdenes."},
	DoctorRemedy(DoctorUSBNetwork):   {"Bramka nie może nim wysyłać. Wgraj oprogramowanie „stick” albo użyj innego modemu.", "The gateway cannot send through it. Put its \"stick\" firmware on, or use another modem.", "La pasarela no puede enviar por él. Póngale el firmware «stick» o use otro módem."},
	DoctorUSBDriver:                  {"%s (%s) jest podłączony, ale nie ma portu.", "%s (%s) is plugged in but has no port.", "%s (%s) está conectado pero no tiene puerto."},
	DoctorRemedy(DoctorUSBDriver):    {"Załaduj sterownik: sudo modprobe option. Jeśli to pomoże, zainstaluj modules-load.d/goniec.conf.", "Load the driver: sudo modprobe option. If that helps, install modules-load.d/goniec.conf.", "Cargue el controlador: sudo modprobe option. Si funciona, instale modules-load.d/goniec.conf."},
	DoctorModemReady:                 {"Modem %s: gotowy, %s, %s.", "Modem %s: ready, %s, %s.", "Módem %s: listo, %s, %s."},
	DoctorModemState:                 {"Modem %s: %s.", "Modem %s: %s.", "Módem %s: %s."},
	DoctorRemedy(DoctorModemState):   {"Zaczekaj minutę i sprawdź ponownie.", "Wait a minute and check again.", "Espere un minuto y compruebe de nuevo."},
	DoctorModemWeak:                  {"Modem %s ma słaby sygnał: %d dBm.", "Modem %s has a weak signal: %d dBm.", "El módem %s tiene señal débil: %d dBm."},
	DoctorRemedy(DoctorModemWeak):    {"Przenieś modem bliżej okna albo podłącz antenę zewnętrzną.", "Move it nearer to a window, or connect an outdoor antenna.", "Acérquelo a una ventana o conecte una antena exterior."},
	DoctorModemFull:                  {"Pamięć modemu %s jest prawie pełna: %d z %d.", "The memory of modem %s is nearly full: %d of %d.", "La memoria del módem %s está casi llena: %d de %d."},
	DoctorRemedy(DoctorModemFull):    {"Bramka ją opróżnia. Jeśli to trwa, uruchom modem ponownie: goniec modem restart.", "The gateway empties it. If it goes on, restart the modem: goniec modem restart.", "La pasarela la vacía. Si continúa, reinicie el módem: goniec modem restart."},
	DoctorModemTexts:                 {"Modem %s odpowiada na %s i może wysyłać SMS-y.", "Modem %s answers at %s and can send texts.", "El módem %s contesta en %s y puede enviar SMS."},
	DoctorModemSilent:                {"Na %[2]s nie odpowiada modem %[1]s, który umie wysyłać SMS-y.", "No modem that can send texts answers as %s at %s.", "En %[2]s no contesta ningún módem %[1]s que envíe SMS."},
	DoctorRemedy(DoctorModemSilent):  {"Modem ma po kilka portów: „goniec modem probe” pokazuje, który odpowiada.", "A modem has several ports: \"goniec modem probe\" shows which answers.", "Un módem tiene varios puertos: «goniec modem probe» muestra cuál contesta."},
	DoctorModemPort:                  {"Modem %s: %s", "Modem %s: %s", "Módem %s: %s"},
	DoctorRemedy(DoctorModemPort):    {"„goniec modem list” pokazuje, co jest podłączone.", "\"goniec modem list\" shows what is plugged in.", "«goniec modem list» muestra lo que está conectado."},
	DoctorModemHeld:                  {"Modemu %s nie zapytano: port %s trzyma %s.", "Modem %s was not asked: its port %s is held by %s.", "No se preguntó al módem %s: su puerto %s lo ocupa %s."},
	DoctorRemedy(DoctorModemHeld):    {"Zatrzymaj ten program. Jeśli to goniec, działa druga bramka albo inne polecenie: systemctl status goniec.", "Stop that program. If it is goniec, another gateway or command runs: systemctl status goniec.", "Detenga ese programa. Si es goniec, hay otra pasarela u orden en marcha: systemctl status goniec."},
	DoctorModemSought:                {"Modemu %s szuka po jego IMEI (%s) dopiero działająca bramka.", "Modem %s is looked for by its IMEI (%s) when the gateway runs.", "El módem %s se busca por su IMEI (%s) cuando la pasarela funciona."},
	DoctorNoToken:                    {"Nie ma żadnego tokenu, więc nikt nie może wysyłać przez API.", "There is no token, so nobody can send by the API.", "No hay ningún token, así que nadie puede enviar por la API."},
	DoctorRemedy(DoctorNoToken):      {"Utwórz go: goniec token create --name przychodnia --scope messages:send.", "Make one: goniec token create --name clinic --scope messages:send.", "Cree uno: goniec token create --name clinica --scope messages:send."},
	DoctorTokens:                     {"%d {1:token|tokeny|tokenów}.", "%d {1:token|tokens}.", "%d {1:token|tokens}."},
}
