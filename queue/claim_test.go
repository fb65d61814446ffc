package queue_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/queue"
	"goniec/store"
	"goniec/store/memstore"
	"goniec/suppression"
)

func TestClaimOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		put := func(name string, p queue.Priority, adjust ...func(*queue.Draft)) {
			b.put(append(adjust, func(d *queue.Draft) { d.Reference, d.Priority = name, p })...)
			wait(t.Context(), time.Second)
		}
		put("low", queue.Low)
		put("normal 1", queue.Normal)
		put("normal staff", queue.Normal, func(d *queue.Draft) { d.Purpose = suppression.Staff })
		put("normal 2", "")
		put("later", queue.High, func(d *queue.Draft) { d.SendAt = time.Now().Add(time.Hour) })
		put("other modem", queue.High, func(d *queue.Draft) { d.Modem = "sim-b" })
		put("this modem", queue.Normal, func(d *queue.Draft) { d.Modem = "sim-a" })
		put("high 1", queue.High)
		put("high 2", queue.High)
		var got []string
		for {
			s, ok, err := b.Claim(t.Context(), worker(0))
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			got = append(got, s.Message.Reference)
			b.record(s, accepted(byte(len(got))))
		}
		want := []string{"high 1", "high 2", "normal 1", "normal staff", "normal 2", "this modem", "low"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if s := b.claimBy(worker(1)); s.Message.Reference != "other modem" {
			t.Errorf("worker of the other modem got %q", s.Message.Reference)
		}
		queue.CheckInvariants(t, b.store)
	})
}

func TestClaimIsOnDiskWhenItReturns(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	m := b.put()
	s := b.claim()
	if s.Text != m.Text || s.To != m.To || s.Concatenation != nil || s.PossibleDuplicate || !s.ExpiresAt.Equal(m.ExpiresAt) {
		t.Errorf("submission %+v", s)
	}
	got := b.check(m.ID, queue.StatusSending)
	if len(got.Attempts) != 1 || got.Attempts[0].Modem != "sim-a" || got.Attempts[0].SIM != worker(0).SIM || got.Attempts[0].At.IsZero() {
		t.Errorf("attempts %+v", got.Attempts)
	}
	b.none()
	if _, ok, err := b.Claim(t.Context(), worker(1)); err != nil || ok {
		t.Errorf("another worker claims it as well: %v, %v", ok, err)
	}
}

func TestPartsOfAMessageStickToTheFirstSIM(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	m := b.put(long)
	s, ok := b.record(b.claim(), accepted(1))
	if !ok {
		t.Fatal("the second part is not handed over")
	}
	b.record(s, queue.Outcome{Kind: queue.NotSent})
	b.check(m.ID, queue.StatusSending)
	if _, ok, err := b.Claim(t.Context(), worker(1)); err != nil || ok {
		t.Fatalf("another SIM claims the second part: %v, %v", ok, err)
	}
	moved := queue.Worker{Modem: "sim-z", SIM: worker(0).SIM} // the card has been put into another modem
	if s := b.claimBy(moved); s.Part != 1 {
		t.Errorf("claimed part %d", s.Part)
	}
}

func TestMessageGivenBackMayGoByAnotherSIM(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	m := b.put(long)
	b.record(b.claim(), queue.Outcome{Kind: queue.NotSent, Code: "modem_lost"})
	got := b.check(m.ID, queue.StatusQueued)
	if got.Parts[0].Failures != 0 {
		t.Error("giving it back has cost an attempt")
	}
	if s := b.claimBy(worker(1)); s.Message.ID != m.ID || s.Part != 0 {
		t.Errorf("claimed part %d", s.Part)
	}
}

func TestExpiredMessageIsNotClaimed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		var stale []queue.Message
		for range 100 { // more than one transaction deals with
			stale = append(stale, b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(time.Hour) }))
		}
		fresh := b.put()
		wait(t.Context(), time.Hour)
		if s := b.claim(); s.Message.ID != fresh.ID {
			t.Errorf("claimed a message that had expired")
		}
		for _, m := range stale {
			if got := b.check(m.ID, queue.StatusExpired); got.Error.Code != queue.CodeExpired {
				t.Fatalf("error %+v", got.Error)
			}
		}
	})
}

// Tend drops it, too, so that somebody learns of it when no modem works.
func TestExpiredMessageIsDroppedByTend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		m := b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(time.Hour) })
		b.pass(time.Hour - time.Second)
		b.check(m.ID, queue.StatusQueued)
		b.pass(time.Second)
		b.check(m.ID, queue.StatusExpired)
		b.none()
	})
}

