package gateway

import (
	"fmt"

	"goniec/modem"
)

// Trace returns what is known of the modem called name and the lines of its
// dialogue, masked, oldest first. The error is ErrUnknownModem.
func (g *Gateway) Trace(name string) (modem.Info, []modem.TraceLine, error) {
	w := g.worker(name)
	if w == nil {
		return modem.Info{}, nil, fmt.Errorf("trace modem %s: %w", name, ErrUnknownModem)
	}
	return w.modem.Info(), w.modem.Transcript(false), nil
}
