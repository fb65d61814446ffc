package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/accept"
	"goniec/api"
	"goniec/api/client"
	"goniec/api/consent"
	"goniec/api/events"
	"goniec/api/incoming"
	"goniec/api/messages"
	"goniec/api/modems"
	"goniec/api/rest"
	"goniec/api/system"
	"goniec/api/tokens"
	"goniec/api/webhooks"
	"goniec/calendar"
	"goniec/clock"
	"goniec/configs"
	"goniec/inbox"
	"goniec/number"
	"goniec/queue"
	"goniec/reply"
	"goniec/selfcare"
	"goniec/suppression"
	"goniec/web/docs"
	"goniec/webhook"
)

// assembly holds all parts between the store and the listeners that depend on the
// configuration. A reload of more than the modems builds a new assembly on the same store and
// replaces the old one. The new assembly keeps the radio if the change allows.
type assembly struct {
	*radio
	app          *App
	config       atomic.Pointer[configs.Config] // in force; replaced as a whole
	queue        *queue.Queue
	inbox        *inbox.Inbox
	suppressions *suppression.List
	replies      *reply.Replies
	care         *selfcare.Care
	webhooks     *webhook.Webhooks
	server       *rest.Server
	handler      http.Handler
	admin        http.Handler

	endStreams context.CancelFunc // ends the event streams
	end        context.CancelFunc // ends the loops
	loops      sync.WaitGroup
	created    time.Time
	lastTend   atomic.Int64 // last successful Tend, nanoseconds since created

	afterTend     <-chan struct{}       // closed after the first Tend, successful or not
	noteFirstTend func()                // closes afterTend; further calls do nothing
	tendError     atomic.Pointer[error] // error of the last Tend; nil: none
	clockSince    time.Time             // when watch first found the clock unconfirmed; zero: confirmed; used by watch alone
}

// assemble builds an assembly for config, not yet started, with the radio r; nil: with a new
// one.
func (a *App) assemble(config configs.Config, r *radio) (*assembly, error) {
	s := &assembly{radio: r, app: a, suppressions: suppression.New(a.store, a.events), created: time.Now()}
	s.config.Store(&config)
	first := make(chan struct{})
	s.afterTend, s.noteFirstTend = first, sync.OnceFunc(func() { close(first) })
	quiet, err := calendar.ParseQuietHours(config.QuietHours.From, config.QuietHours.To, config.QuietHours.DaysOff)
	if err != nil {
		return nil, err
	}
	numbering := number.Numbering{Region: config.Region, Countries: config.Countries, ShortCodes: config.ShortCodes}
	if s.radio == nil {
		s.radio = a.newRadio(config)
	}
	register := prometheus.NewRegistry()
	believed, err := clock.New(clock.Config{Store: a.store, Box: a.box, Boot: a.options.Machine.Boot, Logger: a.log})
	if err != nil {
		return nil, fmt.Errorf("make clock: %w", err)
	}
	s.queue, err = queue.New(queue.Config{
		Store: a.store, Events: a.events, Box: a.box, Logger: a.log, Registerer: register,
		Uncertain: queue.Policy(config.Uncertain), UncertainWait: config.UncertainWait,
		MaxParts: config.MaxParts, Location: config.Location(),
		QuietHours: quiet, Numbering: numbering, Router: s.routing, Clock: believed,
	})
	if err != nil {
		return nil, fmt.Errorf("make queue: %w", err)
	}
	s.inbox, err = inbox.New(inbox.Config{
		Store: a.store, Events: a.events, Queue: s.queue, Numbering: numbering, Location: config.Location(),
		Contacts: s.routing, Logger: a.log, Registerer: register,
	})
	if err != nil {
		return nil, fmt.Errorf("make inbox: %w", err)
	}
	if s.replies, err = a.newReplies(s, numbering, register); err != nil {
		return nil, err
	}
	s.care = selfcare.New(selfcare.Config{
		Gateway: s.gateway, Store: a.store, Queue: s.queue, Inbox: s.inbox, Logger: a.log, Registerer: register, Location: config.Location(),
		Calls:  selfcare.CallConfig{HangUpAfter: config.Calls.HangUpAfter, Text: config.Calls.Text},
		Test:   selfcare.TestConfig{Every: config.SelfTest.Every, To: config.SelfTest.To, Wait: config.SelfTest.Wait, PerMonth: config.SelfTest.PerMonth},
		Credit: creditConfigs(config.Modems),
	})
	s.webhooks = a.newWebhooks(config.Webhooks, s, register)
	numbers := accept.Numbers{Numbering: numbering}
	intake := accept.New(accept.Config{
		Queue: s.queue, Questions: s.replies, Numbers: numbers, HasModem: s.gateway.Has, MaxParts: config.MaxParts,
	})
	s.server = api.New(
		rest.Config{Tokens: a.tokens, Logger: a.log, Registerer: register},
		messages.Resource{Intake: intake, Queue: s.queue, Replies: s.replies, Numbers: numbers},
		incoming.Resource{Inbox: s.inbox, Replies: s.replies, Numbers: numbers},
		consent.Resource{Suppressions: s.suppressions, Erasures: s.queue, Erase: s.erase, Numbers: numbers, Log: a.log},
		modems.Resource{Gateway: s.gateway, Care: s.care, Version: a.options.Version},
		events.Resource{Events: a.events, Kinds: Facts(), Tokens: a.tokens, Log: a.log},
		webhooks.Resource{Webhooks: s.webhooks},
		tokens.Resource{Tokens: a.tokens, Log: a.log},
		system.Resource{
			Store: a.store, Queue: s.queue, Clock: s.queue.Clock(), Modems: s.gateway, Alarms: a.alarms.list, Encryption: a.encryption,
			Backup: a.backup, Gatherer: prometheus.Gatherers{a.registry, s.radio.metrics, register}, Location: config.Location(), Version: a.options.Version, Log: a.log,
			Settings: client.Settings{
				Timezone: config.Timezone, Region: config.Region, MaxParts: config.MaxParts,
				QuietHours: client.QuietHours{
					Enabled: !quiet.None(), From: config.QuietHours.From, To: config.QuietHours.To, DaysOff: append([]string{}, config.QuietHours.DaysOff...),
				},
			},
		},
	)
	docs.Mount(s.server)
	s.handler, s.admin = s.server.Handler(), s.server.AdminHandler()
	return s, nil
}

