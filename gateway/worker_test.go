package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/catalogue"
	"goniec/event"
	"goniec/gateway"
	"goniec/inbox"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/queue"
	"goniec/store/memstore"
)

func TestAbsentAtTheStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{})
		r.modems[0].Unplug()
		r.start()
		id := r.put()
		begin := time.Now()
		r.pass(10 * time.Minute)
		r.wantState(modem.Absent)
		r.want(id, queue.StatusQueued)
		if s := r.status(); s.Since.Sub(begin) > time.Second {
			t.Errorf("out of service since %v, want %v: every try counts as a change", s.Since, begin)
		}
		if s := r.status(); s.Trouble == nil || s.Trouble.Code != "absent" || !catalogue.Has(s.Trouble.Remedy) {
			t.Errorf("trouble %+v", s.Trouble)
		}
		if said := strings.Count(r.log.String(), "modem is out of service"); said != 1 {
			t.Errorf("said %d times within ten minutes, want once", said)
		}
		r.modems[0].Plug()
		r.pass(time.Minute + 30*time.Second)
		r.wantState(modem.Ready)
		if s := r.status(); time.Since(s.Since) > 2*time.Minute {
			t.Errorf("ready since %v, which is when it went out of service", s.Since)
		}
		r.want(id, queue.StatusDelivered)
		r.stop()
	})
}

func TestLostAndBack(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(2 * time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.Unplugged, For: 20 * time.Second})
		id := r.put()
		r.pass(2 * time.Minute)
		r.want(id, queue.StatusDelivered)
		states := r.eventTypes("modem.state")
		if len(states) < 3 { // ready, faulted or absent, ready
			t.Errorf("events %v", states)
		}
	})
}

func TestDeafModem(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.Deaf, For: 5 * time.Minute})
		id := r.put()
		r.pass(15 * time.Minute)
		r.want(id, queue.StatusDelivered)
		if got := r.accepted(); got != 1 {
			t.Errorf("%d copies", got)
		}
	})
}

func TestNoPrompt(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.modems[0].Inject(emulator.Fault{Kind: emulator.NoPrompt, Times: 2})
		id := r.put()
		r.pass(10 * time.Minute)
		r.want(id, queue.StatusDelivered)
		if got := r.accepted(); got != 1 {
			t.Errorf("%d copies", got)
		}
	})
}

// TestPluggedInAgain has a modem absent for so long that it is tried once a minute
// only, and wants it back at once when it is plugged in.
func TestPluggedInAgain(t *testing.T) {
	var device *emulator.Modem
	var plugged atomic.Bool
	inBubble(t, setup{config: func(c *gateway.Config) {
		m := &c.Modems[0].Config
		m.Device, m.Open = "/dev/modem", nil
		m.OpenDevice = func(ctx context.Context, _ string) (modem.Port, error) { return device.Dial(ctx) }
		m.Ports = func() ([]modem.PortInfo, error) {
			if plugged.Load() {
				return []modem.PortInfo{{Device: "/dev/modem"}}, nil
			}
			return nil, nil
		}
	}, start: func(r *rig) { device = r.modems[0]; device.Unplug() }}, func(t *testing.T, r *rig) {
		r.pass(10 * time.Minute)
		r.wantState(modem.Absent)
		device.Plug()
		plugged.Store(true)
		r.pass(10 * time.Second)
		r.wantState(modem.Ready)
	})
}

func TestServiceLost(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.ServiceLost, For: time.Hour})
		r.pass(time.Second)
		id := r.put()
		r.pass(30 * time.Minute)
		r.want(id, queue.StatusQueued)
		if m := r.message(id); m.AttemptCount > 1 {
			t.Errorf("%d attempts without a network", m.AttemptCount)
		}
		r.pass(time.Hour)
		r.want(id, queue.StatusDelivered)
	})
}

func TestBarredSIMIsParked(t *testing.T) {
	inBubble(t, setup{modems: 2, options: emulator.Options{Latency: emulator.Latency{Air: 3 * time.Second}}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 8, Times: 1000})
		var ids []string
		for i := range 20 {
			ids = append(ids, r.put(r.to(fmt.Sprintf("+486001003%02d", i))))
		}
		r.pass(2 * time.Minute)
		r.wantState(modem.Parked)
		if s := r.status(); s.Trouble == nil || s.Trouble.Code != "cms_8" || !catalogue.Has(s.Trouble.Remedy) {
			t.Errorf("trouble %+v", s.Trouble)
		}
		for _, id := range ids {
			r.want(id, queue.StatusDelivered)
		}
		if s := r.gateway.Modems()[1]; s.Sent != 20 {
			t.Errorf("the other modem sent %d, want all 20", s.Sent)
		}
	})
}

