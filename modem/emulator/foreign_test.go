package emulator_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"goniec/modem/emulator"
	"goniec/scripts/testtools"
)

// outgoingText and incomingText are three parts of UCS-2 each.
const (
	outgoingText = "Dzień dobry! Przypominamy o wizycie u dr. Żółtowskiej jutro o 9:30 (gabinet 12). " +
		"Prosimy być na czczo i wziąć ze sobą wyniki badań. Jeśli nie mogą Państwo przyjść, " +
		"prosimy o odpowiedź NIE. Dziękujemy!"
	incomingText = "Dzień dobry, niestety jutro nie zdążę na wizytę, bo mąż dopiero wieczorem wraca z Łodzi, " +
		"a dziecko gorączkuje. Czy mogłabym prosić o inny termin, najchętniej w środę? " +
		"Pozdrawiam serdecznie, Święcicka"
	patient = "+48600100200"
)

// foreignModem is a modem on a pseudo-terminal, for another program to drive.
func foreignModem(t *testing.T) (*emulator.Network, *emulator.SIM, *emulator.PTY) {
	t.Helper()
	n := emulator.NewNetwork(emulator.Options{Location: time.FixedZone("CET", 3600), Seed: 7})
	card := n.AddSIM(emulator.SIM{})
	port, err := n.NewModem(emulator.Generic(), card).OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n, card, port
}

// run runs a program to its end and returns what it printed.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// daemon starts a program and stops it at the end of the test. When the test
// has failed it tells what the program printed.
func daemon(t *testing.T, logFile, name string, args ...string) {
	t.Helper()
	var out bytes.Buffer
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	// A daemon may have made processes of its own, so its group is told; and it
	// does not outlive a test that is stopped by force.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		// It was stopped: the errors say that, or that nobody is left.
		_ = cmd.Wait()
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if t.Failed() {
			log, err := os.ReadFile(logFile)
			t.Logf("%s printed:\n%s\nlog (%v):\n%s", name, out.Bytes(), err, log)
		}
	})
}

// eventually waits until done says so.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	limit := time.NewTimer(90 * time.Second)
	defer limit.Stop()
	for !done() {
		select {
		case <-ticker.C:
		case <-limit.C:
			t.Fatalf("not in time: %s", what)
		}
	}
}

// checkSent compares what the network got with the text that was sent.
func checkSent(t *testing.T, n *emulator.Network) {
	t.Helper()
	var text strings.Builder
	for i, a := range n.Accepted() {
		if a.Parts != 3 || a.Part != i+1 || a.To != patient {
			t.Errorf("accepted %d: part %d of %d to %s, want part %d of 3 to %s", i, a.Part, a.Parts, a.To, i+1, patient)
		}
		text.WriteString(a.Text)
	}
	if diff := cmp.Diff(outgoingText, text.String()); diff != "" {
		t.Errorf("accepted text (-want +got):\n%s", diff)
	}
	received := n.Handset(patient).Received()
	if len(received) != 1 || received[0].Text != outgoingText || received[0].Parts != 3 {
		t.Errorf("handset shows %+v, want the one text in 3 parts", received)
	}
}

// writeFile writes a file and returns its path.
func writeFile(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// folders makes folders below dir.
func folders(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// files returns the contents of the files in a folder, by name.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			continue // moved on meanwhile
		}
		contents[e.Name()] = string(data)
	}
	return contents
}

func TestGammu(t *testing.T) {
	t.Parallel()
	testtools.Need(t, "gammu")
	n, card, port := foreignModem(t)
	dir := t.TempDir()
	config := writeFile(t, filepath.Join(dir, "gammurc"), fmt.Sprintf(
		"[gammu]\nport = %s\nconnection = at115200\nlogfile = %s\nlogformat = textall\n", port.Path(), filepath.Join(dir, "log")))

	run(t, "gammu", "-c", config, "sendsms", "TEXT", patient, "-autolen", "1000", "-unicode", "-textutf8", outgoingText)
	checkSent(t, n)

	if err := n.Handset(patient).Send(card.Number, incomingText); err != nil {
		t.Fatal(err)
	}
	shown := run(t, "gammu", "-c", config, "getallsms")
	if text := gammuText(shown); text != incomingText {
		t.Errorf("gammu shows (-want +got):\n%s\nin:\n%s", cmp.Diff(incomingText, text), shown)
	}
}

// gammuText joins the texts that gammu getallsms prints: each stands between
// blank lines behind the line about its header.
func gammuText(shown string) string {
	var text strings.Builder
	for _, m := range regexp.MustCompile(`(?s)User Data Header.*?\n\n(.*?)\n\n`).FindAllStringSubmatch(shown, -1) {
		text.WriteString(m[1])
	}
	return text.String()
}

