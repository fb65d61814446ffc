// Package consent is the resource of the API for what people have a right to: not
// to be written to, and to be forgotten.
package consent

import (
	"context"
	"errors"
	"log/slog"

	"goniec/accept"
	"goniec/api/rest"
	"goniec/pdu"
	"goniec/queue"
	"goniec/suppression"
)

// Resource is what the operations need.
type Resource struct {
	Suppressions *suppression.List
	Erasures     Erasures
	Erase        Erase
	Numbers      accept.Numbers
	Log          *slog.Logger
}

// Erasures keeps the proofs of erasures, as queue.Queue does.
type Erasures interface {
	Erasures(ctx context.Context, after string, limit int) ([]queue.Erasure, string, error)
}

// Erase erases everything about a number and returns the proof. Its error is
// ErrNumberBusy or that of the store.
type Erase func(ctx context.Context, e Erasing) (queue.Erasure, error)

// Erasing is what Erase is asked to do.
type Erasing struct {
	Number       pdu.Address
	By           string // who asks
	Suppressions bool   // erase those as well
}

// ErrNumberBusy says that a number cannot be erased at this moment: a modem sends to it,
// or new texts keep coming, or a backup is being read.
var ErrNumberBusy = errors.New("number is in use")

// Register adds the operations to s.
func (res Resource) Register(s *rest.Server) {
	res.registerSuppressions(s)
	res.registerErasures(s)
}
