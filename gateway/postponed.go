package gateway

import "slices"

// maxPostponed bounds the messages that are remembered; further ones are retried at their own
// time.
const maxPostponed = 200

// postponed holds the messages that wait because the network failed on one SIM. A part sent by
// the same SIM afterwards shows that the network is back.
type postponed struct {
	sim     string
	waiting []string // messages that have failed since a part was sent last
	// retried are messages that were made due because the network was back. If such a message
	// fails again while others are sent, it waits for its own time. If another message fails
	// as well, the cause was the network once more.
	retried []string
}

// add records that the network has failed a message on sim.
func (p *postponed) add(sim, id string) {
	if p.sim != sim {
		*p = postponed{sim: sim}
	}
	if !slices.Contains(p.waiting, id) && len(p.waiting) < maxPostponed {
		p.waiting = append(p.waiting, id)
	}
}

// markSent records that sim has sent a part of message id, and returns the messages to retry
// now.
func (p *postponed) markSent(sim, id string) (due []string) {
	p.waiting, p.retried = without(p.waiting, id), without(p.retried, id)
	if p.sim != sim || !slices.ContainsFunc(p.waiting, func(id string) bool { return !slices.Contains(p.retried, id) }) {
		p.waiting = nil
		return nil
	}
	due, p.waiting = p.waiting, nil
	for _, id := range due {
		p.retried = append(without(p.retried, id), id)
	}
	p.retried = p.retried[max(0, len(p.retried)-maxPostponed):]
	return due
}

func without(ids []string, id string) []string {
	return slices.DeleteFunc(ids, func(other string) bool { return other == id })
}
