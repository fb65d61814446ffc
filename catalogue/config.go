package catalogue

// Mistakes in the configuration. Each has what is wrong, and under the same name
// with the suffix Remedy what to do about it.
const (
	ConfigLine        Key = "config.line"        // line number
	ConfigEnvironment Key = "config.environment" // name of the variable

	ConfigUnreadable            Key = "config.unreadable" // reason
	ConfigUnreadableRemedy      Key = "config.unreadable.remedy"
	ConfigTooLong               Key = "config.too_long"
	ConfigTooLongRemedy         Key = "config.too_long.remedy"
	ConfigSyntax                Key = "config.syntax" // reason
	ConfigSyntaxRemedy          Key = "config.syntax.remedy"
	ConfigTab                   Key = "config.tab"
	ConfigTabRemedy             Key = "config.tab.remedy"
	ConfigDocuments             Key = "config.documents"
	ConfigDocumentsRemedy       Key = "config.documents.remedy"
	ConfigUnknown               Key = "config.unknown"
	ConfigUnknownRemedy         Key = "config.unknown.remedy"
	ConfigUnknownNearRemedy     Key = "config.unknown_near.remedy" // nearest key
	ConfigUnknownPINRemedy      Key = "config.unknown_pin.remedy"
	ConfigRemoved               Key = "config.removed"
	ConfigRemovedWeightRemedy   Key = "config.removed_weight.remedy"
	ConfigTwice                 Key = "config.twice" // line of the first
	ConfigTwiceRemedy           Key = "config.twice.remedy"
	ConfigEmpty                 Key = "config.empty"
	ConfigEmptyRemedy           Key = "config.empty.remedy"
	ConfigWantSection           Key = "config.want_section"
	ConfigWantSectionRemedy     Key = "config.want_section.remedy"
	ConfigWantList              Key = "config.want_list"
	ConfigWantListRemedy        Key = "config.want_list.remedy"
	ConfigWantValue             Key = "config.want_value"
	ConfigWantValueRemedy       Key = "config.want_value.remedy"
	ConfigWantNumber            Key = "config.want_number" // value
	ConfigWantNumberRemedy      Key = "config.want_number.remedy"
	ConfigNumberRange           Key = "config.number_range"        // value
	ConfigNumberRangeRemedy     Key = "config.number_range.remedy" // least, most
	ConfigWantDuration          Key = "config.want_duration"       // value
	ConfigWantDurationRemedy    Key = "config.want_duration.remedy"
	ConfigNoUnit                Key = "config.no_unit"           // value
	ConfigNoUnitRemedy          Key = "config.no_unit.remedy"    // three examples
	ConfigDays                  Key = "config.days"              // value
	ConfigDaysRemedy            Key = "config.days.remedy"       // in hours
	ConfigTooShort              Key = "config.too_short"         // value
	ConfigTooLongTime           Key = "config.too_long_time"     // value
	ConfigTimeRangeRemedy       Key = "config.time_range.remedy" // least, most
	ConfigListen                Key = "config.listen"            // value
	ConfigListenRemedy          Key = "config.listen.remedy"     // example
	ConfigTLSHalf               Key = "config.tls_half"          // other key
	ConfigTLSHalfRemedy         Key = "config.tls_half.remedy"
	ConfigFile                  Key = "config.file" // path, reason
	ConfigFileRemedy            Key = "config.file.remedy"
	ConfigTLSPair               Key = "config.tls_pair" // reason
	ConfigTLSPairRemedy         Key = "config.tls_pair.remedy"
	ConfigDataDir               Key = "config.data_dir" // value
	ConfigDataDirRemedy         Key = "config.data_dir.remedy"
	ConfigBox                   Key = "config.box" // value
	ConfigBoxRemedy             Key = "config.box.remedy"
	ConfigBoxKept               Key = "config.box_kept"        // name
	ConfigBoxKeptRemedy         Key = "config.box_kept.remedy" // name
	ConfigCountry               Key = "config.country"         // value
	ConfigCountryRemedy         Key = "config.country.remedy"
	ConfigTimezone              Key = "config.timezone" // value
	ConfigTimezoneRemedy        Key = "config.timezone.remedy"
	ConfigClock                 Key = "config.clock" // value
	ConfigClockRemedy           Key = "config.clock.remedy"
	ConfigChoice                Key = "config.choice"        // value
	ConfigChoiceRemedy          Key = "config.choice.remedy" // the choices
	ConfigNoDay                 Key = "config.no_day"
	ConfigNoDayRemedy           Key = "config.no_day.remedy"
	ConfigShortCode             Key = "config.short_code" // value
	ConfigShortCodeRemedy       Key = "config.short_code.remedy"
	ConfigPrefix                Key = "config.prefix" // value
	ConfigPrefixRemedy          Key = "config.prefix.remedy"
	ConfigPrefixTwiceRemedy     Key = "config.prefix_twice.remedy"
	ConfigRecipientCapRemedy    Key = "config.recipient_cap.remedy" // max_parts, most
	ConfigMissing               Key = "config.missing"
	ConfigMissingRemedy         Key = "config.missing.remedy" // example
	ConfigName                  Key = "config.name"           // value
	ConfigNameRemedy            Key = "config.name.remedy"
	ConfigUsedTwice             Key = "config.used_twice" // value, other key
	ConfigUsedTwiceRemedy       Key = "config.used_twice.remedy"
	ConfigDevice                Key = "config.device" // value
	ConfigDeviceRemedy          Key = "config.device.remedy"
	ConfigNoDevice              Key = "config.no_device" // device
	ConfigNoDeviceRemedy        Key = "config.no_device.remedy"
	ConfigPlainHTTP             Key = "config.plain_http" // address
	ConfigPlainHTTPRemedy       Key = "config.plain_http.remedy"
	ConfigIMEI                  Key = "config.imei" // value
	ConfigIMEIRemedy            Key = "config.imei.remedy"
	ConfigPINItself             Key = "config.pin_itself"
	ConfigPINItselfRemedy       Key = "config.pin_itself.remedy"
	ConfigPINContent            Key = "config.pin_content"
	ConfigPINContentRemedy      Key = "config.pin_content.remedy"
	ConfigPINOpen               Key = "config.pin_open"         // permissions
	ConfigPINOpenRemedy         Key = "config.pin_open.remedy"  // path
	ConfigRetention             Key = "config.retention"        // records, texts
	ConfigRetentionRemedy       Key = "config.retention.remedy" // texts
	ConfigUnknownVariable       Key = "config.unknown_variable" // nothing
	ConfigUnknownVariableRemedy Key = "config.unknown_variable.remedy"
	ConfigNearVariableRemedy    Key = "config.near_variable.remedy" // nearest variable
)

