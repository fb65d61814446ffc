// Package inbox keeps received texts, missed calls, and PDUs that cannot be decoded.
//
// A PDU that Receive has taken is on disk, so that the copy in the modem may be deleted. A
// PDU that is received again changes nothing. The parts of a text wait in the store for
// the missing parts; Tend delivers a text without a part that does not come. Receive gives
// delivery reports to package queue. MissedCall enqueues the text in answer to a call, in
// the transaction that writes the call.
package inbox

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"goniec/event"
	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// Config is what New needs. Store, Events and Queue are required.
type Config struct {
	Store      store.Store
	Events     *event.Log
	Queue      *queue.Queue // for delivery reports, answers to calls, and the clock
	Numbering  number.Numbering
	Location   *time.Location // time zone of the days of calls; default UTC
	Contacts   Contacts       // nil: contacts are not noted
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics
}

// Contacts keeps which SIM a number is in contact with.
type Contacts interface {
	// Heard notes that from has written to or called the SIM of w, in the transaction that
	// writes the text or the call. Its error is that of the store.
	Heard(tx store.Tx, from pdu.Address, w queue.Worker, at time.Time) error
}

// Inbox keeps received texts and calls in a store. It is safe for concurrent use.
type Inbox struct {
	config   Config
	store    store.Store
	events   *event.Log
	ids      store.IDs
	arrivals *prometheus.CounterVec // by kind
}

// New returns the inbox in a store. Its error names the field of c that is wrong.
func New(c Config) (*Inbox, error) {
	if c.Store == nil || c.Events == nil || c.Queue == nil {
		return nil, errors.New("inbox: Store, Events and Queue are needed")
	}
	if err := c.Numbering.Validate(); err != nil {
		return nil, fmt.Errorf("inbox: Numbering: %w", err)
	}
	c.Location, c.Logger = cmp.Or(c.Location, time.UTC), cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	arrivals := promauto.With(c.Registerer).NewCounterVec(prometheus.CounterOpts{
		Name: "goniec_queue_received_total", Help: "Received PDUs, by what they were.",
	}, []string{"kind"})
	return &Inbox{config: c, store: c.Store, events: c.Events, arrivals: arrivals}, nil
}

// noteContact tells Contacts that from has written to or called w.
func (b *Inbox) noteContact(tx store.Tx, from pdu.Address, w queue.Worker, at time.Time) error {
	if b.config.Contacts == nil || from.Number == "" || from.IsAlphanumeric() {
		return nil
	}
	// Some networks write numbers of their country without the country code.
	if a, _, err := b.config.Numbering.Parse(from.String()); err == nil {
		from = a
	}
	return b.config.Contacts.Heard(tx, from, w, at)
}
