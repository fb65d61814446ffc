package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"goniec/app"
	"goniec/catalogue"
	"goniec/configs"
	"goniec/modem"
	"goniec/store/boltstore"
	"goniec/store/sealed"
)

const (
	mebibyte     = 1 << 20
	diskProblem  = 100 * mebibyte // free bytes below which the disk is as good as full
	diskWarning  = 500 * mebibyte
	clockLeeway  = 5 * time.Minute
	oldestOfNow  = 2026 // no clock that is right says an earlier year
	newestOfNow  = 2100
	maxHoldersOf = 64 // ports of which the holders are looked for
)

// examineConfig loads the configuration; usable is false if it has mistakes.
func (d *doctor) examineConfig(path string) (config configs.Config, usable bool) {
	config, err := configs.Load(path)
	d.useZone(config)
	var wrong *configs.Errors
	switch {
	case errors.As(err, &wrong):
		for _, m := range wrong.Mistakes {
			d.told("config", levelProblem, m.Text(d.lang), "")
		}
		return config, false
	case err != nil:
		d.told("config", levelProblem, err.Error(), "")
		return config, false
	case path == "":
		d.found("config", levelWarning, catalogue.DoctorConfigNone)
	default:
		d.found("config", levelOK, catalogue.DoctorConfigGood, path)
	}
	for _, m := range unreadable(config, path) {
		d.told("config", levelProblem, m.Text(d.lang), "")
	}
	for _, m := range config.Warnings() {
		d.told("config", levelWarning, m.Text(d.lang), "")
	}
	return config, true
}

// examineData looks at the data directory and at the database in it.
func (d *doctor) examineData(dir string) {
	const check = "data"
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.found(check, levelWarning, catalogue.DoctorDataMissing, dir)
		return
	case errors.Is(err, fs.ErrPermission), err == nil && unix.Access(dir, unix.R_OK|unix.X_OK) != nil:
		d.found(check, levelWarning, catalogue.DoctorDataHidden, dir)
		return
	case err != nil:
		d.told(check, levelProblem, err.Error(), "")
		return
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		d.found(check, levelWarning, catalogue.DoctorDataOpen, dir, fmt.Sprintf("%04o", mode))
	}
	free := int64(-1)
	var disk unix.Statfs_t
	if unix.Statfs(dir, &disk) == nil {
		free = int64(disk.Bavail * uint64(disk.Bsize)) // Bsize has 32 bits on a 32-bit machine
	}
	amount := strconv.FormatInt(free/mebibyte, 10) + " MiB"
	switch {
	case unix.Access(dir, unix.W_OK) != nil:
		d.found(check, levelProblem, catalogue.DoctorDataReadOnly, dir)
	case free >= 0 && free < diskProblem:
		d.found(check, levelProblem, catalogue.DoctorDiskLow, dir, amount)
	case free >= 0 && free < diskWarning:
		d.found(check, levelWarning, catalogue.DoctorDiskLow, dir, amount)
	default:
		d.found(check, levelOK, catalogue.DoctorDataGood, dir, amount)
	}
	files := app.Misowned(dir)
	if len(files) > 0 {
		d.told(check, levelProblem, d.say(catalogue.DoctorDataMisowned, dir, strings.Join(files, ", ")), chownLine(dir, files))
	}
	if path := app.DataPath(dir); !slices.Contains(files, path) {
		d.examineStore(path)
	}
}

func (d *doctor) examineStore(path string) {
	const check = "store"
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		d.found(check, levelWarning, catalogue.DoctorStoreNone)
		return
	}
	err := boltstore.Examine(path)
	switch {
	case err == nil:
		d.found(check, levelOK, catalogue.DoctorStoreGood)
	case errors.Is(err, boltstore.ErrLocked):
		d.found(check, levelOK, catalogue.DoctorStoreHeld)
	case errors.Is(err, boltstore.ErrDamaged):
		d.found(check, levelProblem, catalogue.DoctorStoreDamaged, path)
	default:
		d.found(check, levelProblem, catalogue.DoctorStoreFailed, path, err)
	}
}

// examineClock holds the clock against the calendar and against what was written, where no
// daemon can be asked what it believes.
func (d *doctor) examineClock(config configs.Config) {
	const check = "clock"
	now := d.when(d.now)
	info, err := os.Stat(app.DataPath(config.DataDir))
	switch year := d.now.Year(); {
	case year < oldestOfNow || year > newestOfNow:
		d.found(check, levelProblem, catalogue.DoctorClockWrong, now)
	case err == nil && info.ModTime().After(d.now.Add(clockLeeway)):
		d.found(check, levelProblem, catalogue.DoctorClockBehind, now, d.when(info.ModTime()))
	case d.exists("/run/systemd/timesync/synchronized", "/run/chrony/chronyd.pid", "/run/ntpd.pid", "/run/openntpd.pid"):
		d.found(check, levelOK, catalogue.DoctorClockGood, now)
	default:
		d.found(check, levelWarning, catalogue.DoctorClockAlone, now)
	}
}

