package modem_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.bug.st/serial"

	"goniec/modem"
	"goniec/modem/emulator"
)

// quick are time limits for real time.
var quick = modem.Timeouts{
	Command: 2 * time.Second, Prompt: 2 * time.Second, Submit: 2 * time.Second, List: 2 * time.Second,
	Write: 200 * time.Millisecond, Quiet: 10 * time.Millisecond, Attention: 500 * time.Millisecond,
	SIMBusy: time.Second, Registration: 5 * time.Second, Busy: 10 * time.Millisecond,
}

// emulatedPTY returns the path of an emulated modem on a real pseudo-terminal.
func emulatedPTY(t *testing.T) (*emulator.Network, *emulator.Modem, string) {
	t.Helper()
	n := emulator.NewNetwork(emulator.Options{})
	device := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{Number: own}))
	port, err := device.OpenPTY()
	if err != nil {
		t.Fatalf("no pseudo-terminal: %v", err)
	}
	t.Cleanup(func() {
		port.Close()
		n.Close()
	})
	return n, device, port.Path()
}

func TestSerialDevice(t *testing.T) {
	t.Parallel()
	n, _, path := emulatedPTY(t)
	m := modem.New(modem.Config{Name: "m0", Device: path, Timeouts: quick})
	for range 2 { // it can be opened again
		if err := m.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
			t.Error(err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := n.AcceptedCount(); got != 2 {
		t.Errorf("the network has %d texts, want 2", got)
	}
}

func TestSerialDeviceIsOursAlone(t *testing.T) {
	t.Parallel()
	_, _, path := emulatedPTY(t)
	first := modem.New(modem.Config{Name: "first", Device: path, Timeouts: quick})
	if err := first.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := modem.New(modem.Config{Name: "second", Device: path, Timeouts: quick})
	err := second.Open(t.Context())
	var fault *modem.Fault
	if !errors.Is(err, modem.ErrBusy) || !errors.As(err, &fault) || fault.Class != modem.ModemFault {
		t.Errorf("second Open: %v, want ErrBusy", err)
	}
	if want := fmt.Sprintf("(%d)", os.Getpid()); err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not name the process %s that holds the device", err, want)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Open(t.Context()); err != nil {
		t.Errorf("second Open after the first has closed: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

func TestSerialCloseWakesRead(t *testing.T) {
	t.Parallel()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatalf("no pseudo-terminal: %v", err)
	}
	defer master.Close()
	defer slave.Close()
	port, err := modem.OpenSerial(slave.Name(), 0)
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error)
	go func() {
		_, err := port.Read(make([]byte, 16))
		result <- err
	}()
	if err := port.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-result; !errors.Is(err, os.ErrClosed) {
		t.Errorf("Read: %v, want os.ErrClosed", err)
	}
	if _, err := port.Write([]byte("AT\r")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Write after Close: %v, want os.ErrClosed", err)
	}
}

func TestSerialDeadlines(t *testing.T) {
	t.Parallel()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatalf("no pseudo-terminal: %v", err)
	}
	defer master.Close()
	defer slave.Close()
	port, err := modem.OpenSerial(slave.Name(), 9600)
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	if err := port.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := port.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Read: %v, want a time-out", err)
	}
	if err := port.SetWriteDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := port.Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) { // nobody reads
		t.Errorf("Write: %v, want a time-out", err)
	}
}

