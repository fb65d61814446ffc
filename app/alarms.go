package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"goniec/api/client"
	"goniec/api/system"
	"goniec/clock"
	"goniec/event"
	"goniec/queue"
	"goniec/store"
)

const (
	// watchEvery is the interval of checks of the box, watchStoreEvery that of checks whether
	// a write of the gateway or the queue has failed, since then nothing is sent.
	watchEvery      = 15 * time.Second
	watchStoreEvery = time.Second
	// clockPatience is how long the clock may be unconfirmed without an alarm: a modem takes a
	// minute or two to find the network.
	clockPatience = 5 * time.Minute
	// withheldPatience is the same while messages wait that may be withheld for the clock.
	withheldPatience = 30 * time.Second
	// setAsideFor is how long an event that was set aside raises an alarm.
	setAsideFor = 30 * 24 * time.Hour
	// alarmRepeat is the time after which a lasting alarm is logged again.
	alarmRepeat = time.Hour
)

// alarms are the raised alarms of the box. Those of a modem belong to the gateway.
type alarms struct {
	log    *slog.Logger
	gauge  *prometheus.GaugeVec
	store  store.Store
	events *event.Log

	mu     sync.Mutex
	raised map[string]*raised // by code; guarded by mu
}

type raised struct {
	client.Alarm
	logged time.Time
}

func newAlarms(log *slog.Logger, s store.Store, events *event.Log, r prometheus.Registerer) *alarms {
	return &alarms{log: log, store: s, events: events, raised: map[string]*raised{}, gauge: promauto.With(r).NewGaugeVec(prometheus.GaugeOpts{
		Name: "goniec_alarm", Help: "1 while a person should look into what the code says, 0 when it is over.",
	}, []string{"code"})}
}

// list returns the raised alarms in the order of their codes.
func (a *alarms) list() []client.Alarm {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := make([]client.Alarm, 0, len(a.raised))
	for _, r := range a.raised {
		all = append(all, r.Alarm)
	}
	slices.SortFunc(all, func(x, y client.Alarm) int { return cmp.Compare(x.Code, y.Code) })
	return all
}

// has says whether the alarm with this code is raised.
func (a *alarms) has(code string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.raised[code] != nil
}

// set raises the alarms in found, which maps a code to its cause in English, and clears the
// others of codes.
func (a *alarms) set(ctx context.Context, codes []string, found map[string]string) {
	for _, code := range codes {
		if what, ok := found[code]; ok {
			a.raise(ctx, code, what)
		} else {
			a.clear(ctx, code)
		}
	}
}

func (a *alarms) raise(ctx context.Context, code, what string) {
	now := time.Now()
	a.mu.Lock()
	r, had := a.raised[code]
	if !had {
		r = &raised{Alarm: client.Alarm{Code: code, At: now}}
		a.raised[code] = r
	}
	r.Cause = what
	tell := now.Sub(r.logged) >= alarmRepeat
	if tell {
		r.logged = now
	}
	a.mu.Unlock()
	if tell {
		a.log.Error("alarm", "code", code, "what", what, "remedy", system.AlarmRemedy(code))
	}
	if !had {
		a.gauge.WithLabelValues(code).Set(1)
		a.appendEvent(ctx, AlarmChanged{Code: code})
	}
}

func (a *alarms) clear(ctx context.Context, code string) {
	a.mu.Lock()
	r, had := a.raised[code]
	delete(a.raised, code)
	a.mu.Unlock()
	if !had {
		return
	}
	a.log.Info("alarm is over", "code", code, "lasted", time.Since(r.At).Round(time.Second))
	a.gauge.WithLabelValues(code).Set(0)
	a.appendEvent(ctx, AlarmChanged{Code: code, Over: true})
}

// appendEvent appends the event of a change. A failing store is only logged, since status and
// log show the alarm as well.
func (a *alarms) appendEvent(ctx context.Context, change AlarmChanged) {
	err := a.store.Update(ctx, func(tx store.Tx) error { return a.events.Append(tx, "", change) })
	if err != nil {
		a.log.Debug("alarm could not be written to the log of events", "err", err)
	}
}

// watch runs checkAlarms until ctx is done: every watchEvery, and at once when the store fails
// or works again. It begins after the first Tend of the queue, because messages that became
// due while the daemon was off are not late.
func (s *assembly) watch(ctx context.Context) {
	if !pause(ctx, firstTend, s.afterTend) {
		return
	}
	var due time.Time
	for {
		fails := s.storeTrouble() != ""
		if now := time.Now(); !now.Before(due) || fails != s.app.alarms.has(system.AlarmStore) {
			s.checkAlarms(ctx)
			due = now.Add(watchEvery)
		}
		if !pause(ctx, watchStoreEvery, nil) {
			return
		}
	}
}

