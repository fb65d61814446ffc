package reader

import (
	"strings"
)

// Minutes of the spans that have a word of their own.
const (
	quarterMinutes = 15
	halfMinutes    = 30
	mostMinutes    = 240 // nobody comes four hours late
)

// spans reads "15 min", "kwadrans" and the like. A span is a lateness when the reply
// speaks of being late or says "later" right behind it, and nothing when it says
// "early". "Later" without a span is a wish to move.
func (s *sense) spans() {
	late := s.lateness()
	for i := range s.items {
		it := &s.items[i]
		minutes := 0
		switch {
		case it.role == roleQuarter:
			minutes = quarterMinutes
		case it.role == roleHalf:
			minutes = halfMinutes
		case it.role == roleNumber && s.roleAt(i+1) == roleMinutes && it.number > 0 && it.number <= mostMinutes:
			minutes = it.number
			s.items[i+1].role = roleFill
		}
		if minutes == 0 {
			continue
		}
		if i > 0 && s.items[i-1].words == "ok" && !it.comma { // "ok. 10 min": about ten
			s.items[i-1].role = roleFill
		}
		next := i + 1
		if next < len(s.items) && s.items[next].role == roleFill {
			next++
		}
		switch after := s.roleAt(next); {
		case after == roleBefore:
			s.items[next].role = roleFill
			it.role = roleFill
		case late || after == roleAfter:
			if after == roleAfter {
				s.items[next].role = roleLate
			}
			it.role = roleLate
			s.minutes, s.late = minutes, true
		}
	}
	for i := range s.items {
		switch s.items[i].role {
		case roleLate:
			s.late = true
		case roleAfter, roleBefore:
			s.items[i].role = roleMove
		case roleQuarter, roleHalf, roleMinutes:
			s.items[i].role = roleOther
		default:
		}
	}
}

// lateness tells whether the reply says late, unless it says "not late".
func (s *sense) lateness() bool {
	for i, it := range s.items {
		if it.role == roleLate && (i == 0 || !s.items[i-1].role.in(roleNie, roleNot)) {
			return true
		}
	}
	return false
}

func (s *sense) roleAt(i int) role {
	if i < len(s.items) {
		return s.items[i].role
	}
	return roleUnknown
}

// dates compares the days, dates and times of a reply with those of the question. The
// same ones say nothing; other ones are a wish for another time, whatever else
// the reply says: "tak, o 11" is no yes to ten o'clock. Numbers that are no times
// stay unknown.
func (s *sense) dates() {
	clock := false
	for i := range s.items {
		it := &s.items[i]
		switch {
		case it.role == roleClock:
			clock = true
			it.role = roleFill
			continue
		case it.role == roleDay:
			if s.sameDay(it.day) {
				it.role = roleFill
			} else {
				it.role = roleMove
			}
		case it.role == roleNumber && it.digits && s.asked.Kind == YesNo:
			s.number(it, clock || strings.Contains(it.words, ":"))
		}
		if it.role != roleFill {
			clock = false
		}
	}
}

func (s *sense) number(it *item, clock bool) {
	timely := clock || strings.ContainsAny(it.words, ".:/")
	switch {
	case s.asked.Digits && (it.words == "1" || it.words == "2"):
	case s.asked.numbers[normalNumber(it.words)]:
		it.role = roleFill
	case timely && len(s.asked.numbers) == 0:
		it.role = roleFill
	case timely:
		it.role = roleMove
	default:
		it.role = roleOther
	}
}

// sameDay tells whether a day a reply names is the day of the question, as far as its
// text says. "Tomorrow" is taken for it where the question names only a date.
func (s *sense) sameDay(day string) bool {
	return s.asked.days[day] || day == "tomorrow" && len(s.asked.days) == 0
}

// normalNumber writes times and dates one way: "10:00", "10.00" and "10" alike.
func normalNumber(text string) string {
	text = strings.NewReplacer(":", ".", "/", ".", "-", ".").Replace(text)
	text = strings.TrimPrefix(text, "0")
	return strings.TrimSuffix(text, ".00")
}

// hourOf gives the hour of a full time: a patient asked for 10:00 says "at 10".
func hourOf(text string) string {
	hour, minutes, ok := strings.Cut(text, ":")
	if !ok || minutes != "00" {
		return normalNumber(text)
	}
	return normalNumber(hour)
}
