package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"time"
	"unicode/utf8"

	"goniec/modem"
	"goniec/store"
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

// creditWatch is what a session knows of the credit of its SIM.
type creditWatch struct {
	sim    string
	loaded bool
	record creditRecord
	urgent bool // texts are refused, and it may be for want of credit
}

// arrive forgets what was known of another card.
func (c *creditWatch) arrive(sim string) {
	if c.sim != sim {
		*c = creditWatch{sim: sim}
	}
}

// watchCredit asks for the credit when that is due and nothing else is. A fault of
// the modem is mended like any other, and returned if that does not help.
func (s *session) watchCredit(now time.Time) error {
	c := s.care.Load().Credit
	if c.Code == "" {
		s.calm(AlarmCredit)
		s.calm(AlarmCreditUnknown)
		s.show(func(w *shown) { w.credit = nil })
		return nil
	}
	if !s.credit.loaded {
		record, err := store.View(s.ctx, s.gateway.config.Store, func(r store.Reader) (creditRecord, error) {
			record, _, err := store.GetJSON[creditRecord](r, creditKey(s.id.SIM))
			return record, err
		})
		if err != nil {
			s.careFailed("read the credit", err)
			return nil
		}
		s.credit.record, s.credit.loaded = record, true
	}
	s.judgeCredit(c, now)
	due := s.creditDue(c, now)
	if due.After(now) {
		s.careSoon(due)
		return nil
	}
	if info := s.modem.Info(); info.State != modem.Ready || s.parkedUntil(now).IsZero() && !s.idle(now) {
		return nil // at the next look
	}
	return s.askCredit(c)
}

// creditDue says when the credit is asked for next.
func (s *session) creditDue(c CreditConfig, now time.Time) time.Time {
	r := &s.credit.record
	if r.At.After(now) || r.Tried.After(now) { // the clock was wrong then
		r.At, r.Tried = time.Time{}, time.Time{}
	}
	every := c.Every
	if every <= 0 {
		every = defaultCreditEvery
	}
	if s.credit.urgent {
		return latest(r.At.Add(creditFresh), r.Tried.Add(creditFresh))
	}
	due := s.opened.Add(creditSettle)
	if r.Known {
		due = latest(due, r.At.Add(every))
	}
	if !r.Since.IsZero() {
		due = latest(due, r.Tried.Add(creditAgain))
		if local := now.In(s.gateway.config.Location); r.Day == local.Format(time.DateOnly) && r.Tries >= creditTries {
			due = latest(due, time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, local.Location()))
		}
	}
	return due
}

// askCredit asks the network, and writes down what it said.
func (s *session) askCredit(c CreditConfig) error {
	code, pattern, known := creditCode(c, s.modem.Info())
	if !known {
		s.creditMissed("no code is known for the balance of this operator",
			fmt.Sprintf("Write the operator's code for the balance into credit.code of modem %s, and try it with \"goniec modem ussd %s CODE\".", s.config.Name, s.config.Name))
		return nil
	}
	ctx, cancel := context.WithTimeout(s.hard, creditTime)
	answer, err := s.modem.USSD(ctx, code)
	cancel()
	if s.hard.Err() != nil {
		return nil //nolint:nilerr // it was cut short by a stop
	}
	amount, found := findAmount(answer, pattern)
	switch {
	case err != nil:
		f := faultOf(err)
		s.creditMissed("the network does not answer the code for the balance: "+creditReason(f),
			fmt.Sprintf("Try it with \"goniec modem ussd %s '%s'\"; correct credit.code in the configuration if the operator has another one.", s.config.Name, code))
		for _, known := range []error{modem.ErrUSSDRefused, modem.ErrUSSDTimeout, modem.ErrUSSDCode} {
			if errors.Is(f, known) {
				return nil // it is about the code, and the dialogue is in order
			}
		}
		return s.mend(f)
	case !found:
		// What it says is not logged: it may name the owner or the number.
		s.log.Debug("answer to the code for the balance", slog.Int("characters", utf8.RuneCountInString(answer)))
		s.creditMissed("no amount was found in what the network answered to the code for the balance",
			fmt.Sprintf("Look at the answer with \"goniec modem ussd %s '%s'\" and write credit.pattern, with the amount in parentheses, for it.", s.config.Name, code))
		return nil
	}
	s.creditRead(c, amount)
	return nil
}

