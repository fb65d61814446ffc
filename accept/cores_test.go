package accept

import (
	"sync/atomic"
	"testing"
)

// Each item is done once, and a panic comes out where it can be recovered.
func TestOnAllCores(t *testing.T) {
	t.Parallel()
	for _, count := range []int{0, 1, aloneUpTo, aloneUpTo + 1, 1000} {
		done := make([]atomic.Int32, count)
		OnAllCores(count, func(i int) { done[i].Add(1) })
		for i := range done {
			if n := done[i].Load(); n != 1 {
				t.Errorf("item %d of %d was done %d times", i, count, n)
			}
		}
	}
	defer func() {
		if p := recover(); p != "bug" {
			t.Errorf("recovered %v, want the panic of an item", p)
		}
	}()
	OnAllCores(1000, func(i int) {
		if i == 999 {
			panic("bug")
		}
	})
}
