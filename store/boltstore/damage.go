package boltstore

import (
	"fmt"
	"runtime/debug"
)

// catchDamage runs a step that reads pages of a file. A page that cannot be one makes
// bbolt panic; and as the file is read through a memory map, what is missing at its
// end, or a sector that cannot be read, shows as a fault. Both become ErrDamaged.
func catchDamage(step func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	return step()
}
