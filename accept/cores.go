package accept

import (
	"runtime"
	"sync"
)

// aloneUpTo is how many items one goroutine does before others help.
const aloneUpTo = 50

// OnAllCores calls do for each of count items, a share of them on each core, and
// returns when all are done. The items must not depend on one another. If do
// panics, so does OnAllCores, in the goroutine of its caller.
func OnAllCores(count int, do func(i int)) {
	share := max(aloneUpTo, (count+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	shares := (count + share - 1) / share
	panics := make([]any, shares)
	var group sync.WaitGroup
	for k := range shares {
		group.Go(func() {
			defer func() { panics[k] = recover() }()
			for i := k * share; i < min(count, (k+1)*share); i++ {
				do(i)
			}
		})
	}
	group.Wait()
	for _, p := range panics {
		if p != nil {
			panic(p)
		}
	}
}
