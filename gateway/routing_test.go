package gateway_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/gateway"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/store"
)

// someone returns the n-th of many numbers.
func someone(n int) string { return fmt.Sprintf("+48601%06d", n) }

// ways returns by which modems each number was sent to, "ab" for first sim-a and
// then sim-b.
func (r *rig) ways() map[string]string {
	r.t.Helper()
	ways := map[string]string{}
	for _, a := range r.network.Accepted() {
		i := slices.IndexFunc(r.sims, func(s *emulator.SIM) bool { return s.Number == a.SIM })
		ways[a.To] += string(rune('a' + i))
	}
	return ways
}

// shares returns how many parts each modem has sent.
func (r *rig) shares() []int {
	shares := make([]int, len(r.sims))
	for _, way := range r.ways() {
		for i := range shares {
			shares[i] += strings.Count(way, string(rune('a'+i)))
		}
	}
	return shares
}

// wantWay checks by which modems a number was sent to.
func (r *rig) wantWay(number, want string) {
	r.t.Helper()
	if got := r.ways()[number]; got != want {
		r.t.Errorf("%s was written to by %q, want %q", number[len(number)-3:], got, want)
	}
}

// TestThreadStaysOnItsSIM sends many texts to many numbers at once, over and over:
// each number hears from one SIM only, and both SIMs have some.
func TestThreadStaysOnItsSIM(t *testing.T) {
	for _, modems := range []int{2, 4} {
		t.Run(fmt.Sprint(modems, " modems"), func(t *testing.T) {
			inBubble(t, setup{modems: modems, options: emulator.Options{Latency: emulator.Latency{Air: 300 * time.Millisecond}}}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				const numbers, rounds = 24, 6
				for range rounds {
					for i := range numbers {
						r.put(r.to(someone(i)))
						r.put(r.to(someone(i)))
					}
					r.pass(time.Minute)
				}
				used := map[string]int{}
				for number, way := range r.ways() {
					if len(way) != 2*rounds || strings.Trim(way, way[:1]) != "" {
						t.Errorf("%s was written to by %q", number[len(number)-3:], way)
					}
					used[way[:1]]++
				}
				for sim, n := range used {
					if len(used) != modems || n < numbers/modems/2 {
						t.Errorf("%s has %d of %d numbers: %v", sim, n, numbers, used)
					}
				}
			})
		})
	}
}

// TestAnswerLeavesByTheSIMWrittenTo: who writes to a SIM is answered by it, and a
// thread follows the patient who writes to another.
func TestAnswerLeavesByTheSIMWrittenTo(t *testing.T) {
	inBubble(t, setup{modems: 3}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		want := ""
		for _, heard := range []int{2, -1, 1, 1, -1, 0} {
			if heard >= 0 {
				if err := r.network.Handset(patient).Send(r.sims[heard].Number, "TAK"); err != nil {
					t.Error(err)
				}
				want += string(rune('a' + heard))
			} else {
				want += want[len(want)-1:]
			}
			r.pass(time.Minute)
			r.put()
			r.put(r.to(someone(heard + 1))) // so that no modem's turn decides
			r.pass(time.Minute)
		}
		r.wantWay(patient, want)
	})
}

// settled returns numbers that each SIM has written to, by SIM.
func (r *rig) settled() (numbers [][]string) {
	r.t.Helper()
	numbers = make([][]string, len(r.sims))
	for i := range r.sims {
		for k := range 4 {
			number := someone(100*i + k)
			r.put(r.to(number), by(r.configs[i].Name))
			numbers[i] = append(numbers[i], number)
		}
	}
	r.pass(time.Minute)
	return numbers
}

// writeTo sends each of the numbers a text.
func (r *rig) writeTo(numbers []string) {
	for _, number := range numbers {
		r.put(r.to(number))
	}
}

