package emulator_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"goniec/modem/emulator"
)

// TestTap overhears a dialogue and keeps a command from the modem.
func TestTap(t *testing.T) {
	t.Parallel()
	_, m, port := portWorld(t, emulator.Generic())
	var mu sync.Mutex
	var said bytes.Buffer
	var heard []string
	m.SetTap(emulator.Tap{
		Heard: func(b []byte) []byte {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, strings.TrimSpace(string(b)))
			return bytes.ReplaceAll(b, []byte("AT+CSQ\r"), nil)
		},
		Said: func(b []byte) {
			mu.Lock()
			defer mu.Unlock()
			said.Write(b)
		},
	})
	host := openPort(t, port.Path())
	defer host.close()
	host.write("AT+CSQ\r")
	host.write("AT+CGSN\r")
	eventually(t, "the answer is overheard", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return strings.Contains(said.String(), m.IMEI()) && strings.Contains(said.String(), "OK")
	})
	mu.Lock()
	defer mu.Unlock()
	if all := strings.Join(heard, "|"); !strings.Contains(all, "AT+CSQ") || !strings.Contains(all, "AT+CGSN") {
		t.Errorf("heard %q", all)
	}
	if strings.Contains(said.String(), "+CSQ:") {
		t.Errorf("the modem answered what it never got: %q", said.String())
	}
}
