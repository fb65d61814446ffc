package emulator

import (
	"cmp"
	"time"
)

// dropTime passes between the last words of a modem that restarts and the loss of its
// port.
const dropTime = 50 * time.Millisecond

// restart takes the modem down and up again: settings are lost, the line is
// silent for the time given, and the profile's boot lines follow.
func (m *Modem) restart(silence time.Duration) {
	m.powerDown(CureRestart)
	if m.profile.DropsPort {
		silence = max(silence, dropTime)
		m.later(dropTime, func() { m.port.drop(silence - dropTime) })
	}
	m.later(silence, m.boot)
}

// powerDown takes the modem down: running commands end, settings are lost, and the
// faults that c cures end.
func (m *Modem) powerDown(c Cure) {
	m.life++
	m.up = false
	m.heal(c)
	m.settings = m.profile.defaults()
	m.noiseOff, m.busyUntil = false, time.Time{}
	m.card.pinGiven, m.phone.call, m.inbox.buffered, m.outbox.linkedUntil = false, nil, nil, time.Time{}
	m.dialogue = dialogue{modem: m, handlers: m.dialogue.handlers}
	for d := range m.radio.registration {
		m.radio.registration[d] = notRegistered
	}
	if m.inbox.unacknowledged != nil {
		m.inbox.acknowledge(false)
	}
}

// boot ends a start.
func (m *Modem) boot() {
	m.up = true
	for _, text := range m.profile.Boot {
		m.dialogue.say(text)
	}
	m.startNoise()
	m.card.reading = m.profile.CardTime > 0
	if !m.card.reading {
		m.radio.search()
		return
	}
	m.later(m.profile.CardTime, func() {
		m.card.reading = false
		m.radio.search()
	})
}

// Restart takes the modem down and up again, as a loss of power does.
func (m *Modem) Restart() {
	m.network.mu.Lock()
	defer m.network.release()
	m.restart(m.profile.BootTime)
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
			m.dialogue.indicate(m.profile.Noise[next%len(m.profile.Noise)])
			next++
		}
		m.later(m.profile.NoiseEvery, again)
	}
	m.later(m.profile.NoiseEvery, again)
}

// pleaseWait is the error number of a busy Wavecom modem.
const pleaseWait = 515

// beBusy has the modem refuse every command with code (0: pleaseWait) for d.
func (m *Modem) beBusy(d time.Duration, code int) {
	m.busyUntil, m.busyCode = time.Now().Add(d), cmp.Or(code, pleaseWait)
}

// goDeaf has the modem say and hear nothing, for d, or until a cure when d is 0.
func (m *Modem) goDeaf(d time.Duration, until Cure) {
	m.deaf, m.deafUntil = true, until
	m.dialogue.input, m.dialogue.typed = nil, nil
	if d > 0 {
		m.later(d, m.hear)
	}
}

// hear ends deafness.
func (m *Modem) hear() {
	m.deaf = false
	m.card.fetch()
}

// heal ends the faults that c cures.
func (m *Modem) heal(c Cure) {
	m.faults.heal(c)
	if m.deaf && c.cures(cmp.Or(m.deafUntil, CureRestart)) {
		m.hear()
	}
	m.radio.endOutages(func(o *outage) bool { return c.cures(o.until) })
}
