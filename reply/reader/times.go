package reader

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
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
			it.role = s.dayRole(it.day)
			it.elsewhen = it.role == roleMove
		case it.role == roleNumber && it.digits && s.asked.Kind == YesNo:
			s.number(i, clock)
		}
		if it.role != roleFill {
			clock = false
		}
	}
}

func (s *sense) number(i int, clock bool) {
	it := &s.items[i]
	timely := clock || strings.ContainsAny(it.words, ".:/")
	switch {
	case s.asked.Digits && (it.words == "1" || it.words == "2"):
	case s.percentage(i):
	case i > 0 && s.lexicon.rooms[s.items[i-1].words]:
		it.role = roleFill
	case s.asked.numbers[normalNumber(it.words)]:
		it.role = roleFill
	case i+1 < len(s.items) && s.items[i+1].role == roleDay && isMonth(s.items[i+1].day):
		it.role, it.elsewhen = roleMove, true
		if s.asked.monthDays[it.number] {
			it.role = roleFill
		}
	case s.afternoon(i), s.splitTime(i):
	case identity(it.words):
		it.role = roleInert
	case timely && len(s.asked.numbers) == 0:
		it.role = roleFill
	case timely:
		it.role, it.elsewhen = roleMove, true
	default:
		it.role = roleOther
	}
}

// percentage reads "90 %": all but a hundred is doubt.
func (s *sense) percentage(i int) bool {
	if i+1 >= len(s.items) || !s.lexicon.clock.percents[s.items[i+1].words] {
		return false
	}
	s.items[i+1].role = roleFill
	s.items[i].role = roleHedge
	if s.items[i].number == 100 {
		s.items[i].role = roleFill
	}
	return true
}

// afternoon reads "2 pm" as the question's 14:00.
func (s *sense) afternoon(i int) bool {
	const noon = 12
	it := &s.items[i]
	if i+1 >= len(s.items) || s.items[i+1].words != "pm" || it.number < 1 || it.number >= noon {
		return false
	}
	it.role, it.elsewhen = roleMove, true
	if s.asked.numbers[strconv.Itoa(it.number+noon)] {
		it.role = roleFill
	}
	return true
}

// splitTime reads "10 30" as the question's 10:30.
func (s *sense) splitTime(i int) bool {
	if i+1 >= len(s.items) || !s.items[i+1].digits || !s.asked.numbers[normalNumber(s.items[i].words+"."+s.items[i+1].words)] {
		return false
	}
	s.items[i].role, s.items[i+1].role, s.items[i+1].digits = roleFill, roleFill, false
	return true
}

// Forms of numbers that tell who writes, not when somebody comes.
const (
	peselDigits = 11
	phoneDigits = 9
	youngest    = 2 // years that a date of birth lies back at least
)

// identity tells a date of birth, a national id and a telephone number.
func identity(text string) bool {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
	if len(digits) == len(text) {
		return len(digits) == peselDigits || len(digits) == phoneDigits
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsDigit(r) })
	if len(parts) != 3 {
		return false
	}
	for _, part := range []string{parts[0], parts[2]} {
		if year := atoi(part); len(part) == 4 && year > 1900 && year <= time.Now().Year()-youngest {
			return true
		}
	}
	return false
}

// dayRole gives the role of a day or a part of the day: what the question names says nothing,
// anything else is a wish for another time.
func (s *sense) dayRole(day string) role {
	switch earliest, latest := partOfDay(day); {
	case latest == 0 && s.sameDay(day):
		return roleFill
	case latest == 0:
		return roleMove
	case len(s.asked.hours) == 0 && day == partMorning:
		return roleScope
	case slices.ContainsFunc(s.asked.hours, func(h int) bool { return earliest <= h && h <= latest }):
		return roleScope
	}
	return roleMove
}

// Keys of the parts of the day.
const (
	partMorning   = "morning"
	partAfternoon = "afternoon"
	partEvening   = "evening"
)

// partOfDay gives the first and the last hour of a part of the day; 0, 0: no such part.
func partOfDay(key string) (earliest, latest int) {
	switch key {
	case partMorning:
		return 4, 11
	case partAfternoon:
		return 12, 19
	case partEvening:
		return 16, 23
	}
	return 0, 0
}

// month is the prefix of the keys of months, before their number.
const month = "month"

func isMonth(day string) bool { return strings.HasPrefix(day, month) }

// sameDay tells whether a day a reply names is the day of the question, as far as its
// text says. "Tomorrow" is taken for it where the question names only a date.
func (s *sense) sameDay(day string) bool {
	return s.asked.days[day] || day == "tomorrow" && !s.asked.namesDay()
}

// namesDay tells whether the question names a day, not only a month or a part of the day.
func (u *understood) namesDay() bool {
	for day := range u.days {
		if _, latest := partOfDay(day); latest == 0 && !isMonth(day) {
			return true
		}
	}
	return false
}

// learnNumber notes a number of the question in the forms in which a reply may repeat the
// number: 14:30 also as 1430 and 2.30, 14:00 also as 14 and 2, and the month of a date.
func (u *understood) learnNumber(text string) {
	const noon, lastHour, lastMinute, lastDay, lastMonth = 12, 23, 59, 31, 12
	note := func(form string) { u.numbers[normalNumber(form)] = true }
	note(text)
	first, second, two := strings.Cut(strings.NewReplacer(":", ".", "/", ".", "-", ".").Replace(text), ".")
	one, other := atoi(first), atoi(second)
	switch {
	case !two:
	case one >= 0 && one <= lastHour && other >= 0 && other <= lastMinute && len(second) == 2 && (strings.Contains(text, ":") || other > lastMonth || other == 0):
		u.hours = append(u.hours, one)
		u.numbers[first+second] = true
		if one > noon {
			note(strconv.Itoa(one-noon) + "." + second)
		}
		if other == 0 {
			note(first)
			note(strconv.Itoa(one))
			if one > noon {
				note(strconv.Itoa(one - noon))
			}
		}
	case one >= 1 && one <= lastDay && other >= 1 && other <= lastMonth:
		u.days[month+strconv.Itoa(other)] = true
		u.monthDays[one] = true
	}
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
