package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"goniec/api/client"
	"goniec/app"
	"goniec/modem/emulator"
)

// siege is a real daemon that is killed again and again while texts go out and come
// in, and what is known outside of it about them.
type siege struct {
	*daemon
	network *emulator.Network
	modem   *emulator.Modem
	number  string // of the SIM
	random  *rand.Rand

	ids    []string       // of the messages accepted, by their number
	came   []string       // texts sent to the SIM
	deaths map[string]int // by the moment of the kill
}

func newSiege(t *testing.T, seed uint64, policy string) *siege {
	t.Helper()
	n := emulator.NewNetwork(emulator.Options{
		Seed: seed, Latency: emulator.Latency{Air: 60 * time.Millisecond}, ReportDelay: 100 * time.Millisecond,
	})
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	card := n.AddSIM(emulator.SIM{})
	m := n.NewModem(emulator.Generic(), card)
	port, err := m.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	d := newDaemon(t, "uncertain_wait: 1m\nuncertain: "+policy+"\n", port.Path())
	return &siege{daemon: d, network: n, modem: m, number: card.Number, random: rand.New(rand.NewPCG(seed, 0)), deaths: map[string]int{}}
}

// moment is when to kill, as the modem sees it.
type moment struct {
	name string
	hear string // what the host has written, with cut; empty: it is about what the modem says
	cut  func(data []byte) []byte
	say  string // what the modem has said
}

// moments are the steps of texts out and in, and of the set-up between them.
func moments() []moment {
	none := func([]byte) []byte { return nil }
	all := func(data []byte) []byte { return data }
	half := func(data []byte) []byte { return data[:len(data)/2] }
	most := func(data []byte) []byte { return data[:len(data)-1] }
	const payload = "\x1a"
	return []moment{
		{name: "before the first word to the modem", hear: "AT", cut: none},
		{name: "in the set-up", hear: "+CPMS", cut: half},
		{name: "in the set-up, reports being arranged", hear: "+CNMI", cut: all},
		{name: "before +CMGS arrives", hear: "+CMGS=", cut: none},
		{name: "in the middle of +CMGS", hear: "+CMGS=", cut: half},
		{name: "before the prompt", hear: "+CMGS=", cut: all},
		{name: "at the prompt", say: ">"},
		{name: "after half of the payload", hear: payload, cut: half},
		{name: "before the end of the payload", hear: payload, cut: most},
		{name: "in the air", hear: payload, cut: all},
		{name: "after the answer", say: "+CMGS:"},
		{name: "when a report or text is announced", say: "+C"},
		{name: "when a report is announced", say: "+CDSI:"},
		{name: "when a text is announced", say: "+CMTI:"},
		{name: "before it is read", hear: "+CMGR", cut: none},
		{name: "while it is read", say: "+CMGR:"},
		{name: "before it is deleted", hear: "+CMGD", cut: none},
		{name: "after it was deleted", hear: "+CMGD", cut: all},
	}
}

// trap has the running daemon killed at a moment; the channel is closed when it is
// dead. What is on the way to the modem then arrives as m says.
func (s *siege) trap(m moment) <-chan struct{} {
	process, ended, killed := s.process.Process, s.ended, make(chan struct{})
	var once sync.Once
	strike := func() {
		once.Do(func() {
			_ = process.Kill() // of one that has ended already the loop takes care
			<-ended
			close(killed)
		})
	}
	s.modem.SetTap(emulator.Tap{
		Heard: func(data []byte) []byte {
			if m.hear == "" || !bytes.Contains(data, []byte(m.hear)) {
				return data
			}
			strike()
			return m.cut(data)
		},
		Said: func(data []byte) {
			if m.say != "" && bytes.Contains(data, []byte(m.say)) {
				strike()
			}
		},
	})
	return killed
}

