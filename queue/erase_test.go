package queue_test

import (
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/queue"
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
