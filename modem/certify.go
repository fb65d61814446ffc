package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"goniec/catalogue"
)

// Verdict is the result of one check.
type Verdict string

// The verdicts.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"
	Refused Verdict = "refused"   // the device lacks the feature, and texts work without it
	Skipped Verdict = "not_tried" // an earlier check failed, or the check was not requested
)

// Check is one check of Certify with its result.
type Check struct {
	ID       string  `json:"id"`
	Verdict  Verdict `json:"verdict"`
	Required bool    `json:"required,omitempty"` // texts need it
	// Evidence is the answer or behaviour of the device, without numbers and texts.
	Evidence string `json:"evidence,omitempty"`

	in func(catalogue.Language) string // Evidence in a language
}

// The identifiers of the checks, in the order of the report. The catalogue has words
// for each.
const (
	checkPort        = "port"
	CheckAnswers     = "answers"
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

// Checks lists the identifiers of all checks in the order of the report.
func Checks() []string {
	return []string{
		checkPort, CheckAnswers, checkEcho, checkVerbose, checkErrors, checkIdentity, checkIMEI, checkSIM, checkPINAttempts, checkIMSI,
		checkICCID, checkNumber, checkPDUMode, checkService, checkMemories, checkCPMS, checkCNMI, checkReports, checkReportStore, checkList,
		checkDelete, checkSMSC, checkNetwork, checkCS, checkLTE, checkSignal, checkOperator, checkLink, checkUSSD, checkCaller, checkRadio,
		checkReady, CheckText, checkInbound, checkAnnounced, checkIndexBase, checkReport, checkLong, checkLongBack, checkTidy,
		checkUnplug,
	}
}

// CertifyOptions select the checks of Certify that send texts or need a person.
type CertifyOptions struct {
	// Texts sends one text of one part and one of three.
	Texts bool
	// To is the recipient of the trial texts; empty: the number that the SIM tells. It
	// must be the number of the SIM itself.
	To string
	// Patience bounds the wait for one text or report; 0: 2 min.
	Patience time.Duration
	// Unplug asks a person to pull the plug ("unplug") and to put it back ("plug");
	// nil: the check is skipped.
	Unplug func(what string)
	// Progress is called with each check as it ends; nil: no call.
	Progress func(Check)
}

// Certificate is the result of Certify.
type Certificate struct {
	Device string
	Info   Info
	Checks []Check
	// Profile combines the profile of the family with what this device accepted.
	Profile Profile
}

// Fit reports whether every check that texts require, of those run, has passed.
func (c Certificate) Fit() bool {
	return !slices.ContainsFunc(c.Checks, func(k Check) bool { return k.Required && k.Verdict == Failed })
}

// Certify examines a device check by check. It enters no PIN, makes no setting that
// outlasts a restart, and restores the settings it changed. It deletes only the texts
// that it sent to itself. The error is that of opening the port, of which nothing can be
// said then, or that of ctx.
func Certify(ctx context.Context, cfg Config, o CertifyOptions) (Certificate, error) {
	if o.Patience <= 0 {
		o.Patience = 2 * time.Minute
	}
	cfg.PIN = nil // an examination must not use up a PIN attempt
	c := &certifier{Modem: New(cfg), options: o}
	if err := c.connect(ctx); err != nil {
		return Certificate{}, err
	}
	c.examine(ctx)
	if c.open {
		_ = c.Close()
	}
	if o.Unplug != nil && c.passed(CheckAnswers) {
		c.replug(ctx)
	}
	c.finish()
	return Certificate{Device: cfg.Device, Info: c.Info(), Checks: c.checks, Profile: c.foundProfile()}, context.Cause(ctx)
}

// armed holds the settings that bring-up made.
type armed struct {
	route   Route
	receive string // the memory that receives
}

// certifier examines one device.
type certifier struct {
	*Modem
	options CertifyOptions
	checks  []Check
	before  []string // commands that restore the settings
	routes  []Route  // forms of +CNMI that were accepted
	byIndex bool     // +CMGL was refused
	opened  armed    // the settings after a whole bring-up
}

// EvidenceIn returns the evidence with faults and states told in lang.
func (k Check) EvidenceIn(lang catalogue.Language) string {
	if k.in == nil {
		return k.Evidence
	}
	return k.in(lang)
}

// setVerdict records the result of a check.
func (c *certifier) setVerdict(id string, v Verdict, format string, args ...any) {
	required := slices.Contains([]string{
		checkPort, CheckAnswers, checkSIM, checkPDUMode, checkDelete, checkSMSC, checkNetwork, checkReady, CheckText, checkInbound, checkLong,
		checkLongBack, checkUnplug,
	}, id)
	in := func(lang catalogue.Language) string {
		words := slices.Clone(args)
		for i, arg := range args {
			switch arg := arg.(type) {
			case error:
				words[i] = newFault("", BeforePayload, arg).In(lang)
			case RegistrationStatus:
				words[i] = arg.In(lang)
			}
		}
		return strings.TrimSpace(fmt.Sprintf(format, words...))
	}
	check := Check{ID: id, Verdict: v, Required: required, Evidence: strings.TrimSpace(fmt.Sprintf(format, args...)), in: in}
	c.checks = append(c.checks, check)
	if c.options.Progress != nil {
		c.options.Progress(check)
	}
}

func (c *certifier) passed(id string) bool {
	return slices.ContainsFunc(c.checks, func(k Check) bool { return k.ID == id && k.Verdict == Passed })
}

// finish puts the checks in order and adds those not run as Skipped.
func (c *certifier) finish() {
	var all []Check
	for _, id := range Checks() {
		i := slices.IndexFunc(c.checks, func(k Check) bool { return k.ID == id })
		if i < 0 {
			c.setVerdict(id, Skipped, "")
			i = len(c.checks) - 1
		}
		all = append(all, c.checks[i])
	}
	c.checks = all
}

// examine runs all checks that need the open port.
func (c *certifier) examine(ctx context.Context) {
	c.setVerdict(checkPort, Passed, "")
	if err := c.conn.Resync(ctx); err != nil {
		c.setVerdict(CheckAnswers, Failed, "%v", err)
		return
	}
	c.setVerdict(CheckAnswers, Passed, "")
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

// tryCommand runs a command that may be refused and records whether it was. alive is
// false when the dialogue has ended.
func (c *certifier) tryCommand(ctx context.Context, id, command string) (alive bool) {
	_, refused, fatal := c.ask(ctx, command, c.limit(command))
	switch {
	case fatal != nil:
		c.setVerdict(id, Failed, "AT%s: %v", command, fatal)
		return false
	case refused != nil:
		c.setVerdict(id, Refused, "AT%s: %v", command, refused)
	default:
		c.setVerdict(id, Passed, "AT%s", command)
	}
	return true
}

// noteAnswer records whether a device answered a question, with the answer as evidence
// if show is set.
func (c *certifier) noteAnswer(id, value string, show bool) {
	evidence := ""
	if show {
		evidence = value
	}
	c.passIf(id, value != "", evidence)
}

// passIf records Passed with evidence if the device has the feature, else Refused.
func (c *certifier) passIf(id string, has bool, evidence string) {
	if !has {
		c.setVerdict(id, Refused, "")
		return
	}
	c.setVerdict(id, Passed, "%s", evidence)
}

func (c *certifier) examineDialogue(ctx context.Context) bool {
	before := len(c.Transcript(true))
	if _, _, fatal := c.ask(ctx, "", c.cfg.Timeouts.Command); fatal != nil {
		c.setVerdict(checkEcho, Failed, "%v", fatal)
		return false
	}
	lines := c.Transcript(true)
	echoes := slices.ContainsFunc(lines[min(before, len(lines)):], func(l TraceLine) bool { return !l.Sent && l.Text == "AT" })
	if echoes {
		c.setVerdict(checkEcho, Refused, "ATE0")
	} else {
		c.setVerdict(checkEcho, Passed, "ATE0")
	}
	return c.tryCommand(ctx, checkVerbose, "V1") && c.tryCommand(ctx, checkErrors, "+CMEE=1")
}

func (c *certifier) examineIdentity(ctx context.Context) bool {
	if err := c.identity.identifyDevice(ctx); err != nil {
		c.setVerdict(checkIdentity, Failed, "%v", err)
		return false
	}
	c.chooseProfile(ctx)
	info := c.Info()
	c.noteAnswer(checkIdentity, info.fullModel(), true)
	c.noteAnswer(checkIMEI, info.IMEI, false)
	return true
}

// settings lists the settings that Certify changes and that some devices keep over a
// restart.
func settings() []string {
	return []string{"+CMGF", "+CSMS", "+CPMS", "+CNMI", "+CREG", "+CEREG", "+CLIP", "+CMMS"}
}

// keepSettings records the commands that restore the settings.
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

// putBack restores the settings. A device that refuses keeps the changed ones until its
// restart.
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
		c.setVerdict(checkSIM, Failed, "%v", err)
		return !isDead(err)
	case state != "READY" && state != "":
		c.setVerdict(checkSIM, Failed, "+CPIN: %s", state)
	default:
		c.setVerdict(checkSIM, Passed, "%s", state)
	}
	left, err := c.pin.attemptsLeft(ctx)
	if err != nil {
		return false
	}
	c.passIf(checkPINAttempts, left >= 0, strconv.Itoa(left))
	if !c.passed(checkSIM) {
		return true
	}
	if err := c.identity.identifySIM(ctx); err != nil {
		return false
	}
	info := c.Info()
	c.noteAnswer(checkIMSI, info.IMSI, false)
	c.noteAnswer(checkICCID, info.ICCID, false)
	c.noteAnswer(checkNumber, info.Number, false)
	return true
}

