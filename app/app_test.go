package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/api/client"
	"goniec/app"
	"goniec/app/migrate"
	"goniec/catalogue"
	"goniec/configs"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/store"
	"goniec/store/boltstore"
)

// dataDir returns a directory whose name is short enough for a unix socket.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "goniec-app-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "data")
}

// config is a configuration for tests: any port, at any hour, no real modems.
func config(t *testing.T) configs.Config {
	t.Helper()
	c := configs.Default()
	c.DataDir = dataDir(t)
	c.HTTP.Listen = "127.0.0.1:0"
	c.QuietHours.To = c.QuietHours.From
	c.ShutdownTimeout = 5 * time.Second
	return c
}

// options has no port that could lead to a real modem.
func options() app.Options {
	return app.Options{Version: "test", Ports: func() ([]modem.PortInfo, error) { return nil, nil }}
}

// start starts an app for the rest of the test.
func start(t *testing.T, c configs.Config, o app.Options) *app.App {
	t.Helper()
	a, err := app.New(c, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a
}

func local(t *testing.T, c configs.Config) *client.Client {
	t.Helper()
	cl, err := client.New("unix:"+app.SocketPath(c.DataDir), "")
	if err != nil {
		t.Fatal(err)
	}
	return cl
}

func TestDataDirectoryIsPrivate(t *testing.T) {
	t.Parallel()
	c := config(t)
	if err := os.MkdirAll(c.DataDir, 0o755); err != nil {
		t.Fatal(err)
	}
	start(t, c, options())
	for path, want := range map[string]os.FileMode{
		c.DataDir:                 0o700,
		app.DataPath(c.DataDir):   0o600,
		app.SocketPath(c.DataDir): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %v, want %v", filepath.Base(path), got, want)
		}
	}
}

func TestDirectoryOfOthersIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	c := config(t)
	if err := os.MkdirAll(filepath.Join(c.DataDir, "photos"), 0o755); err != nil {
		t.Fatal(err)
	}
	start(t, c, options())
	info, err := os.Stat(c.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o755 {
		t.Errorf("a directory with other things in it has mode %v now", got)
	}
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	for name, test := range map[string]struct {
		prepare func(t *testing.T, c *configs.Config)
		want    func(error) bool
	}{
		"another process has the data": {
			prepare: func(t *testing.T, c *configs.Config) { start(t, *c, options()) },
			want:    func(err error) bool { return errors.Is(err, boltstore.ErrLocked) },
		},
		"the file is no database": {
			prepare: func(t *testing.T, c *configs.Config) {
				if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(app.DataPath(c.DataDir), []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			want: func(err error) bool { return errors.Is(err, boltstore.ErrDamaged) },
		},
		"a newer version wrote the data": {
			prepare: func(t *testing.T, c *configs.Config) { setSchema(t, c.DataDir, "7") },
			want: func(err error) bool {
				var newer *migrate.NewerDataError
				return errors.As(err, &newer) && newer.Found == 7 && newer.Known == 3
			},
		},
		"the schema number is none": {
			prepare: func(t *testing.T, c *configs.Config) { setSchema(t, c.DataDir, "one") },
			want:    func(err error) bool { return errors.Is(err, boltstore.ErrDamaged) },
		},
		"another program listens there": {
			prepare: func(_ *testing.T, c *configs.Config) { c.HTTP.Listen = taken.Addr().String() },
			want: func(err error) bool {
				var listen *app.ListenError
				return errors.As(err, &listen) && listen.Address == taken.Addr().String() && errors.Is(err, syscall.EADDRINUSE)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := config(t)
			test.prepare(t, &c)
			a, err := app.New(c, options())
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Start(t.Context()); err == nil || !test.want(err) {
				t.Fatalf("Start = %v", err)
			}
			if app.Answers(t.Context(), app.SocketPath(c.DataDir)) && name != "another process has the data" {
				t.Error("somebody answers on the socket although Start has failed")
			}
		})
	}
}

// setSchema makes data with this number.
func setSchema(t *testing.T, dir, number string) {
	t.Helper()
	s, err := app.OpenStore(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("meta/version", []byte(number)) }); err != nil {
		t.Fatal(err)
	}
}

// TestAFailedStartCanBeRepeated needs everything that the first attempt had taken
// to be free again.
func TestAFailedStartCanBeRepeated(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := config(t)
	c.HTTP.Listen = taken.Addr().String()
	a, err := app.New(c, options())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err == nil {
		t.Fatal("Start succeeds on an address that is taken")
	}
	taken.Close()
	if a := start(t, c, options()); a.URL() != "http://"+c.HTTP.Listen {
		t.Errorf("URL() = %s", a.URL())
	}
}

func TestStaleSocketIsReplaced(t *testing.T) {
	t.Parallel()
	c := config(t)
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		t.Fatal(err)
	}
	// What a daemon leaves that was killed: a socket without a listener.
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: app.SocketPath(c.DataDir)})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	start(t, c, options())
	if _, err := local(t, c).Tokens(t.Context()); err != nil {
		t.Errorf("the command line cannot reach the daemon: %v", err)
	}
}

