package reply

import (
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/suppression"
)

// stop suppresses texts of the purpose of the latest text to a number, and of the purposes
// below that one. The patient gets a confirmation of the first STOP only.
func (r *Replies) stop(tx store.Tx, d *decision, from pdu.Address) error {
	purpose := suppression.Care
	last, found, err := queue.ReadLastTo(tx, r.config.Numbering, from)
	if err != nil {
		return err
	}
	if found && last.Purpose != "" {
		purpose = last.Purpose
	}
	closed := false
	for _, p := range purpose.Closes() {
		_, added, err := r.config.Suppressions.AddIn(tx, suppression.Suppression{Number: from, Purpose: p, Source: suppression.FromSMS})
		if err != nil {
			return err
		}
		closed = closed || added
	}
	if !closed {
		d.back, d.needsStaff, d.handled = "", false, true
	}
	return nil
}

// start removes every suppression that came by text.
func (r *Replies) start(tx store.Tx, d *decision, from pdu.Address) error {
	removed, err := r.config.Suppressions.RemoveIn(tx, from, suppression.FromSMS, "")
	if err != nil {
		return err
	}
	if removed == 0 {
		// From a patient who has stopped nothing, "start" may mean anything.
		d.back, d.handled = "", false
	}
	return nil
}
