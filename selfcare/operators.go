package selfcare

import (
	"slices"
	"strings"

	"goniec/modem"
)

// operator is how a balance is asked for in one network.
type operator struct {
	// names are parts of the name that the network, or the card, shows, in small
	// letters. Virtual operators are told from their hosts by nothing else.
	names []string
	// networks are the country and network codes that an IMSI begins with (ITU-T
	// E.212).
	networks []string
	code     string // USSD
	pattern  string // like CreditConfig.Pattern; empty: the general way
}

// operators lists the networks whose code for the balance is known, virtual ones
// first.
//
// The codes are those that the operators and their customers publish for prepaid
// cards. They change, and depend on the tariff: none has been confirmed here on a
// card of its network, so one that does not answer is no surprise, and
// modems[].credit.code overrides all of them.
func operators() []operator {
	return []operator{
		{names: []string{"heyah"}, code: "*108#"},
		{names: []string{"nju"}, code: "*127*1#"},
		{names: []string{"virgin"}, code: "*222#"},
		{names: []string{"lyca"}, code: "*137#"},
		{names: []string{"plush"}, code: "*100#"},
		{names: []string{"plus"}, networks: []string{"26001"}, code: "*100#"},
		{names: []string{"t-mobile", "tmobile"}, networks: []string{"26002"}, code: "*101#"},
		{names: []string{"orange"}, networks: []string{"26003", "26005"}, code: "*124*#"},
		{names: []string{"play", "p4"}, networks: []string{"26006"}, code: "*101#"},
	}
}

// operatorOf returns the operator of a card: by the name shown if there is one of
// that name, else by the IMSI.
func operatorOf(info modem.Info) (operator, bool) {
	all := operators()
	shown := strings.ToLower(info.Operator)
	i := slices.IndexFunc(all, func(o operator) bool {
		return slices.ContainsFunc(o.names, func(name string) bool { return strings.Contains(shown, name) })
	})
	// A name counts only where the card is of no network that we know, or of the
	// host: abroad the network of somebody else is shown.
	own := slices.IndexFunc(all, func(o operator) bool {
		return slices.ContainsFunc(o.networks, func(network string) bool { return strings.HasPrefix(info.IMSI, network) })
	})
	switch {
	case i >= 0 && (own < 0 || all[i].networks == nil):
		return all[i], true
	case own >= 0:
		return all[own], true
	default:
		return operator{}, false
	}
}
