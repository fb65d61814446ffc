package modem

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"goniec/modem/at"
)

const (
	// probeAttention is how long a port may take to answer AT while a modem is
	// looked for. Three tries must end well within the 10 s in which a modem
	// that has been plugged in again is to be found.
	probeAttention = time.Second
	// probeListen is how long ports that are equally good are listened to, for
	// the one on which the modem speaks by itself.
	probeListen = 2500 * time.Millisecond
	// busyTries is how often a port is looked at again that another Modem of
	// ours was looking at.
	busyTries = 3
	// maxProbes bounds how many ports are looked at side by side.
	maxProbes = 8
)

// candidate is what is known of a port at which the modem may be.
type candidate struct {
	port  PortInfo
	hint  int // 0: where such a stick usually takes commands; more is worse
	conn  *at.Conn
	heard atomic.Bool // the modem spoke by itself
	// awaits is until when the port is only listened to; answered says that what
	// was awaited has come.
	awaits   time.Time
	answered atomic.Bool
	imei     string
	texts    bool // it takes the commands for texts
	err      error
}

// finder looks for the modem among what is plugged in.
type finder struct {
	*line
	late   func(at.Unsolicited) // takes what a port says by itself while it is asked
	found  string               // where the modem was when it was looked for last
	stick  PortInfo             // the port at which it was open last
	awaits time.Time            // until when the next dialogue writes nothing; zero: it may at once
}

// locate returns the port at which the modem with the configured IMEI takes
// commands for texts. It opens USB serial ports only, the port where the modem
// was last before all others.
func (f *finder) locate(ctx context.Context) (device string, err error) {
	ports, err := f.cfg.Ports()
	if err != nil {
		return "", err
	}
	ports = slices.DeleteFunc(slices.Clone(ports), func(p PortInfo) bool { return !p.onUSB() })
	last := f.lastPort()
	first, others := []PortInfo(nil), []PortInfo(nil)
	for _, p := range ports {
		if last != "" && (p.Device == last || p.ByID == last) {
			first = append(first, p)
		} else {
			others = append(others, p)
		}
	}
	var seen []*candidate
	for i, group := range [][]PortInfo{first, others} {
		awaits := f.awaits
		if i > 0 { // it has started anew since: what it was doing has ended
			awaits = time.Time{}
		}
		looked := f.lookAt(ctx, group, awaits)
		if err := context.Cause(ctx); err != nil {
			return "", err
		}
		seen = append(seen, looked...)
		if best := f.best(looked); best != nil {
			if best.answered.Load() {
				f.awaits = time.Time{}
			}
			f.keepPort(ctx, best)
			return best.port.Device, nil
		}
	}
	return "", f.notFound(seen, last)
}

// onUSB reports whether it is a USB serial port: the only kind that is opened
// without being named.
func (p PortInfo) onUSB() bool { return p.VendorID != "" }

// lookAt looks at ports side by side. Ports that are busy are looked at again:
// another Modem of ours may have been looking at them just then.
//
// Until awaits they are only listened to, see OpenQuietly.
func (f *finder) lookAt(ctx context.Context, ports []PortInfo, awaits time.Time) []*candidate {
	all := make([]*candidate, len(ports))
	for i, p := range ports {
		all[i] = &candidate{port: p, hint: p.hint(), awaits: awaits}
	}
	defer func() {
		for _, c := range all {
			c.close()
		}
	}()
	left := all
	for try := 0; ; try++ {
		f.probeAll(ctx, left)
		left = slices.DeleteFunc(slices.Clone(left), func(c *candidate) bool { return !errors.Is(c.err, ErrBusy) })
		if f.best(all) != nil || len(left) == 0 || try == busyTries {
			break
		}
		if again := f.cfg.Timeouts.Busy; pause(ctx, again+rand.N(again)) != nil { // not to meet again
			break
		}
	}
	f.listen(ctx, all)
	return all
}

