package reader

import (
	"cmp"
	"fmt"
	"strings"
)

// clockWords are how a language says times of day in words.
type clockWords struct {
	hours    []string // words for one o'clock, two o'clock …; alternatives with a slash
	halfTo   string   // half an hour before the hour that follows: "wpół do"
	halfPast string   // half an hour behind the hour that follows: "half past"
	halfHas  string   // half an hour behind the hour before: "y media"
	percent  string   // words for a percent sign
}

// clock is clockWords made ready.
type clock struct {
	hours                     map[string]int
	halfTo, halfPast, halfHas map[string]bool
	percents                  map[string]bool
	begins                    map[string]bool // first words of times
}

func newClock(w clockWords) clock {
	c := clock{hours: map[string]int{}, halfTo: set(w.halfTo), halfPast: set(w.halfPast), halfHas: set(w.halfHas), percents: set(w.percent)}
	c.percents[percent] = true
	for i, words := range w.hours {
		for _, phrase := range phrases(strings.ReplaceAll(words, "/", ",")) {
			c.hours[phrase] = i + 1
		}
	}
	c.begins = map[string]bool{}
	for _, phrases := range []map[string]bool{c.halfTo, c.halfPast} {
		for phrase := range phrases {
			c.begins[firstWord(phrase)] = true
		}
	}
	for phrase := range c.hours {
		c.begins[firstWord(phrase)] = true
	}
	return c
}

// longestClock is how many words the longest time in words has.
const longestClock = 4

// timeAt reads a time of day in words at the beginning of words, and how many words it
// takes; 0: none. An hour alone is a time only behind a word such as "o".
func (c *clock) timeAt(words []string, behindClock bool) (string, int) {
	if len(words) == 0 || !c.begins[words[0]] && atoi(words[0]) < 0 {
		return "", 0
	}
	hour := func(from, to int) int {
		if from >= to || to > len(words) {
			return 0
		}
		phrase := strings.Join(words[from:to], " ")
		if h := c.hours[phrase]; h > 0 {
			return h
		}
		if h := atoi(phrase); h >= 1 && h <= 24 {
			return h
		}
		return 0
	}
	for n := min(longestClock, len(words)); n > 1; n-- {
		for cut := 1; cut < n; cut++ {
			head, tail := strings.Join(words[:cut], " "), strings.Join(words[cut:n], " ")
			switch {
			case c.halfTo[head] && hour(cut, n) > 0:
				return fmt.Sprintf("%d:30", cmp.Or(hour(cut, n)-1, 12)), n
			case c.halfPast[head] && hour(cut, n) > 0:
				return fmt.Sprintf("%d:30", hour(cut, n)), n
			case c.halfHas[tail] && hour(0, cut) > 0:
				return fmt.Sprintf("%d:30", hour(0, cut)), n
			}
		}
	}
	if behindClock && c.hours[words[0]] > 0 {
		return fmt.Sprintf("%d:00", c.hours[words[0]]), 1
	}
	return "", 0
}
