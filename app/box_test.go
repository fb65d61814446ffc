package app

import (
	"fmt"
	"testing"

	"goniec/app/migrate"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/memstore"
)

func TestNameOfTheBox(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		there  []string // keys in the data
		wanted []string // by the configuration, at one start after the other
		want   string
	}{
		{"new data", nil, []string{"clinic-1"}, "clinic-1"},
		{"new data without a wish", nil, []string{""}, hostBox()},
		{"a token from before the first start", []string{"token/1", "meta/version"}, []string{"clinic-1"}, "clinic-1"},
		{"another wish later", nil, []string{"clinic-1", "clinic-2", ""}, "clinic-1"},
		{"a wish later", nil, []string{"", "clinic-2"}, hostBox()},
		{"former data with events", []string{"evn/box"}, []string{"clinic-1"}, "box"},
		{"former data with a clock", []string{"clock/box"}, []string{"", "clinic-1"}, "box"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := memstore.New()
			err := s.Update(t.Context(), func(tx store.Tx) error {
				for _, key := range tt.there {
					if err := tx.Put(key, []byte("{}")); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, wanted := range tt.wanted {
				if got, err := nameBox(t.Context(), s, wanted); got != tt.want || err != nil {
					t.Errorf("wanted %q: the box is %q, %v, want %q", wanted, got, err, tt.want)
				}
			}
		})
	}
}

// TestFormerDataKeepsItsName opens the data file of each schema: what is in it lies under
// the name that boxes had then.
func TestFormerDataKeepsItsName(t *testing.T) {
	t.Parallel()
	for number := 1; number <= migrate.Schema; number++ {
		dir := unpack(t, fmt.Sprintf("schema-%d.db.gz", number))
		s, _, err := openStore(t.Context(), dir, nil, boltstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if got, err := nameBox(t.Context(), s, "clinic-1"); got != formerBox || err != nil {
			t.Errorf("data of schema %d belongs to %q, %v, want %s", number, got, err, formerBox)
		}
	}
}
