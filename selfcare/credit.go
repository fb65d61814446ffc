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
	AlarmCredit        = "credit_low"     // the SIM has less credit than CreditConfig.AlarmBelow
	AlarmCreditUnknown = "credit_unknown" // the credit could not be read for 72 hours
)

// CodeAuto as CreditConfig.Code stands for the code of the SIM's operator, see operators.
const CodeAuto = "auto"

// CreditConfig configures the query of a SIM's credit.
type CreditConfig struct {
	Code       string         // USSD code, or CodeAuto; empty: the credit is not queried
	Pattern    *regexp.Regexp // finds the amount in the answer, see findAmount; nil: the operator's pattern, or none
	AlarmBelow Amount         // 0: no AlarmCredit
	Every      time.Duration  // 0: defaultCreditEvery
}

const (
	defaultCreditEvery = 24 * time.Hour
	// creditSettle is how long a modem must have been open before the first query.
	creditSettle = 2 * time.Minute
	// creditAgain is the wait after a query without result.
	creditAgain = 2 * time.Hour
	// creditTries is how many queries without result one day may have: an operator that is
	// asked too often stops answering.
	creditTries = 4
	// creditFresh is how long an amount is believed when texts are refused.
	creditFresh = 30 * time.Minute
	// creditUnread is how long the credit may be unknown before AlarmCreditUnknown.
	creditUnread = 72 * time.Hour
	// creditTime bounds one query.
	creditTime = 3 * time.Minute
	// noCredit is the amount below which a text may be refused for want of credit. One text
	// costs a fraction of it.
	noCredit Amount = 100
)

// creditRecord is the value of credit/<sim>, the known credit of a SIM.
type creditRecord struct {
	Known  bool      `json:"known,omitempty"` // Amount was read at At
	Amount Amount    `json:"amount"`
	At     time.Time `json:"at,omitzero"`
	// Since is when queries began to bring no result; zero: the last one brought one.
	Since time.Time `json:"since,omitzero"`
	Tried time.Time `json:"tried,omitzero"`
	Day   string    `json:"day,omitempty"` // day in Config.Location of Tries queries without result
	Tries int       `json:"tries,omitempty"`
}

// Credit is the balance of a SIM.
type Credit struct {
	Amount Amount
	At     time.Time // when the network reported the amount
	Low    bool      // Amount is less than CreditConfig.AlarmBelow
}

func creditKey(sim string) string { return "credit/" + url.PathEscape(sim) }

// creditWatch tracks the credit of the SIM in one modem. Its methods are called by the
// goroutine of modemCare.run alone.
type creditWatch struct {
	*modemCare
	sim     string // of the fields below
	loaded  bool
	record  creditRecord
	unsaved bool // record could not be written
	urgent  bool // texts are refused, perhaps for want of credit
	// refusedSince is the Status.Since of the refusals for which urgent was last set.
	refusedSince time.Time
	shown        atomic.Pointer[Credit] // nil: the credit is not known
}

// Credit returns the credit of the SIM in the modem called name; nil if it is not known.
func (c *Care) Credit(name string) *Credit { return c.modem(name).credit.shown.Load() }

// config returns the configuration in force.
func (w *creditWatch) config() CreditConfig {
	w.care.mu.Lock()
	defer w.care.mu.Unlock()
	return w.care.credit[w.name]
}

// watch queries the credit when that is due and no message is. It returns when to call watch
// again; zero: with the next other work.
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

// load reads the stored record of the SIM once.
func (w *creditWatch) load(ctx context.Context) error {
	if w.loaded {
		return nil
	}
	record, err := store.LoadJSON[creditRecord](ctx, w.care.config.Store, creditKey(w.sim))
	if err == nil {
		w.record, w.loaded = record, true
	}
	return err
}

// due returns when the next query is due.
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

// errNotRegistered is why a modem without a network is not asked.
var errNotRegistered = errors.New("the modem is not registered with a network")

// ask queries the network and stores the result. It returns false if the modem could not be
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
		if errors.Is(err, modem.ErrUSSDRefused) || errors.Is(err, modem.ErrUSSDTimeout) || errors.Is(err, modem.ErrUSSDCode) {
			refused = err // the fault is about the code, the dialogue is in order
			return nil
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
		// The answer is not logged: it may name the owner or the number.
		w.log.Debug("answer to the code for the balance", slog.Int("characters", utf8.RuneCountInString(answer)))
		w.noteFailure(ctx, "no amount was found in what the network answered to the code for the balance",
			catalogue.Text(catalogue.English, catalogue.RemedyCreditAmount, w.name, code))
	default:
		w.noteAmount(ctx, c, amount)
	}
	return true
}

// creditReason returns in short why a code brought no answer.
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

// creditCode returns the code of the query and the pattern for the answer; known is false if
// the operator is not in the table.
func creditCode(c CreditConfig, info modem.Info) (code string, pattern *regexp.Regexp, known bool) {
	if c.Code != CodeAuto {
		return c.Code, c.Pattern, true
	}
	o, known := operatorOf(info)
	pattern = c.Pattern
	if pattern == nil && o.pattern != "" {
		pattern = regexp.MustCompile(o.pattern) // a test compiles all patterns of the table
	}
	return o.code, pattern, known
}

// noteAmount stores an amount that the network has reported.
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

// explainRefusals tells the gateway that texts are refused for want of credit.
func (w *creditWatch) explainRefusals(amount Amount) {
	w.care.config.Gateway.Explain(w.name, gateway.Trouble{At: time.Now(), Code: gateway.CodeNoCredit,
		Detail: "the network refuses texts, and the balance of the SIM is " + amount.String(),
		Remedy: catalogue.RemedyNoCredit})
}

// noteFailure counts and stores a query without result.
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

// save stores the record; false: the store failed. There is no further query before a save has
// succeeded.
func (w *creditWatch) save(ctx context.Context) bool {
	err := w.care.config.Store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
		return store.PutJSON(tx, creditKey(w.sim), w.record)
	})
	if w.unsaved = err != nil; w.unsaved {
		w.noteStoreFailure(ctx, "note the credit", err)
	}
	return !w.unsaved
}

// publish updates Credit, the metric and the alarms.
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

// askAfterRefusal makes a query due at once when the gateway has parked the modem because its
// texts are refused.
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
