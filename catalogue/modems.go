package catalogue

// modemTexts are what is wrong with a modem, by "modem." and a code of package
// api, and what to do about it, with ".remedy" behind. Tests of package api hold
// every code against this table.
var modemTexts = map[Key]text{
	"modem.modem_absent": {
		pl: "Portu modemu nie ma.",
		en: "The modem's port is not there.",
		es: "El puerto del módem no está.",
	},
	"modem.modem_absent.remedy": {
		pl: "Sprawdź, czy modem jest podłączony i zasilany, i porównaj device z wynikiem goniec modem list.",
		en: "Check that the modem is plugged in and powered, and compare device with goniec modem list.",
		es: "Compruebe que el módem está conectado y con corriente, y compare device con goniec modem list.",
	},
	"modem.modem_port_busy": {
		pl: "Portu używa inny program.",
		en: "Another program uses the port.",
		es: "Otro programa usa el puerto.",
	},
	"modem.modem_port_busy.remedy": {
		pl: "Zatrzymaj ten program; najczęściej to ModemManager, gammu-smsd albo smstools.",
		en: "Stop that program; most often it is ModemManager, gammu-smsd or smstools.",
		es: "Detenga ese programa; suele ser ModemManager, gammu-smsd o smstools.",
	},
	"modem.modem_port_denied": {
		pl: "Bramka nie ma prawa otworzyć portu.",
		en: "The gateway may not open the port.",
		es: "La pasarela no tiene permiso para abrir el puerto.",
	},
	"modem.modem_port_denied.remedy": {
		pl: "Dodaj użytkownika, pod którym działa bramka, do grupy dialout i uruchom ją ponownie.",
		en: "Add the user that the gateway runs as to the group dialout and start it again.",
		es: "Añada al grupo dialout el usuario con el que funciona la pasarela y reiníciela.",
	},
	"modem.modem_not_a_modem": {
		pl: "To nie jest port, na którym modem wysyła SMS-y.",
		en: "This is not a port at which a modem sends texts.",
		es: "No es un puerto por el que un módem envíe SMS.",
	},
	"modem.modem_not_a_modem.remedy": {
		pl: "Wpisz w konfiguracji inny port: goniec modem probe pyta wszystkie i pokazuje, gdzie odpowiada modem. Modem USB ma kilka portów.",
		en: "Name another port in the configuration: goniec modem probe asks all of them and shows where a modem answers. A USB modem has several ports.",
		es: "Indique otro puerto en la configuración: goniec modem probe los pregunta todos y muestra dónde contesta un módem. Un módem USB tiene varios puertos.",
	},
	"modem.modem_silent": {
		pl: "Modem nie odpowiada.",
		en: "The modem does not answer.",
		es: "El módem no contesta.",
	},
	"modem.modem_silent.remedy": {
		pl: "Bramka próbuje dalej. Jeśli to trwa, odłącz modem na dziesięć sekund i podłącz ponownie; sprawdź też baud_rate.",
		en: "The gateway keeps trying. If it goes on, unplug the modem for ten seconds and plug it in again; check baud_rate as well.",
		es: "La pasarela sigue intentándolo. Si continúa, desenchufe el módem diez segundos y vuelva a enchufarlo; revise también baud_rate.",
	},
	"modem.sim_missing": {
		pl: "W modemie nie ma karty SIM.",
		en: "There is no SIM in the modem.",
		es: "No hay tarjeta SIM en el módem.",
	},
	"modem.sim_missing.remedy": {
		pl: "Włóż kartę SIM do oporu i uruchom modem ponownie.",
		en: "Push the SIM in all the way and restart the modem.",
		es: "Introduzca la SIM hasta el fondo y reinicie el módem.",
	},
	"modem.sim_pin_required": {
		pl: "Karta SIM żąda kodu PIN.",
		en: "The SIM asks for its PIN.",
		es: "La SIM pide su PIN.",
	},
	"modem.sim_pin_required.remedy": {
		pl: "Zapisz PIN w pliku i wskaż go w pin_file albo wyłącz PIN karty w telefonie.",
		en: "Write the PIN into a file and name it in pin_file, or switch the PIN off in a phone.",
		es: "Escriba el PIN en un archivo e indíquelo en pin_file, o quite el PIN en un teléfono.",
	},
	"modem.sim_pin_wrong": {
		pl: "Karta SIM nie przyjęła kodu PIN.",
		en: "The SIM refused the PIN.",
		es: "La SIM rechazó el PIN.",
	},
	"modem.sim_pin_wrong.remedy": {
		pl: "Popraw plik z PIN-em i uruchom modem ponownie. Bramka nie próbuje sama drugi raz, by nie zablokować karty.",
		en: "Correct the file with the PIN and restart the modem. The gateway does not try twice by itself, lest the card be blocked.",
		es: "Corrija el archivo del PIN y reinicie el módem. La pasarela no lo intenta dos veces sola para no bloquear la tarjeta.",
	},
	"modem.sim_puk_required": {
		pl: "Karta SIM jest zablokowana i żąda kodu PUK.",
		en: "The SIM is blocked and asks for its PUK.",
		es: "La SIM está bloqueada y pide su PUK.",
	},
	"modem.sim_puk_required.remedy": {
		pl: "Włóż kartę do telefonu i odblokuj ją kodem PUK od operatora.",
		en: "Put the card into a phone and unblock it with the PUK from the operator.",
		es: "Ponga la tarjeta en un teléfono y desbloquéela con el PUK del operador.",
	},
	"modem.sim_failure": {
		pl: "Karta SIM nie działa.",
		en: "The SIM does not work.",
		es: "La SIM no funciona.",
	},
	"modem.sim_failure.remedy": {
		pl: "Wyjmij kartę, przetrzyj styki i włóż ponownie; jeśli to nie pomoże, wymień ją u operatora.",
		en: "Take the card out, wipe its contacts and put it back; if that does not help, have the operator replace it.",
		es: "Saque la tarjeta, limpie los contactos y vuelva a ponerla; si no ayuda, pida al operador que la cambie.",
	},
	"modem.not_registered": {
		pl: "Modem nie ma sieci.",
		en: "The modem has no network.",
		es: "El módem no tiene red.",
	},
	"modem.not_registered.remedy": {
		pl: "Sprawdź antenę i zasięg; przestaw modem bliżej okna. Bramka szuka sieci dalej.",
		en: "Check the antenna and the coverage; move the modem nearer to a window. The gateway keeps looking.",
		es: "Revise la antena y la cobertura; acerque el módem a una ventana. La pasarela sigue buscando.",
	},
	"modem.registration_denied": {
		pl: "Sieć odrzuciła kartę SIM.",
		en: "The network refused the SIM.",
		es: "La red rechazó la SIM.",
	},
	"modem.registration_denied.remedy": {
		pl: "Zapytaj operatora, czy karta jest aktywna i opłacona, albo sprawdź ją w telefonie.",
		en: "Ask the operator whether the card is active and paid for, or try it in a phone.",
		es: "Pregunte al operador si la tarjeta está activa y pagada, o pruébela en un teléfono.",
	},
	"modem.sim_storage_full": {
		pl: "Pamięć na odebrane wiadomości jest pełna.",
		en: "The memory for received texts is full.",
		es: "La memoria para mensajes recibidos está llena.",
	},
	"modem.sim_storage_full.remedy": {
		pl: "Bramka ją opróżnia. Jeśli to wraca, karta albo modem nie kasuje wiadomości: uruchom modem ponownie.",
		en: "The gateway is emptying it. If it comes back, card or modem do not delete texts: restart the modem.",
		es: "La pasarela la está vaciando. Si se repite, la tarjeta o el módem no borran: reinicie el módem.",
	},
	"modem.network_refused": {
		pl: "Sieć nie przyjmuje wiadomości z tej karty.",
		en: "The network takes no texts from this card.",
		es: "La red no acepta mensajes de esta tarjeta.",
	},
	"modem.network_refused.remedy": {
		pl: "Sprawdź saldo i czy taryfa pozwala wysyłać SMS-y; zapytaj operatora.",
		en: "Check the balance and whether the tariff allows texts; ask the operator.",
		es: "Compruebe el saldo y si la tarifa permite SMS; pregunte al operador.",
	},
	"modem.roaming_refused": {
		pl: "Modem jest w sieci innego operatora, a roaming nie jest dozwolony.",
		en: "The modem is in the network of another operator, and roaming is not allowed.",
		es: "El módem está en la red de otro operador y la itinerancia no está permitida.",
	},
	"modem.roaming_refused.remedy": {
		pl: "Sprawdź antenę. Jeśli SMS-y mogą kosztować więcej, ustaw roaming: true przy tym modemie.",
		en: "Check the antenna. If texts may cost more, set roaming: true for this modem.",
		es: "Revise la antena. Si los SMS pueden costar más, ponga roaming: true en este módem.",
	},
	"modem.no_service_centre": {
		pl: "Modem twierdzi, że nie zna numeru centrum SMS.",
		en: "The modem says that it does not know the number of a service centre.",
		es: "El módem dice que no conoce el número de un centro de mensajes.",
	},
	"modem.no_service_centre.remedy": {
		pl: "Włóż kartę na chwilę do telefonu i sprawdź w nim numer centrum SMS: ma to być numer swojego operatora. Jeśli tak jest, uruchom modem ponownie (goniec modem restart).",
		en: "Put the card into a phone for a moment and look at the message centre number there: it must be your operator's. If it is, restart the modem (goniec modem restart).",
		es: "Ponga la tarjeta un momento en un teléfono y mire en él el centro de mensajes: debe ser el de su operador. Si lo es, reinicie el módem (goniec modem restart).",
	},
	"modem.other_modem": {
		pl: "Na tym porcie jest inny modem niż skonfigurowany.",
		en: "Another modem than the configured one is at this port.",
		es: "En este puerto hay otro módem distinto del configurado.",
	},
	"modem.other_modem.remedy": {
		pl: "Popraw imei albo device, albo usuń device, a modem zostanie znaleziony, gdziekolwiek jest podłączony.",
		en: "Correct imei or device, or leave device out so that the modem is found wherever it is plugged in.",
		es: "Corrija imei o device, o quite device para que el módem se encuentre donde esté enchufado.",
	},
	"modem.store_failed": {
		pl: "Modem działa, ale bramka nie może zapisać na dysku, co on wysyła i odbiera, więc go wstrzymała.",
		en: "The modem works, but the gateway cannot write to disk what it sends and receives, and has paused it.",
		es: "El módem funciona, pero la pasarela no puede escribir en disco lo que envía y recibe, y lo ha detenido.",
	},
	"modem.store_failed.remedy": {
		pl: "Zwolnij miejsce na dysku, na którym leży data_dir; bramka sama ruszy dalej. Jeśli miejsce jest, cause podaje przyczynę.",
		en: "Free space on the disk that data_dir is on; the gateway goes on by itself. If there is space, cause holds the reason.",
		es: "Libere espacio en el disco donde está data_dir; la pasarela sigue sola. Si hay espacio, cause da el motivo.",
	},
	"modem.storage_filling": {
		pl: "Pamięć na odebrane wiadomości jest prawie pełna i nie daje się opróżnić.",
		en: "The memory for received texts is nearly full and is not being emptied.",
		es: "La memoria para mensajes recibidos está casi llena y no se vacía.",
	},
	"modem.storage_filling.remedy": {
		pl: "Uruchom modem ponownie. Jeśli to nie pomoże, usuń wiadomości z karty w telefonie albo wymień kartę.",
		en: "Restart the modem. If that does not help, delete the texts on the card in a phone, or replace the card.",
		es: "Reinicie el módem. Si no basta, borre los mensajes de la tarjeta en un teléfono o cámbiela.",
	},
	"modem.out_of_service": {
		pl: "Modem od dłuższej chwili niczego nie wysyła.",
		en: "The modem has sent nothing for a while.",
		es: "El módem lleva un rato sin enviar nada.",
	},
	"modem.out_of_service.remedy": {
		pl: "Zobacz last_error tego modemu i podaną tam radę. Wiadomości czekają albo wychodzą przez inny modem.",
		en: "See last_error of this modem and its remedy. Messages wait, or leave by another modem.",
		es: "Mire last_error de este módem y su remedio. Los mensajes esperan o salen por otro módem.",
	},
	"modem.cannot_receive": {
		pl: "Nie da się odczytać wiadomości, które przychodzą na tę kartę.",
		en: "Texts that come in on this card cannot be read.",
		es: "No se pueden leer los mensajes que llegan a esta tarjeta.",
	},
	"modem.cannot_receive.remedy": {
		pl: "Odłącz modem na dziesięć sekund i podłącz ponownie. Jeśli to nie pomoże, spróbuj innego modemu; wiadomości zostają na karcie.",
		en: "Unplug the modem for ten seconds and plug it in again. If that does not help, try another modem; the texts stay on the card.",
		es: "Desenchufe el módem diez segundos y vuelva a enchufarlo. Si no basta, pruebe otro módem; los mensajes siguen en la tarjeta.",
	},
	"modem.weak_signal": {
		pl: "Sygnał jest od dłuższej chwili słaby.",
		en: "The signal has been weak for a while.",
		es: "La señal lleva un rato débil.",
	},
	"modem.weak_signal.remedy": {
		pl: "Sprawdź antenę albo przestaw modem bliżej okna.",
		en: "Check the antenna, or move the modem nearer to a window.",
		es: "Revise la antena o acerque el módem a una ventana.",
	},
	"modem.same_imei": {
		pl: "Inny modem podaje ten sam numer IMEI.",
		en: "Another modem says the same IMEI.",
		es: "Otro módem da el mismo IMEI.",
	},
	"modem.same_imei.remedy": {
		pl: "Rozróżnij je w konfiguracji przez device, ścieżką z /dev/serial/by-path, a nie przez imei.",
		en: "Tell them apart in the configuration by device, with a path below /dev/serial/by-path, and not by imei.",
		es: "Distíngalos en la configuración por device, con una ruta de /dev/serial/by-path, y no por imei.",
	},
	"modem.modem_error": {
		pl: "Modem zgłosił błąd.",
		en: "The modem reported an error.",
		es: "El módem ha dado un error.",
	},
	"modem.modem_error.remedy": {
		pl: "Bramka próbuje dalej. Jeśli to trwa, uruchom modem ponownie; cause podaje jego własne słowa.",
		en: "The gateway keeps trying. If it goes on, restart the modem; cause holds its own words.",
		es: "La pasarela sigue intentándolo. Si continúa, reinicie el módem; cause da sus propias palabras.",
	},
}
