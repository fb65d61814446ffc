package gateway

import (
	"sync"
	"time"
)

// patience is how long a message is left to a modem that has been idle longer. After that
// another modem takes the message.
const patience = shortest

// turns gives a message that any modem may send to the modem that has been idle longest. No
// modem waits for a busy one, so under load each sends as fast as it can.
type turns struct {
	mu        sync.Mutex           // guards what follows
	idleSince map[string]time.Time // by modem; holds only modems that may send and have nothing to send
	waitSince map[string]time.Time // by modem; when the modem began to leave messages to others
}

func newTurns() *turns {
	return &turns{idleSince: map[string]time.Time{}, waitSince: map[string]time.Time{}}
}

// defers says whether the modem called name leaves messages for any modem to one that has been
// idle longer. A modem that takes nothing within patience counts as busy until its next claim.
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

// markIdle records that a modem that may send has found nothing to send. due says whether a
// message is due that the modem leaves to another.
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

// markBusy records that a modem sends a part or may not send now.
func (t *turns) markBusy(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.idleSince, name)
	delete(t.waitSince, name)
}