// probeAll probes ports side by side and waits for all of them.
func (f *finder) probeAll(ctx context.Context, all []*candidate) {
	var probing sync.WaitGroup
	slots := make(chan struct{}, maxProbes)
	for _, c := range all {
		probing.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			c.err = c.probe(ctx, f.cfg, f.late)
		})
	}
	probing.Wait()
}

// probe asks a port who is there and whether it takes commands for texts. It
// changes no setting but the echo, and leaves the port open if it is the modem. What
// it answers to a submission made before goes to late.
func (c *candidate) probe(ctx context.Context, cfg Config, late func(at.Unsolicited)) error {
	port, err := cfg.OpenDevice(ctx, c.port.Device)
	if err != nil {
		return err
	}
	c.conn = at.New(port, at.Config{
		Handler: func(u at.Unsolicited) {
			switch u.Kind {
			case at.Line:
				c.heard.Store(true)
			case at.LateAnswer, at.LateRefusal:
				c.answered.Store(true)
				late(u)
			default:
			}
		},
		Attention: probeAttention, Quiet: cfg.Timeouts.Quiet, Write: cfg.Timeouts.Write,
		Awaits: c.awaits,
	})
	if err := c.conn.Resync(ctx); err != nil {
		return err
	}
	lines, err := c.conn.Command(ctx, "+CGSN", cfg.Timeouts.Command)
	if err != nil {
		return err
	}
	c.imei = digits(freeText(lines, "+CGSN"))
	if !sameIMEI(cfg.IMEI, c.imei) {
		c.close()
		return nil
	}
	c.texts = true
	for _, command := range []string{"+CMGF=?", "+CNMI=?"} {
		if _, err := c.conn.Command(ctx, command, cfg.Timeouts.Command); err != nil {
			c.texts = false
			if !answered(err) {
				return err
			}
		}
	}
	return nil
}

func (c *candidate) close() {
	if c.conn != nil {
		_ = c.conn.Close() // only looked at
		c.conn = nil
	}
}

// listen gives ports that lead to the modem and take texts the time to show on
// which of them it speaks by itself. Where there is but one, there is no need.
func (f *finder) listen(ctx context.Context, all []*candidate) {
	able := slices.DeleteFunc(slices.Clone(all), func(c *candidate) bool { return !c.is(f.cfg.IMEI) || !c.texts })
	heard := func(c *candidate) bool { return c.heard.Load() }
	for end := time.Now().Add(probeListen); len(able) > 1 && !slices.ContainsFunc(able, heard) && time.Now().Before(end); {
		if pause(ctx, probeListen/10) != nil {
			return
		}
	}
}

// is reports whether the modem that is looked for answers at the port.
func (c *candidate) is(imei string) bool { return c.err == nil && sameIMEI(imei, c.imei) }

// best returns the best port at which the modem answers; nil if it does at
// none. One that takes no texts is left out: it would be of no use.
func (f *finder) best(all []*candidate) *candidate {
	able := slices.DeleteFunc(slices.Clone(all), func(c *candidate) bool { return !c.is(f.cfg.IMEI) || !c.texts })
	if len(able) == 0 {
		return nil
	}
	return slices.MinFunc(able, func(a, b *candidate) int {
		return cmp.Or(
			cmp.Compare(rank(!a.heard.Load()), rank(!b.heard.Load())),
			cmp.Compare(a.hint, b.hint),
			strings.Compare(a.port.Interface, b.port.Interface),
			compareNames(a.port.Device, b.port.Device),
		)
	})
}

// rank orders true behind false.
func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// hint says how likely it is that a port takes commands, by where the sticks of
// its maker have the port meant for that; 0 is the likeliest.
func (p PortInfo) hint() int {
	order := commandInterfaces(p.VendorID)
	if at := slices.Index(order, p.Interface); at >= 0 {
		return at
	}
	return len(order)
}

