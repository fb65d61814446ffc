package reply_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/calendar"
	"goniec/clock"
	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/store"
	"goniec/store/memstore"
)

func inDesk(t *testing.T, adjust func(*reply.Config), test func(t *testing.T, d *desk)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(t, newDesk(t, adjust)) })
}

func (d *desk) visit() string {
	d.t.Helper()
	draft := queue.Draft{To: d.address(patient), Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE.", Reference: "visit-17"}
	return d.ask(draft, reply.Question{Kind: reader.YesNo}, true)
}

// Each answer is told once, with the rule that decided, and the text that goes back is
// a message like any other.
func TestAnswerIsTold(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		id := d.visit()
		d.hear(patient, "Tak, dziękuję")
		d.hear(patient, "jednak nie")
		want := map[string]int{"question.answered": 2}
		if got := d.eventsOf("question."); !equal(got, want) {
			t.Errorf("events are %v, want %v", got, want)
		}
		q := d.question(id)
		if q.Answer.Rule == "" || q.Answer.Match != reply.MatchChanged || len(q.Before) != 1 || q.Before[0].Value != reader.Yes {
			t.Errorf("question is %+v, before %+v", q.Answer, q.Before)
		}
		if got := d.texts(); !slices.Equal(got, []string{"thanks_yes +48221234567", "thanks_no +48221234567"}) {
			t.Errorf("texts back are %q", got)
		}
	})
}

func equal(a, b map[string]int) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

// The question back names the visits with their numbers.
func TestQuestionBackNamesVisits(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		for _, about := range []string{"Ania, wt 10:00", ""} {
			d.ask(queue.Draft{To: d.address(patient), Text: "Wizyta w poradni kardiologicznej jutro. Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo, About: about}, true)
		}
		d.hear(patient, "Tak")
		want := "Ktora wizyta? Odpisz numerem:\n1 - Ania, wt 10:00\n2 - Wizyta w poradni kardiologi...\n3 - wszystkie"
		if got := d.texts(); len(got) != 1 || got[0] != want {
			t.Errorf("texts back are %q", got)
		}
	})
}

// A question is told to have expired, once, unless it was answered or never asked.
func TestExpiry(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		q := reply.Question{Kind: reader.YesNo, Until: time.Now().Add(time.Hour)}
		draft := func() queue.Draft {
			return queue.Draft{To: d.address(patient), Text: "Odpisz TAK lub NIE.", ExpiresAt: time.Now().Add(30 * time.Minute)}
		}
		answered := d.ask(draft(), q, true)
		d.hear(patient, "Tak")
		ignored := d.ask(draft(), q, true)
		unsent := d.ask(draft(), q, false)
		d.pass(2 * time.Hour)
		for id, want := range map[string]reply.Status{answered: reply.Answered, ignored: reply.Expired, unsent: reply.Closed} {
			if got := d.question(id).Status; got != want {
				t.Errorf("question is %s, want %s", got, want)
			}
		}
		if got := d.eventsOf("question."); got["question.expired"] != 1 {
			t.Errorf("events are %v", got)
		}
	})
}

// Outside office hours the patient is told so, once in a while, instead of that
// somebody looks at it.
func TestOutOfHours(t *testing.T) {
	office := func(c *reply.Config) {
		c.Office = calendar.QuietHours{From: 18 * time.Hour, To: 8 * time.Hour}
		text := c.Text
		c.Text = func(language string, kind reply.TextKind) string {
			if kind == reply.TextClosed {
				return "Rejestracja od 8:00. Pilne: {phone}"
			}
			return text(language, kind)
		}
	}
	inDesk(t, office, func(t *testing.T, d *desk) { // it is midnight
		d.visit()
		d.hear(patient, "o której to jest?")
		if h := d.inbox(); h[0].Back != reply.TextClosed {
			t.Errorf("the text back is of kind %q", h[0].Back)
		}
		d.hear(patient, "halo, o której?")
		if got := d.texts(); !slices.Equal(got, []string{"Rejestracja od 8:00. Pilne: +48221234567"}) {
			t.Errorf("texts back are %q", got)
		}
		d.pass(9 * time.Hour)
		d.hear(patient, "to o której?")
		if got := d.texts(); len(got) != 2 || !strings.HasPrefix(got[1], "person") {
			t.Errorf("texts back are %q", got)
		}
	})
}

