package modem

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
)

// working is the remembered set-up of a model and firmware. It decides only what is
// tried first; a refused part is found out again.
type working struct {
	Arity    int      `json:"arity,omitempty"`    // arguments of +CPMS
	Reads    []string `json:"reads,omitempty"`    // memories that can be read
	Receives []string `json:"receives,omitempty"` // memories that can receive
	ByIndex  []string `json:"by_index,omitempty"` // memories in which +CMGL does not work
	Service  int      `json:"service"`            // +CSMS
	Route    Route    `json:"route"`              // +CNMI; zero: none
}

// setupKey is the Memory key of a set-up; empty for a modem without a model.
func (i Info) setupKey() string {
	if i.Model == "" {
		return ""
	}
	return strings.Join([]string{"setup", i.Manufacturer, i.Model, i.Revision}, "/")
}

// recallSetup reads the remembered set-up.
func (m *Modem) recallSetup() {
	key := m.Info().setupKey()
	if m.cfg.Memory == nil || key == "" {
		return
	}
	value, ok := m.cfg.Memory.Recall(key)
	if !ok || json.Unmarshal(value, &m.recalled) != nil {
		m.recalled = working{}
		return
	}
	m.kept = value
	if first := m.profile.Routes; m.fromFile && len(first) > 0 && first[0] != m.recalled.Route {
		m.recalled.Route = Route{} // a profile file was added later
	}
}

// keepSetup remembers the working set-up if it has changed. A route is not remembered
// when a better one was refused, because the refusal may have been temporary.
func (m *Modem) keepSetup(ctx context.Context) {
	key := m.Info().setupKey()
	if m.cfg.Memory == nil || key == "" {
		return
	}
	now := working{Arity: m.storage.arity, Reads: m.storage.reads, Receives: m.storage.receives}
	for _, mem := range m.storage.memories {
		if mem.byIndex {
			now.ByIndex = append(now.ByIndex, mem.name)
		}
	}
	if !m.routes.lesser {
		now.Service, now.Route = m.routes.service, m.routes.route
	}
	value, err := json.Marshal(now)
	if err != nil || bytes.Equal(value, m.kept) {
		return
	}
	if err := m.cfg.Memory.Remember(key, value); err != nil {
		m.log.WarnContext(ctx, "cannot remember how to set this modem up; it will be asked again", "err", err)
		return
	}
	m.kept = value
}

// recallMemories tries the remembered memories. It returns false when there are none or
// the modem refuses them.
func (s *storage) recallMemories(ctx context.Context) (bool, error) {
	r := s.recalled
	if r.Arity < 1 || r.Arity > 3 || len(r.Reads) == 0 {
		return false, nil
	}
	s.arity = r.Arity
	complete, err := s.takeMemories(ctx, r.Reads, r.Receives)
	if err != nil || complete {
		return complete, err
	}
	s.arity, s.memories, s.receive, s.selected = 0, nil, "", ""
	return false, nil
}

// recallRouting tries the remembered route. It returns false when there is none or the
// modem refuses it.
func (r *routes) recallRouting(ctx context.Context) (bool, error) {
	had := r.recalled
	relied := slices.Contains(had.Reads, memReports) || r.profile.BrokenReportMemory // the route needs a memory for reports
	switch {
	case had.Route == (Route{}), had.Route[1] == mtStored && !r.storage.holdsTexts(), had.Route[3] == dsStored && relied && !r.storage.holdsReports():
		return false, nil // the route would announce nothing
	}
	if err := r.chooseService(ctx, had.Service); err != nil {
		return false, err
	}
	if r.service != had.Service {
		return false, nil
	}
	_, refused, fatal := r.askBusy(ctx, "+CNMI="+had.Route.String())
	if fatal != nil || refused != nil {
		return false, faultIn("AT+CNMI", fatal)
	}
	r.setRoute(ctx, had.Route)
	return true, nil
}

// listsByIndex reports whether +CMGL is known not to work in a memory.
func (s *storage) listsByIndex(name string) bool {
	return s.profile.ByIndex || slices.Contains(s.recalled.ByIndex, name)
}
