package emulator

// Listening tells whether the modem believes that a program has its port open.
func Listening(p *PTY) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.port != nil && p.port.open.Load()
}

// Silent tells whether the modem has said all that it has to say.
func Silent(m *Modem) bool {
	m.network.mu.Lock()
	defer m.network.release()
	return m.port.line != nil && len(m.port.line.out) == 0 && !m.port.line.writing
}

// FateTable returns what the magic endings are about.
func FateTable() map[string]string {
	table := map[string]string{}
	for _, f := range fates() {
		table[f.ending] = f.about
	}
	return table
}
