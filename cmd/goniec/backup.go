package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"goniec/app"
	"goniec/catalogue"
	"goniec/store/boltstore"
	"goniec/store/disk"
)

func backupCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "backup FILE", short: catalogue.CommandBackup, args: 1, config: true, run: backup})
	cmd.Flags().Bool("force", false, t.say(catalogue.FlagForce))
	return cmd
}

// backup writes a checked copy of the data to the file of its argument. The copy is
// complete, or it is not there. A file of an earlier backup stays until the new one is
// complete.
func backup(ctx context.Context, c *call) error {
	path := c.args[0]
	if _, err := os.Lstat(path); err == nil && !c.is("force") {
		return c.fail(catalogue.BackupExists, path)
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".goniec-backup-*")
	if err != nil {
		return c.fail(catalogue.BackupFailed, path, err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // the copy has left the directory, or is of no use
	copied := filepath.Join(dir, "goniec.db")
	if err := copyData(ctx, c, copied); err != nil {
		return err
	}
	keys, err := c.keys(ctx)
	if err != nil {
		return err
	}
	if err := verifyCopy(ctx, c, copied, keys); err != nil {
		return err
	}
	if err := disk.Put(copied, path); err != nil {
		return c.fail(catalogue.BackupFailed, path, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	c.tell(catalogue.BackupDone, path, float64(info.Size())/mebibyte)
	return nil
}

// copyData writes a copy of the data to a new file: from the daemon if one runs, else
// from the data directory.
func copyData(ctx context.Context, c *call, to string) error {
	config, err := c.askable(ctx)
	if err != nil {
		return err
	}
	from := app.DataPath(config.DataDir)
	if app.Answers(ctx, app.SocketPath(config.DataDir)) {
		daemon, err := connectDaemon(c.terminal, config)
		if err != nil {
			return err
		}
		from = to + ".raw"
		defer func() { _ = os.Remove(from) }() // the file has been copied, or is of no use
		if err := fetchData(ctx, daemon, from); err != nil {
			return daemon.explain(err)
		}
	}
	return explainCopy(c.terminal, boltstore.Copy(from, to), from)
}

// fetchData writes the data that the daemon sends to a new file.
func fetchData(ctx context.Context, daemon *connection, to string) (err error) {
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	bar := daemon.terminal.progress()
	defer bar.clear()
	return daemon.Backup(ctx, &meteredWriter{w: f, report: func(n int64) {
		bar.say(catalogue.CopyProgress, float64(n)/mebibyte)
	}})
}

// meteredWriter reports after each write how many bytes have been written.
type meteredWriter struct {
	w      io.Writer
	n      int64
	report func(n int64)
}

func (m *meteredWriter) Write(b []byte) (int, error) {
	n, err := m.w.Write(b)
	m.n += int64(n)
	m.report(m.n)
	return n, err
}
