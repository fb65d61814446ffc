package app

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"goniec/configs"
	"goniec/modem"
)

// reaches says of every key of the first level what a change of it, or of a key below
// it, touches in a running daemon.
func reaches() map[string]reach {
	return map[string]reach{
		"data_dir": reachStart, "box": reachStart, "key_file": reachStart, "http": reachStart,
		"modems": reachModems, "profiles_dir": reachModems,
		"timezone": reachRadio, "recipient_cap": reachRadio,
		"log": reachLog, "shutdown_timeout": reachLog,
		"region": reachRest, "countries": reachRest, "short_codes": reachRest, "quiet_hours": reachRest, "calls": reachRest,
		"self_test": reachRest, "replies": reachRest, "uncertain": reachRest, "uncertain_wait": reachRest,
		"retention": reachRest, "webhooks": reachRest, "max_parts": reachRest,
	}
}

// TestEveryKeyHasAReach changes each key of the configuration alone: a new one must say
// what a change of it touches, and be found changed.
func TestEveryKeyHasAReach(t *testing.T) {
	t.Parallel()
	wanted, met := reaches(), map[string]bool{}
	for _, way := range leaves(reflect.TypeFor[configs.Config]()) {
		c := configs.Default()
		change(way, reflect.ValueOf(&c).Elem())
		keys := configs.Changed(configs.Default(), c)
		if len(keys) != 1 {
			t.Fatalf("one key was changed, Changed found %q", keys)
		}
		top, _, _ := strings.Cut(keys[0], ".")
		met[top] = true
		want, known := wanted[top]
		if got := reachOf(keys[0]); !known || got != want {
			t.Errorf("a change of %s touches %d, want %d (in the table: %v)", keys[0], got, want, known)
		}
	}
	for top := range wanted {
		if !met[top] {
			t.Errorf("the table names %s, which is no key", top)
		}
	}
}

// leaves returns the ways to all fields of a struct that are no structs themselves.
func leaves(of reflect.Type) [][]int {
	var all [][]int
	for i := range of.NumField() {
		if f := of.Field(i); f.Type.Kind() == reflect.Struct {
			for _, below := range leaves(f.Type) {
				all = append(all, append([]int{i}, below...))
			}
			continue
		}
		all = append(all, []int{i})
	}
	return all
}

// change gives the field at the end of way another value.
func change(way []int, v reflect.Value) {
	switch f := v.FieldByIndex(way); f.Kind() {
	case reflect.String:
		f.SetString(f.String() + "x")
	case reflect.Bool:
		f.SetBool(!f.Bool())
	case reflect.Slice:
		f.Set(reflect.Append(f, reflect.Zero(f.Type().Elem())))
	case reflect.Map:
		m := reflect.MakeMap(f.Type())
		m.SetMapIndex(reflect.ValueOf("x"), reflect.Zero(f.Type().Elem()))
		f.Set(m)
	default:
		f.SetInt(f.Int() + 1)
	}
}

// TestReloadBesideReaders reloads the list of modems while others read the
// configuration in force: the race detector tells if they share it.
func TestReloadBesideReaders(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "goniec-app-") // not t.TempDir: its name may be too long for a unix socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	c := configs.Default()
	c.DataDir, c.HTTP.Listen = dir, "127.0.0.1:0"
	m := configs.DefaultModem()
	m.Name, m.Device = "m", "/dev/ttyUSB-missing"
	c.Modems = []configs.Modem{m}
	a, err := New(c, Options{Ports: func() ([]modem.PortInfo, error) { return nil, nil }})
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
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			a.current.Load().checkAlarms(t.Context())
		}
	}()
	for i := range 20 {
		m.Name = fmt.Sprint("m", i)
		c.Modems = []configs.Modem{m}
		if err := a.Reload(c); err != nil {
			t.Fatal(err)
		}
	}
	<-done
	if got := a.current.Load().gateway.Modems(); len(got) != 1 || got[0].Name != m.Name {
		t.Errorf("modems %v", got)
	}
}
