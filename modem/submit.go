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
	abort    context.CancelCauseFunc // ends the running submission; nil: none; guarded by mu
	noKeep   bool                    // +CMMS was refused
	lastSent time.Time
	centre   string // the answer to +CSCA? to be written back; empty: none, or already written
}

// forget clears the findings about the device when bring-up begins.
func (s *sender) forget() { s.noKeep, s.lastSent, s.centre = false, time.Time{}, "" }

// linkHold is how long a modem keeps the link to the service centre after a submission
// with +CMMS=1; the standard says 1 to 5 s.
const linkHold = time.Second

// NoReference is the message reference of a submission that the modem accepted without
// giving one.
const NoReference = -1

// Submit sends one SMS-SUBMIT TPDU (3GPP TS 23.040 9.2.2.2) through the service centre
// of the SIM and returns its message reference (9.2.3.6), 0 to 255, or NoReference. It
// blocks until the modem has answered. An error is a *Fault. When ctx ends after the
// payload was sent, its class is Uncertain; so is that of ErrRestarted, after which the
// modem must be opened again. After another Fault without a number call Resync.
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
	m.routes.reports.noteSent(tpdu, m.sender.lastSent)
	if !m.conn.InStep() { // accepted without the OK
		if err := m.conn.Resync(ctx); err != nil {
			m.log.WarnContext(ctx, "cannot resync behind an accepted message", "err", err)
		}
	}
	if number < 0 {
		m.log.WarnContext(ctx, "modem accepted a message without a reference; its report cannot be matched by number")
		return NoReference, nil
	}
	return number & 0xff, nil // TP-MR is one octet
}

// submit writes the commands of one text. It repeats them for a device that is busy
// before the payload, when nothing has been sent.
func (s *sender) submit(ctx context.Context, tpdu []byte) (number int, f *Fault) {
	if err := s.keepLink(ctx); err != nil {
		return NoReference, newFault("submit", BeforePayload, err)
	}
	pdu := append([]byte{0}, tpdu...) // length 0: the service centre of the SIM
	var began time.Time
	var phase at.Phase
	busy := func(e *at.Error) bool { return phase == at.BeforePayload && untaken(e) }
	err := s.patience.retryBusy(ctx, s.cfg.Timeouts.SIMBusy, busy, func() (err error) {
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

// tellServiceCentre handles a device that reports no service centre although it told
// one: some use the number only after +CSCA has written it since their start (3GPP TS
// 27.005 3.3.1). It writes the number back, once, and submits the text again.
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

// PayloadAt returns when the modem had received the whole payload of the last Submit,
// from when on the text may have been sent; zero if it did not receive it.
func (m *Modem) PayloadAt() time.Time {
	if !m.open {
		return time.Time{}
	}
	return m.conn.PayloadAt()
}

// abortable returns a context for one submission. The context ends with ErrRestarted
// when the device restarts, since the answer is then lost. done releases the context
// and returns why it ended, if it did.
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

// keepLink asks the modem to keep the radio link for a following message (3GPP TS
// 27.005 3.5.6), which saves seconds for each part. The modem keeps the setting while
// parts follow one another, so it is set once for each run.
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

// noAcknowledgement is the +CMS ERROR of a device that expects no +CNMA.
const noAcknowledgement = 340

// Acknowledge confirms the last direct message or report (+CNMA, 3GPP TS 27.005 4.7).
// It writes nothing to a device outside phase 2+ service (+CSMS=1), which wants no
// confirmation. An error is a *Fault.
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
