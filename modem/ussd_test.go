package modem_test

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"goniec/modem"
	"goniec/modem/emulator"
)

const balance = "Stan konta: 25,00 PLN. Wazne do 31.12."

// packedBalance is balance in packed septets.
func packedBalance() string { return strings.ToUpper(hex.EncodeToString(modem.PackUSSD(balance))) }

// hexOf is a text in hexadecimal digits.
func hexOf(text string) string { return strings.ToUpper(hex.EncodeToString([]byte(text))) }

func TestDecodeUSSD(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		dcs        byte
		packed     bool
		want       string
	}{
		{"plain", balance, 15, false, balance},
		{"plain, on a modem that packs", balance, 15, true, balance},
		{"packed", packedBalance(), 15, true, balance},
		{"packed, on a modem that does not say so", packedBalance(), 15, false, balance},
		{"packed, in small letters", strings.ToLower(packedBalance()), 15, false, balance},
		{"packed, of seven characters", hex.EncodeToString(modem.PackUSSD("abcdefg")), 15, true, "abcdefg"},
		{"packed, of eight characters", hex.EncodeToString(modem.PackUSSD("abcdefgh")), 15, true, "abcdefgh"},
		{"UCS-2", "005300740061006E003A00200035007A0142", 72, false, "Stan: 5zł"},
		{"UCS-2 without a word about it", "005300740061006E003A00200035007A0142", 15, false, "Stan: 5zł"},
		{"UCS-2 behind a language", "70DE005300740061006E", 0x11, false, "Stan"},
		{"UCS-2 said of what is plain", "Stan: 5 PLN", 72, false, "Stan: 5 PLN"},
		{"UTF-8", "Stan: 5 zł", 15, false, "Stan: 5 zł"},
		{"Latin-1", "Saldo en la l\xednea", 15, false, "Saldo en la línea"},
		{"default alphabet as octets", "a\x00b \x11 \x1be", 15, false, "a@b _ €"},
		{"letters with marks of the default alphabet", "ma}ana \x07", 15, false, "mañana ì"},
		{"ASCII where the default alphabet differs", "info@x.pl 5$ a_b", 15, false, "info@x.pl 5$ a_b"},
		{"language before the text", "pl\rStan", 0x10, false, "Stan"},
		{"8-bit data", "4F4B", 0x44, false, "OK"},
		{"an amount", "2500", 15, false, "2500"},
		{"several lines", "1. Konto\n2. Pakiety\r\n3. Koniec", 15, false, "1. Konto\n2. Pakiety\n3. Koniec"},
		{"nothing", "", 15, false, ""},
		{"an odd half", "ABC", 72, false, "ABC"},
		{"ASCII in hexadecimal digits under DCS 0", hexOf("Saldo: 25,00 PLN"), 0, false, "Saldo: 25,00 PLN"},
		{"ASCII in hexadecimal digits under DCS 15", hexOf("Stan konta 3,20"), 15, false, "Stan konta 3,20"},
		{"ASCII in small hexadecimal digits", strings.ToLower(hexOf("Stan konta: 5 PLN")), 0, false, "Stan konta: 5 PLN"},
		{"ASCII in hexadecimal digits, several lines", hexOf("1 Konto\r\n2 Pakiety"), 15, false, "1 Konto\n2 Pakiety"},
		{"ASCII in hexadecimal digits on a modem that packs", hexOf("Saldo: 25,00 PLN"), 15, true, "Saldo: 25,00 PLN"},
		{"ASCII in hexadecimal digits that are all decimal", hexOf("PAY 25 EUR PAY PAP WAS"), 0, false, "PAY 25 EUR PAY PAP WAS"},
		{"UCS-2 under DCS 0", "005300740061006E003A00200035007A0142", 0, false, "Stan: 5zł"},
		{"UCS-2 with typographic marks", "201E004B006F006E0074006F201D00202013002000350020007A0142", 0, false, "„Konto” – 5 zł"},
		{"UCS-2 in Cyrillic", "04110430043B0430043D0441003A00200035", 15, false, "Баланс: 5"},
		{"a year", "2025", 15, false, "2025"},
		{"a number of eight digits", "12345678", 15, false, "12345678"},
		{"a number that would be ASCII", "5054203235", 0, false, "5054203235"},
		{"a phone number", "48512700001", 15, false, "48512700001"},
		{"a card number", "8948990000000000017", 15, false, "8948990000000000017"},
		{"a long number", "4851270000148512", 15, false, "4851270000148512"},
		{"a word of hexadecimal digits", "DEADBEEF", 15, false, "DEADBEEF"},
		{"a code of digits and letters", "4A2B", 15, false, "4A2B"},
		{"a long voucher of digits and letters", "7E2C5D3B9A41", 15, false, "7E2C5D3B9A41"},
		{"a voucher of digits and letters", "7E2C5D3B", 15, false, "7E2C5D3B"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := modem.DecodeUSSD(tt.text, tt.dcs, tt.packed); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestPackUSSD(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"*1#": "AAD808", "*100#": "AA180C3602", "*101#": "AA182C3602"} {
		if got := strings.ToUpper(hex.EncodeToString(modem.PackUSSD(code))); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
}

func FuzzDecodeUSSD(f *testing.F) {
	f.Add(balance, byte(15), false)
	f.Add("005300740061006E", byte(72), false)
	f.Add(packedBalance(), byte(15), true)
	f.Add("70DE0053", byte(0x11), false)
	f.Add("\x1b\xff\x00", byte(0x44), true)
	f.Fuzz(func(t *testing.T, text string, dcs byte, packed bool) {
		got := modem.DecodeUSSD(text, dcs, packed)
		if !utf8.ValidString(got) || strings.ContainsRune(got, '\r') {
			t.Errorf("%q", got)
		}
	})
}

func TestUSSDOnEveryProfile(t *testing.T) {
	t.Parallel()
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			in(t, profile, emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				got, err := b.modem.USSD(t.Context(), "*101#")
				if profile.Name == "refuser" {
					if !errors.Is(err, modem.ErrUSSDRefused) {
						t.Errorf("%q, %v; want a refusal", got, err)
					}
				} else if got != balance || err != nil {
					t.Errorf("%q, %v; want %q", got, err, balance)
				}
				if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
					t.Errorf("Submit behind it: %v", err)
				}
				if number := b.modem.Info().Number; profile.Name != "refuser" && number != own {
					t.Errorf("own number %q, want %q", number, own)
				}
			})
		})
	}
}

