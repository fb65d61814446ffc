package app

import (
	"context"
	"errors"
	"time"

	"goniec/api/consent"
	"goniec/inbox"
	"goniec/queue"
	"goniec/reply"
	"goniec/store"
	"goniec/suppression"
)

// owner is a part of the gateway that keeps records: what the janitor, verification and
// erasure ask of it. A function that is nil has nothing to do. How old records get the
// present layout is in package migrate.
type owner struct {
	// verify reads every record in one consistent state and tells what cannot be;
	// checked is told how many records have been read so far.
	verify func(r store.Reader, tell func(store.Finding), checked func(records int)) error
	// prune removes what has been kept long enough.
	prune func(ctx context.Context, s *assembly) error
	// erase removes what is kept of a number, and counts it.
	erase func(ctx context.Context, s *assembly, pass *erasePass) error
	// forget removes what is kept of a message, in the transaction in which its owner
	// removes that message while it erases a number.
	forget func(tx store.Tx, id string) error
}

// owners are all of them. A number is erased in their order: queue and inbox come behind
// those that find their records by its messages.
func owners() []owner {
	return []owner{
		{verify: reply.Verify, prune: pruneReplies, erase: eraseReplies, forget: reply.ForgetText},
		{verify: queue.Verify, prune: pruneQueue, erase: eraseQueue},
		{verify: inbox.Verify, prune: pruneInbox, erase: eraseInbox},
		{verify: suppression.Verify},
		{prune: pruneEvents},
		{prune: pruneWebhooks},
	}
}

// verifyAll tells what cannot be in the records of all owners.
func verifyAll(r store.Reader, tell func(store.Finding), checked func(records int)) error {
	before, all := 0, 0
	for _, o := range owners() {
		if o.verify == nil {
			continue
		}
		before = all
		err := o.verify(r, tell, func(records int) {
			all = before + records
			checked(all)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// prune has all owners remove what has been kept long enough. One that fails does not
// keep the others from it.
func (a *App) prune(ctx context.Context) error {
	s := a.current.Load()
	var failed []error
	for _, o := range owners() {
		if o.prune != nil {
			failed = append(failed, o.prune(ctx, s))
		}
	}
	return errors.Join(failed...)
}

// erasePass is one look through everything for a number.
type erasePass struct {
	asked    consent.Erasing
	proof    *queue.Erasure    // what has been removed, in all passes
	progress func(records int) // told how many records have been looked at
	found    bool              // something was removed, or is busy
	busy     bool              // a modem has a part in hand
}

// eraseAll has all owners remove what they keep of a number, once.
func (s *assembly) eraseAll(ctx context.Context, pass *erasePass) error {
	for _, o := range owners() {
		if o.erase == nil {
			continue
		}
		if err := o.erase(ctx, s, pass); err != nil {
			return err
		}
	}
	return nil
}

// forgetMessage has all owners remove what they keep of a message.
func forgetMessage(tx store.Tx, id string) error {
	for _, o := range owners() {
		if o.forget == nil {
			continue
		}
		if err := o.forget(tx, id); err != nil {
			return err
		}
	}
	return nil
}

func pruneReplies(ctx context.Context, s *assembly) error {
	return s.replies.Prune(ctx, s.config.Load().Retention.Records)
}

func eraseReplies(ctx context.Context, s *assembly, pass *erasePass) error {
	forgotten, err := s.replies.Forget(ctx, pass.asked.Number)
	if err != nil {
		return err
	}
	pass.proof.Talks += forgotten["conversations"]
	pass.proof.Other += forgotten["questions"] + forgotten["mentions"]
	pass.found = pass.found || len(forgotten) > 0
	return nil
}

func pruneQueue(ctx context.Context, s *assembly) error {
	return s.queue.Prune(ctx, s.config.Load().Retention.Texts, s.config.Load().Retention.Records)
}

func eraseQueue(ctx context.Context, s *assembly, pass *erasePass) error {
	erased, err := s.queue.Erase(ctx, queue.Erasing{
		Number: pass.asked.Number, Actor: pass.asked.By, InTx: forgetMessage, Looked: pass.progress,
	})
	if err != nil {
		return err
	}
	pass.proof.Messages += erased.Messages
	pass.proof.Other += erased.Other
	pass.found = pass.found || erased != (queue.Erased{})
	pass.busy = erased.Busy > 0
	return nil
}

func pruneInbox(ctx context.Context, s *assembly) error {
	return s.inbox.Prune(ctx, s.config.Load().Retention.Texts, s.config.Load().Retention.Records)
}

func eraseInbox(ctx context.Context, s *assembly, pass *erasePass) error {
	erased, err := s.inbox.Erase(ctx, inbox.Erasing{Number: pass.asked.Number, InTx: forgetMessage, Looked: pass.progress})
	if err != nil {
		return err
	}
	pass.proof.Received += erased.Messages
	pass.proof.Calls += erased.Calls
	pass.proof.Other += erased.Other
	pass.found = pass.found || erased != (inbox.Erased{})
	return nil
}

func pruneEvents(ctx context.Context, s *assembly) error {
	removed, err := s.app.events.Prune(ctx, time.Now().Add(-s.config.Load().Retention.Records))
	if removed > 0 {
		s.app.log.Info("removed old events", "count", removed)
	}
	return err
}

func pruneWebhooks(ctx context.Context, s *assembly) error { return s.webhooks.Prune(ctx) }
