package gateway_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"goniec/inbox"
	"goniec/modem/emulator"
	"goniec/queue"
)

// misfortune returns a fault as it may strike any day. None loses a text beyond the
// gateway's reach: what the network loses cannot be found.
func misfortune(random *rand.Rand) emulator.Fault {
	upTo := func(d time.Duration) time.Duration { return time.Duration(1 + random.Int64N(int64(d))) }
	cure := []emulator.Cure{emulator.CureReopen, emulator.CureRestart, emulator.CureUSB}[random.IntN(3)]
	taken := random.IntN(2) == 0
	all := []emulator.Fault{
		{Kind: emulator.NoAnswer, Taken: taken, Times: 1 + random.IntN(2)},
		{Kind: emulator.LateAnswer, For: upTo(10 * time.Minute)},
		{Kind: emulator.SubmitError, Code: []int{17, 27, 38, 41, 42, 192, 194, 304, 322, 332, 350, 500, 512}[random.IntN(13)], Times: 1 + random.IntN(2)},
		{Kind: emulator.SubmitError, Code: 332, Taken: true},
		{Kind: emulator.Interrupted, Line: []string{"RING", "+CREG: 1", "^RSSI: 20", `+CMTI: "SM",9`}[random.IntN(4)]},
		{Kind: emulator.Garbage},
		{Kind: emulator.EarlyReport},
		{Kind: emulator.PortLost, For: upTo(10 * time.Minute), Taken: taken},
		{Kind: emulator.Reboot, Taken: taken},
		{Kind: emulator.GoesDeaf, For: upTo(10 * time.Minute), Taken: taken},
		{Kind: emulator.GoesDeaf, Until: cure, Taken: taken},
		{Kind: emulator.NoPrompt, Times: 1 + random.IntN(3)},
		{Kind: emulator.DoublePrompt},
		{Kind: emulator.Deaf, For: upTo(time.Hour)},
		{Kind: emulator.Deaf, Until: cure},
		{Kind: emulator.Unplugged, For: upTo(6 * time.Hour)},
		{Kind: emulator.ServiceLost, For: upTo(6 * time.Hour)},
		{Kind: emulator.ServiceLost, Until: emulator.CureRestart},
		{Kind: emulator.ServiceDenied, For: upTo(time.Hour)},
		{Kind: emulator.StorageFull, Times: 1 + random.IntN(3)},
		{Kind: emulator.CommandFails, Line: []string{"+CSQ", "+CPMS", "+CPIN", "+CMGL", "+CMGR", "+CREG"}[random.IntN(6)], Code: []int{13, 14, 100}[random.IntN(3)], Times: 1 + random.IntN(5)},
		{Kind: emulator.CommandHangs, Line: []string{"+CSQ", "+CPMS", "+CMGL", "+CMGR", "+CMGD", "+COPS", "+CIMI"}[random.IntN(7)], Times: 1 + random.IntN(3)},
		{Kind: emulator.DeleteFails, Code: 320, Times: 1 + random.IntN(5)},
		{Kind: emulator.ListFails, Code: 320, Times: 1 + random.IntN(5)},
		{Kind: emulator.ReportLost},
		{Kind: emulator.ReportDoubled},
		{Kind: emulator.ReportDelayed, For: upTo(5 * time.Hour)},
		{Kind: emulator.InboundDoubled},
		{Kind: emulator.InboundReordered},
	}
	return all[random.IntN(len(all))]
}

// TestSoakVirtualDays runs four modems, with texts going out and coming in, while
// a random fault strikes one of them every half an hour or so, cards change places and the
// gateway is started again. make soak runs ten days of it, and as many seeds as
// GONIEC_SOAK says; the ordinary tests run half a day of one.
func TestSoakVirtualDays(t *testing.T) {
	days, seeds := 0.5, 1
	if n, err := strconv.Atoi(os.Getenv("GONIEC_SOAK")); err == nil {
		days, seeds = 10, n
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed %d", seed+1), func(t *testing.T) {
			s := setup{usb: true, modems: 4, options: emulator.Options{
				Seed: uint64(seed + 1), Latency: emulator.Latency{Air: 2 * time.Second}, ReportDelay: 5 * time.Second,
			}}
			inBubble(t, s, func(t *testing.T, r *rig) {
				r.quiet = true
				random := rand.New(rand.NewPCG(uint64(seed+1), 0))
				r.soak(t, random, time.Duration(days*24*float64(time.Hour)))
			})
		})
	}
}