// Neither a number nor all numbers together get more texts than the guard allows, and
// a person is told what a machine must not answer.
func TestGuard(t *testing.T) {
	guard := func(c *reply.Config) { c.Guard = reply.Guard{PerNumber: 3, PerBox: 5} }
	inDesk(t, guard, func(t *testing.T, d *desk) {
		d.visit()
		for range 10 {
			d.hear(patient, "Tak")
			d.hear(patient, "Nie")
		}
		if n := len(d.texts()); n > 3 {
			t.Errorf("%d texts to one number", n)
		}
		for i := range 8 {
			to := "+4860220220" + string(rune('0'+i))
			d.ask(queue.Draft{To: d.address(to), Text: "Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo}, true)
			d.hear(to, "Tak")
		}
		if n := len(d.texts()); n != 5 {
			t.Errorf("%d texts of the box", n)
		}
		d.pass(25 * time.Hour)
		d.hear("+48602202201", "Nie")
		if n := len(d.texts()); n != 6 {
			t.Errorf("%d texts a day later", n)
		}
	})
}

// A text that was refused has not gone, so it is not counted.
func TestGuardDoesNotCountWhatWasRefused(t *testing.T) {
	long := true
	adjust := func(c *reply.Config) {
		c.Guard = reply.Guard{PerNumber: 1, PerBox: 1}
		text := c.Text
		c.Text = func(language string, kind reply.TextKind) string {
			if long {
				return strings.Repeat("Dziekujemy. ", 200)
			}
			return text(language, kind)
		}
	}
	inDesk(t, adjust, func(t *testing.T, d *desk) {
		d.visit()
		d.hear(patient, "Tak")
		long = false
		d.hear(patient, "Nie")
		if h := d.inbox(); h[0].Back != "" || h[1].Back != reply.TextThanksNo || len(d.texts()) != 1 {
			t.Errorf("%q went back, of kinds %q and %q", d.texts(), h[0].Back, h[1].Back)
		}
	})
}

// A text back that cannot be sent leaves the matter to a person.
func TestQuestionBackThatMayNotGo(t *testing.T) {
	silent := func(c *reply.Config) { c.Text = func(string, reply.TextKind) string { return "" } }
	inDesk(t, silent, func(t *testing.T, d *desk) {
		d.visit()
		d.hear(patient, "kwiatek")
		if talk, _ := d.talk(); talk.State != reply.ConversationWaiting {
			t.Errorf("talk is %+v", talk)
		}
	})
}

// The patient's language is that of the question.
func TestLanguageOfTexts(t *testing.T) {
	spoken := func(c *reply.Config) {
		c.Text = func(language string, kind reply.TextKind) string { return language + " " + string(kind) }
	}
	inDesk(t, spoken, func(t *testing.T, d *desk) {
		d.ask(queue.Draft{To: d.address(patient), Text: "Ваш візит завтра. ТАК або НІ?"}, reply.Question{Kind: reader.YesNo, Language: "uk"}, true)
		d.hear(patient, "Так")
		if got := d.texts(); !slices.Equal(got, []string{"uk thanks_yes"}) {
			t.Errorf("texts back are %q", got)
		}
	})
}

// What a caller gets wrong is named by its field.
func TestQuestionsThatCannotBe(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		for field, q := range map[string]reply.Question{
			"kind":         {Kind: "maybe"},
			"labels":       {Kind: reader.Choice, Labels: []string{"rano"}},
			"max":          {Kind: reader.Number, Min: 5, Max: 5},
			"until":        {Kind: reader.YesNo, Until: time.Now().AddDate(2, 0, 0)},
			"change_until": {Kind: reader.YesNo, Until: time.Now().Add(time.Hour), ChangeUntil: time.Now().Add(2 * time.Hour)},
			"about":        {Kind: reader.YesNo, About: strings.Repeat("x", 61)},
			"language":     {Kind: reader.YesNo, Language: "polski"},
		} {
			err := d.Ask(t.Context(), &queue.Draft{}, q)
			var wrong *reply.QuestionError
			if !errors.As(err, &wrong) || wrong.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

// A message ends with its question, unless it ends before.
func TestQuestionEndsItsMessage(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		now := time.Now()
		for _, c := range []struct{ expires, until, want time.Time }{
			{time.Time{}, now.Add(time.Hour), now.Add(time.Hour)},
			{now.Add(2 * time.Hour), now.Add(time.Hour), now.Add(time.Hour)},
			{now.Add(time.Hour), now.Add(2 * time.Hour), now.Add(time.Hour)},
			{now.Add(time.Hour), time.Time{}, now.Add(time.Hour)},
		} {
			id := d.ask(queue.Draft{To: d.address(patient), Text: "TAK?", ExpiresAt: c.expires}, reply.Question{Kind: reader.YesNo, Until: c.until}, false)
			m, err := d.queue.Message(t.Context(), id)
			if err != nil || !m.ExpiresAt.Equal(c.want) {
				t.Errorf("expires %v, until %v: the message ends at %v, %v", c.expires, c.until, m.ExpiresAt, err)
			}
		}
	})
}

// A clock that nothing confirms, such as one of a box that was without power for years,
// does not make the end of a question a mistake.
func TestEndOfAQuestionByAnUnconfirmedClock(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{-3 * 365 * 24 * time.Hour, 365 * 24 * time.Hour} {
		s := memstore.New()
		ticks, err := clock.New(clock.Config{
			Store: s, Time: func() time.Time { return time.Now().Add(off) },
			Boot: clock.Boot{ID: "second", Uptime: func() time.Duration { return time.Minute }, Earliest: time.Now().AddDate(-4, 0, 0)},
		})
		if err != nil {
			t.Fatal(err)
		}
		d := newDeskOn(t, s, ticks, nil)
		draft := queue.Draft{To: d.address(patient), Text: "TAK?"}
		if err := d.Ask(t.Context(), &draft, reply.Question{Kind: reader.YesNo, Until: time.Now().Add(24 * time.Hour)}); err != nil {
			t.Errorf("clock off by %s: %v", off, err)
		}
		results, _, err := d.queue.Enqueue(t.Context(), queue.Caller{}, []queue.Draft{draft})
		if err != nil || results[0].Err != nil {
			t.Errorf("clock off by %s: %+v, %v", off, results, err)
		}
	}
}

// A conversation waits for staff until somebody closes it, and opens when the patient
// writes again.
func TestConversation(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		d.hear(patient, "Mam pytanie o receptę")
		talk, ok := d.talk()
		if !ok || talk.State != reply.ConversationWaiting || talk.Unread != 1 || talk.Number != d.address(patient) {
			t.Fatalf("talk is %+v", talk)
		}
		ctx := t.Context()
		closed, anna := reply.ConversationClosed, "Anna"
		if _, err := d.AddNote(ctx, talk.ID, " dzwonić po 15 ", "reception"); err != nil {
			t.Fatal(err)
		}
		got, err := d.ChangeConversation(ctx, talk.ID, reply.Change{State: &closed, AssignedTo: &anna}, "reception")
		if err != nil || got.State != reply.ConversationClosed || got.Unread != 0 || got.AssignedTo != anna || got.Notes != 1 || got.Reason != "" {
			t.Errorf("talk is %+v, %v", got, err)
		}
		notes, err := d.Notes(ctx, talk.ID)
		if err != nil || len(notes) != 1 || notes[0].Text != "dzwonić po 15" || notes[0].By != "reception" {
			t.Errorf("notes are %+v, %v", notes, err)
		}
		d.hear(other, "Dzień dobry, kiedy wyniki?")
		d.hear(patient, "Dziękuję")
		if again, err := d.Conversation(ctx, talk.ID); err != nil || again.State != reply.ConversationClosed || again.Unread != 0 {
			t.Errorf("after thanks the talk is %+v, %v", again, err)
		}
		d.hear(patient, "a jednak mam pytanie")
		if again, err := d.Conversation(ctx, talk.ID); err != nil || again.State != reply.ConversationWaiting || again.Unread != 1 {
			t.Errorf("after a question the talk is %+v, %v", again, err)
		}
		page, next, err := d.Conversations(ctx, reply.ConversationFilter{Unread: true}, "", 1)
		if err != nil || len(page) != 1 || page[0].ID != talk.ID || next == "" {
			t.Errorf("first page is %+v, %q, %v", page, next, err)
		}
		page, next, err = d.Conversations(ctx, reply.ConversationFilter{Unread: true}, next, 1)
		if err != nil || len(page) != 1 || page[0].Number != d.address(other) || next != "" {
			t.Errorf("second page is %+v, %q, %v", page, next, err)
		}
		unknown := reply.ConversationState("asleep")
		if _, err := d.ChangeConversation(ctx, talk.ID, reply.Change{State: &unknown}, ""); !errors.Is(err, reply.ErrConversationState) {
			t.Error(err)
		}
		if _, err := d.ChangeConversation(ctx, "00000000-0000-7000-8000-000000000000", reply.Change{}, ""); !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
	})
}

