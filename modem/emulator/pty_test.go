package emulator_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"goniec/modem/emulator"
)

// terminal is a program that has a modem's port open, in real time.
type terminal struct {
	t    *testing.T
	file *os.File
	got  []byte
}

// openPort opens a port as programs do.
func openPort(t *testing.T, path string) *terminal {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return &terminal{t: t, file: f}
}

func (p *terminal) close() {
	p.t.Helper()
	if err := p.file.Close(); err != nil {
		p.t.Fatal(err)
	}
}

func (p *terminal) write(text string) {
	p.t.Helper()
	if _, err := p.file.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
}

// until reads until the modem has said want, and returns all it said since the
// last call.
func (p *terminal) until(want string) string {
	p.t.Helper()
	if err := p.file.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		p.t.Fatal(err)
	}
	buffer := make([]byte, 4096)
	for !strings.HasSuffix(string(p.got), want) {
		count, err := p.file.Read(buffer)
		p.got = append(p.got, buffer[:count]...)
		if err != nil {
			p.t.Fatalf("no %q within %q: %v", want, p.got, err)
		}
	}
	text := string(p.got)
	p.got = nil
	return text
}

// portWorld is a modem on a pseudo-terminal.
func portWorld(t *testing.T, p emulator.Profile) (*emulator.Network, *emulator.Modem, *emulator.PTY) {
	t.Helper()
	n := emulator.NewNetwork(emulator.Options{})
	t.Cleanup(func() { closeNetwork(t, n) })
	m := n.NewModem(p, n.AddSIM(emulator.SIM{}))
	port, err := m.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	return n, m, port
}

func TestPortKeepsTheModemAsItIs(t *testing.T) {
	t.Parallel()
	n, _, port := portWorld(t, emulator.Generic())
	first := openPort(t, port.Path())
	first.write("ATE0\r")
	first.until("OK\r\n")
	command, payload := submitCommand(t, patient, "x")
	first.write(command)
	first.until("> ")
	first.close() // as a program that is killed between prompt and payload

	second := openPort(t, port.Path())
	defer second.close()
	second.write(payload)
	if got := second.until("OK\r\n"); !strings.HasPrefix(got, "\r\n+CMGS: ") {
		t.Errorf("the prompt did not stay: %q", got)
	}
	if got := n.AcceptedCount(); got != 1 {
		t.Errorf("%d accepted, want 1", got)
	}
}

func TestPortLosesWhatNobodyReads(t *testing.T) {
	t.Parallel()
	n, m, port := portWorld(t, emulator.Generic())
	first := openPort(t, port.Path())
	first.write("ATE0+CNMI=2,1,0,0,0\r")
	first.until("OK\r\n")
	phone := n.Handset(patient)
	send := func() {
		if err := phone.Send(m.SIM().Number, "TAK"); err != nil {
			t.Fatal(err)
		}
	}
	send()
	// The indication lies unread in the port when it is closed.
	eventually(t, "the text is stored", func() bool { return m.SIM().Stored() == 1 })
	first.close()
	eventually(t, "the modem notices", func() bool { return !emulator.Listening(port) })
	send()
	eventually(t, "the next text is stored", func() bool { return m.SIM().Stored() == 2 && emulator.Silent(m) })

	second := openPort(t, port.Path())
	defer second.close()
	second.write("AT+CSQ\r")
	if got, want := second.until("OK\r\n"), "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"; got != want {
		t.Errorf("the next program reads %q, want %q", got, want)
	}
	send()
	if got, want := second.until("3\r\n"), "\r\n+CMTI: \"SM\",3\r\n"; got != want {
		t.Errorf("then %q, want %q", got, want)
	}
}

