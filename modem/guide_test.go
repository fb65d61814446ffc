package modem

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"goniec/catalogue"
	"goniec/scripts/testtools"
)

var update = flag.Bool("update", false, "rewrite the table of docs/errors.md")

// TestRefusalsInGuide holds the last table of docs/errors.md against the table of errors of
// modems.
func TestRefusalsInGuide(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	table.WriteString("\n| Code | Final | Due to | What it means | What to do |\n| --- | --- | --- | --- | --- |\n")
	for i, r := range refusals() {
		prefix := strings.ToLower(r.family) + "_"
		code := fmt.Sprintf("`%s%d`", prefix, r.first)
		switch {
		case r.last == 1<<30:
			code += " and greater"
		case r.last > r.first:
			code += fmt.Sprintf(" to `%s%d`", prefix, r.last)
		}
		within := func(other rule) bool {
			return other.family == r.family && other.first >= r.first && other.last <= r.last
		}
		if slices.ContainsFunc(refusals()[:i], within) {
			code = "others of " + code
		}
		f := &Fault{Class: r.class, rule: r}
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s |\n", code, course(r), party(f.Blame()), r.key().English(), catalogue.Text(catalogue.English, r.remedy))
	}
	testtools.Guide(t, "../docs/errors.md", "\n## Codes of modems and networks\n", table.String(), *update)
}

// course tells what becomes of a message that meets an error.
func course(r rule) string {
	text := map[Class]string{
		Permanent:  "yes",
		Transient:  "no: tried again",
		ModemFault: "no: tried again when the modem works, or by another modem",
		Stop:       "no: tried by another modem, or by this one when it is in service again",
		Uncertain:  "no: it becomes `uncertain`",
		Duplicate:  "no: it counts as sent",
	}[r.class]
	switch {
	case r.tries > 0 && r.then == Permanent:
		text += fmt.Sprintf("; yes at the %s time", ordinal(r.tries))
	case r.tries > 0 && r.then == ModemFault:
		text += fmt.Sprintf("; from the %s time on by another modem, or when this one was set up again", ordinal(r.tries))
	case r.tries > 0 && r.then == Stop:
		text += fmt.Sprintf("; from the %s time on by another modem, or when this one is in service again", ordinal(r.tries))
	}
	return text
}

func ordinal(n int) string {
	return map[int]string{2: "second", 3: "third", 8: "eighth"}[n]
}

func party(p Party) string {
	return map[Party]string{Message: "the recipient or the text", Network: "the network", Device: "the modem or its SIM"}[p]
}
