package reply_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"goniec/event"
	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/suppression"
)

// told returns the facts of type T that there are.
func told[T event.Fact](d *desk) []T {
	d.t.Helper()
	all, err := d.events.After(d.t.Context(), "", 1000)
	if err != nil {
		d.t.Fatal(err)
	}
	var facts []T
	for _, e := range all {
		var fact T
		if e.Type == fact.EventType() {
			if err := json.Unmarshal(e.Data, &fact); err != nil {
				d.t.Fatal(err)
			}
			facts = append(facts, fact)
		}
	}
	return facts
}

// claim begins an attempt at the message that is due.
func (d *desk) claim() queue.Submission {
	d.t.Helper()
	s, ok, err := d.queue.Claim(d.t.Context(), worker())
	if err != nil || !ok {
		d.t.Fatalf("nothing to send, %v", err)
	}
	return s
}

func (d *desk) record(s queue.Submission, o queue.Outcome) {
	d.t.Helper()
	o.At = time.Now()
	if _, _, err := d.queue.Record(d.t.Context(), s, o, false); err != nil {
		d.t.Fatal(err)
	}
}

// report takes a delivery report on a submission that was accepted under the TP-MR 1.
func (d *desk) report(s queue.Submission, status pdu.Status) {
	d.t.Helper()
	report := pdu.StatusReport{MR: 1, RA: s.To, SCTS: time.Now(), Discharge: time.Now(), Status: status}
	if err := d.queue.Report(d.t.Context(), worker(), report, time.Now()); err != nil {
		d.t.Fatal(err)
	}
}

// A question is closed as soon as its message has ended without arriving, and not told to
// have expired later.
func TestQuestionOfAMessageThatEnds(t *testing.T) {
	accepted := queue.Outcome{Kind: queue.Accepted, MR: 1}
	for name, c := range map[string]struct {
		ends   func(d *desk, id string)
		reason reply.CloseReason
		code   string
		counts bool // an answer counts all the same
	}{
		"the network knows no such number": {
			func(d *desk, _ string) { d.record(d.claim(), queue.Outcome{Kind: queue.Refused, Code: "cms_1"}) }, reply.CloseFailed, "cms_1", false,
		},
		"a report says that it failed": {func(d *desk, _ string) {
			s := d.claim()
			d.record(s, accepted)
			d.report(s, 0x40)
		}, reply.CloseFailed, queue.CodeUndelivered, false},
		"the phone was off for too long": {func(d *desk, _ string) {
			s := d.claim()
			d.record(s, accepted)
			d.report(s, 0x46)
		}, reply.CloseExpired, queue.CodeSCExpired, false},
		"it is cancelled": {func(d *desk, id string) {
			if _, err := d.queue.Cancel(d.t.Context(), id, "his"); err != nil {
				d.t.Fatal(err)
			}
		}, reply.CloseCancelled, "", false},
		"its number is suppressed": {func(d *desk, _ string) {
			if _, _, err := suppression.New(d.store, d.events).Add(d.t.Context(), suppression.Suppression{Number: d.address(patient), Purpose: suppression.All, Source: suppression.FromAPI}); err != nil {
				d.t.Fatal(err)
			}
			if _, ok, err := d.queue.Claim(d.t.Context(), worker()); ok || err != nil {
				d.t.Fatalf("it is sent, %v", err)
			}
		}, reply.CloseCancelled, queue.CodeSuppressed, false},
		"no modem had time": {func(d *desk, _ string) { d.pass(2 * time.Hour) }, reply.CloseExpired, queue.CodeExpired, false},
		"nobody knows, and it is cancelled": {func(d *desk, id string) {
			d.record(d.claim(), queue.Outcome{Kind: queue.Uncertain})
			if _, err := d.queue.Cancel(d.t.Context(), id, "his"); err != nil {
				d.t.Fatal(err)
			}
		}, reply.CloseCancelled, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			inDesk(t, nil, func(t *testing.T, d *desk) {
				draft := queue.Draft{To: d.address(patient), Text: "Wizyta jutro. TAK/NIE?", Reference: "visit-17", ExpiresAt: time.Now().Add(time.Hour)}
				id := d.ask(draft, reply.Question{Kind: reader.YesNo, Until: time.Now().Add(24 * time.Hour)}, false)
				c.ends(d, id)
				d.pass(time.Minute)
				want := []reply.QuestionClosed{{ID: id, Reference: "visit-17", Reason: c.reason, ErrorCode: c.code}}
				if got := told[reply.QuestionClosed](d); !slices.Equal(got, want) || d.question(id).Status != reply.Closed {
					t.Errorf("question is %s, told %+v, want %+v", d.question(id).Status, got, want)
				}
				d.hear(patient, "Tak")
				wanted := reply.Closed
				if c.counts {
					wanted = reply.Answered
				}
				if got := d.question(id).Status; got != wanted {
					t.Errorf("after an answer the question is %s, want %s", got, wanted)
				}
				d.pass(48 * time.Hour)
				if got := told[reply.QuestionExpired](d); len(got) > 0 {
					t.Errorf("told to have expired as well: %+v", got)
				}
			})
		})
	}
}

