package app

import (
	"context"
	"fmt"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/configs"
	"goniec/gateway"
)

// radio holds the modems and their routing: the part of an assembly that may outlive a reload,
// since a modem that is closed and opened is away for a minute.
type radio struct {
	routing *gateway.Routing
	gateway *gateway.Gateway
	metrics *prometheus.Registry
	started bool
	end     context.CancelFunc // ends the search for modems
	search  sync.WaitGroup
}

// newRadio builds the radio for config, without a queue yet.
func (a *App) newRadio(config configs.Config) *radio {
	r := &radio{metrics: prometheus.NewRegistry()}
	r.routing = gateway.NewRouting(gateway.RoutingConfig{
		Store: a.store,
		Cap:   gateway.RecipientCap{PerHour: config.RecipientCap.PerHour, PerDay: config.RecipientCap.PerDay},
	})
	r.gateway = gateway.New(gateway.Config{
		Modems: a.modemConfigs(config.Modems, config.ProfilesDir), Store: a.store, Routing: r.routing, Events: a.events,
		Logger: a.log, Registerer: r.metrics, Location: config.Location(),
	})
	return r
}

// start starts the modems, and the search for modems if config names none.
func (r *radio) start(life context.Context, a *App, config configs.Config) error {
	ctx, end := context.WithCancel(life)
	if err := r.gateway.Start(ctx); err != nil {
		end()
		return fmt.Errorf("start modems: %w", err)
	}
	r.started, r.end = true, end
	if len(config.Modems) == 0 {
		r.search.Go(func() {
			r.gateway.Discover(ctx, gateway.Discovery{
				Ports: a.options.Ports, BaudRate: configs.DefaultModem().BaudRate,
				Modem: func(name, device string) gateway.ModemConfig { return a.foundModem(name, device, config.ProfilesDir) },
			})
		})
	}
	return nil
}

// stop claims no more messages, lets running submissions end until ctx is done, and closes the
// modems.
func (r *radio) stop(ctx context.Context) error {
	if !r.started {
		return nil
	}
	err := r.gateway.Stop(ctx)
	r.end()
	r.search.Wait()
	return err
}
