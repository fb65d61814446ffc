package modem

import (
	"context"
	"errors"
	"fmt"
	"time"

	"goniec/modem/at"
)

// sender submits texts.
type sender struct {
	*line
	abort    context.CancelCauseFunc // ends the submission that runs; nil: none does; guarded by mu
	noKeep   bool                    // +CMMS has been refused
	lastSent time.Time
	centre   string // the answer to +CSCA?, to be written back; empty: none, or it has been
}

// forget forgets what was found out about the device: bring-up begins.
func (s *sender) forget() { s.noKeep, s.lastSent, s.centre = false, time.Time{}, "" }

// linkHold is how long a modem keeps the link to the service centre after a
// submission with +CMMS=1; the standard says 1 to 5 s.
const linkHold = time.Second

// NoReference is what Submit returns in place of a message reference when the
// modem took the message without giving one.
const NoReference = -1

// Submit sends one SMS-SUBMIT TPDU (3GPP TS 23.040 9.2.2.2) through the service
// centre of the SIM and returns its message reference (9.2.3.6), 0 to 255, or
// NoReference. It blocks until the modem has answered. When
// ctx is done first the Fault says Uncertain if the payload had left, and so does
// that of ErrRestarted, after which the modem must be opened again. After any
// other Fault without a number the dialogue is out of step: call Resync.
func (m *Modem) Submit(ctx context.Context, tpdu []byte) (mr int, err error) {
	if !m.open {
		return NoReference, newFault("submit", BeforePayload, ErrNotOpen)
	}
	if f := m.network.roamingFault(m.Info().Registration); f != nil {
		return NoReference, m.note(f)
	}
	number, f := m.sender.submit(ctx, tpdu)
	if f != nil && f.Family == "CMS" && f.Code == noServiceCentre {
		number, f = m.sender.tellServiceCentre(ctx, tpdu, f)
	}
	m.sender.lastSent = time.Now()
	if f != nil {
		m.sender.lastSent = time.Time{}
		return NoReference, m.note(f)
	}
	m.routes.reports.sent(tpdu, m.sender.lastSent)
	if !m.conn.InStep() { // accepted, but the OK was left out
		if err := m.conn.Resync(ctx); err != nil {
			m.log.WarnContext(ctx, "cannot resync behind an accepted message", "err", err)
		}
	}
	if number < 0 {
		m.log.WarnContext(ctx, "modem accepted a message without a reference; its report cannot be matched by number")
		return NoReference, nil
	}
	return number & 0xff, nil // it is one octet
}

// submit writes the commands for one text. A device that is busy before it has had the
// text is asked again: nothing has been sent.
func (s *sender) submit(ctx context.Context, tpdu []byte) (number int, f *Fault) {
	if err := s.keepLink(ctx); err != nil {
		return NoReference, newFault("submit", BeforePayload, err)
	}
	pdu := append([]byte{0}, tpdu...) // no address: the service centre of the SIM
	var began time.Time
	var phase at.Phase
	busy := func(e *at.Error) bool { return phase == at.BeforePayload && untaken(e) }
	err := s.patience.patiently(ctx, s.cfg.Timeouts.SIMBusy, busy, func() (err error) {
		began = time.Now()
		abortable, done := s.abortable(ctx)
		number, phase, err = s.conn.Submit(abortable, len(tpdu), pdu)
		if cause := done(); err != nil && errors.Is(cause, ErrRestarted) {
			err = cause
		}
		return err
	})
	if err != nil {
		return NoReference, submitFault(phaseOf(phase), time.Since(began), err)
	}
	return number, nil
}

// noServiceCentre is the +CMS ERROR of a device that knows no service centre.
const noServiceCentre = 330

// tellServiceCentre deals with a device that says that it knows no service centre,
// although it told one: some use it only when it has been written by +CSCA (3GPP TS
// 27.005 3.3.1) since they started. What it told is written back, once, and the text
// submitted again.
func (s *sender) tellServiceCentre(ctx context.Context, tpdu []byte, refused *Fault) (number int, f *Fault) {
	told := s.Info().SMSC != ""
	if s.centre != "" {
		written := s.centre
		s.centre = ""
		s.log.InfoContext(ctx, "modem does not use the service centre that it tells; it is written back")
		_, err := s.command(ctx, "+CSCA="+written, s.cfg.Timeouts.Command)
		switch {
		case err == nil:
			if number, refused = s.submit(ctx, tpdu); refused == nil || refused.Code != noServiceCentre {
				return number, refused
			}
		case !answered(err):
			return NoReference, newFault("AT+CSCA", BeforePayload, err)
		}
	}
	if !told {
		return NoReference, refused
	}
	f = newFault("submit", refused.Phase, fmt.Errorf("%w: %w", errSMSCRefused, refused.Err))
	f.Family, f.Code = refused.Family, refused.Code
	return NoReference, f
}

// PayloadAt returns when the modem had the message of the last Submit whole, so that
// it may have left; zero if it never had.
func (m *Modem) PayloadAt() time.Time {
	if !m.open {
		return time.Time{}
	}
	return m.conn.PaidAt()
}

// abortable returns a context for one submission, which ends with ErrRestarted when
// the device says that it has just started: its answer will never come. done ends
// that, and returns why the context was done, if it was.
func (s *sender) abortable(ctx context.Context) (_ context.Context, done func() error) {
	abortable, cancel := context.WithCancelCause(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.abort = cancel
	return abortable, func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.abort = nil
		cause := context.Cause(abortable)
		cancel(nil)
		return cause
	}
}

// keepLink asks the modem to keep the link open for a message that may follow
// (3GPP TS 27.005 3.5.6), which spares seconds a part. While one part follows
// another the modem remembers, so it is asked once a run.
func (s *sender) keepLink(ctx context.Context) error {
	if s.noKeep || time.Since(s.lastSent) < linkHold {
		return nil
	}
	_, refused, fatal := s.ask(ctx, "+CMMS=1", s.cfg.Timeouts.Command)
	var answer *at.Error
	s.noKeep = refused != nil && (!errors.As(refused, &answer) || !isBusy(answer))
	return fatal
}

func phaseOf(p at.Phase) Phase {
	if p == at.AfterPayload {
		return AfterPayload
	}
	return BeforePayload
}

// noAcknowledgement is the +CMS ERROR of a device that expects no +CNMA, or no
// longer.
const noAcknowledgement = 340

// Acknowledge confirms the direct message or report received last (+CNMA, 3GPP
// TS 27.005 4.7). It writes nothing to a device that wants no confirmation:
// only phase 2+ service (+CSMS=1) does.
func (m *Modem) Acknowledge(ctx context.Context) error {
	if !m.open {
		return newFault("acknowledge", BeforePayload, ErrNotOpen)
	}
	if m.routes.service != 1 {
		return nil
	}
	_, err := m.command(ctx, "+CNMA", m.cfg.Timeouts.Command)
	var refused *at.Error
	if errors.As(err, &refused) && refused.Code == noAcknowledgement {
		return nil
	}
	if err != nil {
		return m.note(newFault("acknowledge", BeforePayload, err))
	}
	return nil
}