// What cannot be read is left where it is and holds nobody up.
func TestDamagedRecordDoesNotBlockTheQueue(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	damaged, gone, good := b.put(), b.put(), b.put()
	err := b.store.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.Delete("m/" + gone.ID); err != nil {
			return err
		}
		return tx.Put("m/"+damaged.ID, []byte(`{"to":"+48600100200","at":`))
	})
	if err != nil {
		t.Fatal(err)
	}
	if s := b.claim(); s.Message.ID != good.ID {
		t.Errorf("claimed %s", s.Message.ID)
	}
	if _, err := b.Tend(t.Context()); err != nil {
		t.Errorf("tend: %v", err)
	}
	b.none()
}

// counting counts what a transaction reads.
type counting struct {
	store.Store
	pairs *int
}

type countingTx struct {
	store.Tx
	pairs *int
}

func (c counting) Update(ctx context.Context, fn func(store.Tx) error) error {
	return c.Store.Update(ctx, func(tx store.Tx) error { return fn(countingTx{tx, c.pairs}) })
}

func (c countingTx) Scan(from, to string, limit int) ([]store.Pair, error) {
	pairs, err := c.Tx.Scan(from, to, limit)
	*c.pairs += len(pairs)
	return pairs, err
}

// What Claim and Record read does not grow with the messages that wait or are done.
func TestClaimReadsTheSameWithManyWaiting(t *testing.T) {
	t.Parallel()
	reads := map[int]int{}
	for _, waiting := range []int{10, 1000} {
		var pairs int
		b := newBoxOn(t, counting{memstore.New(), &pairs})
		if _, _, err := b.Enqueue(t.Context(), queue.Caller{}, drafts(t, waiting)); err != nil {
			t.Fatal(err)
		}
		for i := range waiting / 2 {
			b.record(b.claim(), accepted(byte(i)))
		}
		pairs = 0
		b.record(b.claim(), accepted(1))
		reads[waiting] = pairs
	}
	if reads[10] != reads[1000] {
		t.Errorf("pairs read: %v", reads)
	}
}

func TestRecordClaimsTheNextMessage(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	first, second := b.put(), b.put(long)
	s := b.claim()
	next, ok, err := b.Record(t.Context(), s, accepted(1), true)
	if err != nil || !ok || next.Message.ID != second.ID || next.Part != 0 {
		t.Fatalf("handed over part %d, %v, %v", next.Part, ok, err)
	}
	b.check(first.ID, queue.StatusSent)
	b.check(second.ID, queue.StatusSending)
	third := b.put(func(d *queue.Draft) { d.Priority = queue.High })
	next, ok, err = b.Record(t.Context(), next, accepted(2), true)
	if err != nil || !ok || next.Message.ID != second.ID || next.Part != 1 {
		t.Fatalf("a message is interrupted: part %d, %v, %v", next.Part, ok, err)
	}
	next, _, err = b.Record(t.Context(), next, queue.Outcome{Kind: queue.Refused, Code: "cms_1"}, true)
	if err != nil || next.Message.ID != third.ID {
		t.Fatalf("after a failure: %v, %v", next.Message.ID, err)
	}
	got := b.check(second.ID, queue.StatusFailed)
	want := []queue.PartStatus{queue.PartSent, queue.PartFailed, queue.PartCancelled}
	if !slices.Equal(statuses(got), want) {
		t.Errorf("parts %v, want %v", statuses(got), want)
	}
}

func TestNamesWithSlashesStayApart(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	m := b.put(func(d *queue.Draft) { d.Modem = "a/b" })
	if _, ok, err := b.Claim(t.Context(), queue.Worker{Modem: "a", SIM: "b/1"}); err != nil || ok {
		t.Fatalf("claimed by another modem: %v, %v", ok, err)
	}
	w := queue.Worker{Modem: "a/b", SIM: "1/2/3"}
	s := b.claimBy(w)
	b.record(s, accepted(9))
	b.reportFor(w, address(t, patient), 9, 0)
	b.check(m.ID, queue.StatusDelivered)
}

func TestWakeTellsOfNewWork(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	wake := b.Wake(ctx)
	b.put()
	select {
	case <-wake:
	case <-t.Context().Done():
		t.Fatal("no wake-up")
	}
}

// An id sorts behind those made before it, also at one moment of a clock that
// stands still, and its keys can be read back.
func TestMessagesOfOneMomentKeepTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		for i := range 50 {
			b.put(func(d *queue.Draft) { d.Reference = fmt.Sprint(i) })
		}
		var got []string
		for range 50 {
			s := b.claim()
			got = append(got, s.Message.Reference)
			b.record(s, accepted(1))
		}
		for i, reference := range got {
			if reference != fmt.Sprint(i) {
				t.Fatalf("order %s", strings.Join(got, " "))
			}
		}
	})
}
