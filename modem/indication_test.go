package modem_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/modem"
)

const deliver = "07918406010013F0040B918406100002F00000627022419180400354F41A"

func TestIndications(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		say  []string
		want []modem.Indication
	}{
		{"text stored", []string{`+CMTI: "SM",3`}, []modem.Indication{{Kind: modem.MessageStored, Slot: modem.Slot{Memory: "SM", Index: 3}}}},
		{"report stored", []string{`+CDSI: "SR",0`}, []modem.Indication{{Kind: modem.ReportStored, Slot: modem.Slot{Memory: "SR"}}}},
		{"index missing", []string{`+CMTI: "SM"`}, []modem.Indication{{Kind: modem.Damaged}}},
		{"text direct", []string{"+CMT: ,22", deliver}, []modem.Indication{{Kind: modem.MessageDirect}}},
		{"report direct", []string{"+CDS: 22", deliver}, []modem.Indication{{Kind: modem.ReportDirect}}},
		{"cell broadcast", []string{"+CBM: 22", deliver}, nil},
		{"PDU lost", []string{"+CMT: ,22", "^RSSI:20"}, []modem.Indication{{Kind: modem.Damaged}}},
		{"PDU cut short", []string{"+CMT: ,22", deliver[:20]}, []modem.Indication{{Kind: modem.MessageDirect}, {Kind: modem.Damaged}}},
		{"full, Huawei", []string{`^SMMEMFULL: "SM"`}, []modem.Indication{{Kind: modem.StorageFull}}},
		{"full, Quectel", []string{`+QIND: "smsfull","ME"`}, []modem.Indication{{Kind: modem.StorageFull}}},
		{"restart", []string{"RDY", "+CFUN: 1"}, []modem.Indication{{Kind: modem.Rebooted}}},
		{"restart, A7670", []string{"*ATREADY: 1"}, []modem.Indication{{Kind: modem.Rebooted}}},
		{"restart, SIM800", []string{"+CPIN: READY"}, []modem.Indication{{Kind: modem.Rebooted}}},
		{"restart, last line only", []string{"SMS Ready"}, []modem.Indication{{Kind: modem.Rebooted}}},
		{"registration lost", []string{"+CREG: 2"}, []modem.Indication{{Kind: modem.RegistrationChanged}}},
		{"registration with cell", []string{`+CEREG: 5,"1A2B","01C3D4E5",7`}, []modem.Indication{{Kind: modem.RegistrationChanged}}},
		{"memory full, Cinterion", []string{"^SMGO: 1", "^SMGO: 0"}, []modem.Indication{{Kind: modem.StorageFull}}},
		{"noise of vendors", []string{"^RSSI:20", "+QIND: SMS DONE", "$QCSIMSTAT: 1", "+CIEV: 2,1", "NO CARRIER", "hello"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			script(t, least(nil).reply, func(t *testing.T, s *scripted) {
				s.open(t)
				<-time.After(time.Minute)
				s.say(tt.say...)
				synctest.Wait()
				var got []modem.Indication
				for len(s.modem.Indications()) > 0 {
					i := <-s.modem.Indications()
					if (i.Kind == modem.MessageDirect || i.Kind == modem.ReportDirect) == (len(i.Raw) == 0) {
						t.Errorf("%s carries %x", i.Kind, i.Raw)
					}
					i.Raw, i.Err = nil, nil
					got = append(got, i)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A notice may come at any moment of a submission, also right behind the
// prompt, and neither harms the submission nor is lost.
func TestNoticeInEveryStateOfASubmission(t *testing.T) {
	t.Parallel()
	notice := "\r\n+CMTI: \"SM\",4\r\n"
	direct := "\r\n+CDS: 22\r\n" + deliver + "\r\n"
	tests := []struct{ name, command, payload string }{
		{"before the prompt", notice + "\r\n> ", "\r\n+CMGS: 9\r\n\r\nOK\r\n"},
		{"behind the prompt", "\r\n> " + notice, "\r\n+CMGS: 9\r\n\r\nOK\r\n"},
		{"on the line of the prompt", "\r\n> " + notice[2:], "\r\n+CMGS: 9\r\n\r\nOK\r\n"},
		{"before the reference", "\r\n> ", notice + "\r\n+CMGS: 9\r\n\r\nOK\r\n"},
		{"before OK", "\r\n> ", "\r\n+CMGS: 9\r\n" + notice + "\r\nOK\r\n"},
		{"behind OK", "\r\n> ", "\r\n+CMGS: 9\r\n\r\nOK\r\n" + notice},
		{"with its PDU, before the prompt", direct + notice + "\r\n> ", "\r\n+CMGS: 9\r\n\r\nOK\r\n"},
		{"with its PDU, before OK", "\r\n> ", "\r\n+CMGS: 9\r\n" + direct + notice + "\r\nOK\r\n"},
		{"with an echo", "AT+CMGS=n\r\r\n> ", "PAYLOAD\x1a\r\n" + notice + "\r\n+CMGS: 9\r\n\r\nOK\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			command := ""
			reply := func(in string) (string, bool) {
				switch {
				case strings.HasPrefix(in, "AT+CMGS="):
					command = in
					return strings.Replace(tt.command, "AT+CMGS=n", command, 1), true
				case strings.HasSuffix(in, "\x1a"):
					return strings.Replace(tt.payload, "PAYLOAD\x1a", in, 1), true
				}
				return least(nil).reply(in)
			}
			script(t, reply, func(t *testing.T, s *scripted) {
				s.open(t)
				if mr, err := s.modem.Submit(t.Context(), tpdu(t, patient, "x")); mr != 9 || err != nil {
					t.Errorf("Submit: %d, %v; want 9", mr, err)
				}
				synctest.Wait()
				stored := 0
				for len(s.modem.Indications()) > 0 {
					if i := <-s.modem.Indications(); i.Kind == modem.MessageStored && i.Slot.Index == 4 {
						stored++
					}
				}
				if stored != 1 {
					t.Errorf("the notice came %d times", stored)
				}
			})
		})
	}
}
