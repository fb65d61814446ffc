package queue_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/suppression"
)

// erase goes through everything once, as on behalf of the administrator.
func (b *box) erase(number string, adjust ...func(*queue.Erasing)) queue.Erased {
	b.t.Helper()
	e := queue.Erasing{Number: address(b.t, number), Actor: "admin"}
	for _, a := range adjust {
		a(&e)
	}
	erased, err := b.Erase(b.t.Context(), e)
	if err != nil {
		b.t.Fatal(err)
	}
	queue.CheckInvariants(b.t, b.store)
	return erased
}

// traces returns the lines of the store in which a number stands, in digits or in a PDU,
// but for suppressions.
func (b *box) traces(number string) []string {
	b.t.Helper()
	tail := number[len(number)-7:]
	inOctets := regexp.MustCompile(`"(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"`)
	var found []string
	for line := range strings.Lines(b.dump()) {
		if strings.HasPrefix(line, "sup/") || strings.HasPrefix(line, "stop/") {
			continue
		}
		holds := strings.Contains(line, tail)
		for _, quoted := range inOctets.FindAllString(line, -1) {
			octets, err := base64.StdEncoding.DecodeString(strings.Trim(quoted, `"`))
			if err != nil {
				continue
			}
			for i, o := range octets {
				octets[i] = o<<4 | o>>4
			}
			holds = holds || strings.Contains(hex.EncodeToString(octets), tail)
		}
		if holds {
			found = append(found, line)
		}
	}
	return found
}

// fromNational has a text come as a network of the own country may show its sender.
func fromNational(d *pdu.Deliver) {
	d.OA = pdu.Address{Number: strings.TrimPrefix(patient, "+48"), Type: pdu.TypeNational, Plan: pdu.PlanISDN}
}

func toOther(t *testing.T) func(*queue.Draft) {
	return func(d *queue.Draft) { d.To = address(t, other) }
}

// lifeWith leaves something of every kind about the patient.
func (b *box) lifeWith() {
	b.t.Helper()
	b.put(long)
	b.send(1)
	b.report(1, 0)
	b.put()
	b.record(b.claim(), queue.Outcome{Kind: queue.Refused, Code: "cms_21"})
	b.put()
	b.record(b.claim(), unknown())
	b.put(func(d *queue.Draft) { d.SendAt = time.Now().Add(48 * time.Hour) })
	b.put()
	cancelled := b.put()
	if _, err := b.Cancel(b.t.Context(), cancelled.ID, "his"); err != nil {
		b.t.Fatal(err)
	}
	b.receive(deliver(b.t, "TAK"))
	b.receive(deliver(b.t, "Jednak nie", fromNational))
	b.receive(deliver(b.t, "Pierwsza czesc", part(7, 1, 2)))
	for n := 1; n <= 2; n++ {
		b.receive(deliver(b.t, fmt.Sprintf("czesc %d", n), part(8, n, 2)))
	}
	b.receive(deliver(b.t, "bez konca")[:14])
	b.call(0, patient, polite())
	b.reportFor(worker(1), address(b.t, patient), 200, 0) // of nothing that was sent there
}

