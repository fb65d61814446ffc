package modem_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/catalogue"
	"goniec/modem"
)

// scripted is a modem behind which a script answers.
type scripted struct {
	modem *modem.Modem

	mu  sync.Mutex
	far net.Conn
	got []string
}

// say says lines as the device would by itself.
func (s *scripted) say(lines ...string) {
	s.mu.Lock()
	far := s.far
	s.mu.Unlock()
	for _, line := range lines {
		_, _ = far.Write([]byte("\r\n" + line + "\r\n"))
	}
}

// received returns what came in so far.
func (s *scripted) received() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.got...)
}

// sent reports whether a command came in.
func (s *scripted) sent(command string) bool {
	for _, in := range s.received() {
		if in == command {
			return true
		}
	}
	return false
}

// script runs a test in a bubble of virtual time on a modem that script answers
// for; what script does not know (false) is answered with ERROR.
func script(t *testing.T, reply func(in string) (string, bool), test func(t *testing.T, s *scripted)) {
	t.Helper()
	scriptWith(t, reply, nil, test)
}

// scriptWith is script with a configuration that change has changed.
func scriptWith(t *testing.T, reply func(in string) (string, bool), change func(*modem.Config), test func(t *testing.T, s *scripted)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{}
		var serving sync.WaitGroup
		cfg := modem.Config{Name: "m0", Device: "/dev/ttyUSB0", Open: func(context.Context) (modem.Port, error) {
			near, far := net.Pipe()
			s.mu.Lock()
			s.far = far
			s.mu.Unlock()
			serving.Go(func() {
				defer far.Close()
				serve(far, func(in string) string {
					s.mu.Lock()
					s.got = append(s.got, in)
					s.mu.Unlock()
					out, ok := reply(in)
					if !ok {
						return "\r\nERROR\r\n"
					}
					return out
				})
			})
			return near, nil
		}}
		if change != nil {
			change(&cfg)
		}
		s.modem = modem.New(cfg)
		defer func() {
			if err := s.modem.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			serving.Wait()
		}()
		test(t, s)
	})
}

// open opens the modem or fails with the transcript.
func (s *scripted) open(t *testing.T) {
	t.Helper()
	if err := s.modem.Open(t.Context()); err != nil {
		for _, line := range s.modem.Transcript(true) {
			t.Logf("%v %s", line.Sent, line.Text)
		}
		t.Fatalf("Open: %v", err)
	}
}

// table answers by a table of commands, OK to those with no lines of answer.
type table map[string]string

func (tb table) reply(in string) (string, bool) {
	text, ok := tb[in]
	switch {
	case !ok && strings.HasPrefix(in, "AT+CMGS="):
		return "\r\n> ", true
	case !ok && strings.HasSuffix(in, "\x1a"):
		return "\r\n+CMGS: 7\r\n\r\nOK\r\n", true
	case !ok:
		return "", in == "\x1b"
	case text == "":
		return "\r\nOK\r\n", true
	case text[0] == '\r' || text[0] == '<':
		return text, true
	}
	return "\r\n" + text + "\r\n\r\nOK\r\n", true
}

// least is all that a modem must know for us to use it.
func least(more table) table {
	all := table{
		"AT": "", "ATE0": "", "AT+CMGF=0": "",
		"AT+CNMI=2,1,0,1,0": "",
	}
	for command, text := range more {
		all[command] = text
	}
	return all
}

func TestBringUpWithTheLeast(t *testing.T) {
	t.Parallel()
	script(t, least(nil).reply, func(t *testing.T, s *scripted) {
		s.open(t)
		if mr, err := s.modem.Submit(t.Context(), tpdu(t, patient, "x")); mr != 7 || err != nil {
			t.Errorf("Submit: %d, %v; want 7", mr, err)
		}
		if err := s.modem.Refresh(t.Context()); err != nil {
			t.Errorf("Refresh: %v", err)
		}
		if err := s.modem.Acknowledge(t.Context()); err != nil {
			t.Errorf("Acknowledge: %v", err)
		}
		for _, in := range s.received() {
			if in == "ATZ" || in == "AT&F" || in == "AT+CNMA" || strings.HasPrefix(in, "AT+CMGD") {
				t.Errorf("wrote %q", in)
			}
		}
	})
}

