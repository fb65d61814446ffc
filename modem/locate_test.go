package modem_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"goniec/modem"
	"goniec/modem/emulator"
)

// imei is the number of a modem that a script plays.
const imei = "353045040123456"

// bus is what is plugged in on USB, and who answers at each port.
type bus struct {
	mu      sync.Mutex
	ports   map[string]modem.PortInfo
	answers map[string]func(context.Context) (modem.Port, error)
	opened  []string
	serving sync.WaitGroup
}

func newBus() *bus {
	return &bus{ports: make(map[string]modem.PortInfo), answers: make(map[string]func(context.Context) (modem.Port, error))}
}

// plug makes a port appear, behind which answer answers.
func (b *bus) plug(p modem.PortInfo, answer func(context.Context) (modem.Port, error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ports[p.Device], b.answers[p.Device] = p, answer
}

func (b *bus) unplug(device string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.ports, device)
}

func (b *bus) list() ([]modem.PortInfo, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.SortedFunc(maps.Values(b.ports), func(p, q modem.PortInfo) int { return strings.Compare(p.Device, q.Device) }), nil
}

func (b *bus) open(ctx context.Context, device string) (modem.Port, error) {
	b.mu.Lock()
	b.opened = append(b.opened, device)
	answer, ok := b.answers[device]
	if _, there := b.ports[device]; !there || !ok {
		b.mu.Unlock()
		return nil, fmt.Errorf("open %s: %w", device, fs.ErrNotExist)
	}
	b.mu.Unlock()
	return answer(ctx)
}

// modem returns a modem that looks for itself on the bus.
func (b *bus) modem(imei string, change func(*modem.Config)) *modem.Modem {
	cfg := modem.Config{Name: "m0", IMEI: imei, Ports: b.list, OpenDevice: b.open}
	if change != nil {
		change(&cfg)
	}
	return modem.New(cfg)
}

// emulated answers by an emulated modem.
func emulated(m *emulator.Modem) func(context.Context) (modem.Port, error) {
	return func(ctx context.Context) (modem.Port, error) { return m.Dial(ctx) }
}

// played answers by a table, and says line every two seconds unless it is empty.
func (b *bus) played(answers table, line string) func(context.Context) (modem.Port, error) {
	return func(context.Context) (modem.Port, error) {
		near, far := net.Pipe()
		served := make(chan struct{})
		b.serving.Go(func() {
			defer close(served)
			defer far.Close()
			serve(far, func(in string) string {
				if out, ok := answers.reply(in); ok {
					return out
				}
				return "\r\nERROR\r\n"
			})
		})
		if line != "" {
			b.serving.Go(func() {
				for {
					select {
					case <-served:
						return
					case <-time.After(2 * time.Second):
						_, _ = far.Write([]byte("\r\n" + line + "\r\n"))
					}
				}
			})
		}
		return near, nil
	}
}

// deaf is a port at which nothing answers.
func (b *bus) deaf() func(context.Context) (modem.Port, error) { return b.played(silent(), "") }

// silent answers nothing to anything a search asks.
func silent() table { return table{"AT": "\r\n", "\x1b": "\r\n"} }

func usbPort(device, usb, iface string) modem.PortInfo {
	return modem.PortInfo{Device: device, VendorID: "12d1", ProductID: "1506", Serial: "0123456789ABCDEF", USB: usb, Interface: iface, Number: "1"}
}

// onBus runs a test in a bubble of virtual time.
func onBus(t *testing.T, test func(t *testing.T, b *bus)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBus()
		defer b.serving.Wait()
		test(t, b)
	})
}

