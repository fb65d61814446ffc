package gateway_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"goniec/gateway"
	"goniec/inbox"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/queue"
)

var update = flag.Bool("update", false, "rewrite the table in docs/modems.md")

// trial is one row of the table in docs/modems.md: a fault that strikes while texts
// go out and come in, and what is to come of it.
type trial struct {
	fault   string // what the emulator does, for people
	gateway string // what the gateway does about it
	setup   setup
	strike  func(*rig)    // five minutes after the start; nil: nothing
	within  time.Duration // the longest pause between two parts may be
	// doubled is how many parts may be sent twice, each of a message that was
	// called uncertain before. 0: none.
	doubled int
	failed  int // messages that fail, because the fault is about them
	in      int // the modem that texts come in by
}

const (
	trialGap    = 20 * time.Second // between two texts out
	trialAir    = 2 * time.Second
	trialBefore = 5 * time.Minute // before the fault strikes
	trialLength = 50 * time.Minute
	// trialShort is the length where the fault lets texts pass again soon; make soak
	// plays every row for trialLength.
	trialShort = 20 * time.Minute
)

func inject(faults ...emulator.Fault) func(*rig) {
	return func(r *rig) { r.modems[0].Inject(faults...) }
}

// trials are the rows. The setup of each is one modem on USB unless it says
// otherwise.
func trials() []trial {
	usb := setup{usb: true}
	two := setup{usb: true, modems: 2}
	noReport := emulator.Fault{Kind: emulator.ReportLost, Times: 1}
	profile := func(p emulator.Profile) setup { return setup{usb: true, profile: &p} }
	const second, minute = time.Second, time.Minute
	return []trial{
		{"nothing", "sends and receives", usb, nil, 25 * second, 0, 0, 0},
		{"refuses every command that a modem may lack", "asks for less, reads slot by slot", profile(emulator.Refuser()), nil, 25 * second, 0, 0, 0},

		// The port.
		{"port gone for 20 s between two texts", "opens it as soon as it is back", usb, inject(emulator.Fault{Kind: emulator.Unplugged, For: 20 * second}), 60 * second, 0, 0, 0},
		{"port gone for 5 s while a text is on the air; the network has it", "calls the text uncertain, opens the port, and takes the report for an answer", usb, inject(emulator.Fault{Kind: emulator.PortLost, For: 5 * second, Taken: true}), 60 * second, 0, 0, 0},
		{"port gone for 5 s while a text is on the air; the network does not have it", "calls the text uncertain, and sends it again when no report has come", usb, inject(emulator.Fault{Kind: emulator.PortLost, For: 5 * second}), 60 * second, 0, 0, 0},
		{"port gone for 60 s while a text is on the air; the network has it", "the same", usb, inject(emulator.Fault{Kind: emulator.PortLost, For: minute, Taken: true}), 2 * minute, 0, 0, 0},
		{"modem unplugged for half an hour", "waits, raises an alarm after 5 minutes, never restarts what is not there", usb, inject(emulator.Fault{Kind: emulator.Unplugged, For: 30 * minute}), 31 * minute, 0, 0, 0},
		{"modem unplugged for half an hour beside another", "the other one sends", two, inject(emulator.Fault{Kind: emulator.Unplugged, For: 30 * minute}), 80 * second, 0, 0, 0},
		{"stick comes back at another port", "finds it by its IMEI", setup{start: byIMEI}, inject(emulator.Fault{Kind: emulator.Unplugged, For: 5 * second}), 60 * second, 0, 0, 0},
		{"another program takes the port for 2 minutes", "waits, names the program", setup{start: held(5*minute, 2*minute)}, inject(emulator.Fault{Kind: emulator.Unplugged, For: second}), 4 * minute, 0, 0, 0},

		// Restarts that were not requested.
		{"modem restarts between two texts and greets", "sets it up again", profile(greeting()), func(r *rig) { r.modems[0].Restart() }, 60 * second, 0, 0, 0},
		{"modem restarts between two texts without a word", "notices within a minute that its settings are gone", usb, func(r *rig) { r.modems[0].Restart() }, 90 * second, 0, 0, 0},
		{"modem restarts while a text is on the air and greets; the network has it", "calls the text uncertain at once, sets the modem up, and takes the report for an answer", profile(greeting()), inject(emulator.Fault{Kind: emulator.Reboot, Taken: true}), 60 * second, 0, 0, 0},
		{"modem restarts while a text is on the air and greets; the network does not have it", "calls the text uncertain at once, sets the modem up, and sends the text again", profile(greeting()), inject(emulator.Fault{Kind: emulator.Reboot}), 60 * second, 0, 0, 0},
		{"modem restarts while a text is on the air, without a word; the network has it", "waits 3 minutes for the answer; the modem has thrown the report away, so the text is sent again, marked", usb, inject(emulator.Fault{Kind: emulator.Reboot, Taken: true}), 4 * minute, 1, 0, 0},
		{"modem restarts while a text is on the air, without a word; the network does not have it", "waits 3 minutes for the answer, calls the text uncertain, and sends it again", usb, inject(emulator.Fault{Kind: emulator.Reboot}), 4 * minute, 0, 0, 0},

		// Deafness.
		{"modem deaf until its port is opened again", "resynchronises in vain, opens the port again", usb, inject(emulator.Fault{Kind: emulator.Deaf, Until: emulator.CureReopen}), 2 * minute, 0, 0, 0},
		{"modem deaf until it is restarted", "opens the port in vain, has the USB device found anew", usb, inject(emulator.Fault{Kind: emulator.Deaf, Until: emulator.CureRestart}), 2 * minute, 0, 0, 0},
		{"modem deaf until it is enumerated again", "the same", usb, inject(emulator.Fault{Kind: emulator.Deaf, Until: emulator.CureUSB}), 2 * minute, 0, 0, 0},
		{"modem deaf for 30 s", "resynchronises", usb, inject(emulator.Fault{Kind: emulator.Deaf, For: 30 * second}), 90 * second, 0, 0, 0},
		{"modem deaf for good beside another", "parks it after five steps with an alarm; the other one sends", two, deafForGood, 100 * second, 0, 0, 1},
		{"modem goes deaf while a text is on the air; the network has it", "waits 3 minutes for the answer, then climbs the ladder; the report is lost in the restart, so the text is sent again, marked", usb, inject(emulator.Fault{Kind: emulator.GoesDeaf, Taken: true}), 5 * minute, 1, 0, 0},
		{"modem goes deaf while a text is on the air; the network does not have it", "the same, and sends the text again", usb, inject(emulator.Fault{Kind: emulator.GoesDeaf}), 5 * minute, 0, 0, 0},

		// Submissions.
		{"no prompt twice", "resynchronises, then opens the port again; nothing was sent, so nothing is in doubt", usb, inject(emulator.Fault{Kind: emulator.NoPrompt, Times: 2}), 2 * minute, 0, 0, 0},
		{"no prompt until it is restarted", "opens the port again, then restarts the modem", usb, inject(emulator.Fault{Kind: emulator.NoPrompt, Until: emulator.CureRestart}), 5 * minute, 0, 0, 0},
		{"two prompts", "writes the text once", usb, inject(emulator.Fault{Kind: emulator.DoublePrompt}), 25 * second, 0, 0, 0},
		{"no answer to a text; the network has it", "calls it uncertain after 3 minutes; the report settles it", usb, inject(emulator.Fault{Kind: emulator.NoAnswer, Taken: true}), 4 * minute, 0, 0, 0},
		{"no answer to a text; the network does not have it", "calls it uncertain after 3 minutes, and sends it again when no report has come", usb, inject(emulator.Fault{Kind: emulator.NoAnswer}), 4 * minute, 0, 0, 0},
		{"no answer to a text, and no report; the network has it", "cannot know: sends it again, marked as a possible duplicate", usb, inject(emulator.Fault{Kind: emulator.NoAnswer, Taken: true}, noReport), 4 * minute, 1, 0, 0},
		{"no answer to any text until it is restarted", "opens the port after two, then restarts the modem", usb, inject(emulator.Fault{Kind: emulator.NoAnswer, Until: emulator.CureRestart}), 14 * minute, 0, 0, 0},
		{"answer 20 s late", "waits", usb, inject(emulator.Fault{Kind: emulator.LateAnswer, For: 20 * second}), 50 * second, 0, 0, 0},
		{"answer 45 s late", "waits", usb, inject(emulator.Fault{Kind: emulator.LateAnswer, For: 45 * second}), 75 * second, 0, 0, 0},
		{"answer 4 minutes late", "calls the text uncertain after 3; the report or the late answer settles it", usb, inject(emulator.Fault{Kind: emulator.LateAnswer, For: 4 * minute}), 5 * minute, 0, 0, 0},
		{"octets with NULs before the answer", "leaves them out", usb, inject(emulator.Fault{Kind: emulator.Garbage}), 25 * second, 0, 0, 0},
		{"a call rings between text and answer", "sets the lines aside", usb, inject(emulator.Fault{Kind: emulator.Interrupted, Line: "RING"}), 25 * second, 0, 0, 0},
		{"a flood of signal reports in the middle of everything", "turns it off, and sets aside what comes", profile(emulator.HuaweiE173()), nil, 25 * second, 0, 0, 0},
		{"+CMS ERROR 38 once", "sends the next text, and then that one", usb, inject(emulator.Fault{Kind: emulator.SubmitError, Code: 38}), 40 * second, 0, 0, 0},
		{"+CMS ERROR 500 three times", "tries again, blames the modem at the third", usb, inject(emulator.Fault{Kind: emulator.SubmitError, Code: 500, Times: 3}), 2 * minute, 0, 0, 0},
		{"+CMS ERROR 332 although it was sent", "calls the text uncertain; the report settles it", usb, inject(emulator.Fault{Kind: emulator.SubmitError, Code: 332, Taken: true}), 60 * second, 0, 0, 0},
		{"+CMS ERROR 21 to one number after another", "parks the modem with an alarm, and tries again every 15 minutes", usb, inject(emulator.Fault{Kind: emulator.SubmitError, Code: 21, Times: 3}), 17 * minute, 0, 0, 0},
		{"a number that does not exist (+CMS ERROR 1)", "gives up that one, blames nobody else", usb, inject(emulator.Fault{Kind: emulator.SubmitError, Code: 1}), 50 * second, 0, 1, 0},

		// The network.
		{"no network for 10 minutes", "holds everything back, burns no attempt", usb, inject(emulator.Fault{Kind: emulator.ServiceLost, For: 10 * minute}), 11 * minute, 0, 0, 0},
		{"no network until the modem is restarted", "switches the radio off and on after 15 minutes, restarts the modem after 30 more", usb, inject(emulator.Fault{Kind: emulator.ServiceLost, Until: emulator.CureRestart}), 50 * minute, 0, 0, 0},
		{"network denies the SIM for 10 minutes", "holds everything back, says so", usb, inject(emulator.Fault{Kind: emulator.ServiceDenied, For: 10 * minute}), 16 * minute, 0, 0, 0},
		{"a network abroad for 10 minutes, roaming not allowed", "holds everything back, says so", setup{usb: true, config: func(c *gateway.Config) { c.Modems[0].NoRoaming = true }}, abroad(10 * minute), 11 * minute, 0, 0, 0},
		{"registered in LTE alone", "sends all the same", profile(emulator.A7670()), nil, 25 * second, 0, 0, 0},

		// The SIM and its memories.
		{"SIM full of old texts at the start", "fetches and deletes them", setup{usb: true, start: func(r *rig) { r.sims[0].Fill(0) }}, nil, 25 * second, 0, 0, 0},
		{"+CMGD fails ten times", "keeps the text once, tries the slot again later", usb, inject(emulator.Fault{Kind: emulator.DeleteFails, Code: 320, Times: 10}), 40 * second, 0, 0, 0},
		{"+CMGL fails for an hour", "reads slot by slot", usb, inject(emulator.Fault{Kind: emulator.ListFails, Code: 320, Times: 12}), 40 * second, 0, 0, 0},
		{"a text that comes in finds no room", "empties the memory; the network tries again", usb, inject(emulator.Fault{Kind: emulator.StorageFull}), 25 * second, 0, 0, 0},
		{"SIM cannot be read until the modem is restarted", "restarts the modem", usb, unreadable, 3 * minute, 0, 0, 0},
		{"SIM taken out for 10 minutes", "restarts once, parks the modem with an alarm, and looks again", usb, takenOut(10 * minute), 12 * minute, 0, 0, 0},
		{"SIM moved to the other modem", "goes on with it there; reports follow", two, func(r *rig) { r.modems[1].SetSIM(r.sims[0]) }, 100 * second, 0, 0, 0},

		// Commands.
		{"+CSQ is never answered until the modem is restarted", "goes on without, restarts the modem when nothing else works", usb, inject(emulator.Fault{Kind: emulator.CommandHangs, Line: "+CSQ", Until: emulator.CureRestart}), 2 * minute, 0, 0, 0},
		{"+CPMS is refused until its port is opened again", "sends; opens the port again for what comes in", usb, inject(emulator.Fault{Kind: emulator.CommandFails, Line: "+CPMS", Until: emulator.CureReopen}), 2 * minute, 0, 0, 0},

		{"a slot of the memory that cannot be read", "keeps what is in it as it is, tells it once, and goes on", usb, spoilt, 25 * second, 0, 0, 0},
		{"+CMS ERROR 330 to every text until +CSCA has been written", "writes back what +CSCA? gave", profile(emulator.HuaweiE220()), nil, 25 * second, 0, 0, 0},
		{"busy (+CME ERROR 515) for 3 s after each text", "asks again after 1, 2 and 4 s", profile(emulator.WavecomFastrack()), nil, 25 * second, 0, 0, 0},
		{"a memory for reports that has no place", "has reports told directly", profile(emulator.SIM7600Hat()), nil, 25 * second, 0, 0, 0},

		// Reports and texts that come in.
		{"every report announced as in another memory", "has reports told directly", profile(emulator.QuectelEG25()), nil, 25 * second, 0, 0, 0},
		{"a report announced as in another memory", "looks into the other memories at once", usb, inject(emulator.Fault{Kind: emulator.ReportMisannounced, Line: `"SM",{index}`}), 25 * second, 0, 0, 0},
		{"a text announced at another index", "looks into the memories at once", usb, inject(emulator.Fault{Kind: emulator.TextMisannounced, Line: `"ME",40`}), 25 * second, 0, 0, 0},
		{"a report is lost", "the message stays sent", usb, inject(noReport), 25 * second, 0, 0, 0},
		{"a report comes twice", "counts once", usb, inject(emulator.Fault{Kind: emulator.ReportDoubled}), 25 * second, 0, 0, 0},
		{"a report comes before the answer", "keeps it for the answer", usb, inject(emulator.Fault{Kind: emulator.EarlyReport}), 25 * second, 0, 0, 0},
		{"a report comes an hour late", "takes it", usb, inject(emulator.Fault{Kind: emulator.ReportDelayed, For: time.Hour}), 25 * second, 0, 0, 0},
		{"the network hands over a text twice", "keeps one", usb, inject(emulator.Fault{Kind: emulator.InboundDoubled}), 25 * second, 0, 0, 0},
	}
}

