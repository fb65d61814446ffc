package pdu

import (
	"fmt"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/warthog618/sms/encoding/gsm7/charset"
)

// TestNationalTablesAgainstReferee compares all 128 places of every table. The
// differences are the referee's.
func TestNationalTablesAgainstReferee(t *testing.T) {
	// Not parallel: the referee builds its tables at first use, without a lock.
	known := map[string]string{
		// 3GPP TS 23.038 A.2.3 has Ê there; the referee got it after v0.3.0.
		"single shift 3 at 0x1F": "U+00CA, the referee says U+FFFD",
		// 3GPP TS 23.038 A.3.6: the referee has the signs of Bengali in Hindi.
		"locking shift 6 at 0x00": "U+0901, the referee says U+0981",
		"locking shift 6 at 0x01": "U+0902, the referee says U+0982",
		"locking shift 6 at 0x02": "U+0903, the referee says U+0983",
	}
	for l := DefaultLanguage; l <= Spanish+1; l++ {
		// 3GPP TS 23.038 6.2.1.1: 0x0D is reserved for a control; without one it
		// is read unescaped, which is CR. The referee has LF.
		known[fmt.Sprintf("single shift %d at 0x0D", l)] = "U+FFFD, the referee says U+000A"
	}
	differences := map[string]string{}
	compare := func(kind string, l NationalLanguage, ours *table, theirs charset.Decoder) {
		for septet := range byte(128) {
			their, found := theirs[septet]
			if !found {
				their = utf8.RuneError
			}
			if ours[septet] != their && septet != escape {
				differences[fmt.Sprintf("%s %d at 0x%02X", kind, l, septet)] =
					fmt.Sprintf("%U, the referee says %U", ours[septet], their)
			}
		}
	}
	for l := DefaultLanguage; l <= Urdu; l++ {
		compare("locking shift", l, l.lockingTable(), charset.NewDecoder(int(l)))
		compare("single shift", l, l.singleTable(), charset.NewExtDecoder(int(l)))
	}
	if diff := cmp.Diff(known, differences); diff != "" {
		t.Errorf("differences (-known +found):\n%s", diff)
	}
}

func TestNationalTablesKeepControls(t *testing.T) {
	t.Parallel()
	for l := DefaultLanguage; l <= Urdu; l++ {
		locking := l.lockingTable()
		if locking['\n'] != '\n' || locking['\r'] != '\r' || locking[escape] != escape || locking[' '] != ' ' {
			t.Errorf("locking table %d has other controls: LF %U, CR %U, ESC %U, space %U",
				l, locking['\n'], locking['\r'], locking[escape], locking[' '])
		}
		for _, r := range "{}[~]\\|^€" {
			septets, _ := encodeGSM7(string(r))
			if got := l.singleTable()[septets[1]]; got != r {
				t.Errorf("single shift table %d has %q in place of %q", l, got, r)
			}
		}
	}
}
