package emulator_test

import (
	"testing"
	"time"

	"goniec/modem/emulator"
)

func TestCommands(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, command, want string }{
		{"attention", "AT", "OK"},
		{"lower case", "at+csq", "+CSQ: 20,99 | OK"},
		{"noise before", "\x00\x1bxyAT", "OK"},
		{"no command", "hello", ""},
		{"empty line", "", ""},
		{"several", "AT+CMEE=1;+CPIN?;+CSQ", "+CPIN: READY | +CSQ: 20,99 | OK"},
		{"several basic", "ATE0V1S0=0&D2", "OK"},
		{"basic and extended", "ATE0+CSQ;+CMGF?", "+CSQ: 20,99 | +CMGF: 0 | OK"},
		{"the rest is dropped behind an error", "AT+CSQ;+NOSUCH;+CPIN?", "+CSQ: 20,99 | ERROR"},
		{"semicolon in a string", `AT+CSCS="GSM";+CSQ`, "+CSQ: 20,99 | OK"},
		{"open string", `AT+CSCS="GSM`, "ERROR"},
		{"syntax", "AT=", "ERROR"},
		{"unknown", "AT+NOSUCH", "ERROR"},
		{"identification", "ATI", "Goniec | Emulator | Revision: 1.0 | OK"},
		{"manufacturer", "AT+CGMI", "Goniec | OK"},
		{"model", "AT+GMM", "Emulator | OK"},
		{"revision", "AT+CGMR", "1.0 | OK"},
		{"IMEI", "AT+CGSN", "359999000000018 | OK"},
		{"IMSI", "AT+CIMI", "260991000000001 | OK"},
		{"ICCID", "AT+CCID", "+CCID: 8948990000000000012 | OK"},
		{"own number", "AT+CNUM", `+CNUM: "","+48699000111",145 | OK`},
		{"capabilities", "AT+GCAP", "+GCAP: +CGSM,+DS,+ES | OK"},
		{"errors numeric", "AT+CMEE=1;+CPBR=1", "+CME ERROR: 22"},
		{"errors in words", "AT+CMEE=2;+CPBR=1", "+CME ERROR: not found"},
		{"errors bare", "AT+CMEE=0;+CPBR=1", "ERROR"},
		{"message errors keep their number", "AT+CMEE=0;+CMGR=99", "+CMS ERROR: 321"},
		{"message errors in words", "AT+CMEE=2;+CMGR=99", "+CMS ERROR: invalid memory index"},
		{"error level out of range", "AT+CMEE=3", "ERROR"},
		{"PIN", "AT+CPIN?", "+CPIN: READY | OK"},
		{"PIN not wanted", `AT+CMEE=1;+CPIN="1234"`, "+CME ERROR: 3"},
		{"PIN attempts", `AT+CPINR="SIM PIN"`, "+CPINR: SIM PIN,3,3 | OK"},
		{"lock", `AT+CLCK="SC",2`, "+CLCK: 0 | OK"},
		{"operator", "AT+COPS?", `+COPS: 0,0,"Goniec",7 | OK`},
		{"operator in digits", "AT+COPS=3,2;+COPS?", `+COPS: 0,2,"26099",7 | OK`},
		{"operators", "AT+COPS=?", `+COPS: (2,"Goniec","Goniec","26099",7),,(0,1,2,3,4),(0,1,2) | OK`},
		{"registration", "AT+CREG?", "+CREG: 0,1 | OK"},
		{"registration with cell", "AT+CREG=2;+CREG?", `+CREG: 2,1,"1A2B","01C3D4E5",2 | OK`},
		{"packet registration", "AT+CGREG?;+CEREG?", "+CGREG: 0,1 | +CEREG: 0,1 | OK"},
		{"registration forms", "AT+CREG=?", "+CREG: (0-2) | OK"},
		{"message service", "AT+CSMS=?;+CSMS=1;+CSMS?", "+CSMS: (0,1) | +CSMS: 1,1,1 | +CSMS: 1,1,1,1 | OK"},
		{"message format", "AT+CMGF=?;+CMGF=1;+CMGF?", "+CMGF: (0,1) | +CMGF: 1 | OK"},
		{"character set", `AT+CSCS="UCS2";+CSCS?`, `+CSCS: "UCS2" | OK`},
		{"character set unknown", `AT+CMEE=1;+CSCS="EBCDIC"`, "+CME ERROR: 3"},
		{"service centre", "AT+CSCA?", `+CSCA: "+48699000000",145 | OK`},
		{"service centre set", `AT+CSCA="+48601000310";+CSCA?`, `+CSCA: "+48601000310",145 | OK`},
		{"service centre in UCS-2", `AT+CSCS="UCS2";+CSCA?`, `+CSCA: "002B00340038003600390039003000300030003000300030",145 | OK`},
		{"storages", "AT+CPMS=?", `+CPMS: ("SM","ME","MT","SR"),("SM","ME","MT"),("SM","ME","MT") | OK`},
		{"storage", "AT+CPMS?", `+CPMS: "SM",0,30,"SM",0,30,"SM",0,30 | OK`},
		{"storage, one argument", `AT+CPMS="ME"`, "+CPMS: 0,50,0,30,0,30 | OK"},
		{"storage, two arguments", `AT+CPMS="ME","SM"`, "+CPMS: 0,50,0,30,0,30 | OK"},
		{"storage, three arguments", `AT+CPMS="MT","ME","SM"`, "+CPMS: 0,80,0,50,0,30 | OK"},
		{"storage, middle argument left out", `AT+CPMS="MT",,"ME"`, "+CPMS: 0,80,0,30,0,50 | OK"},
		{"storage of reports", `AT+CPMS="SR"`, "+CPMS: 0,50,0,30,0,30 | OK"},
		{"storage unknown", `AT+CPMS="XX"`, "+CMS ERROR: 302"},
		{"indications", "AT+CNMI=2,1,0,1,0;+CNMI?", "+CNMI: 2,1,0,1,0 | OK"},
		{"indications in part", "AT+CNMI=2,1;+CNMI=,,,2;+CNMI?", "+CNMI: 2,1,0,2,0 | OK"},
		{"indications out of range", "AT+CNMI=4,1", "+CMS ERROR: 303"},
		{"indication forms", "AT+CNMI=?", "+CNMI: (0-3),(0-3),(0,2),(0-2),(0,1) | OK"},
		{"acknowledgement that nobody expects", "AT+CNMA", "+CMS ERROR: 340"},
		{"more messages", "AT+CMMS=2;+CMMS?;+CMMS=?", "+CMMS: 2 | +CMMS: (0-2) | OK"},
		{"delete forms", "AT+CMGD=?", "+CMGD: (),(0-4) | OK"},
		{"delete an empty slot", "AT+CMGD=1", "OK"},
		{"delete beyond the end", "AT+CMGD=31", "+CMS ERROR: 321"},
		{"read an empty slot", "AT+CMGR=1", "+CMS ERROR: 321"},
		{"read below the base", "AT+CMGR=0", "+CMS ERROR: 321"},
		{"list nothing", "AT+CMGL=4", "OK"},
		{"list out of range", "AT+CMGL=5", "+CMS ERROR: 302"},
		{"submit without length", "AT+CMGS", "+CMS ERROR: 304"},
		{"send an empty slot", "AT+CMSS=1", "+CMS ERROR: 321"},
		{"clock", "AT+CCLK?", `+CCLK: "00/01/01,01:00:00+04" | OK`},
		{"attachment", "AT+CGATT?", "+CGATT: 1 | OK"},
		{"not offered", "AT+CMEE=1;+CMUX=0", "+CME ERROR: 4"},
		{"PUK attempts", "AT+CPINR=\"SIM PUK\"", "+CPINR: SIM PUK,10,10 | OK"},
		{"lock cannot be changed", `AT+CMEE=1;+CLCK="SC",1,"1234"`, "+CME ERROR: 3"},
		{"phone book search", `AT+CMEE=1;+CPBF="x"`, "+CME ERROR: 22"},
		{"a told command cannot be set", "AT+CGMI=1", "ERROR"},
		{"functionality", "AT+CFUN?", "+CFUN: 1 | OK"},
		{"battery", "AT+CBC", "+CBC: 0,100 | OK"},
		{"calls", "AT+CLIP=1;+CLIP?;+CRC=1;+CRC?;+CLCC", "+CLIP: 1,1 | +CRC: 1 | OK"},
		{"hang up", "ATH", "OK"},
		{"answer nobody", "ATA", "NO CARRIER"},
		{"dial", "ATD+48600100200;", "NO CARRIER"},
		{"phone book", `AT+CPBS="SM";+CPBS?;+CPBR=?`, `+CPBS: "SM",0,250 | +CPBR: (1-250),40,14 | OK`},
		{"S-parameter", "ATS3?S0=2S0?", "000 | 002 | OK"},
		{"text parameters", "AT+CSMP=49,167,0,8;+CSMP?", "+CSMP: 49,167,0,8 | OK"},
		{"text header", "AT+CSDH=1;+CSDH?", "+CSDH: 1 | OK"},
		{"list in words", `AT+CMGF=1;+CMGL="ALL"`, "OK"},
		{"reset", "AT+CMEE=1;+CNMI=2,1;Z;+CMEE?;+CNMI?", "+CMEE: 0 | +CNMI: 0,0,0,0,0 | OK"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Options{Location: time.FixedZone("CET", 3600)}, emulator.Generic(), func(w world) {
				w.setUp()
				if got := w.lines(test.command); got != test.want {
					t.Errorf("%s:\n got %s\nwant %s", test.command, got, test.want)
				}
			})
		})
	}
}

