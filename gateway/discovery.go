package gateway

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"goniec/modem"
)

const (
	discoverEvery = 30 * time.Second
	// probeTimeout is how long one port may take to answer. A modem answers AT within a
	// second, even while starting.
	probeTimeout = 15 * time.Second
	// longestSilence is the longest pause between two probes of a port without an answer. The
	// pause doubles with each probe: the port may belong to a printer.
	longestSilence = 10 * time.Minute
)

// Discovery configures the search for modems that are not configured; all fields are required.
type Discovery struct {
	Ports    func() ([]modem.PortInfo, error) // lists the serial ports
	BaudRate int                              // of the probe
	// Modem returns the configuration of a modem found at a port.
	Modem func(name, device string) ModemConfig
}

// discovery is the state of the search.
type discovery struct {
	Discovery
	probe  func(ctx context.Context, device string, baud int) (modem.ProbeResult, error)
	found  []found             // in the order they were found
	silent map[string]*silence // ports that did not answer
}

// found is a modem that answers at a port, or has answered.
type found struct{ name, imei, device string }

func newDiscovery(c Discovery) *discovery {
	return &discovery{Discovery: c, probe: modem.Probe, silent: map[string]*silence{}}
}

// silence is the pause in probing a port that does not answer.
type silence struct {
	until time.Time
	pause time.Duration
}

// Discover searches for modems until ctx is done, and passes all that it has found to
// SetModems. A modem is recognised by its IMEI at any port.
func (g *Gateway) Discover(ctx context.Context, c Discovery) {
	d := newDiscovery(c)
	timer := time.NewTimer(g.quietTime(ctx))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		changed, err := d.scan(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			g.config.Logger.Warn("cannot list serial ports, trying again", slog.Any("err", err))
		}
		if changed {
			g.SetModems(d.configs(g.config.Logger))
		}
		timer.Reset(discoverEvery)
	}
}

// configs returns the configurations of all found modems.
func (d *discovery) configs(log *slog.Logger) []ModemConfig {
	all := make([]ModemConfig, len(d.found))
	for i, m := range d.found {
		log.Info("modem found", slog.String("modem", m.name), slog.String("device", m.device))
		all[i] = d.Modem(m.name, m.device)
	}
	return all
}

// quietTime returns how long no port may be written to, because a modem may still be sending a
// part that was submitted before the start, and its port is not known.
func (g *Gateway) quietTime(ctx context.Context) time.Duration {
	until, err := g.QuietUntil(ctx)
	if err != nil {
		g.config.Logger.Warn("cannot look for what was in the air when the gateway stopped", slog.Any("err", err))
	}
	wait := max(0, time.Until(until))
	if wait > 0 {
		g.config.Logger.Info("a part was in the air when the gateway stopped; no port is touched until its modem has had the time to answer", slog.Duration("wait", wait))
	}
	return wait
}

// scan probes every port without a known modem and reports whether modems were found, or found
// again at another port.
func (d *discovery) scan(ctx context.Context) (changed bool, err error) {
	ports, err := d.Ports()
	if err != nil {
		return false, err
	}
	plugged := map[string]bool{}
	for _, port := range ports {
		plugged[port.Device] = true
	}
	for device := range d.silent {
		if !plugged[device] {
			delete(d.silent, device) // the next device at this port is another one
		}
	}
	for _, port := range ports {
		taken := slices.ContainsFunc(d.found, func(m found) bool { return m.device == port.Device })
		if taken || d.resting(port.Device) {
			continue
		}
		probeCtx, cancel := context.WithTimeout(ctx, probeTimeout)
		result, err := d.probe(probeCtx, port.Device, d.BaudRate)
		cancel()
		switch {
		case ctx.Err() != nil:
			return changed, ctx.Err()
		case err != nil || !result.Texts: // no answer, or no support for texts
			d.rest(port.Device)
		case d.add(port.Device, result.Info, plugged):
			changed = true
		default:
			d.rest(port.Device) // a second port of a known modem
		}
	}
	return changed, nil
}

func (d *discovery) resting(device string) bool {
	s := d.silent[device]
	return s != nil && time.Now().Before(s.until)
}

// rest postpones the next probe of a port, each time for longer.
func (d *discovery) rest(device string) {
	s := d.silent[device]
	if s == nil {
		s = &silence{pause: discoverEvery / 2}
		d.silent[device] = s
	}
	s.pause = min(2*s.pause, longestSilence)
	s.until = time.Now().Add(s.pause)
}

// add adds a modem that answers at device. It returns false if the modem works at another port
// already.
func (d *discovery) add(device string, info modem.Info, plugged map[string]bool) bool {
	for i := range d.found {
		m := &d.found[i]
		if info.IMEI == "" || m.imei != info.IMEI {
			continue
		}
		if plugged[m.device] {
			return false
		}
		m.device = device
		return true
	}
	d.found = append(d.found, found{d.name(info), info.IMEI, device})
	return true
}

// name makes a name of the model and the end of the IMEI, "e3372-4321". The name is the same
// at any port.
func (d *discovery) name(info modem.Info) string {
	base := strings.Trim(strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(info.Model)), "-")
	base = cmp.Or(base, "modem")
	base = base[:min(len(base), 24)]
	if n := len(info.IMEI); n > 0 {
		base += "-" + info.IMEI[max(0, n-4):]
	}
	name := base
	for i := 2; ; i++ {
		if !slices.ContainsFunc(d.found, func(m found) bool { return m.name == name }) {
			return name
		}
		name = fmt.Sprintf("%s-%d", base, i)
	}
}
