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

// owner is a part that keeps records, with its functions for the janitor, verification and
// erasure; nil: nothing to do. Migration of old records is in app/migrate.
type owner struct {
	// verify reads all records in one consistent state and reports inconsistent ones to tell.
	// checked gets the number of records read so far.
	verify func(r store.Reader, tell func(store.Finding), checked func(records int)) error
	// prune deletes records whose retention is over.
	prune func(ctx context.Context, s *assembly) error
	// erase deletes the records of a number, and counts them in pass.
	erase func(ctx context.Context, s *assembly, pass *erasePass) error
	// forget deletes the records of a message, in the transaction in which an erasure deletes
	// the message.
	forget func(tx store.Tx, id string) error
}

// owners returns all owners, in the order of an erasure: queue and inbox come behind those
// that find their records through messages.
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

// verifyAll runs verify of all owners.
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

// prune runs prune of all owners, also after one has failed.
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

// erasePass is one pass of an erasure.
type erasePass struct {
	asked    consent.Erasing
	proof    *queue.Erasure    // counts removed records of all passes
	progress func(records int) // gets the number of records read so far
	found    bool              // a record was deleted or is in use
	busy     bool              // a modem is sending a part to the number
}

// eraseAll runs erase of all owners once.
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

// forgetMessage runs forget of all owners.
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
