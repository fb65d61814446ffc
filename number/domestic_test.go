package number

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// What domestic reads is what the library reads, for any digits in any country.
func TestDomestic(t *testing.T) {
	t.Parallel()
	random, read := rand.New(rand.NewPCG(1, 2)), 0
	for range 20_000 {
		n := Numbering{Region: []string{"PL", "DE", "IT", "LT", "HU", "GB", "US", "UA"}[random.IntN(8)]}
		digits := 6 + random.IntN(8)
		typed := fmt.Sprintf("+%d%0*d", phonenumbers.GetCountryCodeForRegion(n.Region), digits, random.Int64N(10_000_000_000_000)%pow10(digits))
		number, kind := n.domestic(typed)
		if kind == phonenumbers.UNKNOWN {
			continue
		}
		read++
		want, err := phonenumbers.Parse(typed, n.Region)
		if err != nil {
			t.Fatal(typed, err)
		}
		if got, want := phonenumbers.Format(number, phonenumbers.E164), phonenumbers.Format(want, phonenumbers.E164); got != want {
			t.Errorf("%s in %s: %s, the library says %s", typed, n.Region, got, want)
		}
		if want := phonenumbers.GetNumberType(want); kind != want || !phonenumbers.IsPossibleNumber(number) {
			t.Errorf("%s in %s: kind %d, the library says %d", typed, n.Region, kind, want)
		}
	}
	if read < 1000 {
		t.Errorf("only %d numbers were read", read)
	}
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
