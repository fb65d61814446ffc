package modem

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// Route is the five arguments of +CNMI (3GPP TS 27.005 3.4.1): mode, mt, bm, ds
// and bfr.
type Route [5]int

// The values of mt and ds that matter.
const (
	mtStored = 1 // +CMTI; the text stays in memory until we delete it
	mtDirect = 2 // +CMT; the text is nowhere but in that line
	dsDirect = 1 // +CDS; the report is nowhere but in that line
	dsStored = 2 // +CDSI; the report stays in memory until we delete it
)

// String returns the arguments as +CNMI takes them.
func (r Route) String() string {
	fields := make([]string, len(r))
	for i, v := range r {
		fields[i] = strconv.Itoa(v)
	}
	return strings.Join(fields, ",")
}

// complete reports whether texts stay in memory until they are committed and
// reports come at all: what cannot be bettered.
func (r Route) complete() bool { return r[1] == mtStored && r[3] > 0 }

// routing is a route with the message service it is to be armed under.
type routing struct {
	service int
	Route
}

// routings are the ways to be told of texts and reports, best first. Stored
// texts need no phase 2+ service, under which every +CDS would have to be
// confirmed in time or the device would silently stop telling (27.005 3.4.1);
// direct texts need it, because otherwise they would be confirmed to the network
// before we have them. preferred goes before others. storedReports says that
// reports can be read from a memory: then they are stored rather than told once,
// because a report that comes while nobody listens, as when the box is down, is
// what settles whether a text of that moment has left.
func routings(preferred []Route, storedReports bool) []routing {
	reports := []Route{
		{2, mtStored, 0, 1, 0}, // reports as +CDS
		{2, mtStored, 0, 2, 0}, // reports as +CDSI
		{2, mtStored, 2, 1, 0},
		{2, mtStored, 2, 2, 0},
		{2, mtStored, 0, 1, 1}, // devices that cannot flush
		{2, mtStored, 0, 2, 1},
		{1, mtStored, 0, 1, 0}, // devices without buffering
		{1, mtStored, 0, 2, 0},
		{1, mtStored, 0, 1, 1},
		{3, mtStored, 0, 1, 0},
		{3, mtStored, 0, 2, 0},
		{3, mtStored, 0, 1, 1},
	}
	silent := []Route{
		{2, mtStored, 2, 0, 0},
		{2, mtStored, 0, 0, 0},
		{1, mtStored, 0, 0, 0},
		{2, mtStored, 0, 0, 1},
		{3, mtStored, 0, 0, 0},
	}
	direct := []Route{
		{2, mtDirect, 0, 1, 0},
		{2, mtDirect, 0, 2, 0},
		{2, mtDirect, 0, 0, 0},
		{1, mtDirect, 0, 1, 0},
		{1, mtDirect, 0, 0, 0},
		{3, mtDirect, 0, 1, 1},
		{3, mtDirect, 0, 0, 0},
	}
	if storedReports {
		preferred, reports = reportsFirst(preferred, dsStored), reportsFirst(reports, dsStored)
	} else {
		preferred = reportsFirst(preferred, dsDirect)
	}
	var all []routing
	for _, r := range preferred {
		all = append(all, routing{Route: r})
	}
	for _, group := range []struct {
		service int
		routes  []Route
	}{{0, reports}, {1, reports}, {0, silent}, {1, direct}} {
		for _, r := range group.routes {
			all = append(all, routing{service: group.service, Route: r})
		}
	}
	return all
}

// reportsFirst returns routes with those first by which reports come as ds says.
func reportsFirst(routes []Route, ds int) []Route {
	sorted := slices.Clone(routes)
	slices.SortStableFunc(sorted, func(a, b Route) int {
		rank := func(r Route) int {
			if r.complete() && r[3] == ds {
				return 0
			}
			return 1
		}
		return rank(a) - rank(b)
	})
	return sorted
}

// armRouting has the device tell of texts and reports. Many devices list what
// they then refuse, and some refuse what they list, so each way is tried until
// one is accepted; what is listed goes first.
func (m *Modem) armRouting(ctx context.Context) error {
	if done, err := m.recallRouting(ctx); done || err != nil {
		return err
	}
	lines, _, fatal := m.askBusy(ctx, "+CNMI=?")
	if fatal != nil {
		return m.fatal("AT+CNMI=?", fatal)
	}
	arguments, _ := find(lines, "+CNMI")
	offered, listed := parseRanges(arguments)
	service, better := -1, false // better: than what is accepted, and refused
	for _, first := range []bool{true, false} {
		for _, r := range m.ways() {
			if first != (!listed || offers(offered, r.Route)) {
				continue
			}
			if service != r.service {
				if err := m.chooseService(ctx, r.service); err != nil {
					return err
				}
				service = r.service
			}
			_, refused, fatal := m.askPatiently(ctx, "+CNMI="+r.String(), 0)
			if fatal != nil {
				return m.fatal("AT+CNMI", fatal)
			}
			if refused == nil {
				m.armed(ctx, r.Route)
				m.setup.lesser = better && !r.complete()
				return nil
			}
			better = better || r.complete() && first
		}
	}
	// Texts still arrive by sweeping the memories.
	m.log.WarnContext(ctx, "modem does not announce texts; they are found by sweeping")
	return nil
}

