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

// TestConfig is how often a modem tries whether texts arrive.
type TestConfig struct {
	Every    time.Duration // of each modem; 0: only when somebody asks for it
	To       string        // a number in E.164; empty: that of the next modem, or its own
	Wait     time.Duration // for the text to be accepted, and then to arrive; 0: defaultTestWait
	PerMonth int           // parts that tests may cost in a month, all modems together; 0: defaultTestBudget
}

const (
	defaultTestWait   = 10 * time.Minute
	defaultTestBudget = 60
	// testSettle is how long a modem has been open before it is tried.
	testSettle = 5 * time.Minute
	// testAgain is the wait after a test that did not get its turn.
	testAgain = 15 * time.Minute
	// testPoll is how often it is looked whether a running test has ended.
	testPoll = 2 * time.Second
	// tokenKept is how long a text of a test is known for what it is: longer than a
	// service centre keeps it.
	tokenKept = 14 * 24 * time.Hour
	// testActor is on whose behalf tests are sent.
	testActor = "self-test"
)

// Codes of the alarms about what the last test came to, see TestNotSent and the others.
const (
	AlarmTestNotSent  = "self_test_not_sent"
	AlarmTestNoReport = "self_test_no_report"
	AlarmTestLost     = "self_test_lost"
)

// What a test came to.
const (
	TestPassed   = "passed"
	TestNotSent  = "not_sent"  // the network did not accept the text
	TestNoReport = "no_report" // it arrived, but no delivery report did
	TestLost     = "lost"      // it was accepted and did not arrive
	TestNoTurn   = "no_turn"   // other messages, or a restart of ours, came first, so it says nothing
)

// Why a test cannot be begun when somebody asks for it.
var (
	ErrTestRunning  = errors.New("a test is running")
	ErrTestNoNumber = errors.New("the number of the SIM is not known")
	ErrTestBudget   = errors.New("the parts for tests of this month are spent")
)

// The keys of self-tests. Tokens are random, so that nobody can write a text that
// is taken for one.
//
//	test/modem/<modem>   testRecord
//	test/token/<token>   testToken: a text of this modem's test, kept for tokenKept
//	test/month           testBudget
const (
	testModemSpace = "test/modem/"
	testTokenSpace = "test/token/"
	testMonthKey   = "test/month"
)

// testRecord is the test that runs at a modem, and what the last one came to.
type testRecord struct {
	// Token is in the text of the one that runs; empty: none does.
	Token   string    `json:"token,omitempty"`
	To      string    `json:"to,omitempty"`
	Via     string    `json:"via,omitempty"` // the modem it is for; empty: a number that is none of ours
	Message string    `json:"msg,omitempty"` // empty: it may not have been queued yet
	Begun   time.Time `json:"begun,omitzero"`
	Arrived time.Time `json:"arrived,omitzero"`

	Last testResult `json:"last,omitzero"`
	// Next is when the next one is due if the last one did not get its turn.
	Next time.Time `json:"next,omitzero"`
}

// testResult is what a test came to.
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

// testBudget is what tests have cost in a month.
type testBudget struct {
	Month string `json:"month"` // 2006-01, of Config.Location
	Parts int    `json:"parts"`
}

// TestStatus is what is known of the tests of a modem.
type TestStatus struct {
	Running bool
	At      time.Time // when the last one ended; zero: none has
	Result  string    // one of the constants Test…
	Took    time.Duration
	Detail  string // in plain words
}

func testKey(name string) string { return testModemSpace + url.PathEscape(name) }

// testForm is the text of a test, which any network and any phone leaves as it is.
var testForm = regexp.MustCompile(`^Goniec test ([A-Z2-7]{16})$`)

func testText(token string) string { return "Goniec test " + token }

func newToken() string { return rand.Text()[:16] }

// testWatch is what is known of the tests of one modem; see testRecord.
type testWatch struct {
	*modemCare
	shown atomic.Pointer[TestStatus] // nil: the modem has not been open yet

	mu     sync.Mutex // guards what follows, and is held while it is worked with
	loaded time.Time  // zero: record has not been read
	record testRecord
}

// TestStatus returns what the tests of the modem called name came to; nil while the
// modem has not been open.
func (c *Care) TestStatus(name string) *TestStatus { return c.modem(name).test.shown.Load() }

