package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Verdict is how a device did in one check.
type Verdict string

// The verdicts.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"
	Refused Verdict = "refused"   // it cannot, and texts work without
	Skipped Verdict = "not_tried" // something that comes before it failed, or nobody asked for it
)

// Check is one thing that Certify has looked at.
type Check struct {
	ID       string  `json:"id"`
	Verdict  Verdict `json:"verdict"`
	Required bool    `json:"required,omitempty"` // texts need it
	// Evidence is what the device said or did. It holds no number and no text.
	Evidence string `json:"evidence,omitempty"`
}

// The checks, in their order. Words for them are in the catalogue.
const (
	checkPort        = "port"
	checkAnswers     = "answers"
	checkEcho        = "echo"
	checkVerbose     = "verbose"
	checkErrors      = "errors"
	checkIdentity    = "identity"
	checkIMEI        = "imei"
	checkSIM         = "sim"
	checkPINAttempts = "pin_attempts"
	checkIMSI        = "imsi"
	checkICCID       = "iccid"
	checkNumber      = "number"
	checkPDUMode     = "pdu_mode"
	checkService     = "service"
	checkMemories    = "memories"
	checkCPMS        = "cpms"
	checkCNMI        = "cnmi"
	checkReports     = "reports"
	checkReportStore = "report_store"
	checkList        = "list"
	checkDelete      = "delete"
	checkSMSC        = "smsc"
	checkNetwork     = "network"
	checkCS          = "network_cs"
	checkLTE         = "network_lte"
	checkSignal      = "signal"
	checkOperator    = "operator"
	checkLink        = "link"
	checkUSSD        = "ussd"
	checkCaller      = "caller"
	checkRadio       = "radio"
	checkReady       = "ready"
	CheckText        = "text"
	checkInbound     = "inbound"
	checkAnnounced   = "announced"
	checkIndexBase   = "index_base"
	checkReport      = "report"
	checkLong        = "long_text"
	checkLongBack    = "long_text_back"
	checkTidy        = "tidy"
	checkUnplug      = "unplug"
)

// Checks lists every check in its order.
func Checks() []string {
	return []string{
		checkPort, checkAnswers, checkEcho, checkVerbose, checkErrors, checkIdentity, checkIMEI, checkSIM, checkPINAttempts, checkIMSI,
		checkICCID, checkNumber, checkPDUMode, checkService, checkMemories, checkCPMS, checkCNMI, checkReports, checkReportStore, checkList,
		checkDelete, checkSMSC, checkNetwork, checkCS, checkLTE, checkSignal, checkOperator, checkLink, checkUSSD, checkCaller, checkRadio,
		checkReady, CheckText, checkInbound, checkAnnounced, checkIndexBase, checkReport, checkLong, checkLongBack, checkTidy,
		checkUnplug,
	}
}

// CertifyOptions say how far Certify goes.
type CertifyOptions struct {
	// Texts sends one text of one part and one of three.
	Texts bool
	// To is where they go; empty: the number that the SIM tells. It must be the
	// number of the SIM itself.
	To string
	// Patience is how long a text or report may take: 2 min.
	Patience time.Duration
	// Unplug asks a person to pull the plug ("unplug") and to put it back
	// ("plug"); nil: that is not tried.
	Unplug func(what string)
	// Progress is told of each check as it ends; nil: nobody.
	Progress func(Check)
}

// Certificate is what Certify found out about a device.
type Certificate struct {
	Device string
	Info   Info
	Checks []Check
	// Profile is what a modem of this kind is known to need and to take now.
	Profile Profile
}

// Fit reports whether the device did all that texts need, as far as was tried.
func (c Certificate) Fit() bool {
	return !slices.ContainsFunc(c.Checks, func(k Check) bool { return k.Required && k.Verdict == Failed })
}

// Certify finds out what a device can do, check by check. It enters no PIN, writes
// nothing that outlasts a restart, and puts back what it changed; texts it sent to
// itself it deletes, and no others. The error says that ctx ended it.
func Certify(ctx context.Context, cfg Config, o CertifyOptions) (Certificate, error) {
	if o.Patience <= 0 {
		o.Patience = 2 * time.Minute
	}
	cfg.PIN = nil // nothing is risked here
	c := &certifier{Modem: New(cfg), options: o}
	c.examine(ctx)
	if c.open {
		_ = c.Close() // it has been examined
	}
	if o.Unplug != nil && c.passed(checkAnswers) {
		c.replug(ctx)
	}
	c.finish()
	return Certificate{Device: cfg.Device, Info: c.Info(), Checks: c.checks, Profile: c.foundProfile()}, context.Cause(ctx)
}