func closed(t *testing.T, m *modem.Modem) {
	t.Helper()
	if err := m.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestLocateAmongSticksWithOneSerial(t *testing.T) {
	t.Parallel()
	onBus(t, func(t *testing.T, b *bus) {
		n := emulator.NewNetwork(emulator.Options{Seed: 1})
		defer n.Close()
		var devices []*emulator.Modem
		for i := range 2 {
			d := n.NewModem(emulator.HuaweiE173(), n.AddSIM(emulator.SIM{Number: fmt.Sprintf("+4850060070%d", i)}))
			devices = append(devices, d)
			usb := fmt.Sprintf("1-%d", i+1)
			b.plug(usbPort(fmt.Sprintf("/dev/ttyUSB%d", 3*i), usb, "00"), b.deaf())
			b.plug(usbPort(fmt.Sprintf("/dev/ttyUSB%d", 3*i+1), usb, "01"), b.deaf())
			b.plug(usbPort(fmt.Sprintf("/dev/ttyUSB%d", 3*i+2), usb, "02"), emulated(d))
		}
		// What is not on USB is nobody's to open.
		b.plug(modem.PortInfo{Device: "/dev/ttyAMA0", Driver: "uart-pl011"}, b.deaf())
		for i, d := range devices {
			m := b.modem(d.IMEI(), nil)
			start := time.Now()
			if err := m.Open(t.Context()); err != nil {
				t.Fatalf("Open: %v", err)
			}
			info := m.Info()
			if want := fmt.Sprintf("/dev/ttyUSB%d", 3*i+2); info.Device != want || info.IMEI != d.IMEI() || info.ICCID != d.SIM().ICCID {
				t.Errorf("found %s with IMEI %s and SIM %s, want %s", info.Device, info.IMEI, info.ICCID, want)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			closed(t, m)
		}
		if slices.Contains(b.opened, "/dev/ttyAMA0") {
			t.Error("opened a port that is not on USB")
		}
	})
}

func TestLocateChoosesThePort(t *testing.T) {
	t.Parallel()
	full := least(table{"AT+CGSN": imei, "AT+CMGF=?": "+CMGF: (0,1)", "AT+CNMI=?": "+CNMI: (0-2),(0,1),(0,2),(0-2),(0,1)"})
	diagnosis := table{"AT": "", "ATE0": "", "AT+CGSN": imei, "AT+CMGF=?": ""}
	other := least(table{"AT+CGSN": "353045049999999", "AT+CMGF=?": "", "AT+CNMI=?": ""})
	type port struct {
		iface   string
		answers table
		line    string
	}
	tests := []struct {
		name  string
		ports []port
		want  int // of the ports; -1: none
		err   error
	}{
		{"the one that takes texts", []port{{"00", diagnosis, ""}, {"01", full, ""}}, 1, nil},
		{"the one that speaks by itself", []port{{"02", full, ""}, {"00", full, "^RSSI: 17"}}, 1, nil},
		{"by interface when all are silent", []port{{"00", full, ""}, {"01", full, ""}, {"02", full, ""}}, 2, nil},
		{"the only one of the modem", []port{{"00", other, ""}, {"01", silent(), ""}, {"02", full, ""}}, 2, nil},
		{"none, for want of the modem", []port{{"00", other, ""}, {"01", silent(), ""}}, -1, modem.ErrNoDevice},
		{"none, because it takes no texts", []port{{"00", diagnosis, ""}}, -1, modem.ErrNotSMS},
		{"none, because there is none", nil, -1, modem.ErrNoDevice},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			onBus(t, func(t *testing.T, b *bus) {
				for i, p := range tt.ports {
					b.plug(usbPort(fmt.Sprintf("/dev/ttyUSB%d", i), "1-1", p.iface), b.played(p.answers, p.line))
				}
				m := b.modem(imei, nil)
				err := m.Open(t.Context())
				defer closed(t, m)
				if tt.want < 0 {
					if !errors.Is(err, tt.err) {
						t.Errorf("Open: %v, want %v", err, tt.err)
					}
					return
				}
				if err != nil {
					t.Fatalf("Open: %v", err)
				}
				if got, want := m.Info().Device, fmt.Sprintf("/dev/ttyUSB%d", tt.want); got != want {
					t.Errorf("chose %s, want %s", got, want)
				}
			})
		})
	}
}

