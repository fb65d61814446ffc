// Package app joins the parts of the gateway; no other package knows all of them.
//
// It owns the order of start and stop, the data directory, the listeners, the janitor, and the
// effects of a new configuration on a running daemon. It holds no rule about messages or
// modems.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"goniec/access"
	"goniec/configs"
	"goniec/event"
	"goniec/modem"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/sealed"
)

// Options are the inputs of an App besides the configuration.
type Options struct {
	Version string         // of the program
	Logger  *slog.Logger   // nil: nothing is logged
	Level   *slog.LevelVar // of Logger, set from the configuration; nil: not set
	// Ports lists serial ports that may be modems, for modems configured by IMEI and for a
	// configuration without modems; nil: modem.Ports.
	Ports func() ([]modem.PortInfo, error)
	// Machine is the computer's knowledge of the time; nil: that of this computer.
	Machine *Machine
}

// App is the whole daemon. Its methods may be called by any goroutine. Start is called once,
// and Stop once after it.
type App struct {
	options  Options
	log      *slog.Logger
	registry *prometheus.Registry

	// Made by Start and taken down by Stop; not changed in between.
	life     context.Context // ends when Stop has finished
	end      context.CancelFunc
	store    store.Store
	box      string      // name of this box in the store
	backup   io.WriterTo // the store
	scrubber scrubber    // the store
	events   *event.Log
	tokens   *access.Tokens
	pins     pinGuard
	memory   memory
	tls      *certificate
	alarms   *alarms
	url      string
	cleanup  []cleanup
	loops    sync.WaitGroup // housekeeping, systemd

	current atomic.Pointer[assembly] // the assembly in force

	reloading sync.Mutex     // held by Reload and Stop
	config    configs.Config // in force; guarded by reloading
}

// cleanup is one step of Stop.
type cleanup struct {
	name string
	run  func(ctx context.Context) error
}

// New returns an App that is not started. It has no side effects. The error is that of
// configs.Config.Validate.
func New(config configs.Config, o Options) (*App, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	if o.Ports == nil {
		o.Ports = modem.Ports
	}
	if o.Machine == nil {
		machine := thisMachine()
		o.Machine = &machine
	}
	a := &App{options: o, log: o.Logger, config: config, registry: prometheus.NewRegistry()}
	a.tls = &certificate{files: config.HTTP.TLS}
	a.setLevel()
	return a, nil
}

// URL returns the address of the API, such as "http://127.0.0.1:8080". It is valid after
// Start.
func (a *App) URL() string { return a.url }

// Start opens the data, starts the modems and serves requests; all of that is done when it
// returns. ctx bounds only the start. After an error nothing runs.
func (a *App) Start(ctx context.Context) (err error) {
	a.life, a.end = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			err = errors.Join(err, a.unwind(ctx))
		}
	}()
	a.log.Info("starting", "version", a.options.Version, "data_dir", a.config.DataDir, "listen", a.config.HTTP.Listen)
	if err := a.tls.load(); err != nil {
		return err
	}
	if err := a.openData(ctx); err != nil {
		return err
	}
	// The listeners are opened before anything is sent: a daemon that cannot be reached must
	// not send.
	l, err := listenTCP(ctx, a.config.HTTP.Listen)
	if err != nil {
		return err
	}
	defer a.closeIfFailed(&err, l)
	socket, err := listenSocket(ctx, SocketPath(a.config.DataDir))
	if err != nil {
		return err
	}
	defer a.closeIfFailed(&err, socket)

	uncertain, err := a.startAssembly(ctx)
	if err != nil {
		return err
	}
	a.url = baseURL(l, a.tls.configured())
	a.serve(a.tls.wrap(l), "stop answering requests", a.api)
	a.serve(socket, "stop answering the command line", a.admin)
	a.onStop("end event streams", func(context.Context) error { // the servers' Shutdown would wait for the streams
		a.current.Load().endStreams()
		return nil
	})
	a.startLoops()
	a.log.Info("started", "url", a.url, "modems", len(a.config.Modems), "uncertain", uncertain)
	return nil
}

