package configs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/viper"

	"goniec/catalogue"
)

// EnvironmentPrefix begins the names of the environment variables that override
// the file: GONIEC_HTTP_LISTEN for http.listen.
const EnvironmentPrefix = "GONIEC_"

// maxFileSize bounds the file; far beyond any real one.
const maxFileSize = 1 << 20

// systemDir is the folder of the configuration of an installed service.
const systemDir = "/etc/goniec"

// Find returns the file that is used when none is named: goniec.yaml in the
// current directory, else in /etc/goniec. It is empty if there is neither, and
// then the defaults hold.
func Find() string {
	for _, dir := range []string{".", systemDir} {
		path := filepath.Join(dir, "goniec.yaml")
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return path
		}
	}
	return ""
}

// Load reads the file at path, applies the environment and validates. With an
// empty path there is no file: defaults and environment only. Relative paths
// in the file begin at its folder. The error is an *Errors with every mistake; Config then holds what could be read, with defaults for the
// rest, which is enough to find a daemon that runs and not enough to run one.
func Load(path string) (Config, error) {
	r := &reader{lines: map[string]int{}}
	values := map[string]any{}
	if path != "" {
		data, err := readFile(path)
		switch {
		case errors.Is(err, errTooLong):
			r.add(Mistake{problem: say(catalogue.ConfigTooLong), remedy: say(catalogue.ConfigTooLongRemedy)})
		case err != nil:
			r.add(Mistake{problem: say(catalogue.ConfigUnreadable, reason(err)), remedy: say(catalogue.ConfigUnreadableRemedy)})
		default:
			values = r.document(data)
		}
	}
	v, variables := r.environment()
	config, err := merge(v, values)
	if err != nil {
		return Config{}, fmt.Errorf("merge configuration: %w", err)
	}
	config.resolve(path, variables)
	for _, m := range config.check() {
		if r.mistaken(m.Key) {
			continue // its own value was refused; the default in its place is not the user's
		}
		if variable, found := variables[m.Key]; found {
			m.Variable = variable
		} else {
			m.Line = r.line(m.Key)
		}
		r.add(m)
	}
	if len(r.mistakes) == 0 {
		return config, nil
	}
	slices.SortStableFunc(r.mistakes, func(a, b Mistake) int { return a.Line - b.Line })
	return config, &Errors{Path: path, Mistakes: r.mistakes}
}

// resolve makes the relative paths in the file at path relative to its folder, so that
// daemon and command line agree wherever they are started. Paths that come from variables
// stay as they are.
func (c *Config) resolve(path string, variables map[string]string) {
	if path == "" {
		return
	}
	for key, value := range map[string]*string{
		"data_dir": &c.DataDir, "profiles_dir": &c.ProfilesDir, "key_file": &c.KeyFile,
		"http.tls.cert_file": &c.HTTP.TLS.CertFile, "http.tls.key_file": &c.HTTP.TLS.KeyFile,
	} {
		if _, found := variables[key]; !found {
			*value = beside(path, *value)
		}
	}
	for i := range c.Modems {
		if m := &c.Modems[i]; !pinDigits.MatchString(m.PINFile) {
			m.PINFile = beside(path, m.PINFile)
		}
	}
	for i := range c.Webhooks {
		if w := &c.Webhooks[i]; !strings.HasPrefix(w.SecretFile, secretPrefix) {
			w.SecretFile = beside(path, w.SecretFile)
		}
	}
}

// beside returns dir as seen from the folder of the file at path.
func beside(path, dir string) string {
	if dir == "" || filepath.IsAbs(dir) {
		return dir
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil { // the working directory is gone
		return dir
	}
	return filepath.Join(folder, dir)
}

var errTooLong = errors.New("file is too long")

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err == nil && len(data) > maxFileSize {
		return nil, errTooLong
	}
	return data, err
}

// reason strips operation and path from an error of package os: the key beside
// it names the file already.
func reason(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

// environment looks up the variable of every key, checks its type as that of the
// file is checked, and binds the good ones to a new viper. variables names the
// ones in force by their keys.
func (r *reader) environment() (v *viper.Viper, variables map[string]string) {
	v = viper.New()
	v.AllowEmptyEnv(true)
	variables = map[string]string{}
	for _, f := range fields(reflect.TypeFor[Config](), "") {
		if f.typ.Kind() == reflect.Slice && f.typ.Elem().Kind() == reflect.Struct {
			continue // a list of sections does not fit into a variable
		}
		name := variable(f.path)
		written, found := os.LookupEnv(name)
		if !found {
			continue
		}
		value, problem, remedy := parse(f.typ, written)
		if value == nil {
			r.add(Mistake{Key: f.path, Variable: name, Value: written, problem: problem, remedy: remedy})
			continue
		}
		v.Set(f.path, value)
		variables[f.path] = name
	}
	return v, variables
}

// variable returns the name of the environment variable of a key.
func variable(path string) string {
	return EnvironmentPrefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

// merge lays values over the defaults and what v holds over both.
func merge(v *viper.Viper, values map[string]any) (Config, error) {
	for key, value := range section(reflect.ValueOf(Default())) {
		v.SetDefault(key, value)
	}
	if err := v.MergeConfigMap(values); err != nil {
		return Config{}, err
	}
	config := Config{}
	err := v.UnmarshalExact(&config)
	return config, err
}

// Validate returns every mistake among the values of a Config made by a program
// instead of read from a file; nil or an *Errors.
func (c Config) Validate() error {
	mistakes := c.check()
	if len(mistakes) == 0 {
		return nil
	}
	return &Errors{Mistakes: mistakes}
}
