package pdu_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/pdu"
)

var receivedAt = time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC)

// TestReadDeliver feeds Read what networks and modems are known to send. A row
// without repairs is standard; the others a strict reader refuses.
func TestReadDeliver(t *testing.T) {
	t.Parallel()
	const sender, taken = "0B918406100002F0", "62112281030000"
	tests := []struct {
		name    string
		raw     string
		text    string
		from    string // default +48600100200
		at      time.Time
		repairs []string // a piece of each
	}{
		{
			name: "as the standard has it",
			raw:  "00 04" + sender + "0000" + taken + "03 D4E012",
			text: "TAK",
		},
		{
			name: "reserved coding is GSM 7-bit",
			raw:  "00 04" + sender + "00A5" + taken + "03 D4E012",
			text: "TAK",
		},
		{
			name:    "reserved message type",
			raw:     "00 07" + sender + "0000" + taken + "03 D4E012",
			text:    "TAK",
			repairs: []string{"TP-MTI"},
		},
		{
			name:    "timestamp with a digit above 9",
			raw:     "00 04" + sender + "0000 6A112281030000 03 D4E012",
			text:    "TAK",
			at:      receivedAt,
			repairs: []string{"TP-SCTS"},
		},
		{
			name:    "timestamp of zeros",
			raw:     "00 04" + sender + "0000 00000000000000 03 D4E012",
			text:    "TAK",
			at:      receivedAt,
			repairs: []string{"TP-SCTS"},
		},
		{
			name:    "a stray octet behind the text",
			raw:     "00 04" + sender + "0000" + taken + "03 D4E012 FF",
			text:    "TAK",
			repairs: []string{"TP-UD: octets behind the end: 1"},
		},
		{
			name:    "cut off in the text",
			raw:     "00 04" + sender + "0000" + taken + "0A E8329BFD46",
			text:    "hello",
			repairs: []string{"TP-UD: ends too early: 5 octets of 9"},
		},
		{
			name:    "cut off before the text's length",
			raw:     "00 04" + sender + "0000" + taken,
			repairs: []string{"TP-UDL"},
		},
		{
			name:    "more text than a message holds",
			raw:     "00 04" + sender + "0004" + taken + "8E" + strings.Repeat("61", 142),
			text:    strings.Repeat("a", 142),
			repairs: []string{"TP-UD: impossible length"},
		},
		{
			name:    "UCS-2 cut off in a surrogate pair",
			raw:     "00 04" + sender + "0008" + taken + "0A 00540041004BD83D",
			text:    "TAK\ufffd",
			repairs: []string{"TP-UD"},
		},
		{
			name: "UCS-2 with half a surrogate pair, which no standard forbids",
			raw:  "00 04" + sender + "0008" + taken + "08 00540041004BD83D",
			text: "TAK\ufffd",
		},
		{
			name:    "element longer than its header",
			raw:     "00 44" + sender + "0000" + taken + "0A 050009A50201 A8C125",
			text:    "TAK",
			repairs: []string{"TP-UDH: malformed"},
		},
		{
			name:    "header announced but not there",
			raw:     "00 44" + sender + "0000" + taken + "03 D4E012",
			text:    "TAK",
			repairs: []string{"TP-UDH: malformed"},
		},
		{
			name:    "odd number without fill",
			raw:     "00 04 0B91840610000210 0000" + taken + "03 D4E012",
			text:    "TAK",
			repairs: []string{"TP-OA"},
		},
		{
			name:    "fill counted as a digit",
			raw:     "00 04 0C918406100002F0 0000" + taken + "03 D4E012",
			text:    "TAK",
			repairs: []string{"TP-OA"},
		},
		{
			name:    "number of more than twenty digits",
			raw:     "00 04 16912143658709214365870921 0000" + taken + "03 D4E012",
			text:    "TAK",
			from:    "+1234567890123456789012",
			repairs: []string{"TP-OA"},
		},
		{
			name: "no sender at all",
			raw:  "00 04 0080 0000" + taken + "03 D4E012",
			text: "TAK",
			from: "-",
		},
		{
			name:    "no sender and an octet too many",
			raw:     "00 04 0080 0000" + taken + "03 D4E012 00",
			text:    "TAK",
			from:    "-",
			repairs: []string{"TP-UD: octets"},
		},
		{
			name: "name with an escaped character",
			raw:  "00 04 0BD01BD4A6BC4901 0000" + taken + "03 D4E012",
			text: "TAK",
			from: "{€}",
		},
		{
			name:    "name counted in whole octets",
			raw:     "00 04 0ED04B76DA9D5E8701 0000" + taken + "03 D4E012",
			text:    "TAK",
			from:    "Klinika",
			repairs: []string{"TP-OA"},
		},
		{
			name: "name of eight",
			raw:  "00 04 0ED04B76DA9D5E8763 0000" + taken + "03 D4E012",
			text: "TAK",
			from: "Klinika1",
		},
		{
			name:    "everything at once",
			raw:     "00 07 0B91840610000210 0085 FFFFFFFFFFFFFF 03 D4E012 0000",
			text:    "TAK",
			at:      receivedAt,
			repairs: []string{"TP-MTI", "TP-OA", "TP-SCTS", "TP-UD"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in, err := pdu.Read(octets(t, test.raw), receivedAt)
			if err != nil {
				t.Fatal(err)
			}
			if in.Deliver == nil || in.Report != nil {
				t.Fatalf("Read = %+v, want an SMS-DELIVER", in)
			}
			if got := in.Deliver.Text(); got != test.text {
				t.Errorf("text = %q, want %q", got, test.text)
			}
			from := map[string]string{"": "+48600100200", "-": ""}
			want, special := from[test.from]
			if !special {
				want = test.from
			}
			if got := in.Deliver.OA.String(); got != want {
				t.Errorf("sender = %q, want %q", got, want)
			}
			if test.at.IsZero() {
				test.at = time.Date(2026, 11, 22, 18, 30, 0, 0, time.UTC)
			}
			if got := in.Deliver.SCTS; !got.Equal(test.at) {
				t.Errorf("SCTS = %v, want %v", got, test.at)
			}
			checkRepairs(t, in.Repairs, test.repairs)
		})
	}
}