// watch begins a test when one is due, and ends the one that runs when it is known
// what it came to. It returns when to look again; zero: whenever there is something
// else.
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
	if !t.Last.Begun.After(now) { // else the clock was wrong then
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

// skip logs, once for each time it would have been due, that there is none.
func (w *testWatch) skip(now time.Time, why error) {
	remedy := catalogue.RemedyTestNumber
	if errors.Is(why, ErrTestBudget) {
		remedy = catalogue.RemedyTestBudget
	}
	w.log.Warn("self-test is left out", slog.Any("err", why), slog.String("remedy", remedy.English()))
	w.record.Next = now.Add(w.care.config.Test.Every)
}

// load reads what is stored of the tests, once. The caller holds mu.
func (w *testWatch) load(ctx context.Context) error {
	if !w.loaded.IsZero() {
		return nil
	}
	record, err := store.View(ctx, w.care.config.Store, func(r store.Reader) (testRecord, error) {
		record, _, err := store.GetJSON[testRecord](r, testKey(w.name))
		return record, err
	})
	if err != nil {
		return err
	}
	w.record, w.loaded = record, time.Now()
	w.publish()
	return nil
}

// StartTest has the modem called name send the text of a test now. It returns when
// the text is in the queue; what the test comes to is in TestStatus. The error is
// gateway.ErrUnknownModem, gateway.ErrNotOpen, one of ErrTest…, that of ctx, or of
// the store.
func (c *Care) StartTest(ctx context.Context, name string) error {
	status, err := c.config.Gateway.Modem(name)
	if err == nil && status.State != modem.Ready && !parked(&status) {
		err = gateway.ErrNotOpen
	}
	if err == nil {
		m := c.modem(name)
		err = m.test.start(ctx)
		m.nudge()
	}
	if err != nil {
		return fmt.Errorf("test modem %s: %w", name, err)
	}
	return nil
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

// begin writes down that a test runs, what it costs and by what it is recognised, and
// only then queues its text: what a crash leaves out in between the next look does.
// The caller holds mu.
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

// spendTest counts one part against the budget of the month.
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

// forgetTokens deletes a few of the tokens that are older than limit.
func forgetTokens(tx store.Tx, limit time.Time) error {
	const most = 50 // a transaction may not change much more
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

// target returns the number that a test goes to, and the modem of that number; empty
// if it is none of ours.
func (w *testWatch) target() (to, via string) {
	modems := w.care.config.Gateway.Modems()
	if to := w.care.config.Test.To; to != "" {
		i := slices.IndexFunc(modems, func(s gateway.Status) bool { return s.Number != "" && sameNumber(s.Number, to) })
		if i < 0 {
			return to, ""
		}
		return to, modems[i].Name
	}
	// The next modem that can receive it, in the order of the configuration.
	from := slices.IndexFunc(modems, func(s gateway.Status) bool { return s.Name == w.name })
	for i := range modems {
		other := &modems[(from+1+i)%len(modems)]
		if other.Number != "" && (other.Name == w.name || other.State == modem.Ready) {
			return other.Number, other.Name
		}
	}
	return "", ""
}

// receiver says whom the test that runs is for.
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

// enqueue puts the text of the test that runs into the queue; once, however often it
// is called.
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
			To: to, Text: text, Reference: testActor, Priority: queue.Low, Purpose: suppression.Staff,
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

// wait returns TestConfig.Wait.
func (w *testWatch) wait() time.Duration {
	if wait := w.care.config.Test.Wait; wait > 0 {
		return wait
	}
	return defaultTestWait
}

// save writes the record, keeping what the modem that received the text has
// written into it meanwhile.
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

// TakeText is that of gateway.Attendant: it takes the texts of tests, and notes that
// they have arrived.
func (c *Care) TakeText(ctx context.Context, w queue.Worker, d *pdu.Deliver) (taken bool, err error) {
	form := testForm.FindStringSubmatch(d.Text())
	if form == nil {
		return false, nil
	}
	now, log := time.Now(), c.modem(w.Modem).log
	type arrival struct {
		token testToken
		known bool
		first bool // somebody waits for it
	}
	a, err := store.Update(ctx, c.config.Store, func(tx store.Tx) (arrival, error) {
		var a arrival
		var err error
		if a.token, a.known, err = store.GetJSON[testToken](tx, testTokenSpace+form[1]); err != nil || !a.known {
			return a, err // somebody has copied the text of one
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
