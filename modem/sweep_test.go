package modem_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/modem"
)

func TestListFallsBackToIndices(t *testing.T) {
	t.Parallel()
	memory := table{
		"AT+CPMS=?": `+CPMS: ("SM"),("SM"),("SM")`, `AT+CPMS="SM","SM","SM"`: "+CPMS: 2,5,2,5,2,5",
		"AT+CMGR=0": "\r\n+CMS ERROR: 321\r\n", "AT+CMGR=1": "+CMGR: 1,,22\r\n" + deliver, "AT+CMGR=2": "\r\n+CMGR: 0,,0\r\n\r\nOK\r\n",
		"AT+CMGR=3": "", "AT+CMGR=4": "+CMGR: 0,\"Jan\",22\r\n" + deliver,
	}
	tests := []struct{ name, list string }{
		{"refused", "\r\n+CMS ERROR: 303\r\n"},
		{"refused without reason", "\r\nERROR\r\n"},
		{"hangs", "\r\n"},
		{"garbage", "+CMGL: 1,1,,22\r\nnot a PDU"},
		{"text mode", "+CMGL: 1,\"REC READ\",\"+48600100200\"\r\nHej"},
		{"leaves one out", "+CMGL: 1,1,,22\r\n" + deliver},
		{"empty", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			all := least(memory)
			all["AT+CMGL=4"] = tt.list
			script(t, all.reply, func(t *testing.T, s *scripted) {
				s.open(t)
				got, err := s.modem.List(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var slots []modem.Slot
				for _, stored := range got {
					slots = append(slots, stored.Slot)
					if len(stored.Raw) != len(deliver)/2 {
						t.Errorf("slot %+v holds %x", stored.Slot, stored.Raw)
					}
				}
				want := []modem.Slot{{Memory: "SM", Index: 1}, {Memory: "SM", Index: 4}}
				if diff := cmp.Diff(want, slots); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if s.sent("AT+CMGR=5") {
					t.Error("went on although all were found")
				}
			})
		})
	}
}

func TestListSweepsEveryMemoryAndReturns(t *testing.T) {
	t.Parallel()
	all := least(table{
		"AT+CPMS=?":              `+CPMS: ("SM","ME","MT","SR"),("SM","ME"),("SM","ME")`,
		`AT+CPMS="SM","SM","SM"`: "+CPMS: 1,50,1,50,1,50", `AT+CPMS="ME","ME","ME"`: "+CPMS: 0,20,0,20,0,20",
		`AT+CPMS="ME","SM","SM"`: "+CPMS: 0,20,1,50,1,50", `AT+CPMS="SR","SM","SM"`: "+CPMS: 1,10,1,50,1,50",
	})
	selected := ""
	reply := func(in string) (string, bool) {
		if rest, ok := strings.CutPrefix(in, `AT+CPMS="`); ok {
			selected = rest[:2]
		}
		if in == "AT+CMGL=4" {
			index := map[string]string{"SM": "3", "SR": "8"}[selected]
			return "\r\n+CMGL: " + index + ",1,,22\r\n" + deliver + "\r\n\r\nOK\r\n", true
		}
		return all.reply(in)
	}
	script(t, reply, func(t *testing.T, s *scripted) {
		s.open(t)
		got, err := s.modem.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var slots []modem.Slot
		for _, stored := range got {
			slots = append(slots, stored.Slot)
		}
		want := []modem.Slot{{Memory: "SM", Index: 3}, {Memory: "SR", Index: 8}}
		if diff := cmp.Diff(want, slots); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if selected != "SM" {
			t.Errorf("left with %q selected, want the memory that receives", selected)
		}
		if s.modem.Info().Storage.Total != 50 {
			t.Errorf("receives into %+v, want the larger one", s.modem.Info().Storage)
		}
	})
}