// spoilt has a text come that cannot be read in its slot.
func spoilt(r *rig) {
	r.modems[0].Inject(emulator.Fault{Kind: emulator.SlotSpoilt, Line: string(emulator.SpoiltLetter)})
	if err := r.network.Handset(patient).Send(r.sims[0].Number, "zepsute"); err != nil {
		r.t.Error(err)
	}
}

// greeting is a modem that says RDY when it has started.
func greeting() emulator.Profile {
	p := emulator.Generic()
	p.Boot, p.BootTime, p.RegisterTime = []string{"RDY"}, 5*time.Second, 5*time.Second
	return p
}

// byIMEI has modem 0 found by its number, at a port that has another name each time.
func byIMEI(r *rig) {
	device := r.modems[0]
	c := &r.configs[0].Config
	c.Open, c.IMEI = nil, device.IMEI()
	c.OpenDevice = func(ctx context.Context, _ string) (modem.Port, error) { return device.Dial(ctx) }
	c.Ports = func() ([]modem.PortInfo, error) {
		plugged, number := device.Plugged()
		if !plugged {
			return nil, nil
		}
		return []modem.PortInfo{{Device: fmt.Sprintf("/dev/ttyUSB%d", number), VendorID: "12d1", ProductID: "1506", USB: "1-1", Number: fmt.Sprint(number)}}, nil
	}
	r.gateway.SetModems(r.configs)
}

