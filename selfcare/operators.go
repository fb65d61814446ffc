package selfcare

import (
	"slices"
	"strings"

	"goniec/modem"
)

// operator describes the balance query of one network.
type operator struct {
	// names are parts, in small letters, of the network or card name that the modem shows.
	// Only the name tells a virtual operator from its host.
	names []string
	// networks are the first digits of an IMSI: mobile country and network code (ITU-T E.212).
	networks []string
	code     string // USSD code
	pattern  string // as in CreditConfig.Pattern; empty: none
}

// operators lists the networks whose balance code is known, virtual ones first.
//
// The codes are those that operators and their customers publish for prepaid cards. They
// change and depend on the tariff. None has been tried on a card of its network;
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

// operatorOf returns the operator of a card: by the shown name if that is in the table, else
// by the IMSI.
func operatorOf(info modem.Info) (operator, bool) {
	all := operators()
	shown := strings.ToLower(info.Operator)
	i := slices.IndexFunc(all, func(o operator) bool {
		return slices.ContainsFunc(o.names, func(name string) bool { return strings.Contains(shown, name) })
	})
	// A name counts only for a card of an unknown network or of the host network: abroad the
	// name of a foreign network is shown.
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
