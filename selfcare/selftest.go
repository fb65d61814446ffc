package selfcare

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"goniec/catalogue"
	"goniec/clock"
	"goniec/gateway"
	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/suppression"
)

// TestConfig configures self-tests: a modem sends a text and checks that the text and its
// report arrive.
type TestConfig struct {
	Every    time.Duration // interval for each modem; 0: tests on request only
	To       string        // receiver in E.164; empty: the number of the next modem, or its own
	Wait     time.Duration // time for the text to be accepted, and again to arrive; 0: defaultTestWait
	PerMonth int           // greatest number of test parts in a month, over all modems; 0: defaultTestBudget
}

const (
	defaultTestWait   = 10 * time.Minute
	defaultTestBudget = 60
	// testSettle is how long a modem must have been open before a test.
	testSettle = 5 * time.Minute
	// testAgain is the wait after a test that was not sent because other messages came first.
	testAgain = 15 * time.Minute
	// testPoll is the interval of checks of a running test.
	testPoll = 2 * time.Second
	// tokenKept is how long the text of a test is recognised: longer than a service centre
	// keeps a text.
	tokenKept = 14 * 24 * time.Hour
	// testActor is the actor of test messages.
	testActor = "self-test"
)

// Codes of the alarms about a failed test, see the constants Test….
const (
	AlarmTestNotSent  = "self_test_not_sent"
	AlarmTestNoReport = "self_test_no_report"
	AlarmTestLost     = "self_test_lost"
)

// Results of a test.
const (
	TestPassed   = "passed"
	TestNotSent  = "not_sent"  // the network did not accept the text
	TestNoReport = "no_report" // the text arrived and its delivery report did not
	TestLost     = "lost"      // the text was accepted and did not arrive
	TestNoTurn   = "no_turn"   // other messages or a restart came first; the test says nothing
)

// Errors of Care.StartTest.
var (
	ErrTestRunning  = errors.New("a test is running")
	ErrTestNoNumber = errors.New("the number of the SIM is not known")
	ErrTestBudget   = errors.New("the parts for tests of this month are spent")
)

// The keys of self-tests. Tokens are random, so that no other text is taken for a test.
//
//	test/modem/<modem>   testRecord
//	test/token/<token>   testToken: a text of this modem's test, kept for tokenKept
//	test/month           testBudget
const (
	testModemSpace = "test/modem/"
	testTokenSpace = "test/token/"
	testMonthKey   = "test/month"
)

// testRecord is the running test of a modem and the result of the last one.
type testRecord struct {
	// Token is the token in the text of the running test; empty: no test runs.
	Token   string    `json:"token,omitempty"`
	To      string    `json:"to,omitempty"`
	Via     string    `json:"via,omitempty"` // the receiving modem; empty: To is no number of a modem here
	Message string    `json:"msg,omitempty"` // id of the message; empty: the text may not be in the queue yet
	Begun   time.Time `json:"begun,omitzero"`
	Arrived time.Time `json:"arrived,omitzero"`

	Last testResult `json:"last,omitzero"`
	// Next is when the next test is due if the last one was not sent or was left out.
	Next time.Time `json:"next,omitzero"`
}

// testResult is the result of a test.
type testResult struct {
	Begun  time.Time     `json:"begun,omitzero"`
	At     time.Time     `json:"at,omitzero"`
	Result string        `json:"result,omitempty"`
	Took   time.Duration `json:"took,omitempty"`
	Detail string        `json:"detail,omitempty"`
}

// testToken is the value of test/token/<token>.
type testToken struct {
	Modem string    `json:"modem"`
	At    time.Time `json:"at"`
}

// testBudget is the number of test parts in a month.
type testBudget struct {
	Month string `json:"month"` // 2006-01, of Config.Location
	Parts int    `json:"parts"`
}

// TestStatus is the state of the tests of a modem.
type TestStatus struct {
	Running bool
	At      time.Time // when the last test ended; zero: none has
	Result  string    // of the last test, one of the constants Test…
	Took    time.Duration
	Detail  string // in English
}

func testKey(name string) string { return testModemSpace + url.PathEscape(name) }

// testForm matches the text of a test. Any network and phone leaves these characters
// unchanged.
var testForm = regexp.MustCompile(`^Goniec test ([A-Z2-7]{16})$`)

func testText(token string) string { return "Goniec test " + token }

func newToken() string { return rand.Text()[:16] }

// testWatch runs the tests of one modem.
type testWatch struct {
	*modemCare
	shown atomic.Pointer[TestStatus] // nil: the modem has not been open yet

	mu     sync.Mutex // guards what follows; held during each method that changes it
	loaded time.Time  // zero: record has not been read
	record testRecord
}

// TestStatus returns the state of the tests of the modem called name; nil while the modem has
// not been open.
func (c *Care) TestStatus(name string) *TestStatus { return c.modem(name).test.shown.Load() }

