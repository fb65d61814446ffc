package catalogue

// Erasing everything about a number.
const (
	CommandForget     Key = "command.forget"
	FlagForceErasure  Key = "flag.force_erasure"
	ErasureUnforced   Key = "erasure.unforced" // number
	FlagSuppressions  Key = "flag.suppressions"
	ErasureWait       Key = "erasure.wait"
	ErasureDone       Key = "erasure.done"  // messages, received, calls, conversations, other
	ErasureFile       Key = "erasure.file"  // KiB
	ErasureKept       Key = "erasure.kept"  // suppressions
	ErasureProof      Key = "erasure.proof" // id, time
	ErasureRemark     Key = "erasure.remark"
	CommandForgotten  Key = "command.forget.list"
	HeadMessages      Key = "head.messages"
	HeadReceived      Key = "head.received"
	HeadCalls         Key = "head.calls"
	HeadConversations Key = "head.conversations"
	HeadBy            Key = "head.by"
)

// erasureTexts are what is said of it.
var erasureTexts = map[Key]text{
	FlagForceErasure: {
		pl: "usuń naprawdę",
		en: "erase it indeed",
		es: "borrar de verdad",
	},
	ErasureUnforced: {
		pl: "To usunie bezpowrotnie wszystko o numerze %s. Sprawdź numer i powtórz z --force.",
		en: "This erases everything about %s for good. Check the number and repeat with --force.",
		es: "Esto borra para siempre todo lo del número %s. Compruebe el número y repita con --force.",
	},
	CommandForget: {
		pl: "Usuwa wszystko, co zapisano o numerze, i podaje dowód",
		en: "Erase everything that is kept of a number, and print the proof",
		es: "Borra todo lo guardado sobre un número y da la prueba",
	},
	CommandForgotten: {
		pl: "Wypisuje dowody usunięcia (bez numerów)",
		en: "List the proofs of erasures (without numbers)",
		es: "Muestra las pruebas de borrado (sin números)",
	},
	FlagSuppressions: {
		pl: "usuń też zapis, że do numeru nie wolno pisać",
		en: "erase as well that the number must not be written to",
		es: "borrar también que no se debe escribir al número",
	},
	ErasureWait: {
		pl: "Usuwanie… Przy bardzo wielu wiadomościach trwa to kilka minut. Dziennik mówi, ile już zrobiono. Przerwane można powtórzyć.",
		en: "Erasing… With a great many messages this takes minutes; the log tells how far it is. If it is cut, run it again.",
		es: "Borrando… Con muchísimos mensajes tarda minutos; el registro dice cuánto lleva. Si se interrumpe, repítalo.",
	},
	ErasureDone: {
		pl: "Usunięto: %d {1:wiadomość|wiadomości|wiadomości}, %d {2:odebraną|odebrane|odebranych}, %d {3:połączenie|połączenia|połączeń}, %d {4:rozmowę|rozmowy|rozmów}, %d {5:inny zapis|inne zapisy|innych zapisów}. Po ponownym przeszukaniu nic nie zostało.",
		en: "Erased: %d {1:message|messages}, %d received {2:text|texts}, %d {3:call|calls}, %d {4:conversation|conversations}, %d other {5:record|records}. A last look found nothing more.",
		es: "Se han borrado: %d {1:mensaje|mensajes}, %d {2:recibido|recibidos}, %d {3:llamada|llamadas}, %d {4:conversación|conversaciones}, %d {5:registro|registros} más. Un último repaso no encontró nada más.",
	},
	ErasureFile: {
		pl: "W pliku bazy nadpisano %d KiB usuniętych danych.",
		en: "In the database file %d KiB of deleted data were overwritten.",
		es: "En el archivo de datos se sobrescribieron %d KiB de datos borrados.",
	},
	ErasureKept: {
		pl: "Zostaje zapis, że do tego numeru nie wolno pisać (%d {1:wpis|wpisy|wpisów}): tej woli nie wolno zapomnieć. Usuwa go --suppressions.",
		en: "That this number must not be written to stays (%d {1:entry|entries}), so that the wish is kept; --suppressions removes it.",
		es: "Queda anotado que no se debe escribir a este número (%d {1:entrada|entradas}), para respetar su deseo; --suppressions lo borra.",
	},
	ErasureProof: {
		pl: "Dowód: %s z %s. Zachowaj go przy wniosku tej osoby; bramka numeru już nie zna.",
		en: "Proof: %s of %s. Keep it with the person's request; the gateway does not know the number any more.",
		es: "Prueba: %s del %s. Guárdela con la solicitud de la persona; la pasarela ya no conoce el número.",
	},
	ErasureRemark: {
		pl: "Kopie zapasowe zrobione wcześniej nadal zawierają te dane: usuń je lub zrób nowe, także plik, który goniec restore --force zostawia obok danych. Po przywróceniu starej kopii powtórz usunięcie. Programy, które pobrały dane z bramki, mają własne kopie.",
		en: "Backups made before still hold this data: delete them or make new ones, and so does the file that goniec restore --force leaves beside the data. After restoring an old one, erase again. Programs that have fetched data from the gateway have copies of their own.",
		es: "Las copias de seguridad anteriores aún contienen estos datos: bórrelas o haga otras, y también el archivo que goniec restore --force deja junto a los datos. Si restaura una antigua, borre de nuevo. Los programas que leyeron datos de la pasarela tienen sus propias copias.",
	},
	HeadMessages:      {pl: "WIADOMOŚCI", en: "MESSAGES", es: "MENSAJES"},
	HeadReceived:      {pl: "ODEBRANE", en: "RECEIVED", es: "RECIBIDOS"},
	HeadCalls:         {pl: "POŁĄCZENIA", en: "CALLS", es: "LLAMADAS"},
	HeadConversations: {pl: "ROZMOWY", en: "CONVERSATIONS", es: "CONVERSACIONES"},
	HeadBy:            {pl: "KTO", en: "BY", es: "QUIÉN"},
	"problem.number_busy": {
		pl: "Do tego numeru właśnie coś wychodzi, od niego właśnie coś przychodzi albo trwa kopia zapasowa. Co się dało, usunięto; wywołaj ponownie za minutę.",
		en: "Something is being sent to this number or comes from it, or a backup is being made. What could be erased has been; call again in a minute.",
		es: "Se está enviando algo a este número o llega algo de él, o se está haciendo una copia de seguridad. Se borró lo posible; repita la llamada en un minuto.",
	},
}
