package selfcare

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Amount is money in hundredths of whatever currency the card is charged in.
type Amount int64

// String returns the amount with two decimals: "12.34", "-0.05".
func (a Amount) String() string {
	sign, n := "", int64(a)
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// Float returns the amount in whole units.
func (a Amount) Float() float64 { return float64(a) / 100 }

// number is one number in an answer of a network, with thousands separators and
// decimals in any fashion.
var numberForm = regexp.MustCompile(`\d+(?:[ \x{a0}\x{202f}'’.,:/-]\d+)*`)

// decimal splits a number into whole and decimals: the last separator begins them
// if one or two digits follow it, or anything but three.
var decimalForm = regexp.MustCompile(`^(\d{1,3}(?:[ \x{a0}\x{202f}'’.,]\d{3})+|\d+)(?:[.,](\d{1,2}))?$`)

// currencyForm matches what stands right behind a number, or right before it, if it
// is money.
const currencies = `(?:pln|zł|zl|złot\pL*|zlot\pL*|eur|euro|€|usd|\$|gbp|£|czk|kč|uah|грн|₴|huf|ft|ron|lei|bgn|лв|sek|dkk|nok|kr|chf)`

var (
	currencyBehind = regexp.MustCompile(`^[\s\x{a0}]?` + currencies + `(?:\PL|$)`)
	currencyBefore = regexp.MustCompile(`(?:^|\PL)` + currencies + `[\s\x{a0}:]*[-−–]?$`)
	minusBefore    = regexp.MustCompile(`(?:^|[\s\x{a0}:=(])[-−–][\s\x{a0}]?$|minus[\s\x{a0}]$`)
)

// The words by which an account is told from a bonus and from a price, in the
// languages that operators answer in. They are stems, in small letters.
var (
	accountWords = []string{
		"konto gł", "konto gl", "konta gł", "konta gl", "koncie gł", "koncie gl", "główn", "glown", "stan konta", "stan środk", "stan srodk",
		"saldo", "na koncie", "twoje konto", "środki", "srodki", "do wykorzyst", "pozostało", "pozostalo", "masz", "dostępn", "dostepn",
		"balance", "credit", "available", "you have", "main account", "guthaben", "kredit", "кошт", "баланс", "рахун", "tienes", "disponible", "crédito",
	}
	otherWords = []string{
		"bonus", "promoc", "premi", "pakiet", "doład", "dolad", "cena", "koszt", "opłat", "oplat", "kup ", "kwot", "limit", "zużyt", "zuzyt",
		"wykorzystano", "price", "cost", "fee", "top up", "topup", "recharge", "spent", "bono", "recarga", "precio", "rabat", "zniżk", "znizk", " od ", " za ",
	}
)

// findAmount returns the balance in the answer of a network: by the pattern if
// there is one, whose first group, or whole match without a group, is the amount;
// else what looks most like the main account.
func findAmount(answer string, pattern *regexp.Regexp) (Amount, bool) {
	if pattern == nil {
		return likelyAmount(answer)
	}
	groups := pattern.FindStringSubmatch(answer)
	switch {
	case len(groups) > 1:
		return parseAmount(groups[1])
	case len(groups) == 1:
		return parseAmount(groups[0])
	default:
		return 0, false
	}
}

// likelyAmount weighs every number of the answer: money after a word for the
// account comes first, money at all next, a number with decimals after such a word
// last; what comes after a word for a bonus or a price is passed over unless there
// is nothing else. Of equals the first counts, for the main account comes first.
func likelyAmount(answer string) (Amount, bool) {
	lower := strings.ToLower(answer)
	var best Amount
	weight := 0
	for _, at := range numberForm.FindAllStringIndex(lower, -1) {
		amount, w := weigh(lower, at[0], at[1])
		if w > weight {
			best, weight = amount, w
		}
	}
	return best, weight > 0
}

// The weights of likelyAmount. One that ends up at zero or less is no amount.
const (
	isMoney       = 4 // a currency stands at it
	hasDecimals   = 1
	afterAccount  = 3
	afterOther    = -3
	furthestWord  = 40 // octets that a word may stand before its number
	noMoneyAtAll  = -3 // no currency: only decimals after a word for the account will do
	sentenceStops = ".!?;\n"
)

// weigh returns the number at text[from:to] and how much it looks like the balance.
func weigh(text string, from, to int) (Amount, int) {
	// No more of the text is looked at than can matter, however long it is.
	before, behind := text[max(0, from-furthestWord):from], text[to:min(len(text), to+furthestWord)]
	// Digits behind letters, or with more letters behind, are a code or a date.
	if b := strings.TrimRight(before, "*#"); b != before || strings.HasPrefix(behind, "#") || strings.HasPrefix(behind, "*") || strings.HasPrefix(behind, "%") {
		return 0, 0
	}
	amount, ok := parseAmount(text[from:to])
	if !ok {
		return 0, 0
	}
	w := 0
	money := currencyBehind.MatchString(behind) || currencyBefore.MatchString(before)
	if money {
		w += isMoney
	} else if w += noMoneyAtAll; len(behind) > 0 && startsWithLetter(behind) {
		return 0, 0
	}
	if decimalForm.FindStringSubmatch(text[from:to])[2] != "" {
		w += hasDecimals
	}
	w += wordsBefore(before)
	if minusBefore.MatchString(before) {
		amount = -amount
	}
	return amount, w
}

// startsWithLetter says whether a unit follows a number: "5 min", "2 GB".
func startsWithLetter(behind string) bool {
	behind = strings.TrimLeft(behind, " \u00a0")
	for _, r := range behind {
		return unicode.IsLetter(r)
	}
	return false
}

// wordsBefore weighs the last word of a meaning that stands before a number, in the
// same sentence and near it.
func wordsBefore(before string) int {
	near := before
	if stop := strings.LastIndexAny(strings.TrimRight(near, " "), sentenceStops); stop >= 0 {
		near = near[stop+1:]
	}
	near = " " + near
	account, other := lastOf(near, accountWords), lastOf(near, otherWords)
	switch {
	case account < 0 && other < 0:
		return 0
	case account >= other:
		return afterAccount
	default:
		return afterOther
	}
}

// lastOf returns where the last of the words begins in text, -1 if none stands in it.
func lastOf(text string, words []string) int {
	last := -1
	for _, word := range words {
		last = max(last, strings.LastIndex(text, word))
	}
	return last
}

// parseAmount reads a number in any fashion: "12,34", "1 234.5", "1.234,56", "7".
// A date or a time is none.
func parseAmount(written string) (Amount, bool) {
	written = strings.TrimSpace(written)
	negative := false
	for _, minus := range []string{"-", "−", "–"} {
		if rest, found := strings.CutPrefix(written, minus); found {
			written, negative = strings.TrimSpace(rest), true
		}
	}
	form := decimalForm.FindStringSubmatch(written)
	if form == nil {
		return 0, false
	}
	whole := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, form[1])
	const longest = 9 // digits: more is a number of something else
	if len(whole) > longest {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(form[2] + "00")[:2], 10, 64)
	if err != nil {
		return 0, false
	}
	if negative {
		n = -n
	}
	return Amount(n), true
}