func TestEraseEverythingOfANumber(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		b.suppress(suppression.Marketing)
		b.lifeWith()
		theirs := b.put(toOther(t))
		b.receive(deliver(t, "Moje", func(d *pdu.Deliver) { d.OA = address(t, other) }))
		b.call(0, other, nil)
		if n := len(b.traces(patient)); n < 20 {
			t.Fatalf("there are %d traces to begin with", n)
		}
		var alongside []string
		looked := 0
		got := b.erase(patient, func(e *queue.Erasing) {
			e.Looked = func(n int) { looked = n }
			e.Along = func(_ store.Tx, id string) error {
				if !slices.Contains(alongside, id) { // transactions may run twice
					alongside = append(alongside, id)
				}
				return nil
			}
		})
		want := queue.Erased{Messages: 7, Received: 4, Calls: 1, Other: 4}
		if got != want {
			t.Errorf("erased %+v, want %+v", got, want)
		}
		if len(alongside) != want.Messages+want.Received-1 { // half a text is no text yet
			t.Errorf("told of %d texts", len(alongside))
		}
		if looked < 10 {
			t.Errorf("looked at %d records", looked)
		}
		if left := b.traces(patient); len(left) > 0 {
			t.Errorf("left:\n%s", strings.Join(left, ""))
		}
		if again := b.erase(patient); again != (queue.Erased{}) {
			t.Errorf("the second time %+v", again)
		}
		b.check(theirs.ID, queue.StatusQueued)
		if calls, _, err := b.Calls(t.Context(), queue.InboxFilter{}, "", 0); err != nil || len(calls) != 1 || len(b.inbox()) != 1 {
			t.Errorf("of the other number: %d calls, %d texts, %v", len(calls), len(b.inbox()), err)
		}
		if b.refusedFor(withPurpose(suppression.Marketing)) == "" {
			t.Error("the wish not to be written to is gone")
		}
		if n := b.count("message.cancelled"); n != 1+4 { // by hand; scheduled, waiting, uncertain, for the call
			t.Errorf("%d messages were told to be cancelled", n)
		}
		b.pass(10 * 24 * time.Hour) // nothing trips over what is missing
		if left := b.traces(patient); len(left) > 0 {
			t.Errorf("came back:\n%s", strings.Join(left, ""))
		}
	})
}

// What a modem has in hand cannot be taken from it; all else goes, and the rest when it
// is asked for again.
func TestEraseWhileInFlight(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		b.put()
		s := b.claim()
		b.put()
		if got := b.erase(patient); got.Busy != 1 || got.Messages != 1 {
			t.Errorf("%+v", got)
		}
		b.record(s, accepted(9))
		if got := b.erase(patient); got.Busy != 0 || got.Messages != 1 {
			t.Errorf("%+v", got)
		}
		if _, _, err := b.Record(t.Context(), s, accepted(9), false); err == nil {
			t.Error("an outcome of what is gone was taken")
		}
		b.report(9, 0) // its report comes late, and is forgotten after a day
		b.pass(25 * time.Hour)
		if left := b.traces(patient); len(left) > 0 {
			t.Errorf("left:\n%s", strings.Join(left, ""))
		}
	})
}

// A PDU that a modem shows again does not bring back what was erased, and a call of the
// API that is repeated does not send again.
func TestErasedDoesNotComeBack(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		raw := deliver(t, "TAK")
		b.receive(raw)
		caller := queue.Caller{Token: "his", Key: "visit-17"}
		first, _, err := b.Enqueue(t.Context(), caller, []queue.Draft{draft(t)})
		if err != nil {
			t.Fatal(err)
		}
		b.erase(patient)
		b.receive(raw)
		b.wantTexts()
		again, replayed, err := b.Enqueue(t.Context(), caller, []queue.Draft{draft(t)})
		if err != nil || !replayed || again[0].Message.ID != first[0].Message.ID {
			t.Errorf("%+v, replayed %v, %v", again, replayed, err)
		}
		b.none()
	})
}

func TestEraseAsksTheRouter(t *testing.T) {
	r := &router{}
	bubble(t, func(t *testing.T, b *box) {
		b.erase(patient)
		if !slices.Contains(r.notes, "forget "+patient) {
			t.Errorf("the router was told %q", r.notes)
		}
	}, routed(r))
}

func TestErasures(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		first, err := b.NoteErasure(t.Context(), queue.Erasure{By: "admin", Messages: 3, Received: 2, Overwritten: 8192, Kept: 1})
		if err != nil || first.ID == "" || !first.At.Equal(time.Now()) {
			t.Fatalf("%+v, %v", first, err)
		}
		wait(t.Context(), time.Second)
		second, err := b.NoteErasure(t.Context(), queue.Erasure{})
		if err != nil {
			t.Fatal(err)
		}
		b.pass(24 * time.Hour)
		b.prune(time.Minute, time.Minute)
		all, next, err := b.Erasures(t.Context(), "", 10)
		if err != nil || next != "" || len(all) != 2 || all[0] != second || all[1] != first {
			t.Errorf("%+v, %q, %v", all, next, err)
		}
		if n := b.count("number.erased"); n != 2 {
			t.Errorf("%d events", n)
		}
	})
}
