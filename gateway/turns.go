package gateway

import (
	"sync"
	"time"
)

// patience is how long a message is left to a modem that has been idle for longer
// before another takes it all the same.
const patience = shortest

// turns lets the modem that has been idle longest take what any modem may send. A
// modem at work is never waited for, so under load each sends as fast as it can.
type turns struct {
	mu        sync.Mutex           // guards what follows
	idleSince map[string]time.Time // by modem; only those that may send and have nothing to do
	waitSince map[string]time.Time // by modem that leaves something to another
}

func newTurns() *turns {
	return &turns{idleSince: map[string]time.Time{}, waitSince: map[string]time.Time{}}
}

// defers says whether a modem leaves what any may send to one that has been idle
// for longer. Whoever has not taken that within patience is busy with something,
// and is not waited for again before it has looked into the queue.
func (t *turns) defers(name string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine, idle := t.idleSince[name]
	if !idle {
		mine = now
	}
	began, waits := t.waitSince[name]
	late := waits && now.Sub(began) >= patience
	defers := false
	for other, since := range t.idleSince {
		switch {
		case !since.Before(mine):
		case late:
			delete(t.idleSince, other)
		default:
			defers = true
		}
	}
	if defers && !waits {
		t.waitSince[name] = now
	}
	return defers
}

// markIdle notes that a modem that may send has found nothing to send. due says whether
// something is due that the modem leaves to another.
func (t *turns) markIdle(name string, due bool, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, idle := t.idleSince[name]; !idle {
		t.idleSince[name] = now
	}
	if !due {
		delete(t.waitSince, name)
	}
}

// markBusy notes that a modem sends a part, or may send nothing for now.
func (t *turns) markBusy(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.idleSince, name)
	delete(t.waitSince, name)
}
