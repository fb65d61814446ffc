package gateway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"goniec/inbox"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/queue"
)

// with returns the generic modem but for a change.
func with(change func(*emulator.Profile)) *emulator.Profile {
	p := emulator.Generic()
	change(&p)
	return &p
}

// sends puts a text to a number of its own and returns its ID.
func (r *rig) sends(i int) string {
	r.t.Helper()
	return r.put(r.to(fmt.Sprintf("+48601%06d", i)))
}

// has returns the texts in the inbox.
func (r *rig) has() (texts []string) {
	r.t.Helper()
	items, _, err := r.inbox.Page(r.t.Context(), inbox.Filter{}, "", 100)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, m := range items {
		texts = append(texts, m.Text)
	}
	return texts
}

// openedOnce checks that the modem has been opened once and never restarted.
func (r *rig) openedOnce() {
	r.t.Helper()
	if n := strings.Count(r.log.String(), "modem is ready"); n != 1 {
		r.t.Errorf("the modem was set up %d times", n)
	}
	if r.enumerated > 0 || strings.Contains(r.log.String(), "restarting") {
		r.t.Error("the modem was restarted")
	}
	r.wantState(modem.Ready)
}

// Wherever a device puts a report, and however it names the place, the message is
// delivered within seconds, for as many texts as there are, and no memory fills up.
func TestReportsElsewhere(t *testing.T) {
	eg25 := emulator.QuectelEG25()
	eg25Recalled := emulator.QuectelEG25()
	eg25Recalled.Model = "Unknown"
	trm := emulator.TeltonikaTRM240()
	trm.CDSI, trm.Places = `"SM",0`, map[string]int{"SR": 20}
	for name, profile := range map[string]*emulator.Profile{
		"in SR, announced as in SM":            &eg25,
		"the same, of a family nobody knows":   &eg25Recalled,
		"the same, where none can come direct": &trm,
		"another index":                        with(func(p *emulator.Profile) { p.CDSI = `"SR",7`; p.Places = map[string]int{"SR": 20} }),
		"an index that there is not":           with(func(p *emulator.Profile) { p.CDSI = `"SR",999` }),
		"a memory that there is not":           with(func(p *emulator.Profile) { p.CDSI = `"XX",0` }),
		"no name":                              with(func(p *emulator.Profile) { p.CDSI = `"",1` }),
		"in ME, announced as in SR":            with(func(p *emulator.Profile) { p.Reports, p.CDSI = "ME", `"SR",{index}` }),
		"in SM, announced as in ME":            with(func(p *emulator.Profile) { p.Reports, p.CDSI = "SM", `"ME",{index}` }),
		"in BM, announced as in SR": with(func(p *emulator.Profile) {
			p.Memories = append(p.Memories, "BM")
			p.Reports, p.CDSI = "BM", `"SR",{index}`
		}),
		"in SR alone, announced as in MT": with(func(p *emulator.Profile) { p.CDSI = `"MT",{index}` }),
	} {
		t.Run(name, func(t *testing.T) {
			o := emulator.Options{Latency: emulator.Latency{Air: time.Second}, ReportDelay: time.Second}
			inBubble(t, setup{profile: profile, options: o}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				for i := range 45 {
					id := r.sends(i)
					r.pass(10 * time.Second)
					r.want(id, queue.StatusDelivered)
					if t.Failed() {
						t.Fatalf("text %d", i)
					}
				}
				r.openedOnce()
			})
		})
	}
}

// A text that is announced in another place than it lies comes within seconds.
func TestTextsElsewhere(t *testing.T) {
	for name, line := range map[string]string{
		"another memory": `"SM",{index}`, "another index": `"ME",17`, "an index that there is not": `"ME",999`,
		"a memory that there is not": `"XX",40`, "both": `"SM",20`,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, setup{profile: with(func(p *emulator.Profile) { p.CMTI = line })}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				for i := range 5 {
					text := fmt.Sprintf("TAK %d", i)
					if err := r.network.Handset(patient).Send(r.sims[0].Number, text); err != nil {
						t.Fatal(err)
					}
					r.pass(5 * time.Second)
					if got := r.has(); len(got) != i+1 {
						t.Fatalf("after text %d the inbox has %q", i, got)
					}
				}
				r.openedOnce()
			})
		})
	}
}

// A memory that has no place, or that is offered and refused, is none. Reports come
// all the same, at the latest for the texts behind the first, and so do texts.
func TestMemoryThatIsNone(t *testing.T) {
	hat := emulator.SIM7600Hat()
	for name, c := range map[string]struct {
		profile *emulator.Profile
		lost    bool // the report of the first text is
	}{
		"SR without a place, SIM7600":      {profile: &hat},
		"SR without a place":               {profile: with(func(p *emulator.Profile) { p.Places = map[string]int{"SR": 0} })},
		"SR offered and refused":           {profile: with(func(p *emulator.Profile) { p.CPMSRefused[0] = []string{"SR"} })},
		"ME without a place":               {profile: with(func(p *emulator.Profile) { p.Places = map[string]int{"ME": 0} })},
		"ME offered and refused":           {profile: with(func(p *emulator.Profile) { p.CPMSRefused = [3][]string{{"ME"}, {"ME"}, {"ME"}} })},
		"ME refused to receive":            {profile: with(func(p *emulator.Profile) { p.CPMSRefused[2] = []string{"ME"} })},
		"ME refused to write":              {profile: with(func(p *emulator.Profile) { p.CPMSRefused[1] = []string{"ME"} })},
		"SM refused, ME and SR no places":  {profile: with(noPlace)},
		"stored reports that never come":   {profile: with(func(p *emulator.Profile) { p.Unreported = []int{2} }), lost: true},
		"direct reports that never come":   {profile: with(func(p *emulator.Profile) { p.Unreported = []int{1} })},
		"direct ones, where SR is no help": {profile: with(func(p *emulator.Profile) { p.Unreported, p.Places = []int{2}, map[string]int{"SR": 0} })},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, setup{profile: c.profile}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				first := r.sends(0)
				if c.lost {
					r.pass(3 * time.Minute)
					r.want(first, queue.StatusSent)
					if !strings.Contains(r.log.String(), "delivery reports do not come as the modem has accepted") {
						t.Error("it is not said")
					}
				} else {
					r.pass(5 * time.Second)
					r.want(first, queue.StatusDelivered)
				}
				second := r.sends(1)
				if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
					t.Fatal(err)
				}
				r.pass(5 * time.Second)
				r.want(second, queue.StatusDelivered)
				if got := r.has(); len(got) != 1 || got[0] != "TAK" {
					t.Errorf("the inbox has %q", got)
				}
				r.openedOnce()
			})
		})
	}
}