// armed is what bring-up told a device.
type armed struct {
	route   Route
	receive string // the memory that receives
}

// certifier examines one device.
type certifier struct {
	*Modem
	options CertifyOptions
	checks  []Check
	before  []string // commands that put back what was set before
	routes  []Route  // forms of +CNMI that were accepted
	byIndex bool     // +CMGL was refused
	opened  armed    // as a whole bring-up left the device
}

// verdict notes how the device did in a check.
func (c *certifier) verdict(id string, v Verdict, format string, args ...any) {
	required := slices.Contains([]string{
		checkPort, checkAnswers, checkSIM, checkPDUMode, checkDelete, checkSMSC, checkNetwork, checkReady, CheckText, checkInbound, checkLong,
		checkLongBack, checkUnplug,
	}, id)
	check := Check{ID: id, Verdict: v, Required: required, Evidence: strings.TrimSpace(fmt.Sprintf(format, args...))}
	c.checks = append(c.checks, check)
	if c.options.Progress != nil {
		c.options.Progress(check)
	}
}

func (c *certifier) passed(id string) bool {
	return slices.ContainsFunc(c.checks, func(k Check) bool { return k.ID == id && k.Verdict == Passed })
}

// finish puts the checks in order and adds those that were not come to.
func (c *certifier) finish() {
	var all []Check
	for _, id := range Checks() {
		i := slices.IndexFunc(c.checks, func(k Check) bool { return k.ID == id })
		if i < 0 {
			c.verdict(id, Skipped, "")
			i = len(c.checks) - 1
		}
		all = append(all, c.checks[i])
	}
	c.checks = all
}

// examine does all checks for which the port is open.
func (c *certifier) examine(ctx context.Context) {
	if err := c.connect(ctx); err != nil {
		c.verdict(checkPort, Failed, "%v", err)
		return
	}
	c.verdict(checkPort, Passed, "")
	if err := c.conn.Resync(ctx); err != nil {
		c.verdict(checkAnswers, Failed, "%v", err)
		return
	}
	c.verdict(checkAnswers, Passed, "")
	for _, step := range []func(context.Context) bool{
		c.examineDialogue, c.examineIdentity, c.keepSettings, c.examineSIM, c.examineTexts, c.examineMemories, c.examineRouting,
		c.examineNetwork, c.examineExtras, c.examineService,
	} {
		if !step(ctx) || ctx.Err() != nil {
			break
		}
	}
	c.putBack(context.WithoutCancel(ctx))
}

// does runs a command that may be refused and notes the verdict of a check by it.
// alive is false when nothing more can be asked.
func (c *certifier) does(ctx context.Context, id, command string) (alive bool) {
	_, refused, fatal := c.ask(ctx, command, c.limit(command))
	switch {
	case fatal != nil:
		c.verdict(id, Failed, "AT%s: %v", command, fatal)
		return false
	case refused != nil:
		c.verdict(id, Refused, "AT%s: %v", command, refused)
	default:
		c.verdict(id, Passed, "AT%s", command)
	}
	return true
}

// tells notes whether a device answers a question, and with what if that may be
// shown.
func (c *certifier) tells(id, value string, show bool) {
	switch {
	case value == "":
		c.verdict(id, Refused, "")
	case show:
		c.verdict(id, Passed, "%s", value)
	default:
		c.verdict(id, Passed, "")
	}
}

func (c *certifier) examineDialogue(ctx context.Context) bool {
	before := len(c.Transcript(true))
	if _, _, fatal := c.ask(ctx, "", c.cfg.Timeouts.Command); fatal != nil {
		c.verdict(checkEcho, Failed, "%v", fatal)
		return false
	}
	lines := c.Transcript(true)
	echoes := slices.ContainsFunc(lines[min(before, len(lines)):], func(l TraceLine) bool { return !l.Sent && l.Text == "AT" })
	if echoes {
		c.verdict(checkEcho, Refused, "ATE0")
	} else {
		c.verdict(checkEcho, Passed, "ATE0")
	}
	return c.does(ctx, checkVerbose, "V1") && c.does(ctx, checkErrors, "+CMEE=1")
}

func (c *certifier) examineIdentity(ctx context.Context) bool {
	if err := c.identity.identifyDevice(ctx); err != nil {
		c.verdict(checkIdentity, Failed, "%v", err)
		return false
	}
	c.chooseProfile(ctx)
	info := c.Info()
	c.tells(checkIdentity, info.fullModel(), true)
	c.tells(checkIMEI, info.IMEI, false)
	return true
}

