package modem

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// routes arms the announcement of texts and reports (+CNMI) and checks that it works.
type routes struct {
	*line
	storage   *storage
	route     Route // the armed route
	lesser    bool  // a better one was refused
	service   int   // accepted <service> of +CSMS
	reports   reporting
	announced announced // slots named by +CMTI and +CDSI
}

// forget clears the findings about the device when bring-up begins.
func (r *routes) forget() {
	r.route, r.lesser, r.service, r.reports = Route{}, false, 0, reporting{}
	r.announced.forget()
}

// Route is the five arguments of +CNMI (3GPP TS 27.005 3.4.1): mode, mt, bm, ds
// and bfr.
type Route [5]int

// The values of mt and ds that matter.
const (
	mtStored = 1 // +CMTI; the text stays in memory until it is deleted
	mtDirect = 2 // +CMT; the text is not stored
	dsDirect = 1 // +CDS; the report is not stored
	dsStored = 2 // +CDSI; the report stays in memory until it is deleted
)

// String returns the arguments as +CNMI takes them.
func (r Route) String() string {
	fields := make([]string, len(r))
	for i, v := range r {
		fields[i] = strconv.Itoa(v)
	}
	return strings.Join(fields, ",")
}

// complete reports whether texts stay in memory until they are deleted, and reports
// come.
func (r Route) complete() bool { return r[1] == mtStored && r[3] > 0 }

// routing is a route with the message service that it requires.
type routing struct {
	service int
	Route
}

// routings returns the routings to try, best first; preferred ones go before others.
// Stored texts need no phase 2+ service, under which a device stops announcing when a
// +CDS is not confirmed in time (3GPP TS 27.005 3.4.1). Direct texts need that service,
// because otherwise the device confirms them to the network before they are committed.
// storedReports says that reports can be read from a memory; stored reports are
// preferred, because a report that comes while the gateway is down is then not lost.
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

// reportsFirst moves the routes with this ds to the front.
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

// armRouting arms the announcement of texts and reports. It tries the routings in order
// until the device accepts one, listed ones first: many devices refuse listed forms or
// accept unlisted ones.
func (r *routes) armRouting(ctx context.Context) error {
	if done, err := r.recallRouting(ctx); done || err != nil {
		return err
	}
	lines, _, fatal := r.askBusy(ctx, "+CNMI=?")
	if fatal != nil {
		return faultIn("AT+CNMI=?", fatal)
	}
	arguments, _ := find(lines, "+CNMI")
	offered, listed := parseRanges(arguments)
	service, better := -1, false // better: a better routing was refused
	for _, first := range []bool{true, false} {
		for _, way := range r.ways() {
			if first != (!listed || offers(offered, way.Route)) {
				continue
			}
			if service != way.service {
				if err := r.chooseService(ctx, way.service); err != nil {
					return err
				}
				service = way.service
			}
			_, refused, fatal := r.askPatiently(ctx, "+CNMI="+way.String(), 0)
			if fatal != nil {
				return faultIn("AT+CNMI", fatal)
			}
			if refused == nil {
				r.setRoute(ctx, way.Route)
				r.lesser = better && !way.complete()
				return nil
			}
			better = better || way.complete() && first
		}
	}
	// Texts still arrive by sweeping the memories.
	r.log.WarnContext(ctx, "modem does not announce texts; they are found by sweeping")
	return nil
}

// ways returns the routings to try, best first. With a device without a place for
// texts, direct routings come first.
func (r *routes) ways() []routing {
	all := routings(r.profile.Routes, r.storage.holdsReports())
	if !r.storage.holdsTexts() {
		slices.SortStableFunc(all, func(a, b routing) int { return b.Route[1] - a.Route[1] })
	}
	return all
}

// setRoute records the route that the device has accepted.
func (r *routes) setRoute(ctx context.Context, route Route) {
	r.route = route
	if route[3] == 0 {
		r.log.WarnContext(ctx, "modem gives no delivery reports", "cnmi", route.String())
		return
	}
	r.log.DebugContext(ctx, "routing armed", "cnmi", route.String())
}

// chooseService selects the message service (+CSMS, 3GPP TS 27.005 3.2.1). A device
// that refuses keeps its service, which decides whether it wants confirmations.
func (r *routes) chooseService(ctx context.Context, service int) error {
	_, refused, fatal := r.ask(ctx, "+CSMS="+strconv.Itoa(service), r.cfg.Timeouts.Command)
	if fatal != nil {
		return faultIn("AT+CSMS", fatal)
	}
	r.service = service
	if refused == nil {
		return nil
	}
	r.service = 0
	lines, _, fatal := r.ask(ctx, "+CSMS?", r.cfg.Timeouts.Command)
	if arguments, ok := find(lines, "+CSMS"); ok {
		if fields := split(arguments); len(fields) > 0 {
			r.service, _ = strconv.Atoi(fields[0]) // 0 if not a number
		}
	}
	return faultIn("AT+CSMS?", fatal)
}

// rearm checks the armed route and arms it again where a device has dropped it, as some
// do after a missed confirmation.
func (r *routes) rearm(ctx context.Context) error {
	if r.route == (Route{}) {
		return nil
	}
	lines, refused, fatal := r.ask(ctx, "+CNMI?", r.cfg.Timeouts.Command)
	if fatal != nil || refused != nil {
		return faultIn("AT+CNMI?", fatal)
	}
	arguments, ok := find(lines, "+CNMI")
	if !ok {
		return nil
	}
	// Only mt and ds are compared: devices drop these, and read back the others
	// otherwise than set.
	want := r.route
	fields := split(arguments)
	if len(fields) < 4 || fields[1] == strconv.Itoa(want[1]) && fields[3] == strconv.Itoa(want[3]) {
		return nil
	}
	r.log.WarnContext(ctx, "modem had dropped its routing; armed again", "was", arguments, "cnmi", want.String())
	if _, refused, fatal = r.ask(ctx, "+CNMI="+want.String(), r.cfg.Timeouts.Command); fatal != nil {
		return faultIn("AT+CNMI", fatal)
	}
	if refused != nil {
		return newFault("AT+CNMI", BeforePayload, refused)
	}
	r.queue.add(Indication{Kind: Damaged, Err: errUnannounced})
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

// offers reports whether a device lists all values of r.
func offers(sets [][]int, r Route) bool {
	for i, v := range r {
		if !slices.Contains(sets[i], v) {
			return false
		}
	}
	return true
}