func TestBringUpOrder(t *testing.T) {
	t.Parallel()
	full := least(table{
		"ATV1": "", "AT+CMEE=1": "", "AT+CREG=1": "", "AT+CEREG=1": "",
		"AT+CPIN?": "+CPIN: READY", "AT+CGMI": "huawei", "AT+CGMM": `+CGMM: "E173"`, "AT+CGMR": "Revision:11.126",
		"AT+CGSN": "353045040123456", "AT+CIMI": "260061234567890", "AT+CCID": "+CCID: 8948061234567890123F",
		"AT+CSMS=0": "+CSMS: 1,1,1", `AT+CSCS="GSM"`: "",
		"AT+CPMS=?":              `+CPMS: ("ME","SM"),("ME","SM"),("ME","SM")`,
		`AT+CPMS="SM","SM","SM"`: "+CPMS: 2,20,2,20,2,20", `AT+CPMS="ME","ME","ME"`: "+CPMS: 1,255,1,255,1,255",
		"AT+CNMI=?": "+CNMI: (0-2),(0,1,2,3),(0,2),(0-2),(0,1)",
		"AT+CSCA?":  `+CSCA: "+48601000310",145`, "AT+CREG?": "+CREG: 1,1", "AT+CEREG?": "+CEREG: 1,0",
		"AT+CSQ": "+CSQ: 17,99", "AT+COPS?": `+COPS: 0,0,"Plus",7`,
	})
	script(t, full.reply, func(t *testing.T, s *scripted) {
		s.open(t)
		order := []string{
			"AT", "ATE0", "ATV1", "AT+CMEE=1", "AT+CGMI", "AT+CGSN", "AT+CPIN?", "AT+CCID", "AT+CMGF=0", "AT+CPMS=?",
			"AT+CNMI=2,1,0,1,0", "AT+CSCA?", "AT+CREG?", "AT+CSQ",
		}
		at := 0
		for _, in := range s.received() {
			if at < len(order) && in == order[at] {
				at++
			}
		}
		if at < len(order) {
			t.Errorf("%s did not come in its place among %q", order[at], s.received())
		}
		want := modem.Info{
			Name: "m0", Device: "/dev/ttyUSB0", State: modem.Ready, Since: time.Now(),
			Manufacturer: "huawei", Model: "E173", Revision: "11.126", Profile: "huawei", IMEI: "353045040123456", IMSI: "260061234567890",
			ICCID: "8948061234567890123", Operator: "Plus", Signal: modem.Signal{RSSI: 17, DBm: -79},
			Registration: modem.Registration{CS: modem.Home, EPS: modem.NotSearching}, SMSC: "+48601000310",
			Storage:  modem.Storage{Memory: "ME", Used: 1, Total: 255},
			Storages: []modem.Storage{{Memory: "SM", Used: 2, Total: 20}, {Memory: "ME", Used: 1, Total: 255}},
		}
		got := s.modem.Info()
		got.Since = want.Since
		if h := got.SignalHistory; len(h) != 1 || h[0].Mean() != -79 {
			t.Errorf("history of the signal: %+v", h)
		}
		got.SignalHistory = nil
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b *modem.Fault) bool { return a == b })); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestBringUpFallsBack(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		more     table
		want     []string // commands that must have come
		wantNot  []string
		memory   string
		confirms bool // direct texts are confirmed
	}{
		{
			name: "lists reports as +CDS and refuses them",
			more: table{"AT+CNMI=?": "+CNMI: (2),(0,1),(2),(0-2),(0)", "AT+CNMI=2,1,0,1,0": "\r\n+CMS ERROR: 303\r\n", "AT+CNMI=2,1,2,2,0": ""},
			want: []string{"AT+CNMI=2,1,2,1,0", "AT+CNMI=2,1,2,2,0"},
		},
		{
			name:    "offers direct texts only",
			more:    table{"AT+CNMI=?": "+CNMI: (0-2),(0,2),(0),(0,1),(0)", "AT+CNMI=2,1,0,1,0": "\r\n+CMS ERROR: 303\r\n", "AT+CNMI=2,2,0,1,0": "", "AT+CSMS=1": "+CSMS: 1,1,1"},
			want:    []string{"AT+CSMS=1", "AT+CNMI=2,2,0,1,0"},
			wantNot: []string{"AT+CNMI=2,1,0,1,0"}, confirms: true,
		},
		{
			name: "lists nothing and takes what it does not list",
			more: table{"AT+CNMI=?": "+CNMI: (0),(0),(0),(0),(0)"},
			want: []string{"AT+CNMI=2,1,0,1,0"},
		},
		{
			name: "takes two arguments for memories",
			more: table{"AT+CPMS=?": `+CPMS: ("SM"),("SM")`, `AT+CPMS="SM","SM"`: "+CPMS: 0,20,0,20"},
			want: []string{`AT+CPMS="SM","SM","SM"`, `AT+CPMS="SM","SM"`}, memory: "SM",
		},
		{
			name: "takes one argument for memories",
			more: table{"AT+CPMS=?": `+CPMS: ("SM")`, `AT+CPMS="SM"`: "+CPMS: 0,20"},
			want: []string{`AT+CPMS="SM"`}, memory: "SM",
		},
		{
			name: "selects no memory",
			more: table{"AT+CPMS?": `+CPMS: "ME",3,30,"ME",3,30,"ME",3,30`}, memory: "ME",
		},
		{
			name: "answers +CPIN? without OK",
			more: table{"AT+CPIN?": "\r\n+CPIN: READY\r\n"}, want: []string{"AT+CMGF=0"},
		},
		{
			name: "answers +CPMS without OK",
			more: table{"AT+CPMS=?": `+CPMS: ("SM"),("SM"),("SM")`, `AT+CPMS="SM","SM","SM"`: "\r\n+CPMS: 0,20,0,20,0,20\r\n"}, memory: "SM",
		},
		{
			name: "is deaf to a command",
			more: table{"AT^CURC=0": "\r\n", "AT+CGMM": "\r\n"}, want: []string{"AT+CGMR"},
		},
		{
			name: "gives errors in words",
			more: table{"AT+CCID": "\r\n+CME ERROR: operation not supported\r\n"}, want: []string{"AT+ICCID"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			script(t, least(tt.more).reply, func(t *testing.T, s *scripted) {
				s.open(t)
				for _, command := range tt.want {
					if !s.sent(command) {
						t.Errorf("%s was not tried in %q", command, s.received())
					}
				}
				for _, command := range tt.wantNot {
					if s.sent(command) {
						t.Errorf("%s was tried", command)
					}
				}
				if got := s.modem.Info().Storage.Memory; got != tt.memory {
					t.Errorf("receives into %q, want %q", got, tt.memory)
				}
				if err := s.modem.Acknowledge(t.Context()); tt.confirms != s.sent("AT+CNMA") {
					t.Errorf("Acknowledge: %v; wrote +CNMA: %v, want %v", err, s.sent("AT+CNMA"), tt.confirms)
				}
			})
		})
	}
}

func TestBringUpFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		reply func(in string) (string, bool)
		want  error // wrapped
		class modem.Class
		code  int
	}{
		{"silent", func(string) (string, bool) { return "", true }, nil, modem.ModemFault, -1},
		{"not for texts", table{"AT": "", "ATE0": ""}.reply, modem.ErrNotSMS, modem.Stop, -1},
		{"no SIM", least(table{"AT+CPIN?": "\r\n+CME ERROR: 10\r\n"}).reply, nil, modem.Stop, 10},
		{"no SIM, in words", least(table{"AT+CPIN?": "\r\n+CME ERROR: SIM not inserted\r\n"}).reply, nil, modem.Stop, 10},
		{"no SIM, told late", least(table{"AT+CMGF=0": "\r\n+CMS ERROR: 310\r\n"}).reply, nil, modem.Stop, 310},
		{"SIM failure", least(table{"AT+CPIN?": "\r\n+CME ERROR: 13\r\n"}).reply, nil, modem.ModemFault, 13},
		{"PUK", least(table{"AT+CPIN?": "+CPIN: SIM PUK"}).reply, modem.ErrSIMLocked, modem.Stop, -1},
		{"PUK, as an error", least(table{"AT+CPIN?": "\r\n+CME ERROR: 12\r\n"}).reply, modem.ErrSIMLocked, modem.Stop, -1},
		{"network lock", least(table{"AT+CPIN?": "+CPIN: PH-NET PIN"}).reply, modem.ErrSIMLocked, modem.Stop, -1},
		{"no service centre", least(table{"AT+CSCA?": `+CSCA: "",129`}).reply, modem.ErrNoSMSC, modem.Stop, 330},
		{"hangs up", least(table{"AT+CNMI=?": "<hang up>"}).reply, nil, modem.ModemFault, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			script(t, tt.reply, func(t *testing.T, s *scripted) {
				err := s.modem.Open(t.Context())
				var fault *modem.Fault
				if !errors.As(err, &fault) || fault.Class != tt.class || fault.Code != tt.code {
					t.Fatalf("Open: %#v, want class %s and code %d", err, tt.class, tt.code)
				}
				if tt.want != nil && !errors.Is(err, tt.want) {
					t.Errorf("Open: %v, want %v", err, tt.want)
				}
				if !catalogue.Has(fault.Remedy()) || fault.Meaning() == "" {
					t.Errorf("%v has no remedy", fault)
				}
				if got := s.modem.Info().LastFault; got != fault {
					t.Errorf("Info has fault %v", got)
				}
			})
		})
	}
}