func TestEcho(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		if got, want := w.do("AT\r"), "AT\r\r\nOK\r\n"; got != want {
			t.Errorf("with echo %q, want %q", got, want)
		}
		if got, want := w.do("ATE0\r"), "ATE0\r\r\nOK\r\n"; got != want {
			t.Errorf("turning echo off %q, want %q", got, want)
		}
		if got, want := w.do("AT\r"), "\r\nOK\r\n"; got != want {
			t.Errorf("without echo %q, want %q", got, want)
		}
	})
}

func TestNumericResults(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp()
		for command, want := range map[string]string{
			"ATV0\r": "0\r", "AT+CSQ\r": "+CSQ: 20,99\r\n0\r", "AT+NOSUCH\r": "4\r", "ATA\r": "3\r",
			"AT+CMGR=1\r": "+CMS ERROR: 321\r",
		} {
			w.do("ATV0\r")
			if got := w.do(command); got != want {
				t.Errorf("%q: got %q, want %q", command, got, want)
			}
		}
		if got, want := w.do("ATV1\r"), "\r\nOK\r\n"; got != want {
			t.Errorf("ATV1: got %q, want %q", got, want)
		}
	})
}

func TestBackspaceAndPieces(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp()
		if got := joined(w.do("AT+CSX\bQ\r")); got != "+CSQ: 20,99 | OK" {
			t.Errorf("with backspace: %s", got)
		}
		for _, piece := range []string{"A", "T+C", "SQ"} {
			if got := w.do(piece); got != "" {
				t.Errorf("%q is answered with %q", piece, got)
			}
		}
		if got := joined(w.do("\r")); got != "+CSQ: 20,99 | OK" {
			t.Errorf("in pieces: %s", got)
		}
		if got := joined(w.do("AT\rAT+CSQ\r")); got != "OK | +CSQ: 20,99 | OK" {
			t.Errorf("two lines at once: %s", got)
		}
	})
}

