package modem

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
)

// working is a set-up that worked, as it is remembered for a model and its
// firmware. It only says what to try first: what is refused is asked for anew.
type working struct {
	Arity    int      `json:"arity,omitempty"`    // arguments of +CPMS
	Reads    []string `json:"reads,omitempty"`    // memories that can be read
	Receives []string `json:"receives,omitempty"` // memories that can receive
	ByIndex  []string `json:"by_index,omitempty"` // those in which +CMGL does not work
	Service  int      `json:"service"`            // +CSMS
	Route    Route    `json:"route"`              // +CNMI; zero: none is remembered
}

// setupKey is what a set-up is remembered by; empty for a modem that does not
// say what it is.
func (i Info) setupKey() string {
	if i.Model == "" {
		return ""
	}
	return strings.Join([]string{"setup", i.Manufacturer, i.Model, i.Revision}, "/")
}

// recallSetup looks up what worked with a modem like this one.
func (m *Modem) recallSetup() {
	key := m.Info().setupKey()
	if m.cfg.Memory == nil || key == "" {
		return
	}
	value, ok := m.cfg.Memory.Recall(key)
	if !ok || json.Unmarshal(value, &m.setup.recalled) != nil {
		m.setup.recalled = working{}
		return
	}
	m.setup.kept = value
	if first := m.setup.profile.Routes; m.setup.certified && len(first) > 0 && first[0] != m.setup.recalled.Route {
		m.setup.recalled.Route = Route{} // the file was put there since
	}
}

// keepSetup remembers the set-up that works, if it is another than the one that
// was remembered. A lesser way to be told of texts is not kept where a better
// one was refused: that may have been a bad moment.
func (m *Modem) keepSetup(ctx context.Context) {
	key := m.Info().setupKey()
	if m.cfg.Memory == nil || key == "" {
		return
	}
	now := working{Arity: m.setup.arity, Reads: m.setup.reads, Receives: m.setup.receives}
	for _, mem := range m.setup.memories {
		if mem.byIndex {
			now.ByIndex = append(now.ByIndex, mem.name)
		}
	}
	if !m.setup.lesser {
		now.Service, now.Route = m.setup.service, m.setup.route
	}
	value, err := json.Marshal(now)
	if err != nil || bytes.Equal(value, m.setup.kept) {
		return
	}
	if err := m.cfg.Memory.Remember(key, value); err != nil {
		m.log.WarnContext(ctx, "cannot remember how to set this modem up; it will be asked again", "err", err)
		return
	}
	m.setup.kept = value
}

// recallMemories tries the memories that are remembered; false when they are
// none, or not what the modem takes.
func (m *Modem) recallMemories(ctx context.Context) (bool, error) {
	r := m.setup.recalled
	if r.Arity < 1 || r.Arity > 3 || len(r.Reads) == 0 {
		return false, nil
	}
	m.setup.arity = r.Arity
	complete, err := m.takeMemories(ctx, r.Reads, r.Receives)
	if err != nil || complete {
		return complete, err
	}
	m.setup.arity, m.setup.memories, m.setup.receive, m.setup.selected = 0, nil, "", ""
	return false, nil
}

// recallRouting tries the routing that is remembered; false when there is none,
// or it is refused.
func (m *Modem) recallRouting(ctx context.Context) (bool, error) {
	r := m.setup.recalled
	relied := slices.Contains(r.Reads, memReports) || m.setup.profile.BrokenReportMemory // on a memory for reports
	switch {
	case r.Route == (Route{}), r.Route[1] == mtStored && !m.holdsTexts(), r.Route[3] == dsStored && relied && !m.holdsReports():
		return false, nil // by it nothing would come
	}
	if err := m.chooseService(ctx, r.Service); err != nil {
		return false, err
	}
	if m.setup.service != r.Service {
		return false, nil
	}
	_, refused, fatal := m.askBusy(ctx, "+CNMI="+r.Route.String())
	if fatal != nil || refused != nil {
		return false, m.fatal("AT+CNMI", fatal)
	}
	m.armed(ctx, r.Route)
	return true, nil
}

// listsByIndex reports whether +CMGL is known not to work in a memory.
func (m *Modem) listsByIndex(name string) bool {
	return m.setup.profile.ByIndex || slices.Contains(m.setup.recalled.ByIndex, name)
}