// After retention nothing is left but what somebody wants of us.
func TestPrune(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		d.visit()
		d.visit()
		d.hear(patient, "Tak")
		d.hear(patient, "STOP")
		talk, _ := d.talk()
		if _, err := d.AddNote(t.Context(), talk.ID, "x", ""); err != nil {
			t.Fatal(err)
		}
		d.pass(48 * time.Hour)
		if err := d.Prune(t.Context(), 24*time.Hour); err != nil {
			t.Fatal(err)
		}
		err := d.store.View(context.WithoutCancel(t.Context()), func(r store.Reader) error {
			for _, space := range []string{"ask", "heard/", "which/", "guard/of/", "talk", "note/"} {
				pairs, err := r.Scan(space, store.PrefixEnd(space), 0)
				if err != nil {
					return err
				}
				for _, p := range pairs {
					t.Errorf("%s is left", p.Key)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.stops(); !slices.Equal(got, []string{"care", "information", "marketing"}) {
			t.Errorf("stops are %q", got)
		}
	})
}

// Verify finds what is broken, and names it without a number.
func TestVerify(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(tx store.Tx, id string, talk reply.Conversation) error{
		"it cannot be read":                 func(tx store.Tx, id string, _ reply.Conversation) error { return tx.Put("ask/"+id, []byte("{")) },
		"it is open and nobody will end it": func(tx store.Tx, _ string, _ reply.Conversation) error { return clearSpace(tx, "asktick/") },
		"it leads to no question":           func(tx store.Tx, id string, _ reply.Conversation) error { return tx.Delete("ask/" + id) },
		"its number does not lead to it":    func(tx store.Tx, _ string, _ reply.Conversation) error { return clearSpace(tx, "talkof/") },
		"the list does not lead to it":      func(tx store.Tx, _ string, _ reply.Conversation) error { return clearSpace(tx, "talkat/") },
		"it leads to no conversation":       func(tx store.Tx, _ string, talk reply.Conversation) error { return tx.Delete("talk/" + talk.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, nil)
				id := d.visit()
				d.hear(patient, "kwiatek")
				talk, _ := d.talk()
				copied := memstore.New()
				found := map[string]bool{}
				err := d.store.View(t.Context(), func(r store.Reader) error {
					pairs, err := r.Scan("", "\xff", 0)
					if err != nil {
						return err
					}
					return copied.Update(t.Context(), func(tx store.Tx) error {
						for _, p := range pairs {
							if err := tx.Put(p.Key, p.Value); err != nil {
								return err
							}
						}
						return breakIt(tx, id, talk)
					})
				})
				if err != nil {
					t.Fatal(err)
				}
				err = copied.View(t.Context(), func(r store.Reader) error {
					return reply.Verify(r, func(f store.Finding) {
						found[f.What] = true
						if strings.Contains(f.Record, patient[1:]) {
							t.Errorf("%s names a number", f.Record)
						}
					}, nil)
				})
				if err != nil || !found[name] {
					t.Errorf("found %v, %v", found, err)
				}
			})
		})
	}
}

