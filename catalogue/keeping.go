package catalogue

// What the commands say that keep the data and look into it: backup, restore, verify,
// message show.
const (
	CommandBackup  Key = "command.backup"
	CommandVerify  Key = "command.verify"
	CommandRestore Key = "command.restore"
	FlagForce      Key = "flag.force"
	FlagForceData  Key = "flag.force_data"
	FlagResume     Key = "flag.resume"
	RestoreExists  Key = "restore.exists"  // data directory
	RestoreAside   Key = "restore.aside"   // path
	RestoreDone    Key = "restore.done"    // data directory
	RestoreResumes Key = "restore.resumes" // data directory
	BackupDone     Key = "backup.done"     // path, MiB
	BackupExists   Key = "backup.exists"   // path
	BackupFailed   Key = "backup.failed"   // path, error
	CopyProgress   Key = "copy.progress"   // MiB
	VerifyProgress Key = "verify.progress"
	VerifyGood     Key = "verify.good"    // records
	VerifyBad      Key = "verify.bad"     // findings, records
	VerifyDamaged  Key = "verify.damaged" // path, error
	HeadRecord     Key = "head.record"
	HeadFinding    Key = "head.finding"

	CommandMessage      Key = "command.message"
	CommandMessageShow  Key = "command.message.show"
	HistoryHead         Key = "history.head" // number, parts, status
	StepBegunAgain      Key = "step.begun_again"
	StepAnswerAccepted  Key = "step.answer.accepted"  // reference
	StepAnswerUncertain Key = "step.answer.uncertain" // detail
	StepAnswerRefused   Key = "step.answer.refused"   // code, detail
	StepReported        Key = "step.reported"         // status, reference
	StepEnded           Key = "step.ended"            // status, detail
	HeadTime            Key = "head.time"
	HeadSince           Key = "head.since"
	HeadPart            Key = "head.part"
	HeadStep            Key = "head.step"
)