// A port held by somebody else may be the one; the fault names the holder. One
// held for a moment is looked at again.
func TestLocateBusyPort(t *testing.T) {
	t.Parallel()
	full := least(table{"AT+CGSN": imei, "AT+CMGF=?": "", "AT+CNMI=?": ""})
	for _, times := range []int{1, 100} {
		t.Run(fmt.Sprint(times), func(t *testing.T) {
			t.Parallel()
			onBus(t, func(t *testing.T, b *bus) {
				free := b.played(full, "")
				left := times
				b.plug(usbPort("/dev/ttyUSB0", "1-1", "02"), func(ctx context.Context) (modem.Port, error) {
					if left--; left >= 0 {
						return nil, fmt.Errorf("/dev/ttyUSB0: %w: ModemManager (812)", modem.ErrBusy)
					}
					return free(ctx)
				})
				m := b.modem(imei, nil)
				defer closed(t, m)
				err := m.Open(t.Context())
				if times == 1 {
					if err != nil {
						t.Errorf("Open: %v", err)
					}
					return
				}
				if !errors.Is(err, modem.ErrBusy) || !strings.Contains(err.Error(), "ModemManager (812)") {
					t.Errorf("Open: %v, want the name of the holder", err)
				}
			})
		})
	}
}

func TestOtherModem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, imei string
		more       table
		want       string // in the error; empty: none
	}{
		{"same", imei, table{"AT+CGSN": imei}, ""},
		{"with the version of its software", imei[:14] + "01", table{"AT+CGSN": imei}, ""},
		{"another", "353045049999999", table{"AT+CGSN": imei, "AT+CGMI": "huawei", "AT+CGMM": "E173"}, "huawei E173, IMEI " + imei},
		{"does not tell", imei, nil, "tells no IMEI"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			onBus(t, func(t *testing.T, b *bus) {
				pin := false
				answers := least(tt.more)
				answers["AT+CPIN?"] = "+CPIN: READY"
				b.plug(usbPort("/dev/ttyUSB0", "1-1", "02"), b.played(answers, ""))
				m := b.modem(tt.imei, func(c *modem.Config) {
					c.Device = "/dev/ttyUSB0"
					c.PIN = func() (string, error) { pin = true; return "1234", nil }
				})
				err := m.Open(t.Context())
				defer closed(t, m)
				if tt.want == "" {
					if err != nil {
						t.Errorf("Open: %v", err)
					}
					return
				}
				var f *modem.Fault
				if !errors.As(err, &f) || !errors.Is(err, modem.ErrOtherModem) || f.Class != modem.Stop || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("Open: %v, want %q", err, tt.want)
				}
				if pin {
					t.Error("the PIN was about to be given to another modem")
				}
			})
		})
	}
}

