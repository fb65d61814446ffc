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

// RefusedError says that a new configuration changes what can only be changed by
// a restart. The rest of it is in force.
type RefusedError struct {
	Keys []string // "data_dir", "http.listen"
}

// Error implements error.
func (e *RefusedError) Error() string {
	return "needs a restart: " + strings.Join(e.Keys, ", ")
}

// Reload puts config in force while the daemon runs. A configuration with mistakes
// changes nothing and its error is returned. What needs a restart stays as it is
// and is named by a *RefusedError; everything else holds when Reload returns.
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
	if err := a.tls.load(); err != nil { // a renewed certificate in the same files
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

// reach is what a change of a key touches in a running daemon.
type reach int

const (
	reachRest   reach = iota // everything but the modems
	reachModems              // those of the modems that changed
	reachRadio               // all modems
	reachLog                 // what is read whenever it is needed, and the logger
	reachStart               // nothing: it needs a restart
)

// reachOf returns what a change of the key touches. Pace counts the days of the time
// zone, and the recipient cap is looked at once more when a part leaves: the modems
// must not see two values of them.
func reachOf(key string) reach {
	top, _, _ := strings.Cut(key, ".")
	switch top {
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

// apply makes the running assembly follow config, and touches no more than the keys
// that have changed: a modem that was closed is away for a minute.
func (a *App) apply(config configs.Config) (changed []string, err error) {
	running := a.current.Load()
	was := running.config.Load()
	changed = configs.Changed(*was, config)
	far := func(r reach) bool {
		return slices.ContainsFunc(changed, func(key string) bool { return reachOf(key) == r })
	}
	found := len(config.Modems) == 0 // nobody names the modems
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
	if !found { // even if the list is the same: a file with a PIN may have changed
		running.gateway.SetModems(a.modemConfigs(config.Modems, config.ProfilesDir))
	}
	return changed, nil
}

// replace puts an assembly for config in the place of the old one, around the radio r,
// which is that of the old one, or nil to have the modems closed and opened again; if
// that fails, one for the old configuration. Requests are answered all the while: what
// the queue takes meanwhile waits in the store.
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

// launch builds and starts an assembly around the radio r; nil: around a new one.
func (a *App) launch(config configs.Config, r *radio) (*assembly, error) {
	s, err := a.assemble(config, r)
	if err != nil {
		return nil, err
	}
	return s, s.start(a.life)
}

// setLevel makes the logger follow the configuration.
func (a *App) setLevel() {
	if a.options.Level == nil {
		return
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(a.config.Log.Level)); err == nil {
		a.options.Level.Set(level)
	}
}

// LogMistakes writes every mistake of a configuration into the log, one a line.
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
