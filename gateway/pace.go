package gateway

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"goniec/store"
)

// Pace limits the parts that leave by a modem; 0 means no limit. Messages are held back, not
// parts: a message that has begun is sent whole, even beyond the limit, and the next message
// waits longer.
type Pace struct {
	PerMinute int // in any 60 seconds
	PerDay    int // in a day of Config.Location
	PerMonth  int // in a month of Config.Location
}

// unlimited says whether p sets no limit.
func (p Pace) unlimited() bool { return p == Pace{} }

// paceReserve is how many parts are reserved at most by one write, so that counting does not
// cost a commit for each part.
const paceReserve = 16

// pacer counts the parts that leave by one modem. The stored count is never less than the true
// one: parts are reserved before they leave. A crash loses the unused part of a reservation, a
// stop does not.
type pacer struct {
	store    store.Store
	key      string // pace/<modem>
	location *time.Location

	mu       sync.Mutex // guards what follows
	limit    Pace
	loaded   bool
	used     paceRecord  // parts that have left
	reserved paceRecord  // as stored
	recent   []time.Time // times of the parts that left in the last minute, in order
}

// paceRecord is the stored form. Counts of a past day or month count as zero.
type paceRecord struct {
	Day     string `json:"day"`   // 2006-01-02
	InDay   int    `json:"d"`     // parts in Day
	Month   string `json:"month"` // 2006-01
	InMonth int    `json:"m"`
	// Recent is how many parts left, or were reserved, in the minute before At.
	Recent int       `json:"recent"`
	At     time.Time `json:"at"`
	// Open says that reserved parts may have left after At.
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

// load reads the stored count once. Without a limit nothing is read or counted.
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
	record, err := store.LoadJSON[paceRecord](ctx, p.store, p.key)
	if err != nil {
		return err
	}
	last := record.At
	if now := time.Now(); record.Open || last.After(now) {
		last = now // the times are unknown, or a wrong clock wrote them
	}
	p.recent = slices.Repeat([]time.Time{last}, record.Recent)
	record.Recent, record.Open = 0, false
	p.used, p.reserved, p.loaded = record, record, true
	return nil
}

// startPeriods sets the counts to zero when a new day or month has begun, and drops parts that
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
	p.recent = slices.DeleteFunc(p.recent, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
}

// allowedAt returns when the next message may begin and, in English, what it waits for; both
// are empty if the message may begin now.
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
		// The limit holds again once this part is a minute old.
		return p.recent[len(p.recent)-p.limit.PerMinute].Add(time.Minute), "as many parts as allowed have left in the last minute"
	default:
		return time.Time{}, ""
	}
}

// covered says whether one more part is already reserved, or no limit applies.
func (p *pacer) covered(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limit.unlimited() {
		return true
	}
	p.startPeriods(now)
	return p.reserved.Open && p.used.InDay < p.reserved.InDay && p.used.InMonth < p.reserved.InMonth
}

// reserve stores some more parts as having left.
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

// ahead returns how many parts to reserve: fewer for small limits, so that a crash does not
// use up a large share. The caller holds mu.
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

// count records that a part has left.
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

// returnUnused stores the true count when the modem stops.
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