// wantWays checks the ways of several numbers.
func (r *rig) wantWays(numbers []string, want string) {
	r.t.Helper()
	for _, number := range numbers {
		r.wantWay(number, want)
	}
}

// TestFailoverOfAnAbsentModem: what is meant for a modem that has gone waits a
// minute for it, and goes by another when it does not come back. Threads that were
// written to meanwhile stay with the other, those that were not return.
func TestFailoverOfAnAbsentModem(t *testing.T) {
	inBubble(t, setup{modems: 2, usb: true}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		b := r.settled()[1]
		r.modems[1].Unplug()
		r.pass(5 * time.Second)
		r.writeTo(b[:2])
		r.pass(40 * time.Second)
		r.wantWays(b[:2], "b")
		r.pass(30 * time.Second)
		r.wantWays(b[:2], "ba")
		r.modems[1].Plug()
		r.pass(time.Minute)
		r.writeTo(b)
		r.pass(time.Minute)
		r.wantWays(b[:2], "baa")
		r.wantWays(b[2:], "bb")
	})
}

// TestThreadsOutliveShortAbsence: a modem that is back within the grace keeps its
// threads, also when the box itself was restarted and another modem is ready first.
func TestThreadsOutliveShortAbsence(t *testing.T) {
	inBubble(t, setup{modems: 2, usb: true}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		b := r.settled()[1]
		r.modems[1].Unplug()
		r.pass(5 * time.Second)
		r.writeTo(b)
		r.pass(20 * time.Second)
		r.modems[1].Plug()
		r.pass(time.Minute)
		r.wantWays(b, "bb")
		r.modems[1].Unplug()
		r.writeTo(b)
		r.restartGateway()
		r.pass(30 * time.Second)
		r.modems[1].Plug()
		r.pass(time.Minute)
		r.wantWays(b, "bbb")
	})
}

// TestFailoverOfAParkedModem: what is meant for a SIM that is refused goes by the
// other at once, and so does its backlog.
func TestFailoverOfAParkedModem(t *testing.T) {
	inBubble(t, setup{modems: 2, options: emulator.Options{Latency: emulator.Latency{Air: time.Second}}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		b := r.settled()[1]
		r.modems[1].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 28, Times: 1})
		began := time.Now()
		r.writeTo(b)
		r.pass(20 * time.Second)
		if s := r.gateway.Modems()[1]; s.State != modem.Parked {
			t.Errorf("modem is %s, want parked", s.State)
		}
		r.wantWays(b, "ba")
		last := r.network.Accepted()[r.accepted()-1].At
		if took := last.Sub(began); took > 10*time.Second {
			t.Errorf("the backlog took %v to go by the other", took)
		}
	})
}

// TestFailoverOfASpentBudget: the thread of a SIM whose budget of the day is spent
// goes by the other, a pause of seconds moves nothing.
func TestFailoverOfASpentBudget(t *testing.T) {
	inBubble(t, setup{modems: 2, config: func(c *gateway.Config) {
		c.Modems = slices.Clone(c.Modems)
		c.Modems[1].Pace = gateway.Pace{PerMinute: 4, PerDay: 12}
	}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		b := r.settled()[1] // four parts
		r.writeTo(b)
		r.writeTo(b)
		r.pass(30 * time.Second)
		r.wantWays(b, "bb") // the rest waits for a minute to be over
		r.pass(2 * time.Minute)
		r.wantWays(b, "bbb")
		r.writeTo(b[:2])
		r.pass(time.Second)
		r.wantWays(b[:2], "bbba") // now the budget is spent
		r.pass(24 * time.Hour)
		r.writeTo(b)
		r.pass(2 * time.Minute)
		r.wantWays(b[:2], "bbbaa")
		r.wantWays(b[2:], "bbbb")
	})
}