// drained is less than what Stop waits for requests that do not end.
const drained = 1900 * time.Millisecond

func TestStopLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	c := config(t)
	a, err := app.New(c, options())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	// An open event stream must not hold it up.
	opened := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://goniec/v1/events", nil)
		if err != nil {
			t.Error(err)
			return
		}
		h := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", app.SocketPath(c.DataDir))
		}}}
		answer, err := h.Do(r)
		close(opened)
		if err != nil {
			t.Error(err)
			return
		}
		defer answer.Body.Close()
		_, _ = io.Copy(io.Discard, answer.Body) // ends when the daemon does, one way or the other
	}()
	<-opened
	begin := time.Now()
	if err := a.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > drained {
		t.Errorf("Stop took %s with an open event stream", took)
	}
	<-ended
	if _, err := os.Stat(app.SocketPath(c.DataDir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(a.URL(), "http://")); err == nil {
		t.Error("somebody still listens")
	}
	s, err := app.OpenStore(t.Context(), c.DataDir, nil)
	if err != nil {
		t.Fatalf("the data is not free: %v", err)
	}
	s.Close()
}

// TestEveryModemThatAnswersIsUsed starts without modems in the configuration.
func TestEveryModemThatAnswersIsUsed(t *testing.T) {
	t.Parallel()
	n := emulator.NewNetwork(emulator.Options{Seed: 2})
	defer n.Close()
	var ports []modem.PortInfo
	var imei string
	for _, profile := range []emulator.Profile{emulator.HuaweiE3372(), emulator.Generic()} {
		m := n.NewModem(profile, n.AddSIM(emulator.SIM{}))
		port, err := m.OpenPTY()
		if err != nil {
			t.Fatal(err)
		}
		imei = m.IMEI()
		ports = append(ports, modem.PortInfo{Device: port.Path()})
	}
	c := config(t)
	o := options()
	o.Ports = func() ([]modem.PortInfo, error) { return ports, nil }
	start(t, c, o)
	cl := local(t, c)
	var names []string
	eventually(t, "two modems are ready", func() bool {
		modems, err := cl.Modems(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		names = nil
		for _, m := range modems {
			if m.State == "ready" {
				names = append(names, m.Name)
			}
		}
		return len(names) == 2
	})
	if want := "emulator-" + imei[len(imei)-4:]; names[1] != want {
		t.Errorf("the second modem is called %s, want %s", names[1], want)
	}
	if _, err := cl.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: "Wizyta", Modem: names[1]}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is sent", func() bool { return n.AcceptedCount() == 1 })
}

