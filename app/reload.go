package app

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
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
	if err := a.apply(config); err != nil {
		return err
	}
	a.config = config
	a.setLevel()
	a.log.Info("configuration reloaded", "modems", len(config.Modems))
	if refused != nil {
		return &RefusedError{Keys: refused}
	}
	return nil
}

func reloadingState() string { return reloading + monotonic() }

// apply makes the running assembly follow config: the list of modems is changed in
// place, for everything else a new assembly takes over.
func (a *App) apply(config configs.Config) error {
	running := a.current.Load()
	was, is := running.config, config
	for _, c := range []*configs.Config{&was, &is} {
		c.Modems, c.Log, c.ShutdownTimeout = nil, configs.Log{}, 0
	}
	named := len(config.Modems) > 0
	if !reflect.DeepEqual(was, is) || named != (len(running.config.Modems) > 0) {
		return a.replace(running, config)
	}
	if named { // even if the list is the same: a file with a PIN may have changed
		running.gateway.SetModems(a.modemConfigs(config.Modems, config.ProfilesDir))
		running.care.SetCredit(creditOf(config.Modems))
		running.config.Modems = config.Modems
	}
	return nil
}

// replace stops the old assembly and starts one for config; if that fails, one for
// the old configuration. Requests are answered all the while: what the queue takes
// meanwhile waits in the store.
func (a *App) replace(old *assembly, config configs.Config) error {
	ctx, cancel := context.WithTimeout(a.life, a.config.ShutdownTimeout+5*time.Second)
	defer cancel()
	if err := old.stop(ctx); err != nil {
		a.log.Warn("modems were cut off to reload the configuration", "err", err)
	}
	fresh, err := a.launch(config)
	if err != nil {
		back, backErr := a.launch(old.config)
		if backErr != nil {
			return errors.Join(err, backErr)
		}
		a.current.Store(back)
		return err
	}
	a.current.Store(fresh)
	return nil
}

// launch builds and starts an assembly.
func (a *App) launch(config configs.Config) (*assembly, error) {
	s, err := a.assemble(config)
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
