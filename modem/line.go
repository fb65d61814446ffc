package modem

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"goniec/modem/at"
)

// line is what every part of a Modem works with: the dialogue with the device, what is
// known of it, and what is announced of it. Its methods are the owner's, except Info,
// change, enter and note.
type line struct {
	cfg   Config
	log   *slog.Logger
	queue *indications // what is announced

	mu      sync.Mutex // guards what follows, and the fields of parts that say so
	info    Info
	conn    *at.Conn       // of the present or last dialogue; nil before the first
	boot    time.Time      // when the present dialogue began
	ready   bool           // bring-up is over
	history []SignalBucket // of the signal; outlasts Close

	open     bool     // conn is in use
	profile  Profile  // of the device
	fromFile bool     // the profile comes from a file
	recalled working  // the set-up that worked with a device like this one
	patience patience // with a device that is busy
}

// bareAnswer is how long to wait for the OK of an answer that may have none.
const bareAnswer = 5 * time.Second

// plainPause is the pause before a device that gave no reason is asked again.
const plainPause = time.Second

// Info returns what is known of the modem now.
func (l *line) Info() Info {
	l.mu.Lock()
	defer l.mu.Unlock()
	info := l.info
	info.SignalHistory = recent(l.history, time.Now())
	return info
}

// enter moves to a state.
func (l *line) enter(s State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.info.State != s {
		l.info.State, l.info.Since = s, time.Now()
	}
}

// change changes what Info tells.
func (l *line) change(fn func(*Info)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fn(&l.info)
}

// note remembers a fault for Info, if it says something about the device or the
// network rather than about one message or one impatient caller.
func (l *line) note(f *Fault) error {
	if f.Blame() != Message && !errors.Is(f, context.Canceled) && !errors.Is(f, ErrEmpty) {
		l.change(func(i *Info) { i.LastFault = f })
	}
	return f
}

// command runs one command and returns the lines of its answer. It waits for a device
// that is busy for a moment, up to Timeouts.SIMBusy.
func (l *line) command(ctx context.Context, command string, timeout time.Duration) (lines []string, err error) {
	if !l.open {
		return nil, ErrNotOpen
	}
	if command == "" || strings.HasPrefix(command, "+CPIN=") { // AT is always answered; a PIN is given once
		return l.conn.Command(ctx, command, timeout)
	}
	err = l.patience.patiently(ctx, l.cfg.Timeouts.SIMBusy, isBusy, func() (err error) {
		lines, err = l.conn.Command(ctx, command, timeout)
		return err
	})
	return lines, err
}

// ask runs one command whose failure is survivable: when it ends without an
// answer the dialogue is brought back in step before ask returns. fatal is an
// error after which nothing more can be asked.
func (l *line) ask(ctx context.Context, command string, timeout time.Duration) (lines []string, refused, fatal error) {
	lines, err := l.command(ctx, command, timeout)
	var answer *at.Error
	switch {
	case err == nil, errors.As(err, &answer):
		return lines, err, nil
	case !errors.Is(err, at.ErrTimeout):
		return nil, err, err
	}
	if fatal := l.conn.Resync(ctx); fatal != nil {
		return nil, err, fatal
	}
	return lines, err, nil
}

// faultIn makes a *Fault of an error after which bring-up cannot go on.
func faultIn(op string, err error) error {
	if err == nil {
		return nil
	}
	return newFault(op, BeforePayload, err)
}

// askBusy is ask for commands that some devices answer with a plain ERROR for some
// seconds after power-on: those get two more tries.
func (l *line) askBusy(ctx context.Context, command string) (lines []string, refused, fatal error) {
	return l.askPatiently(ctx, command, 2)
}

// askPatiently asks again at most plain times after an ERROR without a reason, within
// Timeouts.SIMBusy.
func (l *line) askPatiently(ctx context.Context, command string, plain int) (lines []string, refused, fatal error) {
	limit := time.Now().Add(l.cfg.Timeouts.SIMBusy)
	for ; ; plain-- {
		lines, refused, fatal = l.ask(ctx, command, l.limit(command))
		var answer *at.Error
		if fatal != nil || !errors.As(refused, &answer) || answer.Family != "" || plain <= 0 || !time.Now().Before(limit) {
			return lines, refused, fatal
		}
		if err := pause(ctx, plainPause); err != nil {
			return nil, err, err
		}
	}
}

// limit returns how long a command may take. Behind +CPIN and +CPMS some devices
// leave the OK out; their answer counts without it.
func (l *line) limit(command string) time.Duration {
	if strings.HasPrefix(command, "+CPIN?") || strings.HasPrefix(command, "+CPMS") {
		return min(l.cfg.Timeouts.Command, bareAnswer)
	}
	return l.cfg.Timeouts.Command
}

// prefer runs a command the device is free to refuse.
func (l *line) prefer(ctx context.Context, command string) error {
	_, _, fatal := l.ask(ctx, command, l.cfg.Timeouts.Command)
	return faultIn("AT"+command, fatal)
}

// listTime is how long the device may take over what is in its memories.
func (l *line) listTime() time.Duration { return max(l.cfg.Timeouts.List, l.profile.List) }
