// Package queue is the store of what the gateway has to send, has sent and has
// received: outgoing messages with their parts and attempts, delivery reports,
// and inbound messages with the parts they are put together from.
//
// It owns the rule that nothing is lost and nothing is sent twice by mistake. A
// message that Enqueue has taken is on disk. An attempt is written down by Claim
// before it is made, and its outcome by Record after; an attempt whose outcome
// nobody can know is called uncertain, waits for its delivery report, and is then
// handled by policy. Everything that happens later, a retry, an expiry, a lease
// that runs out, is a key in the store that Tend finds; nothing is scheduled in
// memory only, so a restart at any moment loses nothing but time.
//
// It does not know modems: a Worker is the name of a modem and of the SIM in it,
// and package gateway joins the two. It does not call anybody back: every change
// of a status appends an event in the same transaction, and whoever wants to
// react follows the log.
package queue
