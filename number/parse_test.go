package number_test

import (
	"errors"
	"strings"
	"testing"

	"goniec/number"
)

func TestParseNumber(t *testing.T) {
	t.Parallel()
	n := number.Numbering{Region: "PL", ShortCodes: []string{"8080", "112", "999"}}
	tests := []struct {
		raw     string
		want    string
		warning string
		code    string
	}{
		{"600100200", "+48600100200", "", ""},
		{"600-100-200", "+48600100200", "", ""},
		{"+48 600 100 200", "+48600100200", "", ""},
		{"0048600100200", "+48600100200", "", ""},
		{"48600100200", "+48600100200", "", ""},
		{"tel:+48-600-100-200", "+48600100200", "", ""},
		{"TEL:600100200", "+48600100200", "", ""},
		{"６００１００２００", "+48600100200", "", ""},
		{"٦٠٠١٠٠٢٠٠", "+48600100200", "", ""},
		{"  600.100.200\u200b ", "+48600100200", "", ""},
		{"(600) 100–200", "+48600100200", "", ""},
		{"0600100200", "+48600100200", "", ""}, // the old trunk zero
		{"+420 601 123 456", "+420601123456", "", ""},
		{"+49 151 23456789", "+4915123456789", "", ""},
		{"22 123 45 67", "+48221234567", number.WarningFixedLine, ""},
		{"8080", "8080", "", ""},

		{"", "", "", number.CodeEmpty},
		{"   ", "", "", number.CodeEmpty},
		{"tel:", "", "", number.CodeEmpty},
		{"---", "", "", number.CodeEmpty},
		{"600100200/601100200", "", "", number.CodeTwo},
		{"600 100 200, 601 100 200", "", "", number.CodeTwo},
		{"+48600100200+48601100200", "", "", number.CodeTwo},
		{"7171", "", "", number.CodeShortCode},
		{"12345", "", "", number.CodeShortCode},
		{"60010020", "", "", number.CodeInvalid},
		{"1234567", "", "", number.CodeInvalid},
		{"12345678901234567890", "", "", number.CodeImpossible},
		{"600 KLINIKA", "", "", number.CodeImpossible},
		{"600100200 ext 5", "", "", number.CodeImpossible},
		{"600100200#5", "", "", number.CodeImpossible},
		{"600100200\x1a", "", "", number.CodeImpossible},
		{"600\xff100200", "", "", number.CodeImpossible},
		{strings.Repeat("6", 100_000), "", "", number.CodeImpossible},
		{"+48 100 000 000", "", "", number.CodeInvalid},
		{"+999 600100200", "", "", number.CodeImpossible},
		{"+380 50 123 4567", "", "", number.CodeCountry},
		{"+1 212 555 2368", "", "", number.CodeCountry},
		{"700 123 456", "", "", number.CodePremium},
		{"112", "", "", number.CodeEmergency},
		{"9-9-9", "", "", number.CodeEmergency},
		{"997", "", "", number.CodeEmergency},
		{"998", "", "", number.CodeEmergency},
		{"984", "", "", number.CodeEmergency},
		{"tel:112", "", "", number.CodeEmergency},
		{"801 123 456", "", "", number.CodePremium},
	}
	for _, test := range tests {
		t.Run(test.raw[:min(30, len(test.raw))], func(t *testing.T) {
			t.Parallel()
			got, warning, err := n.Parse(test.raw)
			if test.code == "" {
				if err != nil || got.String() != test.want || warning != test.warning {
					t.Errorf("%s, %q, %v; want %s, %q", got, warning, err, test.want, test.warning)
				}
				return
			}
			var number *number.Error
			if !errors.As(err, &number) || number.Code != test.code {
				t.Fatalf("%s, %v; want %s", got, err, test.code)
			}
			if len(test.raw) > 6 && strings.Contains(err.Error(), test.raw) {
				t.Errorf("the error holds the number: %v", err)
			}
		})
	}
}

func TestParseNumberInAnotherRegion(t *testing.T) {
	t.Parallel()
	n := number.Numbering{Region: "ES", Countries: []string{"ES", "UA"}}
	for raw, want := range map[string]string{"612 34 56 78": "+34612345678", "+380 50 123 4567": "+380501234567"} {
		if got, _, err := n.Parse(raw); err != nil || got.String() != want {
			t.Errorf("%s: %s, %v", raw, got, err)
		}
	}
	if _, _, err := n.Parse("+48600100200"); err == nil {
		t.Error("a country that is not listed is allowed")
	}
}

func TestValidateNumbering(t *testing.T) {
	t.Parallel()
	for _, n := range []number.Numbering{
		{}, {Region: "ES"}, {Countries: []string{"PL", "UA"}}, {ShortCodes: []string{"8080", "60123"}},
	} {
		if err := n.Validate(); err != nil {
			t.Errorf("%+v: %v", n, err)
		}
	}
	for _, n := range []number.Numbering{
		{Region: "Poland"}, {Region: "pl"}, {Countries: []string{"XX"}}, {ShortCodes: []string{"12"}}, {ShortCodes: []string{"+48600100200"}},
	} {
		if err := n.Validate(); err == nil {
			t.Errorf("%+v is taken", n)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, raw := range []string{"600100200", "+48 600-100-200", "8080", "tel:+48600100200", "600100200/601100200", "0600100200"} {
		f.Add(raw)
	}
	n := number.Numbering{ShortCodes: []string{"8080"}}
	f.Fuzz(func(t *testing.T, raw string) {
		a, _, err := n.Parse(raw)
		if err != nil {
			return
		}
		again, _, err := n.Parse(a.String())
		if err != nil || again != a {
			t.Errorf("%q is read as %s, and that as %s, %v", raw, a, again, err)
		}
	})
}