func TestParkedIsTriedAgain(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 28})
		id := r.put()
		r.pass(5 * time.Minute)
		r.wantState(modem.Parked)
		r.want(id, queue.StatusQueued)
		r.pass(15 * time.Minute)
		r.wantState(modem.Ready)
		r.want(id, queue.StatusDelivered)
	})
}

func TestManyRefusalsMeanTheSIM(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 10, Times: 3})
		var ids []string
		for _, number := range []string{"+48600100201", "+48600100202", "+48600100203", "+48600100204"} {
			ids = append(ids, r.put(r.to(number)))
			r.pass(6 * time.Second) // what comes within a moment is one fault
		}
		r.pass(time.Minute)
		r.wantState(modem.Parked)
		r.want(ids[0], queue.StatusFailed)
		r.want(ids[1], queue.StatusFailed)
		r.want(ids[2], queue.StatusQueued) // by then it was the SIM
		r.pass(30 * time.Minute)
		r.want(ids[2], queue.StatusDelivered)
		r.want(ids[3], queue.StatusDelivered)
	})
}

func TestRestart(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 28})
		id := r.put()
		r.pass(time.Minute)
		r.wantState(modem.Parked)
		if err := r.gateway.Restart(t.Context(), "sim-a"); err != nil {
			t.Fatal(err)
		}
		r.pass(30 * time.Second)
		r.wantState(modem.Ready)
		r.want(id, queue.StatusDelivered)
		before := r.status().Since
		if err := r.gateway.Restart(t.Context(), "sim-a"); err != nil {
			t.Fatal(err)
		}
		r.pass(30 * time.Second)
		r.wantState(modem.Ready)
		if after := r.status().Since; !after.After(before) {
			t.Errorf("ready since %v, as before the restart", after)
		}
		if err := r.gateway.Restart(t.Context(), "nobody"); !errors.Is(err, gateway.ErrUnknownModem) {
			t.Errorf("restart of an unknown modem = %v", err)
		}
	})
}

// TestRestartBetweenLives asks for a restart while a parked modem is away and the
// next try would be minutes off.
func TestRestartBetweenLives(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 28})
		id := r.put()
		r.pass(time.Second)
		r.wantState(modem.Parked)
		r.modems[0].Unplug()
		r.pass(5*time.Minute + time.Second)
		r.wantState(modem.Absent)
		r.modems[0].Plug()
		if err := r.gateway.Restart(t.Context(), "sim-a"); err != nil {
			t.Fatal(err)
		}
		r.pass(10 * time.Second)
		r.wantState(modem.Ready)
		r.want(id, queue.StatusDelivered)
	})
}

