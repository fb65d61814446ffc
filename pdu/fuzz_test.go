package pdu_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"goniec/pdu"
)

// Seeds of the fuzz tests: messages as they come, and each kind of fault.
var (
	submitSeeds = []string{
		"11000B916407281553F80000AA0AE8329BFD4697D9EC37",
		"252A0481080800000 3D4E012",
		"61070B918406100002F000001A050003A50201AE697D9E1E06A9EB74F91BF406E5743318",
		"19000B918406100002F000186211228103004018 0050006F007400770069006500720064017A0020D83DDE00",
		"09000B918406100002F00000025A000000000014CBF75C4F07D53665D0862796D7E9F4F7C607",
		"89FF0B918406100002F07FF44321030000000004DEADBEEF",
		"010080000000",
	}
	deliverSeeds = []string{
		"040BC87238880900F1000099309251619580 0AE8329BFD4697D9EC37",
		"040DD04B76DA9D5E870100006211228103000A03D4E012",
		"040ED04B76DA9D5E870100006211228103000A03D4E012",
		"040BD01BD4A6BC490100006211228103000A03D4E012",
		"440B918406100002F00000621122810300000D072401013302AABBC0E6BC01",
		"440B918406100002F00000621122810300001A0608041234030200500074",
		"070B9184061000021000 85FFFFFFFFFFFFFF03D4E0120000",
		"0400800000FFFFFFFFFFFFFF00",
	}
	reportSeeds = []string{
		"062A0B918406100002F0621122810300406211228103804000",
		"2EFF09A106001002F0621122810300406211228103804046",
		"42010B918406100002F062112281030040621122810380403007 3F080A05000311020100540041",
		"062A0B918406100002F0621122810300406211228103804000FF",
		"062A0B918406100002F062112281030040621122810380400088 000102",
	}
)

func seed(f *testing.F, prefix string, seeds []string) {
	f.Helper()
	for _, digits := range seeds {
		f.Add(octets(f, prefix+digits))
	}
}

// FuzzParseSubmit: what is read can be written, and reads the same again.
func FuzzParseSubmit(f *testing.F) {
	seed(f, "", submitSeeds)
	f.Fuzz(func(t *testing.T, tpdu []byte) {
		first, err := pdu.ParseSubmit(tpdu)
		if err != nil {
			return
		}
		written, err := first.Marshal()
		if err != nil {
			t.Fatalf("%+v cannot be written: %v", first, err)
		}
		second, err := pdu.ParseSubmit(written)
		if err != nil {
			t.Fatalf("%+v written as %X: %v", first, written, err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatalf("written as %X (-first +second):\n%s", written, diff)
		}
		checkText(t, first.UD, first.DCS)
	})
}

func FuzzParseDeliver(f *testing.F) {
	seed(f, "", deliverSeeds)
	f.Fuzz(func(t *testing.T, tpdu []byte) {
		first, err := pdu.ParseDeliver(tpdu)
		if err != nil {
			return
		}
		written, err := first.Marshal()
		if err != nil {
			t.Fatalf("%+v cannot be written: %v", first, err)
		}
		second, err := pdu.ParseDeliver(written)
		if err != nil {
			t.Fatalf("%+v written as %X: %v", first, written, err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatalf("written as %X (-first +second):\n%s", written, diff)
		}
		checkText(t, first.UD, first.DCS)
	})
}

func FuzzParseStatusReport(f *testing.F) {
	seed(f, "", reportSeeds)
	f.Fuzz(func(t *testing.T, tpdu []byte) {
		first, err := pdu.ParseStatusReport(tpdu)
		if err != nil {
			return
		}
		written, err := first.Marshal()
		if err != nil {
			t.Fatalf("%+v cannot be written: %v", first, err)
		}
		second, err := pdu.ParseStatusReport(written)
		if err != nil {
			t.Fatalf("%+v written as %X: %v", first, written, err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatalf("written as %X (-first +second):\n%s", written, diff)
		}
	})
}

// FuzzRead: a message comes out or an error, one of both; what a strict reading
// accepts needs no repair.
func FuzzRead(f *testing.F) {
	seed(f, "00", deliverSeeds)
	seed(f, "07918406010013F0", deliverSeeds)
	seed(f, "00", reportSeeds)
	seed(f, "00", submitSeeds)
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := pdu.Read(raw, receivedAt)
		if err != nil {
			if in.Deliver != nil || in.Report != nil {
				t.Fatalf("Read = %+v and an error: %v", in, err)
			}
			return
		}
		if (in.Deliver == nil) == (in.Report == nil) {
			t.Fatalf("Read = %+v, want one of a message and a report", in)
		}
		if in.Deliver != nil {
			checkText(t, in.Deliver.UD, in.Deliver.DCS)
			in.Deliver.UD.Header.Concatenation()
		}
		_, tpdu, err := pdu.SplitSMSC(raw)
		if err != nil {
			return
		}
		_, deliverErr := pdu.ParseDeliver(tpdu)
		_, reportErr := pdu.ParseStatusReport(tpdu)
		strict := deliverErr == nil || reportErr == nil
		if !strict && len(in.Repairs) == 0 {
			t.Fatalf("%X passes for flawless, but: %v; %v", raw, deliverErr, reportErr)
		}
	})
}

// checkText: whatever the octets, a text is valid UTF-8.
func checkText(t *testing.T, u pdu.UserData, d pdu.DCS) {
	t.Helper()
	if text := u.Text(d); !utf8.ValidString(text) {
		t.Fatalf("Text() = %q, not UTF-8", text)
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"+48600100200", "8080", "112", "+", "", "KLINIKA", "+0", "*100#", "+1234567890123456"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := pdu.ParseAddress(s)
		if err != nil {
			return
		}
		if a.String() != s {
			t.Fatalf("ParseAddress(%q).String() = %q", s, a)
		}
		if strings.Contains(a.Masked(), a.Number) || !strings.HasSuffix(a.Number, a.Tail()) {
			t.Fatalf("ParseAddress(%q): masked %q, tail %q", s, a.Masked(), a.Tail())
		}
		tpdu, err := pdu.Submit{DA: a}.Marshal()
		if err != nil {
			t.Fatalf("ParseAddress(%q) cannot be sent to: %v", s, err)
		}
		back, err := pdu.ParseSubmit(tpdu)
		if err != nil || back.DA != a {
			t.Fatalf("ParseAddress(%q) = %+v comes back as %+v, %v", s, a, back.DA, err)
		}
	})
}

func FuzzSplitSMSC(f *testing.F) {
	seed(f, "", []string{"00", "07918406010013F00102", "0791840601001310", "02A12104", "01D0", "05D0C176DA9D"})
	f.Fuzz(func(t *testing.T, raw []byte) {
		smsc, tpdu, err := pdu.SplitSMSC(raw)
		if err != nil || smsc.Number == "" || len(smsc.Number) > 20 {
			return
		}
		again, rest, err := pdu.SplitSMSC(pdu.WithSMSC(&smsc, tpdu))
		if err != nil || again != smsc || spell(rest) != spell(tpdu) {
			t.Fatalf("%X: %+v comes back as %+v, %v", raw, smsc, again, err)
		}
	})
}