// held has another program hold the port of modem 0 for a while, from after the
// start on.
func held(after, length time.Duration) func(*rig) {
	return func(r *rig) {
		device, begin := r.modems[0], time.Now().Add(after)
		r.configs[0].Open = func(ctx context.Context) (modem.Port, error) {
			if now := time.Now(); now.After(begin) && now.Before(begin.Add(length)) {
				return nil, modem.ErrBusy
			}
			return device.Dial(ctx)
		}
		r.configs[0].Revision = "held"
		r.gateway.SetModems(r.configs)
	}
}

// deafForGood has modem 0 deaf for ever, also after a restart.
func deafForGood(r *rig) {
	r.configs[0].Reenumerate = nil
	stop, stopped := make(chan struct{}), make(chan struct{})
	r.ends = append(r.ends, func() { close(stop); <-stopped })
	go func() {
		defer close(stopped)
		for {
			r.modems[0].Inject(emulator.Fault{Kind: emulator.Deaf})
			select {
			case <-stop:
				return
			case <-time.After(time.Second):
			}
		}
	}()
}

func abroad(d time.Duration) func(*rig) {
	return func(r *rig) {
		r.modems[0].SetCoverage(5)
		time.AfterFunc(d, func() { r.modems[0].SetCoverage(1) })
	}
}

