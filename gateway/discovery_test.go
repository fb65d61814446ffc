package gateway

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/configs"
	"goniec/modem"
)

// plugged is what a test has plugged in: by port, the IMEI that answers there.
type plugged map[string]string

func (p plugged) ports() ([]modem.PortInfo, error) {
	var ports []modem.PortInfo
	for _, device := range []string{"/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyUSB2", "/dev/ttyUSB3"} {
		if _, found := p[device]; found {
			ports = append(ports, modem.PortInfo{Device: device})
		}
	}
	return ports, nil
}

// discoveryAmong returns a discovery among what is plugged in, and how often each
// port was asked.
func discoveryAmong(p plugged) (*discovery, map[string]int) {
	asked := map[string]int{}
	d := newDiscovery(Discovery{Ports: p.ports})
	d.probe = func(_ context.Context, device string, _ int) (modem.ProbeResult, error) {
		asked[device]++
		imei := p[device]
		return modem.ProbeResult{Device: device, Answers: true, Texts: imei != "", Info: modem.Info{Model: "E3372 (LTE)", IMEI: imei}}, nil
	}
	return d, asked
}

// found returns the ports of the modems found, by their names.
func (d *discovery) byName() map[string]string {
	all := map[string]string{}
	for _, m := range d.found {
		all[m.name] = m.device
	}
	return all
}

func TestDiscoveryFollowsModemsByIMEI(t *testing.T) {
	t.Parallel()
	const first, second = "351234567890001", "351234567890002"
	world := plugged{"/dev/ttyUSB0": first, "/dev/ttyUSB1": first, "/dev/ttyUSB2": ""}
	d, _ := discoveryAmong(world)
	scan := func(wantChange bool, want map[string]string) {
		t.Helper()
		changed, err := d.scan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if changed != wantChange {
			t.Errorf("scan reports change %v, want %v", changed, wantChange)
		}
		if diff := cmp.Diff(want, d.byName()); diff != "" {
			t.Errorf("modems (-want +got):\n%s", diff)
		}
	}
	// The second port of the first modem is not another modem, and the third
	// port answers nothing.
	scan(true, map[string]string{"e3372--lte-0001": "/dev/ttyUSB0"})
	scan(false, map[string]string{"e3372--lte-0001": "/dev/ttyUSB0"})
	world["/dev/ttyUSB3"] = second
	scan(true, map[string]string{"e3372--lte-0001": "/dev/ttyUSB0", "e3372--lte-0002": "/dev/ttyUSB3"})
	// Unplugged, it keeps its name and its last port; plugged in elsewhere it
	// is the same modem.
	delete(world, "/dev/ttyUSB0")
	delete(world, "/dev/ttyUSB1")
	delete(world, "/dev/ttyUSB2")
	scan(false, map[string]string{"e3372--lte-0001": "/dev/ttyUSB0", "e3372--lte-0002": "/dev/ttyUSB3"})
	world["/dev/ttyUSB2"] = first
	scan(true, map[string]string{"e3372--lte-0001": "/dev/ttyUSB2", "e3372--lte-0002": "/dev/ttyUSB3"})
}

// TestDiscoveryAsksSilentPortsLessAndLess lets a day pass.
func TestDiscoveryAsksSilentPortsLessAndLess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, asked := discoveryAmong(plugged{"/dev/ttyUSB0": ""})
		for end := time.Now().Add(24 * time.Hour); time.Now().Before(end); <-time.After(discoverEvery) {
			if _, err := d.scan(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := asked["/dev/ttyUSB0"]; n < 140 || n > 160 {
			t.Errorf("a silent port was asked %d times in a day, want about every 10 minutes", n)
		}
	})
}

func TestDiscoveryNames(t *testing.T) {
	t.Parallel()
	d, _ := discoveryAmong(plugged{})
	for i, test := range []struct{ model, imei, want string }{
		{"EC25", "351234567890001", "ec25-0001"},
		{"EC25", "869999999990001", "ec25-0001-2"},
		{"", "", "modem"},
		{"", "", "modem-2"},
		{"Żółty model", "12", "ty-model-12"},
		{"A model with a name that goes on and on", "351234567890003", "a-model-with-a-name-that-0003"},
	} {
		info := modem.Info{Model: test.model, IMEI: test.imei}
		if !d.add(fmt.Sprintf("/dev/ttyUSB%d", i), info, map[string]bool{}) {
			t.Errorf("%q is not taken", test.model)
		}
		name := d.found[len(d.found)-1].name
		if name != test.want {
			t.Errorf("a %q with IMEI %q is called %q, want %q", test.model, test.imei, name, test.want)
		}
		c, m := configs.Default(), configs.DefaultModem()
		for _, found := range d.found {
			m.Name, m.Device = found.name, found.device
			c.Modems = append(c.Modems, m)
		}
		if err := c.Validate(); err != nil {
			t.Errorf("the name would be a mistake in a file: %v", err)
		}
	}
}

func TestDiscoveryWithoutSysfs(t *testing.T) {
	t.Parallel()
	want := errors.New("no sysfs")
	d, _ := discoveryAmong(plugged{})
	d.Ports = func() ([]modem.PortInfo, error) { return nil, want }
	if _, err := d.scan(t.Context()); !errors.Is(err, want) {
		t.Errorf("scan = %v, want %v", err, want)
	}
}
