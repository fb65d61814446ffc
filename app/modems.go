package app

import (
	"fmt"
	"os"

	"goniec/configs"
	"goniec/gateway"
	"goniec/modem"
)

// modemConfigs converts the modems of the configuration for the gateway.
func (a *App) modemConfigs(list []configs.Modem, profilesDir string) []gateway.ModemConfig {
	all := make([]gateway.ModemConfig, len(list))
	for i, m := range list {
		all[i] = gateway.ModemConfig{
			Config: modem.Config{
				Name: m.Name, Device: m.Device, IMEI: m.IMEI, BaudRate: m.BaudRate,
				PIN: pinReader(m.PINFile), PINGuard: a.pins,
				Ports: a.options.Ports, Memory: a.memory, NoRoaming: !m.Roaming, ProfilesDir: profilesDir,
				Logger: a.log,
			},
			Number:   m.Number,
			Pace:     gateway.Pace{PerMinute: m.Pace.PerMinute, PerDay: m.Pace.PerDay, PerMonth: m.Pace.PerMonth},
			Prefixes: m.Prefixes,
			Revision: m.IMEI + " " + pinRevision(m.PINFile),
		}
	}
	return all
}

// foundModem returns the configuration of a modem that Discover has found.
func (a *App) foundModem(name, device, profilesDir string) gateway.ModemConfig {
	m := configs.DefaultModem()
	m.Name, m.Device = name, device
	return a.modemConfigs([]configs.Modem{m}, profilesDir)[0]
}

// pinReader returns a function that reads the PIN when the SIM asks for it, so that the PIN is
// not kept in memory.
func pinReader(path string) func() (string, error) {
	if path == "" {
		return nil
	}
	return func() (string, error) { return configs.ReadPIN(path) }
}

// pinRevision returns a string that changes with the PIN file.
func pinRevision(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return path
	}
	return fmt.Sprintf("%s %d %d", path, info.Size(), info.ModTime().UnixNano())
}
