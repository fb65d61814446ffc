// Package consent is the resource of the API for the rights of recipients: not to be
// written to, and to be erased.
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

// Resource holds the dependencies of the operations.
type Resource struct {
	Suppressions *suppression.List
	Erasures     Erasures
	Erase        Erase
	Numbers      accept.Numbers
	Log          *slog.Logger
}

// Erasures stores the proofs of erasures; implemented by queue.Queue.
type Erasures interface {
	Erasures(ctx context.Context, after string, limit int) ([]queue.Erasure, string, error)
}

// Erase erases all data about a number and returns the proof. The error is
// ErrNumberBusy or that of the store.
type Erase func(ctx context.Context, e Erasing) (queue.Erasure, error)

// Erasing is the argument of Erase.
type Erasing struct {
	Number       pdu.Address
	By           string // the requester
	Suppressions bool   // erase suppressions as well
}

// ErrNumberBusy says that a number cannot be erased now: a modem sends to it, new texts
// keep coming, or a backup is being read.
var ErrNumberBusy = errors.New("number is in use")

// Register adds the operations to s.
func (res Resource) Register(s *rest.Server) {
	res.registerSuppressions(s)
	res.registerErasures(s)
}