// checkRepairs compares each repair with the piece wanted of it.
func checkRepairs(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("Repairs = %q, want %q", got, want)
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("repair %d = %q, want %q in it", i, got[i], want[i])
		}
	}
}

func TestReadStatusReport(t *testing.T) {
	t.Parallel()
	const head = "00 06 2A 0B918406100002F0"
	taken := time.Date(2026, 11, 22, 18, 30, 0, 0, zone(1))
	want := pdu.StatusReport{
		MR: 42, RA: international("48600100200"),
		SCTS: taken, Discharge: taken.Add(8 * time.Second), Status: 0x46,
	}
	late := want
	late.Discharge = receivedAt
	tests := []struct {
		name    string
		raw     string
		want    pdu.StatusReport
		repairs []string
	}{
		{name: "as the standard has it", raw: head + "62112281030040 62112281038040 46", want: want},
		{name: "empty indicator", raw: head + "62112281030040 62112281038040 46 00", want: want},
		{name: "reserved parameters", raw: head + "62112281030040 62112281038040 46 08 AABB", want: want},
		{name: "tail FF", raw: head + "62112281030040 62112281038040 46 FF", want: want, repairs: []string{"parameters: TP-PI"}},
		{name: "tail 01", raw: head + "62112281030040 62112281038040 46 01", want: want, repairs: []string{"parameters: TP-PID"}},
		{name: "tail 02", raw: head + "62112281030040 62112281038040 46 02", want: want, repairs: []string{"parameters: TP-DCS"}},
		{name: "tail 04", raw: head + "62112281030040 62112281038040 46 04", want: want, repairs: []string{"parameters: TP-UDL"}},
		{name: "tail of zeros", raw: head + "62112281030040 62112281038040 46 000000", want: want, repairs: []string{"parameters: TP-UD: octets"}},
		{name: "user data cut off", raw: head + "62112281030040 62112281038040 46 07 00 00 0A E832", want: want, repairs: []string{"parameters: TP-UD: ends"}},
		{name: "discharge time of ones", raw: head + "62112281030040 FFFFFFFFFFFFFF 46", want: late, repairs: []string{"TP-DT"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in, err := pdu.Read(octets(t, test.raw), receivedAt)
			if err != nil {
				t.Fatal(err)
			}
			if in.Report == nil || in.Deliver != nil {
				t.Fatalf("Read = %+v, want an SMS-STATUS-REPORT", in)
			}
			if diff := cmp.Diff(test.want, *in.Report); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
			checkRepairs(t, in.Repairs, test.repairs)
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		raw  string
		want error
	}{
		{"nothing", "", pdu.ErrTruncated},
		{"service centre alone", "07918406010002F0", pdu.ErrTruncated},
		{"service centre longer than the PDU", "0791840601", pdu.ErrTruncated},
		{"no service centre address and nothing behind", "00", pdu.ErrTruncated},
		{"one of our own messages", "00 1100 0B916407281553F8 0000AA0A E8329BFD4697D9EC37", pdu.ErrNotIncoming},
		{"cut off in the sender", "00 04 0B91840610", pdu.ErrTruncated},
		{"cut off in the timestamp", "00 04 0B918406100002F0 0000 621122", pdu.ErrTruncated},
		{"report cut off before its status", "00 06 2A 0B918406100002F0 62112281030040 62112281038040", pdu.ErrTruncated},
		{"blank memory", "000000FF00FFFFFFFFFFFFFFFFFFFFFFFFFFFF", pdu.ErrAddress},
		{"blank memory of zeros", "00000000000000000000000000000000", pdu.ErrAddress},
		{"report about nobody", "00 06 2A 0091 FFFFFFFFFFFFFF FFFFFFFFFFFFFF 00", pdu.ErrAddress},
		{"ones", "FFFFFFFFFFFFFFFF", pdu.ErrTruncated},
		{"zeros", "0000000000000000", pdu.ErrTruncated},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if in, err := pdu.Read(octets(t, test.raw), receivedAt); !errors.Is(err, test.want) {
				t.Errorf("Read = %+v, %v, want error %v", in, err, test.want)
			}
		})
	}
}

