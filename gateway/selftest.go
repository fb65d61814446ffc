package gateway

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"time"

	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// SelfTestConfig is how often a modem tries whether texts arrive.
type SelfTestConfig struct {
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

// SelfTest is what is known of the tests of a modem.
type SelfTest struct {
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

// testLog is what a worker knows of its tests; see testRecord.
type testLog struct {
	loaded time.Time // zero: it is not
	record testRecord
}

// watchTest begins a test when one is due, and ends the one that runs when it is
// known what it came to.
func (s *session) watchTest(now time.Time) {
	c := s.gateway.config.SelfTest
	if err := s.loadTest(s.ctx); err != nil {
		s.careFailed("read the self-test", err)
		return
	}
	s.judgeTest()
	t := &s.tests.record
	if t.Token != "" {
		s.followTest(now)
		return
	}
	if c.Every <= 0 {
		return
	}
	due := s.opened.Add(testSettle)
	if !t.Last.Begun.After(now) { // else the clock was wrong then
		due = latest(due, t.Last.Begun.Add(c.Every))
	}
	if !t.Next.After(now.Add(max(c.Every, testAgain))) {
		due = latest(due, t.Next)
	}
	if due.After(now) {
		s.careSoon(due)
		return
	}
	if _, reason := s.hold(now); reason != "" || !s.idle(now) {
		return // at the next look
	}
	switch err := s.beginTest(s.ctx); {
	case err == nil:
	case errors.Is(err, ErrTestBudget), errors.Is(err, ErrTestNoNumber):
		s.skipTest(now, err)
	default:
		s.careFailed("begin a self-test", err)
	}
}

// skipTest logs, once for each time it would have been due, that there is none.
func (s *session) skipTest(now time.Time, why error) {
	remedy := "Write the number of the SIM into modems[].number, or another into self_test.to."
	if errors.Is(why, ErrTestBudget) {
		remedy = "It goes on next month; raise self_test.per_month, or self_test.every, to have more or fewer."
	}
	s.log.Warn("self-test is left out", slog.Any("err", why), slog.String("remedy", remedy))
	s.tests.record.Next = now.Add(s.gateway.config.SelfTest.Every)
}

// loadTest reads what is stored of the tests of w, once.
func (w *worker) loadTest(ctx context.Context) error {
	if !w.tests.loaded.IsZero() {
		return nil
	}
	record, err := store.View(ctx, w.gateway.config.Store, func(r store.Reader) (testRecord, error) {
		record, _, err := store.GetJSON[testRecord](r, testKey(w.config.Name))
		return record, err
	})
	if err != nil {
		return err
	}
	w.tests.record, w.tests.loaded = record, time.Now()
	w.showTest()
	return nil
}

// Test has the modem called name send a text of a test now. It returns when that is
// in the queue; what it comes to is in Status.SelfTest. The error is
// ErrUnknownModem, ErrNotOpen, one of ErrTest…, that of ctx, or of the store.
func (g *Gateway) Test(ctx context.Context, name string) error {
	g.mu.Lock()
	w := g.workers[name]
	g.mu.Unlock()
	if w == nil {
		return fmt.Errorf("test modem %s: %w", name, ErrUnknownModem)
	}
	err := w.ask(ctx, func(ctx context.Context, m *modem.Modem) error {
		if m.Info().State != modem.Ready {
			return ErrNotOpen
		}
		if err := w.loadTest(ctx); err != nil {
			return err
		}
		if w.tests.record.Token != "" {
			return ErrTestRunning
		}
		return w.beginTest(ctx)
	})
	if err != nil {
		return fmt.Errorf("test modem %s: %w", name, err)
	}
	return nil
}

// beginTest writes down that a test runs, what it costs and by what it is
// recognised, and only then queues its text: what a crash leaves out in between the
// next session does.
func (w *worker) beginTest(ctx context.Context) error {
	to, via := w.gateway.testTarget(w)
	if to == "" {
		return ErrTestNoNumber
	}
	now := time.Now().UTC()
	next := w.tests.record
	next.Token, next.To, next.Via, next.Begun = newToken(), to, via, now
	next.Message, next.Arrived, next.Next = "", time.Time{}, time.Time{}
	err := w.gateway.config.Store.Update(ctx, func(tx store.Tx) error {
		if err := w.gateway.spendTest(tx, now); err != nil {
			return err
		}
		if err := forgetTokens(tx, now.Add(-tokenKept)); err != nil {
			return err
		}
		if err := store.PutJSON(tx, testTokenSpace+next.Token, testToken{w.config.Name, now}); err != nil {
			return err
		}
		return store.PutJSON(tx, testKey(w.config.Name), next)
	})
	if err != nil {
		return err
	}
	w.tests.record, w.careAt = next, time.Now().Add(testPoll)
	w.log.Info("self-test begins", slog.String("for", w.testFor()))
	w.showTest()
	return w.queueTest(ctx)
}

// spendTest counts one part against the budget of the month.
func (g *Gateway) spendTest(tx store.Tx, now time.Time) error {
	budget, _, err := store.GetJSON[testBudget](tx, testMonthKey)
	if err != nil {
		return err
	}
	if month := now.In(g.config.Location).Format("2006-01"); budget.Month != month {
		budget = testBudget{Month: month}
	}
	most := g.config.SelfTest.PerMonth
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
	const together = 500
	pairs, err := tx.Scan(testTokenSpace, store.PrefixEnd(testTokenSpace), together)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		token, _, err := store.GetJSON[testToken](tx, pair.Key)
		if err != nil || token.At.Before(limit) {
			if err := tx.Delete(pair.Key); err != nil {
				return err
			}
		}
	}
	return nil
}

// testTarget returns the number that a test of w goes to, and the modem of that
// number; empty if it is none of ours.
func (g *Gateway) testTarget(w *worker) (to, via string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if to := g.config.SelfTest.To; to != "" {
		for name, other := range g.workers {
			if own := other.number(); own != "" && sameNumber(own, to) {
				return to, name
			}
		}
		return to, ""
	}
	// The next modem that can receive it, in the order of the configuration.
	from := slices.Index(g.order, w.config.Name)
	for i := range g.order {
		other := g.workers[g.order[(from+1+i)%len(g.order)]]
		state, _ := other.state()
		if own := other.number(); own != "" && (other == w || state == modem.Ready) {
			return own, other.config.Name
		}
	}
	return "", ""
}

// testFor says whom the test that runs is for.
func (w *worker) testFor() string {
	switch via := w.tests.record.Via; via {
	case "":
		return "the number in self_test.to"
	case w.config.Name:
		return "its own number"
	default:
		return "modem " + via
	}
}

// queueTest puts the text of the test that runs into the queue; once, however often
// it is called.
func (w *worker) queueTest(ctx context.Context) error {
	t := w.tests.record
	to, err := pdu.ParseAddress(t.To)
	if err != nil {
		return fmt.Errorf("number of a self-test: %w", err)
	}
	text := testText(t.Token)
	results, _, err := w.gateway.config.Queue.Enqueue(ctx,
		queue.Caller{Token: testActor, Key: t.Token, BodyHash: sha256.Sum256([]byte(text))},
		[]queue.Draft{{
			To: to, Text: text, Reference: testActor, Priority: queue.Low, Purpose: queue.Staff,
			Encoding: pdu.ForceGSM7, Modem: w.config.Name, ExpiresAt: t.Begun.Add(max(2*w.testWait(), time.Hour)),
		}})
	if err != nil {
		return err
	}
	if results[0].Err != nil {
		return w.endTest(ctx, TestNotSent, "the queue refused it: "+results[0].Err.Error(), &queue.Message{})
	}
	t.Message = results[0].Message.ID
	return w.saveTest(ctx, t)
}

// testWait returns SelfTestConfig.Wait.
func (w *worker) testWait() time.Duration {
	if wait := w.gateway.config.SelfTest.Wait; wait > 0 {
		return wait
	}
	return defaultTestWait
}

// saveTest writes the record, keeping what the modem that received the text has
// written into it meanwhile.
func (w *worker) saveTest(ctx context.Context, t testRecord) error {
	saved, err := store.Update(ctx, w.gateway.config.Store, func(tx store.Tx) (testRecord, error) {
		t := t
		stored, found, err := store.GetJSON[testRecord](tx, testKey(w.config.Name))
		if err != nil {
			return t, err
		}
		if found && stored.Token == t.Token && t.Arrived.IsZero() {
			t.Arrived = stored.Arrived
		}
		return t, store.PutJSON(tx, testKey(w.config.Name), t)
	})
	if err == nil {
		w.tests.record = saved
	}
	return err
}

// takeTest deals with a text that has come if it is one of a test: it is noted, and
// nobody else sees it. ours is false for any other text. When it returns without an
// error the modem's copy may be deleted.
func (s *session) takeTest(raw []byte) (ours bool, err error) {
	now := time.Now()
	in, err := pdu.Read(raw, now)
	if err != nil || in.Deliver == nil {
		return false, nil //nolint:nilerr // the queue keeps what cannot be read
	}
	form := testForm.FindStringSubmatch(in.Deliver.Text())
	if form == nil {
		return false, nil
	}
	type arrival struct {
		token testToken
		known bool
		first bool // somebody waits for it
	}
	a, err := store.Update(context.WithoutCancel(s.hard), s.gateway.config.Store, func(tx store.Tx) (arrival, error) {
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
		s.log.Info("text of a self-test has arrived", slog.String("from_modem", a.token.Modem))
	default:
		s.log.Info("text of an earlier self-test has arrived", slog.String("from_modem", a.token.Modem),
			slog.Duration("after", now.Sub(a.token.At).Round(time.Second)))
	}
	return true, nil
}