// A message that was sent and stays without a report has probably arrived: its question
// waits until its end.
func TestQuestionOfAMessageWithoutReport(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		id := d.ask(queue.Draft{To: d.address(patient), Text: "TAK?"}, reply.Question{Kind: reader.YesNo, Until: time.Now().Add(24 * time.Hour)}, true)
		d.pass(25 * time.Hour)
		if got := told[reply.QuestionExpired](d); len(got) != 1 || got[0].ID != id {
			t.Errorf("told to have expired: %+v", got)
		}
		if got := told[reply.QuestionClosed](d); len(got) > 0 {
			t.Errorf("told to be closed: %+v", got)
		}
	})
}

// Of two reminders of one visit each may be answered: the second takes the place of the
// first when it has been sent, and not before.
func TestTwoRemindersOfOneVisit(t *testing.T) {
	for name, c := range map[string]struct {
		secondFirst bool // the second reminder is posted first
		answer      time.Duration
		first       reply.Status
		second      reply.Status
	}{
		"the first is answered":                    {false, 3 * time.Hour, reply.Answered, reply.Open},
		"the second is answered":                   {false, 26 * time.Hour, reply.Superseded, reply.Answered},
		"posted the other way round, the first":    {true, 3 * time.Hour, reply.Answered, reply.Open},
		"posted the other way round, the second":   {true, 26 * time.Hour, reply.Superseded, reply.Answered},
		"neither is answered: the second tells it": {false, 0, reply.Superseded, reply.Expired},
		"neither, and posted the other way round":  {true, 0, reply.Superseded, reply.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			inDesk(t, nil, func(t *testing.T, d *desk) {
				begin := time.Now()
				ask := func(after time.Duration) string {
					draft := queue.Draft{To: d.address(patient), Text: "TAK?", Reference: "visit-17", SendAt: begin.Add(after)}
					return d.ask(draft, reply.Question{Kind: reader.YesNo, Until: begin.Add(27 * time.Hour)}, false)
				}
				var first, second string
				if c.secondFirst {
					second, first = ask(25*time.Hour), ask(2*time.Hour)
				} else {
					first, second = ask(2*time.Hour), ask(25*time.Hour)
				}
				for hour := time.Duration(0); hour < 29*time.Hour; hour += time.Hour {
					d.send()
					if hour == c.answer && hour > 0 {
						d.hear(patient, "Tak")
						if a, b := d.question(first).Status, d.question(second).Status; a != c.first || b != c.second {
							t.Errorf("after the answer the first is %s and the second %s, want %s and %s", a, b, c.first, c.second)
						}
						return
					}
					d.pass(time.Hour)
				}
				if a, b := d.question(first).Status, d.question(second).Status; a != c.first || b != c.second {
					t.Errorf("in the end the first is %s and the second %s, want %s and %s", a, b, c.first, c.second)
				}
				if got := told[reply.QuestionExpired](d); len(got) != 1 {
					t.Errorf("told to have expired: %+v", got)
				}
			})
		})
	}
}