// unreadable has the SIM fail until the modem is restarted. Its port is lost for a
// moment, so that the SIM is read again.
func unreadable(r *rig) {
	r.modems[0].Inject(
		emulator.Fault{Kind: emulator.CommandFails, Line: "+CPIN", Code: 13, Until: emulator.CureRestart},
		emulator.Fault{Kind: emulator.CommandHangs, Line: "+CSQ", Times: 4},
	)
	r.modems[0].Pipe().Close() // the program that had the port loses it
}

func takenOut(d time.Duration) func(*rig) {
	return func(r *rig) {
		card := r.sims[0]
		r.modems[0].SetSIM(nil)
		time.AfterFunc(d, func() { r.modems[0].SetSIM(card) })
	}
}

// result is what came of a trial.
type result struct {
	pause                           time.Duration // the longest between two parts
	lost, lostIn, doubled, doubleIn int
	uncertain, failed               int
	unexcused                       int // parts sent twice of messages that were not called uncertain
}

// run sends and receives while the fault strikes, and counts.
func (c trial) run(t *testing.T, r *rig) result {
	var res result
	texts, recipients := map[string]int{}, map[string]string{} // inbound by text; message by number
	length := trialLength
	if trialBefore+2*c.within < trialShort && os.Getenv("GONIEC_SOAK") == "" {
		length = trialShort
	}
	for i := range int(length / trialGap) {
		if i == int(trialBefore/trialGap) && c.strike != nil {
			c.strike(r)
		}
		number := fmt.Sprintf("+48601%06d", i)
		recipients[number] = r.put(r.to(number))
		if i%3 == 0 {
			text := fmt.Sprintf("TAK %d", i)
			texts[text] = 0
			if err := r.network.Handset(fmt.Sprintf("+48602%06d", i)).Send(r.sims[c.in].Number, text); err != nil {
				t.Error(err)
			}
		}
		r.pass(trialGap)
	}
	end := time.Now()
	for time.Since(end) < 4*time.Hour && !r.allFinal(recipients) {
		r.pass(10 * time.Minute)
	}
	r.pass(30 * time.Minute) // in which nothing is sent or kept again
	for _, end := range r.ends {
		end()
	}
	uncertain := r.uncertain()
	copies := map[string]int{}
	accepted := r.network.Accepted()
	for i, a := range accepted {
		copies[a.To]++
		if i > 0 && accepted[i-1].At.Before(end) { // afterwards nothing but what was put off is left
			res.pause = max(res.pause, a.At.Sub(accepted[i-1].At))
		}
	}
	for number, id := range recipients {
		m := r.message(id)
		switch n := copies[number]; {
		case n == 0 && m.Status == queue.StatusFailed:
			res.failed++
		case n == 0:
			res.lost++
			t.Errorf("a message was never sent: it is %s (%+v) after %+v", m.Status, m.Error, m.Attempts)
		case n > 1 && uncertain[id] < n-1:
			res.unexcused++
			t.Errorf("a message was sent %d times, and called uncertain %d times: %+v", n, uncertain[id], m.Attempts)
		case n > 1:
			res.doubled++
		}
		res.uncertain += uncertain[id]
		if !m.Status.Final() && m.Status != queue.StatusSent {
			t.Errorf("a message is still %s (%+v)", m.Status, m.Error)
		}
	}
	inbox, _, err := r.inbox.Page(t.Context(), inbox.Filter{}, "", 500)
	if err != nil {
		t.Error(err)
	}
	for _, m := range inbox {
		if _, ours := texts[m.Text]; ours {
			texts[m.Text]++
		}
	}
	for text, n := range texts {
		switch {
		case n == 0:
			res.lostIn++
			t.Errorf("text %q was lost", text)
		case n > 1:
			res.doubleIn++
			t.Errorf("text %q came %d times", text, n)
		}
	}
	return res
}

