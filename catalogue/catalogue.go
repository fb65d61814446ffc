// Package catalogue holds the texts that people read, in Polish, English and
// Spanish. It owns the words and the choice of language, not when something is said.
// Log lines are in English and not here, so that they can be searched for; only what to
// do about a trouble is taken from here.
//
// The texts stand in the folder texts, one file a topic, for translators to read and
// change; the Go files have the names of those that code asks for, so that a misspelt
// one does not build.
package catalogue

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
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

// Key names a text.
type Key string

// text is what a key says in each language, with the verbs of package fmt for
// its arguments. All three take the same arguments; indexed verbs (%[2]s) let a
// language change their order.
type text struct{ pl, en, es string }

func (t text) in(lang Language) string {
	if place := t.place(lang); place != nil {
		return *place
	}
	return t.en
}

// place returns where the words in lang are; nil: in no place.
func (t *text) place(lang Language) *string {
	switch lang {
	case Polish:
		return &t.pl
	case English:
		return &t.en
	case Spanish:
		return &t.es
	}
	return nil
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

// English returns what the key says in English, as the log wants it.
func (k Key) English() string { return Text(English, k) }

// Has reports whether key has a text. Keys put together from a code ask this first.
func Has(key Key) bool {
	_, found := texts()[key]
	return found
}

// Text returns what key says in lang, with args put in their places. The text of a
// key that is in no file is the key itself; tests see to it that none is used.
func Text(lang Language, key Key, args ...any) string {
	entry, found := texts()[key]
	if !found {
		return string(key)
	}
	format := entry.in(lang)
	if len(args) == 0 {
		return format
	}
	if strings.Contains(format, "{") {
		format = inflect(lang, format, args)
	}
	return fmt.Sprintf(format, args...)
}

// Pattern returns what key says in lang with "…" in place of each argument.
func Pattern(lang Language, key Key) string {
	plain := choice.ReplaceAllStringFunc(Text(lang, key), func(written string) string {
		return written[strings.LastIndexAny(written, ":|")+1 : len(written)-1]
	})
	return verb.ReplaceAllString(plain, "…")
}

// verb is a place for an argument.
var verb = regexp.MustCompile(`%(\[\d\])?[a-z]`)

// choice is a word that follows a number: {1:day|days} is "day" or "days", as the
// first argument wants.
var choice = regexp.MustCompile(`\{(\d):([^{}]*)\}`)

// inflect puts the form of each choice in place that the language has for the number
// which the choice names. The forms stand in the order of pluralForms.
func inflect(lang Language, format string, args []any) string {
	return choice.ReplaceAllStringFunc(format, func(written string) string {
		m := choice.FindStringSubmatch(written)
		which, forms := int(m[1][0]-'1'), strings.Split(m[2], "|")
		form := plural.Cardinal.MatchPlural(language.Make(string(lang)), count(args[which]), 0, 0, 0, 0)
		return forms[max(0, min(slices.Index(pluralForms(lang), form), len(forms)-1))]
	})
}

// pluralForms returns the forms that a word takes after a whole number, as the Unicode
// CLDR names them. Polish has 1 znak, 2 znaki, 5 znaków.
func pluralForms(lang Language) []plural.Form {
	if lang == Polish {
		return []plural.Form{plural.One, plural.Few, plural.Many}
	}
	return []plural.Form{plural.One, plural.Other}
}

// count returns the size of a whole number of any type.
func count(arg any) int {
	n, _ := strconv.Atoi(fmt.Sprint(arg))
	return max(n, -n)
}
