package inbox_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"goniec/inbox"
	"goniec/store"
)

func TestInboxFilters(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		begin := time.Now()
		for i := range 10 {
			b.receive(deliver(t, fmt.Sprint(i)))
			wait(t.Context(), time.Minute)
		}
		for _, test := range []struct {
			filter inbox.Filter
			want   int
		}{
			{inbox.Filter{}, 10},
			{inbox.Filter{From: address(t, patient)}, 10},
			{inbox.Filter{From: address(t, other)}, 0},
			{inbox.Filter{Since: begin.Add(8 * time.Minute)}, 2},
			{inbox.Filter{Until: begin.Add(3 * time.Minute)}, 3},
		} {
			count := 0
			for after := ""; ; {
				items, next, err := b.in.Page(t.Context(), test.filter, after, 3)
				if err != nil {
					t.Fatal(err)
				}
				count += len(items)
				if after = next; after == "" {
					break
				}
			}
			if count != test.want {
				t.Errorf("%+v: %d items, want %d", test.filter, count, test.want)
			}
		}
		if _, err := b.in.Message(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("error %v", err)
		}
	})
}
