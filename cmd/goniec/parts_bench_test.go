package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"goniec/modem/emulator"
	"goniec/pdu"
)

// BenchmarkDaemonParts has the real daemon send messages of one part through one modem
// without latency, on a pseudo-terminal, from a database on disk, and tells what a part
// costs: wall time, CPU of the daemon alone, pages written and context switches. The limit,
// measured in the same run before and after, is a bare AT exchange with such a modem, then
// 20 pages written and synced.
func BenchmarkDaemonParts(b *testing.B) {
	b.Run("reports=off", func(b *testing.B) { daemonParts(b, emulator.Options{Seed: 1, ReportDelay: time.Hour}) })
	b.Run("reports=on", func(b *testing.B) { daemonParts(b, emulator.Options{Seed: 1}) })
}

func daemonParts(b *testing.B, o emulator.Options) {
	const warm = 200 // parts before the measurement begins
	parts := max(b.N, 2*warm)
	n, _, device := networkLike(b, o)
	bare := newBareLoop(b, n)
	d := newDaemon(b, "recipient_cap: {per_hour: 100, per_day: 500}\n")
	d.start()
	d.post1000(d.token(), (parts+warm+999)/1000)
	d.stop()
	d.write("recipient_cap: {per_hour: 100, per_day: 500}\n", device)
	limit := bare.measure(parts / 2)

	ownParts := func() int { return n.AcceptedCount() - bare.sent }
	d.start()
	d.eventually("some parts are sent", func() bool { return ownParts() >= warm })
	first, before := ownParts(), d.usage()
	begin := time.Now()
	within(b, 10*time.Minute, func() bool { return ownParts() >= first+parts-warm })
	took, sent, after := time.Since(begin), ownParts()-first, d.usage()
	d.kill()

	limit = (limit + bare.measure(parts/2)) / 2
	a := took / time.Duration(sent)
	b.ReportMetric(float64(a.Microseconds()), "µs/part")
	b.ReportMetric(float64(limit.Microseconds()), "µs-limit")
	b.ReportMetric(float64(a)/float64(limit), "times-limit")
	b.ReportMetric(float64((after.user-before.user).Microseconds())/float64(sent), "user-µs/part")
	b.ReportMetric(float64((after.system-before.system).Microseconds())/float64(sent), "sys-µs/part")
	b.ReportMetric(float64(after.written-before.written)/4096/float64(sent), "pages/part")
	b.ReportMetric(float64(after.switches-before.switches)/float64(sent), "switches/part")
	b.ReportMetric(0, "ns/op")
}

// within is eventually for what may take long.
func within(tb testing.TB, d time.Duration, condition func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), d)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-ctx.Done():
			tb.Fatalf("not within %s", d)
		case <-ticker.C:
		}
	}
}

// usage is what a process has used.
type usage struct {
	user, system time.Duration
	switches     int // of its threads that live, voluntary ones
	written      int // octets written by commits
}

// usage returns what the daemon has used so far.
func (d *daemon) usage() usage {
	d.t.Helper()
	const tick = 10 * time.Millisecond // sysconf(_SC_CLK_TCK) is 100 on Linux
	folder := fmt.Sprintf("/proc/%d", d.process.Process.Pid)
	stat, err := os.ReadFile(filepath.Join(folder, "stat"))
	if err != nil {
		d.t.Fatal(err)
	}
	// The name of the program, in brackets, may hold blanks: count behind it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var user, system int
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		d.t.Fatal(err)
	}
	u := usage{user: time.Duration(user) * tick, system: time.Duration(system) * tick, written: d.metric("goniec_store_written_bytes_total")}
	statuses, err := filepath.Glob(filepath.Join(folder, "task/*/status"))
	if err != nil {
		d.t.Fatal(err)
	}
	for _, path := range statuses {
		status, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		_, rest, _ := strings.Cut(string(status), "voluntary_ctxt_switches:")
		var count int
		if _, err := fmt.Sscan(rest, &count); err != nil {
			d.t.Fatal(err)
		}
		u.switches += count
	}
	return u
}

// bareLoop is a program that only submits and only writes: the least that a part costs.
type bareLoop struct {
	b                *testing.B
	host             *os.File // the port of a modem
	pages            *os.File
	buffer           []byte // of answers
	command, payload string
	sent             int // parts so far
}

func newBareLoop(b *testing.B, n *emulator.Network) *bareLoop {
	b.Helper()
	port, err := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{})).OpenPTY()
	if err != nil {
		b.Fatal(err)
	}
	host, err := os.OpenFile(port.Path(), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		b.Fatal(err)
	}
	pages, err := os.Create(filepath.Join(b.TempDir(), "pages"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(host.Close(), pages.Close()); err != nil {
			b.Error(err)
		}
	})
	to, err := pdu.ParseAddress("+48600100200")
	if err != nil {
		b.Fatal(err)
	}
	data, err := pdu.TextUserData("Wizyta jutro o 10:00. Odpisz TAK lub NIE.", pdu.GSM7, nil)
	if err != nil {
		b.Fatal(err)
	}
	tpdu, err := pdu.Submit{DA: to, DCS: pdu.TextDCS(pdu.GSM7, false), UD: data}.Marshal()
	if err != nil {
		b.Fatal(err)
	}
	l := &bareLoop{
		b: b, host: host, pages: pages, buffer: make([]byte, 4096),
		command: fmt.Sprintf("AT+CMGS=%d\r", len(tpdu)), payload: fmt.Sprintf("00%X\x1a", tpdu),
	}
	l.exchange("ATE0\r", "OK\r\n")
	return l
}

// measure returns how long a part takes, in the mean of so many.
func (l *bareLoop) measure(parts int) time.Duration {
	l.b.Helper()
	const size, pages, within = 4096, 20, 256 // the pages lie within 1 MiB
	page := bytes.Repeat([]byte{1}, size)
	begin := time.Now()
	for i := range parts {
		l.exchange(l.command, "> ")
		l.exchange(l.payload, "OK\r\n")
		for j := range pages {
			if _, err := l.pages.WriteAt(page, int64((i*pages+j*7)%within)*size); err != nil {
				l.b.Fatal(err)
			}
		}
		if err := unix.Fdatasync(int(l.pages.Fd())); err != nil {
			l.b.Fatal(err)
		}
	}
	l.sent += parts
	return time.Since(begin) / time.Duration(parts)
}

// exchange writes text and reads until the answer ends with want.
func (l *bareLoop) exchange(text, want string) {
	l.b.Helper()
	if _, err := l.host.WriteString(text); err != nil {
		l.b.Fatal(err)
	}
	for got := 0; !bytes.HasSuffix(l.buffer[:got], []byte(want)); {
		count, err := l.host.Read(l.buffer[got:])
		if err != nil {
			l.b.Fatal(err)
		}
		got += count
	}
}
