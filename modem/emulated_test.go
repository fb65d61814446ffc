package modem_test

import (
	"context"
	"encoding/hex"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/pdu"
)

const (
	patient = "+48600100200"
	own     = "+48500600700"
)

// bench is an emulated network with one modem of ours in it.
type bench struct {
	network *emulator.Network
	card    *emulator.SIM
	device  *emulator.Modem
	modem   *modem.Modem
}

// in runs a test in a bubble of virtual time on one emulated modem, which is
// opened first unless change makes that fail.
func in(t *testing.T, profile emulator.Profile, card emulator.SIM, change func(*modem.Config), test func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if card.Number == "" {
			card.Number = own
		}
		n := emulator.NewNetwork(emulator.Options{Seed: 1, ReportDelay: time.Second, DeliveryDelay: time.Second})
		b := &bench{network: n, card: n.AddSIM(card)}
		b.device = n.NewModem(profile, b.card)
		cfg := modem.Config{Name: "m0", Device: "/dev/ttyUSB2", Open: func(ctx context.Context) (modem.Port, error) {
			return b.device.Dial(ctx)
		}}
		if change != nil {
			change(&cfg)
		}
		b.modem = modem.New(cfg)
		defer func() {
			if err := b.modem.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			if err := n.Close(); err != nil {
				t.Errorf("close network: %v", err)
			}
		}()
		test(t, b)
	})
}

// opened opens the modem of b or fails.
func (b *bench) opened(t *testing.T) {
	t.Helper()
	if err := b.modem.Open(t.Context()); err != nil {
		for _, line := range b.modem.Transcript(true) {
			t.Logf("%v %s", line.Sent, line.Text)
		}
		t.Fatalf("Open: %v", err)
	}
}

// tpdu is a SUBMIT to a number.
func tpdu(tb testing.TB, to, text string) []byte {
	tb.Helper()
	da, err := pdu.ParseAddress(to)
	if err != nil {
		tb.Fatal(err)
	}
	ud, err := pdu.TextUserData(text, pdu.GSM7, nil)
	if err != nil {
		tb.Fatal(err)
	}
	out, err := pdu.Submit{DA: da, ReportRequest: true, DCS: pdu.TextDCS(pdu.GSM7, false), UD: ud}.Marshal()
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// next receives one indication within a minute.
func (b *bench) next(t *testing.T) modem.Indication {
	t.Helper()
	select {
	case i := <-b.modem.Indications():
		return i
	case <-time.After(time.Minute):
		t.Fatal("no indication came")
		return modem.Indication{}
	}
}

// until receives indications until one of kind comes.
func (b *bench) until(t *testing.T, kind modem.IndicationKind) modem.Indication {
	t.Helper()
	for {
		if i := b.next(t); i.Kind == kind {
			return i
		}
	}
}

func TestOpenSendReceiveOnEveryProfile(t *testing.T) {
	t.Parallel()
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			in(t, profile, emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				info := b.modem.Info()
				if info.State != modem.Ready || info.Model != profile.Model || info.IMEI != b.device.IMEI() ||
					info.IMSI != b.card.IMSI || !info.Registration.CanSend() || info.SMSC == "" {
					t.Errorf("after Open: %+v", info)
				}
				mr, err := b.modem.Submit(t.Context(), tpdu(t, patient, "Wizyta jutro o 9"))
				if err != nil {
					t.Fatalf("Submit: %v", err)
				}
				if got := b.network.Accepted(); len(got) != 1 || int(got[0].MR) != mr || got[0].To != patient {
					t.Errorf("the network has %+v, we have reference %d", got, mr)
				}
				if err := b.network.Handset(patient).Send(own, "TAK"); err != nil {
					t.Fatal(err)
				}
				<-time.After(time.Minute)
				text, report := b.collect(t)
				if text != "TAK" {
					t.Errorf("received %q, want TAK", text)
				}
				wantReport := profile.Name != "refuser" && profile.Name != "cinterion" && profile.Name != "a7670"
				if report != wantReport {
					t.Errorf("report came: %v, want %v", report, wantReport)
				}
				if left, err := b.modem.List(t.Context()); err != nil || len(left) != 0 {
					t.Errorf("left in memory: %+v, %v", left, err)
				}
			})
		})
	}
}