func TestGammuSMSD(t *testing.T) {
	t.Parallel()
	testtools.Need(t, "gammu-smsd")
	n, card, port := foreignModem(t)
	dir := t.TempDir()
	folders(t, dir, "inbox", "outbox", "sent", "error")
	config := writeFile(t, filepath.Join(dir, "smsdrc"), fmt.Sprintf(`[gammu]
port = %s
connection = at115200
[smsd]
service = files
logfile = %[2]s/log
debuglevel = 255
inboxpath = %[2]s/inbox/
outboxpath = %[2]s/outbox/
sentsmspath = %[2]s/sent/
errorsmspath = %[2]s/error/
outboxformat = detail
inboxformat = detail
transmitformat = auto
commtimeout = 5
loopsleep = 1
receivefrequency = 1
statusfrequency = 0
checksecurity = 0
checkbattery = 0
checksignal = 0
checknetwork = 0
deliveryreport = no
`, port.Path(), dir))
	run(t, "gammu-smsd-inject", "-c", config, "TEXT", patient, "-autolen", "1000", "-unicode", "-textutf8", outgoingText)
	daemon(t, filepath.Join(dir, "log"), testtools.Path(t, "gammu-smsd"), "-c", config)
	eventually(t, "gammu-smsd sends three parts", func() bool { return n.AcceptedCount() >= 3 })
	checkSent(t, n)

	if err := n.Handset(patient).SendParts(card.Number, incomingText, 2, 3, 1); err != nil {
		t.Fatal(err)
	}
	var text string
	eventually(t, "gammu-smsd stores the text", func() bool {
		text = backupText(t, files(t, filepath.Join(dir, "inbox")))
		return utf8.RuneCountInString(text) >= utf8.RuneCountInString(incomingText)
	})
	if diff := cmp.Diff(incomingText, text); diff != "" {
		t.Errorf("text in the inbox (-want +got):\n%s", diff)
	}
	eventually(t, "gammu-smsd empties the card", func() bool { return card.Stored() == 0 })
}

// backupText joins the parts that gammu-smsd writes in its own format, in their
// order: UTF-16 in lines Text00, Text01, a section for each part.
func backupText(t *testing.T, inbox map[string]string) string {
	t.Helper()
	parts := map[string]string{}
	for _, content := range inbox {
		for _, section := range strings.Split(content, "[SMSBackup")[1:] {
			header := regexp.MustCompile(`UDH = \w*(\w\w)\b`).FindStringSubmatch(section)
			if header == nil {
				continue // being written
			}
			for _, m := range regexp.MustCompile(`(?m)^Text\d+ = (\w*)`).FindAllStringSubmatch(section, -1) {
				octets, err := hex.DecodeString(m[1])
				if err != nil {
					t.Fatal(err)
				}
				parts[header[1]] += utf16Text(octets)
			}
		}
	}
	return parts["01"] + parts["02"] + parts["03"]
}

// utf16Text decodes UTF-16 with the high octet first.
func utf16Text(octets []byte) string {
	var units []uint16
	for i := 0; i+1 < len(octets); i += 2 {
		units = append(units, uint16(octets[i])<<8|uint16(octets[i+1]))
	}
	return string(utf16.Decode(units))
}

func TestSMSTools(t *testing.T) {
	t.Parallel()
	testtools.Need(t, "smsd")
	n, card, port := foreignModem(t)
	dir := t.TempDir()
	folders(t, dir, "outgoing", "checked", "incoming", "failed", "sent", "run")
	config := writeFile(t, filepath.Join(dir, "smsd.conf"), fmt.Sprintf(`devices = M
loglevel = 7
logfile = %[2]s/log
infofile = %[2]s/run/info
pidfile = %[2]s/run/pid
outgoing = %[2]s/outgoing
checked = %[2]s/checked
incoming = %[2]s/incoming
failed = %[2]s/failed
sent = %[2]s/sent
autosplit = 3
delaytime = 1
delaytime_mainprocess = 1
sleeptime_mainprocess = 1
errorsleeptime = 2

[M]
device = %[1]s
incoming = yes
init = ATE0
pre_init = no
check_network = 0
send_delay = 0
memory_start = 1
report = no
trust_spool = yes
`, port.Path(), dir))
	writeFile(t, filepath.Join(dir, "outgoing", "one"),
		"To: "+strings.TrimPrefix(patient, "+")+"\nAlphabet: UTF-8\n\n"+outgoingText)
	daemon(t, filepath.Join(dir, "log"), testtools.Path(t, "smsd"), "-c"+config, "-t")
	eventually(t, "smstools sends three parts", func() bool { return n.AcceptedCount() >= 3 })
	checkSent(t, n)

	if err := n.Handset(patient).SendParts(card.Number, incomingText, 3, 1, 2); err != nil {
		t.Fatal(err)
	}
	var text string
	eventually(t, "smstools stores the text", func() bool {
		for name, content := range files(t, filepath.Join(dir, "incoming")) {
			// The parts wait in a file "M-concatenated"; the whole is UCS-2
			// behind a header.
			if _, body, found := strings.Cut(content, "\n\n"); found && strings.HasPrefix(name, "M.") {
				text = utf16Text([]byte(body))
			}
		}
		return utf8.RuneCountInString(text) >= utf8.RuneCountInString(incomingText)
	})
	if diff := cmp.Diff(incomingText, text); diff != "" {
		t.Errorf("text in incoming (-want +got):\n%s", diff)
	}
	eventually(t, "smstools empties the card", func() bool { return card.Stored() == 0 })
}
