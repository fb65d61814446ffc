// Package storetest is the suite every backend of package store passes.
//
// It tests the contract and nothing else: what a backend promises beyond it,
// such as surviving a crash, is tested where that backend lives.
package storetest

import (
	"testing"

	"goniec/store"
)

// Run runs the suite. open returns a new and empty store each time; the suite
// closes it.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(t *testing.T, s store.Store)
	}{
		{"get, put, delete", testGetPutDelete},
		{"values are copied", testValuesAreCopied},
		{"odd keys and values", testOddKeysAndValues},
		{"keys no backend takes", testRefusedKeys},
		{"scan bounds", testScanBounds},
		{"scan own changes", testScanOwnChanges},
		{"like a sorted map", testModel},
		{"error rolls back", testErrorRollsBack},
		{"panic rolls back", testPanicRollsBack},
		{"ended goroutine rolls back", testGoexitRollsBack},
		{"rerun gives the value of the run that counts", testRerun},
		{"transaction is over", testOver},
		{"limits", testLimits},
		{"large values", testLargeValues},
		{"view is a snapshot", testSnapshot},
		{"uncommitted is invisible", testUncommittedInvisible},
		{"failures beside successes", testFailuresBesideSuccesses},
		{"counter is exact", testCounter},
		{"transfers keep the sum", testTransfers},
		{"context is done", testContext},
		{"each", testEach},
		{"read", testRead},
		{"copy", testCopy},
		{"walk", testWalk},
		{"walk is cut off", testWalkCut},
		{"walk within the limits", testWalkLimits},
		{"walk meets changed records", testWalkAgain},
		{"watch", testWatch},
		{"watch ends", testWatchEnds},
		{"lock", testLock},
		{"lock is lost on close", testLockClose},
		{"close", testClose},
		{"close waits", testCloseWaits},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			c.test(t, s)
		})
	}
}

// put writes pairs of key and value in one transaction.
func put(t *testing.T, s store.Store, pairs ...string) {
	t.Helper()
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Put(pairs[i], []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("put %q: %v", pairs, err)
	}
}

// dump returns all pairs as "key=value", in order.
func dump(t *testing.T, s store.Store) []string {
	t.Helper()
	all, err := store.View(t.Context(), s, func(r store.Reader) ([]string, error) {
		pairs, err := r.Scan("", "", 0)
		return format(pairs), err
	})
	if err != nil {
		t.Fatalf("scan everything: %v", err)
	}
	return all
}

func format(pairs []store.Pair) []string {
	lines := make([]string, 0, len(pairs))
	for _, p := range pairs {
		lines = append(lines, p.Key+"="+string(p.Value))
	}
	return lines
}