// notFound says why the modem was not found, and what was at the ports instead.
func (f *finder) notFound(seen []*candidate, last string) error {
	if len(seen) == 0 {
		return fmt.Errorf("%w: no modem is plugged in on USB, neither IMEI %s nor another", ErrNoDevice, f.cfg.IMEI)
	}
	var cause error // ErrNoDevice unless something says otherwise
	met := make([]string, len(seen))
	for i, c := range seen {
		switch {
		case c.is(f.cfg.IMEI):
			met[i] = c.port.Device + " is the modem, but this port of it takes no texts"
			cause = ErrNotSMS
		case c.err == nil && c.imei == "":
			met[i] = c.port.Device + " tells no IMEI"
		case c.err == nil:
			met[i] = c.port.Device + " is IMEI " + c.imei
		case errors.Is(c.err, ErrBusy), errors.Is(c.err, ErrPermission):
			// It may well be that one. What we hold ourselves is another modem.
			if cause == nil && !errors.Is(c.err, errOurs) {
				cause = kindOf(c.err)
			}
			met[i] = c.err.Error()
		default:
			met[i] = c.port.Device + " does not answer"
			if cause == nil && last != "" && (c.port.ByID == last || c.port.Device == last) {
				cause = at.ErrTimeout // it was there last, so it is likely to be it that is silent
			}
		}
	}
	if cause == nil {
		cause = ErrNoDevice
	}
	return fmt.Errorf("%w: IMEI %s was not found: %s", cause, f.cfg.IMEI, strings.Join(met, "; "))
}

func kindOf(err error) error {
	if errors.Is(err, ErrPermission) {
		return ErrPermission
	}
	return ErrBusy
}

// portKey is what a port is remembered by.
func (f *finder) portKey() string { return "port/" + f.cfg.IMEI }

// lastPort returns where the modem was last, empty if that is not known.
func (f *finder) lastPort() string {
	if f.found == "" && f.cfg.Memory != nil {
		if value, ok := f.cfg.Memory.Recall(f.portKey()); ok {
			f.found = string(value)
		}
	}
	return f.found
}

// keepPort remembers where the modem is, by its stable link if it has one.
func (f *finder) keepPort(ctx context.Context, c *candidate) {
	place := cmp.Or(c.port.ByID, c.port.Device)
	if place == f.lastPort() {
		return
	}
	f.found = place
	f.log.InfoContext(ctx, "modem found by its number", "device", c.port.Device, "interface", c.port.Interface)
	if f.cfg.Memory == nil {
		return
	}
	if err := f.cfg.Memory.Remember(f.portKey(), []byte(place)); err != nil {
		f.log.WarnContext(ctx, "cannot remember where the modem is; it will be looked for again", "err", err)
	}
}

// appearPoll is how often Appeared looks at sysfs.
const appearPoll = time.Second

// Present reports whether there is a port at which the modem may be. It opens
// nothing and is cheap; any goroutine may call it.
func (m *Modem) Present() bool { return len(m.finder.present()) > 0 }

// Appeared returns a channel that receives when a port at which the modem may
// be is plugged in after the call, so that its owner can call Open at once
// instead of waiting out a pause. It looks at sysfs every second and opens
// nothing. The channel is closed when ctx is done. Any goroutine may call it.
func (m *Modem) Appeared(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	before := m.finder.present()
	go func() {
		defer close(out)
		for pause(ctx, appearPoll) == nil {
			now := m.finder.present()
			fresh := false
			for port := range now {
				fresh = fresh || !before[port]
			}
			before = now
			if !fresh {
				continue
			}
			select {
			case out <- struct{}{}:
			default:
			}
		}
	}()
	return out
}

// present returns the ports at which the modem may be. One that has been pulled
// out and plugged in again is another.
func (f *finder) present() map[string]bool {
	ports, err := f.cfg.Ports()
	if err != nil {
		return nil
	}
	found := make(map[string]bool)
	for _, p := range ports {
		if f.cfg.Device == "" && p.onUSB() || f.cfg.Device != "" && (p.Device == f.cfg.Device || p.ByID == f.cfg.Device) {
			found[p.Device+" "+p.USB+" "+p.Number] = true
		}
	}
	if len(found) == 0 && f.cfg.Device != "" { // a port that sysfs does not list, or a link of somebody's
		if _, err := os.Stat(f.cfg.Device); err == nil {
			found[f.cfg.Device] = true
		}
	}
	return found
}
