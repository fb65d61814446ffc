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

// pinSpace begins the keys pin/<ICCID>/<hash of card and PIN> of PINs that were given to a SIM
// and not accepted; the value is the time. Another PIN, or the same one for another card, may
// be tried.
const pinSpace = "pin/"

// pinGuard stores which PIN was given to which SIM: three wrong PINs lock a card, and a
// restart must not be the second and third try.
type pinGuard struct {
	ctx   context.Context // of the app's life; the methods of modem.PINGuard take none
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

// Tried reports whether the PIN was given to the card and not accepted. If the store cannot be
// read it returns true: a waiting modem is better than a locked card.
func (g pinGuard) Tried(iccid, pin string) bool {
	value, err := store.View(g.ctx, g.store, func(r store.Reader) ([]byte, error) { return r.Get(pinKey(iccid, pin)) })
	if err != nil {
		g.log.Error("cannot read which pins were tried", "err", err)
		return true
	}
	return value != nil
}

// MarkTried stores that the PIN is about to be given to the card.
func (g pinGuard) MarkTried(iccid, pin string) error {
	return g.store.Update(g.ctx, func(tx store.Tx) error {
		return tx.Put(pinKey(iccid, pin), []byte(time.Now().UTC().Format(time.RFC3339)))
	})
}

// MarkAccepted deletes the mark of a PIN that the card has accepted, so that the PIN may be
// given again after a power cut.
func (g pinGuard) MarkAccepted(iccid, pin string) error {
	return g.store.Update(g.ctx, func(tx store.Tx) error { return tx.Delete(pinKey(iccid, pin)) })
}
