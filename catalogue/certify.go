package catalogue

// What goniec modem certify says. CheckName and CheckConsequence have a text for
// each check of package modem, which a test of cmd/goniec holds against this table.
const (
	CommandModemCertify Key = "command.modem.certify"
	FlagCertifyTo       Key = "flag.certify_to"
	FlagCertifyNoTexts  Key = "flag.certify_no_texts"
	FlagCertifyUnplug   Key = "flag.certify_unplug"
	FlagCertifyProfile  Key = "flag.certify_profile"
	HeadCheck           Key = "head.check"
	HeadProfile         Key = "head.profile"
	ConfigProfile       Key = "config.profile" // reason
	ConfigProfileRemedy Key = "config.profile.remedy"
	DoctorProfiles      Key = "doctor.profiles" // number, folder
	HeadVerdict         Key = "head.verdict"
	HeadEvidence        Key = "head.evidence"
	CertifyFit          Key = "certify.fit"     // device
	CertifyUnfit        Key = "certify.unfit"   // device
	CertifyUntried      Key = "certify.untried" // device
	CertifyUnplugNow    Key = "certify.unplug_now"
	CertifyPlugNow      Key = "certify.plug_now"
	CertifyProfile      Key = "certify.profile" // file
	CertifyCosts        Key = "certify.costs"
	CertifyDeclined     Key = "certify.declined" // device
	CertifyByIMEI       Key = "certify.by_imei"  // name
	CertifyNoNames      Key = "certify.no_names" // what was typed
	CertifyUnknown      Key = "certify.unknown"  // what was typed, names
	CertifyServing      Key = "certify.serving"  // device
	CertifyHeld         Key = "certify.held"     // device, holders
	CertifyBusy         Key = "certify.busy"     // device
)

// CheckName returns the key of the name of a check.
func CheckName(id string) Key { return Key("check." + id) }

// CheckConsequence returns the key of what follows when a check is not passed.
func CheckConsequence(id string) Key { return Key("check." + id + ".otherwise") }

// VerdictText returns the key of the word for a verdict.
func VerdictText(verdict string) Key { return Key("verdict." + verdict) }
