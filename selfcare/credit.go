package selfcare

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"goniec/catalogue"
	"goniec/clock"
	"goniec/gateway"
	"goniec/modem"
	"goniec/store"
)

// Codes of the alarms about credit.
const (
	AlarmCredit        = "credit_low"     // the SIM has less credit than is wanted
	AlarmCreditUnknown = "credit_unknown" // its credit cannot be read for days
)

// CodeAuto as CreditConfig.Code takes the code of the SIM's operator from the table
// of operators.
const CodeAuto = "auto"

// CreditConfig is how a SIM's credit is asked for.
type CreditConfig struct {
	Code       string         // USSD, or CodeAuto; empty: it is not asked for
	Pattern    *regexp.Regexp // finds the amount in the answer, see findAmount; nil: that of the operator, or the general way
	AlarmBelow Amount         // 0: no alarm because of little credit
	Every      time.Duration  // 0: defaultCreditEvery
}

const (
	defaultCreditEvery = 24 * time.Hour
	// creditSettle is how long a modem has been open before it is asked.
	creditSettle = 2 * time.Minute
	// creditAgain is the wait after a question that brought nothing.
	creditAgain = 2 * time.Hour
	// creditTries is how many questions may bring nothing in one day: an operator
	// that is asked too often answers no more.
	creditTries = 4
	// creditFresh is how long an amount is believed when texts are refused.
	creditFresh = 30 * time.Minute
	// creditUnread is how long the credit may stay unknown.
	creditUnread = 72 * time.Hour
	// creditTime bounds one question.
	creditTime = 3 * time.Minute
	// noCredit is below what a text may be refused for want of credit: one costs a
	// fraction of it.
	noCredit Amount = 100
)

// creditRecord is the value of credit/<sim>, what is known of the credit of a card.
type creditRecord struct {
	Known  bool      `json:"known,omitempty"` // Amount was read at At
	Amount Amount    `json:"amount"`
	At     time.Time `json:"at,omitzero"`
	// Since is when asking began to bring nothing; zero: it did the last time.
	Since time.Time `json:"since,omitzero"`
	Tried time.Time `json:"tried,omitzero"`
	Day   string    `json:"day,omitempty"` // of Config.Location, in which Tries brought nothing
	Tries int       `json:"tries,omitempty"`
}

// Credit is what a SIM has left.
type Credit struct {
	Amount Amount
	At     time.Time // when the network said so
	Low    bool      // it is below what the configuration wants
}

func creditKey(sim string) string { return "credit/" + url.PathEscape(sim) }

// creditWatch is what is known of the credit of the SIM in one modem. Its methods
// belong to the goroutine of the modem's care, but for known.
type creditWatch struct {
	*modemCare
	sim     string // to which what follows belongs
	loaded  bool
	record  creditRecord
	unsaved bool // record could not be written
	urgent  bool // texts are refused, and it may be for want of credit
	// refusedSince is Status.Since of the refusals that urgent was set for last.
	refusedSince time.Time
	shown        atomic.Pointer[Credit] // nil: the credit is not known
}

// Credit returns what the SIM in the modem called name has left; nil if that is not
// known.
func (c *Care) Credit(name string) *Credit { return c.modem(name).credit.shown.Load() }

// config returns how the credit of the modem is asked for now.
func (w *creditWatch) config() CreditConfig {
	w.care.mu.Lock()
	defer w.care.mu.Unlock()
	return w.care.credit[w.name]
}

// watch asks for the credit when that is due and no message is, and returns when to
// look again; zero: whenever there is something else.
func (w *creditWatch) watch(ctx context.Context, status *gateway.Status, now time.Time) time.Time {
	if w.sim != status.SIM {
		w.sim, w.loaded, w.record, w.unsaved, w.urgent = status.SIM, false, creditRecord{}, false, false
		w.shown.Store(nil)
	}
	c := w.config()
	if c.Code == "" {
		w.care.config.Gateway.EndAlarm(w.name, AlarmCredit)
		w.care.config.Gateway.EndAlarm(w.name, AlarmCreditUnknown)
		w.shown.Store(nil)
		return time.Time{}
	}
	if err := w.load(ctx); err != nil {
		return w.noteStoreFailure(ctx, "read the credit", err)
	}
	if w.unsaved && !w.save(ctx) {
		return time.Time{}
	}
	w.askAfterRefusal(status, now)
	w.publish(c, now)
	due := w.due(c, status, now)
	if due.After(now) {
		return due
	}
	idle, err := w.idle(ctx, status, now)
	if err != nil {
		return w.noteStoreFailure(ctx, "ask for the credit", err)
	}
	if !idle && !parked(status) {
		return time.Time{}
	}
	if !w.ask(ctx, c) {
		return time.Time{}
	}
	return w.due(c, status, time.Now())
}