// configTexts are mistakes in the configuration, each with its remedy.
var configTexts = map[Key]text{
	ConfigLine:        {"wiersz %d", "line %d", "línea %d"},
	ConfigEnvironment: {"zmienna środowiskowa %s", "environment variable %s", "variable de entorno %s"},

	ConfigUnreadable: {
		"nie można odczytać pliku: %s",
		"the file cannot be read: %s",
		"no se puede leer el archivo: %s",
	},
	ConfigUnreadableRemedy: {
		"Sprawdź ścieżkę i czy program ma prawo czytać ten plik",
		"Check the path, and that the program may read the file",
		"Compruebe la ruta y que el programa pueda leer el archivo",
	},
	ConfigTooLong: {
		"plik ma ponad 1 MiB i nie może być konfiguracją",
		"the file is over 1 MiB and cannot be a configuration",
		"el archivo supera 1 MiB y no puede ser una configuración",
	},
	ConfigTooLongRemedy: {
		"Sprawdź, czy wskazano właściwy plik",
		"Check that this is the file you meant",
		"Compruebe que es el archivo correcto",
	},
	ConfigSyntax: {
		"to nie jest poprawny YAML: %s",
		"this is not valid YAML: %s",
		"no es YAML válido: %s",
	},
	ConfigSyntaxRemedy: {
		"Sprawdź wcięcia, cudzysłowy i dwukropki w tym wierszu i tuż nad nim",
		"Check indentation, quotes and colons on this line and just above it",
		"Revise la sangría, las comillas y los dos puntos en esta línea y justo encima",
	},
	ConfigTab: {
		"wiersz jest wcięty tabulatorem",
		"the line is indented with a tab",
		"la línea está sangrada con un tabulador",
	},
	ConfigTabRemedy: {
		"Zamień tabulator na spacje",
		"Replace the tab by spaces",
		"Sustituya el tabulador por espacios",
	},
	ConfigDocuments: {
		"plik zawiera drugi dokument, za wierszem ---",
		"the file holds a second document, behind a line ---",
		"el archivo contiene un segundo documento, tras una línea ---",
	},
	ConfigDocumentsRemedy: {
		"Usuń ten wiersz i wszystko pod nim albo połącz oba dokumenty w jeden",
		"Remove that line and what follows, or join both into one",
		"Elimine esa línea y lo que sigue, o una ambos en uno",
	},
	ConfigUnknown: {
		"nie ma takiego klucza",
		"there is no such key",
		"no existe esa clave",
	},
	ConfigUnknownRemedy: {
		"Usuń go; wszystkie klucze są we wzorcowym pliku goniec.yaml",
		"Remove it; the sample goniec.yaml has every key",
		"Elimínela; el goniec.yaml de ejemplo contiene todas las claves",
	},
	ConfigUnknownNearRemedy: {
		"Czy chodziło o %s?",
		"Did you mean %s?",
		"¿Quería decir %s?",
	},
	ConfigUnknownPINRemedy: {
		"PIN nie może stać w tym pliku: zapisz go w osobnym pliku i podaj jego ścieżkę w pin_file",
		"A PIN must not stand in this file: write it into a file of its own and name that in pin_file",
		"El PIN no debe estar en este archivo: escríbalo en un archivo aparte e indíquelo en pin_file",
	},
	ConfigRemoved: {
		"tego klucza już nie ma",
		"this key is gone",
		"esta clave ya no existe",
	},
	ConfigRemovedWeightRemedy: {
		"Usuń ten wiersz: z kilku bezczynnych modemów wysyła ten, który najdłużej czeka",
		"Remove the line: of several idle modems the one that has been idle longest sends",
		"Elimine la línea: de varios módems inactivos envía el que lleva más tiempo inactivo",
	},
	ConfigTwice: {
		"klucz powtarza się; pierwszy raz stoi w wierszu %d",
		"the key stands here a second time; the first is on line %d",
		"la clave se repite; la primera está en la línea %d",
	},
	ConfigTwiceRemedy: {
		"Zostaw jeden z nich",
		"Keep one of them",
		"Deje solo una de ellas",
	},
	ConfigEmpty: {
		"brak wartości",
		"it has no value",
		"no tiene valor",
	},
	ConfigEmptyRemedy: {
		"Wpisz wartość albo usuń ten wiersz, a obowiązywać będzie wartość domyślna",
		"Write one, or remove the line to have the default",
		"Escriba uno, o elimine la línea para usar el valor predeterminado",
	},
	ConfigWantSection: {
		"tu powinny stać klucze z wartościami",
		"keys with values belong here",
		"aquí deben ir claves con valores",
	},
	ConfigWantSectionRemedy: {
		"Wpisz je pod spodem z wcięciem, każdy jako „klucz: wartość”",
		"Write them below, indented, each as \"key: value\"",
		"Escríbalas debajo, con sangría, cada una como «clave: valor»",
	},
	ConfigWantList: {
		"to powinna być lista",
		"this must be a list",
		"debe ser una lista",
	},
	ConfigWantListRemedy: {
		"Wpisz każdą pozycję w osobnym wierszu zaczynającym się od „- ”",
		"Write each item on a line of its own that begins with \"- \"",
		"Escriba cada elemento en su propia línea, que empiece por «- »",
	},
	ConfigWantValue: {
		"to powinna być jedna wartość, a nie lista ani grupa kluczy",
		"this must be one value, not a list or a group of keys",
		"debe ser un solo valor, no una lista ni un grupo de claves",
	},
	ConfigWantValueRemedy: {
		"Wpisz wartość w tym samym wierszu, za dwukropkiem",
		"Write the value on the same line, behind the colon",
		"Escriba el valor en la misma línea, tras los dos puntos",
	},
	ConfigWantNumber: {
		"%q nie jest liczbą całkowitą",
		"%q is not a whole number",
		"%q no es un número entero",
	},
	ConfigWantNumberRemedy: {
		"Wpisz same cyfry",
		"Write digits only",
		"Escriba solo cifras",
	},
	ConfigNumberRange: {
		"%d jest poza zakresem",
		"%d is out of range",
		"%d está fuera de rango",
	},
	ConfigNumberRangeRemedy: {
		"Wpisz liczbę od %d do %d",
		"Write a number from %d to %d",
		"Escriba un número de %d a %d",
	},
	ConfigWantDuration: {
		"%q nie jest długością czasu",
		"%q is not a length of time",
		"%q no es una duración",
	},
	ConfigWantDurationRemedy: {
		"Wpisz liczbę z jednostką, na przykład 90s, 10m albo 720h",
		"Write a number with its unit, such as 90s, 10m or 720h",
		"Escriba un número con su unidad, como 90s, 10m o 720h",
	},
	ConfigNoUnit: {
		"%q nie ma jednostki",
		"%q has no unit",
		"%q no tiene unidad",
	},
	ConfigNoUnitRemedy: {
		"Wpisz %[1]ss (sekundy), %[1]sm (minuty) albo %[1]sh (godziny)",
		"Write %[1]ss for seconds, %[1]sm for minutes or %[1]sh for hours",
		"Escriba %[1]ss para segundos, %[1]sm para minutos o %[1]sh para horas",
	},
	ConfigDays: {
		"%q podaje dni, a dzień nie jest tu jednostką",
		"%q is in days, which is no unit here",
		"%q está en días, que aquí no es una unidad",
	},
	ConfigDaysRemedy: {
		"Wpisz godziny: %s",
		"Write hours: %s",
		"Escriba horas: %s",
	},
	ConfigTooShort: {
		"%s to za krótko",
		"%s is too short",
		"%s es demasiado corto",
	},
	ConfigTooLongTime: {
		"%s to za długo",
		"%s is too long",
		"%s es demasiado largo",
	},
	ConfigTimeRangeRemedy: {
		"Wpisz czas od %s do %s",
		"Write a time from %s to %s",
		"Escriba una duración de %s a %s",
	},
	ConfigListen: {
		"%q nie jest adresem z portem",
		"%q is not an address with a port",
		"%q no es una dirección con puerto",
	},
	ConfigListenRemedy: {
		"Wpisz adres i port, na przykład %s; bez adresu (:8080) program słucha w całej sieci",
		"Write address and port, such as %s; without an address (:8080) the whole network is served",
		"Escriba dirección y puerto, como %s; sin dirección (:8080) se atiende a toda la red",
	},
	ConfigTLSHalf: {
		"jest wpisany, a %s nie",
		"it is set and %s is not",
		"está definido y %s no",
	},
	ConfigTLSHalfRemedy: {
		"Wpisz oba dla HTTPS albo żadnego dla HTTP",
		"Set both for HTTPS, or neither for HTTP",
		"Defina ambos para HTTPS, o ninguno para HTTP",
	},
	ConfigFile: {
		"nie można odczytać pliku %s: %s",
		"the file %s cannot be read: %s",
		"no se puede leer el archivo %s: %s",
	},
	ConfigFileRemedy: {
		"Sprawdź ścieżkę i czy użytkownik, z którym działa usługa, może czytać ten plik",
		"Check the path, and that the user the service runs as may read it",
		"Compruebe la ruta y que el usuario del servicio pueda leerlo",
	},
	ConfigTLSPair: {
		"certyfikat i klucz nie nadają się do użycia: %s",
		"certificate and key cannot be used: %s",
		"el certificado y la clave no sirven: %s",
	},
	ConfigTLSPairRemedy: {
		"Podaj pliki PEM, które do siebie pasują",
		"Name two PEM files that belong together",
		"Indique dos archivos PEM que se correspondan",
	},
	ConfigDataDir: {
		"%q nie jest katalogiem",
		"%q is not a directory",
		"%q no es un directorio",
	},
	ConfigDataDirRemedy: {
		"Podaj katalog, w którym program ma trzymać dane, na przykład /var/lib/goniec",
		"Name a directory where the program keeps its data, such as /var/lib/goniec",
		"Indique un directorio donde el programa guarde sus datos, como /var/lib/goniec",
	},
	ConfigBox: {
		"%q nie może być nazwą",
		"%q cannot be a name",
		"%q no puede ser un nombre",
	},
	ConfigBoxRemedy: {
		"Użyj liter od a do z, cyfr, a między nimi także - . _, najwyżej 63 znaków",
		"Use the letters a to z, digits, and between them also - . _, at most 63 characters",
		"Use las letras de la a a la z, cifras y, entre ellas, también - . _, como máximo 63 caracteres",
	},
	ConfigBoxKept: {
		"dane mają już nazwę %q i ją zachowują",
		"the data has the name %q already and keeps it",
		"los datos ya tienen el nombre %q y lo conservan",
	},
	ConfigBoxKeptRemedy: {
		"Wpisz %q albo usuń ten wiersz; inna nazwa jest możliwa tylko w nowym katalogu danych",
		"Write %q, or remove the line; another name is possible only in a new data directory",
		"Escriba %q o quite la línea; otro nombre solo es posible en un directorio de datos nuevo",
	},
	ConfigCountry: {
		"%q nie jest kodem kraju",
		"%q is not a country code",
		"%q no es un código de país",
	},
	ConfigCountryRemedy: {
		"Wpisz dwie wielkie litery, na przykład PL",
		"Write two capital letters, such as PL",
		"Escriba dos letras mayúsculas, como PL",
	},
	ConfigTimezone: {
		"%q nie jest strefą czasową",
		"%q is not a time zone",
		"%q no es una zona horaria",
	},
	ConfigTimezoneRemedy: {
		"Wpisz nazwę z bazy IANA, na przykład Europe/Warsaw",
		"Write a name of the IANA list, such as Europe/Warsaw",
		"Escriba un nombre de la lista IANA, como Europe/Warsaw",
	},
	ConfigClock: {
		"%q nie jest godziną",
		"%q is not a time of day",
		"%q no es una hora del día",
	},
	ConfigClockRemedy: {
		"Wpisz godzinę i minuty w cudzysłowie, na przykład \"20:00\"",
		"Write hours and minutes in quotes, such as \"20:00\"",
		"Escriba horas y minutos entre comillas, como \"20:00\"",
	},
	ConfigChoice: {
		"%q nie jest żadną z możliwych wartości",
		"%q is none of the possible values",
		"%q no es ninguno de los valores posibles",
	},
	ConfigChoiceRemedy: {
		"Wpisz jedną z: %s",
		"Write one of: %s",
		"Escriba uno de: %s",
	},
	ConfigNoDay: {
		"nie zostaje żaden dzień, w którym można wysyłać",
		"no day is left on which to send",
		"no queda ningún día en el que enviar",
	},
	ConfigNoDayRemedy: {
		"Zostaw co najmniej jeden dzień tygodnia poza listą",
		"Leave at least one day of the week off the list",
		"Deje al menos un día de la semana fuera de la lista",
	},
	ConfigShortCode: {
		"%q nie jest krótkim numerem",
		"%q is not a short code",
		"%q no es un número corto",
	},
	ConfigShortCodeRemedy: {
		"Wpisz od 3 do 6 cyfr w cudzysłowie, na przykład \"8080\"",
		"Write 3 to 6 digits in quotes, such as \"8080\"",
		"Escriba de 3 a 6 cifras entre comillas, como \"8080\"",
	},
	ConfigMissing: {
		"brak tego klucza",
		"it is missing",
		"falta",
	},
	ConfigMissingRemedy: {
		"Dopisz go, na przykład %s",
		"Add it, for example %s",
		"Añádala, por ejemplo %s",
	},
	ConfigName: {
		"%q nie nadaje się na nazwę modemu",
		"%q cannot be the name of a modem",
		"%q no puede ser el nombre de un módem",
	},
	ConfigNameRemedy: {
		"Wpisz od 1 do 32 małych liter, cyfr, myślników, podkreśleń lub kropek, zaczynając od litery lub cyfry",
		"Write 1 to 32 small letters, digits, hyphens, underscores or dots, beginning with a letter or digit",
		"Escriba de 1 a 32 letras minúsculas, cifras, guiones, guiones bajos o puntos, empezando por letra o cifra",
	},
	ConfigPrefix: {
		"%q nie jest początkiem numeru",
		"%q is not how a number begins",
		"%q no es el comienzo de un número",
	},
	ConfigPrefixRemedy: {
		"Wpisz + i cyfry w cudzysłowie, na przykład \"+48\" albo \"+48600\"",
		"Write a + and digits in quotes, such as \"+48\" or \"+48600\"",
		"Escriba + y cifras entre comillas, como \"+48\" o \"+48600\"",
	},
	ConfigPrefixTwiceRemedy: {
		"Wpisz każdy początek numeru tylko raz, przy jednym modemie",
		"Write each beginning of a number once only, at one modem",
		"Escriba cada comienzo de número una sola vez, en un módem",
	},
	ConfigRecipientCapRemedy: {
		"Wpisz 0 (bez limitu) albo liczbę od %d (max_parts: tyle części ma najdłuższa wiadomość) do %d",
		"Write 0 for no limit, or a number from %d (max_parts, the longest message) to %d",
		"Escriba 0 (sin límite) o un número de %d (max_parts, el mensaje más largo) a %d",
	},
	ConfigUsedTwice: {
		"%q jest już użyte w %s",
		"%q is used by %s already",
		"%q ya se usa en %s",
	},
	ConfigUsedTwiceRemedy: {
		"Każdy modem musi mieć własną nazwę, własny port i własny numer",
		"Give every modem a name, a port and a number of its own",
		"Dé a cada módem su propio nombre, puerto y número",
	},
	ConfigDevice: {
		"%q nie jest pełną ścieżką portu",
		"%q is not the full path of a port",
		"%q no es la ruta completa de un puerto",
	},
	ConfigDeviceRemedy: {
		"Wpisz ścieżkę od korzenia, na przykład /dev/ttyUSB2; „goniec modem list” pokazuje, co jest podłączone",
		"Write the path from the root, such as /dev/ttyUSB2; \"goniec modem list\" shows what is plugged in",
		"Escriba la ruta desde la raíz, como /dev/ttyUSB2; «goniec modem list» muestra lo que está conectado",
	},
	ConfigNoDevice: {
		"nie ma teraz urządzenia %s",
		"there is no device %s now",
		"ahora no existe el dispositivo %s",
	},
	ConfigNoDeviceRemedy: {
		"Podłącz modem albo popraw ścieżkę; goniec modem list pokazuje, co jest podłączone",
		"Plug the modem in or correct the path; goniec modem list shows what is plugged in",
		"Conecte el módem o corrija la ruta; goniec modem list muestra lo que está conectado",
	},
	ConfigPlainHTTP: {
		"na adresie %s słuchamy bez TLS, więc treści i tokeny idą przez sieć jawnie",
		"%s is listened on without TLS, so texts and tokens go readable over the network",
		"se escucha en %s sin TLS, así que los textos y los tokens viajan legibles por la red",
	},
	ConfigPlainHTTPRemedy: {
		"Ustaw http.tls albo słuchaj na 127.0.0.1, za serwerem, który szyfruje",
		"Set http.tls, or listen on 127.0.0.1 behind a server that encrypts",
		"Configure http.tls, o escuche en 127.0.0.1 detrás de un servidor que cifre",
	},
	ConfigIMEI: {
		"%q nie jest numerem IMEI",
		"%q is not an IMEI",
		"%q no es un IMEI",
	},
	ConfigIMEIRemedy: {
		"Wpisz 15 cyfr w cudzysłowie; pokazuje je „goniec modem probe” i naklejka na modemie",
		"Write 15 digits in quotes; \"goniec modem probe\" shows them, and so does the label of the modem",
		"Escriba 15 cifras entre comillas; las muestra «goniec modem probe» y la etiqueta del módem",
	},
	ConfigPINItself: {
		"wygląda na sam PIN, a powinna to być ścieżka pliku",
		"this looks like the PIN itself, not like the path of a file",
		"parece el propio PIN, no la ruta de un archivo",
	},
	ConfigPINItselfRemedy: {
		"Zapisz PIN w osobnym pliku o prawach 0600 i podaj tu jego ścieżkę",
		"Write the PIN into a file of its own with mode 0600 and name that file here",
		"Escriba el PIN en un archivo aparte con permisos 0600 e indíquelo aquí",
	},
	ConfigPINContent: {
		"plik nie zawiera PIN-u",
		"the file does not hold a PIN",
		"el archivo no contiene un PIN",
	},
	ConfigPINContentRemedy: {
		"Zapisz w nim od 4 do 8 cyfr i nic więcej",
		"Write 4 to 8 digits into it and nothing else",
		"Escriba en él de 4 a 8 cifras y nada más",
	},
	ConfigPINOpen: {
		"inni użytkownicy mogą czytać ten plik (prawa %s)",
		"other users can read the file (mode %s)",
		"otros usuarios pueden leer el archivo (permisos %s)",
	},
	ConfigPINOpenRemedy: {
		"Wykonaj: chmod 0600 %s",
		"Run: chmod 0600 %s",
		"Ejecute: chmod 0600 %s",
	},
	ConfigRetention: {
		"%s to mniej niż retention.texts (%s), a tekst nie może przeżyć swojego zapisu",
		"%s is shorter than retention.texts (%s), and a text cannot outlive its record",
		"%s es menos que retention.texts (%s), y un texto no puede durar más que su registro",
	},
	ConfigRetentionRemedy: {
		"Wpisz co najmniej %s albo skróć retention.texts",
		"Write at least %s, or shorten retention.texts",
		"Escriba al menos %s, o acorte retention.texts",
	},
	ConfigUnknownVariable: {
		"ta zmienna niczego nie ustawia",
		"this variable sets nothing",
		"esta variable no define nada",
	},
	ConfigUnknownVariableRemedy: {
		"Usuń ją, jeśli miała zmienić konfigurację",
		"Remove it if it was meant for the configuration",
		"Elimínela si era para la configuración",
	},
	ConfigNearVariableRemedy: {
		"Czy chodziło o %s?",
		"Did you mean %s?",
		"¿Quería decir %s?",
	},
}
