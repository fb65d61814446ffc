package emulator

import (
	"strings"
	"time"

	"goniec/pdu"
)

// fate is what becomes of a text to a number with a magic ending. The table in
// the package comment and that in docs/emulator.md say the same; a test
// compares them.
type fate struct {
	ending string // last digits of the number
	about  string
	part   int // of a long text, for which alone it is; 0: all

	code  int  // refused with this +CMS ERROR
	times int  // but only so often; 0: always
	taken bool // the network has the text although the modem says otherwise

	silent bool          // the modem does not answer
	late   time.Duration // the modem answers so much later

	before      []pdu.Status  // reports that come first
	wait        time.Duration // before it is delivered
	status      pdu.Status    // of the final report; from 0x40 on: not delivered
	off         bool          // never reachable: expires
	noReport    bool
	twice       bool // each report comes twice
	early       bool // the report comes before the answer of the modem
	national    bool // TP-RA in the national format
	reportDelay time.Duration

	reply      string // what the handset answers
	replyAfter time.Duration
}

// fates is the table of magic endings.
func fates() []fate {
	return []fate{
		{ending: "99901", about: "delivered, but no report ever comes", noReport: true},
		{ending: "99902", about: "number not obtainable, report 0x43", status: statusNotObtainable},
		{ending: "99903", about: "the service centre gives up, report 0x62", status: statusGaveUp},
		{ending: "99904", about: "report 0x22 (still trying), delivered after 10 minutes",
			before: []pdu.Status{statusNoResponse}, wait: 10 * time.Minute},
		{ending: "99905", about: "switched off: report 0x46 when the validity ends", off: true},
		{ending: "99906", about: "delivered, the report comes twice", twice: true},
		{ending: "99907", about: "the report comes before the answer of the modem", early: true},
		{ending: "99908", about: "delivered, the report comes an hour later", reportDelay: time.Hour},
		{ending: "99909", about: "the report gives the number in national format", national: true},
		{ending: "99910", about: "delivered without confirmation, report 0x01", status: statusUnconfirmed},

		{ending: "99911", about: "+CMS ERROR: 1 (unassigned number)", code: 1},
		{ending: "99912", about: "+CMS ERROR: 10 (call barred)", code: 10},
		{ending: "99913", about: "+CMS ERROR: 21 (rejected)", code: 21},
		{ending: "99914", about: "+CMS ERROR: 38 (network out of order)", code: 38},
		{ending: "99915", about: "+CMS ERROR: 42 (congestion)", code: 42},
		{ending: "99916", about: "+CMS ERROR: 500 (unknown error)", code: cmsUnknown},
		{ending: "99917", about: "+CMS ERROR: 512 (vendor)", code: 512},
		{ending: "99918", about: "+CMS ERROR: 41 twice, then accepted", code: 41, times: 2},
		{ending: "99919", about: "+CMS ERROR: 332 (network timeout), although it was sent", code: cmsNetworkTimeout, taken: true},
		{ending: "99920", about: "+CMS ERROR: 332, and it was not sent", code: cmsNetworkTimeout},
		{ending: "99921", about: "the modem does not answer, although it was sent", silent: true, taken: true},
		{ending: "99922", about: "the modem does not answer, and it was not sent", silent: true},
		{ending: "99923", about: "the modem answers 30 seconds late", late: 30 * time.Second},
		{ending: "99924", about: "part 2 of a long text is not obtainable, report 0x43", part: 2, status: statusNotObtainable},

		{ending: "99931", about: "the patient answers TAK", reply: "TAK", replyAfter: 5 * time.Second},
		{ending: "99932", about: "the patient answers NIE", reply: "NIE", replyAfter: 5 * time.Second},
		{ending: "99933", about: "the patient answers with an emoji", reply: "👍", replyAfter: 5 * time.Second},
		{ending: "99934", about: "the patient answers Tak after two hours", reply: "Tak", replyAfter: 2 * time.Hour},
		{ending: "99935", about: "the patient answers STOP", reply: "STOP", replyAfter: 5 * time.Second},
		{ending: "99936", about: "the patient answers neither yes nor no, in three parts",
			reply: longReply, replyAfter: 5 * time.Second},
	}
}

// longReply is an answer of three parts in UCS-2.
const longReply = "Dzień dobry, bardzo przepraszam, ale jeszcze nie wiem, czy zdążę na tę wizytę, " +
	"bo córka jest chora i nie mam z kim jej zostawić. Zadzwonię do państwa jutro rano, " +
	"jak tylko będę wiedziała. Dziękuję!"

// endingLength is the number of digits of a magic ending.
const endingLength = 5

// fateOf returns the fate of a text, the zero fate for most.
func (n *Network) fateOf(s pdu.Submit) fate {
	number := s.DA.Number
	if len(number) < 9 || !strings.HasPrefix(number[len(number)-endingLength:], "999") {
		return fate{}
	}
	f := n.fates[number[len(number)-endingLength:]]
	if c, _ := s.UD.Header.Concatenation(); f.part != 0 && f.part != c.Number {
		return fate{}
	}
	return f
}
