package modem

import "testing"

func TestReportsAreStoredWhereTheyCanBeRead(t *testing.T) {
	t.Parallel()
	preferred := []Route{{2, 1, 0, 1, 0}, {2, 1, 0, 2, 0}, {2, 1, 0, 0, 0}}
	for _, c := range []struct {
		name      string
		preferred []Route
		stored    bool
		want      string
	}{
		{"memory for reports", nil, true, "2,1,0,2,0"},
		{"no memory for reports", nil, false, "2,1,0,1,0"},
		{"memory for reports, a family with forms of its own", preferred, true, "2,1,0,2,0"},
		{"no memory for reports, a family with forms of its own", preferred, false, "2,1,0,1,0"},
		{"a family that cannot store reports", []Route{{2, 1, 0, 0, 1}}, true, "2,1,0,0,1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all := routings(c.preferred, c.stored)
			if got := all[0].String(); got != c.want {
				t.Errorf("+CNMI=%s is tried first, want %s", got, c.want)
			}
			if got, want := len(all), len(c.preferred)+36; got != want {
				t.Errorf("%d forms are tried, want %d", got, want)
			}
		})
	}
}