// said is a modem that answers a code with lines by itself after a second.
func said(lines ...string) func(s **scripted) func(in string) (string, bool) {
	return func(s **scripted) func(in string) (string, bool) {
		answers := least(table{"AT+CUSD=2": ""})
		return func(in string) (string, bool) {
			if strings.HasPrefix(in, "AT+CUSD=1,") {
				if len(lines) > 0 {
					time.AfterFunc(time.Second, func() { (*s).say(strings.Join(lines, "\r\n")) })
				}
				return "\r\nOK\r\n", true
			}
			return answers.reply(in)
		}
	}
}

func TestUSSDAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		lines   []string
		want    string
		err     error
		cancels bool
	}{
		{"done", []string{`+CUSD: 0,"Stan: 5 PLN",15`}, "Stan: 5 PLN", nil, false},
		{"without a coding", []string{`+CUSD: 0,"Stan: 5 PLN"`}, "Stan: 5 PLN", nil, false},
		{"with quotes in it", []string{`+CUSD: 0,"Pakiet "Max" jest",15`}, `Pakiet "Max" jest`, nil, false},
		{"of several lines", []string{`+CUSD: 0,"Menu:`, "1 Konto", "", `2 Koniec",15`}, "Menu:\n1 Konto\n2 Koniec", nil, false},
		{"with a quotation mark at the end of a line", []string{`+CUSD: 0,"Pakiet "Max"`, `wazny do 31.12",15`}, "Pakiet \"Max\"\nwazny do 31.12", nil, false},
		{"with an odd mark at the end of a line", []string{`+CUSD: 0,"Ekran 5"`, `cali, 2 zl",15`}, "Ekran 5\"\ncali, 2 zl", nil, false},
		{"with a mark at the end of a line in the middle", []string{`+CUSD: 0,"Stan:`, `"Max"`, `5 PLN",15`}, "Stan:\n\"Max\"\n5 PLN", nil, false},
		{"with marks within lines", []string{`+CUSD: 0,"Stan:`, `w "Max" 5`, `PLN"`}, "Stan:\nw \"Max\" 5\nPLN", nil, false},
		{"of several lines without a coding", []string{`+CUSD: 0,"Stan:`, `5 PLN"`}, "Stan:\n5 PLN", nil, false},
		{"with a mark at the end of all", []string{`+CUSD: 0,"Pakiet "Max"",15`}, `Pakiet "Max"`, nil, false},
		{"with a mark, a comma and a number within", []string{`+CUSD: 0,"Pakiet "Max", 15 zl`, `na 30 dni",15`}, "Pakiet \"Max\", 15 zl\nna 30 dni", nil, false},
		{"that is never closed", []string{`+CUSD: 0,"Stan: 5 PLN`}, "Stan: 5 PLN", nil, false},
		{"followed by a notice", []string{`+CUSD: 0,"Stan: 5 PLN"`, "^RSSI:18"}, "Stan: 5 PLN", nil, false},
		{"in hexadecimal digits of ASCII", []string{`+CUSD: 0,"` + hexOf("Stan: 5 PLN") + `",0`}, "Stan: 5 PLN", nil, false},
		{"an answer is wanted", []string{`+CUSD: 1,"1 Konto 2 Koniec",15`}, "1 Konto 2 Koniec", nil, true},
		{"ended by the network, with a text", []string{`+CUSD: 2,"Blad",15`}, "Blad", nil, false},
		{"ended by the network", []string{"+CUSD: 2"}, "", modem.ErrUSSDRefused, false},
		{"not supported", []string{"+CUSD: 4"}, "", modem.ErrUSSDRefused, false},
		{"timed out in the network", []string{"+CUSD: 5"}, "", modem.ErrUSSDTimeout, false},
		{"never", nil, "", modem.ErrUSSDTimeout, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var peer *scripted
			script(t, said(tt.lines...)(&peer), func(t *testing.T, s *scripted) {
				peer = s
				s.open(t)
				start := time.Now()
				got, err := s.modem.USSD(t.Context(), "*101#")
				if got != tt.want || !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
					t.Errorf("%q, %v; want %q, %v", got, err, tt.want, tt.err)
				}
				var f *modem.Fault
				if err != nil && !errors.As(err, &f) {
					t.Errorf("%v is no fault", err)
				}
				if s.sent("AT+CUSD=2") != tt.cancels {
					t.Errorf("ended the dialogue: %v, want %v", s.sent("AT+CUSD=2"), tt.cancels)
				}
				if took := time.Since(start); took > 61*time.Second {
					t.Errorf("took %v", took)
				}
				if !s.sent(`AT+CUSD=1,"*101#",15`) {
					t.Errorf("wrote %q", s.received())
				}
			})
		})
	}
}