// soak lets a time pass in which everything happens, and counts.
func (r *rig) soak(t *testing.T, random *rand.Rand, length time.Duration) {
	out, in := map[string]string{}, map[string]int{} // message by number; inbound by text
	struck := map[emulator.FaultKind]int{}
	faults, swaps, starts := 0, 0, 0
	end := time.Now().Add(length)
	for i := 0; time.Now().Before(end); i++ {
		number := fmt.Sprintf("+48601%06d", i)
		long := i%3 == 0
		out[number] = r.put(r.to(number), func(d *queue.Draft) {
			if long {
				d.Text = strings.Repeat("Wizyta jutro o 10. ", 22)
			}
		})
		if i%2 == 0 {
			text := fmt.Sprintf("TAK %d", i)
			if i%10 == 0 {
				text += strings.Repeat(" dziękuję", 20)
			}
			in[text] = 0
			if err := r.network.Handset(fmt.Sprintf("+48602%06d", i)).Send(r.sims[random.IntN(len(r.sims))].Number, text); err != nil {
				t.Error(err)
			}
		}
		if random.IntN(15) == 0 {
			f := misfortune(random)
			struck[f.Kind]++
			r.modems[random.IntN(len(r.modems))].Inject(f)
			faults++
		}
		if random.IntN(700) == 0 {
			a, b := random.IntN(len(r.modems)), random.IntN(len(r.modems))
			first, second := r.modems[a].SIM(), r.modems[b].SIM()
			r.modems[a].SetSIM(nil)
			r.modems[b].SetSIM(first)
			if a != b {
				r.modems[a].SetSIM(second)
			}
			swaps++
		}
		if random.IntN(700) == 0 {
			r.restartGateway()
			starts++
		}
		r.pass(time.Duration(random.Int64N(int64(4 * time.Minute))))
	}
	r.pass(max(12*time.Hour, length/3)) // what was held up has its time
	r.judge(t, out, in)
	t.Logf("%s, %d faults of %d kinds, %d changes of cards, %d starts of the gateway", length, faults, len(struck), swaps, starts)
}

// judge compares what was taken with the network's own record, and what was sent to
// us with the inbox.
func (r *rig) judge(t *testing.T, out map[string]string, in map[string]int) {
	type part struct {
		to     string
		number int
	}
	copies := map[part]int{}
	for _, a := range r.network.Accepted() {
		copies[part{a.To, a.Part}]++
	}
	uncertain := r.uncertain()
	var parts, held, lost, doubled, unexcused, doubts int
	for number, id := range out {
		m := r.message(id)
		doubts += uncertain[id]
		for k := range m.Parts {
			parts++
			switch sent := copies[part{number, k + 1}]; {
			case sent == 0 && m.Error != nil && m.Error.Code == queue.CodeUnknownOutcome:
				held++ // in doubt twice: a person was asked and did not decide
			case sent == 0:
				lost++
				t.Errorf("part %d of a message was never sent: it is %s (%+v) after %+v", k+1, m.Status, m.Error, m.Attempts)
			case sent > 1+uncertain[id]:
				unexcused++
				t.Errorf("part %d of a message was sent %d times, and called uncertain %d times: %+v", k+1, sent, uncertain[id], m.Attempts)
			case sent > 1:
				doubled++
			}
		}
	}
	var lostIn, doubledIn int
	for after := ""; ; {
		inbox, next, err := r.inbox.Page(t.Context(), inbox.Filter{}, after, 200)
		if err != nil {
			t.Error(err)
		}
		for _, m := range inbox {
			if _, ours := in[m.Text]; ours && m.Complete {
				in[m.Text]++
			}
		}
		if after = next; next == "" {
			break
		}
	}
	for text, n := range in {
		switch {
		case n == 0:
			lostIn++
			t.Errorf("text %.12q was lost", text)
		case n > 1:
			doubledIn++
			t.Errorf("text %.12q came %d times", text, n)
		}
	}
	t.Logf("out: %d messages of %d parts, lost %d, doubled %d after they had been called uncertain (%d times), doubled otherwise %d, left to a person %d; in: %d texts, lost %d, doubled %d",
		len(out), parts, lost, doubled, doubts, unexcused, held, len(in), lostIn, doubledIn)
}
