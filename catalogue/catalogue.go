// Package catalogue holds the texts that people read, in Polish, English and
// Spanish: one table a topic, one file a table. It owns the words and the choice
// of language, not when something is said. Log lines are not here: they are in
// English, so that they can be searched for.
package catalogue

import (
	"fmt"

	"golang.org/x/text/language"
)

// Language is one of the languages that every text comes in.
type Language string

// The languages, by their BCP 47 tags.
const (
	Polish  Language = "pl"
	English Language = "en"
	Spanish Language = "es"
)

// Key names a text. Keys are declared as constants next to their table.
type Key string

// text is what a key says in each language, with the verbs of package fmt for
// its arguments. All three take the same arguments; indexed verbs (%[2]s) let a
// language change their order.
type text struct{ pl, en, es string }

// tables lists every topic; a key stands in one of them only.
func tables() []map[Key]text {
	return []map[Key]text{problemTexts, modemTexts, pageTexts, configTexts, commandTexts, keepingTexts, selfCareTexts, boxTexts, replyTexts, modemToolTexts, certifyTexts, doctorTexts, webhookTexts, encryptionTexts, erasureTexts}
}

var matcher = language.NewMatcher([]language.Tag{
	language.English, // the first one is what an unknown language falls back to
	language.Polish,
	language.Spanish,
})

// Match returns the language that fits preferences best: Accept-Language
// headers or locale names such as "pl_PL.UTF-8". It is English if none fits.
func Match(preferences ...string) Language {
	for i, p := range preferences {
		preferences[i] = localeTag(p)
	}
	_, index := language.MatchStrings(matcher, preferences...)
	return [...]Language{English, Polish, Spanish}[index]
}

// localeTag strips what POSIX locale names have and language tags have not.
func localeTag(locale string) string {
	for i, r := range locale {
		if r == '.' || r == '@' {
			return locale[:i]
		}
	}
	return locale
}

// Text returns what key says in lang, with args put in their places. A key that
// is in no table is returned as it is: an odd word on a page is better than none.
func Text(lang Language, key Key, args ...any) string {
	for _, table := range tables() {
		entry, found := table[key]
		if !found {
			continue
		}
		format := entry.en
		switch lang {
		case Polish:
			format = entry.pl
		case Spanish:
			format = entry.es
		case English:
		}
		if len(args) == 0 {
			return format
		}
		return fmt.Sprintf(format, args...)
	}
	return string(key)
}