// clearSpace removes every key of a space.
func clearSpace(tx store.Tx, prefix string) error {
	pairs, err := tx.Scan(prefix, store.PrefixEnd(prefix), 0)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if err := tx.Delete(p.Key); err != nil {
			return err
		}
	}
	return nil
}

// A number that is forgotten leaves nothing behind, and others lose nothing.
func TestForget(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		d.visit()
		d.ask(queue.Draft{To: d.address(other), Text: "Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo, Also: []pdu.Address{d.address(patient)}}, true)
		d.ask(queue.Draft{To: d.address(patient), Text: "Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo}, false)
		d.hear(patient, "Tak")
		d.hear(patient, "a o której?")
		d.hear(other, "Tak")
		talks, _, err := d.Conversations(t.Context(), reply.ConversationFilter{Number: d.address(patient)}, "", 1)
		if err != nil || len(talks) != 1 {
			t.Fatal(talks, err)
		}
		if _, err := d.AddNote(t.Context(), talks[0].ID, "x", ""); err != nil {
			t.Fatal(err)
		}
		removed, err := d.Forget(t.Context(), d.address(patient))
		want := map[string]int{"questions": 2, "readings": 2, "conversations": 1, "notes": 1}
		if err != nil || !equal(removed, want) {
			t.Errorf("removed %v, %v; want %v", removed, err, want)
		}
		err = d.store.View(t.Context(), func(r store.Reader) error {
			for _, space := range []string{"ask", "heard/", "which/", "guard/", "talk", "note/"} {
				pairs, err := r.Scan(space, store.PrefixEnd(space), 0)
				if err != nil {
					return err
				}
				for _, p := range pairs {
					if strings.Contains(p.Key+string(p.Value), patient[1:]) {
						t.Errorf("%s still holds the number", store.Space(p.Key))
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if talks, _, err := d.Conversations(t.Context(), reply.ConversationFilter{}, "", 10); err != nil || len(talks) != 1 || talks[0].Number != d.address(other) {
			t.Errorf("conversations left: %+v, %v", talks, err)
		}
		if again, err := d.Forget(t.Context(), d.address(patient)); err != nil || len(again) != 0 {
			t.Errorf("removed again: %v, %v", again, err)
		}
	})
}

// What came in while the program did not run is dealt with when it does, once; only
// what has waited long is not answered by a machine.
func TestRestart(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		id := d.visit()
		d.halt()
		d.hear(patient, "Tak")
		wait(t.Context(), time.Hour)
		d.run()
		synctest.Wait()
		if got := d.answer(id); got != "yes" || len(d.texts()) != 1 {
			t.Errorf("answer is %s, texts back %q", got, d.texts())
		}
		d.halt()
		d.hear(patient, "STOP")
		wait(t.Context(), 13*time.Hour)
		d.run()
		synctest.Wait()
		d.halt()
		d.run()
		synctest.Wait()
		if stops := d.stops(); len(stops) != 3 || len(d.texts()) != 1 {
			t.Errorf("stops %q, texts back %q", stops, d.texts())
		}
	})
}

// One text that asks about the visits of a family: a plain yes is for all of them, a plain no
// is asked back, and names are read.
func TestItems(t *testing.T) {
	for replies, want := range map[string]string{
		"Tak":                         "yes yes answered",
		"Nie":                         "open open open",
		"Nie|2":                       "open no open",
		"Nie|obie":                    "no no answered",
		"Ania tak, Jan nie":           "yes no answered",
		"Jan nie":                     "open no open",
		"Jan nie|Ania tak":            "yes no answered",
		"Tak|Jan jednak nie":          "yes no answered",
		"Jan tak|jednak nie":          "open yes open",
		"kwiatek":                     "open open open",
		"kwiatek|1 tak, 2 nie":        "yes no answered",
		"Dziękuję|obie wizyty będą":   "yes yes answered",
		"Tak|żadna jednak nie będzie": "no no answered",
	} {
		t.Run(replies, func(t *testing.T) {
			inDesk(t, nil, func(t *testing.T, d *desk) {
				id := d.ask(queue.Draft{To: d.address(patient), Text: "Przypominamy o wizytach: Ania 8:40, Jan 9:00. Odpisz TAK lub NIE."},
					reply.Question{Kind: reader.YesNo, Language: "pl", Items: []reply.Item{{About: "Ania, jutro 8:40"}, {About: "Jan, jutro 9:00"}}}, true)
				for text := range strings.SplitSeq(replies, "|") {
					d.hear(patient, text)
					d.send()
				}
				q := d.question(id)
				got := ""
				for _, item := range q.Items {
					if item.Answer == nil {
						got += "open "
					} else {
						got += string(item.Answer.Value) + " "
					}
				}
				if got += string(q.Status); got != want {
					t.Errorf("items are %s, want %s", got, want)
				}
			})
		})
	}
}

// Items need words that tell them apart.
func TestItemsThatCannotBeAsked(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		for name, q := range map[string]reply.Question{
			"one":        {Kind: reader.YesNo, Items: []reply.Item{{About: "Ania"}}},
			"alike":      {Kind: reader.YesNo, Items: []reply.Item{{About: "Ania"}, {About: "Ania "}}},
			"empty":      {Kind: reader.YesNo, Items: []reply.Item{{About: "Ania"}, {About: " "}}},
			"and about":  {Kind: reader.YesNo, About: "Ania", Items: []reply.Item{{About: "Ania"}, {About: "Jan"}}},
			"of a score": {Kind: reader.Number, Max: 10, Items: []reply.Item{{About: "Ania"}, {About: "Jan"}}},
		} {
			var wrong *reply.QuestionError
			if err := d.Ask(t.Context(), &queue.Draft{}, q); !errors.As(err, &wrong) || wrong.Code != reply.InvalidItems {
				t.Errorf("%s: error is %v", name, err)
			}
		}
	})
}