// TestStopAgainstSetModems lets the race detector see that no worker starts
// behind a stop.
func TestStopAgainstSetModems(t *testing.T) {
	t.Parallel()
	for range 200 {
		s := memstore.New()
		e := event.New(s, "box")
		q, err := queue.New(queue.Config{Store: s, Events: e})
		if err != nil {
			t.Fatal(err)
		}
		in, err := inbox.New(inbox.Config{Store: s, Events: e, Queue: q})
		if err != nil {
			t.Fatal(err)
		}
		g := gateway.New(gateway.Config{Store: s, Queue: q, Inbox: in, Events: e})
		if err := g.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() {
			g.SetModems([]gateway.ModemConfig{{Config: modem.Config{Name: "x", Device: "/nonexistent"}}})
		})
		both.Go(func() {
			if err := g.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
	}
}

func TestRestartWaitsForTheSubmission(t *testing.T) {
	inBubble(t, setup{options: emulator.Options{Latency: emulator.Latency{Air: 30 * time.Second}}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		id := r.put()
		r.pass(5 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.gateway.Restart(ctx, "sim-a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("restart in the middle of a submission = %v", err)
		}
		r.pass(5 * time.Minute)
		r.want(id, queue.StatusDelivered)
		if got := r.accepted(); got != 1 {
			t.Errorf("%d copies", got)
		}
	})
}

func TestSetModems(t *testing.T) {
	inBubble(t, setup{modems: 3}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		since := map[string]time.Time{}
		for _, s := range r.gateway.Modems() {
			since[s.Name] = s.Since
		}
		kept, changed := r.configs[0], r.configs[1]
		kept.Pace.PerDay = 1
		changed.Revision = "another PIN"
		r.gateway.SetModems([]gateway.ModemConfig{changed, kept, kept})
		r.pass(time.Minute)
		var names []string
		for _, s := range r.gateway.Modems() {
			names = append(names, s.Name)
			if restarted := s.Since.After(since[s.Name]); restarted != (s.Name == "sim-b") {
				t.Errorf("%s was restarted: %v", s.Name, restarted)
			}
			if s.State != modem.Ready {
				t.Errorf("%s is %s", s.Name, s.State)
			}
		}
		if diff := cmp.Diff([]string{"sim-b", "sim-a"}, names); diff != "" {
			t.Error(diff)
		}
		for range 6 {
			r.put(func(d *queue.Draft) { d.Modem = "sim-a" })
		}
		r.pass(time.Minute)
		if got := r.accepted(); got != 1 {
			t.Errorf("%d parts left with a budget of one a day", got)
		}
	})
}

// TestSetModemsHandsThePortOver renames a modem, and has two exchange their ports:
// a port is opened only after the worker that had it has closed it.
func TestSetModemsHandsThePortOver(t *testing.T) {
	inBubble(t, setup{modems: 2}, func(t *testing.T, r *rig) {
		var mu sync.Mutex
		taken := map[string]bool{}
		ports := r.configs
		port := func(name string, i int) gateway.ModemConfig {
			device := ports[i].Name
			c := gateway.ModemConfig{Config: modem.Config{Name: name, Device: "/dev/" + device}}
			c.OpenDevice = func(ctx context.Context, _ string) (modem.Port, error) {
				mu.Lock()
				defer mu.Unlock()
				if taken[device] {
					return nil, modem.ErrBusy
				}
				p, err := ports[i].Open(ctx)
				if err != nil {
					return nil, err
				}
				taken[device] = true
				return &exclusive{Port: p, free: func() {
					mu.Lock()
					defer mu.Unlock()
					delete(taken, device)
				}}, nil
			}
			return c
		}
		for _, list := range [][]gateway.ModemConfig{
			{port("x", 0), port("y", 1)},
			{port("x", 1), port("y", 0)},
			{port("new", 1), port("y", 0)},
		} {
			r.gateway.SetModems(list)
			r.pass(3 * time.Second)
			for _, s := range r.gateway.Modems() {
				if s.State != modem.Ready || s.Trouble != nil {
					t.Errorf("%s at %s is %s, %+v", s.Name, s.Device, s.State, s.Trouble)
				}
			}
		}
	})
}

// exclusive is a port that says when it is closed.
type exclusive struct {
	modem.Port
	free func()
}

func (e *exclusive) Close() error {
	defer e.free()
	return e.Port.Close()
}

// TestPanicInAWorker has the port panic: the worker must survive and the modem
// be opened again.
func TestPanicInAWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{})
		opens := 0
		c := r.configs[0]
		dial := c.Open
		c.Open = func(ctx context.Context) (modem.Port, error) {
			if opens++; opens == 1 {
				panic("a bug")
			}
			return dial(ctx)
		}
		c.Revision = "panics"
		r.gateway.SetModems([]gateway.ModemConfig{c})
		r.start()
		r.pass(time.Second)
		if s := r.status(); s.Trouble == nil || s.Trouble.Code != "panic" {
			t.Errorf("trouble %+v", s.Trouble)
		}
		id := r.put()
		r.pass(time.Minute)
		r.want(id, queue.StatusDelivered)
		r.stop()
	})
}

func TestStartTwice(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		if err := r.gateway.Start(t.Context()); err == nil {
			t.Error("started twice")
		}
	})
}

// TestProfileIsShown wants the profile that a modem was set up by in its status and in
// the log.
func TestProfileIsShown(t *testing.T) {
	device := emulator.HuaweiE3372()
	inBubble(t, setup{profile: &device}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		if s := r.status(); s.Profile != "huawei-lte" || !strings.Contains(r.log.String(), "profile=huawei-lte") {
			t.Errorf("profile %q in the status; log:\n%s", s.Profile, r.log.String())
		}
	})
}