// isDead reports whether no command can be sent after err.
func isDead(err error) bool { return !answered(err) && !errors.Is(err, ErrSIMLocked) }

func (c *certifier) examineTexts(ctx context.Context) bool {
	if err := c.awaitMessages(ctx); err != nil {
		return false
	}
	_, refused, fatal := c.askBusy(ctx, "+CMGF=0")
	if fatal != nil || refused != nil {
		c.setVerdict(checkPDUMode, Failed, "AT+CMGF=0: %v", errors.Join(fatal, refused))
		return fatal == nil
	}
	c.setVerdict(checkPDUMode, Passed, "")
	if !c.tryCommand(ctx, checkService, "+CSMS=1") {
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
		c.setVerdict(checkMemories, Passed, "%s; mem3: %s", strings.Join(reads, ", "), strings.Join(receives, ", "))
	} else {
		c.setVerdict(checkMemories, Refused, "AT+CPMS=?")
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
		c.setVerdict(checkCPMS, Refused, "AT+CPMS")
	} else {
		c.setVerdict(checkCPMS, Passed, "%s", strings.Join(forms, ", "))
	}
	c.passIf(checkReportStore, slices.Contains(reads, memReports), "")
	if !c.tryCommand(ctx, checkList, "+CMGL=4") {
		return false
	}
	c.byIndex = !c.passed(checkList)
	return true
}

