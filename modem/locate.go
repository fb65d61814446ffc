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
	// probeAttention is the timeout of one AT during a search. Three tries must end
	// well within the 10 s in which a replugged modem has to be found.
	probeAttention = time.Second
	// probeListen is how long equally good ports are listened to for unsolicited lines
	// of the modem.
	probeListen = 2500 * time.Millisecond
	// busyTries is how often a search returns to a port that another Modem of this
	// process was probing.
	busyTries = 3
	// maxProbes bounds the ports probed at once.
	maxProbes = 8
)

// candidate is a port at which the modem may be.
type candidate struct {
	port  PortInfo
	hint  int // rank of the USB interface; 0: the usual one for commands
	conn  *at.Conn
	heard atomic.Bool // an unsolicited line has come
	// awaits is until when the port is only listened to; answered says that the awaited
	// line has come.
	awaits   time.Time
	answered atomic.Bool
	imei     string
	texts    bool // the port accepts commands about texts
	err      error
}

// finder looks for the modem among the connected devices.
type finder struct {
	*line
	late   func(at.Unsolicited) // takes unsolicited lines during a probe
	found  string               // the port of the last successful search
	stick  PortInfo             // the port that was open last
	awaits time.Time            // until when the next dialogue writes nothing; zero: no such wait
}

// locate returns the port at which the modem with the configured IMEI accepts commands
// about texts. It opens USB serial ports only, the last known port first.
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
		if i > 0 { // a restart of the modem has ended the submission
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

// onUSB reports whether the port is a USB serial port, the only kind that a search
// opens.
func (p PortInfo) onUSB() bool { return p.VendorID != "" }

// lookAt probes ports in parallel. Busy ports are tried again, because another Modem of
// this process may be probing them.
//
// Until awaits the ports are only listened to, see OpenQuietly.
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
		if again := f.cfg.Timeouts.Busy; pause(ctx, again+rand.N(again)) != nil { // random, so that two searches do not collide again
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

// probe asks a port for its IMEI and whether it accepts commands about texts. It
// changes no setting but the echo, and leaves the port of the wanted modem open. A late
// answer to an earlier submission goes to late.
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
		_ = c.conn.Close()
		c.conn = nil
	}
}

// listen waits for unsolicited lines on ports of the modem, if several accept texts.
func (f *finder) listen(ctx context.Context, all []*candidate) {
	able := slices.DeleteFunc(slices.Clone(all), func(c *candidate) bool { return !c.isModem(f.cfg.IMEI) || !c.texts })
	heard := func(c *candidate) bool { return c.heard.Load() }
	for end := time.Now().Add(probeListen); len(able) > 1 && !slices.ContainsFunc(able, heard) && time.Now().Before(end); {
		if pause(ctx, probeListen/10) != nil {
			return
		}
	}
}

// isModem reports whether the modem with this IMEI answers at the port.
func (c *candidate) isModem(imei string) bool { return c.err == nil && sameIMEI(imei, c.imei) }

// best returns the best port of the modem that accepts texts; nil if there is none.
func (f *finder) best(all []*candidate) *candidate {
	able := slices.DeleteFunc(slices.Clone(all), func(c *candidate) bool { return !c.isModem(f.cfg.IMEI) || !c.texts })
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

// rank orders false before true.
func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// hint ranks a port by its USB interface among those on which the vendor's sticks
// accept commands; 0 is the likeliest.
func (p PortInfo) hint() int {
	order := commandInterfaces(p.VendorID)
	if at := slices.Index(order, p.Interface); at >= 0 {
		return at
	}
	return len(order)
}

// notFound returns why the modem was not found, with the devices found instead.
func (f *finder) notFound(seen []*candidate, last string) error {
	if len(seen) == 0 {
		return fmt.Errorf("%w: no modem is plugged in on USB, neither IMEI %s nor another", ErrNoDevice, f.cfg.IMEI)
	}
	var cause error // nil: ErrNoDevice
	met := make([]string, len(seen))
	for i, c := range seen {
		switch {
		case c.isModem(f.cfg.IMEI):
			met[i] = c.port.Device + " is the modem, but this port of it takes no texts"
			cause = ErrNotSMS
		case c.err == nil && c.imei == "":
			met[i] = c.port.Device + " tells no IMEI"
		case c.err == nil:
			met[i] = c.port.Device + " is IMEI " + c.imei
		case errors.Is(c.err, ErrBusy), errors.Is(c.err, ErrPermission):
			// A port held by another program may be the wanted modem; a port held by
			// this process is another one.
			if cause == nil && !errors.Is(c.err, errOurs) {
				cause = kindOf(c.err)
			}
			met[i] = c.err.Error()
		default:
			met[i] = c.port.Device + " does not answer"
			if cause == nil && last != "" && (c.port.ByID == last || c.port.Device == last) {
				cause = at.ErrTimeout // the silent device at the last known port is probably the modem
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

// portKey is the Memory key of the last known port.
func (f *finder) portKey() string { return "port/" + f.cfg.IMEI }

// lastPort returns the last known port; empty if there is none.
func (f *finder) lastPort() string {
	if f.found == "" && f.cfg.Memory != nil {
		if value, ok := f.cfg.Memory.Recall(f.portKey()); ok {
			f.found = string(value)
		}
	}
	return f.found
}

// keepPort remembers the port of the modem, by its stable link if there is one.
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

// appearPoll is the interval at which Appeared reads sysfs.
const appearPoll = time.Second

// Present reports whether a port exists at which the modem may be. It opens nothing.
// Any goroutine may call it.
func (m *Modem) Present() bool { return len(m.finder.present()) > 0 }

// Appeared returns a channel that receives when a port at which the modem may be is
// plugged in after the call. It reads sysfs every second and opens nothing. The channel
// is closed when ctx is done. Any goroutine may call it.
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

// present returns the ports at which the modem may be, by a key that changes when a
// port is replugged.
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
	if len(found) == 0 && f.cfg.Device != "" { // a port that sysfs does not list, or a link
		if _, err := os.Stat(f.cfg.Device); err == nil {
			found[f.cfg.Device] = true
		}
	}
	return found
}