func TestPortOfAProgramThatOnlyListens(t *testing.T) {
	t.Parallel()
	n, m, port := portWorld(t, emulator.Generic())
	first := openPort(t, port.Path())
	first.write("ATE0+CNMI=2,1,0,0,0\r")
	first.until("OK\r\n")
	first.close()
	eventually(t, "the modem notices", func() bool { return !emulator.Listening(port) })

	listener := openPort(t, port.Path())
	if err := n.Handset(patient).Send(m.SIM().Number, "TAK"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the indication is said", func() bool { return emulator.Listening(port) && emulator.Silent(m) })
	listener.close()
	eventually(t, "the modem notices", func() bool { return !emulator.Listening(port) })

	last := openPort(t, port.Path())
	defer last.close()
	last.write("AT\r")
	if got, want := last.until("OK\r\n"), "\r\nOK\r\n"; got != want {
		t.Errorf("the next program reads %q, want %q", got, want)
	}
}

func TestPortThatIsNotReadDoesNotStopTheModem(t *testing.T) {
	t.Parallel()
	p := emulator.Generic()
	p.Noise, p.NoiseEvery = []string{strings.Repeat("^RSSI:19 ", 500)}, time.Millisecond
	n, m, port := portWorld(t, p)
	host := openPort(t, port.Path())
	defer host.close()
	if err := n.Handset(patient).Send(m.SIM().Number, "TAK"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the text is stored", func() bool { return m.SIM().Stored() == 1 })
}

func TestPortVanishesAndReturns(t *testing.T) {
	t.Parallel()
	n, m, port := portWorld(t, emulator.Generic())
	host := openPort(t, port.Path())
	host.write("ATE0\r")
	host.until("OK\r\n")
	m.Inject(emulator.Fault{Kind: emulator.PortLost, For: 100 * time.Millisecond, Taken: true})
	command, payload := submitCommand(t, patient, "x")
	host.write(command)
	host.until("> ")
	host.write(payload)
	if err := host.file.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if count, err := host.file.Read(make([]byte, 100)); err == nil {
		t.Errorf("read %d octets from a port that is gone", count)
	}
	host.close()
	if got := n.AcceptedCount(); got != 1 {
		t.Errorf("%d accepted, want 1", got)
	}
	eventually(t, "the port returns under its name", func() bool {
		_, err := os.Stat(port.Path())
		return err == nil
	})
	again := openPort(t, port.Path())
	defer again.close()
	again.write("AT\r")
	if got, want := again.until("OK\r\n"), "\r\nOK\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRestartTakesThePortAway(t *testing.T) {
	t.Parallel()
	p := emulator.HuaweiE3372()
	p.BootTime = 200 * time.Millisecond
	_, _, port := portWorld(t, p)
	host := openPort(t, port.Path())
	host.write("ATE0\r")
	host.until("OK\r\n")
	host.write("AT+CFUN=1,1\r")
	if got, want := host.until("OK\r\n"), "\r\nOK\r\n"; got != want {
		t.Errorf("last words %q, want %q", got, want)
	}
	if err := host.file.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if count, err := host.file.Read(make([]byte, 100)); err == nil {
		t.Errorf("read %d octets during the restart", count)
	}
	host.close()
	eventually(t, "the port returns", func() bool {
		_, err := os.Stat(port.Path())
		return err == nil
	})
}

func TestUnpluggedPortHasNoName(t *testing.T) {
	t.Parallel()
	_, m, port := portWorld(t, emulator.Generic())
	m.Unplug()
	eventually(t, "the name goes", func() bool {
		_, err := os.Stat(port.Path())
		return errors.Is(err, fs.ErrNotExist)
	})
	m.Plug()
	eventually(t, "the name comes", func() bool {
		_, err := os.Stat(port.Path())
		return err == nil
	})
}

func TestCloseEndsPorts(t *testing.T) {
	t.Parallel()
	n, m, port := portWorld(t, emulator.Generic())
	host := openPort(t, port.Path())
	defer host.close()
	closeNetwork(t, n)
	if count, err := host.file.Read(make([]byte, 100)); err == nil {
		t.Errorf("read %d octets after the end", count)
	}
	if _, err := os.Stat(filepath.Dir(port.Path())); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("folder of the port after the end: %v", err)
	}
	if _, err := m.OpenPTY(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("open a port after the end: %v", err)
	}
	if err := port.Close(); err != nil {
		t.Errorf("close the port again: %v", err)
	}
	closeNetwork(t, n)
}
