package modem_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/pdu"
)

// day is what a gateway does with a modem on a bad day, and what came of it.
type day struct {
	t        *testing.T
	m        *modem.Modem
	outcomes []string
}

func (d *day) note(format string, args ...any) {
	d.outcomes = append(d.outcomes, fmt.Sprintf(format, args...))
}

// fault notes what kind of error it is.
func (d *day) fault(what string, err error) {
	var f *modem.Fault
	switch {
	case err == nil:
		d.note("%s: done", what)
	case errors.As(err, &f):
		d.note("%s: %s %s %s %d", what, f.Class, f.Phase, f.Family, f.Code)
	default:
		d.note("%s: %v", what, err)
	}
}

func (d *day) submit(text string) {
	mr, err := d.m.Submit(d.t.Context(), tpdu(d.t, patient, text))
	d.fault(fmt.Sprintf("submit, reference %d", mr), err)
	if err != nil {
		d.fault("resync", d.m.Resync(d.t.Context()))
	}
}

// live runs the day. prepare is called before each step that something happens in.
func (d *day) live(prepare func(step string)) {
	d.fault("open", d.m.Open(d.t.Context()))
	info := d.m.Info()
	d.note("%s %s %s %s, profile %s, %+v, storage %+v, %d dBm, operator %s", info.State, info.Manufacturer, info.Model, info.Revision,
		info.Profile, info.Registration, info.Storage, info.Signal.DBm, info.Operator)
	for _, step := range []string{"fine", "refused", "fine again", "silent", "late", "fine at last"} {
		prepare(step)
		d.submit(step)
	}
	<-time.After(time.Second) // no pause is exactly that of the recording
	prepare("answer")
	d.receive()
	<-time.After(time.Minute)
	d.fault("refresh", d.m.Refresh(d.t.Context()))
	_, err := d.m.USSD(d.t.Context(), "*101#")
	d.fault("code", err)
	d.fault("close", d.m.Close())
}

// receive takes the announced texts and reports until a text has come.
func (d *day) receive() {
	limit := time.After(10 * time.Minute)
	for {
		select {
		case <-limit:
			d.note("no text has come")
			return
		case i := <-d.m.Indications():
			raw := i.Raw
			switch i.Kind {
			case modem.MessageStored, modem.ReportStored:
				stored, err := d.m.Read(d.t.Context(), i.Slot)
				d.fault(fmt.Sprintf("read %+v", i.Slot), err)
				d.fault("delete", d.m.Delete(d.t.Context(), i.Slot))
				raw = stored.Raw
			case modem.ReportDirect, modem.MessageDirect, modem.LateSubmit:
			default:
				continue
			}
			got, err := pdu.Read(raw, time.Time{})
			switch {
			case i.Kind == modem.LateSubmit:
				d.note("late reference %d", i.MR)
			case err != nil:
				d.note("unreadable: %v", err)
			case got.Report != nil:
				d.note("report for %d: %v", got.Report.MR, got.Report.Status)
			default:
				d.note("text of %d characters at %s", len([]rune(got.Deliver.Text())), got.Deliver.SCTS)
				return
			}
		}
	}
}

// sent returns the commands of a dialogue without what is masked.
func sent(m *modem.Modem) []string {
	var all []string
	for _, line := range m.Transcript(true) {
		switch {
		case !line.Sent:
		case !strings.HasPrefix(line.Text, "AT"):
			all = append(all, "payload")
		case strings.HasPrefix(line.Text, "AT+CSCA="):
			all = append(all, "AT+CSCA=") // with the number that +CSCA? gave, masked in the recording
		default:
			all = append(all, line.Text)
		}
	}
	return all
}

func TestARecordingIsReplayed(t *testing.T) {
	t.Parallel()
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			var recording bytes.Buffer
			var first *day
			var commands []string
			in(t, profile, emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				first = &day{t: t, m: b.modem}
				first.live(func(step string) {
					switch step {
					case "refused":
						b.device.Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 38})
					case "silent":
						b.device.Inject(emulator.Fault{Kind: emulator.NoAnswer, Taken: true})
					case "late":
						b.device.Inject(emulator.Fault{Kind: emulator.LateAnswer, For: 182 * time.Second})
					case "answer":
						if err := b.network.Handset(patient).Send(own, "Jan Kowalski: TAK, będę"); err != nil {
							t.Error(err)
						}
					}
				})
				commands = sent(b.modem)
				info := b.modem.Info()
				w, err := modem.NewTraceWriter(&recording, modem.TraceHeader{
					Modem: "m0", Manufacturer: info.Manufacturer, Model: info.Model, Revision: info.Revision, Profile: info.Profile,
				})
				if err == nil {
					err = w.Write(b.modem.Transcript(false))
				}
				if err != nil {
					t.Fatal(err)
				}
			})
			for _, secret := range []string{patient[1:], own[1:], "Kowalski", "25,00"} {
				if strings.Contains(recording.String(), secret) {
					t.Errorf("the recording holds %s", secret)
				}
			}
			synctest.Test(t, func(t *testing.T) {
				trace, err := emulator.ReadTrace(&recording)
				if err != nil {
					t.Fatal(err)
				}
				if trace.Header["model"] != profile.Model || trace.Header["firmware"] != profile.Revision {
					t.Errorf("header %v", trace.Header)
				}
				replay := emulator.NewReplay(trace, emulator.ReplayOptions{Unknown: func(c string) { t.Errorf("the recording has no %s", c) }})
				second := &day{t: t, m: modem.New(modem.Config{Name: "m0", Open: func(ctx context.Context) (modem.Port, error) { return replay.Dial(ctx) }})}
				second.live(func(string) {})
				if err := replay.Close(); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(first.outcomes, second.outcomes); diff != "" {
					t.Errorf("outcomes (-recorded +replayed):\n%s", diff)
				}
				if diff := cmp.Diff(commands, sent(second.m)); diff != "" {
					t.Errorf("commands (-recorded +replayed):\n%s", diff)
				}
			})
		})
	}
}