// collect takes whatever the modem has announced or stored, deletes it, and
// returns the text and whether a status report was among it.
func (b *bench) collect(t *testing.T) (text string, report bool) {
	t.Helper()
	take := func(raw []byte) {
		got, err := pdu.Read(raw, time.Now())
		switch {
		case err != nil:
			t.Errorf("read %x: %v", raw, err)
		case got.Deliver != nil:
			text = got.Deliver.Text()
		case got.Report != nil:
			report = true
		}
	}
	for {
		synctest.Wait()
		select {
		case i := <-b.modem.Indications():
			switch i.Kind {
			case modem.MessageDirect, modem.ReportDirect:
				take(i.Raw)
				if err := b.modem.Acknowledge(t.Context()); err != nil {
					t.Errorf("Acknowledge: %v", err)
				}
			case modem.MessageStored, modem.ReportStored:
				stored, err := b.modem.Read(t.Context(), i.Slot)
				if err != nil {
					t.Errorf("Read %+v: %v", i.Slot, err)
					continue
				}
				take(stored.Raw)
				if err := b.modem.Delete(t.Context(), i.Slot); err != nil {
					t.Errorf("Delete %+v: %v", i.Slot, err)
				}
			default:
				t.Logf("announced besides: %s", i.Kind)
			}
			continue
		default:
		}
		break
	}
	return text, report
}

func TestSweepFindsWhatWasNotAnnounced(t *testing.T) {
	t.Parallel()
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			in(t, profile, emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				if err := b.modem.Close(); err != nil {
					t.Fatal(err)
				}
				for _, text := range []string{"raz", "dwa", "trzy"} {
					if err := b.network.Handset(patient).Send(own, text); err != nil {
						t.Fatal(err)
					}
				}
				<-time.After(time.Minute)
				b.opened(t)
				var texts []string
				stored, err := b.modem.List(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range stored {
					got, err := pdu.Read(s.Raw, time.Now())
					if err != nil || got.Deliver == nil {
						t.Fatalf("slot %+v holds %x: %v", s.Slot, s.Raw, err)
					}
					texts = append(texts, got.Deliver.Text())
					if err := b.modem.Delete(t.Context(), s.Slot); err != nil {
						t.Errorf("Delete %+v: %v", s.Slot, err)
					}
				}
				if diff := cmp.Diff([]string{"raz", "dwa", "trzy"}, texts); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if b.card.Stored() != 0 {
					t.Errorf("%d texts are left on the card", b.card.Stored())
				}
				for _, s := range stored {
					if err := b.modem.Delete(t.Context(), s.Slot); err != nil {
						t.Errorf("Delete of an empty slot: %v", err)
					}
					if _, err := b.modem.Read(t.Context(), s.Slot); !errors.Is(err, modem.ErrEmpty) {
						t.Errorf("Read of an empty slot: %v, want ErrEmpty", err)
					}
				}
			})
		})
	}
}

func TestSubmitFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault emulator.Fault
		class modem.Class // empty: accepted
		phase modem.Phase
		taken int
	}{
		{"network congestion", emulator.Fault{Kind: emulator.SubmitError, Code: 42}, modem.Transient, modem.AfterPayload, 0},
		{"unknown subscriber", emulator.Fault{Kind: emulator.SubmitError, Code: 30}, modem.Permanent, modem.AfterPayload, 0},
		{"barred", emulator.Fault{Kind: emulator.SubmitError, Code: 8}, modem.Stop, modem.AfterPayload, 0},
		{"network time-out", emulator.Fault{Kind: emulator.SubmitError, Code: 332, Taken: true}, modem.Uncertain, modem.AfterPayload, 1},
		{"no prompt", emulator.Fault{Kind: emulator.NoPrompt}, modem.ModemFault, modem.BeforePayload, 0},
		{"two prompts", emulator.Fault{Kind: emulator.DoublePrompt}, "", "", 1},
		{"no answer, not taken", emulator.Fault{Kind: emulator.NoAnswer}, modem.Uncertain, modem.AfterPayload, 0},
		{"no answer, taken", emulator.Fault{Kind: emulator.NoAnswer, Taken: true}, modem.Uncertain, modem.AfterPayload, 1},
		{"notice in the middle", emulator.Fault{Kind: emulator.Interrupted, Line: `+CMTI: "SM",5`}, "", "", 1},
		{"garbage in the middle", emulator.Fault{Kind: emulator.Garbage}, "", "", 1},
		{"report before the answer", emulator.Fault{Kind: emulator.EarlyReport}, "", "", 1},
		{"port lost, taken", emulator.Fault{Kind: emulator.PortLost, Taken: true, For: time.Minute}, modem.Uncertain, modem.AfterPayload, 1},
		{"port lost, not taken", emulator.Fault{Kind: emulator.PortLost, For: time.Minute}, modem.Uncertain, modem.AfterPayload, 0},
		{"goes deaf", emulator.Fault{Kind: emulator.GoesDeaf, For: time.Hour}, modem.Uncertain, modem.AfterPayload, 0},
		{"reboots", emulator.Fault{Kind: emulator.Reboot}, modem.Uncertain, modem.AfterPayload, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				b.device.Inject(tt.fault)
				_, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x"))
				var fault *modem.Fault
				switch errors.As(err, &fault); {
				case tt.class == "" && err != nil:
					t.Errorf("Submit: %v", err)
				case tt.class != "" && (fault == nil || fault.Class != tt.class || fault.Phase != tt.phase):
					t.Errorf("Submit: %#v, want class %s, %s", err, tt.class, tt.phase)
				}
				if got := b.network.AcceptedCount(); got != tt.taken {
					t.Errorf("the network has %d texts, want %d", got, tt.taken)
				}
			})
		})
	}
}

func TestGoesOnAfterATimeout(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault emulator.Fault
	}{
		{"no prompt", emulator.Fault{Kind: emulator.NoPrompt}},
		{"no answer", emulator.Fault{Kind: emulator.NoAnswer, Taken: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				b.device.Inject(tt.fault)
				if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); err == nil {
					t.Fatal("Submit said nothing of the fault")
				}
				if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "y")); err == nil {
					t.Fatal("Submit out of step was not refused")
				}
				if err := b.modem.Resync(t.Context()); err != nil {
					t.Fatal(err)
				}
				before := b.network.AcceptedCount()
				mr, err := b.modem.Submit(t.Context(), tpdu(t, patient, "z"))
				got := b.network.Accepted()
				if err != nil || len(got) != before+1 || int(got[before].MR) != mr || got[before].Text != "z" {
					t.Errorf("after Resync: %d, %v; the network has %+v", mr, err, got)
				}
			})
		})
	}
}

func TestLateAnswerIsAnnounced(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		b.device.Inject(emulator.Fault{Kind: emulator.LateAnswer, For: 182 * time.Second})
		_, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x"))
		var fault *modem.Fault
		if !errors.As(err, &fault) || fault.Class != modem.Uncertain {
			t.Fatalf("Submit: %v, want Uncertain", err)
		}
		got := b.until(t, modem.LateSubmit)
		if want := b.network.Accepted()[0].MR; got.MR != want {
			t.Errorf("late reference %d, want %d", got.MR, want)
		}
	})
}

