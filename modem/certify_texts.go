package modem

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"goniec/pdu"
)

// sweepAfter is the wait for an announced trial text before the memories are searched.
const sweepAfter = 20 * time.Second

// trial is a text that the modem sends to itself.
type trial struct {
	to    pdu.Address
	text  string
	parts []string
	mrs   []int
	ref   uint16 // of the concatenation

	back      map[int]string // texts that came back, by their part
	reports   int
	announced string // indication of the first part, +CMTI or +CMT
	reported  string // indication of the first report
	lowest    int    // lowest index of a slot seen; -1: none
	left      int    // slots that could not be emptied
	deleted   int
}

// examineSending sends texts to the modem's own number and watches them come back.
func (c *certifier) examineSending(ctx context.Context) {
	number := c.options.To
	if number == "" {
		number = c.Info().Number
	}
	to, err := pdu.ParseAddress(number)
	if number == "" || err != nil {
		return // no recipient: the checks are skipped
	}
	mark := "Goniec " + rand.Text()[:8]
	single := &trial{to: to, text: mark}
	if !c.exchange(ctx, single, CheckText, checkInbound) {
		return
	}
	c.judgeSingle(single)
	long := &trial{to: to, text: mark + strings.Repeat(" zażółć gęślą jaźń", 8)}
	ok := c.exchange(ctx, long, checkLong, checkLongBack)
	switch left := single.left + long.left; {
	case left > 0:
		c.setVerdict(checkDelete, Failed, "%d", left)
		c.setVerdict(checkTidy, Failed, "%d", left)
	case ok && single.deleted+long.deleted > 0:
		c.setVerdict(checkDelete, Passed, "AT+CMGD")
		c.setVerdict(checkTidy, Passed, "")
	case ok:
		c.setVerdict(checkTidy, Passed, "")
	}
}

// judgeSingle records the results of the text of one part.
func (c *certifier) judgeSingle(t *trial) {
	c.passIf(checkAnnounced, t.announced != "", t.announced)
	if t.lowest >= 0 {
		c.setVerdict(checkIndexBase, Passed, "%d", t.lowest)
	}
	c.passIf(checkReport, t.reports > 0, t.reported)
}

// exchange sends t and waits until t is back, with its reports if the device supports
// them. It returns false when the text was not accepted.
func (c *certifier) exchange(ctx context.Context, t *trial, sent, back string) bool {
	t.back, t.lowest = map[int]string{}, -1
	if err := c.submitTrial(ctx, t); err != nil {
		c.setVerdict(sent, Failed, "%v", err)
		return false
	}
	c.setVerdict(sent, Passed, "%d", len(t.parts))
	reports := 0
	if c.Modem.routes.route[3] > 0 {
		reports = len(t.parts)
	}
	c.await(ctx, t, reports)
	if t.whole() {
		c.setVerdict(back, Passed, "%d", len(t.back))
	} else {
		c.setVerdict(back, Failed, "%d / %d", len(t.back), len(t.parts))
	}
	return true
}

// submitTrial sends the parts of t.
func (c *certifier) submitTrial(ctx context.Context, t *trial) error {
	composed, err := pdu.Compose(t.text, pdu.ComposeOptions{})
	if err != nil {
		return fmt.Errorf("compose text: %w", err)
	}
	t.text, t.parts = composed.Text, composed.Parts
	t.ref = uint16(rand.Text()[0])
	for i, part := range t.parts {
		var concatenation *pdu.Concatenation
		if len(t.parts) > 1 {
			concatenation = &pdu.Concatenation{Reference: t.ref, Total: len(t.parts), Number: i + 1}
		}
		ud, err := pdu.TextUserData(part, composed.Alphabet, concatenation)
		if err != nil {
			return fmt.Errorf("encode part %d: %w", i+1, err)
		}
		tpdu, err := pdu.Submit{DA: t.to, ReportRequest: true, DCS: pdu.TextDCS(composed.Alphabet, false), UD: ud}.Marshal()
		if err != nil {
			return fmt.Errorf("encode part %d: %w", i+1, err)
		}
		mr, err := c.Submit(ctx, tpdu)
		if err != nil {
			return err
		}
		t.mrs = append(t.mrs, mr)
	}
	return nil
}

// await takes indications until t is back with its reports. Without indications it
// searches the memories.
func (c *certifier) await(ctx context.Context, t *trial, reports int) {
	limit := time.NewTimer(c.options.Patience)
	defer limit.Stop()
	sweep := time.NewTicker(min(sweepAfter, c.options.Patience/3))
	defer sweep.Stop()
	for !t.whole() || t.reports < reports {
		select {
		case i := <-c.Indications():
			c.takeTrial(ctx, t, i)
		case <-sweep.C:
			c.sweepTrial(ctx, t)
		case <-c.conn.Lost():
			return
		case <-limit.C:
			c.sweepTrial(ctx, t)
			return
		case <-ctx.Done():
			return
		}
	}
}