// What is no code never reaches the port.
func TestUSSDRefusesWhatIsNoCode(t *testing.T) {
	t.Parallel()
	script(t, least(nil).reply, func(t *testing.T, s *scripted) {
		s.open(t)
		before := len(s.received())
		for _, code := range []string{"", "*101#\r\nATD+48600100200;", "*101#\"", "*1\x1a", "saldo", strings.Repeat("1", 61)} {
			if _, err := s.modem.USSD(t.Context(), code); !errors.Is(err, modem.ErrUSSDCode) {
				t.Errorf("%q: %v", code, err)
			}
		}
		synctest.Wait()
		if got := s.received()[before:]; len(got) > 0 {
			t.Errorf("wrote %q", got)
		}
	})
}

// A modem may keep its OK until the network has answered, and never give it.
func TestUSSDWithoutOK(t *testing.T) {
	t.Parallel()
	answers := least(nil)
	script(t, func(in string) (string, bool) {
		if strings.HasPrefix(in, "AT+CUSD=1,") {
			return "\r\n+CUSD: 0,\"Stan: 5 PLN\",15\r\n", true
		}
		return answers.reply(in)
	}, func(t *testing.T, s *scripted) {
		s.open(t)
		if got, err := s.modem.USSD(t.Context(), "*101#"); got != "Stan: 5 PLN" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// A caller that gives up has the dialogue with the network ended.
func TestUSSDGivenUp(t *testing.T) {
	t.Parallel()
	var peer *scripted
	script(t, said()(&peer), func(t *testing.T, s *scripted) {
		s.open(t)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := s.modem.USSD(ctx, "*101#"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if !s.sent("AT+CUSD=2") {
			t.Error("the dialogue with the network was not ended")
		}
		s.say(`+CUSD: 0,"too late",15`) // nobody waits for it any more
		if _, err := s.modem.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
			t.Errorf("Submit: %v", err)
		}
	})
}

func TestOwnNumber(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`+CNUM: "","+48500600700",145`:                        "+48500600700",
		`+CNUM: "Linia, 1","48500600700",145`:                 "+48500600700",
		`+CNUM: "A","500600700",129,7,4`:                      "500600700",
		`+CNUM: "A","",129` + "\r\n" + `+CNUM: "B","500",129`: "500",
		`+CNUM: "A",""`:                                       "",
		`+CNUM: "A","x;DROP",145`:                             "",
		"\r\n+CME ERROR: 4\r\n":                               "",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			script(t, least(table{"AT+CNUM": answer}).reply, func(t *testing.T, s *scripted) {
				s.open(t)
				if got := s.modem.Info().Number; got != want {
					t.Errorf("%q, want %q", got, want)
				}
			})
		})
	}
}