// kills has the daemon killed so many times: at the moments in turn, between them at
// random, on average a fifth of them while it starts.
func (s *siege) kills(count int) {
	s.t.Helper()
	// What comes before or after what: each moment has its turn in every siege that
	// is long enough.
	turns := moments()
	s.random.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
	share := make(chan int, count+1)
	var sender sync.WaitGroup
	total := 4 * count
	s.ids = make([]string, total)
	sender.Go(func() { s.post(share) })
	for k := range count {
		s.launch()
		name := "at random"
		killed := (<-chan struct{})(nil)
		limit := time.Duration(s.random.Int64N(int64(1500 * time.Millisecond)))
		if k%3 > 0 {
			m := turns[(k-k/3)%len(turns)]
			name, limit = m.name, 8*time.Second
			killed = s.trap(m)
		}
		share <- total / count
		s.text(k)
		select {
		case <-killed:
		case <-time.After(limit):
			if killed != nil {
				name = "at random"
			}
		case <-s.t.Context().Done():
		}
		_ = s.process.Process.Kill() // which the trap may have done already
		<-s.ended
		s.modem.SetTap(emulator.Tap{})
		s.deaths[name]++
		if k%2 == 0 {
			s.tear()
		}
	}
	s.start()
	share <- total
	sender.Wait()
}

// tear leaves the data as a power cut in the middle of the next commit could: noise in
// pages that are not in use, and where the page goes that names the new tree. See the
// package bbolt and TestTornWrites of the package queue.
func (s *siege) tear() {
	s.t.Helper()
	const page, used, id, end = 4096, 16 + 40, 16 + 48, 16 + 64
	file, err := os.OpenFile(app.DataPath(s.data), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return // it was killed before it had made one
	}
	if err != nil {
		s.t.Fatal(err)
	}
	metas := make([]byte, 2*page)
	_, err = io.ReadFull(file, metas)
	number := func(at int) uint64 { return binary.LittleEndian.Uint64(metas[at:]) }
	newest := 0
	if whole := metaWhole(metas[page:]); whole && (!metaWhole(metas) || number(page+id) > number(id)) {
		newest = page
	}
	noise := make([]byte, 3*page)
	for i := range noise {
		noise[i] = byte(s.random.Uint32())
	}
	_, beyond := file.WriteAt(noise, int64(number(newest+used))*page)
	_, older := file.WriteAt(noise[:end], int64(page-newest))
	if err := errors.Join(err, beyond, older, file.Close()); err != nil {
		s.t.Fatal(err)
	}
}

// metaWhole says whether a page that names a tree has not been torn.
func metaWhole(page []byte) bool {
	const begin, sum = 16, 16 + 56
	hash := fnv.New64a()
	_, _ = hash.Write(page[begin:sum]) // never fails
	return hash.Sum64() == binary.LittleEndian.Uint64(page[sum:])
}

// post posts as many messages as share says, until all are accepted.
func (s *siege) post(share <-chan int) {
	for next := 0; next < len(s.ids); {
		for n := <-share; n > 0 && next < len(s.ids); n-- {
			request := client.MessageRequest{To: recipient(next), Text: soakText(next)}
			for s.ids[next] == "" && s.t.Context().Err() == nil {
				// The key makes the repetition after a kill harmless.
				answer, err := s.client.Send(s.t.Context(), request, client.WithKey(fmt.Sprintf("soak-%d", next)))
				if err != nil {
					pauseFor(s.t, 10*time.Millisecond)
					continue
				}
				s.ids[next] = answer.ID
			}
			next++
		}
	}
}

// text has two patients write to the SIM.
func (s *siege) text(k int) {
	s.t.Helper()
	for i := range 2 {
		text := fmt.Sprintf("TAK %d-%d", k, i)
		if k%4 == 0 {
			text += strings.Repeat(" dziękuję bardzo", 12)
		}
		s.came = append(s.came, text)
		if err := s.network.Handset(fmt.Sprintf("+4860%d%06d", 4+i, k)).Send(s.number, text); err != nil {
			s.t.Error(err)
		}
	}
}

// soakText makes every third message one of three parts.
func soakText(i int) string {
	text := fmt.Sprintf("Wizyta nr %d, jutro o 10:00. Odpisz TAK lub NIE.", i)
	if i%3 == 0 {
		text += strings.Repeat(" Prosimy o punktualne przybycie.", 10)
	}
	return text
}

// recipient returns the number that message i goes to.
func recipient(i int) string { return fmt.Sprintf("+48602%06d", i) }

// settle waits until nothing goes on any more. What is uncertain waits a minute, to be
// sent again or held for a person then: patient says whether that is waited for.
func (s *siege) settle(patient bool) {
	s.t.Helper()
	for _, id := range s.ids {
		ended := func(m client.Message) bool {
			return m.Status.Final() || m.Status == client.StatusHeld || !patient && m.Status == client.StatusUncertain
		}
		for m := s.message(id); !ended(m); m = s.message(id) {
			pauseFor(s.t, 100*time.Millisecond)
		}
	}
	s.eventually("every text has come", func() bool {
		got := s.inbox()
		return !slices.ContainsFunc(s.came, func(text string) bool { return got[text] == 0 })
	})
}

