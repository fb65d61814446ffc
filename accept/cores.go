package accept

import (
	"runtime"
	"sync"
)

// aloneUpTo is the count of items that the goroutine of the caller processes alone.
const aloneUpTo = 50

// OnAllCores calls do for each of count items, distributed over the cores, and returns
// when all calls have returned. The items must be independent. A panic of do is raised
// in the goroutine of the caller.
func OnAllCores(count int, do func(i int)) {
	if count <= aloneUpTo {
		for i := range count {
			do(i)
		}
		return
	}
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
