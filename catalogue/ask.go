package catalogue

// The words of commands that ask a gateway.
const (
	CommandHelp        Key = "command.help"
	UsageNearCommand   Key = "usage.near_command" // command, what was probably meant
	CommandSendLong    Key = "command.send.long"
	FlagKey            Key = "flag.key"
	SendAccepted       Key = "send.accepted" // id
	FlagCA             Key = "flag.ca"
	UsageNeedsURL      Key = "usage.needs_url"         // flag
	UsageURL           Key = "usage.url"               // the URL
	ConfigStale        Key = "config.stale"            // number, file, the first mistake
	FileMissing        Key = "file.missing"            // path
	NoGateway          Key = "ask.no_gateway"          // URL, reason
	WantsHTTP          Key = "ask.wants_http"          // URL
	WantsHTTPS         Key = "ask.wants_https"         // URL
	CAUnusable         Key = "ask.ca_unusable"         // file, reason
	CertificateUnknown Key = "ask.certificate_unknown" // URL
	CertificateWrong   Key = "ask.certificate_wrong"   // URL, reason
	ModemsNone         Key = "modem.none"
	ModemsHidden       Key = "modem.hidden"
)