// TestLongMessageKeepsItsSIM: of a long message whose first part has left nothing
// goes by another SIM, failover or not.
func TestLongMessageKeepsItsSIM(t *testing.T) {
	inBubble(t, setup{modems: 2, usb: true, options: emulator.Options{Latency: emulator.Latency{Air: 3 * time.Second}}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		number := r.settled()[1][0]
		r.put(r.to(number), long)
		r.pass(4 * time.Second)
		r.modems[1].Unplug()
		r.pass(5 * time.Minute)
		left := r.ways()[number]
		if strings.Contains(left, "a") || len(left) < 2 {
			t.Errorf("parts left by %q, want some by b and none by a", left)
		}
		r.modems[1].Plug()
		r.pass(15 * time.Minute)
		if got := r.ways()[number]; strings.Contains(got, "a") || len(got) < 4 {
			t.Errorf("parts left by %q, want all by b", got)
		}
	})
}

// TestPrefixes: numbers go by the modem with the longest prefix that fits, unless a
// thread has begun elsewhere, and by another while that modem is parked.
func TestPrefixes(t *testing.T) {
	prefixes := func(c *gateway.Config) {
		c.Modems = slices.Clone(c.Modems)
		c.Modems[1].Prefixes = []string{"+48", "+4915"}
		c.Modems[2].Prefixes = []string{"+49", "+4860"}
	}
	inBubble(t, setup{modems: 3, config: prefixes}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		// The number that no prefix fits comes last: by then sim-a alone has sent nothing,
		// so it has been idle longest. At the start all three have been idle equally long.
		for _, c := range []struct{ number, want string }{
			{"+48501000001", "b"}, {"+48601000001", "c"}, {"+4915112345678", "b"}, {"+4917112345678", "c"}, {"+420601000001", "a"},
		} {
			r.put(r.to(c.number))
			r.pass(time.Second)
			r.wantWay(c.number, c.want)
		}
		r.put(r.to("+48501000009"), by("sim-a"))
		r.pass(time.Second)
		r.put(r.to("+48501000009"))
		r.pass(time.Second)
		r.wantWay("+48501000009", "aa")
		r.modems[2].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 28, Times: 1})
		r.put(r.to("+48601000002"))
		r.put(r.to("+48601000003"))
		r.pass(10 * time.Second)
		for _, number := range []string{"+48601000002", "+48601000003"} {
			if way := r.ways()[number]; way != "a" && way != "b" {
				t.Errorf("with its modem parked %s went by %q", number, way)
			}
		}
	})
}

// TestModemsTakeTurns: at low load each modem has its share of the new numbers.
func TestModemsTakeTurns(t *testing.T) {
	for _, modems := range []int{2, 3} {
		t.Run(fmt.Sprint(modems, " modems"), func(t *testing.T) {
			inBubble(t, setup{modems: modems}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				for i := range 198 {
					r.put(r.to(someone(i)))
					r.pass(3 * time.Second)
				}
				for _, got := range r.shares() {
					if want := 198 / modems; got < want-2 || got > want+2 {
						t.Errorf("shares are %v, want %d each", r.shares(), want)
					}
				}
			})
		})
	}
}

// TestTurnsSlowNothing: under load both modems send as fast as they can; and one that
// was away is not flooded when it is back.
func TestTurnsSlowNothing(t *testing.T) {
	inBubble(t, setup{
		modems: 2, usb: true,
		options: emulator.Options{Latency: emulator.Latency{Air: time.Second}, ReportDelay: 100 * time.Hour},
	}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		began := time.Now()
		for i := range 200 {
			r.put(r.to(someone(i)))
		}
		r.pass(3 * time.Minute)
		accepted := r.network.Accepted()
		if len(accepted) != 200 {
			t.Fatalf("%d have left, want 200", len(accepted))
		}
		if took := accepted[199].At.Sub(began); took > 102*time.Second {
			t.Errorf("200 parts of a second took two modems %v", took)
		}
		r.modems[1].Unplug()
		for i := range 100 {
			r.put(r.to(someone(1000 + i)))
			r.pass(3 * time.Second)
		}
		r.modems[1].Plug()
		r.pass(time.Minute)
		before := r.shares()[1]
		for i := range 40 {
			r.put(r.to(someone(2000 + i)))
			r.pass(3 * time.Second)
		}
		if got := r.shares()[1] - before; got < 18 || got > 22 {
			t.Errorf("one of two modems sent %d of 40 when it was back", got)
		}
	})
}

