package main

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"goniec/catalogue"
	"goniec/configs"
)

// lookupWait is how long the addresses behind a name are waited for.
const lookupWait = 3 * time.Second

// lookup returns the addresses behind a name, or the address that it is.
func lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupWait)
	defer cancel()
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// examineWebhooks looks for webhooks at addresses that the unit of the service lets
// nothing out to. A name that is unknown here and now is no finding: the daemon tells.
func (d *doctor) examineWebhooks(ctx context.Context, config configs.Config) {
	const check = "webhook"
	if !d.confined() {
		return
	}
	for _, w := range config.Webhooks {
		u, err := url.Parse(w.URL)
		if err != nil {
			continue // the configuration is good, so this does not come
		}
		addresses, _ := d.lookup(ctx, u.Hostname())
		for _, a := range addresses {
			if a = a.Unmap(); a.IsGlobalUnicast() && !a.IsPrivate() {
				d.found(check, levelWarning, catalogue.DoctorWebhookOut, w.Name, a)
				break
			}
		}
	}
}

// confined reports whether goniec.service is installed with its list of private networks,
// and no file of the operator beside the unit allows more.
func (d *doctor) confined() bool {
	confined := false
	for _, path := range []string{"/usr/lib/systemd/system/goniec.service", "/usr/local/lib/systemd/system/goniec.service", "/etc/systemd/system/goniec.service"} {
		if unit, err := os.ReadFile(d.root + path); err == nil {
			confined = strings.Contains(string(unit), "\nIPAddressDeny=any")
		}
	}
	dropIns, err := filepath.Glob(d.root + "/etc/systemd/system/goniec.service.d/*.conf")
	if err != nil {
		return false
	}
	for _, path := range dropIns {
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), "IPAddress") {
			return false
		}
	}
	return confined
}
