package gateway_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"goniec/gateway"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/queue"
)

func TestDo(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		ctx := t.Context()
		var imei string
		err := r.gateway.Do(ctx, "sim-a", func(_ context.Context, m *modem.Modem) error {
			imei = m.Info().IMEI
			return nil
		})
		if err != nil || imei != r.modems[0].IMEI() {
			t.Errorf("read the number %q of the modem: %v", imei, err)
		}
		mine := errors.New("mine")
		if err := r.gateway.Do(ctx, "sim-a", func(context.Context, *modem.Modem) error { return mine }); !errors.Is(err, mine) {
			t.Errorf("error %v, want that of the function", err)
		}
		if err := r.gateway.Do(ctx, "sim-x", nil); !errors.Is(err, gateway.ErrUnknownModem) {
			t.Errorf("error %v of an unknown modem", err)
		}
		r.modems[0].Unplug()
		r.pass(time.Minute)
		if err := r.gateway.Do(ctx, "sim-a", nil); !errors.Is(err, gateway.ErrNotOpen) {
			t.Errorf("error %v of a modem that is not there", err)
		}
	})
}

// TestDoBetweenParts: a queue that never ends does not keep others from the modem,
// and no command reaches it while a part is on its way.
func TestDoBetweenParts(t *testing.T) {
	inBubble(t, setup{options: emulator.Options{Latency: emulator.Latency{Air: 2 * time.Second}}}, func(t *testing.T, r *rig) {
		for range 50 {
			r.put()
		}
		r.pass(time.Minute)
		asked := time.Now()
		if err := r.gateway.Do(t.Context(), "sim-a", func(ctx context.Context, m *modem.Modem) error { return m.Refresh(ctx) }); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(asked); took > 3*time.Second {
			t.Errorf("it took %s until the modem was free", took)
		}
		r.pass(5 * time.Minute)
		if got := r.accepted(); got != 50 {
			t.Errorf("%d parts left, want 50", got)
		}
	})
}

// TestDoThatLeavesTheModemSilent: a fault that comes out of what was asked for is
// mended like any other.
func TestDoThatLeavesTheModemSilent(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(30 * time.Second)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.Deaf, For: 15 * time.Second})
		err := r.gateway.Do(t.Context(), "sim-a", func(ctx context.Context, m *modem.Modem) error { return m.Refresh(ctx) })
		if err == nil {
			t.Error("a deaf modem answered")
		}
		r.pass(time.Minute)
		id := r.put()
		r.pass(10 * time.Second)
		r.want(id, queue.StatusDelivered)
	})
}

func TestDoPanics(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		err := r.gateway.Do(t.Context(), "sim-a", func(context.Context, *modem.Modem) error { panic("a bug") })
		if err == nil {
			t.Error("no error")
		}
		r.pass(time.Minute)
		r.wantState(modem.Ready)
	})
}