// inbox returns how often each text is in the inbox.
func (s *siege) inbox() map[string]int {
	s.t.Helper()
	got := map[string]int{}
	for m, err := range s.client.Inbox(s.t.Context(), client.InboxFilter{}) {
		if err != nil {
			s.t.Fatal(err)
		}
		if m.Complete {
			got[m.Text]++
		}
	}
	return got
}

// judge compares the network's own record with the queue's, and what was sent to the
// SIM with the inbox, and has the data verified. Whatever is not as it should be is
// shown with its ledger.
func (s *siege) judge() {
	s.t.Helper()
	type part struct {
		to     string
		number int
	}
	// What the gateway does not know yet may be sent while it is looked at: the network
	// is asked last.
	messages := make([]client.Message, len(s.ids))
	for i, id := range s.ids {
		messages[i] = s.message(id)
	}
	copies := map[part]int{}
	for _, a := range s.network.Accepted() {
		copies[part{a.To, a.Part}]++
	}
	var parts, lost, doubled, undecided int
	for i, id := range s.ids {
		m := messages[i]
		open := m.Status == client.StatusHeld || m.Status == client.StatusUncertain
		if open {
			undecided++
		}
		for k := range m.Parts {
			parts++
			switch sent := copies[part{recipient(i), k + 1}]; {
			case sent == 0 && !open:
				lost++
				s.t.Errorf("part %d of message %d was taken with 202 and never sent:\n%s", k+1, i, s.ledger(id))
			case sent > 1:
				doubled++
				s.t.Errorf("part %d of message %d was sent %d times:\n%s", k+1, i, sent, s.ledger(id))
			}
		}
	}
	var lostIn, doubledIn int
	got := s.inbox()
	for _, text := range s.came {
		switch n := got[text]; {
		case n == 0:
			lostIn++
			s.t.Errorf("text %.10q was lost", text)
		case n > 1:
			doubledIn++
			s.t.Errorf("text %.10q is in the inbox %d times", text, n)
		}
	}
	s.stop()
	s.verify()
	kills := 0
	for _, n := range s.deaths {
		kills += n
	}
	s.t.Logf("%d kills, out: %d messages of %d parts, lost %d, doubled %d, undecided %d; in: %d texts, lost %d, doubled %d",
		kills, len(s.ids), parts, lost, doubled, undecided, len(s.came), lostIn, doubledIn)
	for _, name := range slices.Sorted(maps.Keys(s.deaths)) {
		s.t.Logf("killed %s: %d", name, s.deaths[name])
	}
}

// ledger is what goniec message show says.
func (s *siege) ledger(id string) string {
	s.t.Helper()
	out, err := exec.CommandContext(s.t.Context(), "goniec", "message", "show", id, "--config", s.config).CombinedOutput()
	if err != nil {
		s.t.Errorf("goniec message show: %v", err)
	}
	return string(out)
}

// verify runs goniec verify, which must find nothing.
func (d *daemon) verify() {
	d.t.Helper()
	out, err := exec.CommandContext(d.t.Context(), "goniec", "verify", "--config", d.config).CombinedOutput()
	if err != nil {
		d.t.Errorf("goniec verify: %v\n%s", err, out)
	}
}

// TestSoakKills kills real daemons with SIGKILL, at every step that the modem sees and
// at random moments, a thousand times under make soak, while texts go out and come in.
// The modem stores reports, so nothing may be lost or sent twice, whatever the policy.
func TestSoakKills(t *testing.T) {
	t.Parallel()
	sieges, count, soak := 5, 10, os.Getenv("GONIEC_SOAK") != ""
	if soak {
		sieges, count = 16, 65
	}
	for i := range sieges {
		policy := []string{"wait_then_resend", "hold"}[i%2]
		t.Run(fmt.Sprintf("%s %d", policy, i), func(t *testing.T) {
			t.Parallel()
			s := newSiege(t, rand.Uint64(), policy)
			s.kills(count)
			s.settle(soak)
			s.judge()
		})
	}
}
