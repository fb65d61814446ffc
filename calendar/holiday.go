package calendar

import "time"

// publicHoliday reports whether a day is a public holiday in Poland (act of 18 January
// 1951 on days off work, as amended), other than an ordinary Sunday.
func publicHoliday(year int, month time.Month, day int) bool {
	switch (monthDay{month, day}) {
	case monthDay{time.January, 1}, // New Year
		monthDay{time.May, 1},       // Labour Day
		monthDay{time.May, 3},       // Constitution Day
		monthDay{time.August, 15},   // Assumption
		monthDay{time.November, 1},  // All Saints
		monthDay{time.November, 11}, // Independence Day
		monthDay{time.December, 25}, // Christmas
		monthDay{time.December, 26}: // second day of Christmas
		return true
	case monthDay{time.January, 6}: // Epiphany
		return year >= 2011
	case monthDay{time.December, 24}: // Christmas Eve
		return year >= 2025
	}
	easter := easterSunday(year)
	date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	for _, after := range []int{
		0,  // Easter Sunday
		1,  // Easter Monday
		49, // Pentecost, a Sunday
		60, // Corpus Christi
	} {
		if date.Equal(easter.AddDate(0, 0, after)) {
			return true
		}
	}
	return false
}

type monthDay struct {
	month time.Month
	day   int
}

// easterSunday returns the date of Easter in the Gregorian calendar, by the
// method of Meeus, Jones and Butcher.
func easterSunday(year int) time.Time {
	golden := year % 19
	century, yearOf := year/100, year%100
	leaps, rest := century/4, century%4
	correction := (century - (century+8)/25 + 1) / 3
	epact := (19*golden + century - leaps - correction + 15) % 30
	weekday := (32 + 2*rest + 2*(yearOf/4) - epact - yearOf%4) % 7
	shift := (golden + 11*epact + 22*weekday) / 451
	sum := epact + weekday - 7*shift + 114
	return time.Date(year, time.Month(sum/31), sum%31+1, 0, 0, 0, 0, time.UTC)
}