// creditReason says in short why a code brought no answer.
func creditReason(f *modem.Fault) string {
	switch {
	case errors.Is(f, modem.ErrUSSDTimeout):
		return "it said nothing in time"
	case errors.Is(f, modem.ErrUSSDRefused):
		return "it refused the code"
	case errors.Is(f, modem.ErrUSSDCode):
		return "it is no such code"
	default:
		return f.Meaning()
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

// creditRead notes an amount.
func (s *session) creditRead(c CreditConfig, amount Amount) {
	now := time.Now()
	s.log.Info("credit of the SIM", slog.String("amount", amount.String()))
	r := creditRecord{Known: true, Amount: amount, At: now.UTC(), Tried: now.UTC()}
	if !s.saveCredit(r) {
		return
	}
	if s.credit.urgent && (amount < noCredit || amount < c.AlarmBelow) {
		s.blameCredit(amount)
	}
	s.credit.urgent = false
	s.judgeCredit(c, now)
	s.careSoon(s.creditDue(c, now))
}

// blameCredit says that texts are refused for want of credit, in the place of a
// guess.
func (s *session) blameCredit(amount Amount) {
	t := &Trouble{At: time.Now(), Code: codeNoCredit,
		Detail: "the network refuses texts, and the balance of the SIM is " + amount.String(),
		Remedy: "Top up the SIM. Sending is tried again every few minutes; a restart of the modem does it at once."}
	blamed := false
	s.show(func(w *shown) {
		if blamed = !w.parkedUntil.IsZero(); blamed {
			w.trouble = t
		}
	})
	if blamed {
		s.raiseOut(t.At.Add(-outBefore), t.At, t.Detail)
		s.log.Error("texts are refused for want of credit", slog.String("what", t.Detail), slog.String("remedy", t.Remedy))
	}
}

// creditMissed notes that asking brought nothing.
func (s *session) creditMissed(why, remedy string) {
	now := time.Now()
	r := s.credit.record
	if day := now.In(s.gateway.config.Location).Format(time.DateOnly); r.Day != day {
		r.Day, r.Tries = day, 0
	}
	r.Tries++
	r.Tried = now.UTC()
	if r.Since.IsZero() {
		r.Since = r.Tried
	}
	s.credit.urgent = false
	s.log.Warn("credit could not be read; it is asked for again later", slog.String("what", why), slog.String("remedy", remedy))
	s.saveCredit(r)
}

// saveCredit writes what is known of the credit; false if the store failed, and
// then it is asked again.
func (s *session) saveCredit(r creditRecord) bool {
	err := s.gateway.config.Store.Update(context.WithoutCancel(s.hard), func(tx store.Tx) error {
		return store.PutJSON(tx, creditKey(s.id.SIM), r)
	})
	if err != nil {
		s.careFailed("note the credit", err)
		return false
	}
	s.credit.record = r
	return true
}

// judgeCredit shows what is known and raises or ends the alarms.
func (s *session) judgeCredit(c CreditConfig, now time.Time) {
	r := s.credit.record
	if r.Since.IsZero() || now.Sub(r.Since) < creditUnread {
		s.calm(AlarmCreditUnknown)
	} else {
		s.alarm(AlarmCreditUnknown, "the credit could not be read on any day since "+r.Since.In(s.gateway.config.Location).Format(time.DateOnly),
			fmt.Sprintf("Ask for it with \"goniec modem ussd %s CODE\"; correct credit.code, or credit.pattern, in the configuration.", s.config.Name))
	}
	if !r.Known {
		s.show(func(w *shown) { w.credit = nil })
		s.calm(AlarmCredit)
		return
	}
	low := r.Amount < c.AlarmBelow
	s.show(func(w *shown) { w.credit = &Credit{Amount: r.Amount, At: r.At, Low: low} })
	s.metrics.setCredit(r.Amount)
	if !low {
		s.calm(AlarmCredit)
		return
	}
	s.alarm(AlarmCredit, fmt.Sprintf("the SIM has %s left, less than %s", r.Amount, c.AlarmBelow),
		"Top up the SIM, or lower credit.alarm_below in the configuration.")
}

// suspectCredit has the credit asked for at once when texts are refused as if there
// were none.
func (s *session) suspectCredit() {
	if s.care.Load().Credit.Code == "" {
		return
	}
	s.credit.urgent = true
	s.careAt = time.Now()
	if r := s.credit.record; r.Known && r.Amount < noCredit && time.Since(r.At) < creditFresh {
		s.credit.urgent = false
		s.blameCredit(r.Amount)
	}
}
