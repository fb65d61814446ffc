package app

import (
	"cmp"
	"context"
	"errors"
	"os"
	"strings"

	"goniec/configs"
	"goniec/store"
	"goniec/store/disk"
)

// boxKey is the key of the name of the box that the data belongs to.
const boxKey = "meta/box"

// formerBox is the name of every box before the name could be configured.
const formerBox = "box"

// nameBox returns the name of the box that the data belongs to. The name never changes, since
// keys contain it: those of texts in flight, counts, the clock, events, and cursors. Data that
// is older than the configuration key belongs to formerBox; new data gets the wanted name or
// that of the host.
func nameBox(ctx context.Context, s store.Store, wanted string) (string, error) {
	return store.Update(ctx, s, func(tx store.Tx) (string, error) {
		if kept, err := tx.Get(boxKey); err != nil || kept != nil {
			return string(kept), err
		}
		name := cmp.Or(wanted, hostBox())
		// Any earlier run has stored its clock or an event.
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

// hostBox returns the host name without its domain, or formerBox if a box may not have that
// name.
func hostBox() string {
	host, err := os.Hostname()
	if short, _, _ := strings.Cut(host, "."); err == nil && configs.ValidBox(short) {
		return short
	}
	return formerBox
}

// settleBox sets a.box, logs if the configuration wants another name, and writes the name to a
// file for config check and doctor.
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
	err = disk.Replace(configs.BoxPath(a.config.DataDir), func(temp string) error {
		return errors.Join(os.WriteFile(temp, []byte(name+"\n"), 0o600), disk.Adopt(temp))
	})
	if err != nil { // the file is for people only
		a.log.Warn("cannot write down the name of the box", "err", err)
	}
	return nil
}