// settings are what is changed here and may last on some devices.
func settings() []string {
	return []string{"+CMGF", "+CSMS", "+CPMS", "+CNMI", "+CREG", "+CEREG", "+CLIP", "+CMMS"}
}

// keepSettings notes how to put back what is going to be changed.
func (c *certifier) keepSettings(ctx context.Context) bool {
	for _, name := range settings() {
		lines, _, fatal := c.ask(ctx, name+"?", c.limit(name))
		if fatal != nil {
			return false
		}
		arguments, ok := find(lines, name)
		fields := split(arguments)
		if !ok || len(fields) == 0 || fields[0] == "" {
			continue
		}
		value := fields[0]
		switch {
		case name == "+CNMI":
			value = strings.Join(fields, ",")
		case name == "+CPMS" && len(fields) >= 9:
			value = fmt.Sprintf("%q,%q,%q", fields[0], fields[3], fields[6])
		case name == "+CPMS":
			value = strconv.Quote(fields[0])
		}
		c.before = append(c.before, name+"="+value)
	}
	return true
}

// putBack sets what was set before. A device that refuses keeps what it has until
// it is restarted.
func (c *certifier) putBack(ctx context.Context) {
	if !c.open || c.conn.Err() != nil {
		return
	}
	for _, command := range c.before {
		if _, _, fatal := c.ask(ctx, command, c.limit(command)); fatal != nil {
			return
		}
	}
}

func (c *certifier) examineSIM(ctx context.Context) bool {
	state, err := c.pin.askPIN(ctx)
	switch {
	case err != nil:
		c.verdict(checkSIM, Failed, "%v", err)
		return !isDead(err)
	case state != "READY" && state != "":
		c.verdict(checkSIM, Failed, "+CPIN: %s", state)
	default:
		c.verdict(checkSIM, Passed, "%s", state)
	}
	left, err := c.pin.attemptsLeft(ctx)
	if err != nil {
		return false
	}
	if left < 0 {
		c.verdict(checkPINAttempts, Refused, "")
	} else {
		c.verdict(checkPINAttempts, Passed, "%d", left)
	}
	if !c.passed(checkSIM) {
		return true
	}
	if err := c.identity.identifySIM(ctx); err != nil {
		return false
	}
	info := c.Info()
	c.tells(checkIMSI, info.IMSI, false)
	c.tells(checkICCID, info.ICCID, false)
	c.tells(checkNumber, info.Number, false)
	return true
}

// isDead reports whether nothing more can be asked behind err.
func isDead(err error) bool { return !answered(err) && !errors.Is(err, ErrSIMLocked) }

func (c *certifier) examineTexts(ctx context.Context) bool {
	if err := c.awaitMessages(ctx); err != nil {
		return false
	}
	_, refused, fatal := c.askBusy(ctx, "+CMGF=0")
	if fatal != nil || refused != nil {
		c.verdict(checkPDUMode, Failed, "AT+CMGF=0: %v", errors.Join(fatal, refused))
		return fatal == nil
	}
	c.verdict(checkPDUMode, Passed, "")
	if !c.does(ctx, checkService, "+CSMS=1") {
		return false
	}
	_, _, fatal = c.ask(ctx, "+CSMS=0", c.cfg.Timeouts.Command)
	return fatal == nil
}

// examineMemories tries the forms of +CPMS and reads what the memory has.
func (c *certifier) examineMemories(ctx context.Context) bool {
	if !c.passed(checkPDUMode) {
		return true
	}
	lines, _, fatal := c.ask(ctx, "+CPMS=?", c.limit("+CPMS"))
	if fatal != nil {
		return false
	}
	arguments, ok := find(lines, "+CPMS")
	reads, receives := parseMemories(arguments)
	if ok {
		c.verdict(checkMemories, Passed, "%s; receive: %s", strings.Join(reads, ", "), strings.Join(receives, ", "))
	} else {
		c.verdict(checkMemories, Refused, "AT+CPMS=?")
	}
	name := memSIM
	if len(reads) > 0 {
		name = reads[0]
	}
	var forms []string
	for arity := 1; arity <= 3; arity++ {
		lines, refused, fatal := c.ask(ctx, cpms(arity, name, name), c.limit("+CPMS"))
		if fatal != nil {
			return false
		}
		if _, ok := find(lines, "+CPMS"); ok || refused == nil {
			forms = append(forms, strconv.Itoa(arity))
		}
	}
	if len(forms) == 0 {
		c.verdict(checkCPMS, Refused, "AT+CPMS")
	} else {
		c.verdict(checkCPMS, Passed, "%s", strings.Join(forms, ", "))
	}
	if slices.Contains(reads, memReports) {
		c.verdict(checkReportStore, Passed, "")
	} else {
		c.verdict(checkReportStore, Refused, "")
	}
	if !c.does(ctx, checkList, "+CMGL=4") {
		return false
	}
	c.byIndex = !c.passed(checkList)
	return true
}