// TestReadSurvivesEveryCut cuts a message and a report at every length: each
// piece is read or refused, and what can be read keeps the sender.
func TestReadSurvivesEveryCut(t *testing.T) {
	t.Parallel()
	for _, raw := range [][]byte{
		octets(t, "07918406010002F0 44 0B918406100002F0 00 00 62112281030000 1A 050003A50201AE697D9E1E06A9EB74F91BF406E5743318"),
		octets(t, "07918406010002F0 42 01 0B918406100002F0 62112281030040 62112281038040 30 07 3F 08 0A 0500031102010054 0041"),
	} {
		for n := range len(raw) + 1 {
			in, err := pdu.Read(raw[:n], receivedAt)
			switch {
			case err != nil:
				if n == len(raw) {
					t.Errorf("the whole PDU: %v", err)
				}
			case in.Deliver != nil && in.Deliver.OA.Number != "48600100200",
				in.Report != nil && in.Report.RA.Number != "48600100200":
				t.Errorf("cut to %d octets the number is lost: %+v", n, in)
			case n < len(raw) && in.Deliver != nil && len(in.Repairs) == 0:
				t.Errorf("cut to %d octets the message passes for whole", n)
			}
		}
	}
}

func TestSMSC(t *testing.T) {
	t.Parallel()
	tpdu := []byte{0x06, 0x2a}
	tests := []struct {
		name string
		smsc pdu.Address
		raw  string
	}{
		{"the modem's own", pdu.Address{}, "00"},
		{"eleven digits", international("48601000310"), "07918406010013F0"},
		{"twelve digits", international("486010003101"), "0791840601001310"},
		{"national", pdu.Address{Number: "12", Type: pdu.TypeNational, Plan: pdu.PlanISDN}, "02A121"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			raw := pdu.WithSMSC(&test.smsc, tpdu)
			if got := spell(raw); got != test.raw+"062A" {
				t.Errorf("WithSMSC = %s, want %s062A", got, test.raw)
			}
			smsc, rest, err := pdu.SplitSMSC(raw)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.smsc, smsc); diff != "" {
				t.Errorf("SplitSMSC (-want +got):\n%s", diff)
			}
			if spell(rest) != spell(tpdu) {
				t.Errorf("SplitSMSC left %X, want %X", rest, tpdu)
			}
		})
	}
}

func TestSMSCThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, smsc := range []*pdu.Address{
		nil,
		{Number: "+48601000310"},
		{Number: "123456789012345678901"},
	} {
		if got := spell(pdu.WithSMSC(smsc, []byte{0x06})); got != "0006" {
			t.Errorf("WithSMSC(%+v) = %s, want 0006: the modem's own", smsc, got)
		}
	}
}

func TestSplitSMSCRefuses(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "05", "0791840601"} {
		if smsc, rest, err := pdu.SplitSMSC(octets(t, raw)); !errors.Is(err, pdu.ErrTruncated) {
			t.Errorf("SplitSMSC(%q) = %+v, %X, %v, want ErrTruncated", raw, smsc, rest, err)
		}
	}
}
