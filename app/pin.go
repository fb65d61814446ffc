package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"time"

	"goniec/modem"
	"goniec/store"
)

// pinSpace holds the PINs that were given to SIMs and not yet taken by them,
// under pin/<ICCID>/<hash of card and PIN>; the value is when. Another PIN, or
// the same one in another card, may be tried.
const pinSpace = "pin/"

// pinGuard remembers on disk which PIN was given to which SIM: three wrong ones
// lock a card for good, and a restart must not be the second and third try.
type pinGuard struct {
	ctx   context.Context // of the app's life: modem.PINGuard has none to give
	store store.Store
	log   *slog.Logger
}

var (
	_ modem.PINGuard    = pinGuard{}
	_ modem.PINAccepter = pinGuard{}
)

func pinKey(iccid, pin string) string {
	sum := sha256.Sum256([]byte(iccid + "\x00" + pin))
	return pinSpace + iccid + "/" + hex.EncodeToString(sum[:16])
}

// Tried reports whether the PIN was given to the card and not taken. If that
// cannot be read it was: better a modem that waits than a locked card.
func (g pinGuard) Tried(iccid, pin string) bool {
	value, err := store.View(g.ctx, g.store, func(r store.Reader) ([]byte, error) { return r.Get(pinKey(iccid, pin)) })
	if err != nil {
		g.log.Error("cannot read which pins were tried", "err", err)
		return true
	}
	return value != nil
}

// MarkTried writes down that the PIN is about to be given to the card.
func (g pinGuard) MarkTried(iccid, pin string) error {
	return g.store.Update(g.ctx, func(tx store.Tx) error {
		return tx.Put(pinKey(iccid, pin), []byte(time.Now().UTC().Format(time.RFC3339)))
	})
}

// MarkAccepted forgets a PIN that the card took: it is right, and to be given again
// after the next power cut.
func (g pinGuard) MarkAccepted(iccid, pin string) error {
	return g.store.Update(g.ctx, func(tx store.Tx) error { return tx.Delete(pinKey(iccid, pin)) })
}
