package modem

import (
	"slices"
	"strings"
	"time"
)

// Profile is the prior knowledge about a family of modems: preferences that save
// commands, and defects that cannot be detected. A modem of an unknown family is set up
// by asking it. The first matching profile applies.
type Profile struct {
	Name string `json:"name"`
	// Manufacturers and Models are substrings, in lower case, of the answers to +CGMI
	// and +CGMM. One of each must occur; an empty list matches every answer.
	Manufacturers []string `json:"manufacturers,omitempty"`
	Models        []string `json:"models,omitempty"`
	// Quiet lists the commands that turn off unneeded unsolicited lines of the family,
	// or turn on needed ones.
	Quiet []string `json:"quiet,omitempty"`
	// Prepare lists the commands that the family requires before texts.
	Prepare []string `json:"prepare,omitempty"`
	// Memory is the preferred memory for received texts; empty: the largest.
	Memory string `json:"memory,omitempty"`
	// Routes are the forms of +CNMI to try first, best first.
	Routes []Route `json:"routes,omitempty"`
	// ByIndex says that +CMGL hangs, is incomplete or is refused, so that memories are
	// read by +CMGR.
	ByIndex bool `json:"by_index,omitempty"`
	// BrokenReportMemory says that the memory SR is unusable: its contents are not
	// reports, or reports in SR are announced in another memory. Reports should come
	// directly.
	BrokenReportMemory bool `json:"broken_report_memory,omitempty"`
	// AwaitsMessages says that commands about texts are refused until some time after
	// the SIM is ready ("SMS Ready").
	AwaitsMessages bool `json:"awaits_messages,omitempty"`
	// PackedUSSD says that USSD codes and answers are packed septets in hexadecimal
	// digits.
	PackedUSSD bool `json:"packed_ussd,omitempty"`
	// List is the timeout for listing, reading and deleting, if longer than
	// Timeouts.List.
	List time.Duration `json:"list,omitempty"`
}

// profiles returns the known families, the special before the general ones.
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
			// +CPMS? ends the unsolicited +ZUSIMR, +ZOPRT=5 puts the modem online.
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
			// Several firmwares store a report in SR and announce it in SM.
			Quiet: quectel, Memory: memDevice, BrokenReportMemory: true,
			Routes: []Route{{2, 1, 0, 1, 0}, {2, 1, 0, 2, 0}},
		},
		{
			Name: "quectel-2g", Manufacturers: []string{"quectel"}, AwaitsMessages: true,
		},
		{
			// ^SMGO=1 announces a full memory. The family cannot flush.
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

// unknownProfile is the profile of unknown families. Huawei modems are sold under many
// names, so the command that ends their unsolicited signal reports is tried.
func unknownProfile() Profile { return Profile{Quiet: []string{"^CURC=0"}} }

// profileOf returns the profile for the answers to +CGMI and +CGMM.
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

// commandInterfaces returns the USB interfaces on which the sticks of a USB vendor ID
// accept commands, the likeliest first.
func commandInterfaces(vendor string) []string {
	return map[string][]string{
		"12d1": {"02", "03", "00"}, // Huawei: 00 is for data calls, 01 for diagnosis
		"2c7c": {"02", "03"},       // Quectel: 00 is for diagnosis, 01 for positions
		"1e0e": {"02", "03"},       // SIMCom: the same
		"19d2": {"03", "01", "02"}, // ZTE
		"1199": {"03", "02"},       // Sierra
	}[strings.ToLower(vendor)]
}
