package gateway

import (
	"cmp"
	"sync"
	"time"
)

// patience is how long a message is left to another modem whose turn it is before
// this one takes it.
const patience = shortest

// scales weigh what the modems have sent. Among those with nothing to do, whoever
// has sent the least for its weight goes first. A modem at work is never waited
// for, so under load each sends as fast as it can.
//
// They work like a fair queue turned round: each modem has a time of its own that
// its parts move on, by less the greater its weight, and the common time is that of
// the modem that began last. A modem that was away or slow is not behind the common
// time, so that it is not flooded when it returns.
type scales struct {
	mu   sync.Mutex // guards what follows
	now  float64
	pans map[string]*pan
}

// pan is one modem.
type pan struct {
	order  int // in the configuration
	weight float64
	time   float64
	idle   bool      // it has nothing to do and may send
	since  time.Time // since when it leaves a message to another; zero: it does not
}

func newScales() *scales { return &scales{pans: map[string]*pan{}} }

// set takes over the weights. What has been sent stays weighed.
func (s *scales) set(modems []ModemConfig) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pans := map[string]*pan{}
	for i, c := range modems {
		p := s.pans[c.Name]
		if p == nil {
			p = &pan{}
		}
		p.order, p.weight = i, float64(max(c.Weight, 1))
		pans[c.Name] = p
	}
	s.pans = pans
}

// before says whether it is the turn of a rather than that of b.
func (s *scales) before(a, b *pan) bool {
	return cmp.Or(
		cmp.Compare(max(a.time, s.now), max(b.time, s.now)),
		cmp.Compare(a.time, b.time),
		cmp.Compare(a.order, b.order),
	) < 0
}

// yields says whether a modem should leave what anybody may send to another with
// nothing to do. If none of those has taken it within patience they are busy with
// something, and are not counted on until they have looked again.
func (s *scales) yields(name string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	mine := s.pans[name]
	if mine == nil {
		return false
	}
	late := !mine.since.IsZero() && now.Sub(mine.since) >= patience
	yields := false
	for _, p := range s.pans {
		if p == mine || !p.idle || !s.before(p, mine) {
			continue
		}
		if late {
			p.idle = false
		} else {
			yields = true
		}
	}
	if yields && mine.since.IsZero() {
		mine.since = now
	}
	return yields
}

// rests notes that a modem that may send has found nothing for it. due says whether
// there is something that it has left to others.
func (s *scales) rests(name string, due bool) {
	s.change(name, func(p *pan) {
		p.idle = true
		if !due {
			p.since = time.Time{}
		}
	})
}

// away notes that a modem may not send, or is closed.
func (s *scales) away(name string) {
	s.change(name, func(p *pan) { p.idle, p.since = false, time.Time{} })
}

// sends notes that a modem sends a part.
func (s *scales) sends(name string) {
	s.change(name, func(p *pan) {
		p.idle, p.since = false, time.Time{}
		begin := max(p.time, s.now)
		p.time = begin + 1/p.weight
		s.now = begin
	})
}

func (s *scales) change(name string, do func(*pan)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.pans[name]; p != nil {
		do(p)
	}
}
