package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/api/consent"
	"goniec/configs"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/suppression"
)

// erasable is an assembly without modems, for texts to one patient.
type erasable struct {
	*assembly
	t       *testing.T
	patient pdu.Address
	log     *bytes.Buffer // to be read when everybody waits
}

// inErasable runs a test on an app in memory.
func inErasable(t *testing.T, test func(t *testing.T, e *erasable)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a, log := appInMemory(configs.Default(), &Machine{}), &bytes.Buffer{}
		a.log = slog.New(slog.NewTextHandler(log, nil))
		a.life, a.end = context.WithCancel(ctx)
		if _, err := a.startAssembly(ctx); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := a.Stop(context.WithoutCancel(ctx)); err != nil {
				t.Error(err)
			}
		}()
		patient, err := pdu.ParseAddress("+48600100200")
		if err != nil {
			t.Error(err)
			return
		}
		test(t, &erasable{a.current.Load(), t, patient, log})
	})
}

// put enqueues a text that quiet hours do not hold.
func (e *erasable) put() {
	e.t.Helper()
	results, _, err := e.queue.Enqueue(e.t.Context(), queue.Caller{Token: "his"}, []queue.Draft{{To: e.patient, Text: "Wizyta", Priority: queue.High}})
	if err != nil || results[0].Err != nil {
		e.t.Errorf("%v, %v", err, results)
	}
}

func TestEraseWaitsForAModem(t *testing.T) {
	inErasable(t, func(t *testing.T, e *erasable) {
		ctx := t.Context()
		e.put()
		s, ok, err := e.queue.Claim(ctx, queue.Worker{Modem: "sim-a", SIM: "260010000000001"})
		if err != nil || !ok {
			t.Error(ok, err)
			return
		}
		e.put()
		asked := consent.Erasing{Number: e.patient, By: "admin"}
		if _, err := e.erase(ctx, asked); !errors.Is(err, consent.ErrNumberBusy) {
			t.Errorf("while a modem has a text in hand: %v", err)
		}
		go func() {
			pause(ctx, 2*time.Second, nil)
			if _, _, err := e.queue.Record(ctx, s, queue.Outcome{Kind: queue.Accepted, MR: 1}, false); err != nil {
				t.Error(err)
			}
		}()
		proof, err := e.erase(ctx, asked)
		if err != nil || proof.Messages != 1 || proof.By != "admin" || proof.Overwritten == 0 || proof.ID == "" {
			t.Errorf("proof %+v, %v", proof, err)
		}
	})
}

func TestEraseKeepsWishes(t *testing.T) {
	inErasable(t, func(t *testing.T, e *erasable) {
		ctx := t.Context()
		for _, purpose := range []suppression.Purpose{suppression.Marketing, suppression.Information} {
			if _, _, err := e.suppressions.Add(ctx, suppression.Suppression{Number: e.patient, Purpose: purpose}); err != nil {
				t.Error(err)
			}
		}
		if proof, err := e.erase(ctx, consent.Erasing{Number: e.patient}); err != nil || proof.Kept != 2 {
			t.Errorf("proof %+v, %v", proof, err)
		}
		if proof, err := e.erase(ctx, consent.Erasing{Number: e.patient, Suppressions: true}); err != nil || proof.Kept != 0 {
			t.Errorf("proof %+v, %v", proof, err)
		}
		left, _, err := e.suppressions.Page(ctx, suppression.Filter{}, "", 0)
		if err != nil || len(left) != 0 {
			t.Errorf("left %+v, %v", left, err)
		}
	})
}

// An erasure that takes long tells how far it is, and a short one does not.
func TestEraseTellsHowFarItIs(t *testing.T) {
	inErasable(t, func(t *testing.T, e *erasable) {
		for _, test := range []struct {
			seconds int64
			told    []string
		}{{3, nil}, {25, []string{"bytes=10 of=25", "bytes=20 of=25"}}} {
			e.app.scrubber = &countedScrubs{turns: test.seconds}
			if _, err := e.erase(t.Context(), consent.Erasing{Number: e.patient}); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			log := e.log.String()
			if got := strings.Count(log, "still being erased"); got != len(test.told) {
				t.Errorf("told %d times in %d s", got, test.seconds)
			}
			for _, line := range test.told {
				if !strings.Contains(log, line) {
					t.Errorf("the log lacks %q:\n%s", line, log)
				}
			}
		}
	})
}

// Without the file overwritten there is no proof.
func TestEraseNeedsTheFile(t *testing.T) {
	inErasable(t, func(t *testing.T, e *erasable) {
		for _, test := range []struct{ cause, want error }{
			{context.DeadlineExceeded, consent.ErrNumberBusy}, {store.ErrClosed, store.ErrClosed},
		} {
			e.app.scrubber = &countedScrubs{err: test.cause}
			if _, err := e.erase(t.Context(), consent.Erasing{Number: e.patient}); !errors.Is(err, test.want) {
				t.Errorf("after %v: %v", test.cause, err)
			}
		}
		if proofs, _, err := e.queue.Erasures(t.Context(), "", 0); err != nil || len(proofs) != 0 {
			t.Errorf("proofs %+v, %v", proofs, err)
		}
	})
}
