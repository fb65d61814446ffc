package modem_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/modem"
)

// tree makes files, and links where the content begins with "->", below a
// folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := cutArrow(content); ok {
			err = os.Symlink(filepath.Join(root, target), path)
		} else {
			err = os.WriteFile(path, []byte(content+"\n"), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func cutArrow(s string) (string, bool) {
	if len(s) > 2 && s[:2] == "->" {
		return s[2:], true
	}
	return "", false
}

func TestPorts(t *testing.T) {
	t.Parallel()
	usb := "sys/devices/pci0000:00/usb1/1-1/"
	root := tree(t, map[string]string{
		// A stick with two serial interfaces.
		usb + "idVendor": "12d1", usb + "idProduct": "1506", usb + "manufacturer": "HUAWEI", usb + "product": "HUAWEI Mobile",
		usb + "devnum": "7", usb + "serial": "0123456789ABCDEF",
		usb + "1-1:1.0/bInterfaceNumber":                "00",
		usb + "1-1:1.0/driver":                          "->sys/bus/usb/drivers/option",
		usb + "1-1:1.0/ttyUSB0/driver":                  "->sys/bus/usb-serial/drivers/option1",
		usb + "1-1:1.2/bInterfaceNumber":                "02",
		usb + "1-1:1.2/driver":                          "->sys/bus/usb/drivers/option",
		usb + "1-1:1.2/ttyUSB10/port_number":            "0",
		"sys/class/tty/ttyUSB0/device":                  "->" + usb + "1-1:1.0/ttyUSB0",
		"sys/class/tty/ttyUSB10/device":                 "->" + usb + "1-1:1.2/ttyUSB10",
		"dev/serial/by-id/usb-HUAWEI_Mobile-if00-port0": "->dev/ttyUSB0",
		// A module that is a CDC device of its own, without names.
		"sys/devices/usb2/2-1/idVendor": "2c7c", "sys/devices/usb2/2-1/idProduct": "0125",
		"sys/devices/usb2/2-1/2-1:1.4/bInterfaceNumber": "04",
		"sys/class/tty/ttyACM0/device":                  "->sys/devices/usb2/2-1/2-1:1.4",
		// A port of the board, one that is not there, the console, and terminals.
		"sys/devices/platform/uart/driver": "->sys/bus/amba/drivers/uart-pl011",
		"sys/class/tty/ttyAMA0/device":     "->sys/devices/platform/uart", "sys/class/tty/ttyAMA0/type": "32",
		"sys/devices/platform/serial8250/name": "x",
		"sys/class/tty/ttyS7/device":           "->sys/devices/platform/serial8250", "sys/class/tty/ttyS7/type": "0",
		"sys/class/tty/ttyS0/device": "->sys/devices/platform/serial8250", "sys/class/tty/ttyS0/type": "4", "sys/class/tty/ttyS0/console": "Y",
		"sys/class/tty/tty0/dev": "4:0", "sys/class/tty/ptmx/dev": "5:2",
	})
	got, err := modem.PortsIn(filepath.Join(root, "sys"), filepath.Join(root, "dev"))
	if err != nil {
		t.Fatal(err)
	}
	dev := func(name string) string { return filepath.Join(root, "dev", name) }
	stick := modem.PortInfo{VendorID: "12d1", ProductID: "1506", Serial: "0123456789ABCDEF", Vendor: "HUAWEI", Product: "HUAWEI Mobile", Driver: "option", USB: "1-1", Number: "7"}
	first, second := stick, stick
	first.Device, first.Interface, first.ByID = dev("ttyUSB0"), "00", dev("serial/by-id/usb-HUAWEI_Mobile-if00-port0")
	second.Device, second.Interface = dev("ttyUSB10"), "02"
	want := []modem.PortInfo{
		{Device: dev("ttyACM0"), VendorID: "2c7c", ProductID: "0125", Interface: "04", USB: "2-1"},
		{Device: dev("ttyAMA0"), Driver: "uart-pl011"},
		first, second,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPortsWithoutSysfs(t *testing.T) {
	t.Parallel()
	got, err := modem.PortsIn(t.TempDir(), t.TempDir())
	if err != nil || len(got) != 0 {
		t.Errorf("%v, %v; want none", got, err)
	}
}