// watch begins a test when one is due, and ends a running test whose result is known. It
// returns when to call watch again; zero: with the next other work.
func (w *testWatch) watch(ctx context.Context, status *gateway.Status, now time.Time) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.care.config.Test
	if err := w.load(ctx); err != nil {
		return w.noteStoreFailure(ctx, "read the self-test", err)
	}
	w.updateAlarms()
	t := &w.record
	if t.Token != "" {
		return w.checkRunning(ctx, now)
	}
	if c.Every <= 0 {
		return time.Time{}
	}
	due := status.Opened.Add(testSettle)
	if !t.Last.Begun.After(now) { // a later time comes from a wrong clock
		due = clock.Later(due, t.Last.Begun.Add(c.Every))
	}
	if !t.Next.After(now.Add(max(c.Every, testAgain))) {
		due = clock.Later(due, t.Next)
	}
	if due.After(now) {
		return due
	}
	idle, err := w.idle(ctx, status, now)
	if err != nil {
		return w.noteStoreFailure(ctx, "begin a self-test", err)
	}
	if status.PauseReason != "" || !idle {
		return time.Time{}
	}
	switch err := w.begin(ctx); {
	case err == nil:
		return now.Add(testPoll)
	case errors.Is(err, ErrTestBudget), errors.Is(err, ErrTestNoNumber):
		w.skip(now, err)
		return time.Time{}
	default:
		return w.noteStoreFailure(ctx, "begin a self-test", err)
	}
}

// skip logs that a due test is left out, once for each time a test is due.
func (w *testWatch) skip(now time.Time, why error) {
	remedy := catalogue.RemedyTestNumber
	if errors.Is(why, ErrTestBudget) {
		remedy = catalogue.RemedyTestBudget
	}
	w.log.Warn("self-test is left out", slog.Any("err", why), slog.String("remedy", remedy.English()))
	w.record.Next = now.Add(w.care.config.Test.Every)
}

// load reads the stored record once. The caller holds mu.
func (w *testWatch) load(ctx context.Context) error {
	if !w.loaded.IsZero() {
		return nil
	}
	record, err := store.LoadJSON[testRecord](ctx, w.care.config.Store, testKey(w.name))
	if err != nil {
		return err
	}
	w.record, w.loaded = record, time.Now()
	w.publish()
	return nil
}

// StartTest begins a test of the modem called name now. It returns when the text is in the
// queue; TestStatus tells the result. The error is gateway.ErrUnknownModem,
// gateway.ErrNotOpen, one of ErrTest…, that of ctx, or that of the store.
func (c *Care) StartTest(ctx context.Context, name string) (err error) {
	defer store.Wrap(&err, "test modem %s", name)
	status, err := c.config.Gateway.Modem(name)
	switch {
	case err != nil:
		return err
	case status.State != modem.Ready && !parked(&status):
		return gateway.ErrNotOpen
	}
	m := c.modem(name)
	defer m.nudge()
	return m.test.start(ctx)
}

// start begins a test unless one runs.
func (w *testWatch) start(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.load(ctx); err != nil {
		return err
	}
	if w.record.Token != "" {
		return ErrTestRunning
	}
	return w.begin(ctx)
}

// begin stores the running test, its cost and its token, and then queues its text. After a
// crash in between, checkRunning queues the text. The caller holds mu.
func (w *testWatch) begin(ctx context.Context) error {
	to, via := w.target()
	if to == "" {
		return ErrTestNoNumber
	}
	now := time.Now().UTC()
	next := w.record
	next.Token, next.To, next.Via, next.Begun = newToken(), to, via, now
	next.Message, next.Arrived, next.Next = "", time.Time{}, time.Time{}
	err := w.care.config.Store.Update(ctx, func(tx store.Tx) error {
		if err := w.care.spendTest(tx, now); err != nil {
			return err
		}
		if err := forgetTokens(tx, now.Add(-tokenKept)); err != nil {
			return err
		}
		if err := store.PutJSON(tx, testTokenSpace+next.Token, testToken{w.name, now}); err != nil {
			return err
		}
		return store.PutJSON(tx, testKey(w.name), next)
	})
	if err != nil {
		return err
	}
	w.record = next
	w.log.Info("self-test begins", slog.String("for", w.receiver()))
	w.publish()
	return w.enqueue(ctx)
}

// spendTest counts one part against the budget of the month, or returns ErrTestBudget.
func (c *Care) spendTest(tx store.Tx, now time.Time) error {
	budget, _, err := store.GetJSON[testBudget](tx, testMonthKey)
	if err != nil {
		return err
	}
	if month := now.In(c.config.Location).Format("2006-01"); budget.Month != month {
		budget = testBudget{Month: month}
	}
	most := c.config.Test.PerMonth
	if most <= 0 {
		most = defaultTestBudget
	}
	if budget.Parts >= most {
		return ErrTestBudget
	}
	budget.Parts++
	return store.PutJSON(tx, testMonthKey, budget)
}

