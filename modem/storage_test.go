package modem_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/modem"
	"goniec/modem/emulator"
)

func TestStorageShare(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		storage      modem.Storage
		nearly, full bool
	}{
		{modem.Storage{Used: 13, Total: 20}, false, false},
		{modem.Storage{Used: 14, Total: 20}, true, false},
		{modem.Storage{Used: 20, Total: 20}, true, true},
		{modem.Storage{Used: 21, Total: 20}, true, true},
		{modem.Storage{Used: 5}, false, false}, // its size is not told
		{modem.Storage{}, false, false},
	} {
		if s := tt.storage; s.NearlyFull() != tt.nearly || s.Full() != tt.full {
			t.Errorf("%+v: nearly full %v, full %v", s, s.NearlyFull(), s.Full())
		}
	}
}

// storages takes what has been announced of memories, as kind and memory.
func storages(m *modem.Modem) (got []string) {
	for {
		synctest.Wait()
		select {
		case i := <-m.Indications():
			if i.Kind == modem.StorageFilling || i.Kind == modem.StorageFull {
				got = append(got, string(i.Kind)+" "+i.Slot.Memory)
			}
			continue
		default:
			return got
		}
	}
}

// The gauge is that of every memory, and what fills up is announced once.
func TestStorageFills(t *testing.T) {
	t.Parallel()
	profile := emulator.Generic()
	profile.Capacity = 10
	in(t, profile, emulator.SIM{Capacity: 20}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		want := []modem.Storage{{Memory: "SM", Total: 20}, {Memory: "ME", Total: 10}, {Memory: "SR", Total: 10}}
		if diff := cmp.Diff(want, b.modem.Info().Storages); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		before := b.modem.Info()
		receive := func(n int) {
			for range n {
				if err := b.network.Handset(patient).Send(own, "TAK"); err != nil {
					t.Fatal(err)
				}
				<-time.After(10 * time.Second)
			}
			if err := b.modem.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		receive(13)
		if got := storages(b.modem); got != nil {
			t.Errorf("announced %q", got)
		}
		receive(1)
		if diff := cmp.Diff([]string{"storage_filling SM"}, storages(b.modem)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		receive(6)
		if got := storages(b.modem); len(got) == 0 || got[0] != "storage_full SM" && got[0] != "storage_full " {
			t.Errorf("announced %q", got)
		}
		stored, err := b.modem.List(t.Context())
		if err != nil || len(stored) != 20 {
			t.Fatalf("List: %d, %v", len(stored), err)
		}
		for _, s := range stored {
			if err := b.modem.Delete(t.Context(), s.Slot); err != nil {
				t.Fatal(err)
			}
		}
		storages(b.modem)
		if err := b.modem.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := b.modem.Info().Storage; got.Used != 0 || got.Total != 20 {
			t.Errorf("after the sweep: %+v", got)
		}
		receive(14) // it fills up anew, and is announced anew
		if diff := cmp.Diff([]string{"storage_filling SM"}, storages(b.modem)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if before.Storages[0].Used != 0 {
			t.Error("what Info had given out was changed")
		}
	})
}

// What is in a memory that does not receive counts as well: bring-up and List
// look at it.
func TestStorageThatDoesNotReceive(t *testing.T) {
	t.Parallel()
	answers := least(table{
		"AT+CPMS=?":              `+CPMS: ("SM","ME","SR"),("SM","ME"),("SM","ME")`,
		`AT+CPMS="SM","SM","SM"`: "+CPMS: 8,10,8,10,8,10", `AT+CPMS="ME","ME","ME"`: "+CPMS: 0,255,0,255,0,255",
		`AT+CPMS="SM","ME","ME"`: "+CPMS: 10,10,0,255,0,255", `AT+CPMS="SR","ME","ME"`: "+CPMS: 4,5,0,255,0,255",
	})
	script(t, answers.reply, func(t *testing.T, s *scripted) {
		s.open(t)
		if diff := cmp.Diff([]string{"storage_filling SM", "storage_filling SR"}, storages(s.modem)); diff != "" {
			t.Errorf("at bring-up (-want +got):\n%s", diff)
		}
		_, _ = s.modem.List(t.Context()) // the script holds no messages
		if diff := cmp.Diff([]string{"storage_full SM"}, storages(s.modem)); diff != "" {
			t.Errorf("at List (-want +got):\n%s", diff)
		}
		want := []modem.Storage{{Memory: "SM", Used: 10, Total: 10}, {Memory: "ME", Total: 255}, {Memory: "SR", Used: 4, Total: 5}}
		if diff := cmp.Diff(want, s.modem.Info().Storages); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