func TestWrongBaudRateIsNamed(t *testing.T) {
	t.Parallel()
	noise := func(string) (string, bool) { return "\xfe\x80\x00\xf8\xe6\x98\x00\x1c\xff\x80\x80", true }
	script(t, noise, func(t *testing.T, s *scripted) {
		err := s.modem.Open(t.Context())
		var fault *modem.Fault
		if !errors.As(err, &fault) || fault.Class != modem.ModemFault || !strings.Contains(fault.Remedy().English(), "baud_rate") {
			t.Errorf("Open: %v, want a remedy that names baud_rate", err)
		}
	})
}

func TestBusySIMIsWaitedFor(t *testing.T) {
	t.Parallel()
	start := time.Time{}
	reply := func(in string) (string, bool) {
		if start.IsZero() {
			start = time.Now()
		}
		if (in == "AT+CPIN?" || in == "AT+CSCA?") && time.Since(start) < 12*time.Second {
			return "\r\n+CME ERROR: 14\r\n", true
		}
		return least(table{"AT+CPIN?": "+CPIN: READY", "AT+CSCA?": `+CSCA: "+48601000310",145`}).reply(in)
	}
	script(t, reply, func(t *testing.T, s *scripted) {
		s.open(t)
		if got := s.modem.Info().SMSC; got != "+48601000310" {
			t.Errorf("service centre %q", got)
		}
	})
}

func TestStuckPromptIsLeft(t *testing.T) {
	t.Parallel()
	stuck := true
	reply := func(in string) (string, bool) {
		switch {
		case strings.HasSuffix(in, "\x1b"):
			stuck = false
			return "\r\nOK\r\n", true
		case stuck:
			return "\r\n> ", true
		}
		return least(nil).reply(in)
	}
	script(t, reply, func(t *testing.T, s *scripted) {
		s.open(t)
		for _, in := range s.received() {
			if strings.Contains(in, "\x1a") {
				t.Errorf("wrote %q: a Ctrl-Z would have sent what was at the prompt", in)
			}
		}
	})
}

func TestRoutingIsRearmed(t *testing.T) {
	t.Parallel()
	armed := "+CNMI: 2,1,0,1,0"
	all := least(table{"AT+CMEE=1": "", "AT+CMEE?": "+CMEE: 1"})
	reply := func(in string) (string, bool) {
		switch in {
		case "AT+CNMI?":
			return "\r\n" + armed + "\r\n\r\nOK\r\n", true
		case "AT+CNMI=2,1,0,1,0":
			armed = "+CNMI: 2,1,0,1,0"
		}
		return all.reply(in)
	}
	script(t, reply, func(t *testing.T, s *scripted) {
		s.open(t)
		if err := s.modem.Refresh(t.Context()); err != nil || len(s.modem.Indications()) != 0 {
			t.Errorf("Refresh of a healthy modem: %v, %d indications", err, len(s.modem.Indications()))
		}
		armed = "+CNMI: 2,0,0,0,0"
		if err := s.modem.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if armed != "+CNMI: 2,1,0,1,0" {
			t.Errorf("the routing is %s", armed)
		}
		if i := <-s.modem.Indications(); i.Kind != modem.Damaged {
			t.Errorf("indication %s, want Damaged so that the memories are swept", i.Kind)
		}
	})
}

