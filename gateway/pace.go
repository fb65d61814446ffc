package gateway

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"goniec/store"
)

// Pace is how many parts may leave by a modem. 0 means no limit. It holds back
// messages, not parts: one that has begun goes out whole, even if its last
// parts are beyond the limit, and the next one waits the longer for it.
type Pace struct {
	PerMinute int // in any 60 seconds
	PerDay    int // in a day of Config.Location
	PerMonth  int // in a month of Config.Location
}

// unlimited says whether p holds nothing back.
func (p Pace) unlimited() bool { return p == Pace{} }

// paceReserve is how many parts are written down ahead at most, so that
// counting does not cost each part a commit of its own.
const paceReserve = 16

// pacer counts the parts that left by one modem. What it has stored is never
// less than what has left: a number of parts is reserved before they do, and
// what was reserved and not used is lost by a crash, but not by a stop.
type pacer struct {
	store    store.Store
	key      string // pace/<modem>
	location *time.Location

	mu       sync.Mutex // guards what follows
	limit    Pace
	loaded   bool
	used     paceRecord  // what has left
	reserved paceRecord  // what is stored
	recent   []time.Time // of the parts that left in the last minute, in order
}

// paceRecord is the stored form. A day or month other than the present one
// counts as none.
type paceRecord struct {
	Day     string `json:"day"`   // 2006-01-02
	InDay   int    `json:"d"`     // parts in it
	Month   string `json:"month"` // 2006-01
	InMonth int    `json:"m"`
	// Recent is how many of them left, or were going to, in the minute
	// before At.
	Recent int       `json:"recent"`
	At     time.Time `json:"at"`
	// Open says that parts may have left after At.
	Open bool `json:"open,omitempty"`
}

func newPacer(s store.Store, modem string, limit Pace, location *time.Location) *pacer {
	return &pacer{store: s, key: "pace/" + modem, limit: limit, location: location}
}

// setLimit changes the limits while the modem runs.
func (p *pacer) setLimit(limit Pace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limit = limit
}

// load reads what has left before the start, once. Nothing is counted, and
// nothing loaded, as long as there is no limit.
func (p *pacer) load(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.read(ctx)
}

// read is load. The caller holds mu.
func (p *pacer) read(ctx context.Context) error {
	if p.loaded || p.limit.unlimited() {
		return nil
	}
	record, err := store.View(ctx, p.store, func(r store.Reader) (paceRecord, error) {
		record, _, err := store.GetJSON[paceRecord](r, p.key)
		return record, err
	})
	if err != nil {
		return err
	}
	last := record.At
	if now := time.Now(); record.Open || last.After(now) {
		last = now // nobody knows when they left, or the clock was wrong then
	}
	p.recent = slices.Repeat([]time.Time{last}, record.Recent)
	record.Recent, record.Open = 0, false
	p.used, p.reserved, p.loaded = record, record, true
	return nil
}

// startPeriods begins a new day or month where one has begun, and forgets parts that
// left more than a minute ago. The caller holds mu.
func (p *pacer) startPeriods(now time.Time) {
	local := now.In(p.location)
	for _, r := range []*paceRecord{&p.used, &p.reserved} {
		if day := local.Format("2006-01-02"); r.Day != day {
			r.Day, r.InDay = day, 0
		}
		if month := local.Format("2006-01"); r.Month != month {
			r.Month, r.InMonth = month, 0
		}
	}
	old := 0
	for old < len(p.recent) && now.Sub(p.recent[old]) >= time.Minute {
		old++
	}
	p.recent = slices.Delete(p.recent, 0, old)
}

// allowedAt returns from when on a message may begin, and what it waits for in plain
// words; both are empty if it may begin now.
func (p *pacer) allowedAt(now time.Time) (time.Time, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limit.unlimited() {
		return time.Time{}, ""
	}
	p.startPeriods(now)
	local := now.In(p.location)
	switch {
	case p.limit.PerMonth > 0 && p.used.InMonth >= p.limit.PerMonth:
		return time.Date(local.Year(), local.Month()+1, 1, 0, 0, 0, 0, p.location), "the budget of the month is spent"
	case p.limit.PerDay > 0 && p.used.InDay >= p.limit.PerDay:
		return time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, p.location), "the budget of the day is spent"
	case p.limit.PerMinute > 0 && len(p.recent) >= p.limit.PerMinute:
		// As soon as so many have grown old that one more is within the limit.
		return p.recent[len(p.recent)-p.limit.PerMinute].Add(time.Minute), "as many parts as allowed have left in the last minute"
	default:
		return time.Time{}, ""
	}
}

// covered says whether one more part is written down already, or need not be.
func (p *pacer) covered(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limit.unlimited() {
		return true
	}
	p.startPeriods(now)
	return p.reserved.Open && p.used.InDay < p.reserved.InDay && p.used.InMonth < p.reserved.InMonth
}

// reserve writes some more parts down as having left.
func (p *pacer) reserve(ctx context.Context, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.read(ctx); err != nil {
		return err
	}
	p.startPeriods(now)
	r := p.used
	ahead := p.ahead()
	r.InDay += ahead
	r.InMonth += ahead
	r.Recent, r.At, r.Open = len(p.recent)+ahead, now, true
	return p.write(ctx, r)
}

// ahead returns how many parts to reserve: fewer for small limits, of which a
// crash should not eat a great share. The caller holds mu.
func (p *pacer) ahead() int {
	n := paceReserve
	for _, limit := range []int{p.limit.PerMinute, p.limit.PerDay, p.limit.PerMonth} {
		if limit > 0 {
			n = min(n, max(1, limit/10))
		}
	}
	return n
}

// write stores r. The caller holds mu.
func (p *pacer) write(ctx context.Context, r paceRecord) error {
	err := p.store.Update(ctx, func(tx store.Tx) error { return store.PutJSON(tx, p.key, r) })
	if err == nil {
		p.reserved = r
	}
	return err
}

// count notes that a part has left.
func (p *pacer) count(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limit.unlimited() {
		return
	}
	p.startPeriods(now)
	p.used.InDay++
	p.used.InMonth++
	p.used.At = now
	p.recent = append(p.recent, now)
}

// returnUnused gives back what was reserved and not used, when the modem stops.
func (p *pacer) returnUnused(ctx context.Context, log *slog.Logger) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reserved.Open {
		return
	}
	p.startPeriods(time.Now())
	r := p.used
	r.Recent, r.Open = len(p.recent), false
	if err := p.write(ctx, r); err != nil {
		log.Warn("count of parts could not be written; a few more than have left will count against the pace", slog.Any("err", err))
	}
}
