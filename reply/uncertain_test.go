package reply_test

import (
	"testing"
	"time"

	"goniec/calendar"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
)

// lose has the next part that waits end uncertain: its modem is gone, and so is its report.
func (d *desk) lose() {
	d.t.Helper()
	s, ok, err := d.queue.Claim(d.t.Context(), worker())
	if err != nil || !ok {
		d.t.Fatalf("nothing to claim, %v", err)
	}
	if _, _, err := d.queue.Record(d.t.Context(), s, queue.Outcome{Kind: queue.Uncertain, Code: "unplugged", At: time.Now()}, false); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) wantMessage(id string, want queue.Status, code string) {
	d.t.Helper()
	m, err := d.queue.Message(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	got := ""
	if m.Error != nil {
		got = m.Error.Code
	}
	if m.Status != want || got != code {
		d.t.Errorf("message is %s for %q, want %s for %q", m.Status, got, want, code)
	}
}

// A clear answer says that the question has arrived. What may be about something else
// does not, nor what may be meant for another question.
func TestAnAnswerSettlesItsQuestion(t *testing.T) {
	for text, settles := range map[string]bool{
		"TAK": true, "nie moge przyjsc": true, "1": false, "kwiatek": false, "o ktorej to jest?": false, "STOP": false, "dziekuje": false,
	} {
		t.Run(text, func(t *testing.T) {
			inDesk(t, nil, func(t *testing.T, d *desk) {
				id := d.ask(queue.Draft{To: d.address(patient), Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo}, false)
				d.lose()
				d.hear(patient, text)
				if settles {
					d.wantMessage(id, queue.StatusDelivered, "")
					return
				}
				d.wantMessage(id, queue.StatusUncertain, queue.CodeUncertain)
			})
		})
	}
	t.Run("of another question", func(t *testing.T) {
		inDesk(t, nil, func(t *testing.T, d *desk) {
			first := d.ask(queue.Draft{To: d.address(patient), Text: "Kardiolog, wizyta jutro o 10:00. Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo}, false)
			d.lose()
			second := d.visit()
			d.hear(patient, "Tak")
			d.wantMessage(first, queue.StatusUncertain, queue.CodeUncertain)
			d.send()
			d.hear(patient, "1") // which of them: the first
			d.wantMessage(first, queue.StatusDelivered, "")
			d.wantMessage(second, queue.StatusSent, "")
		})
	})
	t.Run("from another number", func(t *testing.T) {
		inDesk(t, nil, func(t *testing.T, d *desk) {
			id := d.ask(queue.Draft{To: d.address(patient), Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo}, false)
			d.lose()
			d.hear(other, "Tak")
			d.wantMessage(id, queue.StatusUncertain, queue.CodeUncertain)
		})
	})
}

// A question is sent a second time, marked, only where nobody has a whole working day to
// call before the visit.
func TestCallListBeforeASecondSending(t *testing.T) {
	office := func(c *reply.Config) {
		c.Office = calendar.QuietHours{From: 18 * time.Hour, To: 8 * time.Hour, Weekdays: []time.Weekday{time.Sunday}}
	}
	day := func(n, hour int) time.Time { return time.Date(2000, time.January, n, hour, 0, 0, 0, time.UTC) } // the 3rd is a Monday
	for name, c := range map[string]struct {
		sent, visit time.Time
		adjust      func(*reply.Config)
		call        bool
	}{
		"tomorrow":                           {day(3, 9), day(4, 10), nil, false},
		"the day after":                      {day(3, 9), day(5, 10), nil, true},
		"over the weekend":                   {day(7, 15), day(10, 10), nil, false},
		"over the weekend, Tuesday":          {day(7, 15), day(11, 10), nil, true},
		"reception works on Saturday":        {day(7, 15), day(10, 10), office, true},
		"reception does not work on Sunday":  {day(8, 15), day(10, 10), office, false},
		"nobody knows when":                  {day(3, 9), time.Time{}, nil, false},
		"far ahead, in the following months": {day(3, 9), day(120, 10), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			inDesk(t, c.adjust, func(t *testing.T, d *desk) {
				d.halt() // nothing has to be done until then
				wait(t.Context(), time.Until(c.sent))
				d.run()
				id := d.ask(queue.Draft{To: d.address(patient), Text: "Wizyta. Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo, Until: c.visit}, false)
				d.lose()
				d.pass(11 * time.Minute)
				if c.call {
					d.wantMessage(id, queue.StatusHeld, queue.CodeCallList)
					d.hear(patient, "Tak")
					d.wantMessage(id, queue.StatusDelivered, "")
					return
				}
				d.wantMessage(id, queue.StatusQueued, "")
				s, ok, err := d.queue.Claim(t.Context(), worker())
				if err != nil || !ok || !s.PossibleDuplicate {
					t.Errorf("claimed %+v, %v", s, err)
				}
			})
		})
	}
	t.Run("asks nothing", func(t *testing.T) {
		inDesk(t, nil, func(t *testing.T, d *desk) {
			results, _, err := d.queue.Enqueue(t.Context(), queue.Caller{Token: "his"}, []queue.Draft{{To: d.address(patient), Text: "Wizyta pojutrze."}})
			if err != nil {
				t.Fatal(err)
			}
			d.lose()
			d.pass(11 * time.Minute)
			d.wantMessage(results[0].Message.ID, queue.StatusQueued, "")
		})
	})
}
