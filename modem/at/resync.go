package at

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// maxUnquiet bounds the wait for silence. A modem that reports its signal continuously
// is never silent and still answers.
const maxUnquiet = 5 * time.Second

// attempts is the count of tries of Resync.
const attempts = 3

// Resync brings the dialogue in step after New and after a command without an answer.
// It writes nothing while the modem may still be submitting, leaves a possible prompt
// by ESC, waits for silence, checks that the modem answers AT, and turns the echo off.
func (c *Conn) Resync(ctx context.Context) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	if err := c.endSession(); err != nil {
		return err
	}
	if err := c.waitSubmitted(ctx); err != nil {
		return err
	}
	leave := c.ask()
	var err error
	for i := range attempts {
		// An unknown prompt swallows the first AT, so the second try sends ESC.
		err = c.attention(ctx, leave || i == 1)
		if !errors.Is(err, ErrTimeout) {
			return err
		}
		leave = false
	}
	return fmt.Errorf("no answer to AT: %w", err)
}

// endSession ends the current session and waits for its AT.
func (c *Conn) endSession() error {
	c.mu.Lock()
	s, cause := c.session, c.cause
	if s != nil {
		c.killLocked(s, errOutOfStep)
	}
	c.mu.Unlock()
	if s != nil {
		<-s.at.Closed()
	}
	return cause
}

// waitSubmitted waits for the answer to the last payload, at most Config.Submit.
func (c *Conn) waitSubmitted(ctx context.Context) error {
	return c.wait(ctx, func() time.Duration { return time.Until(c.trouble.busy) })
}

// waitQuiet waits until nothing has been received for Config.Quiet.
func (c *Conn) waitQuiet(ctx context.Context) error {
	start := time.Now()
	err := c.wait(ctx, func() time.Duration {
		last := c.lastRead
		if last.Before(start) {
			last = start
		}
		return min(time.Until(last.Add(c.cfg.Quiet)), time.Until(start.Add(maxUnquiet)))
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trouble.final = false // the OK has not come
	return err
}

// wait waits for the duration that left returns, and calls left again after every read.
// c.mu is held during left.
func (c *Conn) wait(ctx context.Context, left func() time.Duration) error {
	for {
		c.mu.Lock()
		d, cause := left(), c.cause
		c.mu.Unlock()
		if cause != nil {
			return cause
		}
		if d <= 0 {
			return nil
		}
		timer := time.NewTimer(d)
		select {
		case <-timer.C:
		case <-c.activity:
		case <-c.done:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
		timer.Stop()
	}
}

// ask records that Resync has written, and returns whether a prompt may be open.
func (c *Conn) ask() (prompt bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	prompt = c.trouble.prompt
	c.trouble.asked, c.trouble.prompt = true, false
	return prompt
}

// attention makes a session, checks that AT is answered, and turns the echo off. With
// leave it sends ESC first. The answer may belong to an older command, so attention
// waits for silence before the session is used.
func (c *Conn) attention(ctx context.Context, leave bool) error {
	if leave {
		c.log.add(true, "<ESC>")
		if _, err := c.write([]byte{escape}); err != nil {
			return c.fail(fmt.Errorf("%w: %w", ErrLost, err))
		}
	}
	if err := c.waitQuiet(ctx); err != nil {
		return err
	}
	s := c.newSession()
	if err := answer(c.run(ctx, s, "", c.cfg.Attention)); err != nil {
		<-s.at.Closed()
		return err
	}
	// The pump drops the echoes of a modem that refuses E0.
	if err := answer(c.run(ctx, s, "E0", c.cfg.Attention)); err != nil {
		<-s.at.Closed()
		return err
	}
	return c.waitQuiet(ctx)
}

// answer returns err, or nil if err is an answer of the modem.
func answer(_ []string, err error) error {
	var refused *Error
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// write writes all of p to the port within Config.Write.
func (c *Conn) write(p []byte) (int, error) {
	c.logSent(p)
	type deadliner interface{ SetWriteDeadline(time.Time) error }
	if port, ok := c.port.(deadliner); ok {
		if err := port.SetWriteDeadline(time.Now().Add(c.cfg.Write)); err != nil {
			return 0, fmt.Errorf("set write deadline: %w", err)
		}
	} else { // closing ends a blocked write
		timer := time.AfterFunc(c.cfg.Write, func() { _ = c.fail(fmt.Errorf("%w: a write got stuck", ErrLost)) })
		defer timer.Stop()
	}
	written := 0
	for written < len(p) {
		n, err := c.port.Write(p[written:])
		written += n
		if err != nil {
			return written, fmt.Errorf("write to port: %w", err)
		}
		if n == 0 {
			return written, errors.New("write to port: nothing was taken")
		}
	}
	return written, nil
}

// logSent records a written line in the transcript.
func (c *Conn) logSent(p []byte) {
	text := p
	for len(text) > 0 && text[len(text)-1] < ' ' {
		text = text[:len(text)-1]
	}
	if len(text) > 0 {
		c.log.add(true, string(text))
	}
}
