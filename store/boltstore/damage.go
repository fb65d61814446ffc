package boltstore

import (
	"fmt"
	"runtime/debug"
)

// catchDamage runs a step that reads pages of a file. bbolt panics on an impossible
// page, and reading a truncated map or an unreadable sector faults; both become
// ErrDamaged.
func catchDamage(step func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	return step()
}