// allFinal says whether every message has come to its end.
func (r *rig) allFinal(ids map[string]string) bool {
	r.t.Helper()
	for _, id := range ids {
		if !r.message(id).Status.Final() {
			return false
		}
	}
	return true
}

// uncertain returns how often each message was called uncertain.
func (r *rig) uncertain() map[string]int {
	r.t.Helper()
	counts := map[string]int{}
	for after := ""; ; {
		events, err := r.events.After(r.t.Context(), after, 1000)
		if err != nil {
			r.t.Error(err)
			return counts
		}
		for _, e := range events {
			after = e.ID()
			var data struct {
				ID string `json:"id"`
			}
			if err := json.Unmarshal(e.Data, &data); err != nil {
				r.t.Error(err)
			}
			if e.Type == "message.uncertain" {
				counts[data.ID]++
			}
		}
		if len(events) < 1000 {
			return counts
		}
	}
}

// TestFaults plays every row of the table in docs/modems.md: texts go out every 20 s
// and come in every minute, and a fault strikes. None may be lost, and none sent or
// kept twice but for what the row says. Run it with -v to see how long each took.
func TestFaults(t *testing.T) {
	for _, c := range trials() {
		t.Run(c.fault, func(t *testing.T) {
			s := c.setup
			s.options = emulator.Options{Seed: 1, Latency: emulator.Latency{Air: trialAir}, ReportDelay: 3 * time.Second}
			inBubble(t, s, func(t *testing.T, r *rig) {
				r.quiet = true
				res := c.run(t, r)
				t.Logf("longest pause %s, lost %d and %d in, doubled %d and %d in, called uncertain %d, failed %d",
					res.pause.Round(time.Second), res.lost, res.lostIn, res.doubled, res.doubleIn, res.uncertain, res.failed)
				if res.pause > c.within {
					t.Errorf("the longest pause was %s, want at most %s", res.pause, c.within)
				}
				if res.doubled > c.doubled {
					t.Errorf("%d parts were sent twice, want at most %d", res.doubled, c.doubled)
				}
				if res.failed != c.failed {
					t.Errorf("%d messages failed, want %d", res.failed, c.failed)
				}
			})
		})
	}
}