// examineUSB looks for sticks that have no port, and says why.
func (d *doctor) examineUSB() {
	const check = "usb"
	devices, err := d.usb()
	if err != nil {
		d.told(check, levelWarning, err.Error(), "")
		return
	}
	for _, u := range devices {
		name := cmp.Or(u.Product, "USB")
		switch u.Mode {
		case modem.ModeStorage:
			d.found(check, levelProblem, catalogue.DoctorUSBStorage, name, u.ID)
		case modem.ModeNetwork:
			d.found(check, levelProblem, catalogue.DoctorUSBNetwork, name, u.ID)
		case modem.ModeNoPort:
			d.found(check, levelProblem, catalogue.DoctorUSBDriver, name, u.ID)
		case modem.ModeSerial:
		}
	}
}

// anyDevice reports whether the port of a configured modem is there, wherever it is:
// not every port is one that sysfs lists.
func anyDevice(config configs.Config) bool {
	return slices.ContainsFunc(config.Modems, func(m configs.Modem) bool {
		_, err := os.Stat(m.Device)
		return err == nil
	})
}

// examinePorts looks at every serial port and at who else may want it, opening
// nothing. needed says that it is a problem if there is none; a daemon says itself
// what its modems lack.
func (d *doctor) examinePorts(needed bool) {
	const check = "port"
	if d.runs("ModemManager") && !d.exists("/usr/lib/udev/rules.d/70-goniec.rules", "/lib/udev/rules.d/70-goniec.rules", "/usr/local/lib/udev/rules.d/70-goniec.rules", "/etc/udev/rules.d/70-goniec.rules") {
		d.found(check, levelWarning, catalogue.DoctorManager)
	}
	ports, err := d.ports()
	switch {
	case err != nil:
		d.told(check, levelProblem, err.Error(), "")
		return
	case len(ports) == 0 && needed:
		d.found(check, levelProblem, catalogue.DoctorNoPorts)
	}
	for _, port := range ports[:min(len(ports), maxHoldersOf)] {
		strangers := slices.DeleteFunc(d.holders(port.Device), func(who string) bool { return strings.HasPrefix(who, "goniec (") })
		switch {
		case unix.Access(port.Device, unix.R_OK|unix.W_OK) != nil:
			d.found(check, levelProblem, catalogue.DoctorPortDenied, port.Device)
		case len(strangers) > 0:
			d.found(check, levelProblem, catalogue.DoctorPortHeld, port.Device, strings.Join(strangers, ", "))
		default:
			d.found(check, levelOK, catalogue.DoctorPortGood, port.Device, cmp.Or(strings.TrimSpace(port.Vendor+" "+port.Product), port.Driver, "?"))
		}
	}
}

// runs reports whether a program of this name runs.
func (d *doctor) runs(name string) bool {
	names, err := filepath.Glob(d.root + "/proc/[0-9]*/comm")
	if err != nil {
		return false
	}
	for _, path := range names {
		if comm, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(comm)) == name {
			return true
		}
	}
	return false
}

// examineKeys looks whether the keys fit the data.
func (d *doctor) examineKeys(config configs.Config) {
	const check = "encryption"
	path := sealed.KeyPath(config.KeyFile)
	keys, err := sealed.LoadKeys(path)
	if err != nil {
		d.told(check, levelProblem, explain(d.terminal, err), "")
		return
	}
	err = app.CheckKeys(config.DataDir, keys)
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = k.ID()
	}
	switch {
	case errors.Is(err, sealed.ErrSealed), errors.Is(err, sealed.ErrWrongKey), errors.Is(err, sealed.ErrAltered):
		d.told(check, levelProblem, explain(d.terminal, err), "")
	case path == "" && errors.Is(err, sealed.ErrNotSealed):
		d.found(check, levelOK, catalogue.KeyStatusPlain)
	case path != "" && errors.Is(err, sealed.ErrNotSealed):
		d.found(check, levelOK, catalogue.KeyStatusWillBe)
	case path != "": // the keys fit, or a daemon holds the data and therefore has a key
		d.found(check, levelOK, catalogue.KeyStatusFile, path, strings.Join(ids, ", "))
	}
}
