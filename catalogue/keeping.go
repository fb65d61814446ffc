package catalogue

// What the commands say that keep the data: backup, restore, verify.
const (
	CommandBackup  Key = "command.backup"
	CommandVerify  Key = "command.verify"
	FlagForce      Key = "flag.force"
	BackupDone     Key = "backup.done"   // path, MiB
	BackupExists   Key = "backup.exists" // path
	BackupFailed   Key = "backup.failed" // path, error
	CopyProgress   Key = "copy.progress" // MiB
	VerifyProgress Key = "verify.progress"
	VerifyGood     Key = "verify.good"    // records
	VerifyBad      Key = "verify.bad"     // findings, records
	VerifyDamaged  Key = "verify.damaged" // path, error
	HeadRecord     Key = "head.record"
	HeadFinding    Key = "head.finding"
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
		pl: "sprawdzono rekordów: %d",
		en: "%d records checked",
		es: "%d registros comprobados",
	},
	VerifyGood: {
		pl: "Sprawdzono rekordów: %d. Wszystko się zgadza.",
		en: "%d records checked. Everything is in order.",
		es: "%d registros comprobados. Todo está en orden.",
	},
	VerifyBad: {
		pl: "Znaleziono błędów: %d, rekordów: %d. Zgłoś to z tą listą; jeśli bramka nie działa, przywróć ostatnią kopię (goniec restore).",
		en: "%d things are wrong in %d records. Report this with the list; if the gateway does not work, restore the last copy (goniec restore).",
		es: "Hay %d errores en %d registros. Comuníquelo con la lista; si la pasarela no funciona, restaure la última copia (goniec restore).",
	},
	VerifyDamaged: {
		pl: "%s nie jest danymi bramki albo jest uszkodzone: %v. Przywróć kopię (goniec restore).",
		en: "%s is not the data of a gateway, or is damaged: %v. Restore a copy (goniec restore).",
		es: "%s no son los datos de una pasarela, o están dañados: %v. Restaure una copia (goniec restore).",
	},
	HeadRecord:  {pl: "REKORD", en: "RECORD", es: "REGISTRO"},
	HeadFinding: {pl: "CO JEST ŹLE", en: "WHAT IS WRONG", es: "QUÉ ESTÁ MAL"},
}