func TestCancelledSubmissionIsUncertain(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		b.device.Inject(emulator.Fault{Kind: emulator.LateAnswer, For: 30 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		_, err := b.modem.Submit(ctx, tpdu(t, patient, "x"))
		var fault *modem.Fault
		if !errors.As(err, &fault) || fault.Class != modem.Uncertain || time.Since(start) > 6*time.Second {
			t.Fatalf("Submit: %v after %v, want Uncertain after 5 s", err, time.Since(start))
		}
		if err := b.modem.Resync(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := b.until(t, modem.LateSubmit); got.MR != b.network.Accepted()[0].MR {
			t.Errorf("late reference %d", got.MR)
		}
		if n := b.network.AcceptedCount(); n != 1 {
			t.Errorf("the network has %d texts, want 1", n)
		}
	})
}

func TestPortLostIsAnnouncedAndReopened(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		b.device.Inject(emulator.Fault{Kind: emulator.PortLost, Taken: true, For: time.Minute})
		if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); err == nil {
			t.Error("Submit on a lost port said nothing")
		}
		lost := b.until(t, modem.Lost)
		var fault *modem.Fault
		if !errors.As(lost.Err, &fault) || fault.Class != modem.ModemFault {
			t.Errorf("Lost says %v", lost.Err)
		}
		if s := b.modem.Info().State; s != modem.Faulted {
			t.Errorf("state %s, want faulted", s)
		}
		if err := b.modem.Close(); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Minute)
		b.opened(t)
		if s := b.modem.Info(); s.State != modem.Ready || s.LastFault != nil {
			t.Errorf("after Open: %+v", s)
		}
	})
}

func TestRebootIsAnnounced(t *testing.T) {
	t.Parallel()
	for _, profile := range []emulator.Profile{emulator.QuectelEC25(), emulator.SIM800(), emulator.Sierra(), emulator.A7670(), emulator.QuectelM26()} {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			profile.DropsPort = false
			in(t, profile, emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				<-time.After(time.Minute)
				b.device.Restart()
				<-time.After(30 * time.Second)
				if len(profile.Boot) == 0 { // it restarts without a word
					if err := b.modem.Refresh(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				b.until(t, modem.Rebooted)
			})
		})
	}
}

func TestRefreshReadsAndRearms(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		b.device.SetSignal(9)
		if err := b.network.Handset(patient).Send(own, "hej"); err != nil {
			t.Fatal(err)
		}
		<-time.After(10 * time.Second)
		if err := b.modem.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		info := b.modem.Info()
		if info.Signal != (modem.Signal{RSSI: 9, DBm: -95}) || info.Operator != "Goniec" || info.Storage.Used != 1 {
			t.Errorf("after Refresh: %+v", info)
		}
	})
}

func TestStorageFullIsAnnounced(t *testing.T) {
	t.Parallel()
	in(t, emulator.HuaweiE3372(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		b.card.Fill(0)
		b.device.Inject(emulator.Fault{Kind: emulator.StorageFull})
		if err := b.network.Handset(patient).Send(own, "hej"); err != nil {
			t.Fatal(err)
		}
		b.until(t, modem.StorageFull)
	})
}

func TestProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := emulator.NewNetwork(emulator.Options{})
		device := n.NewModem(emulator.QuectelEC25(), n.AddSIM(emulator.SIM{PIN: "1234"}))
		result, err := modem.ProbeWith(t.Context(), modem.Config{Device: "/dev/ttyUSB2", Open: func(ctx context.Context) (modem.Port, error) {
			return device.Dial(ctx)
		}})
		if err != nil {
			t.Fatal(err)
		}
		if !result.Answers || !result.Texts || result.SIM != "SIM PIN" || result.Info.Model != "EC25" || result.Info.IMEI != device.IMEI() {
			t.Errorf("%+v", result)
		}
		n.Close()
	})
}

func TestSubmitTakesAnyTPDU(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		raw, _ := hex.DecodeString("0100") // cut short: the modem must be the one to refuse
		_, err := b.modem.Submit(t.Context(), raw)
		var fault *modem.Fault
		if !errors.As(err, &fault) || fault.Family != "CMS" {
			t.Errorf("Submit: %v, want a +CMS ERROR", err)
		}
		if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
			t.Errorf("the next one: %v", err)
		}
	})
}
