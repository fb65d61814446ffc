package reply

import (
	"slices"
	"time"

	"goniec/reply/reader"
)

// visits are the questions of yes or no that a text may be about, the newest last: open
// ones, and answered ones whose answer may still be changed.
type visits []askedQuestion

// visitsOf returns the questions of s among which a text has to be understood; nil where
// fewer than two are, or where they are of different kinds.
func visitsOf(s situation) visits {
	var all visits
	for _, q := range s.asked {
		if !q.takes(s.now) {
			continue
		}
		if q.Kind != reader.YesNo {
			return nil
		}
		all = append(all, q)
	}
	if len(all) < 2 {
		return nil
	}
	return all
}

// open returns the questions without an answer.
func (v visits) open() visits {
	return slices.DeleteFunc(slices.Clone(v), func(q askedQuestion) bool { return q.Status != Open })
}

// answered returns the questions with an answer, the one answered last behind the others.
func (v visits) answered() visits {
	out := slices.DeleteFunc(slices.Clone(v), func(q askedQuestion) bool { return q.Status != Answered })
	slices.SortStableFunc(out, func(a, b askedQuestion) int { return a.Answer.At.Compare(b.Answer.At) })
	return out
}

// forReader returns the questions for the reader.
func (v visits) forReader() []reader.Question {
	out := make([]reader.Question, len(v))
	for i, q := range v {
		out[i] = q.ForReader(q.text)
	}
	return out
}

// decideSeveral deals with a text of a patient with several questions of yes or no.
func (m matcher) decideSeveral(s situation, all visits) decision {
	said := m.reader.ReadSeveral(s.text, all.forReader(), false)
	open, answered := all.open(), all.answered()
	whole := said.Whole
	switch {
	case said.Names():
		meant := reader.Value("")
		if said.Too && len(answered) > 0 {
			meant = answered[len(answered)-1].Answer.Value
		}
		return s.settle(MatchNamed, said, all, meant)
	case courtesy(whole) && len(answered) > 0:
		return decision{match: MatchCourtesy, reading: whole, handled: true}
	case whole.Value == reader.Unclear && len(open) == 0:
		return decision{match: MatchSeveral, reading: whole, unclear: idsOf(answered), needsStaff: true, back: TextPerson, subject: &answered[len(answered)-1].Question}
	case whole.Value == reader.Unclear:
		return askAgainSeveral(whole, open, s.now)
	case said.Turns && len(answered) == 1 && len(open) == 0:
		return change(MatchChanged, whole, s.now, answered[0])
	case said.Turns && len(answered) > 0:
		return askBack(whole, all, s.now)
	case len(open) == 1 && !all.mayTurn(open[0], whole):
		return accept(MatchOne, whole, s.now, open[0])
	case len(open) == 1:
		return askBack(whole, all, s.now)
	case len(open) > 1 && whole.Value == reader.Yes && open.oneMessage():
		return s.settle(MatchAll, reader.SaidOfAll(whole, len(open)), open, "")
	case len(open) > 1:
		return askBack(whole, open, s.now)
	case !slices.ContainsFunc(answered, func(q askedQuestion) bool { return !q.Answer.same(answerOf(whole, "", s.now)) }):
		return decision{match: MatchRepeated, reading: whole, handled: true}
	default:
		return askBack(whole, answered, s.now)
	}
}

// mayTurn reports whether a plain no may as well change an earlier yes: q was asked before
// the patient answered last.
func (v visits) mayTurn(q askedQuestion, r reader.Reading) bool {
	answered := v.answered()
	if len(answered) == 0 {
		return false
	}
	last := answered[len(answered)-1]
	return r.Value == reader.No && last.Answer.Value == reader.Yes && q.AskedAt.Before(last.Answer.At)
}

// settle carries out what a text says of the questions that the text names. A question
// that is named and of which nothing else is said gets the value meant, if any.
func (s situation) settle(match Match, said reader.Several, all visits, meant reader.Value) decision {
	if said.All {
		match = MatchAll
	}
	d := decision{match: match, reading: said.Whole, handled: true}
	values := map[reader.Value]bool{}
	for i, one := range said.Said {
		if !one.Named {
			continue
		}
		r, q := one.Reading, all[i]
		if r.Value == "" && meant != "" {
			r = reader.Reading{Value: meant, Rule: reader.RuleNamed, Confidence: reader.High, Language: said.Whole.Language}
		}
		var of decision
		switch {
		case !q.takes(s.now):
			of = decision{match: MatchLate, reading: r, needsStaff: true, back: TextLate, subject: &q.Question}
		case r.Value != reader.Yes && r.Value != reader.No:
			of = decision{match: match, reading: r, unclear: []string{q.ID}, needsStaff: true, subject: &q.Question, back: TextPerson}
		case q.Status == Answered:
			of = change(match, r, s.now, q)
		default:
			of = accept(match, r, s.now, q)
		}
		values[r.Value] = true
		d.join(of)
	}
	if len(values) > 1 && len(d.unclear) == 0 && len(d.answers) > 0 {
		d.back = TextThanks
	}
	return d
}

// join adds what is decided about one more question.
func (d *decision) join(of decision) {
	d.answers, d.unclear = append(d.answers, of.answers...), append(d.unclear, of.unclear...)
	if of.needsStaff {
		d.needsStaff, d.handled = true, false
	}
	if len(d.answers)+len(d.unclear) <= 1 || of.needsStaff {
		d.reading = of.reading
	}
	if d.subject == nil || of.needsStaff || d.back == "" {
		d.subject, d.back = of.subject, of.back
	}
	if of.match == MatchLate || of.match == MatchWavering {
		d.match = of.match
	}
}

// askAgainSeveral deals with a text that cannot be read while several questions are open.
// The patient gets them with numbers, once, unless only a person can help.
func askAgainSeveral(r reader.Reading, open visits, now time.Time) decision {
	d := askAgain(MatchSeveral, r, open)
	if d.back == TextUnclear {
		back := askBack(reader.Reading{Language: r.Language}, open, now)
		d.asksBack, d.back = back.asksBack, TextUnclearWhich
	}
	return d
}