func TestPIN(t *testing.T) {
	t.Parallel()
	locked := func(t *testing.T, test func(w world)) {
		t.Helper()
		inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
			w.card = w.n.AddSIM(emulator.SIM{PIN: "4321", PUK: "87654321"})
			w.modem = w.n.NewModem(emulator.Generic(), w.card)
			w.host = connect(w.t, w.modem)
			w.setUp("AT+CMEE=1")
			test(w)
		})
	}
	expect := func(w world, steps ...[2]string) {
		w.t.Helper()
		for _, s := range steps {
			if got := w.lines(s[0]); got != s[1] {
				w.t.Errorf("%s: got %s, want %s", s[0], got, s[1])
			}
		}
	}
	t.Run("right", func(t *testing.T) {
		t.Parallel()
		locked(t, func(w world) {
			expect(w,
				[2]string{"AT+CPIN?", "+CPIN: SIM PIN | OK"},
				[2]string{"AT+CREG=1;+CREG?", "+CREG: 1,0 | OK"},
				[2]string{"AT+CIMI", "+CME ERROR: 11"},
				[2]string{"AT+CMGL=4", "+CMS ERROR: 311"},
				[2]string{"AT+CMGS=20", "+CMS ERROR: 311"},
				[2]string{`AT+CPIN="4321"`, "OK | +CREG: 1"},
				[2]string{"AT+CPIN?", "+CPIN: READY | OK"},
				[2]string{`AT+CLCK="SC",2`, "+CLCK: 1 | OK"},
			)
		})
	})
	t.Run("wrong until blocked", func(t *testing.T) {
		t.Parallel()
		locked(t, func(w world) {
			expect(w,
				[2]string{"AT+CPIN=0000", "+CME ERROR: 16"},
				[2]string{"AT+CPINR", "+CPINR: SIM PIN,2,3 | +CPINR: SIM PUK,10,10 | OK"},
				[2]string{"AT+CPIN=0000", "+CME ERROR: 16"},
				[2]string{"AT+CPIN=0000", "+CME ERROR: 12"},
				[2]string{"AT+CPIN?", "+CPIN: SIM PUK | OK"},
				[2]string{"AT+CMGL=4", "+CMS ERROR: 316"},
				[2]string{`AT+CPIN="11111111","1234"`, "+CME ERROR: 16"},
				[2]string{`AT+CPIN="87654321","1234"`, "OK"},
				[2]string{"AT+CPIN?", "+CPIN: READY | OK"},
			)
			if left := w.card.PINAttempts(); left != 3 {
				t.Errorf("%d attempts left after the PUK, want 3", left)
			}
		})
	})
	t.Run("asked again after a restart", func(t *testing.T) {
		t.Parallel()
		locked(t, func(w world) {
			expect(w, [2]string{"AT+CPIN=4321", "OK"})
			w.modem.Restart()
			w.said()
			expect(w, [2]string{"ATE0", "ATE0 | OK"}, [2]string{"AT+CPIN?", "+CPIN: SIM PIN | OK"})
		})
	})
}

