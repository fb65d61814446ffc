package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"goniec/api/client"
	"goniec/app"
	"goniec/catalogue"
	"goniec/store/boltstore"
	"goniec/store/disk"
)

const mib = 1 << 20

func (p *program) backupCommand() *cobra.Command {
	cmd := p.command("backup FILE", catalogue.CommandBackup, 1, 1, func(cmd *cobra.Command, args []string) error {
		force, err := cmd.Flags().GetBool("force")
		if err != nil {
			return err
		}
		return p.backup(cmd, args[0], force)
	})
	cmd.Flags().Bool("force", false, p.say(catalogue.FlagForce))
	p.addConfig(cmd)
	return cmd
}

// backup writes a checked copy of the data to path. It is complete, or it is not
// there; a file that was there before stays until the new one is.
func (p *program) backup(cmd *cobra.Command, path string, force bool) error {
	if _, err := os.Lstat(path); err == nil && !force {
		fmt.Fprintln(p.stderr, p.say(catalogue.BackupExists, path))
		return errSaid
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".goniec-backup-*")
	if err != nil {
		fmt.Fprintln(p.stderr, p.say(catalogue.BackupFailed, path, err))
		return errSaid
	}
	defer func() { _ = os.RemoveAll(dir) }() // nothing of worth is in it any more
	copied := filepath.Join(dir, "goniec.db")
	if err := p.copyData(cmd, copied); err != nil {
		return err
	}
	keys, err := p.keys(cmd)
	if err != nil {
		return err
	}
	if err := p.verify(cmd.Context(), copied, keys, false); err != nil {
		return err
	}
	if err := disk.Put(copied, path); err != nil {
		fmt.Fprintln(p.stderr, p.say(catalogue.BackupFailed, path, err))
		return errSaid
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stderr, p.say(catalogue.BackupDone, path, float64(info.Size())/mib))
	return nil
}

// copyData writes a copy of the data to a new file: from the daemon if one runs, else
// from the data directory.
func (p *program) copyData(cmd *cobra.Command, to string) error {
	config, err := p.loadConfig(cmd)
	if err != nil {
		return err
	}
	from, socket := app.DataPath(config.DataDir), app.SocketPath(config.DataDir)
	if app.Answers(cmd.Context(), socket) {
		c, err := client.New("unix:"+socket, "", client.WithLanguage(string(p.lang)))
		if err != nil {
			return err
		}
		from = to + ".raw"
		defer func() { _ = os.Remove(from) }() // it has been copied, or is of no use
		if err := p.fetch(cmd.Context(), c, from); err != nil {
			return p.explainCall(err, socket)
		}
	}
	return p.explainCopy(boltstore.Copy(from, to), from)
}

// explainCopy puts into words why data cannot be copied.
func (p *program) explainCopy(err error, from string) error {
	dir := filepath.Dir(from)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, boltstore.ErrLocked):
		fmt.Fprintln(p.stderr, p.say(catalogue.DataDirLocked, dir))
	case errors.Is(err, fs.ErrPermission):
		fmt.Fprintln(p.stderr, p.say(catalogue.DataForbidden, dir))
	case errors.Is(err, boltstore.ErrDamaged), errors.Is(err, fs.ErrNotExist):
		fmt.Fprintln(p.stderr, p.say(catalogue.VerifyDamaged, from, err))
	default:
		return err
	}
	return errSaid
}

// fetch writes what the daemon sends of its data to a new file.
func (p *program) fetch(ctx context.Context, c *client.Client, to string) (err error) {
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	bar := p.progress(catalogue.CopyProgress)
	defer bar.done()
	return c.Backup(ctx, &meteredWriter{w: f, told: func(n int64) { bar.show(float64(n) / mib) }})
}

// meteredWriter tells how much has been written through it.
type meteredWriter struct {
	w    io.Writer
	n    int64
	told func(n int64)
}

func (m *meteredWriter) Write(b []byte) (int, error) {
	n, err := m.w.Write(b)
	m.n += int64(n)
	m.told(m.n)
	return n, err
}

// progress is one line that is written over and over on a terminal, and nothing
// elsewhere.
type progress struct {
	p     *program
	key   catalogue.Key
	on    bool
	shown bool
}

func (p *program) progress(key catalogue.Key) *progress {
	f, ok := p.stderr.(*os.File)
	return &progress{p: p, key: key, on: ok && term.IsTerminal(int(f.Fd()))}
}

func (b *progress) show(args ...any) {
	if b.on {
		b.shown = true
		fmt.Fprintf(b.p.stderr, "\r\x1b[K%s", b.p.say(b.key, args...))
	}
}

func (b *progress) done() {
	if b.shown {
		fmt.Fprint(b.p.stderr, "\r\x1b[K")
	}
}