func TestAcceptedWithoutOK(t *testing.T) {
	t.Parallel()
	all := least(nil)
	reply := func(in string) (string, bool) {
		if strings.HasSuffix(in, "\x1a") {
			return "\r\n+CMGS: 12\r\n", true
		}
		return all.reply(in)
	}
	script(t, reply, func(t *testing.T, s *scripted) {
		s.open(t)
		for range 3 {
			start := time.Now()
			mr, err := s.modem.Submit(t.Context(), tpdu(t, patient, "x"))
			if mr != 12 || err != nil || time.Since(start) > 10*time.Second {
				t.Errorf("Submit: %d, %v after %v; want 12", mr, err, time.Since(start))
			}
		}
	})
}

func TestAcceptedWithoutReference(t *testing.T) {
	t.Parallel()
	all := least(nil)
	reply := func(in string) (string, bool) {
		if strings.HasSuffix(in, "\x1a") {
			return "\r\nOK\r\n", true
		}
		return all.reply(in)
	}
	script(t, reply, func(t *testing.T, s *scripted) {
		s.open(t)
		if mr, err := s.modem.Submit(t.Context(), tpdu(t, patient, "x")); mr != modem.NoReference || err != nil {
			t.Errorf("Submit: %d, %v; an OK says that the message was taken", mr, err)
		}
	})
}

func TestIndicationsAreBounded(t *testing.T) {
	t.Parallel()
	script(t, least(nil).reply, func(t *testing.T, s *scripted) {
		s.open(t)
		const n = 21_000
		for range n {
			s.say("+CMTI: \"SM\",1")
		}
		synctest.Wait()
		stored := 0
		for {
			i := <-s.modem.Indications()
			if i.Kind == modem.Damaged && errors.Is(i.Err, modem.ErrOverflow) {
				break // the owner will sweep
			}
			stored++
		}
		if stored < 20_000 || stored >= n {
			t.Errorf("%d indications before the overflow", stored)
		}
		s.say("+CMTI: \"SM\",2")
		synctest.Wait()
		if i := <-s.modem.Indications(); i.Slot.Index != 2 {
			t.Errorf("after the overflow: %+v", i)
		}
	})
}

func TestIndicationsOutliveTheOwnersAbsence(t *testing.T) {
	t.Parallel()
	script(t, least(nil).reply, func(t *testing.T, s *scripted) {
		s.open(t)
		const n = 500
		for range n {
			s.say("+CMT: ,22", deliver)
		}
		synctest.Wait()
		if err := s.modem.Close(); err != nil {
			t.Fatal(err)
		}
		s.open(t)
		for range n {
			select {
			case i := <-s.modem.Indications():
				if i.Kind != modem.MessageDirect {
					t.Fatalf("got %s", i.Kind)
				}
			case <-time.After(time.Second):
				t.Fatal("an indication is lost")
			}
		}
	})
}

func TestMethodsOfAClosedModem(t *testing.T) {
	t.Parallel()
	m := modem.New(modem.Config{Name: "m0"})
	ctx := t.Context()
	_, submit := m.Submit(ctx, []byte{1})
	_, read := m.Read(ctx, modem.Slot{})
	_, list := m.List(ctx)
	for name, err := range map[string]error{
		"Submit": submit, "Read": read, "List": list, "Delete": m.Delete(ctx, modem.Slot{}),
		"Acknowledge": m.Acknowledge(ctx), "Refresh": m.Refresh(ctx), "Resync": m.Resync(ctx), "Ping": m.Ping(ctx), "Reinitialise": m.Reinitialise(ctx),
	} {
		var fault *modem.Fault
		if !errors.As(err, &fault) || !errors.Is(err, modem.ErrNotOpen) || fault.Phase != modem.BeforePayload {
			t.Errorf("%s: %v, want ErrNotOpen", name, err)
		}
	}
	if err := m.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}
