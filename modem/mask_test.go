package modem_test

import (
	"encoding/hex"
	"regexp"
	"strings"
	"testing"
	"time"

	"goniec/modem"
	"goniec/pdu"
)

func TestMaskKeepsStructure(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, line, want string }{
		{"indication", `+CMTI: "SM",12`, `\+CMTI: "SM",12`},
		{"caller", `+CLIP: "+48600100200",145,,,"Jan Kowalski"`, `\+CLIP: "\+48\d{6}200",145,,,"xxx xxxxxxxx"`},
		{"answer to a code", `+CUSD: 0,"Saldo 12,50 PLN",15`, `\+CUSD: 0,"xxxxx 00,00 xxx",15`},
		{"the same in UCS-2", `+CUSD: 0,"00530061006C0064006F0020017C00310032",72`, `\+CUSD: 0,"0078007800780078007800200078003000300?",72`},
		{"a text of some lines", `+CUSD: 1,"Saldo`, `\+CUSD: 1,"xxxxx`},
		{"header", `+CMT: "Jan",22`, `\+CMT: "xxx",22`},
		{"header of text mode", `+CMGR: "REC UNREAD","+48600100200",,"26/11/25,10:00:00+04"`, `\+CMGR: "REC UNREAD","\+48\d{6}200",,"26/11/25,10:00:00\+04"`},
		{"IMEI", "865413051234563", `86541\d{7}563`},
		{"card", "+CCID: 8948012345678901234F", `\+CCID: 89480\d{11}234F`},
		{"own number", `+CNUM: "Recepcja","+48500600700",145`, `\+CNUM: "xxxxxxxx","\+48\d{6}700",145`},
		{"operator and cell", `+CREG: 2,1,"1A2B","01C5D501",7`, `\+CREG: 2,1,"1A2B","01C5D501",7`},
		{"version", "21.200.07.00.00", `21\.200\.07\.00\.00`},
		{"part of a PDU", "+CMGS 0791448720003023F", `\+CMGS 0{17}`},
		{"words", "NO CARRIER", "NO CARRIER"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := modem.Mask(modem.TraceLine{Text: tt.line})[0]
			if !regexp.MustCompile("^(" + tt.want + ")$").MatchString(got) {
				t.Errorf("%s became %s, want %s", tt.line, got, tt.want)
			}
			if len(got) != len(tt.line) {
				t.Errorf("%s has another length than %s", got, tt.line)
			}
		})
	}
}

func TestMaskFollowsTheDialogue(t *testing.T) {
	t.Parallel()
	const number, payload = "48600100200", "0011000B918406100002F00000AA05E8329BFD06"
	got := modem.Mask(
		modem.TraceLine{Sent: true, Text: `AT+CUSD=1,"*111*98765432109876#",15`},
		modem.TraceLine{Text: `+CUSD: 1,"Saldo`},
		modem.TraceLine{Text: `dla Jana",15`},
		modem.TraceLine{Text: `+CMT: "+` + number + `",,"26/11/25,10:00:00+04"`},
		modem.TraceLine{Text: "Mam raka"}, // text mode
		modem.TraceLine{Text: "Lek: morfina"},
		modem.TraceLine{Text: "i boli"},
		modem.TraceLine{Text: "OK"},
		modem.TraceLine{Text: `+CLIP: "+` + number + `",145`},
		modem.TraceLine{Sent: true, Text: payload},
	)
	all := strings.Join(got, "\n")
	for _, secret := range []string{number, "98765432109876", "Jana", "raka", "morfina", "boli", "6100002", "E8329BFD06"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is still there:\n%s", secret, all)
		}
	}
	if got[7] != "OK" {
		t.Errorf("OK became %s", got[7])
	}
	alias := regexp.MustCompile(`\d{11}`)
	first, second := alias.FindString(got[3]), alias.FindString(got[8])
	raw, err := hex.DecodeString(got[9])
	if err != nil {
		t.Fatal(err)
	}
	third := ""
	for _, octet := range raw[5:10] {
		third += string([]byte{'0' + octet&0xf, '0' + octet>>4})
	}
	if first == "" || first != second || first[:10] != third {
		t.Errorf("one number became %q, %q and %q…", first, second, third)
	}
	if other := modem.Mask(modem.TraceLine{Text: `+CLIP: "+` + number + `",145`})[0]; other == got[8] {
		t.Error("another recording gives the number the same mask")
	}
}

func TestMaskedPDUsCanBeRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, raw string
		parts     int
	}{
		{"GSM 7-bit", "07918446010000F0040B918406100002F00000622111014500800AD4F29C0E8A8164A01A", 0},
		{"UCS-2 in parts", "07918446010000F0440B918406100002F0000862211101450080100500030A0201005A006100BC0142017A", 2},
		{"a name", "07918446010000F00410D04A37BB0C5AA7EB6100006221110145008005C8329BFD06", 0},
		{"report", "07918446010000F006070B918406100002F0622111014500806221110145108000", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plain, err := hex.DecodeString(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			before, err := pdu.Read(plain, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			masked := modem.Mask(modem.TraceLine{Text: tt.raw})[0]
			raw, err := hex.DecodeString(masked)
			if err != nil || len(masked) != len(tt.raw) {
				t.Fatalf("%s: %v", masked, err)
			}
			after, err := pdu.Read(raw, time.Time{})
			if err != nil || len(after.Repairs) != len(before.Repairs) {
				t.Fatalf("masked PDU %s: %v, repairs %v, before %v", masked, err, after.Repairs, before.Repairs)
			}
			if r := before.Report; r != nil {
				if got := after.Report; got.MR != r.MR || got.Status != r.Status || got.RA.Number == r.RA.Number || len(got.RA.Number) != len(r.RA.Number) {
					t.Errorf("report %+v became %+v", r, got)
				}
				return
			}
			d, got := before.Deliver, after.Deliver
			if text := got.Text(); strings.Trim(text, "x") != "" || len([]rune(text)) != len([]rune(d.Text())) {
				t.Errorf("text %q became %q", d.Text(), text)
			}
			if got.OA.Number == d.OA.Number || len(got.OA.Number) != len(d.OA.Number) || got.OA.Type != d.OA.Type || !got.SCTS.Equal(d.SCTS) {
				t.Errorf("from %+v became from %+v", d.OA, got.OA)
			}
			if c, _ := got.UD.Header.Concatenation(); c.Total != tt.parts {
				t.Errorf("concatenation became %+v", c)
			}
		})
	}
}

// FuzzMask masks anything: nothing panics, every line keeps its length, and a PDU
// that could be read still can.
func FuzzMask(f *testing.F) {
	for _, seed := range []string{
		"07918446010000F0440B918406100002F0000862211101450080100500030A0201005A006100BC0142017A", "0011000B918406100002F00000AA05E8329BFD06",
		`+CMT: "Jan",22`, `+CUSD: 0,"AA180C3602",15`, "+CCID: 8948012345678901234F", "07FFFFFFFFFFFFFFFF44FFFFFFFFFF",
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, text string, sent bool) {
		got := modem.Mask(modem.TraceLine{Text: text, Sent: sent})[0]
		if len(got) != len(text) {
			t.Fatalf("%q became %q", text, got)
		}
		raw, err := hex.DecodeString(text)
		if err != nil || sent || len(raw) < 20 {
			return
		}
		if before, err := pdu.Read(raw, time.Time{}); err == nil && len(before.Repairs) == 0 && before.Report == nil {
			masked, err := hex.DecodeString(got)
			if err != nil {
				t.Fatalf("%s became %s", text, got)
			}
			if _, err := pdu.Read(masked, time.Time{}); err != nil {
				t.Fatalf("%s became %s: %v", text, got, err)
			}
		}
	})
}