// forgetTokens deletes some of the tokens that are older than limit.
func forgetTokens(tx store.Tx, limit time.Time) error {
	const most = 50 // within the limits of a transaction
	forgotten := 0
	return store.Each(tx, store.Prefix(testTokenSpace), func(p store.Pair) error {
		var token testToken
		if json.Unmarshal(p.Value, &token) == nil && !token.At.Before(limit) {
			return nil
		}
		if forgotten++; forgotten > most {
			return store.ErrStop
		}
		return tx.Delete(p.Key)
	})
}

// target returns the number that a test is sent to, and the modem with that number; via is
// empty if no modem here has it.
func (w *testWatch) target() (to, via string) {
	modems := w.care.config.Gateway.Modems()
	if to := w.care.config.Test.To; to != "" {
		i := slices.IndexFunc(modems, func(s gateway.Status) bool { return s.Number != "" && sameNumber(s.Number, to) })
		if i < 0 {
			return to, ""
		}
		return to, modems[i].Name
	}
	// The next modem that can receive, in the order of the configuration.
	from := slices.IndexFunc(modems, func(s gateway.Status) bool { return s.Name == w.name })
	for i := range modems {
		other := &modems[(from+1+i)%len(modems)]
		if other.Number != "" && (other.Name == w.name || other.State == modem.Ready) {
			return other.Number, other.Name
		}
	}
	return "", ""
}

// receiver names the receiver of the running test, for people.
func (w *testWatch) receiver() string {
	switch via := w.record.Via; via {
	case "":
		return "the number in self_test.to"
	case w.name:
		return "its own number"
	default:
		return "modem " + via
	}
}

// enqueue puts the text of the running test into the queue. Further calls do not queue it
// again.
func (w *testWatch) enqueue(ctx context.Context) error {
	t := w.record
	to, err := pdu.ParseAddress(t.To)
	if err != nil {
		return fmt.Errorf("number of a self-test: %w", err)
	}
	text := testText(t.Token)
	results, _, err := w.care.config.Queue.Enqueue(ctx,
		queue.Caller{Token: testActor, Key: t.Token, BodyHash: sha256.Sum256([]byte(text))},
		[]queue.Draft{{
			To: to, Text: text, Reference: testActor, Priority: queue.Low, Purpose: suppression.Staff, Origin: queue.OriginSelfTest,
			Encoding: pdu.ForceGSM7, Modem: w.name, ExpiresAt: t.Begun.Add(max(2*w.wait(), time.Hour)),
		}})
	if err != nil {
		return err
	}
	if results[0].Err != nil {
		return w.end(ctx, TestNotSent, "the queue refused it: "+results[0].Err.Error(), &queue.Message{})
	}
	t.Message = results[0].Message.ID
	return w.save(ctx, t)
}

// wait returns TestConfig.Wait or its default.
func (w *testWatch) wait() time.Duration {
	if wait := w.care.config.Test.Wait; wait > 0 {
		return wait
	}
	return defaultTestWait
}

// save stores t, but keeps the arrival that TakeText has stored meanwhile.
func (w *testWatch) save(ctx context.Context, t testRecord) error {
	saved, err := store.Update(ctx, w.care.config.Store, func(tx store.Tx) (testRecord, error) {
		t := t
		stored, found, err := store.GetJSON[testRecord](tx, testKey(w.name))
		if err != nil {
			return t, err
		}
		if found && stored.Token == t.Token && t.Arrived.IsZero() {
			t.Arrived = stored.Arrived
		}
		return t, store.PutJSON(tx, testKey(w.name), t)
	})
	if err == nil {
		w.record = saved
	}
	return err
}

// TakeText implements gateway.Attendant: it takes the texts of tests and stores their arrival.
func (c *Care) TakeText(ctx context.Context, w queue.Worker, d *pdu.Deliver) (taken bool, err error) {
	form := testForm.FindStringSubmatch(d.Text())
	if form == nil {
		return false, nil
	}
	now, log := time.Now(), c.modem(w.Modem).log
	type arrival struct {
		token testToken
		known bool
		first bool // the running test waits for this text
	}
	a, err := store.Update(ctx, c.config.Store, func(tx store.Tx) (arrival, error) {
		var a arrival
		var err error
		if a.token, a.known, err = store.GetJSON[testToken](tx, testTokenSpace+form[1]); err != nil || !a.known {
			return a, err // a copy of the form with an unknown token
		}
		t, _, err := store.GetJSON[testRecord](tx, testKey(a.token.Modem))
		if err != nil || t.Token != form[1] || !t.Arrived.IsZero() {
			return a, err
		}
		a.first = true
		t.Arrived = now.UTC()
		return a, store.PutJSON(tx, testKey(a.token.Modem), t)
	})
	switch {
	case err != nil:
		return true, err
	case !a.known:
		return false, nil
	case a.first:
		log.Info("text of a self-test has arrived", slog.String("from_modem", a.token.Modem))
	default:
		log.Info("text of an earlier self-test has arrived", slog.String("from_modem", a.token.Modem),
			slog.Duration("after", now.Sub(a.token.At).Round(time.Second)))
	}
	return true, nil
}
