package inbox_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/inbox"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/suppression"
)

// erase goes through everything once, as on behalf of the administrator.
func (b *box) erase(of string, along func(store.Tx, string) error, looked func(int)) (queue.Erased, inbox.Erased) {
	b.t.Helper()
	sent, err := b.Erase(b.t.Context(), queue.Erasing{Number: address(b.t, of), Actor: "admin", InTx: along, Looked: looked})
	if err != nil {
		b.t.Fatal(err)
	}
	came, err := b.in.Erase(b.t.Context(), inbox.Erasing{Number: address(b.t, of), InTx: along, Looked: looked})
	if err != nil {
		b.t.Fatal(err)
	}
	b.verify()
	return sent, came
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
		wish := suppression.Suppression{Number: address(t, patient), Purpose: suppression.Marketing}
		if _, _, err := suppression.New(b.store, b.events).Add(t.Context(), wish); err != nil {
			t.Fatal(err)
		}
		b.lifeWith()
		theirs := b.put(func(d *queue.Draft) { d.To = address(t, other) })
		b.receive(deliver(t, "Moje", func(d *pdu.Deliver) { d.OA = address(t, other) }))
		b.call(0, other, nil)
		if n := len(b.traces(patient)); n < 20 {
			t.Fatalf("there are %d traces to begin with", n)
		}
		var alongside []string
		looked, before, last := 0, 0, 0
		along := func(_ store.Tx, id string) error {
			if !slices.Contains(alongside, id) { // transactions may run twice
				alongside = append(alongside, id)
			}
			return nil
		}
		sent, came := b.erase(patient, along, func(n int) {
			if n < last { // the inbox counts from the beginning
				before += last
			}
			last, looked = n, before+n
		})
		if want := (queue.Erased{Messages: 7, Other: 2}); sent != want {
			t.Errorf("erased %+v, want %+v", sent, want)
		}
		if want := (inbox.Erased{Messages: 4, Calls: 1, Other: 2}); came != want {
			t.Errorf("erased %+v, want %+v", came, want)
		}
		if len(alongside) != sent.Messages+came.Messages-1 { // half a text is no text yet
			t.Errorf("told of %d texts", len(alongside))
		}
		if looked < 10 {
			t.Errorf("looked at %d records", looked)
		}
		if left := b.traces(patient); len(left) > 0 {
			t.Errorf("left:\n%s", strings.Join(left, ""))
		}
		if sent, came := b.erase(patient, nil, nil); sent != (queue.Erased{}) || came != (inbox.Erased{}) {
			t.Errorf("the second time %+v, %+v", sent, came)
		}
		b.check(theirs.ID, queue.StatusQueued)
		if calls, _, err := b.in.Calls(t.Context(), inbox.Filter{}, "", 0); err != nil || len(calls) != 1 || len(b.inbox()) != 1 {
			t.Errorf("of the other number: %d calls, %d texts, %v", len(calls), len(b.inbox()), err)
		}
		forbidden, err := store.View(t.Context(), b.store, func(r store.Reader) (bool, error) {
			return suppression.Forbids(r, wish.Number, wish.Purpose)
		})
		if err != nil || !forbidden {
			t.Errorf("the wish not to be written to is gone, %v", err)
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
		b.erase(patient, nil, nil)
		b.receive(raw)
		b.wantTexts()
		again, replayed, err := b.Enqueue(t.Context(), caller, []queue.Draft{draft(t)})
		if err != nil || !replayed || again[0].Message.ID != first[0].Message.ID {
			t.Errorf("%+v, replayed %v, %v", again, replayed, err)
		}
		b.none()
	})
}
