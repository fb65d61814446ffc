package store_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"testing"
	"time"

	"goniec/store"
)

func TestIDs(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	start := time.Date(2026, 11, 30, 12, 0, 0, 123_456_789, time.UTC)
	var ids store.IDs
	var made []string
	for _, at := range []time.Duration{0, 0, 0, time.Nanosecond, time.Microsecond, time.Millisecond, -time.Millisecond, 0, time.Hour} {
		id := ids.Next(start.Add(at))
		made = append(made, id.String())
		if !form.MatchString(id.String()) || len(id.String()) != store.IDWidth {
			t.Errorf("%s is no UUIDv7", id)
		}
		if off := store.IDTime(id.String()).Sub(start.Add(at)).Abs(); off > 3*time.Millisecond {
			t.Errorf("%s is %v off", id, off)
		}
		if lowest := store.LowestID(start.Add(at)); lowest > id.String() {
			t.Errorf("%s is before %s", id, lowest)
		}
		text, err := json.Marshal(id)
		var back store.ID
		if err := errors.Join(err, json.Unmarshal(text, &back)); err != nil || back != id {
			t.Errorf("%s comes back as %s, %v", id, back, err)
		}
	}
	if !slices.IsSorted(made) || len(slices.Compact(slices.Clone(made))) != len(made) {
		t.Errorf("not in the order of their making: %q", made)
	}
}

func TestNoIDs(t *testing.T) {
	t.Parallel()
	const good = "01936c2e-aaaa-7bbb-8ccc-dddddddddddd"
	for _, text := range []string{"", good[1:], good + "0", "01936c2eaaaa7bbb8cccdddddddddddd", "01936c2e-aaaa-7bbb-8ccc_dddddddddddd", "01936c2e-aaaa-7bbb-8ccc-ddddddddddd-", "g1936c2e-aaaa-7bbb-8ccc-dddddddddddd"} {
		var id store.ID
		if err := id.UnmarshalText([]byte(text)); !errors.Is(err, store.ErrRecord) || id != (store.ID{}) {
			t.Errorf("%q: %v, %v, want ErrRecord", text, id, err)
		}
		if got := store.IDTime(text); got.Unix() != 0 {
			t.Errorf("the time in %q is %v", text, got)
		}
	}
}