// ways are the routings to try, best first. Where the device has no place for a text
// those come first that hand texts over directly.
func (m *Modem) ways() []routing {
	all := routings(m.setup.profile.Routes, m.holdsReports())
	if !m.holdsTexts() {
		slices.SortStableFunc(all, func(a, b routing) int { return b.Route[1] - a.Route[1] })
	}
	return all
}

// armed notes the routing that the device has accepted.
func (m *Modem) armed(ctx context.Context, r Route) {
	m.setup.route = r
	if r[3] == 0 {
		m.log.WarnContext(ctx, "modem gives no delivery reports", "cnmi", r.String())
		return
	}
	m.log.DebugContext(ctx, "routing armed", "cnmi", r.String())
}

// chooseService selects the message service (+CSMS, 27.005 3.2.1). A device that
// refuses keeps what it has, which decides whether it wants confirmations.
func (m *Modem) chooseService(ctx context.Context, service int) error {
	_, refused, fatal := m.ask(ctx, "+CSMS="+strconv.Itoa(service), m.cfg.Timeouts.Command)
	if fatal != nil {
		return m.fatal("AT+CSMS", fatal)
	}
	m.setup.service = service
	if refused == nil {
		return nil
	}
	m.setup.service = 0
	lines, _, fatal := m.ask(ctx, "+CSMS?", m.cfg.Timeouts.Command)
	if arguments, ok := find(lines, "+CSMS"); ok {
		if fields := split(arguments); len(fields) > 0 {
			m.setup.service, _ = strconv.Atoi(fields[0]) // 0 if it is no number
		}
	}
	return m.fatal("AT+CSMS?", fatal)
}

// rearm makes sure that the routing is still armed, and arms it again where a
// device has dropped it, as some do on a missed confirmation.
func (m *Modem) rearm(ctx context.Context) error {
	if m.setup.route == (Route{}) {
		return nil
	}
	lines, refused, fatal := m.ask(ctx, "+CNMI?", m.cfg.Timeouts.Command)
	if fatal != nil || refused != nil {
		return m.fatal("AT+CNMI?", fatal)
	}
	arguments, ok := find(lines, "+CNMI")
	if !ok {
		return nil
	}
	// Only mt and ds count: those a device drops, and others it reads back
	// otherwise than they were set.
	want := m.setup.route
	fields := split(arguments)
	if len(fields) < 4 || fields[1] == strconv.Itoa(want[1]) && fields[3] == strconv.Itoa(want[3]) {
		return nil
	}
	m.log.WarnContext(ctx, "modem had dropped its routing; armed again", "was", arguments, "cnmi", want.String())
	if _, refused, fatal = m.ask(ctx, "+CNMI="+want.String(), m.cfg.Timeouts.Command); fatal != nil {
		return m.fatal("AT+CNMI", fatal)
	}
	if refused != nil {
		return newFault("AT+CNMI", BeforePayload, refused)
	}
	m.queue.add(Indication{Kind: Damaged, Err: ErrUnannounced})
	return nil
}

// parseRanges reads the answer to a test command: (0,1,2),(0-3),(0,2).
func parseRanges(arguments string) (sets [][]int, ok bool) {
	for _, field := range split(arguments) {
		field = strings.Trim(field, "() ")
		var set []int
		for _, item := range strings.Split(field, ",") {
			from, to, isRange := strings.Cut(strings.TrimSpace(item), "-")
			first, err := strconv.Atoi(strings.TrimSpace(from))
			if err != nil {
				continue
			}
			last := first
			if isRange {
				if last, err = strconv.Atoi(strings.TrimSpace(to)); err != nil || last-first > 255 {
					continue
				}
			}
			for v := first; v <= last; v++ {
				set = append(set, v)
			}
		}
		sets = append(sets, set)
	}
	return sets, len(sets) == len(Route{})
}

// offers reports whether a device lists all that r needs.
func offers(sets [][]int, r Route) bool {
	for i, v := range r {
		if !slices.Contains(sets[i], v) {
			return false
		}
	}
	return true
}
