package selfcare

import (
	"regexp"
	"testing"

	"goniec/modem"
)

func TestFindAmount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, answer, pattern, want string // want empty: none is found
	}{
		{"emulator", "Stan konta: 25,00 PLN. Wazne do 31.12.", "", "25.00"},
		{"comma and zł", "Masz na koncie 12,34 zł", "", "12.34"},
		{"zl without a space", "Stan konta: 7,05zl", "", "7.05"},
		{"dot and PLN", "Saldo 12.34 PLN wazne do 12.12.2026", "", "12.34"},
		{"currency first", "Balance: EUR 5.00", "", "5.00"},
		{"euro sign first", "Your balance is €5.00.", "", "5.00"},
		{"no currency", "Saldo: 12,34", "", "12.34"},
		{"no currency, full stop", "Saldo: 12.34.", "", "12.34"},
		{"whole zloty", "Na koncie masz 7 zl.", "", "7.00"},
		{"zloty in words", "Twoje konto: 31 złotych", "", "31.00"},
		{"one decimal", "Saldo: 12,5 PLN", "", "12.50"},
		{"nothing left", "Stan konta: 0,00 PLN", "", "0.00"},
		{"few groszy", "Stan konta wynosi 0,03 PLN", "", "0.03"},
		{"thousands by space", "Stan konta: 1 234,56 zł", "", "1234.56"},
		{"thousands by no-break space", "Stan konta: 1 234,56 zł", "", "1234.56"},
		{"thousands by dot", "Saldo: 1.234,56 EUR", "", "1234.56"},
		{"thousands by comma", "Balance: 1,234.56 USD", "", "1234.56"},
		{"thousands without decimals", "Saldo: 1.234 EUR", "", "1234.00"},
		{"millions", "Saldo: 1 234 567,89 PLN", "", "1234567.89"},
		{"negative", "Saldo: -3,20 PLN", "", "-3.20"},
		{"negative with a space", "Stan konta: - 3,20 zl", "", "-3.20"},
		{"negative by a real minus", "Saldo: −0,50 zł", "", "-0.50"},
		{"negative, currency first", "Balance: EUR -1.10", "", "-1.10"},
		{"hyphen that is no minus", "Konto glowne - 3,20 zl", "", "-3.20"},
		{"main account before the bonus", "Konto glowne: 5,10 zl. Konto promocyjne: 20,00 zl", "", "5.10"},
		{"bonus before the main account", "Bonus: 20,00 zl; konto główne: 5,10 zł", "", "5.10"},
		{"bonus alone before", "Promocyjne 20,00 zl, na koncie 1,00 zl", "", "1.00"},
		{"package with a unit", "Masz 500 MB i 100 SMS. Stan konta 9,99 zl", "", "9.99"},
		{"price of an offer", "Kup pakiet za 19,00 zl! Twoje saldo: 2,50 zl", "", "2.50"},
		{"top-up hint", "Saldo 2,50 zl. Doladuj 30 zl i odbierz 10 zl bonusu", "", "2.50"},
		{"two without words", "4,00 zl / 9,00 zl", "", "4.00"},
		{"date first", "31.12.2026: stan konta 4,20 PLN", "", "4.20"},
		{"date with a currency nowhere", "Konto wazne do 12.12.2026", "", ""},
		{"short date alone", "Twoje konto jest wazne do 12.12.26", "", ""},
		{"short date without a year", "Saldo. Konto wazne do 31.12", "", ""},
		{"ISO date", "Saldo wazne do 2026-12-12: 3,00 PLN", "", "3.00"},
		{"time", "Stan na 12:30: 8,00 zl", "", "8.00"},
		{"date and time", "Stan konta na 12.11.2026 14:05 wynosi 18,45 zl", "", "18.45"},
		{"code in the answer", "Wybierz *100*1# aby sprawdzic", "", ""},
		{"phone number", "Numer 48600100200, saldo 6,10 PLN", "", "6.10"},
		{"several lines", "Konto Glowne\n15,20 PLN\nwazne do 01.03.2027", "", "15.20"},
		{"Ukrainian", "Баланс 25.50 грн, дійсний до 01.01.2027", "", "25.50"},
		{"Spanish", "Su saldo es de 3,40 € hasta el 12/12/2026", "", "3.40"},
		{"Czech", "Zustatek 120,50 Kč", "", "120.50"},
		{"capitals", "STAN KONTA: 3,45 PLN", "", "3.45"},
		{"percent", "Rabat 20% aktywny", "", ""},
		{"nothing", "Kod nieznany", "", ""},
		{"empty", "", "", ""},
		{"minutes", "Masz 5 min i 3 SMS", "", ""},

		{"pattern with a group", "A: 1,00 B: 2,00", `B: ([\d,]+)`, "2.00"},
		{"pattern without a group", "xx 17,20 yy 18,00", `\d+,\d\d`, "17.20"},
		{"pattern that does not match", "Saldo: 1,00 PLN", `Balance ([\d.]+)`, ""},
		{"pattern that finds no number", "Saldo: 1,00 PLN", `(Saldo)`, ""},
		{"pattern with a minus", "Saldo: -1,00 PLN", `Saldo: (-?[\d,]+)`, "-1.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var pattern *regexp.Regexp
			if c.pattern != "" {
				pattern = regexp.MustCompile(c.pattern)
			}
			got, found := findAmount(c.answer, pattern)
			if found != (c.want != "") || found && got.String() != c.want {
				t.Errorf("%q: %s, %t; want %q", c.answer, got, found, c.want)
			}
		})
	}
}

func TestOperatorOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, shown, imsi, want string
	}{
		{"Plus by its card", "", "260011234567890", "*100#"},
		{"Orange by its card", "PL", "260031234567890", "*124*#"},
		{"Play by name", "Play", "260061234567890", "*101#"},
		{"Heyah on T-Mobile", "heyah", "260021234567890", "*108#"},
		{"nju on Orange", "nju mobile", "260031234567890", "*127*1#"},
		{"a Plus card that roams in Orange's network", "Orange F", "260011234567890", "*100#"},
		{"by name alone", "T-Mobile.pl", "", "*101#"},
		{"unknown", "Vodafone", "262021234567890", ""},
		{"nothing", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, found := operatorOf(modem.Info{Operator: c.shown, IMSI: c.imsi})
			if found != (c.want != "") || o.code != c.want {
				t.Errorf("code %q, %t; want %q", o.code, found, c.want)
			}
		})
	}
	for _, o := range operators() {
		if _, err := regexp.Compile(o.pattern); err != nil || o.code == "" || len(o.names) == 0 {
			t.Errorf("operator %+v: %v", o, err)
		}
	}
}

// FuzzFindAmount: no answer of a network breaks anything, and an amount reads
// back as itself.
func FuzzFindAmount(f *testing.F) {
	for _, seed := range []string{"Stan konta: 25,00 PLN", "−1 234,56 zł", "12.12.2026", "€\xff5", "Saldo: 999999999999 zl"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		amount, found := findAmount(answer, nil)
		if !found {
			return
		}
		if again, ok := parseAmount(amount.String()); !ok || again != amount {
			t.Errorf("%q: %s reads back as %s, %t", answer, amount, again, ok)
		}
	})
}
