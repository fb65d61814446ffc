package app_test

import (
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"goniec/api/client"
	"goniec/app"
	"goniec/configs"
	"goniec/modem/emulator"
	"goniec/pdu"
	"goniec/store/boltstore"
)

// writeFixture is where a data file of the present schema is written to.
var writeFixture = flag.String("fixture", "", "write a data file of this schema, compressed, to this path")

// The people and texts in a fixture. None of the numbers is anybody's.
const (
	fixtureCard  = "+48600100900"
	fixtureHalf  = "Tu jest pierwsza z dwóch części wiadomości, ktorej druga jeszcze nie przyszla, bo siec ja zgubila. "
	halfSender   = "+48600100231" // half of his text has come
	caller       = "+48600100219" // has called
	orphanRA     = "+48600100232" // of a report about no message
	silentNumber = "+48600199901" // no report ever comes: the message stays sent
)

// TestWriteFixture makes a data file by a run of the daemon against emulated modems:
// run it once before a change of the schema, with -fixture testdata/schema-N.db.gz,
// and keep what it writes. It holds messages in many states, texts that came in, half
// of one, a report about nothing, a call and an idempotency key.
func TestWriteFixture(t *testing.T) {
	if *writeFixture == "" {
		t.Skip("only with -fixture PATH")
	}
	n := emulator.NewNetwork(emulator.Options{Seed: 7})
	t.Cleanup(func() { n.Close() })
	card := n.AddSIM(emulator.SIM{Number: fixtureCard})
	device := n.NewModem(emulator.Generic(), card)
	port, err := device.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	c := config(t)
	m := configs.DefaultModem()
	m.Name, m.Device = "sim-a", port.Path()
	c.Modems = []configs.Modem{m}
	c.Calls.Text = "Nie mozemy odebrac telefonu. Oddzwonimy."
	a, err := app.New(c, options())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	cl := local(t, c)
	eventually(t, "the modem is ready", func() bool {
		modems, err := cl.Modems(t.Context())
		return err == nil && modems[0].State == "ready"
	})
	fillFixture(t, n, card, device, cl)
	if err := a.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	packFixture(t, c.DataDir, *writeFixture)
}

// fillFixture makes happen what the fixture is to hold.
func fillFixture(t *testing.T, n *emulator.Network, card *emulator.SIM, device *emulator.Modem, cl *client.Client) {
	t.Helper()
	tomorrow := time.Now().Add(24 * time.Hour)
	send := func(r client.MessageRequest, status client.Status) {
		t.Helper()
		sent, err := cl.Send(t.Context(), r, client.WithKey("fixture-"+r.Reference))
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, fmt.Sprintf("%s is %s", r.Reference, status), func() bool {
			now, err := cl.Message(t.Context(), sent.ID)
			return err == nil && now.Status == status
		})
	}
	n.Handset("+48600100201").OnText(func(emulator.Text) (string, time.Duration) { return "TAK, dziękuję", 0 })
	send(client.MessageRequest{Reference: "delivered", To: "+48600100201", Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE."}, "delivered")
	send(client.MessageRequest{Reference: "long", To: "+48600100202", Text: fixtureHalf + fixtureHalf + fixtureHalf}, "delivered")
	send(client.MessageRequest{Reference: "sent", To: silentNumber, Text: "Wyniki sa gotowe."}, "sent")
	send(client.MessageRequest{Reference: "nobody", To: "+48600199911", Text: "Do nikogo"}, "failed")
	send(client.MessageRequest{Reference: "scheduled", To: "+48600100203", Text: "Zażółć gęślą jaźń", SendAt: &tomorrow}, "scheduled")
	if err := n.Handset(caller).Call(fixtureCard, 3); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the caller has got a text", func() bool { return len(n.Handset(caller).Received()) == 1 })
	if err := n.Handset(halfSender).SendParts(fixtureCard, fixtureHalf+fixtureHalf, 1); err != nil {
		t.Fatal(err)
	}
	ra, err := pdu.ParseAddress(orphanRA)
	if err != nil {
		t.Fatal(err)
	}
	report, err := pdu.StatusReport{MR: 77, RA: ra, SCTS: time.Now(), Discharge: time.Now()}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	card.DeliverTPDU(report)
	eventually(t, "what was sent to the card has been read", func() bool { return card.Stored() == 0 && card.Waiting() == 0 })
	device.Inject(emulator.Fault{Kind: emulator.PortLost, Taken: true, For: time.Second})
	send(client.MessageRequest{Reference: "uncertain", To: silentNumber, Text: "Czy doszlo?"}, "uncertain")
}

// packFixture writes the records of the data in dir to path, compressed.
func packFixture(t *testing.T, dir, path string) {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "copied.db")
	if err := boltstore.Copy(app.DataPath(dir), copied); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
