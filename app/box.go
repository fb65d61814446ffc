package app

import (
	"context"
	"os"
	"strings"

	"goniec/configs"
	"goniec/store"
	"goniec/store/disk"
)

// boxKey holds the name of the box that the data belongs to.
const boxKey = "meta/box"

// formerBox is the name that each box had before it could be chosen.
const formerBox = "box"

// nameBox returns the name of the box that the data belongs to. The name is settled once,
// since keys hold it: those of texts in flight, counts, the clock, events, and the places
// that followers of events have reached. Data from before names could be chosen belongs to
// formerBox; new data gets the name wanted, or that of the host.
func nameBox(ctx context.Context, s store.Store, wanted string) (string, error) {
	return store.Update(ctx, s, func(tx store.Tx) (string, error) {
		if kept, err := tx.Get(boxKey); err != nil || kept != nil {
			return string(kept), err
		}
		name := wanted
		if name == "" {
			name = hostBox()
		}
		// A daemon that has run has left its clock or an event.
		for _, key := range []string{"clock/" + formerBox, "evn/" + formerBox} {
			former, err := tx.Get(key)
			if err != nil {
				return "", err
			}
			if former != nil {
				name = formerBox
			}
		}
		return name, tx.Put(boxKey, []byte(name))
	})
}

// hostBox returns the host name without its domain, if a box may have that name.
func hostBox() string {
	host, err := os.Hostname()
	if short, _, _ := strings.Cut(host, "."); err == nil && configs.ValidBox(short) {
		return short
	}
	return formerBox
}

// settleBox finds out the name of this box, says where the configuration wants another,
// and leaves the name where config check and doctor find it.
func (a *App) settleBox(ctx context.Context, s store.Store) error {
	name, err := nameBox(ctx, s, a.config.Box)
	if err != nil {
		return &DataError{Dir: a.config.DataDir, Err: err}
	}
	a.box = name
	if a.config.Box != "" && a.config.Box != name {
		a.log.Warn("the data has another name already and keeps it", "key", "box", "in_force", name, "wanted", a.config.Box,
			"remedy", "Write the name in force, or remove the line; another name is possible only in a new data directory.")
	}
	err = disk.Replace(configs.BoxPath(a.config.DataDir), func(temp string) error { return os.WriteFile(temp, []byte(name+"\n"), 0o600) })
	if err != nil { // of use for people only
		a.log.Warn("cannot write down the name of the box", "err", err)
	}
	return nil
}
