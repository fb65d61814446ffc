package configs

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"goniec/catalogue"
)

// checker gathers the mistakes among the values of a Config.
type checker struct {
	mistakes []Mistake
	service  Account // the user of this process, if the service runs as the same one
}

func (c *checker) add(key, value string, problem, remedy saying) {
	c.mistakes = append(c.mistakes, Mistake{Key: key, Value: value, problem: problem, remedy: remedy})
}

// check returns every mistake among the values of c, in the order of the keys.
func (c Config) check() []Mistake {
	k := &checker{}
	if owner, found := ownerOf(c.DataDir); found && owner.UID == os.Geteuid() {
		k.service = owner
	}
	k.dataDir(c.DataDir)
	if c.Box != "" && !ValidBox(c.Box) {
		k.add("box", c.Box, say(catalogue.ConfigBox, c.Box), say(catalogue.ConfigBoxRemedy))
	}
	if c.KeyFile != "" {
		k.readable("key_file", c.KeyFile)
	}
	k.http(c.HTTP)
	k.country("region", c.Region)
	for i, country := range c.Countries {
		k.country(item("countries", i), country)
	}
	for i, code := range c.ShortCodes {
		if !regexp.MustCompile(`^[0-9]{3,6}$`).MatchString(code) {
			k.add(item("short_codes", i), code, say(catalogue.ConfigShortCode, code), say(catalogue.ConfigShortCodeRemedy))
		}
	}
	if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "" || c.Timezone == "Local" {
		k.add("timezone", c.Timezone, say(catalogue.ConfigTimezone, c.Timezone), say(catalogue.ConfigTimezoneRemedy))
	}
	k.quietHours(c.QuietHours)
	k.modems(c.Modems)
	k.calls(c.Calls, c.MaxParts)
	k.selfTest(c.SelfTest)
	k.replies(c.Replies, c.MaxParts)
	k.recipientCap("recipient_cap.per_hour", c.RecipientCap.PerHour, min(c.MaxParts, MaxParts))
	k.recipientCap("recipient_cap.per_day", c.RecipientCap.PerDay, min(c.MaxParts, MaxParts))
	k.choice("uncertain", c.Uncertain, UncertainResend, UncertainHold)
	k.duration("uncertain_wait", c.UncertainWait, minUncertainWait, maxUncertainWait)
	k.retention(c.Retention)
	k.webhooks(c.Webhooks)
	k.number("max_parts", c.MaxParts, 1, MaxParts)
	k.duration("shutdown_timeout", c.ShutdownTimeout, minShutdown, maxShutdown)
	k.choice("log.level", c.Log.Level, "debug", "info", "warn", "error")
	k.choice("log.format", c.Log.Format, "text", "json")
	return k.mistakes
}

// maxBox is how many characters the name of a box may have, as that of a host.
const maxBox = 63