func TestSerialUnplugged(t *testing.T) {
	t.Parallel()
	m := scriptedPTY(t, quick, func(in string) string {
		if strings.HasSuffix(in, "\x1a") {
			return "<hang up>"
		}
		return answer(in)
	})
	_, err := m.Submit(t.Context(), tpdu(t, patient, "x"))
	var fault *modem.Fault
	if !errors.As(err, &fault) || fault.Class != modem.Uncertain || fault.Phase != modem.AfterPayload {
		t.Errorf("Submit: %v, want Uncertain", err)
	}
	for i := range m.Indications() {
		if i.Kind == modem.Lost {
			break
		}
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

// answer is the least a modem says to be set up.
func answer(in string) string {
	switch in {
	case "AT+CPIN?":
		return "\r\n+CPIN: READY\r\n\r\nOK\r\n"
	case "AT+CREG?":
		return "\r\n+CREG: 1,1\r\n\r\nOK\r\n"
	case "AT+CPMS=?":
		return "\r\n+CPMS: (\"SM\"),(\"SM\"),(\"SM\")\r\n\r\nOK\r\n"
	case `AT+CPMS="SM","SM","SM"`:
		return "\r\n+CPMS: 0,10,0,10,0,10\r\n\r\nOK\r\n"
	case "\x1b":
		return ""
	}
	switch {
	case strings.HasPrefix(in, "AT+CMGS="):
		return "\r\n> "
	case strings.HasSuffix(in, "\x1a"):
		return "\r\n+CMGS: 1\r\n\r\nOK\r\n"
	}
	return "\r\nOK\r\n"
}

// scriptedPTY opens a modem on a pseudo-terminal behind which script answers;
// "<hang up>" closes the far side.
func scriptedPTY(tb testing.TB, timeouts modem.Timeouts, script func(in string) string) *modem.Modem {
	tb.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		tb.Skipf("no pseudo-terminals here: %v", err)
	}
	raw, err := serial.Open(slave.Name(), &serial.Mode{BaudRate: 115200}) // no echo from the first octet on
	if err != nil {
		tb.Fatal(err)
	}
	raw.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer master.Close()
		serve(master, script)
	}()
	tb.Cleanup(func() {
		master.Close()
		slave.Close()
		<-done
	})
	m := modem.New(modem.Config{Name: "m0", Device: slave.Name(), Timeouts: timeouts})
	if err := m.Open(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return m
}

// serve answers by script whatever comes in, until the far side is gone or the
// script hangs up.
func serve(port io.ReadWriter, script func(in string) string) {
	r := bufio.NewReader(port)
	var in []byte
	for {
		b, err := r.ReadByte()
		if err != nil {
			return
		}
		if b != '\r' {
			in = append(in, b)
		}
		if b != '\r' && b != 0x1a && b != 0x1b {
			continue
		}
		out := script(string(in))
		in = in[:0]
		if out == "<hang up>" {
			return
		}
		if _, err := io.WriteString(port, out); err != nil {
			return
		}
	}
}

func TestSerialErrorsNameTheRemedy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, device string
		want         error
		state        modem.State
		remedy       string
	}{
		{"nothing there", filepath.Join(dir, "ttyUSB9"), modem.ErrNoDevice, modem.Absent, "modem list"},
		{"a file", file, modem.ErrNotSerial, modem.Faulted, "modem list"},
		{"a folder", dir, modem.ErrNotSerial, modem.Faulted, "modem list"},
		{"no terminal", "/dev/null", modem.ErrNotSerial, modem.Faulted, "modem list"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := modem.New(modem.Config{Name: "m0", Device: tt.device})
			err := m.Open(t.Context())
			var fault *modem.Fault
			if !errors.Is(err, tt.want) || !errors.As(err, &fault) || !strings.Contains(fault.Remedy().English(), tt.remedy) {
				t.Errorf("Open: %v, want %v with a remedy", err, tt.want)
			}
			if !strings.Contains(err.Error(), tt.device) {
				t.Errorf("%q does not name the device", err)
			}
			if s := m.Info().State; s != tt.state {
				t.Errorf("state %s, want %s", s, tt.state)
			}
		})
	}
}

func TestSerialOpenErrors(t *testing.T) {
	t.Parallel()
	for cause, want := range map[error]error{
		syscall.ENOENT: modem.ErrNoDevice,
		syscall.ENODEV: modem.ErrNoDevice,
		syscall.ENXIO:  modem.ErrNoDevice,
		syscall.EACCES: modem.ErrPermission,
		syscall.EPERM:  modem.ErrPermission,
		syscall.EBUSY:  modem.ErrBusy,
		syscall.ENOTTY: modem.ErrNotSerial,
	} {
		err := modem.OpenError("/dev/ttyUSB0", &os.PathError{Op: "open", Path: "/dev/ttyUSB0", Err: cause})
		if !errors.Is(err, want) {
			t.Errorf("%v becomes %v, want %v", cause, err, want)
		}
	}
}

func BenchmarkSubmit(b *testing.B) {
	m := scriptedPTY(b, modem.Timeouts{Quiet: 10 * time.Millisecond}, answer)
	out := tpdu(b, patient, "Przypominamy o wizycie jutro o 9:30. Prosimy odpisac TAK lub NIE.")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Submit(b.Context(), out); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submits/s")
	if err := m.Close(); err != nil {
		b.Error(err)
	}
}

// A modem is found among real ports, whose handles are given back, and a port
// that another modem of this process holds is not taken for the one that is
// looked for.
func TestLocateOnSerialDevices(t *testing.T) {
	t.Parallel()
	n, first, path := emulatedPTY(t)
	second := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{}))
	port, err := second.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { port.Close() })
	ports := func() ([]modem.PortInfo, error) {
		return []modem.PortInfo{{Device: port.Path(), VendorID: "12d1"}, {Device: path, VendorID: "12d1"}}, nil
	}
	find := func(imei string) *modem.Modem {
		return modem.New(modem.Config{Name: "m0", IMEI: imei, Ports: ports, Timeouts: quick})
	}
	m := find(first.IMEI())
	if err := m.Open(t.Context()); err != nil {
		t.Fatalf("Open: %v", err)
	}
	defer closed(t, m)
	if got := m.Info().Device; got != path {
		t.Errorf("found at %s, want %s", got, path)
	}
	other := find("353045049999999")
	defer closed(t, other)
	if err := other.Open(t.Context()); !errors.Is(err, modem.ErrNoDevice) || !strings.Contains(err.Error(), second.IMEI()) {
		t.Errorf("Open of a modem that is not there: %v", err)
	}
	if _, err := m.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
		t.Errorf("Submit by the one that is: %v", err)
	}
}
