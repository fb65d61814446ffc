package pdu

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
)

func TestNormalise(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{name: "plain", text: "TAK", want: "TAK"},
		{name: "letters and marks apart", text: "Zaz\u0307o\u0301\u0142c\u0301", want: "Zażółć"},
		{name: "letter and mark kept apart", text: "a\u200B\u0328", want: "ą"},
		{name: "mark that composes with nothing", text: "q\u0323", want: "q\u0323"},
		{name: "angstrom and ohm sign", text: "\u212B \u2126", want: "Å Ω"},
		{name: "ends of lines", text: "a\r\nb\rc\nd\u2028e\u2029f\r\r\n", want: "a\nb\nc\nd\ne\nf\n\n"},
		{name: "tabs of a spreadsheet", text: "Nowak\t10:00\t\r\n", want: "Nowak 10:00 \n"},
		{name: "directions", text: "\u200Ea\u202Ab\u202C\u2066c\u2069\u061C", want: "abc"},
		{name: "widthless", text: "\uFEFFa\u00ADb\u200Bc\u2060d", want: "abcd"},
		{name: "joiners among letters", text: "a\u200Db\u200Cż\u200D", want: "abż"},
		{name: "joiner in front", text: "\u200D\uFE0Fa", want: "a"},
		{name: "joiner behind a letter that is composed", text: "\u212A\u200Da", want: "Ka"},
		{name: "joined emoji", text: "👩\u200D⚕\uFE0F 👨\u200D👩\u200D👧", want: "👩\u200D⚕\uFE0F 👨\u200D👩\u200D👧"},
		{name: "emoji style", text: "❤\uFE0F ☎\uFE0E a\uFE0F", want: "❤\uFE0F ☎\uFE0E a"},
		{name: "keycap", text: "1\uFE0F\u20E3 2\uFE0F", want: "1\uFE0F\u20E3 2"},
		{name: "joiners where they mean something", text: "می\u200Cخواهم र\u094D\u200Dक", want: "می\u200Cخواهم र\u094D\u200Dक"},
		{name: "exponents are not taken down", text: "m² 10³", want: "m² 10³"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := normalise(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("normalise (-want +got):\n%s", diff)
			}
			if again := normalise(got); again != got {
				t.Errorf("normalise again: got %q, want %q", again, got)
			}
		})
	}
}

func TestReplacements(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, lookAlike, folded string }{
		{name: "Polish", text: "ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ", folded: "acelnoszz ACELNOSZZ"},
		{name: "Czech", text: "áčďéěíňóřšťúůýž ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ", folded: "acdéeinorstuuyz ACDÉEINORSTUUYZ"},
		{name: "Slovak", text: "ĺľŕô ĹĽŔÔ ä", folded: "llro LLRO ä"},
		{name: "German", text: "äöüßẞÄÖÜ", folded: "äöüßSSÄÖÜ"},
		{name: "Spanish and Portuguese", text: "áéíóúñ¿¡ 1º ª ãõçê", folded: "aéiouñ¿¡ 1o a aoce"},
		{name: "Hungarian and Romanian", text: "őűŐŰ șțăâî", folded: "ouOU staai"},
		{name: "Croatian and Turkish", text: "čćđšž ğışİ", folded: "ccdsz gisI"},
		{name: "Nordic and Baltic", text: "þðøæå ėįųūģķ", folded: "thdøæå eiuugk"},
		{name: "French", text: "œŒ êëîïûÿ", folded: "oeOE eeiiuy"},
		{name: "two marks", text: "ếǭ", folded: "eo"},
		{name: "quotation marks", text: "“”„‟«»″ ‘’‚‛′´`", lookAlike: `""""""" '''''''`, folded: `""""""" '''''''`},
		{name: "dashes and dots", text: "‐‑‒–—―−• …", lookAlike: "-------- ...", folded: "-------- ..."},
		{name: "spaces", text: "\u00A0\u2003\u2007\u2009\u202F\u3000", lookAlike: "      ", folded: "      "},
		{name: "fractions", text: "½ 2½ 3¾ ½½", lookAlike: "1/2 2 1/2 3 3/4 1/2 1/2", folded: "1/2 2 1/2 3 3/4 1/2 1/2"},
		{name: "symbols", text: "№ × ± ≤ ≥ → © ™", lookAlike: "nr x +/- <= >= -> (C) (TM)", folded: "nr x +/- <= >= -> (C) (TM)"},
		{name: "no Latin letters", text: "ж"},
		{name: "Greek small letters", text: "ά"},
		{name: "signs with a stroke", text: "≠"},
		{name: "degree, mu, exponent", text: "°"},
		{name: "mu", text: "µ"},
		{name: "exponent", text: "²"},
		{name: "emoji", text: "👍"},
		{name: "mark alone", text: "\u0328"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, way := range []struct {
				name        string
				replacement func(rune) string
				want        string
			}{
				{name: "lookAlike", replacement: lookAlike, want: tt.lookAlike},
				{name: "lookAlikeOrFolded", replacement: lookAlikeOrFolded, want: tt.folded},
			} {
				got, ok := toGSM7(tt.text, way.replacement)
				if ok != (way.want != "") || got != way.want {
					t.Errorf("%s: got %q, %t, want %q", way.name, got, ok, way.want)
				}
			}
		})
	}
}

// TestReplacementsAreGSM7 holds for every character there is: what takes its
// place is in the alphabet, and normalise leaves it alone.
func TestReplacementsAreGSM7(t *testing.T) {
	t.Parallel()
	replaced := 0
	for r := rune(0x80); r <= 0x10FFFF; r++ {
		with := lookAlikeOrFolded(r)
		if with == "" {
			continue
		}
		replaced++
		if _, ok := gsm7Length(with); !ok || normalise(with) != with || strings.ContainsAny(with, "\n\r\f") {
			t.Errorf("%q (%U) becomes %q", r, r, with)
		}
		if alike := lookAlike(r); alike != "" && alike != with {
			t.Errorf("%q (%U) becomes %q or %q", r, r, alike, with)
		}
		if norm.NFC.String(string(r)) != string(r) && lookAlikes[r] != "" {
			t.Errorf("%q (%U) is in the table, but not in normalised texts", r, r)
		}
	}
	if replaced < 500 {
		t.Errorf("only %d characters have replacements", replaced)
	}
}