// start connects the modems to this assembly, starts them unless they run, and starts the
// loops. life is the context of the app.
func (s *assembly) start(life context.Context) error {
	ctx, end := context.WithCancel(life)
	if err := s.confirmClock(ctx); err != nil { // before anything is sent
		end()
		return err
	}
	s.gateway.Use(s.queue, s.inbox)
	if !s.radio.started {
		if err := s.radio.start(life, s.app, *s.config.Load()); err != nil {
			end()
			return err
		}
	}
	s.end = end
	streams, hush := context.WithCancel(ctx)
	s.endStreams = hush
	s.loops.Go(func() { s.server.Run(streams) })
	s.loops.Go(func() { s.care.Run(ctx) })
	s.loops.Go(func() { s.tend(ctx) })
	s.loops.Go(func() { s.watch(ctx) })
	s.loops.Go(func() { s.replies.Run(ctx) })
	s.loops.Go(func() { s.replies.RunEnds(ctx) })
	s.loops.Go(func() { s.webhooks.Run(ctx) })
	return nil
}

// retire ends all parts except the radio.
func (s *assembly) retire() {
	s.endStreams()
	s.end()
	s.loops.Wait()
}

// stop stops the modems, which lets running submissions end until ctx is done, and then ends
// all other parts.
func (s *assembly) stop(ctx context.Context) error {
	s.endStreams()
	err := s.radio.stop(ctx)
	s.retire()
	if errors.Is(err, context.DeadlineExceeded) {
		// A hanging modem is no failure of the stop: its part is recorded as uncertain.
		s.app.log.Warn("time was up while a modem was busy, so it was cut off")
		return nil
	}
	if err != nil {
		return fmt.Errorf("stop modems: %w", err)
	}
	return nil
}

// stuck returns the name of a part that has not run for staleAfter; empty if all have. The
// time is monotonic, since the clock of a box may jump by years when the network sets it.
func (s *assembly) stuck() string {
	if time.Since(s.created)-time.Duration(s.lastTend.Load()) > staleAfter {
		return "queue"
	}
	return ""
}
