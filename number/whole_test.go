package number_test

import (
	"testing"

	"goniec/number"
	"goniec/pdu"
)

func TestWhole(t *testing.T) {
	t.Parallel()
	const isdn = pdu.PlanISDN
	for _, tt := range []struct {
		name   string
		region string
		from   pdu.Address
		want   string // E.164; empty: it stays as it is
	}{
		{"national", "", pdu.Address{Number: "512700001", Type: pdu.TypeNational, Plan: isdn}, "+48512700001"},
		{"unknown", "", pdu.Address{Number: "512700001", Type: pdu.TypeUnknown, Plan: isdn}, "+48512700001"},
		{"no plan", "", pdu.Address{Number: "512700001", Type: pdu.TypeUnknown}, "+48512700001"},
		{"trunk", "", pdu.Address{Number: "0512700001", Type: pdu.TypeUnknown, Plan: isdn}, "+48512700001"},
		{"00", "", pdu.Address{Number: "0048512700002", Type: pdu.TypeUnknown, Plan: isdn}, "+48512700002"},
		{"00, said to be international", "", pdu.Address{Number: "0048512700002", Type: pdu.TypeInternational, Plan: isdn}, "+48512700002"},
		{"00, said to be national", "", pdu.Address{Number: "0048512700002", Type: pdu.TypeNational, Plan: isdn}, "+48512700002"},
		{"00 of another country", "", pdu.Address{Number: "004915112345678", Type: pdu.TypeUnknown, Plan: isdn}, "+4915112345678"},
		{"the country without a sign", "", pdu.Address{Number: "48512700001", Type: pdu.TypeUnknown, Plan: isdn}, "+48512700001"},
		{"whole", "", pdu.Address{Number: "48512700001", Type: pdu.TypeInternational, Plan: isdn}, "+48512700001"},
		{"fixed line", "", pdu.Address{Number: "221234567", Type: pdu.TypeNational, Plan: isdn}, "+48221234567"},
		{"Germany", "DE", pdu.Address{Number: "015112345678", Type: pdu.TypeUnknown, Plan: isdn}, "+4915112345678"},
		{"Germany, national", "DE", pdu.Address{Number: "15112345678", Type: pdu.TypeNational, Plan: isdn}, "+4915112345678"},
		{"Spain", "ES", pdu.Address{Number: "612345678", Type: pdu.TypeNational, Plan: isdn}, "+34612345678"},

		{"another country without a sign", "", pdu.Address{Number: "4915112345678", Type: pdu.TypeUnknown, Plan: isdn}, ""},
		{"no number of the country", "", pdu.Address{Number: "012700001", Type: pdu.TypeNational, Plan: isdn}, ""},
		{"short code", "", pdu.Address{Number: "8080", Type: pdu.TypeUnknown, Plan: isdn}, ""},
		{"short code of six", "", pdu.Address{Number: "512700", Type: pdu.TypeNational, Plan: isdn}, ""},
		{"subscriber number", "", pdu.Address{Number: "5127001", Type: pdu.TypeUnknown, Plan: isdn}, ""},
		{"name", "", pdu.Address{Number: "KLINIKA", Type: pdu.TypeAlphanumeric}, ""},
		{"name of digits", "", pdu.Address{Number: "512700001", Type: pdu.TypeAlphanumeric}, ""},
		{"of the network", "", pdu.Address{Number: "512700001", Type: 3, Plan: isdn}, ""},
		{"private plan", "", pdu.Address{Number: "512700001", Type: pdu.TypeUnknown, Plan: 9}, ""},
		{"with a star", "", pdu.Address{Number: "*51270001", Type: pdu.TypeUnknown, Plan: isdn}, ""},
		{"nothing", "", pdu.Address{}, ""},
	} {
		n := number.Numbering{Region: tt.region}
		got := n.Whole(tt.from)
		switch {
		case tt.want == "" && got != tt.from:
			t.Errorf("%s became %+v", tt.name, got)
		case tt.want != "" && (got.String() != tt.want || got.Type != pdu.TypeInternational):
			t.Errorf("%s: %+v, want %s", tt.name, got, tt.want)
		}
		if again := n.Whole(got); again != got {
			t.Errorf("%s: %+v became %+v", tt.name, got, again)
		}
	}
}
