package catalogue

// The words of commands that ask a gateway.
const (
	CommandHelp             Key = "command.help"
	UsageNearCommand        Key = "usage.near_command" // command, what was probably meant
	CommandSendLong         Key = "command.send.long"
	FlagKey                 Key = "flag.key"
	SendAccepted            Key = "send.accepted" // id
	CommandMessageList      Key = "command.message.list"
	CommandInbox            Key = "command.inbox"
	CommandConversation     Key = "command.conversation"
	CommandConversationList Key = "command.conversation.list"
	CommandStatus           Key = "command.status"
	CommandStatusLong       Key = "command.status.long"
	FlagSince               Key = "flag.since"
	FlagUntil               Key = "flag.until"
	FlagTexts               Key = "flag.texts"
	FlagLimit               Key = "flag.limit"
	FlagListTo              Key = "flag.list.to"
	FlagListStatus          Key = "flag.list.status"
	FlagListReference       Key = "flag.list.reference"
	FlagListFrom            Key = "flag.list.from"
	FlagListAnswer          Key = "flag.list.answer"
	FlagListState           Key = "flag.list.state"
	FlagListWith            Key = "flag.list.with"
	FlagListUnread          Key = "flag.list.unread"
	UsageTime               Key = "usage.time" // flag, value
	HeadReference           Key = "head.reference"
	HeadText                Key = "head.text"
	HeadAnswer              Key = "head.answer"
	HeadMessage             Key = "head.message"
	HeadReason              Key = "head.reason"
	HeadUnread              Key = "head.unread"
	HeadAssigned            Key = "head.assigned"
	ListProgress            Key = "list.progress" // number
	ListMore                Key = "list.more"     // number
	ListNone                Key = "list.none"
	StatusMessages          Key = "status_of.messages"  // counts of open ones, counts of closed ones
	StatusWaiting           Key = "status_of.waiting"   // number
	StatusBackup            Key = "status_of.backup"    // time, directory
	StatusNoBackup          Key = "status_of.no_backup" // directory
	StatusAlarm             Key = "status_of.alarm"     // what, since, remedy
	StatusWell              Key = "status_of.well"
	StatusUnwell            Key = "status_of.unwell"
	FlagCA                  Key = "flag.ca"
	UsageNeedsURL           Key = "usage.needs_url"         // flag
	UsageURL                Key = "usage.url"               // the URL
	ConfigStale             Key = "config.stale"            // number, file, the first mistake
	FileMissing             Key = "file.missing"            // path
	NoGateway               Key = "ask.no_gateway"          // URL, reason
	WantsHTTP               Key = "ask.wants_http"          // URL
	WantsHTTPS              Key = "ask.wants_https"         // URL
	CAUnusable              Key = "ask.ca_unusable"         // file, reason
	CertificateUnknown      Key = "ask.certificate_unknown" // URL
	CertificateWrong        Key = "ask.certificate_wrong"   // URL, reason
	ModemsNone              Key = "modem.none"
	ModemsHidden            Key = "modem.hidden"
)

// ConversationState returns the key of the word for a state of a conversation.
func ConversationState(state string) Key { return Key("conversation." + state) }