func TestNoCard(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		h := connect(w.t, w.n.NewModem(emulator.Generic(), nil))
		h.setUp("AT+CMEE=1")
		for command, want := range map[string]string{
			"AT+CPIN?": "+CME ERROR: 10", "AT+CIMI": "+CME ERROR: 10", "AT+CCID": "+CME ERROR: 10",
			"AT+CMGL=4": "+CMS ERROR: 310", "AT+CPMS?": "+CMS ERROR: 310", "AT+CREG?": "+CREG: 0,0 | OK",
			"AT+CSQ": "+CSQ: 20,99 | OK",
		} {
			if got := h.lines(command); got != want {
				t.Errorf("%s: got %s, want %s", command, got, want)
			}
		}
	})
}

func TestUSSD(t *testing.T) {
	t.Parallel()
	const balance = "Stan konta: 25,00 PLN. Wazne do 31.12."
	tests := []struct {
		name          string
		profile       emulator.Profile
		command, want string
	}{
		{"text", emulator.Generic(), `AT+CUSD=1,"*101#",15`, `OK | +CUSD: 0,"` + balance + `",15`},
		{"by dialling", emulator.Generic(), `ATD*101#;`, `OK | +CUSD: 0,"` + balance + `",15`},
		{"unknown", emulator.Generic(), `AT+CUSD=1,"*999#"`, `OK | +CUSD: 0,"Nieznany kod.",15`},
		{"UCS-2", emulator.Profile{USSD: emulator.USSDUCS2}, `AT+CUSD=1,"*1#"`, `OK | +CUSD: 0,"004F004B",72`},
		// The request is *1# and the answer OK, seven bits a character.
		{"packed", emulator.Profile{USSD: emulator.USSDPacked}, `AT+CUSD=1,"AAD808",15`, `OK | +CUSD: 0,"CF25",15`},
		{"hexadecimal ASCII", emulator.Profile{USSD: emulator.USSDHex}, `AT+CUSD=1,"*1#"`, `OK | +CUSD: 0,"4F4B",0`},
		{"cancel", emulator.Generic(), "AT+CUSD=2", "OK"},
		{"forms", emulator.Generic(), "AT+CUSD=?;+CUSD?", "+CUSD: (0-2) | +CUSD: 1 | OK"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := emulator.Options{USSD: map[string]string{"*101#": balance, "*1#": "OK"}}
			inBubble(t, o, test.profile, func(w world) {
				w.setUp()
				if got := w.lines(test.command); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		})
	}
}
