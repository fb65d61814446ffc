package modem_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/modem"
	"goniec/modem/emulator"
)

// calls takes what has been announced of calls.
func calls(m *modem.Modem) (got []modem.Indication) {
	for {
		synctest.Wait()
		select {
		case i := <-m.Indications():
			if i.Kind == modem.CallIncoming || i.Kind == modem.CallEnded {
				got = append(got, i)
			}
			continue
		default:
			return got
		}
	}
}

func ring(from string, rings int) modem.Indication {
	return modem.Indication{Kind: modem.CallIncoming, From: from, Rings: rings}
}

func ended(from string, rings int) modem.Indication {
	return modem.Indication{Kind: modem.CallEnded, From: from, Rings: rings}
}

func TestCallOnEveryProfile(t *testing.T) {
	t.Parallel()
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			in(t, profile, emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				if err := b.network.Handset(patient).Call(own, 3); err != nil {
					t.Fatal(err)
				}
				<-time.After(time.Minute)
				want := []modem.Indication{ring("", 1), ring(patient, 1), ring(patient, 2), ring(patient, 3), ended(patient, 3)}
				if profile.Name == "refuser" { // it does not say who calls
					want = []modem.Indication{ring("", 1), ring("", 2), ring("", 3), ended("", 3)}
				}
				if diff := cmp.Diff(want, calls(b.modem)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestHangup(t *testing.T) {
	t.Parallel()
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			in(t, profile, emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				if err := b.network.Handset(patient).Call(own, 20); err != nil {
					t.Fatal(err)
				}
				b.until(t, modem.CallIncoming)
				if err := b.modem.Hangup(t.Context()); err != nil {
					t.Fatalf("Hangup: %v", err)
				}
				<-time.After(time.Minute)
				got := calls(b.modem)
				if len(got) == 0 || got[len(got)-1].Kind != modem.CallEnded || got[len(got)-1].Rings != 1 {
					t.Errorf("%+v", got)
				}
				if err := b.modem.Hangup(t.Context()); err != nil {
					t.Errorf("Hangup where nothing rings: %v", err)
				}
				if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
					t.Errorf("Submit behind it: %v", err)
				}
			})
		})
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	type step struct {
		line  string
		after time.Duration
	}
	tests := []struct {
		name  string
		steps []step
		want  []modem.Indication
	}{
		{
			"who calls is told later", []step{{"RING", 0}, {"+CRING: VOICE", 5 * time.Second}, {`+CLIP: "600100200",129`, time.Second}, {"NO CARRIER", 0}},
			[]modem.Indication{ring("", 1), ring("", 2), ring("600100200", 2), ended("600100200", 2)},
		},
		{
			"a number without its plus", []step{{"RING", 0}, {`+CLIP: "48600100200",145,,,,0`, 0}},
			[]modem.Indication{ring("", 1), ring(patient, 1), ended(patient, 1)},
		},
		{"withheld", []step{{"RING", 0}, {`+CLIP: "",128`, 0}}, []modem.Indication{ring("", 1), ended("", 1)}},
		{"a number that is none", []step{{"RING", 0}, {`+CLIP: "a;b",145`, 0}}, []modem.Indication{ring("", 1), ended("", 1)}},
		{"nobody says that it is over", []step{{"RING", 0}, {"RING", 5 * time.Second}}, []modem.Indication{ring("", 1), ring("", 2), ended("", 2)}},
		{
			"one call behind another", []step{{"RING", 0}, {`+CLIP: "1",129`, 0}, {"RING", 20 * time.Second}, {`+CLIP: "2",129`, 0}},
			[]modem.Indication{ring("", 1), ring("1", 1), ended("1", 1), ring("", 1), ring("2", 1), ended("2", 1)},
		},
		{"an end without a call", []step{{"NO CARRIER", 0}, {`+CLIP: "1",129`, 0}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			script(t, least(table{"AT+CLIP=1": ""}).reply, func(t *testing.T, s *scripted) {
				s.open(t)
				for _, step := range tt.steps {
					<-time.After(step.after)
					s.say(step.line)
				}
				<-time.After(time.Minute)
				if diff := cmp.Diff(tt.want, calls(s.modem)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A modem without +CHUP hangs up by ATH; one that is closed while it rings
// leaves nothing behind.
func TestHangupFallsBack(t *testing.T) {
	t.Parallel()
	script(t, least(table{"ATH": ""}).reply, func(t *testing.T, s *scripted) {
		s.open(t)
		if err := s.modem.Hangup(t.Context()); err != nil || !s.sent("ATH") {
			t.Errorf("Hangup: %v, wrote %q", err, s.received())
		}
		s.say("RING")
		synctest.Wait()
		closed(t, s.modem)
		if diff := cmp.Diff([]modem.Indication{ring("", 1), ended("", 1)}, calls(s.modem)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
