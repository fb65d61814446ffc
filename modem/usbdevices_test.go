package modem_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/modem"
)

func TestUSBModems(t *testing.T) {
	t.Parallel()
	const devices = "sys/bus/usb/devices/"
	root := tree(t, map[string]string{
		devices + "1-1/idVendor": "12d1", devices + "1-1/idProduct": "1506", devices + "1-1/manufacturer": "HUAWEI", devices + "1-1/product": "Mobile",
		devices + "1-1:1.0/bInterfaceClass": "ff", devices + "1-1:1.0/ttyUSB0/port_number": "0", devices + "1-1:1.5/bInterfaceClass": "08",
		devices + "1-2/idVendor": "12d1", devices + "1-2/idProduct": "14dc",
		devices + "1-2:1.0/bInterfaceClass": "02", devices + "1-2:1.1/bInterfaceClass": "0a", devices + "1-2:1.2/bInterfaceClass": "08",
		devices + "1-3/idVendor": "19d2", devices + "1-3/idProduct": "2000", devices + "1-3:1.0/bInterfaceClass": "08",
		devices + "1-4/idVendor": "2c7c", devices + "1-4/idProduct": "0125", devices + "1-4:1.0/bInterfaceClass": "ff",
		devices + "1-5/idVendor": "046d", devices + "1-5/idProduct": "c31c", devices + "1-5:1.0/bInterfaceClass": "03",
	})
	got, err := modem.USBModemsIn(filepath.Join(root, "sys"))
	if err != nil {
		t.Fatal(err)
	}
	want := []modem.USBModem{
		{ID: "12d1:1506", Product: "HUAWEI Mobile", Mode: modem.ModeSerial},
		{ID: "12d1:14dc", Mode: modem.ModeNetwork},
		{ID: "19d2:2000", Mode: modem.ModeStorage},
		{ID: "2c7c:0125", Mode: modem.ModeNoPort},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err := modem.USBModemsIn(filepath.Join(root, "none")); err != nil || got != nil {
		t.Errorf("without USB: %v, %v", got, err)
	}
}