var keepingTexts = map[Key]text{
	CommandBackup: {
		pl: "Zapisz sprawdzoną kopię wszystkich danych, także gdy bramka działa",
		en: "Write a checked copy of all data, also while the gateway runs",
		es: "Guardar una copia comprobada de todos los datos, también con la pasarela en marcha",
	},
	CommandVerify: {
		pl: "Sprawdź dane bramki albo kopię, niczego nie zmieniając",
		en: "Check the data of the gateway, or a copy, changing nothing",
		es: "Comprobar los datos de la pasarela, o una copia, sin cambiar nada",
	},
	CommandRestore: {
		pl: "Przywróć dane z kopii, gdy bramka nie działa",
		en: "Restore the data from a backup, while the gateway does not run",
		es: "Restaurar los datos de una copia, con la pasarela parada",
	},
	FlagForceData: {
		pl: "zastąp dane, które już są; zostaną obok pod inną nazwą",
		en: "replace data that is there already; it is kept beside under another name",
		es: "sustituir los datos que ya existen; se conservan al lado con otro nombre",
	},
	FlagResume: {
		pl: "wyślij wszystko, co czekało w chwili kopii, nawet jeśli mogło już wyjść",
		en: "send everything that waited when the backup was made, even what may have gone out since",
		es: "enviar todo lo que esperaba al hacer la copia, aunque pueda haber salido ya",
	},
	RestoreExists: {
		pl: "W %s są już dane. Z --force zostaną zastąpione i zachowane obok pod inną nazwą.",
		en: "There is data in %s already. With --force it is replaced, and kept beside under another name.",
		es: "Ya hay datos en %s. Con --force se sustituyen y se conservan al lado con otro nombre.",
	},
	RestoreAside: {
		pl: "Dotychczasowe dane są teraz w %s.",
		en: "The data that was there is now in %s.",
		es: "Los datos que había están ahora en %s.",
	},
	RestoreDone: {
		pl: "Dane w %s są przywrócone. Uruchom bramkę. Co od czasu kopii miało wyjść, poczeka na decyzję: zwolnij to albo anuluj. Tokeny unieważnione po kopii znów działają: sprawdź goniec token list.",
		en: "The data in %s is restored. Start the gateway. What was due since the backup waits for a decision: release or cancel it. Tokens revoked since the backup work again: see goniec token list.",
		es: "Los datos de %s están restaurados. Arranque la pasarela. Lo que debía salir desde la copia espera una decisión: libérelo o cancélelo. Los tokens revocados desde entonces vuelven a valer: vea goniec token list.",
	},
	RestoreResumes: {
		pl: "Dane w %s są przywrócone. Uruchom bramkę: wszystko, co czekało w chwili kopii, wyjdzie, także to, co mogło już wyjść. Tokeny unieważnione po kopii znów działają.",
		en: "The data in %s is restored. Start the gateway: everything that waited when the backup was made goes out, even what may have gone out since. Tokens revoked since the backup work again.",
		es: "Los datos de %s están restaurados. Arranque la pasarela: saldrá todo lo que esperaba al hacer la copia, incluso lo que pudo salir ya. Los tokens revocados desde entonces vuelven a valer.",
	},
	FlagForce: {
		pl: "zastąp plik, który już jest",
		en: "replace a file that is there already",
		es: "sustituir un archivo que ya existe",
	},
	BackupDone: {
		pl: "Kopia jest w %s (%.1f MiB). Zawiera teksty i numery: trzymaj ją jak kartotekę pacjentów.",
		en: "The copy is in %s (%.1f MiB). It holds texts and numbers: keep it as you keep patients' records.",
		es: "La copia está en %s (%.1f MiB). Contiene textos y números: guárdela como el fichero de pacientes.",
	},
	BackupExists: {
		pl: "Plik %s już jest. Podaj inną nazwę albo --force.",
		en: "The file %s is there already. Name another one, or use --force.",
		es: "El archivo %s ya existe. Indique otro o use --force.",
	},
	BackupFailed: {
		pl: "Nie udało się zapisać kopii %s: %v",
		en: "The copy %s could not be written: %v",
		es: "No se pudo guardar la copia %s: %v",
	},
	CopyProgress: {
		pl: "skopiowano %.1f MiB",
		en: "%.1f MiB copied",
		es: "%.1f MiB copiados",
	},
	VerifyProgress: {
		pl: "sprawdzono %d {1:rekord|rekordy|rekordów}",
		en: "%d {1:record|records} checked",
		es: "%d {1:registro comprobado|registros comprobados}",
	},
	VerifyGood: {
		pl: "Sprawdzono %d {1:rekord|rekordy|rekordów}. Wszystko się zgadza.",
		en: "%d {1:record|records} checked. Everything is in order.",
		es: "%d {1:registro comprobado|registros comprobados}. Todo está en orden.",
	},
	VerifyBad: {
		pl: "Znaleziono %d {1:błąd|błędy|błędów} w %d {2:rekordzie|rekordach|rekordach}. Zgłoś to z tą listą; jeśli bramka nie działa, przywróć ostatnią kopię (goniec restore).",
		en: "%d {1:mistake|mistakes} in %d {2:record|records} found. Report this with the list; if the gateway does not work, restore the last copy (goniec restore).",
		es: "Hay %d {1:error|errores} en %d {2:registro|registros}. Comuníquelo con la lista; si la pasarela no funciona, restaure la última copia (goniec restore).",
	},
	VerifyDamaged: {
		pl: "%s nie jest danymi bramki albo jest uszkodzone: %v. Przywróć kopię (goniec restore).",
		en: "%s is not the data of a gateway, or is damaged: %v. Restore a copy (goniec restore).",
		es: "%s no son los datos de una pasarela, o están dañados: %v. Restaure una copia (goniec restore).",
	},
	CommandMessage: {
		pl: "Wysłane wiadomości",
		en: "Outgoing messages",
		es: "Mensajes salientes",
	},
	CommandMessageShow: {
		pl: "Pokaż krok po kroku, co stało się z wiadomością",
		en: "Show step by step what became of a message",
		es: "Mostrar paso a paso qué fue de un mensaje",
	},
	HistoryHead: {
		pl: "Do %s, %d {2:część|części|części}, stan: %s",
		en: "To %s, %d {2:part|parts}, status: %s",
		es: "A %s, %d {2:parte|partes}, estado: %s",
	},
	"step.accepted":     {pl: "przyjęta i zapisana na dysku", en: "accepted and on disk", es: "aceptado y en disco"},
	"step.due":          {pl: "od teraz może wyjść", en: "may go out from now on", es: "puede salir desde ahora"},
	"step.begun":        {pl: "próba zapisana, zanim ją podjęto", en: "attempt written down before it was made", es: "intento anotado antes de hacerlo"},
	StepBegunAgain:      {pl: "ponowna próba: może powstać druga kopia", en: "attempt that may make a second copy", es: "intento que puede crear una segunda copia"},
	"step.handed_over":  {pl: "modem ma całą część", en: "the modem has the part whole", es: "el módem tiene la parte entera"},
	StepAnswerAccepted:  {pl: "przyjęta przez centrum SMS, numer %s", en: "accepted by the service centre, reference %s", es: "aceptada por el centro de mensajes, referencia %s"},
	StepAnswerUncertain: {pl: "nie wiadomo, czy wyszła: %s", en: "nobody knows whether it left: %s", es: "no se sabe si salió: %s"},
	StepAnswerRefused:   {pl: "nie przyjęta (%s): %s", en: "not accepted (%s): %s", es: "no aceptada (%s): %s"},
	StepReported:        {pl: "raport: %s, numer %s", en: "report: %s, reference %s", es: "informe: %s, referencia %s"},
	StepEnded:           {pl: "koniec, stan: %s. %s", en: "ended, status: %s. %s", es: "fin, estado: %s. %s"},
	HeadTime:            {pl: "CZAS", en: "TIME", es: "HORA"},
	HeadSince:           {pl: "PO", en: "AFTER", es: "TRAS"},
	HeadPart:            {pl: "CZĘŚĆ", en: "PART", es: "PARTE"},
	HeadStep:            {pl: "CO SIĘ STAŁO", en: "WHAT HAPPENED", es: "QUÉ PASÓ"},
	HeadRecord:          {pl: "REKORD", en: "RECORD", es: "REGISTRO"},
	HeadFinding:         {pl: "CO JEST ŹLE", en: "WHAT IS WRONG", es: "QUÉ ESTÁ MAL"},
}
