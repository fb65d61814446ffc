package emulator

import "time"

// dropTime passes between the last words of a modem that restarts and the end of
// its port.
const dropTime = 50 * time.Millisecond

// restart takes the modem down and up again: settings are lost, the line is
// silent for the time given, and the profile's boot lines follow.
func (m *Modem) restart(silence time.Duration) {
	m.powerDown(CureRestart)
	if m.profile.DropsPort {
		silence = max(silence, dropTime)
		m.later(dropTime, func() { m.dropPort(silence - dropTime) })
	}
	m.later(silence, m.boot)
}

// powerDown takes the modem down: what it was doing ends, settings are lost, and
// so are the faults that c cures.
func (m *Modem) powerDown(c Cure) {
	m.life++
	m.up = false
	m.heal(c)
	m.settings = m.profile.defaults()
	m.pinGiven = false
	m.input, m.typed, m.todo = nil, nil, nil
	m.busy, m.prompt, m.held, m.buffered = false, nil, nil, nil
	m.noiseOff, m.call = false, nil
	m.linkedUntil, m.busyUntil = time.Time{}, time.Time{}
	for d := range m.registration {
		m.registration[d] = notRegistered
	}
	if m.unacknowledged != nil {
		m.acknowledge(false)
	}
}

// boot ends a start.
func (m *Modem) boot() {
	m.up = true
	for _, text := range m.profile.Boot {
		m.say(text)
	}
	m.startNoise()
	m.cardBusy = m.profile.CardTime > 0
	if !m.cardBusy {
		m.searchNetwork()
		return
	}
	m.later(m.profile.CardTime, func() {
		m.cardBusy = false
		m.searchNetwork()
	})
}

// Restart takes the modem down and up again, as a loss of power does.
func (m *Modem) Restart() {
	m.network.mu.Lock()
	defer m.network.release()
	m.restart(m.profile.BootTime)
}

// Plugged reports whether the modem has a port now. number is another each time it
// is plugged in, as that of a USB device is.
func (m *Modem) Plugged() (plugged bool, number int) {
	m.network.mu.Lock()
	defer m.network.release()
	return !m.unplugged, m.absences
}

// reenumeration is how long a device is away that its host enumerates again.
const reenumeration = time.Second

// Reenumerate is what a host does that has the USB device enumerated again: the
// port vanishes, the modem starts anew, and the port is back.
func (m *Modem) Reenumerate() {
	m.Unplug()
	m.network.mu.Lock()
	defer m.network.release()
	absence := m.absences
	m.network.after(reenumeration, func() {
		if m.absences != absence {
			return
		}
		if m.profile.DropsPort {
			m.dropPort(m.profile.BootTime)
		} else {
			m.bringPort()
		}
		m.later(m.profile.BootTime, m.boot)
	})
}

// startNoise has the profile's unsolicited lines sent for ever.
func (m *Modem) startNoise() {
	if len(m.profile.Noise) == 0 || m.profile.NoiseEvery <= 0 {
		return
	}
	next := 0
	var again func()
	again = func() {
		if !m.noiseOff {
			m.indicate(m.profile.Noise[next%len(m.profile.Noise)])
			next++
		}
		m.later(m.profile.NoiseEvery, again)
	}
	m.later(m.profile.NoiseEvery, again)
}

// Unplug makes the port vanish until Plug is called: the connection ends, and a
// new one cannot be made. The modem loses its power.
func (m *Modem) Unplug() {
	m.network.mu.Lock()
	defer m.network.release()
	m.powerDown(CureUSB)
	m.losePort()
}

// Plug ends Unplug: the modem starts. Its port is there at once, or after the
// start if the profile drops it in a restart.
func (m *Modem) Plug() {
	m.network.mu.Lock()
	defer m.network.release()
	m.powerDown(CureUSB)
	if m.profile.DropsPort {
		m.dropPort(m.profile.BootTime)
	} else {
		m.bringPort()
	}
	m.later(m.profile.BootTime, m.boot)
}

// dropPort ends the connection; a new one can be made after d.
func (m *Modem) dropPort(d time.Duration) {
	m.losePort()
	absence := m.absences
	m.network.after(d, func() {
		if m.absences == absence {
			m.bringPort()
		}
	})
}

// losePort ends the connection; a new one can be made when bringPort is called.
func (m *Modem) losePort() {
	m.unplugged = true
	m.absences++
	if m.line != nil {
		m.network.closeLater(m.line.port)
		m.line.detach()
		m.line = nil
	}
}

// bringPort ends losePort.
func (m *Modem) bringPort() {
	m.absences++
	m.unplugged = false
	if m.pty != nil {
		m.network.outside(m.pty.plug)
	}
}
