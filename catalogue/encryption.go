package catalogue

// What is said about the encryption of the data and its keys.
const (
	CommandKey        Key = "command.key"
	CommandKeyCreate  Key = "command.key.create"
	CommandKeyRotate  Key = "command.key.rotate"
	CommandKeyStatus  Key = "command.key.status"
	CommandKeySheet   Key = "command.key.sheet"
	CommandKeyRemove  Key = "command.key.remove"
	FlagFromSheet     Key = "flag.from_sheet"
	FlagForcePlain    Key = "flag.force_plain"
	KeyNone           Key = "key.none"
	KeyCreated        Key = "key.created"    // path, id
	KeyTyped          Key = "key.typed"      // path, id
	KeyType           Key = "key.type"       // groups
	KeyRotated        Key = "key.rotated"    // path, id
	KeyRemoved        Key = "key.removed"    // directory, records, path
	KeyExposed        Key = "key.exposed"    // path, path
	KeyEmpty          Key = "key.empty"      // path
	KeyLine           Key = "key.line"       // path, line, reason
	KeyExists         Key = "key.exists"     // path
	KeyUnreadable     Key = "key.unreadable" // path, reason
	KeyWanted         Key = "key.wanted"
	KeyWrong          Key = "key.wrong"    // id
	KeyCount          Key = "key.count"    // found, wanted
	KeyMistyped       Key = "key.mistyped" // groups
	KeyMixed          Key = "key.mixed"
	DataAltered       Key = "data.altered"
	KeyStatusFile     Key = "key.status.file" // path, ids
	KeyStatusPlain    Key = "key.status.plain"
	KeyStatusWillBe   Key = "key.status.will_be"
	KeyStatusRotating Key = "key.status.rotating" // id, remaining, records
	KeyStatusRestart  Key = "key.status.restart"  // id
	KeyStatusDone     Key = "key.status.done"     // id
	KeyStatusOld      Key = "key.status.old"      // ids
	KeySheetHead      Key = "key.sheet.head"      // date, id
	KeySheetFoot      Key = "key.sheet.foot"      // path
)