// examineRouting tries every useful form of +CNMI.
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
	c.passIf(checkCNMI, len(names) > 0, strings.Join(names, "; "))
	c.passIf(checkReports, reports, "")
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
		c.setVerdict(checkSMSC, Refused, "AT+CSCA?")
	case len(fields) == 0 || strings.Trim(fields[0], "+0 ") == "":
		c.setVerdict(checkSMSC, Failed, "")
	default:
		c.setVerdict(checkSMSC, Passed, "")
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
		c.setVerdict(checkNetwork, Passed, "")
	case r.CS == Unasked && r.EPS == Unasked:
		c.setVerdict(checkNetwork, Refused, "")
	default:
		c.setVerdict(checkNetwork, Failed, "")
	}
	for _, d := range []struct {
		id     string
		status RegistrationStatus
	}{{checkCS, r.CS}, {checkLTE, r.EPS}} {
		v := Refused
		if d.status.CanSend() {
			v = Passed
		}
		c.setVerdict(d.id, v, "%s", d.status)
	}
	signal := ""
	if info.Signal.DBm != 0 {
		signal = strconv.Itoa(info.Signal.DBm) + " dBm"
	}
	c.noteAnswer(checkSignal, signal, true)
	c.noteAnswer(checkOperator, info.Operator, true)
	return true
}

func (c *certifier) examineExtras(ctx context.Context) bool {
	for _, extra := range []struct{ id, command string }{
		{checkLink, "+CMMS=1"}, {checkUSSD, "+CUSD=?"}, {checkCaller, "+CLIP=1"}, {checkRadio, "+CFUN?"},
	} {
		if !c.tryCommand(ctx, extra.id, extra.command) {
			return false
		}
	}
	return true
}

// examineService brings the modem up as the gateway does, and sends texts if Texts is
// set.
func (c *certifier) examineService(ctx context.Context) bool {
	if !c.passed(checkSIM) || !c.passed(checkPDUMode) {
		return true
	}
	err := c.Close()
	if err == nil {
		err = c.Open(ctx)
	}
	if err != nil {
		c.setVerdict(checkReady, Failed, "%v", err)
		if !c.open && c.connect(ctx) == nil { // to restore the settings
			_ = c.conn.Resync(ctx) // after a failure no setting can be restored
		}
		return false
	}
	c.opened = armed{c.Modem.routes.route, c.storage.receive}
	c.setVerdict(checkReady, Passed, "+CNMI=%s +CSMS=%d, %s", c.Modem.routes.route, c.Modem.routes.service, c.storage.receive)
	if c.options.Texts {
		c.examineSending(ctx)
	}
	return true
}