// TestModemByIMEI has a modem that is known by its number alone change its port
// between two runs of the daemon.
func TestModemByIMEI(t *testing.T) {
	t.Parallel()
	n := emulator.NewNetwork(emulator.Options{Seed: 5})
	defer n.Close()
	var ports []modem.PortInfo
	for range 2 {
		port, err := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{})).OpenPTY()
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, modem.PortInfo{Device: port.Path(), VendorID: "12d1"})
	}
	wanted := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{}))
	c := config(t)
	m := configs.DefaultModem()
	m.Name, m.IMEI = "m0", wanted.IMEI()
	c.Modems = []configs.Modem{m}
	o := options()
	for range 2 {
		port, err := wanted.OpenPTY()
		if err != nil {
			t.Fatal(err)
		}
		o.Ports = func() ([]modem.PortInfo, error) {
			return append(ports, modem.PortInfo{Device: port.Path(), VendorID: "12d1"}), nil
		}
		a, err := app.New(c, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the modem is ready", func() bool {
			modems, err := local(t, c).Modems(t.Context())
			return err == nil && modems[0].State == "ready" && modems[0].Device == port.Path() && modems[0].IMEI == wanted.IMEI()
		})
		if err := a.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := port.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	n := emulator.NewNetwork(emulator.Options{Seed: 3})
	defer n.Close()
	port, err := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{})).OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	c := config(t)
	m := configs.DefaultModem()
	m.Name, m.Device = "a", "/dev/ttyUSB-missing"
	c.Modems = []configs.Modem{m}
	a := start(t, c, options())
	cl := local(t, c)

	broken := c
	broken.MaxParts = 99
	var mistakes *configs.Errors
	if err := a.Reload(broken); !errors.As(err, &mistakes) || mistakes.Mistakes[0].Key != "max_parts" {
		t.Errorf("Reload of a broken configuration = %v", err)
	}

	// The list of modems changes, and what needs a restart stays.
	m.Name, m.Device = "b", port.Path()
	changed := c
	changed.Modems = append(changed.Modems, m)
	changed.DataDir, changed.HTTP.Listen = "/elsewhere", "127.0.0.1:1"
	var refused *app.RefusedError
	if err := a.Reload(changed); !errors.As(err, &refused) {
		t.Fatalf("Reload = %v, want a *RefusedError", err)
	}
	if diff := cmp.Diff([]string{"data_dir", "http.listen"}, refused.Keys); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	states := func() map[string]string {
		modems, err := cl.Modems(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		states := map[string]string{}
		for _, m := range modems {
			states[m.Name] = m.State
		}
		return states
	}
	eventually(t, "the new modem is ready", func() bool { return states()["b"] == "ready" })

	// Quiet hours around now hold a message.
	quiet := changed
	quiet.DataDir, quiet.HTTP.Listen = c.DataDir, c.HTTP.Listen
	now := time.Now().In(quiet.Location())
	quiet.QuietHours = configs.QuietHours{From: now.Add(-time.Hour).Format("15:04"), To: now.Add(2 * time.Hour).Format("15:04")}
	if err := a.Reload(quiet); err != nil {
		t.Fatal(err)
	}
	held, err := cl.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: "Wizyta"})
	if err != nil {
		t.Fatal(err)
	}
	if held.Status != client.StatusHeld {
		t.Errorf("a message in quiet hours is %s, want held", held.Status)
	}
	eventually(t, "the modem is ready again", func() bool { return states()["b"] == "ready" })
	if _, err := cl.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: "Pilne", Priority: client.PriorityHigh}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the urgent one is sent", func() bool { return n.AcceptedCount() == 1 })
	if states()["a"] == "ready" {
		t.Error("the missing modem is ready")
	}
}

