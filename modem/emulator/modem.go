package emulator

import (
	"fmt"
	"time"
)

// Modem is an emulated modem: what is at the far end of a serial line. Its
// fields, and those of its parts, are guarded by Network.mu.
type Modem struct {
	network  *Network
	profile  Profile
	settings settings
	imei     string
	latency  Latency
	// clockAhead is by how much +CCLK is ahead of the network.
	clockAhead time.Duration

	// life is counted up by a restart: what was planned before does not happen.
	life      int
	up        bool // false during a start
	deaf      bool
	deafUntil Cure      // what ends deaf; empty: a restart, or a timer
	busyUntil time.Time // every command but AT is answered with busyCode until then
	busyCode  int
	noiseOff  bool // Profile.NoiseOff has been given

	port     port
	dialogue dialogue
	card     cardReader
	radio    radio
	storage  storage
	outbox   outbox
	inbox    inbox
	phone    phone
	faults   faults
}

// NewModem puts a modem with the card (nil: none) on the network. The modem is up
// and registered, as one that has been plugged in for a while.
func (n *Network) NewModem(p Profile, card *SIM) *Modem {
	n.mu.Lock()
	defer n.release()
	m := &Modem{
		network: n,
		profile: p.complete(),
		imei:    withLuhn(p.tac() + fmt.Sprintf("%06d", len(n.modems)+1)),
		latency: n.options.Latency,
		up:      true,
	}
	m.settings = m.profile.defaults()
	m.port.modem, m.card.modem, m.outbox.modem, m.inbox.modem, m.phone.modem = m, m, m, m, m
	m.radio = radio{modem: m, level: radioOn, coverage: registeredHome, signal: 20, registration: map[domain]int{}}
	m.storage = storage{modem: m, own: m.profile.memories()}
	m.dialogue = dialogue{modem: m, handlers: m.handlers()}
	n.modems = append(n.modems, m)
	m.card.insert(card)
	m.radio.register(registeredHome)
	m.startNoise()
	return m
}

// SIM returns the card in the modem, nil when there is none.
func (m *Modem) SIM() *SIM {
	m.network.mu.Lock()
	defer m.network.release()
	return m.card.sim
}

// SetSIM takes the card out of the modem and puts another one in; a modem that held
// the other card loses it. Nil: the modem is left without a card.
func (m *Modem) SetSIM(card *SIM) {
	m.network.mu.Lock()
	defer m.network.release()
	m.card.insert(card)
	m.radio.search()
}

// IMEI returns the modem's identity, 15 digits.
func (m *Modem) IMEI() string {
	m.network.mu.Lock()
	defer m.network.release()
	return m.imei
}

// SetIMEI gives the modem another IMEI; cloned modems share one.
func (m *Modem) SetIMEI(imei string) {
	m.network.mu.Lock()
	defer m.network.release()
	m.imei = imei
}

// Profile returns the profile of the modem, its zero fields filled in.
func (m *Modem) Profile() Profile { return m.profile }

// SetLatency sets the time the modem takes from now on.
func (m *Modem) SetLatency(l Latency) {
	m.network.mu.Lock()
	defer m.network.release()
	m.latency = l
}

// SetClockAhead makes the clock of the modem show d more than the network's clock.
func (m *Modem) SetClockAhead(d time.Duration) {
	m.network.mu.Lock()
	defer m.network.release()
	m.clockAhead = d
}

// later runs fn after d, unless the modem restarts before.
func (m *Modem) later(d time.Duration, fn func()) *event {
	life := m.life
	return m.network.after(d, func() {
		if m.life == life {
			fn()
		}
	})
}

// reachable says whether the network can bring something to the modem.
func (m *Modem) reachable() bool {
	return m.up && !m.deaf && m.card.state() == cardReady && m.radio.registered()
}
