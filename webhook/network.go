package webhook

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"
)

// newClient returns an HTTP client for r alone: without proxy, redirects, or addresses that r
// does not permit. The address is checked when the connection is made, so that a name cannot
// resolve to one address for the check and another for the use.
func newClient(r Receiver) *http.Client {
	dialer := &net.Dialer{Timeout: r.Timeout, Control: func(_, address string, _ syscall.RawConn) error {
		target, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("read address %s: %w", address, err)
		}
		return r.permits(target.Addr())
	}}
	return &http.Client{
		Timeout:       r.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: r.Timeout, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: concurrency, IdleConnTimeout: 30 * time.Second,
			MaxResponseHeaderBytes: 16 << 10, DisableCompression: true,
		},
	}
}

// permits returns an error for an address that is not public, in Networks, or written in URL.
func (r Receiver) permits(a netip.Addr) error {
	a = a.Unmap().WithZone("")
	if slices.ContainsFunc(r.Networks, func(n netip.Prefix) bool { return n.Contains(a) }) || public(a) {
		return nil
	}
	if written, ok := r.writtenAddress(); ok && written == a && (a.IsLoopback() || a.IsPrivate()) {
		return nil
	}
	return fmt.Errorf("%s is not a public address, and no network in allow_networks holds it", a)
}

// writtenAddress returns the IP address in URL; false if URL has a name.
func (r Receiver) writtenAddress() (netip.Addr, bool) {
	target, err := url.Parse(r.URL)
	if err != nil {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(target.Hostname())
	return a.Unmap(), err == nil
}

// public reports whether an address is in no special-purpose registry of IANA (RFC 6890),
// apart from those for examples.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, special := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10", "100::/64", // prefixes that embed an IPv4 address included
	} {
		if netip.MustParsePrefix(special).Contains(a) {
			return false
		}
	}
	return true
}