// examineRouting tries every form of +CNMI that is of use.
func (c *certifier) examineRouting(ctx context.Context) bool {
	if !c.passed(checkPDUMode) {
		return true
	}
	tried := map[Route]bool{}
	for _, r := range routings(nil, false) {
		if tried[r.Route] {
			continue
		}
		tried[r.Route] = true
		_, refused, fatal := c.ask(ctx, "+CNMI="+r.String(), c.cfg.Timeouts.Command)
		if fatal != nil {
			return false
		}
		if refused == nil {
			c.routes = append(c.routes, r.Route)
		}
	}
	names := make([]string, len(c.routes))
	reports := false
	for i, r := range c.routes {
		names[i] = r.String()
		reports = reports || r[3] > 0
	}
	switch {
	case len(names) == 0:
		c.verdict(checkCNMI, Refused, "")
	default:
		c.verdict(checkCNMI, Passed, "%s", strings.Join(names, "; "))
	}
	if reports {
		c.verdict(checkReports, Passed, "")
	} else {
		c.verdict(checkReports, Refused, "")
	}
	return true
}

func (c *certifier) examineNetwork(ctx context.Context) bool {
	lines, _, fatal := c.askBusy(ctx, "+CSCA?")
	if fatal != nil {
		return false
	}
	arguments, told := find(lines, "+CSCA")
	switch fields := split(arguments); {
	case !told:
		c.verdict(checkSMSC, Refused, "AT+CSCA?")
	case len(fields) == 0 || strings.Trim(fields[0], "+0 ") == "":
		c.verdict(checkSMSC, Failed, "")
	default:
		c.verdict(checkSMSC, Passed, "")
	}
	if _, err := c.network.askRegistration(ctx); err != nil {
		return false
	}
	if err := c.network.readStatus(ctx); err != nil {
		return false
	}
	info := c.Info()
	r := info.Registration
	switch {
	case r.CanSend():
		c.verdict(checkNetwork, Passed, "")
	case r.CS == Unasked && r.EPS == Unasked:
		c.verdict(checkNetwork, Refused, "")
	default:
		c.verdict(checkNetwork, Failed, "")
	}
	for _, d := range []struct {
		id     string
		status RegistrationStatus
	}{{checkCS, r.CS}, {checkLTE, r.EPS}} {
		v := Refused
		if d.status.CanSend() {
			v = Passed
		}
		c.verdict(d.id, v, "%s", d.status)
	}
	signal := ""
	if info.Signal.DBm != 0 {
		signal = strconv.Itoa(info.Signal.DBm) + " dBm"
	}
	c.tells(checkSignal, signal, true)
	c.tells(checkOperator, info.Operator, true)
	return true
}

func (c *certifier) examineExtras(ctx context.Context) bool {
	for _, extra := range []struct{ id, command string }{
		{checkLink, "+CMMS=1"}, {checkUSSD, "+CUSD=?"}, {checkCaller, "+CLIP=1"}, {checkRadio, "+CFUN?"},
	} {
		if !c.does(ctx, extra.id, extra.command) {
			return false
		}
	}
	return true
}

// examineService has the modem brought up as the gateway does it, and sends texts
// if that was asked for.
func (c *certifier) examineService(ctx context.Context) bool {
	if !c.passed(checkSIM) || !c.passed(checkPDUMode) {
		return true
	}
	err := c.Close()
	if err == nil {
		err = c.Open(ctx)
	}
	if err != nil {
		c.verdict(checkReady, Failed, "%v", err)
		if !c.open && c.connect(ctx) == nil { // to put things back
			_ = c.conn.Resync(ctx) // then nothing can be put back
		}
		return false
	}
	c.opened = armed{c.Modem.routes.route, c.storage.receive}
	c.verdict(checkReady, Passed, "+CNMI=%s +CSMS=%d, %s", c.Modem.routes.route, c.Modem.routes.service, c.storage.receive)
	if c.options.Texts {
		c.examineSending(ctx)
	}
	return true
}