// ValidBox reports whether a box may have this name, which becomes a part of the ids of
// events and of keys in the store: letters, digits, and - . _ within.
func ValidBox(name string) bool {
	return len(name) <= maxBox && regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`).MatchString(name)
}

// BoxPath returns the file in a data directory that tells the name under which the box
// keeps its data there, for programs that may not open the data.
func BoxPath(dir string) string { return filepath.Join(dir, "goniec.box") }

func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func (k *checker) dataDir(dir string) {
	info, err := os.Stat(dir)
	if dir == "" || err == nil && !info.IsDir() {
		k.add("data_dir", dir, say(catalogue.ConfigDataDir, dir), say(catalogue.ConfigDataDirRemedy))
	}
}

func (k *checker) http(h HTTP) {
	host, port, err := net.SplitHostPort(h.Listen)
	if err != nil || !isPort(port) || strings.ContainsAny(host, "/ ") {
		example := "127.0.0.1:8080"
		switch {
		case isPort(h.Listen):
			example = net.JoinHostPort("127.0.0.1", h.Listen)
		case net.ParseIP(h.Listen) != nil:
			example = net.JoinHostPort(h.Listen, "8080")
		}
		k.add("http.listen", h.Listen, say(catalogue.ConfigListen, h.Listen), say(catalogue.ConfigListenRemedy, example))
	}
	const cert, key = "http.tls.cert_file", "http.tls.key_file"
	switch certFile, keyFile := h.TLS.CertFile, h.TLS.KeyFile; {
	case certFile == "" && keyFile == "":
	case keyFile == "":
		k.add(cert, certFile, say(catalogue.ConfigTLSHalf, key), say(catalogue.ConfigTLSHalfRemedy))
	case certFile == "":
		k.add(key, keyFile, say(catalogue.ConfigTLSHalf, cert), say(catalogue.ConfigTLSHalfRemedy))
	default:
		certOK, keyOK := k.readable(cert, certFile), k.readable(key, keyFile)
		if !certOK || !keyOK {
			return
		}
		if _, err := tls.LoadX509KeyPair(certFile, keyFile); err != nil {
			k.add(cert, certFile, say(catalogue.ConfigTLSPair, err), say(catalogue.ConfigTLSPairRemedy))
		}
	}
}

func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// readable notes a file that cannot be read.
func (k *checker) readable(key, path string) bool {
	_, err := readFile(path)
	if errors.Is(err, fs.ErrPermission) && k.service.Name != "" && k.readableBy(k.service, key, path) {
		return false
	}
	if err != nil {
		k.add(key, path, say(catalogue.ConfigFile, path, reason(err)), say(catalogue.ConfigFileRemedy))
	}
	return err == nil
}

func (k *checker) country(key, code string) {
	// Known are the countries whose numbers can be read.
	if phonenumbers.GetCountryCodeForRegion(code) == 0 {
		k.add(key, code, say(catalogue.ConfigCountry, code), say(catalogue.ConfigCountryRemedy))
	}
}

func (k *checker) quietHours(q QuietHours) {
	k.clock("quiet_hours.from", q.From)
	k.clock("quiet_hours.to", q.To)
	k.daysOff("quiet_hours.days_off", q.DaysOff)
}

func (k *checker) clock(key, written string) {
	if _, err := time.Parse("15:04", written); err != nil || len(written) != len("15:04") {
		k.add(key, written, say(catalogue.ConfigClock, written), say(catalogue.ConfigClockRemedy))
	}
}

func (k *checker) choice(key, written string, choices ...string) {
	if !slices.Contains(choices, written) {
		k.add(key, written, say(catalogue.ConfigChoice, written), say(catalogue.ConfigChoiceRemedy, strings.Join(choices, ", ")))
	}
}

func (k *checker) number(key string, n, least, most int) {
	if n < least || n > most {
		k.add(key, strconv.Itoa(n), say(catalogue.ConfigNumberRange, n), say(catalogue.ConfigNumberRangeRemedy, least, most))
	}
}

func (k *checker) duration(key string, d, least, most time.Duration) {
	problem := catalogue.ConfigTooShort
	if d > most {
		problem = catalogue.ConfigTooLongTime
	}
	if d < least || d > most {
		k.add(key, short(d), say(problem, short(d)), say(catalogue.ConfigTimeRangeRemedy, short(least), short(most)))
	}
}

// short writes a length of time as a person would: 720h, not 720h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (k *checker) retention(r Retention) {
	k.duration("retention.texts", r.Texts, minRetention, maxRetention)
	k.duration("retention.records", r.Records, minRetention, maxRetention)
	if r.Records < r.Texts {
		k.add("retention.records", short(r.Records),
			say(catalogue.ConfigRetention, short(r.Records), short(r.Texts)), say(catalogue.ConfigRetentionRemedy, short(r.Texts)))
	}
}

func (k *checker) modems(modems []Modem) {
	names, devices, numbers, prefixes := map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}
	for i, m := range modems {
		at := item("modems", i)
		k.modem(at, m)
		k.once(names, m.Name, m.Name, at+".name")
		k.once(devices, realPath(m.Device), m.Device, at+".device")
		k.once(numbers, m.IMEI, m.IMEI, at+".imei")
		k.once(numbers, m.Number, m.Number, at+".number")
		for n, prefix := range m.Prefixes {
			k.prefix(prefixes, prefix, item(at+".prefixes", n))
		}
	}
}

var prefixDigits = regexp.MustCompile(`^\+[1-9][0-9]{0,14}$`)

// prefix checks how the numbers for a modem begin.
func (k *checker) prefix(taken map[string]string, prefix, key string) {
	if !prefixDigits.MatchString(prefix) {
		k.add(key, prefix, say(catalogue.ConfigPrefix, prefix), say(catalogue.ConfigPrefixRemedy))
		return
	}
	if other, found := taken[prefix]; found {
		k.add(key, prefix, say(catalogue.ConfigUsedTwice, prefix, other), say(catalogue.ConfigPrefixTwiceRemedy))
		return
	}
	taken[prefix] = key
}

// recipientCap checks a limit that must let the longest message through.
func (k *checker) recipientCap(key string, n, maxParts int) {
	if n != 0 && (n < maxParts || n > MaxRecipientCap) {
		k.add(key, strconv.Itoa(n), say(catalogue.ConfigNumberRange, n), say(catalogue.ConfigRecipientCapRemedy, maxParts, MaxRecipientCap))
	}
}

// once notes a value that another key has taken.
func (k *checker) once(taken map[string]string, value, written, key string) {
	if value == "" {
		return
	}
	if other, found := taken[value]; found {
		k.add(key, written, say(catalogue.ConfigUsedTwice, written, other), say(catalogue.ConfigUsedTwiceRemedy))
		return
	}
	taken[value] = key
}

// realPath follows the links under /dev/serial, so that two names of one port
// are seen as one port.
func realPath(device string) string {
	if device == "" {
		return ""
	}
	if real, err := filepath.EvalSymlinks(device); err == nil {
		return real
	}
	return filepath.Clean(device)
}

func (k *checker) modem(at string, m Modem) {
	switch {
	case m.Name == "":
		k.add(at+".name", "", say(catalogue.ConfigMissing), say(catalogue.ConfigMissingRemedy, "name: sim-a"))
	case !regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`).MatchString(m.Name):
		k.add(at+".name", m.Name, say(catalogue.ConfigName, m.Name), say(catalogue.ConfigNameRemedy))
	}
	switch {
	case m.Device == "" && m.IMEI == "":
		k.add(at+".device", "", say(catalogue.ConfigMissing), say(catalogue.ConfigMissingRemedy, "device: /dev/ttyUSB2"))
	case m.Device != "" && !filepath.IsAbs(m.Device):
		k.add(at+".device", m.Device, say(catalogue.ConfigDevice, m.Device), say(catalogue.ConfigDeviceRemedy))
	}
	if m.IMEI != "" && !regexp.MustCompile(`^[0-9]{15}$`).MatchString(m.IMEI) {
		k.add(at+".imei", m.IMEI, say(catalogue.ConfigIMEI, m.IMEI), say(catalogue.ConfigIMEIRemedy))
	}
	k.choice(at+".baud_rate", strconv.Itoa(m.BaudRate),
		"9600", "19200", "38400", "57600", "115200", "230400", "460800", "921600")
	k.number(at+".pace.per_minute", m.Pace.PerMinute, 0, MaxPace)
	k.number(at+".pace.per_day", m.Pace.PerDay, 0, MaxPace)
	k.number(at+".pace.per_month", m.Pace.PerMonth, 0, MaxPace)
	k.pin(at+".pin_file", m.PINFile)
	k.phone(at+".number", m.Number)
	k.credit(at+".credit", m.Credit)
}

var pinDigits = regexp.MustCompile(`^[0-9]{4,8}$`)

// pin checks a PIN file. No message ever shows what is in it, nor a path that
// looks as if it were the PIN.
func (k *checker) pin(key, path string) {
	switch {
	case path == "":
		return
	case pinDigits.MatchString(path):
		k.add(key, "", say(catalogue.ConfigPINItself), say(catalogue.ConfigPINItselfRemedy))
		return
	}
	if !k.readable(key, path) {
		return
	}
	if _, err := ReadPIN(path); err != nil {
		k.add(key, path, say(catalogue.ConfigPINContent), say(catalogue.ConfigPINContentRemedy))
	}
}

// ReadPIN returns the PIN in a PIN file. The error never shows what is in it.
func ReadPIN(path string) (string, error) {
	data, err := readFile(path)
	if err != nil {
		return "", fmt.Errorf("read PIN file: %w", err)
	}
	pin := strings.TrimSpace(string(data))
	if !pinDigits.MatchString(pin) {
		return "", fmt.Errorf("PIN file %s does not hold 4 to 8 digits", path)
	}
	return pin, nil
}
