package pdu_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/pdu"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want pdu.Address
	}{
		{"+48600100200", international("48600100200")},
		{"+6834000", international("6834000")},
		{"+123456789012345", international("123456789012345")},
		{"112", pdu.Address{Number: "112", Plan: pdu.PlanISDN}},
		{"8080", pdu.Address{Number: "8080", Plan: pdu.PlanISDN}},
		{"123456", pdu.Address{Number: "123456", Plan: pdu.PlanISDN}},
	}
	for _, test := range tests {
		got, err := pdu.ParseAddress(test.in)
		if err != nil {
			t.Errorf("ParseAddress(%q): %v", test.in, err)
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("ParseAddress(%q) (-want +got):\n%s", test.in, diff)
		}
		if got.String() != test.in {
			t.Errorf("ParseAddress(%q).String() = %q", test.in, got)
		}
	}
}

func TestParseAddressRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "+", "1", "12", "1234567", "600100200", "+123456", "+1234567890123456", "+048600100200",
		"48 600 100 200", "+48-600-100-200", "++48600100200", "+48600100200 ", "KLINIKA", "*100#", "8080\n", "８０８０",
	} {
		if got, err := pdu.ParseAddress(in); !errors.Is(err, pdu.ErrAddress) {
			t.Errorf("ParseAddress(%q) = %+v, %v, want ErrAddress", in, got, err)
		} else if len(in) > 4 && strings.Contains(err.Error(), in) {
			t.Errorf("ParseAddress(%q) repeats what may be a number: %v", in, err)
		}
	}
}

func TestAddressInWords(t *testing.T) {
	t.Parallel()
	isdn := func(typ pdu.TypeOfNumber, number string) pdu.Address {
		return pdu.Address{Number: number, Type: typ, Plan: pdu.PlanISDN}
	}
	tests := []struct {
		name                    string
		address                 pdu.Address
		text, masked, tail      string
		alphanumeric, shortCode bool
	}{
		{name: "none", address: pdu.Address{}},
		{
			name: "international", address: international("48600100200"),
			text: "+48600100200", masked: "+48*****200", tail: "0100200",
		},
		{
			name: "too short to show where from", address: international("48600"),
			text: "+48600", masked: "*****600", tail: "48600",
		},
		{
			name: "national", address: isdn(pdu.TypeNational, "600100200"),
			text: "600100200", masked: "*****200", tail: "0100200",
		},
		{
			name: "short code", address: isdn(pdu.TypeUnknown, "8080"),
			text: "8080", masked: "*****080", tail: "8080", shortCode: true,
		},
		{
			name: "emergency", address: isdn(pdu.TypeUnknown, "112"),
			text: "112", masked: "*****", tail: "112", shortCode: true,
		},
		{
			name: "service", address: isdn(pdu.TypeUnknown, "*100#"),
			text: "*100#", masked: "*****00#", tail: "*100#",
		},
		{
			name: "name", address: pdu.Address{Number: "KLINIKA", Type: pdu.TypeAlphanumeric},
			text: "KLINIKA", masked: "*****", tail: "KLINIKA", alphanumeric: true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := test.address
			if got := a.String(); got != test.text {
				t.Errorf("String() = %q, want %q", got, test.text)
			}
			if got := a.Masked(); got != test.masked {
				t.Errorf("Masked() = %q, want %q", got, test.masked)
			}
			if got := a.Tail(); got != test.tail {
				t.Errorf("Tail() = %q, want %q", got, test.tail)
			}
			if got := a.IsAlphanumeric(); got != test.alphanumeric {
				t.Errorf("IsAlphanumeric() = %t", got)
			}
			if got := a.IsShortCode(); got != test.shortCode {
				t.Errorf("IsShortCode() = %t", got)
			}
		})
	}
}

func TestAddressIsMaskedInLogs(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("submit", "to", international("48600100200"))
	if got := log.String(); strings.Contains(got, "600100") || !strings.Contains(got, "+48*****200") {
		t.Errorf("logged %q", got)
	}
}

// TestAddressOctets checks how addresses lie in a TPDU, octet by octet.
func TestAddressOctets(t *testing.T) {
	t.Parallel()
	name := func(s string) pdu.Address { return pdu.Address{Number: s, Type: pdu.TypeAlphanumeric} }
	tests := []struct {
		name    string
		address pdu.Address
		want    string
	}{
		{"eleven digits", international("48600100200"), "0B918406100002F0"},
		{"twelve digits", international("380671234567"), "0C91836017325476"},
		{"short code", pdu.Address{Number: "8080", Plan: pdu.PlanISDN}, "04810808"},
		{"every character", pdu.Address{Number: "0123456789*#abc", Plan: pdu.PlanUnknown}, "0F801032547698BADCFE"},
		{"twenty digits", pdu.Address{Number: "12345678901234567890", Plan: pdu.PlanISDN}, "148121436587092143658709"},
		{"reserved type and plan", pdu.Address{Number: "12", Type: 7, Plan: 15}, "02FF21"},
		{"one letter", name("A"), "02D041"},
		{"seven letters", name("Klinika"), "0DD04B76DA9D5E8701"},
		{"eight letters", name("Klinika1"), "0ED04B76DA9D5E8763"},
		{"eleven letters", name("Przychodnia"), "14D050B93E3F46BFC9EE7418"},
		{"escape pairs", name("{€}"), "0BD01BD4A6BC4901"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := pdu.Submit{DA: test.address}
			tpdu, err := s.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if got, want := spell(tpdu), "0100"+test.want+"000000"; got != want {
				t.Errorf("Marshal() = %s, want %s", got, want)
			}
			back, err := pdu.ParseSubmit(tpdu)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.address, back.DA); diff != "" {
				t.Errorf("ParseSubmit (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAddressThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		address pdu.Address
	}{
		{"none", pdu.Address{}},
		{"twenty-one digits", international("123456789012345678901")},
		{"plus", international("+48600100200")},
		{"space", international("48 600 100 200")},
		{"letter", international("48600d")},
		{"type", pdu.Address{Number: "1", Type: 8}},
		{"plan", pdu.Address{Number: "1", Plan: 16}},
		{"name of twelve letters", pdu.Address{Number: "PrzychodniaX", Type: pdu.TypeAlphanumeric}},
		{"name of eleven characters, one of them two septets", pdu.Address{Number: "Przychodni€", Type: pdu.TypeAlphanumeric}},
		{"Polish name", pdu.Address{Number: "Gdańsk", Type: pdu.TypeAlphanumeric}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if tpdu, err := (pdu.Submit{DA: test.address}).Marshal(); !errors.Is(err, pdu.ErrAddress) {
				t.Errorf("Submit.Marshal() = %X, %v, want ErrAddress", tpdu, err)
			}
			if test.address == (pdu.Address{}) {
				return // messages without a sender do come
			}
			if tpdu, err := (pdu.Deliver{OA: test.address}).Marshal(); !errors.Is(err, pdu.ErrAddress) {
				t.Errorf("Deliver.Marshal() = %X, %v, want ErrAddress", tpdu, err)
			}
			if tpdu, err := (pdu.StatusReport{RA: test.address}).Marshal(); !errors.Is(err, pdu.ErrAddress) {
				t.Errorf("StatusReport.Marshal() = %X, %v, want ErrAddress", tpdu, err)
			}
		})
	}
}
