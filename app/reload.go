package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"goniec/catalogue"
	"goniec/configs"
)

// RefusedError reports changes of a new configuration that need a restart. All other changes
// are in force.
type RefusedError struct {
	Keys []string // "data_dir", "http.listen"
}

// Error implements error.
func (e *RefusedError) Error() string {
	return "needs a restart: " + strings.Join(e.Keys, ", ")
}

// Reload puts config in force while the daemon runs. An invalid configuration changes nothing
// and its error is returned. Changes that need a restart are left out and named by a
// *RefusedError; all others are in force when Reload returns.
func (a *App) Reload(config configs.Config) error {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	if a.current.Load() == nil || a.life.Err() != nil {
		return errors.New("reload configuration: the daemon does not run")
	}
	if err := config.Validate(); err != nil {
		return err
	}
	a.notify(reloadingState())
	defer a.notify(ready)

	var refused []string
	for _, fixed := range []struct {
		key      string
		old, new *string
	}{
		{"data_dir", &a.config.DataDir, &config.DataDir},
		{"box", &a.config.Box, &config.Box},
		{"key_file", &a.config.KeyFile, &config.KeyFile},
		{"http.listen", &a.config.HTTP.Listen, &config.HTTP.Listen},
		{"http.tls.cert_file", &a.config.HTTP.TLS.CertFile, &config.HTTP.TLS.CertFile},
		{"http.tls.key_file", &a.config.HTTP.TLS.KeyFile, &config.HTTP.TLS.KeyFile},
	} {
		if *fixed.old != *fixed.new {
			refused = append(refused, fixed.key)
			a.log.Warn("this change needs a restart", "key", fixed.key, "in_force", *fixed.old, "wanted", *fixed.new)
			*fixed.new = *fixed.old
		}
	}
	if err := a.tls.load(); err != nil { // the same files may hold a renewed certificate
		return err
	}
	changed, err := a.apply(config)
	if err != nil {
		return err
	}
	a.config = config
	a.setLevel()
	a.log.Info("configuration reloaded", "changed", changed, "modems", len(config.Modems))
	if refused != nil {
		return &RefusedError{Keys: refused}
	}
	return nil
}

func reloadingState() string { return reloading + monotonic() }

// reach says which parts a change of a key touches in a running daemon.
type reach int

const (
	reachRest   reach = iota // everything except the modems
	reachModems              // the modems that changed
	reachRadio               // all modems
	reachLog                 // values that are read at each use, and the logger
	reachStart               // nothing before a restart
)

// reachOf returns the reach of a change of key. Pace depends on the time zone, and the
// recipient cap is checked by queue and modem: all modems must see one value of them.
func reachOf(key string) reach {
	switch top := key[:max(strings.IndexAny(key+".", ".["), 0)]; top {
	case "data_dir", "box", "key_file", "http":
		return reachStart
	case "modems", "profiles_dir":
		return reachModems
	case "timezone", "recipient_cap":
		return reachRadio
	case "log", "shutdown_timeout":
		return reachLog
	default:
		return reachRest
	}
}

// apply puts config in force and touches no more parts than the changed keys need: a modem
// that was closed is away for a minute. It returns the changed keys.
func (a *App) apply(config configs.Config) (changed []string, err error) {
	running := a.current.Load()
	was := running.config.Load()
	changed = configs.Changed(*was, config)
	far := func(r reach) bool {
		return slices.ContainsFunc(changed, func(key string) bool { return reachOf(key) == r })
	}
	found := len(config.Modems) == 0 // the modems are found, not configured
	switch {
	case far(reachRadio), found != (len(was.Modems) == 0), found && far(reachModems):
		return changed, a.replace(running, config, nil)
	case far(reachRest):
		if err := a.replace(running, config, running.radio); err != nil {
			return changed, err
		}
	default:
		running.config.Store(&config)
		running.care.SetCredit(creditConfigs(config.Modems))
	}
	if !found { // also with an equal list: a PIN file may have changed
		running.gateway.SetModems(a.modemConfigs(config.Modems, config.ProfilesDir))
	}
	return changed, nil
}

// replace replaces the assembly old by one for config, with the radio r of old, or with a new
// radio if r is nil. If that fails, an assembly for the old configuration is started. Requests
// are served all the while; queued messages wait in the store.
func (a *App) replace(old *assembly, config configs.Config, r *radio) error {
	ctx, cancel := context.WithTimeout(a.life, a.config.ShutdownTimeout+5*time.Second)
	defer cancel()
	if r != nil {
		old.retire()
	} else if err := old.stop(ctx); err != nil {
		a.log.Warn("modems were cut off to reload the configuration", "err", err)
	}
	fresh, err := a.launch(config, r)
	if err != nil {
		back, backErr := a.launch(*old.config.Load(), r)
		if backErr != nil {
			return errors.Join(err, backErr)
		}
		a.current.Store(back)
		return err
	}
	a.current.Store(fresh)
	return nil
}

// launch builds and starts an assembly with the radio r; nil: with a new one.
func (a *App) launch(config configs.Config, r *radio) (*assembly, error) {
	s, err := a.assemble(config, r)
	if err != nil {
		return nil, err
	}
	return s, s.start(a.life)
}

// setLevel sets the level of the logger from the configuration.
func (a *App) setLevel() {
	if a.options.Level == nil {
		return
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(a.config.Log.Level)); err == nil {
		a.options.Level.Set(level)
	}
}

// LogMistakes logs every mistake of a configuration, one a line; other errors as they are.
func LogMistakes(log *slog.Logger, err error) {
	var mistakes *configs.Errors
	if !errors.As(err, &mistakes) {
		log.Error("configuration not usable", "err", err)
		return
	}
	for _, m := range mistakes.Mistakes {
		log.Error("mistake in the configuration", "file", mistakes.Path, "place", m.Place(catalogue.English), "key", m.Key,
			"problem", m.Problem(catalogue.English), "remedy", m.Remedy(catalogue.English))
	}
}