// inWords writes a pause as people do.
func inWords(d time.Duration) string {
	if d >= 2*time.Minute {
		return fmt.Sprintf("%g min", d.Minutes())
	}
	return fmt.Sprintf("%g s", d.Seconds())
}

// TestFaultTable holds the table in docs/modems.md against the rows.
func TestFaultTable(t *testing.T) {
	t.Parallel()
	const path, begin, end = "../docs/modems.md", "<!-- faults -->\n", "<!-- end of faults -->\n"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| # | The emulator | The gateway | Longest pause at most | Lost | Doubled |\n| --- | --- | --- | --- | --- | --- |\n")
	for i, c := range trials() {
		doubled := "0"
		if c.doubled > 0 {
			doubled = fmt.Sprintf("%d, called uncertain", c.doubled)
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s | 0 | %s |\n", i+1, c.fault, c.gateway, inWords(c.within), doubled)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	old, after, found := strings.Cut(rest, end)
	if !ok || !found {
		t.Fatalf("%s lacks the marks of the table", path)
	}
	if old == b.String() {
		return
	}
	if !*update {
		t.Fatalf("the table in %s is not that of the rows; run go test ./gateway -run TestFaultTable -update", path)
	}
	if err := os.WriteFile(path, []byte(before+begin+b.String()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