// TestReloadLeavesModemsAlone: a change of what no modem needs is in force at once, while
// the modems stay open; a change of what they need has them opened again.
func TestReloadLeavesModemsAlone(t *testing.T) {
	t.Parallel()
	n := emulator.NewNetwork(emulator.Options{Seed: 3})
	defer n.Close()
	device := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{}))
	port, err := device.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	c := config(t)
	m := configs.DefaultModem()
	m.Name, m.Device = "a", port.Path()
	c.Modems = []configs.Modem{m}
	a := start(t, c, options())
	cl := local(t, c)
	readySince := func() (since time.Time) {
		eventually(t, "the modem is ready", func() bool {
			modems, err := cl.Modems(t.Context())
			if err != nil || len(modems) != 1 || modems[0].State != "ready" {
				return false
			}
			since = *modems[0].Since
			return true
		})
		return since
	}
	opened := readySince()

	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		key    string
		change func(*configs.Config)
	}{
		{"webhooks", func(c *configs.Config) {
			c.Webhooks = []configs.Webhook{{Name: "his", URL: "http://127.0.0.1:9/", SecretFile: secret, Events: []string{"message.*"}, Timeout: time.Second}}
		}},
		{"retention", func(c *configs.Config) { c.Retention.Texts = 24 * time.Hour }},
		{"replies", func(c *configs.Config) { c.Replies.Texts.PL.Unclear = "Prosimy TAK albo NIE." }},
		{"self_test", func(c *configs.Config) { c.SelfTest.PerMonth = 1 }},
		{"quiet_hours", func(c *configs.Config) {
			now := time.Now().In(c.Location())
			c.QuietHours = configs.QuietHours{From: now.Add(-time.Hour).Format("15:04"), To: now.Add(2 * time.Hour).Format("15:04")}
		}},
	} {
		step.change(&c)
		if err := a.Reload(c); err != nil {
			t.Fatalf("%s: %v", step.key, err)
		}
		if got := readySince(); !got.Equal(opened) {
			t.Errorf("a change of %s had the modem opened again", step.key)
		}
	}
	held, err := cl.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: "Wizyta"})
	if err != nil {
		t.Fatal(err)
	}
	if held.Status != client.StatusHeld {
		t.Errorf("a message in the new quiet hours is %s, want held", held.Status)
	}
	receivers, err := cl.Webhooks(t.Context())
	if err != nil || len(receivers) != 1 {
		t.Errorf("webhooks %v, %v", receivers, err)
	}
	if _, err := cl.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: "Pilne", Priority: client.PriorityHigh}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the urgent one is sent by the modem that stayed open", func() bool { return n.AcceptedCount() == 1 })

	c.Timezone = "Europe/Madrid"
	if err := a.Reload(c); err != nil {
		t.Fatal(err)
	}
	if readySince().Equal(opened) {
		t.Error("a change of timezone left the modem with the days of the old one")
	}
}

// TestRenewedCertificate answers by TLS, and with the new certificate after its
// files have been replaced and the configuration is read again.
func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	c := config(t)
	dir := t.TempDir()
	c.HTTP.TLS = configs.TLS{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	writeCertificate(t, c.HTTP.TLS, "first")
	a := start(t, c, options())
	if got := commonName(t, a.URL()); got != "first" {
		t.Errorf("the certificate is that of %s", got)
	}
	writeCertificate(t, c.HTTP.TLS, "second")
	if err := a.Reload(c); err != nil {
		t.Fatal(err)
	}
	if got := commonName(t, a.URL()); got != "second" {
		t.Errorf("after Reload the certificate is that of %s", got)
	}
}

func writeCertificate(t *testing.T, files configs.TLS, name string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{
		files.CertFile: {Type: "CERTIFICATE", Bytes: cert},
		files.KeyFile:  {Type: "PRIVATE KEY", Bytes: encoded},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// commonName makes a new connection and returns whose certificate is shown.
func commonName(t *testing.T, url string) string {
	t.Helper()
	address, secure := strings.CutPrefix(url, "https://")
	if !secure {
		t.Fatalf("URL %s is not https", url)
	}
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true}) // it is self-signed, and looked at below
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].Subject.CommonName
}

func TestNewRefusesMistakes(t *testing.T) {
	t.Parallel()
	c := config(t)
	c.MaxParts = 0
	var mistakes *configs.Errors
	if _, err := app.New(c, options()); !errors.As(err, &mistakes) {
		t.Fatalf("New = %v", err)
	}
	want := "max_parts: 0 is out of range. Write a number from 1 to 10."
	if got := mistakes.Mistakes[0].Text(catalogue.English); got != want {
		t.Errorf("it says %s, want %s", got, want)
	}
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		case <-ticker.C:
		}
	}
}
