package at_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"goniec/modem/at"
)

// stores answers as a modem that keeps a PDU at 3 and sends it from there by sends.
func stores(sends func(p *peer)) func(*peer, string) {
	return func(p *peer, in string) {
		switch in {
		case "AT+CMGW=15":
			p.say("\r\n> ")
		case submitPayload:
			p.lines("+CMGW: 3", "OK")
		case "AT+CMSS=3":
			sends(p)
		default:
			script{}.reply(p, in)
		}
	}
}

func TestSubmitStored(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		says  []string
		after time.Duration
		mr    int
		phase at.Phase
		err   func(error) bool
		late  at.Kind // what is announced after a Resync; Gone: nothing
	}{
		{name: "accepted", says: []string{"+CMSS: 42", "OK"}, after: 6 * time.Second, mr: 42, phase: at.AfterPayload, late: at.Gone},
		{name: "accepted without OK", says: []string{"+CMSS: 42"}, mr: 42, phase: at.AfterPayload, late: at.Gone},
		{name: "refused", says: []string{"+CMS ERROR: 38"}, mr: -1, phase: at.AfterPayload, late: at.Gone, err: func(err error) bool {
			var refused *at.Error
			return errors.As(err, &refused) && refused.Code == 38
		}},
		{name: "late", says: []string{"+CMSS: 7", "OK"}, after: 181 * time.Second, mr: -1, phase: at.AfterPayload, late: at.LateAnswer,
			err: func(err error) bool { return errors.Is(err, at.ErrTimeout) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			reply := stores(func(p *peer) { time.AfterFunc(c.after, func() { p.lines(c.says...) }) })
			talk(t, reply, func(t *testing.T, conn *at.Conn, p *peer, r *record) {
				lines, err := conn.Store(t.Context(), submitLength, submitPDU)
				if err != nil || !slices.Equal(lines, []string{"+CMGW: 3"}) {
					t.Fatalf("Store: %q, %v", lines, err)
				}
				mr, phase, err := conn.SubmitStored(t.Context(), 3)
				if mr != c.mr || phase != c.phase || (err == nil) != (c.err == nil) || err != nil && !c.err(err) {
					t.Errorf("SubmitStored: %d, %v, %v", mr, phase, err)
				}
				<-time.After(5 * time.Second)
				if !conn.InStep() {
					if err := conn.Resync(t.Context()); err != nil {
						t.Error(err)
					}
				}
				all := r.list()
				if c.late == at.Gone && len(all) > 0 || c.late != at.Gone && (len(all) != 1 || all[0].Kind != c.late || all[0].MR != 7) {
					t.Errorf("announced %+v", all)
				}
			})
		})
	}
}

// What is only stored has not been sent, so no answer to it is awaited.
func TestStoreWithoutAnswer(t *testing.T) {
	t.Parallel()
	reply := func(p *peer, in string) {
		switch in {
		case "AT+CMGW=15":
			p.say("\r\n> ")
		case submitPayload:
		default:
			script{}.reply(p, in)
		}
	}
	talk(t, reply, func(t *testing.T, conn *at.Conn, p *peer, r *record) {
		if _, err := conn.Store(t.Context(), submitLength, submitPDU); !errors.Is(err, at.ErrTimeout) {
			t.Errorf("Store: %v, want a time-out", err)
		}
		start := time.Now()
		if err := conn.Resync(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("in step after %v, as if a text were on the air", took)
		}
		if all := r.list(); len(all) > 0 {
			t.Errorf("announced %+v", all)
		}
	})
}
