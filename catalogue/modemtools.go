package catalogue

// The commands around modems: traces, codes, replay.
const (
	CommandModemTrace   Key = "command.modem.trace"
	CommandModemUSSD    Key = "command.modem.ussd"
	CommandModemRestart Key = "command.modem.restart"
	FlagFollow          Key = "flag.follow"
	FlagReplay          Key = "flag.replay"
	FlagSpeed           Key = "flag.speed"
	HeadState           Key = "head.state"
	HeadTrouble         Key = "head.trouble"
	ModemRestarts       Key = "modem.restarts" // name
	ModemUnknown        Key = "modem.unknown"  // names
	UsageReplayModems   Key = "usage.replay_modems"
	ReplayBroken        Key = "replay.broken"  // file, reason
	ReplayOf            Key = "replay.of"      // file, model
	ReplayUnknown       Key = "replay.unknown" // command
)

// modemToolTexts are what the commands around modems say.
var modemToolTexts = map[Key]text{
	CommandModemTrace:   {"Pokaż, co bramka i modem mówią do siebie; numery i treści są zamaskowane", "Show what gateway and modem say to each other; numbers and texts are masked", "Mostrar lo que se dicen la pasarela y el módem; números y textos van enmascarados"},
	CommandModemUSSD:    {"Zapytaj sieć kodem, np. *101# o saldo", "Ask the network a code, such as *101# for the credit", "Preguntar a la red con un código, p. ej. *101# por el saldo"},
	CommandModemRestart: {"Zamknij modem i uruchom go ponownie", "Close a modem and bring it up again", "Cerrar un módem y volver a ponerlo en marcha"},
	FlagFollow:          {"pokazuj dalej, co przybywa; Ctrl-C kończy", "go on showing what comes; Ctrl-C ends it", "seguir mostrando lo que llega; Ctrl-C termina"},
	FlagReplay:          {"odtwórz zapis z „goniec modem trace” jako modem", "play a recording of \"goniec modem trace\" as a modem", "reproducir una grabación de «goniec modem trace» como módem"},
	FlagSpeed:           {"z --replay: ile razy szybciej niż w zapisie", "with --replay: how many times faster than recorded", "con --replay: cuántas veces más rápido que lo grabado"},
	HeadState:           {"STAN", "STATE", "ESTADO"},
	HeadTrouble:         {"KŁOPOTY", "TROUBLE", "PROBLEMAS"},
	ModemRestarts: {
		"Modem %s jest uruchamiany ponownie. Stan pokazuje „goniec modem list”.",
		"Modem %s is being restarted. \"goniec modem list\" shows its state.",
		"El módem %s se está reiniciando. «goniec modem list» muestra su estado.",
	},
	ModemUnknown:      {"Nie ma modemu o tej nazwie. Są: %s.", "There is no modem of this name. There are: %s.", "No hay ningún módem con este nombre. Hay: %s."},
	UsageReplayModems: {"--replay odtwarza jeden modem; --modems i --dir są bez niego", "--replay plays one modem; --modems and --dir go without it", "--replay reproduce un módem; --modems y --dir van sin ella"},
	ReplayBroken: {
		"%s nie jest zapisem, który można odtworzyć: %s. Zapis robi „goniec modem trace NAZWA > PLIK”.",
		"%s is no recording that can be played: %s. \"goniec modem trace NAME > FILE\" makes one.",
		"%s no es una grabación que se pueda reproducir: %s. La hace «goniec modem trace NOMBRE > ARCHIVO».",
	},
	ReplayOf: {
		"Zapis %s (%s) czeka jako modem. Zapisz to jako goniec.yaml i uruchom obok „goniec serve”; Ctrl-C kończy:",
		"The recording %s (%s) waits as a modem. Save this as goniec.yaml and run \"goniec serve\" beside it; Ctrl-C ends it:",
		"La grabación %s (%s) espera como módem. Guarde esto como goniec.yaml y ejecute «goniec serve» al lado; Ctrl-C termina:",
	},
	ReplayUnknown: {"%s nie ma w zapisie; odpowiedzią jest ERROR.", "%s is not in the recording; the answer is ERROR.", "%s no está en la grabación; la respuesta es ERROR."},
}