var encryptionTexts = map[Key]text{
	CommandKey:       {"Klucze, którymi zaszyfrowane są dane na dysku", "Keys by which the data on disk is encrypted", "Claves con las que se cifran los datos en disco"},
	CommandKeyCreate: {"Utwórz plik z nowym kluczem", "Make a file with a new key", "Crear un archivo con una clave nueva"},
	CommandKeyRotate: {"Dodaj nowy klucz; po ponownym uruchomieniu bramka szyfruje nim dane", "Add a new key; after a restart the gateway encrypts the data by it", "Añadir una clave nueva; tras reiniciar, la pasarela cifra los datos con ella"},
	CommandKeyStatus: {"Pokaż, czy i którym kluczem dane są zaszyfrowane", "Show whether the data is encrypted, and by which key", "Mostrar si los datos están cifrados y con qué clave"},
	CommandKeySheet:  {"Pokaż kartę odzyskiwania do wydrukowania", "Show the recovery sheet, to print", "Mostrar la hoja de recuperación para imprimir"},
	CommandKeyRemove: {"Odszyfruj dane na stałe, gdy bramka nie działa", "Decrypt the data for good, while the gateway does not run", "Descifrar los datos definitivamente, con la pasarela parada"},
	FlagFromSheet:    {"wpisz klucz z wydrukowanej karty odzyskiwania", "type the key from a printed recovery sheet", "escribir la clave de una hoja de recuperación impresa"},
	FlagForcePlain:   {"tak, numery i treści mają leżeć na dysku czytelne", "yes, numbers and texts shall lie readable on the disk", "sí, los números y textos quedarán legibles en el disco"},
	KeyNone: {
		pl: "Nie ustawiono klucza. Utwórz go poleceniem „goniec key create PLIK” i podaj ten plik jako key_file w konfiguracji.",
		en: "No key is configured. Make one with \"goniec key create FILE\" and name that file as key_file in the configuration.",
		es: "No hay ninguna clave configurada. Cree una con «goniec key create ARCHIVO» e indique ese archivo como key_file en la configuración.",
	},
	KeyCreated: {
		pl: "Nowy klucz %[2]s jest w %[1]s. Bez niego danych nikt nie odczyta, także Ty. Teraz: 1. daj plik użytkownikowi bramki (chown goniec), 2. ustaw key_file w konfiguracji, 3. wydrukuj kartę (goniec key sheet) i schowaj ją, 4. uruchom bramkę ponownie.",
		en: "The new key %[2]s is in %[1]s. Without it nobody can read the data, you neither. Now: 1. give the file to the user of the gateway (chown goniec), 2. set key_file in the configuration, 3. print the sheet (goniec key sheet) and put it away, 4. restart the gateway.",
		es: "La clave nueva %[2]s está en %[1]s. Sin ella nadie puede leer los datos, tampoco usted. Ahora: 1. dé el archivo al usuario de la pasarela (chown goniec), 2. ponga key_file en la configuración, 3. imprima la hoja (goniec key sheet) y guárdela, 4. reinicie la pasarela.",
	},
	KeyTyped: {
		pl: "Klucz %[2]s jest w %[1]s. Ustaw key_file w konfiguracji i daj plik użytkownikowi bramki (chown goniec).",
		en: "The key %[2]s is in %[1]s. Set key_file in the configuration and give the file to the user of the gateway (chown goniec).",
		es: "La clave %[2]s está en %[1]s. Ponga key_file en la configuración y dé el archivo al usuario de la pasarela (chown goniec).",
	},
	KeyType: {
		pl: "Wpisz %d grup po pięć znaków z karty, w jednym lub kilku wierszach:",
		en: "Type the %d groups of five characters from the sheet, on one line or several:",
		es: "Escriba los %d grupos de cinco caracteres de la hoja, en una o varias líneas:",
	},
	KeyRotated: {
		pl: "W %s jest nowy klucz %s, stare zostały obok. Uruchom bramkę ponownie: zaszyfruje nim dane, nie przerywając pracy (goniec key status). Wydrukuj nową kartę (goniec key sheet); starą zachowaj, dopóki masz kopie z jej czasu.",
		en: "In %s there is a new key %s, the old ones are kept beside it. Restart the gateway: it encrypts the data by it while it works (goniec key status). Print a new sheet (goniec key sheet); keep the old one as long as you have backups of its time.",
		es: "En %s hay una clave nueva %s, las antiguas siguen al lado. Reinicie la pasarela: cifrará los datos con ella sin dejar de trabajar (goniec key status). Imprima una hoja nueva (goniec key sheet); guarde la antigua mientras tenga copias de su época.",
	},
	KeyRemoved: {
		pl: "Dane w %s nie są już zaszyfrowane (%d {2:rekord|rekordy|rekordów}). Usuń key_file z konfiguracji przed uruchomieniem bramki, inaczej zaszyfruje je znowu. Plik %s zachowaj dla starych kopii.",
		en: "The data in %s is not encrypted any more (%d {2:record|records}). Take key_file out of the configuration before you start the gateway, or it encrypts them again. Keep the file %s for old backups.",
		es: "Los datos de %s ya no están cifrados (%d {2:registro|registros}). Quite key_file de la configuración antes de arrancar la pasarela o los cifrará otra vez. Guarde el archivo %s para las copias antiguas.",
	},
	KeyExposed: {
		pl: "Plik z kluczem %s mogą czytać lub zmieniać inni użytkownicy. Uruchom: chmod 0600 %s.",
		en: "Other users can read or change the key file %s. Run: chmod 0600 %s.",
		es: "Otros usuarios pueden leer o cambiar el archivo de clave %s. Ejecute: chmod 0600 %s.",
	},
	KeyEmpty: {
		pl: "W pliku %s nie ma klucza. Odtwórz go z karty odzyskiwania: goniec key create --from-sheet INNY_PLIK.",
		en: "There is no key in the file %s. Make it anew from the recovery sheet: goniec key create --from-sheet ANOTHER_FILE.",
		es: "No hay ninguna clave en el archivo %s. Rehágalo con la hoja de recuperación: goniec key create --from-sheet OTRO_ARCHIVO.",
	},
	KeyLine: {
		pl: "Plik z kluczem %s, wiersz %d: %s Odtwórz go z karty odzyskiwania: goniec key create --from-sheet INNY_PLIK.",
		en: "Key file %s, line %d: %s Make it anew from the recovery sheet: goniec key create --from-sheet ANOTHER_FILE.",
		es: "Archivo de clave %s, línea %d: %s Rehágalo con la hoja de recuperación: goniec key create --from-sheet OTRO_ARCHIVO.",
	},
	KeyExists: {
		pl: "Plik %s już istnieje i może zawierać potrzebny klucz. Podaj inną nazwę.",
		en: "The file %s is there already and may hold a key that is needed. Give another name.",
		es: "El archivo %s ya existe y puede contener una clave necesaria. Dé otro nombre.",
	},
	KeyUnreadable: {
		pl: "Pliku z kluczem %s nie da się użyć: %v. Sprawdź ścieżkę i prawa.",
		en: "The key file %s cannot be used: %v. Check the path and the permissions.",
		es: "No se puede usar el archivo de clave %s: %v. Compruebe la ruta y los permisos.",
	},
	KeyWanted: {
		pl: "Dane są zaszyfrowane, a klucza nie podano. Ustaw key_file w konfiguracji; klucz z karty odzyskiwania wpisz poleceniem „goniec key create --from-sheet PLIK”.",
		en: "The data is encrypted and no key was given. Set key_file in the configuration; type a key from a recovery sheet with \"goniec key create --from-sheet FILE\".",
		es: "Los datos están cifrados y no se ha dado ninguna clave. Ponga key_file en la configuración; escriba la clave de una hoja de recuperación con «goniec key create --from-sheet ARCHIVO».",
	},
	KeyWrong: {
		pl: "Dane są zaszyfrowane kluczem %s, którego nie ma w pliku z kluczem. Wpisz go z karty o tym numerze poleceniem „goniec key create --from-sheet PLIK” i dodaj jego wiersz do pliku z kluczem.",
		en: "The data is encrypted by key %s, which is not in the key file. Type it from the sheet with that number with \"goniec key create --from-sheet FILE\" and add its line to the key file.",
		es: "Los datos están cifrados con la clave %s, que no está en el archivo de clave. Escríbala de la hoja con ese número con «goniec key create --from-sheet ARCHIVO» y añada su línea al archivo de clave.",
	},
	KeyCount: {
		pl: "Klucz ma %d {1:grupę|grupy|grup} po pięć znaków, a powinno ich być %d.",
		en: "The key has %d {1:group|groups} of five characters, there should be %d.",
		es: "La clave tiene %d {1:grupo|grupos} de cinco caracteres, deberían ser %d.",
	},
	KeyMistyped: {
		pl: "Pomyłka w grupie nr: %s. Porównaj je z kartą i wpisz klucz jeszcze raz.",
		en: "There is a mistake in group: %s. Compare with the sheet and type the key again.",
		es: "Hay un error en el grupo: %s. Compare con la hoja y escriba la clave otra vez.",
	},
	KeyMixed: {
		pl: "Każda grupa jest poprawna, ale nie należą do jednego klucza. Sprawdź, czy wszystkie są z tej samej karty.",
		en: "Every group is right, but they are not of one key. Check that all are from the same sheet.",
		es: "Cada grupo es correcto, pero no son de una misma clave. Compruebe que todos son de la misma hoja.",
	},
	DataAltered: {
		pl: "Zaszyfrowane dane zostały zmienione lub uszkodzone. Przywróć kopię (goniec restore).",
		en: "The encrypted data has been altered or damaged. Restore a backup (goniec restore).",
		es: "Los datos cifrados han sido alterados o están dañados. Restaure una copia (goniec restore).",
	},
	KeyStatusFile:     {"Plik z kluczem %s; klucze: %s.", "Key file %s; keys: %s.", "Archivo de clave %s; claves: %s."},
	KeyStatusPlain:    {"Dane nie są zaszyfrowane.", "The data is not encrypted.", "Los datos no están cifrados."},
	KeyStatusWillBe:   {"Dane nie są jeszcze zaszyfrowane; bramka zrobi to przy następnym uruchomieniu.", "The data is not encrypted yet; the gateway does that at its next start.", "Los datos todavía no están cifrados; la pasarela lo hará en su próximo arranque."},
	KeyStatusRotating: {"Bramka szyfruje dane kluczem %s; do zaszyfrowania: %d z %d {3:rekordu|rekordów|rekordów}.", "The data is being encrypted by key %s; %d of %d {3:record|records} still to do.", "Los datos se están cifrando con la clave %s; quedan %d de %d {3:registro|registros}."},
	KeyStatusRestart:  {"Dane są zaszyfrowane kluczem %s. Nowy klucz zacznie obowiązywać po ponownym uruchomieniu bramki.", "The data is encrypted by key %s. The new key takes effect when the gateway is restarted.", "Los datos están cifrados con la clave %s. La clave nueva tendrá efecto al reiniciar la pasarela."},
	KeyStatusDone:     {"Wszystkie dane są zaszyfrowane kluczem %s.", "All data is encrypted by key %s.", "Todos los datos están cifrados con la clave %s."},
	KeyStatusOld: {
		pl: "Klucze %s nie są już potrzebne danym i można usunąć ich wiersze z pliku. Kopie z ich czasu nadal ich wymagają.",
		en: "The data does not need the keys %s any more, and their lines may be deleted from the file. Backups of their time still need them.",
		es: "Los datos ya no necesitan las claves %s y sus líneas se pueden borrar del archivo. Las copias de su época aún las necesitan.",
	},
	KeySheetHead: {
		pl: "KARTA ODZYSKIWANIA BRAMKI SMS GONIEC\n\nData: %s    Numer klucza: %s\n\nTym kluczem zaszyfrowane są numery i treści SMS na dysku bramki i w jej kopiach.\nKto ma klucz i kopię, może je przeczytać. Kto zgubi klucz, straci dane.\nTrzymaj tę kartę w sejfie, z dala od bramki i jej kopii.\n",
		en: "RECOVERY SHEET OF THE SMS GATEWAY GONIEC\n\nDate: %s    Key number: %s\n\nBy this key the numbers and texts on the disk of the gateway and in its backups are encrypted.\nWho has the key and a backup can read them. Who loses the key loses the data.\nKeep this sheet in a safe, away from the gateway and its backups.\n",
		es: "HOJA DE RECUPERACIÓN DE LA PASARELA SMS GONIEC\n\nFecha: %s    Número de clave: %s\n\nCon esta clave están cifrados los números y textos en el disco de la pasarela y en sus copias.\nQuien tenga la clave y una copia puede leerlos. Quien pierda la clave pierde los datos.\nGuarde esta hoja en una caja fuerte, lejos de la pasarela y de sus copias.\n",
	},
	KeySheetFoot: {
		pl: "\nOdzyskiwanie na nowym urządzeniu:\n  1. goniec key create --from-sheet %[1]s     i wpisz grupy; wielkość liter i odstępy nie mają znaczenia\n  2. ustaw key_file: %[1]s w /etc/goniec/goniec.yaml\n  3. goniec restore KOPIA\n  4. uruchom bramkę",
		en: "\nTo recover on a new box:\n  1. goniec key create --from-sheet %[1]s     and type the groups; case and spaces do not matter\n  2. set key_file: %[1]s in /etc/goniec/goniec.yaml\n  3. goniec restore BACKUP\n  4. start the gateway",
		es: "\nPara recuperar en un equipo nuevo:\n  1. goniec key create --from-sheet %[1]s     y escriba los grupos; mayúsculas y espacios no importan\n  2. ponga key_file: %[1]s en /etc/goniec/goniec.yaml\n  3. goniec restore COPIA\n  4. arranque la pasarela",
	},
}