// noPlace leaves a modem no memory at all.
func noPlace(p *emulator.Profile) {
	p.Places = map[string]int{"ME": 0, "SR": 0}
	p.CPMSRefused = [3][]string{{"SM", "MT"}, {"SM", "MT"}, {"SM", "MT"}}
	p.Preferred = "ME"
}

// One slot that cannot be read is set aside: it is kept and told once, what comes
// behind it comes as ever, and the modem is left as it is.
func TestSlotThatCannotBeRead(t *testing.T) {
	listFails := with(func(p *emulator.Profile) { p.ListFails = 303 })
	for _, how := range []struct {
		spoil emulator.Damage
		told  int
	}{
		{emulator.SpoiltOdd, 1}, {emulator.SpoiltLetter, 1}, {emulator.SpoiltEmpty, 1}, {emulator.SpoiltGone, 1},
		{emulator.SpoiltBlank, 1}, {emulator.SpoiltCut, 1}, {emulator.SpoiltDenied, 0},
	} {
		for way, c := range map[string]setup{
			"":                      {},
			" and not be emptied":   {start: inject(emulator.Fault{Kind: emulator.DeleteFails, Code: 320, Times: 1000})},
			" and +CMGL is refused": {profile: listFails},
		} {
			t.Run(string(how.spoil)+way, func(t *testing.T) {
				inBubble(t, c, func(t *testing.T, r *rig) {
					r.modems[0].Inject(emulator.Fault{Kind: emulator.SlotSpoilt, Line: string(how.spoil)})
					r.pass(time.Minute)
					for _, text := range []string{"to jest zepsute", "TAK"} {
						if err := r.network.Handset(patient).Send(r.sims[0].Number, text); err != nil {
							t.Fatal(err)
						}
						r.pass(time.Minute)
					}
					id := r.sends(0)
					r.pass(2 * time.Hour)
					r.want(id, queue.StatusDelivered)
					texts := r.has()
					if len(texts) == 0 || texts[0] != "TAK" && texts[len(texts)-1] != "TAK" {
						t.Errorf("the inbox has %q", texts)
					}
					if got := len(r.eventTypes("pdu.rejected")); got != how.told {
						t.Errorf("told %d times, want %d", got, how.told)
					}
					r.openedOnce()
				})
			})
		}
	}
}

// A modem that knows its service centre only when it has been told sends.
func TestServiceCentreThatMustBeTold(t *testing.T) {
	e220 := emulator.HuaweiE220()
	for name, profile := range map[string]*emulator.Profile{
		"E220": &e220, "another": with(func(p *emulator.Profile) { p.CentreUntold = true }),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, setup{profile: profile}, func(t *testing.T, r *rig) {
				for i := range 3 {
					id := r.sends(i)
					r.pass(20 * time.Second)
					r.want(id, queue.StatusDelivered)
					if i == 1 { // it forgets
						r.modems[0].Restart()
						r.pass(3 * time.Minute)
					}
				}
				if s := r.status(); !s.PausedUntil.IsZero() {
					t.Errorf("paused for %q", s.PauseReason)
				}
			})
		})
	}
}

// A modem that is busy for a moment after each text is waited for: every text goes
// out in turn, and no recipient is blamed.
func TestBusyForAMoment(t *testing.T) {
	wavecom := emulator.WavecomFastrack()
	profiles := map[string]*emulator.Profile{"Wavecom": &wavecom}
	for _, code := range []int{14, 126, 256, 258, 512, 515, 527} {
		for _, d := range []time.Duration{time.Second, 5 * time.Second} {
			profiles[fmt.Sprintf("%d for %v", code, d)] = with(func(p *emulator.Profile) { p.BusyAfter, p.BusyCode = d, code })
		}
	}
	for name, profile := range profiles {
		t.Run(name, func(t *testing.T) {
			inBubble(t, setup{profile: profile}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				var ids []string
				for i := range 6 {
					ids = append(ids, r.sends(i))
				}
				r.pass(90 * time.Second)
				for _, id := range ids {
					r.want(id, queue.StatusDelivered)
					if m := r.message(id); len(m.Attempts) != 1 {
						t.Errorf("attempts: %+v", m.Attempts)
					}
				}
				if s := r.status(); s.Trouble != nil && !s.Trouble.Over || !s.PausedUntil.IsZero() {
					t.Errorf("trouble %+v, paused for %q", s.Trouble, s.PauseReason)
				}
				r.openedOnce()
			})
		})
	}
}