func (s *assembly) checkAlarms(ctx context.Context) {
	found := map[string]string{}
	codes := system.AlarmCodes()
	if err := s.confirmClock(ctx); err != nil && ctx.Err() == nil {
		s.app.log.Debug("cannot note what confirms the clock", "err", err)
	}
	if what := s.storeTrouble(); what != "" {
		// Other alarms cannot be checked now and stay as they are.
		found[system.AlarmStore], codes = what, []string{system.AlarmStore}
	} else if err := s.findOverdue(ctx, found); err != nil {
		if ctx.Err() == nil {
			s.app.log.Warn("cannot look for what waits too long", "err", err)
		}
		return
	} else if err := errors.Join(s.webhookTroubles(ctx, found), s.findSetAside(ctx, found)); err != nil {
		return // the store fails; the alarm of the store tells
	}
	if ctx.Err() == nil {
		s.app.alarms.set(ctx, codes, found)
	}
}

// storeTrouble returns which write to the store failed last, with the error; empty if writes
// succeed.
func (s *assembly) storeTrouble() string {
	if err := s.tendError.Load(); err != nil {
		return fmt.Sprintf("the queue cannot be looked after: %v", *err)
	}
	return s.gateway.Unwritten()
}

// findOverdue adds to found the alarms of clock and queue.
func (s *assembly) findOverdue(ctx context.Context, found map[string]string) error {
	trust, err := s.queue.Clock().Trust(ctx)
	if err != nil {
		return err
	}
	// The duration is measured here, since the clock itself is not believed.
	if trust.Believed {
		s.clockSince = time.Time{}
	} else if s.clockSince.IsZero() {
		s.clockSince = time.Now()
	}
	if !trust.Believed {
		if err := s.findUnconfirmed(ctx, trust, found); err != nil {
			return err
		}
	}
	overdue, err := s.queue.Overdue(ctx)
	if err != nil {
		return err
	}
	for _, o := range overdue {
		since := "since " + o.Since.In(s.config.Load().Location()).Format("2006-01-02 15:04:05 MST")
		switch o.For {
		case queue.WaitModem:
			found[system.AlarmWaiting] = "a message has waited for a modem " + since
		case queue.WaitTend:
			found[system.AlarmStuck] = "something should have gone on " + since + " and has not"
		case queue.WaitPerson:
			found[system.AlarmDecision] = fmt.Sprintf("%d messages wait for a decision, the oldest %s", o.Count, since)
		case queue.WaitReport:
			if o.Modem != "" {
				found[system.AlarmReports] = fmt.Sprintf("on %d of %d messages by modem %s no report has come, the oldest sent %s; half of its reports usually come within %s",
					o.Count, o.Of, o.Modem, since, o.Usual.Round(time.Second))
				continue
			}
			found[system.AlarmReports] = fmt.Sprintf("on %d of %d messages of a day no report has come, the oldest sent %s", o.Count, o.Of, since)
		}
	}
	return nil
}

// findUnconfirmed adds to found the alarm of a clock that has been unconfirmed for too long.
// The limit is shorter while messages wait, since those with a fixed time are withheld.
func (s *assembly) findUnconfirmed(ctx context.Context, trust clock.Trust, found map[string]string) error {
	counts, err := s.queue.Counts(ctx)
	if err != nil {
		return err
	}
	what, patience := "nothing confirms the clock of this machine", clockPatience
	if o := trust.Other; o != nil {
		what += fmt.Sprintf("; by what the %s says it is %s %s", o.Source, o.Ahead.Abs(), aheadOrBehind(o.Ahead))
	}
	if n := counts[queue.StatusQueued] + counts[queue.StatusScheduled] + counts[queue.StatusHeld]; n > 0 {
		what += fmt.Sprintf("; %d messages wait, and those that have a time to keep do so until something does", n)
		patience = withheldPatience
	}
	if time.Since(s.clockSince) >= patience {
		found[system.AlarmClock] = what
	}
	return nil
}

// findSetAside adds to found the alarm about events that were set aside.
func (s *assembly) findSetAside(ctx context.Context, found map[string]string) error {
	all, err := s.app.events.SetAside(ctx)
	all = slices.DeleteFunc(all, func(a event.Aside) bool { return time.Since(a.At) > setAsideFor })
	if len(all) == 0 {
		return err
	}
	first := slices.MinFunc(all, func(x, y event.Aside) int { return x.At.Compare(y.At) })
	found[system.AlarmEvent] = fmt.Sprintf("%d events were set aside, the first %s: %s (%s) for %s: %s",
		len(all), first.At.In(s.config.Load().Location()).Format("2006-01-02 15:04:05 MST"), first.Event.ID(), first.Event.Type, first.Follower, first.Err)
	return err
}

func aheadOrBehind(d time.Duration) string {
	if d < 0 {
		return "behind"
	}
	return "ahead"
}
