package pdu_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/pdu"
)

// octets reads hex digits; spaces between the fields are for the reader.
func octets(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func spell(b []byte) string {
	return strings.ToUpper(hex.EncodeToString(b))
}

// zone is hours east of Greenwich.
func zone(hours int) *time.Location {
	return time.FixedZone("", hours*3600)
}

// part returns the user data of one part of a text.
func part(t testing.TB, text string, a pdu.Alphabet, c *pdu.Concatenation) pdu.UserData {
	t.Helper()
	u, err := pdu.TextUserData(text, a, c)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func international(digits string) pdu.Address {
	return pdu.Address{Number: digits, Type: pdu.TypeInternational, Plan: pdu.PlanISDN}
}

func TestSubmitGolden(t *testing.T) {
	t.Parallel()
	shortCode := pdu.Address{Number: "8080", Type: pdu.TypeUnknown, Plan: pdu.PlanISDN}
	tests := []struct {
		name string
		tpdu string
		want pdu.Submit
		text string
	}{
		{
			name: "text with a relative validity of 4 days",
			tpdu: "11 00 0B916407281553F8 00 00 AA 0A E8329BFD4697D9EC37",
			want: pdu.Submit{
				DA: international("46708251358"),
				VP: pdu.Validity{Format: pdu.ValidityRelative, Period: 4 * 24 * time.Hour},
				UD: part(t, "hellohello", pdu.GSM7, nil),
			},
			text: "hellohello",
		},
		{
			name: "short code, report wanted, duplicates rejected",
			tpdu: "25 2A 04810808 00 00 03 D4E012",
			want: pdu.Submit{
				RejectDuplicates: true, ReportRequest: true, MR: 42,
				DA: shortCode, UD: part(t, "TAK", pdu.GSM7, nil),
			},
			text: "TAK",
		},
		{
			name: "first part, 8-bit reference and one fill bit",
			tpdu: "61 07 0B918406100002F0 00 00 1A 050003A50201AE697D9E1E06A9EB74F91BF406E5743318",
			want: pdu.Submit{
				ReportRequest: true, MR: 7, DA: international("48600100200"),
				UD: part(t, "Wizyta jutro o 9:30", pdu.GSM7, &pdu.Concatenation{Reference: 0xa5, Total: 2, Number: 1}),
			},
			text: "Wizyta jutro o 9:30",
		},
		{
			name: "second part, 16-bit reference, which needs no fill bits",
			tpdu: "41 08 0B918406100002F0 00 00 0B 0608041234030263B20B",
			want: pdu.Submit{
				MR: 8, DA: international("48600100200"),
				UD: part(t, "cd.", pdu.GSM7, &pdu.Concatenation{Reference: 0x1234, Wide: true, Total: 3, Number: 2}),
			},
			text: "cd.",
		},
		{
			name: "flash in UCS-2 with a surrogate pair and an absolute validity",
			tpdu: "19 00 0B918406100002F0 00 18 62112281030040 18 0050006F007400770069006500720064017A0020D83DDE00",
			want: pdu.Submit{
				DA: international("48600100200"), DCS: 0x18,
				VP: pdu.Validity{Format: pdu.ValidityAbsolute, Until: time.Date(2026, 11, 22, 18, 30, 0, 0, zone(1))},
				UD: part(t, "Potwierdź 😀", pdu.UCS2, nil),
			},
			text: "Potwierdź 😀",
		},
		{
			name: "extension characters",
			tpdu: "01 00 0B918406100002F0 00 00 14 CBF75C4F07D53665D0862796D7E9F4F7C607",
			want: pdu.Submit{DA: international("48600100200"), UD: part(t, "Koszt 5€ [brutto]", pdu.GSM7, nil)},
			text: "Koszt 5€ [brutto]",
		},
		{
			name: "reply path, 8-bit data",
			tpdu: "81 FF 0B918406100002F0 7F F4 04 DEADBEEF",
			want: pdu.Submit{
				ReplyPath: true, MR: 255, DA: international("48600100200"), PID: 0x7f, DCS: 0xf4,
				UD: pdu.UserData{Data: []byte{0xde, 0xad, 0xbe, 0xef}},
			},
			text: "Þ\u00ad¾ï",
		},
		{
			name: "no text at all",
			tpdu: "01 00 0B918406100002F0 00 00 00",
			want: pdu.Submit{DA: international("48600100200")},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tpdu := octets(t, test.tpdu)
			got, err := pdu.ParseSubmit(tpdu)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("ParseSubmit (-want +got):\n%s", diff)
			}
			if got := got.Text(); got != test.text {
				t.Errorf("Text() = %q, want %q", got, test.text)
			}
			written, err := test.want.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(spell(tpdu), spell(written)); diff != "" {
				t.Errorf("Marshal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDeliverGolden(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		tpdu string
		want pdu.Deliver
		text string
	}{
		{
			name: "last century, plan of the sender's own country",
			tpdu: "04 0BC87238880900F1 00 00 99309251619580 0A E8329BFD4697D9EC37",
			want: pdu.Deliver{
				OA:   pdu.Address{Number: "27838890001", Type: pdu.TypeSubscriber, Plan: 8},
				SCTS: time.Date(1999, 3, 29, 15, 16, 59, 0, zone(2)),
				UD:   part(t, "hellohello", pdu.GSM7, nil),
			},
			text: "hellohello",
		},
		{
			name: "name of seven characters, west of Greenwich",
			tpdu: "04 0DD04B76DA9D5E8701 00 00 6211228103000A 03 D4E012",
			want: pdu.Deliver{
				OA:   pdu.Address{Number: "Klinika", Type: pdu.TypeAlphanumeric},
				SCTS: time.Date(2026, 11, 22, 18, 30, 0, 0, zone(-5)),
				UD:   part(t, "TAK", pdu.GSM7, nil),
			},
			text: "TAK",
		},
		{
			name: "name of eleven characters, more messages, report, reply path",
			tpdu: "A0 14D050B93E3F46BFC9EE7418 00 00 62112281030000 03 D4E012",
			want: pdu.Deliver{
				MoreMessages: true, ReportIndication: true, ReplyPath: true,
				OA:   pdu.Address{Number: "Przychodnia", Type: pdu.TypeAlphanumeric},
				SCTS: time.Date(2026, 11, 22, 18, 30, 0, 0, time.UTC),
				UD:   part(t, "TAK", pdu.GSM7, nil),
			},
			text: "TAK",
		},
		{
			name: "UCS-2 forwarded, a quarter-hour zone",
			tpdu: "0C 0B918406100002F0 00 08 62112281030032 18 0050006F007400770069006500720064017A0020D83DDE00",
			want: pdu.Deliver{
				LoopPrevention: true, OA: international("48600100200"), DCS: 0x08,
				SCTS: time.Date(2026, 11, 22, 18, 30, 0, 0, time.FixedZone("", 23*15*60)),
				UD:   part(t, "Potwierdź 😀", pdu.UCS2, nil),
			},
			text: "Potwierdź 😀",
		},
		{
			name: "Turkish by single shift, an unknown element kept",
			// Escape and g is ğ in the Turkish table, and G is Ğ.
			tpdu: "44 0B918406100002F0 00 00 62112281030000 0D 07240101 3302AABB C0E6BC01",
			want: pdu.Deliver{
				OA:   international("48600100200"),
				SCTS: time.Date(2026, 11, 22, 18, 30, 0, 0, time.UTC),
				UD: pdu.UserData{
					Header: pdu.Header{{ID: 0x24, Data: []byte{1}}, {ID: 0x33, Data: []byte{0xaa, 0xbb}}},
					Data:   []byte{0x1b, 'g', 0x1b},
				},
			},
			text: "ğ ",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tpdu := octets(t, test.tpdu)
			got, err := pdu.ParseDeliver(tpdu)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("ParseDeliver (-want +got):\n%s", diff)
			}
			if got := got.Text(); got != test.text {
				t.Errorf("Text() = %q, want %q", got, test.text)
			}
			written, err := test.want.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(spell(tpdu), spell(written)); diff != "" {
				t.Errorf("Marshal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStatusReportGolden(t *testing.T) {
	t.Parallel()
	taken := time.Date(2026, 11, 22, 18, 30, 0, 0, zone(1))
	tests := []struct {
		name string
		tpdu string
		want pdu.StatusReport
	}{
		{
			name: "delivered",
			tpdu: "06 2A 0B918406100002F0 62112281030040 62112281038040 00",
			want: pdu.StatusReport{
				MR: 42, RA: international("48600100200"),
				SCTS: taken, Discharge: taken.Add(8 * time.Second),
			},
		},
		{
			name: "recipient in national form, expired, about a command",
			tpdu: "2E FF 09A106001002F0 62112281030040 62112281038040 46",
			want: pdu.StatusReport{
				LoopPrevention: true, ForCommand: true, MR: 255,
				RA:   pdu.Address{Number: "600001200", Type: pdu.TypeNational, Plan: pdu.PlanISDN},
				SCTS: taken, Discharge: taken.Add(8 * time.Second), Status: 0x46,
			},
		},
		{
			name: "every parameter",
			tpdu: "42 01 0B918406100002F0 62112281030040 62112281038040 30 07 3F 08 0A 05000311 0201 00540041",
			want: pdu.StatusReport{
				MoreMessages: true, MR: 1, RA: international("48600100200"),
				SCTS: taken, Discharge: taken.Add(8 * time.Second), Status: 0x30,
				Parameters: pdu.ReportHasPID | pdu.ReportHasDCS | pdu.ReportHasUserData,
				PID:        0x3f, DCS: 0x08,
				UD: part(t, "TA", pdu.UCS2, &pdu.Concatenation{Reference: 0x11, Total: 2, Number: 1}),
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tpdu := octets(t, test.tpdu)
			got, err := pdu.ParseStatusReport(tpdu)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("ParseStatusReport (-want +got):\n%s", diff)
			}
			written, err := test.want.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(spell(tpdu), spell(written)); diff != "" {
				t.Errorf("Marshal (-want +got):\n%s", diff)
			}
		})
	}
}