// load reads what is stored of the credit of the SIM, once.
func (w *creditWatch) load(ctx context.Context) error {
	if w.loaded {
		return nil
	}
	record, err := store.View(ctx, w.care.config.Store, func(r store.Reader) (creditRecord, error) {
		record, _, err := store.GetJSON[creditRecord](r, creditKey(w.sim))
		return record, err
	})
	if err == nil {
		w.record, w.loaded = record, true
	}
	return err
}

// due says when the credit is asked for next.
func (w *creditWatch) due(c CreditConfig, status *gateway.Status, now time.Time) time.Time {
	r := &w.record
	if r.At.After(now) || r.Tried.After(now) { // the clock was wrong then
		r.At, r.Tried = time.Time{}, time.Time{}
	}
	every := c.Every
	if every <= 0 {
		every = defaultCreditEvery
	}
	if w.urgent {
		return clock.Later(r.At.Add(creditFresh), r.Tried.Add(creditFresh))
	}
	due := status.Opened.Add(creditSettle)
	if r.Known {
		due = clock.Later(due, r.At.Add(every))
	}
	if !r.Since.IsZero() {
		due = clock.Later(due, r.Tried.Add(creditAgain))
		if local := now.In(w.care.config.Location); r.Day == local.Format(time.DateOnly) && r.Tries >= creditTries {
			due = clock.Later(due, time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, local.Location()))
		}
	}
	return due
}

// errNotRegistered keeps a modem without a network from being asked.
var errNotRegistered = errors.New("the modem is not registered with a network")

// ask asks the network, and writes down what it said. false: the modem could not be
// used.
func (w *creditWatch) ask(ctx context.Context, c CreditConfig) bool {
	var info modem.Info
	var code, answer string
	var pattern *regexp.Regexp
	var known bool
	var refused error
	err := w.care.config.Gateway.Do(ctx, w.name, func(ctx context.Context, m *modem.Modem) error {
		if info = m.Info(); info.State != modem.Ready {
			return errNotRegistered
		}
		if code, pattern, known = creditCode(c, info); !known {
			return nil
		}
		ctx, cancel := context.WithTimeout(ctx, creditTime)
		defer cancel()
		var err error
		answer, err = m.USSD(ctx, code)
		for _, about := range []error{modem.ErrUSSDRefused, modem.ErrUSSDTimeout, modem.ErrUSSDCode} {
			if errors.Is(err, about) { // it is about the code, and the dialogue is in order
				refused = err
				return nil
			}
		}
		return err
	})
	if errors.Is(err, gateway.ErrNotOpen) || errors.Is(err, gateway.ErrUnknownModem) || errors.Is(err, errNotRegistered) || errors.Is(err, context.Canceled) {
		return false
	}
	if err == nil {
		err = refused
	}
	amount, found := findAmount(answer, pattern)
	switch {
	case err != nil:
		w.noteFailure(ctx, "the network does not answer the code for the balance: "+creditReason(err),
			catalogue.Text(catalogue.English, catalogue.RemedyCreditCode, w.name, code))
	case !known:
		w.noteFailure(ctx, "no code is known for the balance of this operator",
			catalogue.Text(catalogue.English, catalogue.RemedyCreditNoCode, w.name))
	case !found:
		// What it says is not logged: it may name the owner or the number.
		w.log.Debug("answer to the code for the balance", slog.Int("characters", utf8.RuneCountInString(answer)))
		w.noteFailure(ctx, "no amount was found in what the network answered to the code for the balance",
			catalogue.Text(catalogue.English, catalogue.RemedyCreditAmount, w.name, code))
	default:
		w.noteAmount(ctx, c, amount)
	}
	return true
}

// creditReason says in short why a code brought no answer.
func creditReason(err error) string {
	var f *modem.Fault
	switch {
	case errors.Is(err, modem.ErrUSSDTimeout):
		return "it said nothing in time"
	case errors.Is(err, modem.ErrUSSDRefused):
		return "it refused the code"
	case errors.Is(err, modem.ErrUSSDCode):
		return "it is no such code"
	case errors.As(err, &f):
		return f.Meaning()
	default:
		return err.Error()
	}
}

