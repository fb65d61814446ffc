package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"goniec/api/client"
	"goniec/app"
	"goniec/modem/emulator"
)

// forget runs goniec forget and returns the proof.
func (d *daemon) forget(number string, flags ...string) client.Erasure {
	d.t.Helper()
	var proof client.Erasure
	d.eventually("the number is forgotten", func() bool {
		cmd := exec.Command("goniec", append([]string{"forget", number, "--force", "--config", d.config, "--output", "json"}, flags...)...)
		out, err := cmd.Output()
		return err == nil && json.Unmarshal(out, &proof) == nil
	})
	return proof
}

// inFile counts how often something is in the database file.
func (d *daemon) inFile(what []byte) int {
	d.t.Helper()
	raw, err := os.ReadFile(app.DataPath(d.data))
	if err != nil {
		d.t.Fatal(err)
	}
	return bytes.Count(raw, what)
}

// TestForget writes to a patient and hears from them, by a real port and a real file.
// Once they are forgotten neither their number nor their texts are anywhere in the file,
// in no form, while others lose nothing; and what a kill leaves of it can be finished.
func TestForget(t *testing.T) {
	t.Parallel()
	n, _, device := network(t)
	const hers, his = "+48600100200", "+48601101201"
	answers := 0 // each is another text, for equal ones of one second are taken for one
	n.Handset(hers).OnText(func(emulator.Text) (string, time.Duration) {
		answers++
		return fmt.Sprintf("Nie moge, prosze zadzwonic %d", answers), 0
	})
	d := newDaemon(t, "", device)
	d.start()
	d.ready()
	send := func(to, text string) string {
		m, err := d.client.Send(t.Context(), client.MessageRequest{To: to, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return m.ID
	}
	secrets := map[string][]byte{
		"digits": []byte("600100200"), "semi-octets": {0x06, 0x10, 0x00, 0x02, 0xf0}, "text": []byte("kardiolog"), "answer": []byte("prosze zadzwonic"),
	}
	fill := func() {
		for range 3 {
			d.waitFor(send(hers, "Wizyta: kardiolog. "+strings.Repeat("Prosze przyniesc wyniki. ", 12)), client.StatusDelivered)
		}
		tomorrow := time.Now().Add(24 * time.Hour)
		if _, err := d.client.Send(t.Context(), client.MessageRequest{To: hers, Text: "kardiolog jutro", SendAt: &tomorrow}); err != nil {
			t.Fatal(err)
		}
		d.eventually("her answers have come", func() bool { return d.inFile(secrets["answer"]) > 0 })
	}
	fill()
	other := send(his, "Inna wizyta")
	d.waitFor(other, client.StatusDelivered)
	if _, err := d.client.Suppress(t.Context(), client.SuppressionRequest{To: hers, Purpose: "marketing"}); err != nil {
		t.Fatal(err)
	}
	for name, secret := range secrets {
		if name != "semi-octets" && d.inFile(secret) == 0 { // PDUs are kept of parts that wait only
			t.Errorf("%s: not in the file to begin with", name)
		}
	}
	proof := d.forget(hers)
	if proof.Messages < 4 || proof.Received < 1 || proof.Conversations != 1 || proof.Suppressions != 1 || proof.Overwritten == 0 {
		t.Errorf("proof %+v", proof)
	}
	if n := d.inFile(secrets["text"]) + d.inFile(secrets["answer"]); n > 0 {
		t.Errorf("texts are in the file %d times", n)
	}
	d.forget(hers, "--suppressions")
	for name, secret := range secrets {
		if n := d.inFile(secret); n > 0 {
			t.Errorf("%s: in the file %d times", name, n)
		}
	}
	if m := d.message(other); m.Text != "Inna wizyta" {
		t.Errorf("the message of another: %+v", m)
	}

	fill()
	killed := 0
	for wait := time.Duration(0); wait < 40*time.Millisecond; wait += 8 * time.Millisecond {
		cmd := exec.Command("goniec", "forget", hers, "--force", "--config", d.config)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.NewTimer(wait)
		<-timer.C
		d.kill()
		if cmd.Wait() != nil {
			killed++
		}
		d.verify()
		d.start()
		d.ready()
	}
	t.Logf("%d of 5 were killed halfway", killed)
	d.forget(hers)
	for name, secret := range secrets {
		if n := d.inFile(secret); n > 0 {
			t.Errorf("%s: after kills in the file %d times", name, n)
		}
	}
}