// A modem that vanishes and returns under another name is the same modem within
// 10 s of its return, without a pause of its owner's.
func TestReturnsUnderAnotherName(t *testing.T) {
	t.Parallel()
	onBus(t, func(t *testing.T, b *bus) {
		n := emulator.NewNetwork(emulator.Options{Seed: 1})
		defer n.Close()
		d := n.NewModem(emulator.QuectelEC25(), n.AddSIM(emulator.SIM{Number: own}))
		b.plug(usbPort("/dev/ttyUSB0", "1-1", "00"), b.deaf())
		b.plug(usbPort("/dev/ttyUSB2", "1-1", "02"), emulated(d))
		m := b.modem(d.IMEI(), nil)
		defer closed(t, m)
		if err := m.Open(t.Context()); err != nil {
			t.Fatalf("Open: %v", err)
		}
		d.Unplug()
		b.unplug("/dev/ttyUSB0")
		b.unplug("/dev/ttyUSB2")
		for i := range m.Indications() {
			if i.Kind == modem.Lost {
				break
			}
		}
		closed(t, m)
		if err := m.Open(t.Context()); !errors.Is(err, modem.ErrNoDevice) || m.Present() || m.Info().State != modem.Absent {
			t.Fatalf("Open without a modem: %v, present %v, %s", err, m.Present(), m.Info().State)
		}
		ctx, stop := context.WithCancel(t.Context())
		appeared := m.Appeared(ctx)
		<-time.After(time.Hour)
		select {
		case <-appeared:
			t.Fatal("appeared while it was not there")
		default:
		}
		d.Plug()
		<-time.After(d.Profile().BootTime + time.Second) // then its port is back
		b.plug(usbPort("/dev/ttyUSB4", "1-3", "00"), b.deaf())
		b.plug(usbPort("/dev/ttyUSB6", "1-3", "02"), emulated(d))
		back := time.Now()
		<-appeared
		if err := m.Open(t.Context()); err != nil {
			t.Fatalf("Open: %v", err)
		}
		if took := time.Since(back); took > 10*time.Second || m.Info().Device != "/dev/ttyUSB6" {
			t.Errorf("found at %s after %v", m.Info().Device, took)
		}
		stop()
		for range appeared {
		}
	})
}

// notes is a Memory of a test.
type notes struct {
	mu    sync.Mutex
	kept  map[string]string
	fails bool
}

func (n *notes) Recall(key string) ([]byte, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	value, ok := n.kept[key]
	return []byte(value), ok
}

func (n *notes) Remember(key string, value []byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fails {
		return errors.New("disk is full")
	}
	if n.kept == nil {
		n.kept = make(map[string]string)
	}
	n.kept[key] = string(value)
	return nil
}

// After a restart of the service the port that had the modem last is looked at
// before any other.
func TestLocateRemembersThePort(t *testing.T) {
	t.Parallel()
	onBus(t, func(t *testing.T, b *bus) {
		full := least(table{"AT+CGSN": imei, "AT+CMGF=?": "", "AT+CNMI=?": ""})
		stick := usbPort("/dev/ttyUSB5", "1-2", "02")
		stick.ByID = "/dev/serial/by-id/usb-HUAWEI-if02-port0"
		b.plug(usbPort("/dev/ttyUSB0", "1-1", "02"), b.deaf())
		b.plug(stick, b.played(full, ""))
		memory := &notes{}
		remember := func(c *modem.Config) { c.Memory = memory }
		for i, want := range []int{3, 2} { // both ports and the one again; the one twice
			b.opened = nil
			m := b.modem(imei, remember)
			if err := m.Open(t.Context()); err != nil {
				t.Fatalf("Open: %v", err)
			}
			closed(t, m)
			if len(b.opened) != want {
				t.Errorf("start %d: opened %q", i+1, b.opened)
			}
		}
		memory.fails, memory.kept = true, nil
		m := b.modem(imei, remember)
		defer closed(t, m)
		if err := m.Open(t.Context()); err != nil {
			t.Errorf("Open with a memory that fails: %v", err)
		}
	})
}

// Appeared tells of a device that is named, too, and of one that was plugged in
// again under its old name.
func TestAppearedByName(t *testing.T) {
	t.Parallel()
	onBus(t, func(t *testing.T, b *bus) {
		stick := usbPort("/dev/ttyUSB0", "1-1", "02")
		b.plug(stick, b.deaf())
		m := b.modem("", func(c *modem.Config) { c.Device = "/dev/ttyUSB0" })
		if !m.Present() {
			t.Error("not present")
		}
		ctx, stop := context.WithCancel(t.Context())
		appeared := m.Appeared(ctx)
		b.plug(usbPort("/dev/ttyUSB9", "1-4", "02"), b.deaf())
		<-time.After(time.Minute)
		select {
		case <-appeared:
			t.Error("another device appeared, and was taken for this one")
		default:
		}
		stick.Number = "9"
		b.plug(stick, b.deaf())
		start := time.Now()
		<-appeared
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("took %v", took)
		}
		stop()
		for range appeared {
		}
		if len(b.opened) != 0 {
			t.Errorf("opened %q", b.opened)
		}
	})
}

