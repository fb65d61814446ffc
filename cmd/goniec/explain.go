package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"goniec/app"
	"goniec/app/migrate"
	"goniec/catalogue"
	"goniec/configs"
	"goniec/store/boltstore"
	"goniec/store/disk"
	"goniec/store/sealed"
)

// explain returns the words for an error that ends a command.
func explain(t *terminal, err error) string {
	var (
		data   *app.DataError
		newer  *migrate.NewerDataError
		listen *app.ListenError
	)
	if text := explainKeys(t, err); text != "" {
		return text
	}
	switch {
	case errors.As(err, &newer):
		return t.say(catalogue.DataNewer, newer.Found, newer.Known)
	case errors.As(err, &data) && errors.Is(err, boltstore.ErrLocked):
		return t.say(catalogue.DataDirLocked, data.Dir)
	case errors.As(err, &data) && errors.Is(err, boltstore.ErrDamaged):
		return t.say(catalogue.DataDamaged, app.DataPath(data.Dir))
	case errors.As(err, &data) && errors.Is(err, fs.ErrPermission):
		return explainForbidden(t, data.Dir)
	case errors.As(err, &listen) && errors.Is(err, syscall.EADDRINUSE):
		return t.say(catalogue.ListenTaken, listen.Address)
	case errors.As(err, &listen):
		return t.say(catalogue.ListenRefused, listen.Address, listen.Err)
	}
	return err.Error()
}

// explainForbidden returns the words for a data directory that this user may not use, or
// that holds files of another user.
func explainForbidden(t *terminal, dir string) string {
	files := app.Misowned(dir)
	if len(files) == 0 {
		return t.say(catalogue.DataForbidden, dir, thisUser())
	}
	return t.say(catalogue.DataMisowned, strings.Join(files, ", "), dir, chownLine(dir, files))
}

// chownLine returns the command by which root gives files to the owner of their directory.
func chownLine(dir string, files []string) string {
	uid, gid, err := disk.Owner(dir)
	if err != nil {
		return ""
	}
	return "sudo chown " + userName(uid) + ":" + groupName(gid) + " " + strings.Join(files, " ")
}

// thisUser returns the name of the user who runs the program.
func thisUser() string { return userName(os.Geteuid()) }

// userName returns the name of a user, or its number if the user has no name here.
func userName(uid int) string {
	number := strconv.Itoa(uid)
	if u, err := user.LookupId(number); err == nil {
		return u.Username
	}
	return number
}

func groupName(gid int) string {
	number := strconv.Itoa(gid)
	if g, err := user.LookupGroupId(number); err == nil {
		return g.Name
	}
	return number
}

// explainKeys returns the words for an error about keys; empty for any other error.
func explainKeys(t *terminal, err error) string {
	var file *sealed.KeyFileError
	switch {
	case errors.As(err, &file) && errors.Is(err, sealed.ErrKeyExposed):
		return t.say(catalogue.KeyExposed, file.Path, file.Path)
	case errors.As(err, &file) && errors.Is(err, sealed.ErrNoKey):
		return t.say(catalogue.KeyEmpty, file.Path)
	case errors.As(err, &file) && file.Line > 0:
		return t.say(catalogue.KeyLine, file.Path, file.Line, explainKeyText(t, file.Err))
	case errors.As(err, &file) && errors.Is(err, fs.ErrExist):
		return t.say(catalogue.KeyExists, file.Path)
	case errors.As(err, &file) && errors.Is(err, fs.ErrPermission):
		return t.say(catalogue.KeyForbidden, file.Path, thisUser())
	case errors.As(err, &file):
		return t.say(catalogue.KeyUnreadable, file.Path, file.Err)
	case errors.Is(err, sealed.ErrSealed):
		return t.say(catalogue.KeyWanted)
	case errors.Is(err, sealed.ErrWrongKey):
		var missing *sealed.MissingKeyError
		if errors.As(err, &missing) {
			return t.say(catalogue.KeyWrong, missing.ID)
		}
		return t.say(catalogue.KeyWrong, "?")
	case errors.Is(err, sealed.ErrAltered):
		return t.say(catalogue.DataAltered)
	case errors.Is(err, sealed.ErrNotSealed):
		return t.say(catalogue.KeyStatusPlain)
	}
	return ""
}

// explainKeyText says where a key is mistyped.
func explainKeyText(t *terminal, err error) string {
	var text *sealed.KeyTextError
	switch {
	case !errors.As(err, &text):
		return err.Error()
	case text.Count > 0:
		return t.say(catalogue.KeyCount, text.Count, sealed.Groups)
	case len(text.Groups) > 0:
		return t.say(catalogue.KeyMistyped, strings.Trim(fmt.Sprint(text.Groups), "[]"))
	default:
		return t.say(catalogue.KeyMixed)
	}
}

// isAboutKeys reports whether data cannot be read because of its key.
func isAboutKeys(err error) bool {
	return errors.Is(err, sealed.ErrSealed) || errors.Is(err, sealed.ErrWrongKey) ||
		errors.Is(err, sealed.ErrAltered) || errors.Is(err, sealed.ErrNotSealed)
}

// explainCopy prints why data cannot be copied and returns errExplained. An error that
// is about something else is returned as it is.
func explainCopy(t *terminal, err error, from string) error {
	dir := filepath.Dir(from)
	switch {
	case errors.Is(err, boltstore.ErrLocked):
		return t.fail(catalogue.DataDirLocked, dir)
	case errors.Is(err, fs.ErrPermission) && filepath.Base(from) == filepath.Base(app.DataPath(dir)):
		return errors.New(explainForbidden(t, dir))
	case errors.Is(err, fs.ErrPermission):
		return t.fail(catalogue.FileForbidden, from, thisUser())
	case errors.Is(err, fs.ErrNotExist):
		return t.fail(catalogue.FileMissing, from)
	case errors.Is(err, boltstore.ErrDamaged):
		return t.fail(catalogue.VerifyDamaged, from, err)
	}
	return err
}

// explainMistakes prints the mistakes of a configuration and returns errExplained. An
// error that is about something else is returned as it is.
func explainMistakes(t *terminal, err error) error {
	var mistakes *configs.Errors
	if !errors.As(err, &mistakes) {
		return err
	}
	where := mistakes.Path
	if where == "" {
		where = configs.EnvironmentPrefix + "…"
	}
	t.tell(catalogue.ConfigMistakes, len(mistakes.Mistakes), where)
	for _, m := range mistakes.Mistakes {
		fmt.Fprintln(t.stderr, m.Text(t.lang))
	}
	return errExplained
}
