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

// line is shared by all parts of a Modem: the dialogue with the device, its Info and
// its indications. Only the owner calls its methods, except Info, change, enter and
// note.
type line struct {
	cfg   Config
	log   *slog.Logger
	queue *indications

	mu      sync.Mutex // guards what follows, and the fields of parts that say so
	info    Info
	conn    *at.Conn       // of the present or last dialogue; nil before the first
	boot    time.Time      // when the present dialogue began
	ready   bool           // bring-up has succeeded
	history []SignalBucket // of the signal; outlasts Close

	open     bool     // conn is in use
	profile  Profile  // of the device
	fromFile bool     // the profile comes from a file
	recalled working  // the set-up that worked with this model and firmware
	patience patience // with a device that is busy
}

// bareAnswer bounds the wait for the OK of an answer that some devices give without OK.
const bareAnswer = 5 * time.Second

// plainPause is the pause before repeating a command that was refused without a reason.
const plainPause = time.Second

// Info returns the known state of the modem.
func (l *line) Info() Info {
	l.mu.Lock()
	defer l.mu.Unlock()
	info := l.info
	info.SignalHistory = recent(l.history, time.Now())
	return info
}

// enter sets the State.
func (l *line) enter(s State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.info.State != s {
		l.info.State, l.info.Since = s, time.Now()
	}
}

// change changes Info by fn.
func (l *line) change(fn func(*Info)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fn(&l.info)
}

// note stores a fault in Info if it concerns the device or the network rather than one
// message, a cancelled call or a modem that is closed.
func (l *line) note(f *Fault) error {
	if f.Blame() != Message && !errors.Is(f, context.Canceled) && !errors.Is(f, ErrEmpty) && !errors.Is(f, ErrNotOpen) {
		l.change(func(i *Info) { i.LastFault = f })
	}
	return f
}

// command runs one command and returns the lines of its answer. It repeats the command
// while the device is busy, for up to Timeouts.SIMBusy.
func (l *line) command(ctx context.Context, command string, timeout time.Duration) (lines []string, err error) {
	if !l.open {
		return nil, ErrNotOpen
	}
	if command == "" || strings.HasPrefix(command, "+CPIN=") { // AT is never refused as busy; a PIN must not be given twice
		return l.conn.Command(ctx, command, timeout)
	}
	err = l.patience.retryBusy(ctx, l.cfg.Timeouts.SIMBusy, isBusy, func() (err error) {
		lines, err = l.conn.Command(ctx, command, timeout)
		return err
	})
	return lines, err
}

// ask runs one command that may fail. When the command ends without an answer, ask
// resynchronises the dialogue. fatal is an error after which no command can be sent.
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

// faultIn makes a *Fault of an error that ends bring-up.
func faultIn(op string, err error) error {
	if err == nil {
		return nil
	}
	return newFault(op, BeforePayload, err)
}

// askBusy is ask for commands that some devices answer with a plain ERROR for seconds
// after power-on: it repeats them twice.
func (l *line) askBusy(ctx context.Context, command string) (lines []string, refused, fatal error) {
	return l.askPatiently(ctx, command, 2)
}

// askPatiently is ask repeated at most plain times after an ERROR without a reason,
// within Timeouts.SIMBusy.
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

// limit returns the timeout of a command. Some devices leave out the OK behind +CPIN
// and +CPMS; their answer counts without it.
func (l *line) limit(command string) time.Duration {
	if strings.HasPrefix(command, "+CPIN?") || strings.HasPrefix(command, "+CPMS") {
		return min(l.cfg.Timeouts.Command, bareAnswer)
	}
	return l.cfg.Timeouts.Command
}

// prefer runs a command that the device may refuse.
func (l *line) prefer(ctx context.Context, command string) error {
	_, _, fatal := l.ask(ctx, command, l.cfg.Timeouts.Command)
	return faultIn("AT"+command, fatal)
}

// listTime bounds commands that list, read or delete in the memories.
func (l *line) listTime() time.Duration { return max(l.cfg.Timeouts.List, l.profile.List) }