// creditCode returns the code to ask with, and the pattern for the answer.
func creditCode(c CreditConfig, info modem.Info) (code string, pattern *regexp.Regexp, known bool) {
	if c.Code != CodeAuto {
		return c.Code, c.Pattern, true
	}
	o, known := operatorOf(info)
	pattern = c.Pattern
	if pattern == nil && o.pattern != "" {
		pattern = regexp.MustCompile(o.pattern) // of our own table, held by a test
	}
	return o.code, pattern, known
}

// noteAmount notes an amount.
func (w *creditWatch) noteAmount(ctx context.Context, c CreditConfig, amount Amount) {
	now := time.Now()
	w.log.Info("credit of the SIM", slog.String("amount", amount.String()))
	w.record = creditRecord{Known: true, Amount: amount, At: now.UTC(), Tried: now.UTC()}
	w.save(ctx)
	if w.urgent && (amount < noCredit || amount < c.AlarmBelow) {
		w.explainRefusals(amount)
	}
	w.urgent = false
	w.publish(c, now)
}

// explainRefusals says that texts are refused for want of credit, in the place of a guess.
func (w *creditWatch) explainRefusals(amount Amount) {
	w.care.config.Gateway.Explain(w.name, gateway.Trouble{At: time.Now(), Code: gateway.CodeNoCredit,
		Detail: "the network refuses texts, and the balance of the SIM is " + amount.String(),
		Remedy: catalogue.RemedyNoCredit})
}

// noteFailure notes that asking brought nothing.
func (w *creditWatch) noteFailure(ctx context.Context, why, remedy string) {
	now, r := time.Now(), &w.record
	if day := now.In(w.care.config.Location).Format(time.DateOnly); r.Day != day {
		r.Day, r.Tries = day, 0
	}
	r.Tries++
	r.Tried = now.UTC()
	if r.Since.IsZero() {
		r.Since = r.Tried
	}
	w.urgent = false
	w.log.Warn("credit could not be read; it is asked for again later", slog.String("what", why), slog.String("remedy", remedy))
	w.save(ctx)
}

// save writes record down; false if the store failed. The network is not asked again
// before that has succeeded.
func (w *creditWatch) save(ctx context.Context) bool {
	err := w.care.config.Store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
		return store.PutJSON(tx, creditKey(w.sim), w.record)
	})
	if w.unsaved = err != nil; w.unsaved {
		w.noteStoreFailure(ctx, "note the credit", err)
	}
	return !w.unsaved
}

// publish shows what is known and raises or ends the alarms.
func (w *creditWatch) publish(c CreditConfig, now time.Time) {
	r, g := &w.record, w.care.config.Gateway
	if r.Since.IsZero() || now.Sub(r.Since) < creditUnread {
		g.EndAlarm(w.name, AlarmCreditUnknown)
	} else {
		g.RaiseAlarm(w.name, AlarmCreditUnknown, "the credit could not be read on any day since "+r.Since.In(w.care.config.Location).Format(time.DateOnly))
	}
	if !r.Known {
		w.shown.Store(nil)
		g.EndAlarm(w.name, AlarmCredit)
		return
	}
	low := r.Amount < c.AlarmBelow
	w.shown.Store(&Credit{Amount: r.Amount, At: r.At, Low: low})
	w.care.metrics.credit.WithLabelValues(w.name).Set(r.Amount.Float())
	if !low {
		g.EndAlarm(w.name, AlarmCredit)
		return
	}
	g.RaiseAlarm(w.name, AlarmCredit, fmt.Sprintf("the SIM has %s left, less than %s", r.Amount, c.AlarmBelow))
}

// askAfterRefusal has the credit asked for at once when the modem has stopped to send
// because texts are refused.
func (w *creditWatch) askAfterRefusal(status *gateway.Status, now time.Time) {
	if !parked(status) || status.Since.Equal(w.refusedSince) {
		return
	}
	w.refusedSince, w.urgent = status.Since, true
	if r := &w.record; r.Known && r.Amount < noCredit && now.Sub(r.At) < creditFresh {
		w.urgent = false
		w.explainRefusals(r.Amount)
	}
}
