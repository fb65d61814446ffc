package reply

import (
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/suppression"
)

// stop notes that a number wants no more texts of the purpose it was written to for
// last. It is confirmed once: who says so again is not written to.
func (r *Replies) stop(tx store.Tx, d *decision, from pdu.Address) error {
	purpose := suppression.Care
	last, found, err := queue.ReadLastTo(tx, r.config.Numbering, from)
	if err != nil {
		return err
	}
	if found && last.Purpose != "" {
		purpose = last.Purpose
	}
	_, added, err := r.config.Suppressions.AddIn(tx, suppression.Suppression{Number: from, Purpose: purpose, Source: suppression.FromSMS})
	if err != nil {
		return err
	}
	if !added {
		d.back, d.person, d.noted = "", false, true
	}
	return nil
}

// start takes back every stop that came by text.
func (r *Replies) start(tx store.Tx, d *decision, from pdu.Address) error {
	removed, err := r.config.Suppressions.RemoveIn(tx, from, suppression.FromSMS, "")
	if err != nil {
		return err
	}
	if removed == 0 {
		// "Start" to somebody who has stopped nothing may mean anything.
		d.back, d.noted = "", false
	}
	return nil
}
