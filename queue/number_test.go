package queue_test

import (
	"errors"
	"strings"
	"testing"

	"goniec/queue"
)

func TestParseNumber(t *testing.T) {
	t.Parallel()
	n := queue.Numbering{Region: "PL", ShortCodes: []string{"8080", "112", "999"}}
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
		{"22 123 45 67", "+48221234567", queue.WarningFixedLine, ""},
		{"8080", "8080", "", ""},

		{"", "", "", queue.NumberEmpty},
		{"   ", "", "", queue.NumberEmpty},
		{"tel:", "", "", queue.NumberEmpty},
		{"---", "", "", queue.NumberEmpty},
		{"600100200/601100200", "", "", queue.NumberTwo},
		{"600 100 200, 601 100 200", "", "", queue.NumberTwo},
		{"+48600100200+48601100200", "", "", queue.NumberTwo},
		{"7171", "", "", queue.NumberShortCode},
		{"12345", "", "", queue.NumberShortCode},
		{"60010020", "", "", queue.NumberInvalid},
		{"1234567", "", "", queue.NumberInvalid},
		{"12345678901234567890", "", "", queue.NumberImpossible},
		{"600 KLINIKA", "", "", queue.NumberImpossible},
		{"600100200 ext 5", "", "", queue.NumberImpossible},
		{"600100200#5", "", "", queue.NumberImpossible},
		{"600100200\x1a", "", "", queue.NumberImpossible},
		{"600\xff100200", "", "", queue.NumberImpossible},
		{strings.Repeat("6", 100_000), "", "", queue.NumberImpossible},
		{"+48 100 000 000", "", "", queue.NumberInvalid},
		{"+999 600100200", "", "", queue.NumberImpossible},
		{"+380 50 123 4567", "", "", queue.NumberCountry},
		{"+1 212 555 2368", "", "", queue.NumberCountry},
		{"700 123 456", "", "", queue.NumberPremium},
		{"112", "", "", queue.NumberEmergency},
		{"9-9-9", "", "", queue.NumberEmergency},
		{"997", "", "", queue.NumberEmergency},
		{"998", "", "", queue.NumberEmergency},
		{"984", "", "", queue.NumberEmergency},
		{"tel:112", "", "", queue.NumberEmergency},
		{"801 123 456", "", "", queue.NumberPremium},
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
			var number *queue.NumberError
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
	n := queue.Numbering{Region: "ES", Countries: []string{"ES", "UA"}}
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
	for _, n := range []queue.Numbering{
		{}, {Region: "ES"}, {Countries: []string{"PL", "UA"}}, {ShortCodes: []string{"8080", "60123"}},
	} {
		if err := n.Validate(); err != nil {
			t.Errorf("%+v: %v", n, err)
		}
	}
	for _, n := range []queue.Numbering{
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
	n := queue.Numbering{ShortCodes: []string{"8080"}}
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
