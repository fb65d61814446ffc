package configs

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"reflect"
	"slices"
	"strings"

	"goniec/catalogue"
)

// Warnings returns what is wrong with c or its surroundings without keeping the
// daemon from its work: an API that travels readable over the network, a name of the box
// that the data does not have, devices
// and folders that are not there now, files with secrets that others can read, and environment
// variables that look like ours and set nothing.
func (c Config) Warnings() []Mistake {
	k := &checker{}
	if c.HTTP.TLS.CertFile == "" && !isLoopback(c.HTTP.Listen) {
		k.add("http.listen", c.HTTP.Listen, say(catalogue.ConfigPlainHTTP, c.HTTP.Listen), say(catalogue.ConfigPlainHTTPRemedy))
	}
	k.exposed(c.DataDir, "http.tls.key_file", c.HTTP.TLS.KeyFile)
	if _, err := os.Stat(c.ProfilesDir); c.ProfilesDir != "" && c.ProfilesDir != Default().ProfilesDir && err != nil {
		k.add("profiles_dir", c.ProfilesDir, say(catalogue.ConfigFile, c.ProfilesDir, reason(err)), say(catalogue.ConfigFileRemedy))
	}
	if name, err := os.ReadFile(BoxPath(c.DataDir)); err == nil && c.Box != "" {
		if kept := strings.TrimSpace(string(name)); kept != c.Box {
			k.add("box", c.Box, say(catalogue.ConfigBoxKept, kept), say(catalogue.ConfigBoxKeptRemedy, kept))
		}
	}
	for i, m := range c.Modems {
		if _, err := os.Stat(m.Device); m.Device != "" && errors.Is(err, fs.ErrNotExist) {
			k.add(item("modems", i)+".device", m.Device, say(catalogue.ConfigNoDevice, m.Device), say(catalogue.ConfigNoDeviceRemedy))
		}
		k.exposed(c.DataDir, item("modems", i)+".pin_file", m.PINFile)
	}
	k.webhookWarnings(c.DataDir, c.Webhooks)
	return append(k.mistakes, strayVariables(os.Environ())...)
}

// isLoopback reports whether only this box can reach an address. One that cannot be
// read is a mistake and needs no warning too.
func isLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// strayVariables returns the variables of environ with our prefix that are no
// key's. They are no mistakes: container platforms make some from the names of
// services.
func strayVariables(environ []string) []Mistake {
	known := []string{"GONIEC_TOKEN", "GONIEC_URL", "GONIEC_CA"} // read by the command line
	for _, f := range fields(reflect.TypeFor[Config](), "") {
		known = append(known, variable(f.path))
	}
	var stray []Mistake
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, EnvironmentPrefix) || slices.Contains(known, name) {
			continue
		}
		m := Mistake{
			Variable: name, problem: say(catalogue.ConfigUnknownVariable), remedy: say(catalogue.ConfigUnknownVariableRemedy),
		}
		bestDistance := 4
		for _, candidate := range known {
			if d := distance(name, candidate); d < bestDistance {
				bestDistance = d
				m.remedy = say(catalogue.ConfigNearVariableRemedy, candidate)
			}
		}
		stray = append(stray, m)
	}
	return stray
}