// takeTrial takes one indication. Texts of others stay in memory and are not
// acknowledged, so that the next user of the modem receives them.
func (c *certifier) takeTrial(ctx context.Context, t *trial, i Indication) {
	switch i.Kind {
	case MessageDirect, ReportDirect:
		how := "+CMT"
		if i.Kind == ReportDirect {
			how = "+CDS"
		}
		if t.take(i.Raw, how) {
			_ = c.Acknowledge(ctx) // the part has arrived, so a refusal does not matter
		}
	case MessageStored, ReportStored:
		how := "+CMTI"
		if i.Kind == ReportStored {
			how = "+CDSI"
		}
		if stored, err := c.Read(ctx, i.Slot); err == nil && t.take(stored.Raw, how) {
			c.dropTrial(ctx, t, i.Slot)
		}
	default:
	}
}

// sweepTrial searches the memories for t.
func (c *certifier) sweepTrial(ctx context.Context, t *trial) {
	all, err := c.List(ctx)
	if err != nil && !answered(err) {
		return
	}
	for _, stored := range all {
		if t.take(stored.Raw, "") {
			c.dropTrial(ctx, t, stored.Slot)
		}
	}
}

func (c *certifier) dropTrial(ctx context.Context, t *trial, s Slot) {
	if t.lowest < 0 || s.Index < t.lowest {
		t.lowest = s.Index
	}
	if err := c.Delete(ctx, s); err != nil {
		t.left++
		return
	}
	t.deleted++
}

// take takes a PDU if it is a part of t or one of its reports, and records how it was
// announced.
func (t *trial) take(raw []byte, how string) bool {
	in, err := pdu.Read(raw, time.Now())
	switch {
	case err != nil:
		return false
	case in.Report != nil:
		if !slices.Contains(t.mrs, int(in.Report.MR)) || !sameEnd(in.Report.RA.Number, t.to.Number) {
			return false
		}
		t.reports++
		if t.reported == "" {
			t.reported = how
		}
		return true
	case !sameEnd(in.Deliver.OA.Number, t.to.Number):
		return false
	}
	number, text := 1, in.Deliver.Text()
	if c, long := in.Deliver.UD.Header.Concatenation(); long {
		if c.Reference != t.ref || c.Total != len(t.parts) {
			return false
		}
		number = c.Number
	}
	if number > len(t.parts) || text != t.parts[number-1] {
		return false
	}
	t.back[number] = text
	if t.announced == "" {
		t.announced = how
	}
	return true
}

// sameEnd reports whether two numbers end alike. A network may deliver a number in
// another format than the one it was dialled in.
func sameEnd(a, b string) bool {
	const end = 7
	return len(a) >= end && len(b) >= end && a[len(a)-end:] == b[len(b)-end:]
}

func (t *trial) whole() bool { return len(t.parts) > 0 && len(t.back) == len(t.parts) }

const (
	plugPoll     = time.Second
	plugPatience = 2 * time.Minute
)

// replug asks a person to pull the plug and to put it back, and recognises the modem by
// its IMEI.
func (c *certifier) replug(ctx context.Context) {
	imei := c.Info().IMEI
	c.options.Unplug("unplug")
	if !c.awaitPresence(ctx, false) {
		c.setVerdict(checkUnplug, Failed, "%s", c.cfg.Device)
		return
	}
	c.options.Unplug("plug")
	if !c.awaitPresence(ctx, true) {
		c.setVerdict(checkUnplug, Failed, "%s", c.cfg.Device)
		return
	}
	back := time.Now()
	cfg := c.cfg
	cfg.IMEI = imei
	if imei != "" && c.onUSB() {
		cfg.Device = "" // the device may have another name after replugging
	}
	for {
		m := New(cfg)
		err := m.connect(ctx)
		if err == nil {
			if err = m.conn.Resync(ctx); err == nil {
				err = m.identity.identifyDevice(ctx)
			}
			_ = m.Close()
		}
		switch {
		case err == nil:
			c.setVerdict(checkUnplug, Passed, "%s", time.Since(back).Round(time.Second))
			return
		case time.Since(back) > plugPatience, pause(ctx, plugPoll) != nil:
			c.setVerdict(checkUnplug, Failed, "%v", err)
			return
		}
	}
}

// onUSB reports whether the configured device is a USB serial port.
func (c *certifier) onUSB() bool {
	ports, err := c.cfg.Ports()
	return err == nil && slices.ContainsFunc(ports, func(p PortInfo) bool {
		return p.onUSB() && (p.Device == c.cfg.Device || p.ByID == c.cfg.Device)
	})
}

// awaitPresence waits until the port appears or disappears.
func (c *certifier) awaitPresence(ctx context.Context, there bool) bool {
	for limit := time.Now().Add(plugPatience); time.Now().Before(limit); {
		if c.Present() == there {
			return true
		}
		if pause(ctx, plugPoll) != nil {
			return false
		}
	}
	return false
}
