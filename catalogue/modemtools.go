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
