package selfcare

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Amount is money in hundredths of the currency of the SIM's operator.
type Amount int64

// String returns the amount with two decimals: "12.34", "-0.05".
func (a Amount) String() string {
	sign, n := "", int64(a)
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// Float returns the amount in whole units of the currency.
func (a Amount) Float() float64 { return float64(a) / 100 }

// numberForm matches one number in an answer of a network, with any thousands and decimal
// separators.
var numberForm = regexp.MustCompile(`\d+(?:[ \x{a0}\x{202f}'’.,:/-]\d+)*`)

// decimalForm splits a number into whole part and decimals. The last separator begins the
// decimals if one or two digits follow.
var decimalForm = regexp.MustCompile(`^(\d{1,3}(?:[ \x{a0}\x{202f}'’.,]\d{3})+|\d+)(?:[.,](\d{1,2}))?$`)

// currencies matches a currency right behind a number or right before it.
const currencies = `(?:pln|zł|zl|złot\pL*|zlot\pL*|eur|euro|€|usd|\$|gbp|£|czk|kč|uah|грн|₴|huf|ft|ron|lei|bgn|лв|sek|dkk|nok|kr|chf)`

var (
	currencyBehind = regexp.MustCompile(`^[\s\x{a0}]?` + currencies + `(?:\PL|$)`)
	currencyBefore = regexp.MustCompile(`(?:^|\PL)` + currencies + `[\s\x{a0}:]*[-−–]?$`)
	minusBefore    = regexp.MustCompile(`(?:^|[\s\x{a0}:=(])[-−–][\s\x{a0}]?$|minus[\s\x{a0}]$`)
)

// Words that tell an account from a bonus or a price, in the languages of operators: stems in
// small letters.
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

// findAmount returns the balance in the answer of a network. With a pattern it is the first
// group of the pattern, or the whole match of one without groups. Without a pattern it is the
// likeliest amount.
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

// likelyAmount weighs every number of the answer. Money after a word for the account weighs
// most, then any money, then a number with decimals after such a word. A number after a word
// for a bonus or a price counts only if there is no other. Of equal weights the first wins,
// since the main account comes first.
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

// Weights of likelyAmount. A sum of zero or less is no amount.
const (
	isMoney       = 4 // a currency stands next to the number
	hasDecimals   = 1
	afterAccount  = 3
	afterOther    = -3
	furthestWord  = 40 // octets that a word may stand before its number
	noMoneyAtAll  = -3 // no currency: only decimals after a word for the account outweigh this
	sentenceStops = ".!?;\n"
)

// weigh returns the number at text[from:to] and the weight of the number as the balance.
func weigh(text string, from, to int) (Amount, int) {
	// Only the near text is searched, however long the whole is.
	before, behind := text[max(0, from-furthestWord):from], text[to:min(len(text), to+furthestWord)]
	// Digits within a code, or before a percent sign, are no amount.
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

// startsWithLetter says whether a unit such as "min" or "GB" follows a number.
func startsWithLetter(behind string) bool {
	behind = strings.TrimLeft(behind, " \u00a0")
	for _, r := range behind {
		return unicode.IsLetter(r)
	}
	return false
}

// wordsBefore weighs the last known word before a number, near it and in the same sentence.
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

// lastOf returns where the last of words begins in text, -1 if text has none.
func lastOf(text string, words []string) int {
	last := -1
	for _, word := range words {
		last = max(last, strings.LastIndex(text, word))
	}
	return last
}

// parseAmount reads a number with any separators: "12,34", "1 234.5", "1.234,56", "7". A date
// or a time is no amount.
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
	const longest = 9 // digits; a longer number is no balance
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
