package gateway_test

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/modem/emulator"
	"goniec/queue"
	"goniec/store/memstore"
)

// crash runs a world whose lives are killed at the steps given, one a life, and
// returns what was found, at what the lives were killed, and the steps of the first.
func crash(t *testing.T, c wreckage, killAt ...int) (f finding, deaths []string, steps int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &wreck{t: t, world: memstore.New(), wreckage: c, killAt: killAt, log: &safeBuffer{}}
		w.network = emulator.NewNetwork(emulator.Options{
			Seed: 1, Latency: emulator.Latency{Air: time.Second}, ReportDelay: c.reportDelay,
		})
		w.card = w.network.AddSIM(emulator.SIM{})
		w.device = w.network.NewModem(c.profile, w.card)
		f = w.compare(w.run())
		w.down = 0
		w.end()
		deaths, steps = w.deaths, w.steps
		if err := w.network.Close(); err != nil {
			t.Error(err)
		}
		if err := w.world.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, deaths, steps
}

// tally is what kills at one kind of step have done.
type tally struct{ kills, lost, uncertain, doubled int }

// crashCase is a world in which the gateway is killed at each step in turn.
type crashCase struct {
	name string
	wreckage
	every int // make test kills at every so many steps, make soak at all
	// excused says that a part may have been sent twice if it was called uncertain
	// before: no program ran when its answer and its report came.
	excused bool
}

// crashCases are the worlds: with reports that come when the gateway is back, for a
// modem of each kind of set-up; with reports that come while it is away; without any.
func crashCases() []crashCase {
	const back, away = 6 * time.Second, 2 * time.Second
	resend := queue.WaitThenResend
	cases := []crashCase{
		{"generic", wreckage{emulator.Generic(), resend, 3 * time.Second, back}, 23, false},
		{"generic, away when the report comes", wreckage{emulator.Generic(), resend, time.Minute, away}, 61, false},
		{"generic, a person decides", wreckage{emulator.Generic(), queue.Hold, time.Minute, away}, 71, false},
		{"huawei-e3372", wreckage{emulator.HuaweiE3372(), resend, 3 * time.Second, back}, 67, false},
		{"huawei-e3372, away when the report comes", wreckage{emulator.HuaweiE3372(), resend, time.Minute, away}, 67, true},
		{"a7670, gives no reports", wreckage{emulator.A7670(), resend, 3 * time.Second, back}, 47, true},
		{"a7670, gives no reports, a person decides", wreckage{emulator.A7670(), queue.Hold, 3 * time.Second, back}, 71, false},
	}
	if os.Getenv("GONIEC_SOAK") == "" {
		return cases
	}
	for _, p := range []emulator.Profile{
		emulator.QuectelEC25(), emulator.SIM800(), emulator.SIM7600(), emulator.ZTE(), emulator.Telit(), emulator.Sierra(),
	} {
		cases = append(cases, crashCase{p.Name, wreckage{p, resend, 3 * time.Second, back}, 1, false})
	}
	return append(cases, crashCase{"cinterion, gives no reports", wreckage{emulator.Cinterion(), resend, 3 * time.Second, back}, 1, true})
}

// TestSoakCrashAtEveryStep kills the gateway at each single step of the way of five parts
// out and five parts in: before and after each commit, before, in and after each line
// to the modem, before each answer is read. The network's own record says what became
// of it. Where reports reach us nothing is lost or sent twice.
func TestSoakCrashAtEveryStep(t *testing.T) {
	for _, c := range crashCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if os.Getenv("GONIEC_SOAK") != "" {
				c.every = 1
			}
			f, _, steps := crash(t, c.wreckage)
			if !f.clean() || f.uncertain > 0 {
				t.Errorf("without a kill: %+v", f)
			}
			seen := map[string]tally{}
			for at := 1; at <= steps; at += c.every {
				f, deaths, _ := crash(t, c.wreckage, at)
				if len(deaths) == 0 {
					continue // it took a step less than the last time
				}
				s, total := seen[deaths[0]], seen[""]
				for _, s := range []*tally{&s, &total} {
					s.kills++
					s.lost += f.lost + f.lostIn
					s.uncertain += f.uncertain
					s.doubled += f.doubled
				}
				seen[deaths[0]], seen[""] = s, total
				doubled := f.doubled
				if c.excused && doubled <= f.uncertain {
					f.doubled = 0
				}
				if !f.clean() {
					f.doubled = doubled
					t.Errorf("killed at step %d, %s: %+v", at, deaths[0], f)
				}
			}
			logTally(t, seen)
		})
	}
}

// logTally logs what was seen; in full where a part became uncertain.
func logTally(t *testing.T, seen map[string]tally) {
	t.Helper()
	total := seen[""]
	delete(seen, "")
	t.Logf("%d kills at %d kinds of steps: lost %d, uncertain %d, doubled %d", total.kills, len(seen), total.lost, total.uncertain, total.doubled)
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if s := seen[name]; s.uncertain > 0 {
			t.Logf("%s: %d kills, uncertain %d, doubled %d", name, s.kills, s.uncertain, s.doubled)
		}
	}
}

// TestSoakCrashAgain kills one life after the other, at random, some while they start:
// ten in each world.
func TestSoakCrashAgain(t *testing.T) {
	worlds := 6
	if os.Getenv("GONIEC_SOAK") != "" {
		worlds = 300
	}
	for _, policy := range []queue.Policy{queue.WaitThenResend, queue.Hold} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			var kills, uncertain, held, wrong int
			for seed := range worlds {
				random := rand.New(rand.NewPCG(uint64(seed), 4))
				at := make([]int, 10)
				for i := range at {
					at[i] = 1 + random.IntN(cmp.Or(random.IntN(2)*300, 40))
				}
				downs := []time.Duration{0, 3 * time.Second, 20 * time.Second, time.Minute, 30 * time.Minute}
				c := wreckage{emulator.Generic(), policy, downs[random.IntN(len(downs))], 4 * time.Second}
				f, deaths, _ := crash(t, c, at...)
				kills, uncertain, held = kills+len(deaths), uncertain+f.uncertain, held+f.held
				if !f.clean() {
					wrong++
					t.Errorf("world %d, killed %s: %+v", seed, strings.Join(deaths, ", then "), f)
				}
			}
			t.Logf("%d kills in %d worlds: something lost or doubled in %d, uncertain %d, left to a person %d", kills, worlds, wrong, uncertain, held)
		})
	}
}