// TestTurnsNeverStall: a modem whose turn it is and that does not look holds
// nothing up.
func TestTurnsNeverStall(t *testing.T) {
	inBubble(t, setup{modems: 2}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.put(by("sim-b")) // so that it is the turn of sim-a
		r.pass(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- r.gateway.Do(ctx, "sim-a", func(ctx context.Context, _ *modem.Modem) error {
				<-ctx.Done()
				return nil
			})
		}()
		synctest.Wait()
		for i := range 5 {
			began := time.Now()
			r.put(r.to(someone(i)))
			r.pass(time.Second)
			accepted := r.network.Accepted()
			if len(accepted) != i+2 {
				t.Errorf("%d have left, want %d", len(accepted), i+2)
				break
			}
			if took := accepted[i+1].At.Sub(began); took > 100*time.Millisecond || i > 0 && took > 10*time.Millisecond {
				t.Errorf("text %d waited %v for a modem that does not look", i, took)
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if got := r.shares()[1]; got != 6 {
			t.Errorf("the other has sent %d, want 6", got)
		}
	})
}

// TestPrefixesChangeWhileRunning restarts no modem.
func TestPrefixesChangeWhileRunning(t *testing.T) {
	inBubble(t, setup{modems: 2}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		modems := slices.Clone(r.configs)
		modems[1].Prefixes = []string{"+48"}
		r.gateway.SetModems(modems)
		for i := range 6 {
			r.put(r.to(someone(i)))
		}
		r.pass(time.Minute)
		if got := r.shares(); got[1] != 6 {
			t.Errorf("shares are %v although all numbers are meant for sim-b", got)
		}
		if got := strings.Count(r.log.String(), "modem is ready"); got != 2 {
			t.Errorf("modems became ready %d times, want once each", got)
		}
	})
}

// TestForgottenNumbers: who was not written to for as long as records are kept is
// forgotten, the others are not.
func TestForgottenNumbers(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.writeTo([]string{someone(1), someone(2)})
		r.pass(25 * time.Hour)
		r.writeTo([]string{someone(2)})
		r.pass(time.Hour)
		if err := r.queue.Prune(t.Context(), 24*time.Hour, 25*time.Hour); err != nil {
			t.Error(err)
		}
		if got := r.contacts(); len(got) != 1 || !strings.Contains(got[0], "000002") {
			t.Errorf("known are %q, want the second alone", got)
		}
		r.pass(23 * time.Hour) // since it was written to; it is known for longer
		if err := r.queue.Prune(t.Context(), 24*time.Hour, 25*time.Hour); err != nil {
			t.Error(err)
		}
		if got := r.contacts(); len(got) != 1 {
			t.Errorf("known are %q although records of it are kept", got)
		}
		r.pass(2 * time.Hour)
		if err := r.queue.Prune(t.Context(), 24*time.Hour, 25*time.Hour); err != nil {
			t.Error(err)
		}
		if got := r.contacts(); len(got) != 0 {
			t.Errorf("known are %q", got)
		}
	})
}

// contacts returns the keys of the numbers that routing knows.
func (r *rig) contacts() (keys []string) {
	r.t.Helper()
	err := r.store.View(r.t.Context(), func(s store.Reader) error {
		pairs, err := s.Scan("who/", store.PrefixEnd("who/"), 0)
		for _, pair := range pairs {
			keys = append(keys, pair.Key)
		}
		return err
	})
	if err != nil {
		r.t.Error(err)
	}
	return keys
}