// onStop adds a step to Stop; the last one added runs first.
func (a *App) onStop(name string, run func(context.Context) error) {
	a.cleanup = append(a.cleanup, cleanup{name, run})
}

func (a *App) closeIfFailed(err *error, l net.Listener) {
	if *err != nil {
		l.Close()
	}
}

// openData opens the store and the parts that need nothing but the store.
func (a *App) openData(ctx context.Context) error {
	a.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	keys, err := sealed.LoadKeys(sealed.KeyPath(a.config.KeyFile))
	if err != nil {
		return err
	}
	s, file, err := openStore(ctx, a.config.DataDir, keys, boltstore.Options{Logger: a.log, Registerer: a.registry})
	if err != nil {
		return err
	}
	a.onStop("close the data", func(context.Context) error { return s.Close() })
	a.store, a.backup, a.scrubber = s, file, file
	if err := a.settleBox(ctx, s); err != nil {
		return err
	}
	a.events = event.New(s, a.box)
	a.registry.MustRegister(a.events)
	a.tokens = access.NewTokens(s)
	a.alarms = newAlarms(a.log, s, a.events, a.registry)
	a.pins = pinGuard{ctx: a.life, store: s, log: a.log}
	a.memory = memory{ctx: a.life, store: s}
	return nil
}

// startAssembly builds and starts the first assembly. It returns how many parts were in flight
// at the last stop and are now uncertain.
func (a *App) startAssembly(ctx context.Context) (uncertain int, err error) {
	first, err := a.assemble(a.config, nil)
	if err != nil {
		return 0, err
	}
	// Recover must run before any worker: parts still marked as in flight belong to an earlier
	// run.
	if uncertain, err = first.queue.Recover(ctx); err != nil {
		return 0, fmt.Errorf("look through the queue: %w", err)
	}
	if err := a.holdRestored(ctx, first.queue.HoldRestored); err != nil {
		return 0, fmt.Errorf("hold what was restored: %w", err)
	}
	if err := first.start(a.life); err != nil {
		return 0, err
	}
	a.current.Store(first)
	a.onStop("stop sending and receiving", func(ctx context.Context) error { return a.current.Load().stop(ctx) })
	return uncertain, nil
}

// serve serves l with the handler of the assembly in force.
func (a *App) serve(l net.Listener, name string, handler func(http.ResponseWriter, *http.Request)) {
	w := newWeb(a.life, l, http.HandlerFunc(handler), a.log)
	a.onStop(name, w.stop)
}

func (a *App) api(w http.ResponseWriter, r *http.Request)   { a.current.Load().handler.ServeHTTP(w, r) }
func (a *App) admin(w http.ResponseWriter, r *http.Request) { a.current.Load().admin.ServeHTTP(w, r) }

// Stop ends the daemon within shutdown_timeout. It stops serving requests and claiming
// messages, lets running submissions end, closes the modems and then the data. The end of ctx
// shortens the time.
func (a *App) Stop(ctx context.Context) error {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	a.log.Info("stopping", "timeout", a.config.ShutdownTimeout)
	a.notify(stopping)
	ctx, cancel := context.WithTimeout(ctx, a.config.ShutdownTimeout)
	defer cancel()
	err := a.unwind(ctx)
	if err != nil {
		a.log.Error("stopped, not cleanly", "err", err)
		return err
	}
	a.log.Info("stopped")
	return nil
}

// unwind runs the steps of Stop, the last one added first.
func (a *App) unwind(ctx context.Context) error {
	defer a.end()
	var failed []error
	for len(a.cleanup) > 0 {
		step := a.cleanup[len(a.cleanup)-1]
		a.cleanup = a.cleanup[:len(a.cleanup)-1]
		if err := step.run(ctx); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", step.name, err))
		}
	}
	return errors.Join(failed...)
}
