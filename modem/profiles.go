package modem

import (
	"slices"
	"strings"
	"time"
)

// Profile is what is known of a family of modems beforehand. It saves questions
// and answers for what cannot be asked; a modem of no known family is asked, and
// works as well. The first profile that matches counts.
type Profile struct {
	Name string `json:"name"`
	// Manufacturers and Models are parts of the answers to +CGMI and +CGMM, in
	// lower case, of which one each must be found; none: whatever it says.
	Manufacturers []string `json:"manufacturers,omitempty"`
	Models        []string `json:"models,omitempty"`
	// Quiet are commands that turn off what the family says without being asked
	// and nobody needs, or on what we want to hear.
	Quiet []string `json:"quiet,omitempty"`
	// Prepare are commands without which it is not fit for texts.
	Prepare []string `json:"prepare,omitempty"`
	// Memory is the one that should receive; empty: the largest.
	Memory string `json:"memory,omitempty"`
	// Routes are the forms of +CNMI to try before others, best first.
	Routes []Route `json:"routes,omitempty"`
	// ByIndex says that +CMGL hangs, lies or is refused: memories are read by
	// +CMGR alone.
	ByIndex bool `json:"by_index,omitempty"`
	// BrokenReportMemory says that its memory SR is of no use: what is read from it is
	// no report, or reports in it are announced as being in another memory. Reports are
	// better told directly.
	BrokenReportMemory bool `json:"broken_report_memory,omitempty"`
	// AwaitsMessages says that it refuses commands about texts until some time
	// after the SIM is ready ("SMS Ready").
	AwaitsMessages bool `json:"awaits_messages,omitempty"`
	// PackedUSSD says that codes and answers of USSD are packed septets in
	// hexadecimal digits.
	PackedUSSD bool `json:"packed_ussd,omitempty"`
	// List is how long it may take to list, read or delete, if longer than
	// Timeouts.List.
	List time.Duration `json:"list,omitempty"`
}

// profiles returns the families that are known, the more special before the
// more general.
func profiles() []Profile {
	const slow = 180 * time.Second
	quectel := []string{`+QINDCFG="csq",0`, `+QINDCFG="smsfull",1`}
	return []Profile{
		{
			Name: "huawei-lte", Manufacturers: []string{"huawei"}, Models: []string{"e33", "e32", "k51", "me9"},
			Quiet: []string{"^CURC=0"}, PackedUSSD: true,
			Routes: []Route{{2, 1, 0, 1, 0}, {2, 1, 0, 2, 0}, {2, 1, 0, 0, 0}},
		},
		{
			Name: "huawei", Manufacturers: []string{"huawei"},
			Quiet: []string{"^CURC=0"}, PackedUSSD: true,
			Routes: []Route{{2, 1, 0, 1, 0}, {2, 1, 0, 2, 0}},
		},
		{
			// +CPMS? ends its flood of +ZUSIMR, +ZOPRT=5 puts it online.
			Name: "zte", Manufacturers: []string{"zte"},
			Quiet: []string{"+CPMS?"}, Prepare: []string{"+ZOPRT=5"},
		},
		{
			Name: "simcom-asr", Manufacturers: []string{"simcom", "incorporated"}, Models: []string{"a76"},
			Quiet: []string{"+AUTOCSQ=0", "+CNSMOD=0"}, Memory: memDevice, AwaitsMessages: true, List: slow,
			Routes: []Route{{2, 1, 0, 1, 0}, {2, 1, 0, 2, 0}, {2, 1, 0, 0, 0}},
		},
		{
			Name: "simcom-lte", Manufacturers: []string{"simcom"}, Models: []string{"sim7", "sim8200", "sim8202"},
			Quiet: []string{"+AUTOCSQ=0", "+CNSMOD=0"}, Memory: memDevice, AwaitsMessages: true, List: slow,
		},
		{
			Name: "simcom-2g", Manufacturers: []string{"simcom"},
			Memory: memSIM, AwaitsMessages: true,
		},
		{
			Name: "quectel-ep06", Manufacturers: []string{"quectel"}, Models: []string{"ep06", "em06"},
			Quiet: quectel, Memory: memDevice, ByIndex: true, BrokenReportMemory: true,
		},
		{
			Name: "quectel-lte", Manufacturers: []string{"quectel"}, Models: []string{"ec2", "eg0", "eg2", "eg9", "em0", "ep0", "bg9", "rm5"},
			// Several firmwares store a report in SR and announce it as in SM.
			Quiet: quectel, Memory: memDevice, BrokenReportMemory: true,
			Routes: []Route{{2, 1, 0, 1, 0}, {2, 1, 0, 2, 0}},
		},
		{
			Name: "quectel-2g", Manufacturers: []string{"quectel"}, AwaitsMessages: true,
		},
		{
			// ^SMGO=1 has it say when a memory is full. It cannot flush.
			Name: "cinterion", Manufacturers: []string{"cinterion", "siemens", "gemalto", "thales"},
			Quiet:  []string{"^SMGO=1"},
			Routes: []Route{{2, 1, 0, 1, 1}, {2, 1, 0, 2, 1}, {2, 1, 0, 0, 1}},
		},
		{
			Name: "telit", Manufacturers: []string{"telit"},
			Quiet: []string{"#QSS=0"},
		},
		{
			Name: "sierra", Manufacturers: []string{"sierra", "wavecom"},
			Quiet: []string{"+WIND=0", "+KSREP=0"}, Memory: memDevice, BrokenReportMemory: true,
		},
		{
			Name: "teltonika", Manufacturers: []string{"teltonika"},
			Memory: memDevice, Routes: []Route{{2, 1, 0, 2, 0}, {2, 1, 0, 1, 0}},
		},
	}
}

// unknownProfile is that of a modem of no known family. Huawei makes modems
// under many names, and their flood of signal reports is worth one question.
func unknownProfile() Profile { return Profile{Quiet: []string{"^CURC=0"}} }

// profileOf returns the profile for what a modem says of itself.
func profileOf(manufacturer, model string) Profile {
	for _, p := range profiles() {
		if p.matches(manufacturer, model) {
			return p
		}
	}
	return unknownProfile()
}

func (p Profile) matches(manufacturer, model string) bool {
	has := func(parts []string, answer string) bool {
		answer = strings.ToLower(answer)
		return len(parts) == 0 || slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(answer, part) })
	}
	return has(p.Manufacturers, manufacturer) && has(p.Models, model)
}

// commandInterfaces returns the USB interfaces on which the sticks of a maker
// take commands, the likeliest first, by the vendor's USB number.
func commandInterfaces(vendor string) []string {
	return map[string][]string{
		"12d1": {"02", "03", "00"}, // Huawei: 00 is for data calls, 01 for diagnosis
		"2c7c": {"02", "03"},       // Quectel: 00 is for diagnosis, 01 for positions
		"1e0e": {"02", "03"},       // SIMCom: the same
		"19d2": {"03", "01", "02"}, // ZTE
		"1199": {"03", "02"},       // Sierra
	}[strings.ToLower(vendor)]
}
