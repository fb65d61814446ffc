package emulator_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"

	"goniec/modem/emulator"
	"goniec/pdu"
)

// BenchmarkSubmitPTY is the bare loop of +CMGS, payload, OK over a real
// pseudo-terminal: what a gateway that costs nothing would reach.
func BenchmarkSubmitPTY(b *testing.B) {
	n := emulator.NewNetwork(emulator.Options{})
	defer closeNetwork(b, n)
	port, err := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{})).OpenPTY()
	if err != nil {
		b.Fatal(err)
	}
	host, err := os.OpenFile(port.Path(), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer closeFile(b, host)
	submitLoop(b, host)
}

// BenchmarkSubmitPipe is the same over a net.Pipe.
func BenchmarkSubmitPipe(b *testing.B) {
	n := emulator.NewNetwork(emulator.Options{})
	defer closeNetwork(b, n)
	host := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{})).Pipe()
	submitLoop(b, host)
}

func closeNetwork(tb testing.TB, n *emulator.Network) {
	if err := n.Close(); err != nil {
		tb.Error(err)
	}
}

func closeFile(tb testing.TB, f io.Closer) {
	if err := f.Close(); err != nil {
		tb.Error(err)
	}
}

func submitLoop(b *testing.B, host io.ReadWriter) {
	command, payload := submitCommand(b, "+48600100200", "Przypominamy o wizycie jutro o 9:30.")
	buffer := make([]byte, 4096)
	exchange(b, host, buffer, "ATE0\r", "OK\r\n")
	for b.Loop() {
		exchange(b, host, buffer, command, "> ")
		exchange(b, host, buffer, payload, "OK\r\n")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submits/s")
}

// submitCommand returns a +CMGS and its payload.
func submitCommand(tb testing.TB, to, text string) (command, payload string) {
	tb.Helper()
	da, err := pdu.ParseAddress(to)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := pdu.Compose(text, pdu.ComposeOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	data, err := pdu.TextUserData(c.Text, c.Alphabet, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tpdu, err := pdu.Submit{ReportRequest: true, DA: da, DCS: pdu.TextDCS(c.Alphabet, false), UD: data}.Marshal()
	if err != nil {
		tb.Fatal(err)
	}
	return fmt.Sprintf("AT+CMGS=%d\r", len(tpdu)), fmt.Sprintf("00%X\x1a", tpdu)
}

// exchange writes and reads until what arrived ends with want.
func exchange(tb testing.TB, host io.ReadWriter, buffer []byte, text, want string) {
	if _, err := io.WriteString(host, text); err != nil {
		tb.Fatal(err)
	}
	got := 0
	for got < len(want) || !bytes.HasSuffix(buffer[:got], []byte(want)) {
		count, err := host.Read(buffer[got:])
		if err != nil {
			tb.Fatal(err)
		}
		got += count
	}
}