// A port that this user may not open may be the one: the fault says so.
func TestLocateWithoutPermission(t *testing.T) {
	t.Parallel()
	onBus(t, func(t *testing.T, b *bus) {
		b.plug(usbPort("/dev/ttyUSB0", "1-1", "02"), func(context.Context) (modem.Port, error) {
			return nil, fmt.Errorf("/dev/ttyUSB0: %w", modem.ErrPermission)
		})
		m := b.modem(imei, nil)
		defer closed(t, m)
		if err := m.Open(t.Context()); !errors.Is(err, modem.ErrPermission) {
			t.Errorf("Open: %v", err)
		}
	})
}

// What sysfs does not list is there if its file is: a link of an
// administrator's, or a pseudo-terminal.
func TestPresentByFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "modem")
	m := modem.New(modem.Config{Name: "m0", Device: path, Ports: newBus().list})
	if m.Present() {
		t.Error("present before it is there")
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !m.Present() {
		t.Error("not present")
	}
	broken := modem.New(modem.Config{Name: "m0", IMEI: imei, Ports: func() ([]modem.PortInfo, error) { return nil, errors.New("no sysfs") }})
	if broken.Present() {
		t.Error("present, and nobody can know")
	}
	if err := broken.Open(t.Context()); err == nil || !strings.Contains(err.Error(), "no sysfs") {
		t.Errorf("Open: %v", err)
	}
}

// exclusive lets one at a time open a port, as the lock on a device does.
func exclusive(open func(context.Context) (modem.Port, error)) func(context.Context) (modem.Port, error) {
	var mu sync.Mutex
	held := false
	return func(ctx context.Context) (modem.Port, error) {
		mu.Lock()
		defer mu.Unlock()
		if held {
			return nil, fmt.Errorf("%w: goniec (1)", modem.ErrBusy)
		}
		port, err := open(ctx)
		if err != nil {
			return nil, err
		}
		held = true
		return lockedPort{Port: port, release: func() {
			mu.Lock()
			defer mu.Unlock()
			held = false
		}}, nil
	}
}

type lockedPort struct {
	modem.Port
	release func()
}

func (p lockedPort) Close() error {
	defer p.release()
	return p.Port.Close()
}

// Four modems that look for themselves at once, as at a start, all find
// themselves, though each finds ports busy that another looks at.
func TestLocateSideBySide(t *testing.T) {
	t.Parallel()
	onBus(t, func(t *testing.T, b *bus) {
		n := emulator.NewNetwork(emulator.Options{Seed: 1})
		defer n.Close()
		var modems []*modem.Modem
		for i := range 4 {
			d := n.NewModem(emulator.QuectelEC25(), n.AddSIM(emulator.SIM{Number: fmt.Sprintf("+4850060070%d", i)}))
			usb := fmt.Sprintf("1-%d", i+1)
			b.plug(usbPort(fmt.Sprintf("/dev/ttyUSB%d", 2*i), usb, "00"), exclusive(b.deaf()))
			b.plug(usbPort(fmt.Sprintf("/dev/ttyUSB%d", 2*i+1), usb, "02"), exclusive(emulated(d)))
			modems = append(modems, b.modem(d.IMEI(), nil))
		}
		start := time.Now()
		var opening sync.WaitGroup
		for _, m := range modems {
			opening.Go(func() {
				if err := m.Open(t.Context()); err != nil {
					t.Errorf("Open: %v", err)
				}
			})
		}
		opening.Wait()
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("took %v", took)
		}
		for i, m := range modems {
			if got, want := m.Info().Device, fmt.Sprintf("/dev/ttyUSB%d", 2*i+1); got != want {
				t.Errorf("found %s, want %s", got, want)
			}
			closed(t, m)
		}
	})
}
