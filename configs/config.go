// Package configs is the configuration: its keys, their defaults, and how one
// YAML file and the environment become a Config.
//
// It owns the names of the keys, what values are plausible, and what is said
// about every mistake: all of them at once, each with its key, its line and its
// remedy, in the reader's language. It does not own what the values do, and it
// opens no device: a modem that is not there is no mistake of the file.
package configs

import (
	_ "embed"
	"time"
	_ "time/tzdata" // a small box has no zone files of its own
)

// Sample is the commented configuration file that ships with the program. Every
// key stands in it, commented out, with its default.
//
//go:embed goniec.yaml
var Sample string

// Config is everything that can be set. The zero value is not usable; start from
// Default.
type Config struct {
	DataDir string `mapstructure:"data_dir"`
	Box     string `mapstructure:"box"`      // name of this box for new data; empty: the host name
	KeyFile string `mapstructure:"key_file"` // keys by which the data is encrypted; empty: it is not
	// ProfilesDir is the folder of profiles that goniec modem certify has written.
	ProfilesDir string     `mapstructure:"profiles_dir"`
	HTTP        HTTP       `mapstructure:"http"`
	Region      string     `mapstructure:"region"`      // ISO 3166 country whose numbers may lack the +prefix
	Countries   []string   `mapstructure:"countries"`   // ISO 3166 countries that may be written to; empty: the European Union and Region
	ShortCodes  []string   `mapstructure:"short_codes"` // 3 to 6 digits each
	Timezone    string     `mapstructure:"timezone"`    // IANA name
	QuietHours  QuietHours `mapstructure:"quiet_hours"`
	Modems      []Modem    `mapstructure:"modems"` // empty: every modem that answers
	Calls       Calls      `mapstructure:"calls"`
	SelfTest    SelfTest   `mapstructure:"self_test"`
	Replies     Replies    `mapstructure:"replies"`
	// RecipientCap is a hard limit, against bugs and mistakes of whoever sends.
	RecipientCap RecipientCap `mapstructure:"recipient_cap"`
	// Uncertain says what happens to a part of which nobody can know whether
	// it left: UncertainResend or UncertainHold.
	Uncertain       string        `mapstructure:"uncertain"`
	UncertainWait   time.Duration `mapstructure:"uncertain_wait"` // for a report to settle the question
	Retention       Retention     `mapstructure:"retention"`
	Webhooks        []Webhook     `mapstructure:"webhooks"`  // programs that are told of events
	MaxParts        int           `mapstructure:"max_parts"` // of one message
	ShutdownTimeout time.Duration `mapstructure:"shutdown_timeout"`
	Log             Log           `mapstructure:"log"`
}

// HTTP is where the API listens.
type HTTP struct {
	Listen string `mapstructure:"listen"` // host:port; no host: every address of the box
	TLS    TLS    `mapstructure:"tls"`
}

// TLS names the certificate of the API. Both files or none.
type TLS struct {
	CertFile string `mapstructure:"cert_file"` // PEM, with intermediate certificates
	KeyFile  string `mapstructure:"key_file"`  // PEM
}

// QuietHours are the hours in which patients get no ordinary messages.
type QuietHours struct {
	From string `mapstructure:"from"` // "20:00", local time
	To   string `mapstructure:"to"`   // equal to From: no quiet hours
	// DaysOff are whole days: names of weekdays in English, and Holidays.
	DaysOff []string `mapstructure:"days_off"`
}

// Modem is one device to use.
type Modem struct {
	Name   string `mapstructure:"name"`
	Device string `mapstructure:"device"` // full path of its port; may be empty with an IMEI
	// IMEI is the modem's own number, 15 digits. Without Device the modem is
	// found by it wherever it is plugged in, with Device it must be that of the
	// modem there.
	IMEI     string   `mapstructure:"imei"`
	BaudRate int      `mapstructure:"baud_rate"`
	PINFile  string   `mapstructure:"pin_file"` // empty: the SIM asks for no PIN
	Roaming  bool     `mapstructure:"roaming"`  // texts may go out by networks other than the SIM's own
	Pace     Pace     `mapstructure:"pace"`
	Number   string   `mapstructure:"number"` // of the SIM in E.164; empty: what the card tells
	Credit   Credit   `mapstructure:"credit"`
	Prefixes []string `mapstructure:"prefixes"` // how numbers begin that it is meant for, in E.164
}

// RecipientCap limits the parts that one number gets over all modems; 0 is no
// limit.
type RecipientCap struct {
	PerHour int `mapstructure:"per_hour"` // any 60 minutes
	PerDay  int `mapstructure:"per_day"`  // any 24 hours
}

// Pace limits the parts that one SIM sends; 0 is no limit.
type Pace struct {
	PerMinute int `mapstructure:"per_minute"`
	PerDay    int `mapstructure:"per_day"`   // calendar day of Timezone
	PerMonth  int `mapstructure:"per_month"` // calendar month of Timezone
}

// Retention says how long things are kept after they are done.
type Retention struct {
	Texts   time.Duration `mapstructure:"texts"`   // of messages in and out
	Records time.Duration `mapstructure:"records"` // who, when, what became of it; events
}

// Log is what the daemon writes to standard error.
type Log struct {
	Level  string `mapstructure:"level"`  // debug, info, warn, error
	Format string `mapstructure:"format"` // text, json
}

// Values of Config.Uncertain.
const (
	UncertainResend = "wait_then_resend"
	UncertainHold   = "hold"
)

// Holidays in QuietHours.DaysOff are the public holidays of Poland.
const Holidays = "holidays"

// The limits of values that are numbers or lengths of time.
const (
	MaxParts         = 10
	MaxPace          = 1_000_000
	MaxRecipientCap  = 1000
	minUncertainWait = time.Minute
	maxUncertainWait = 24 * time.Hour
	minRetention     = time.Hour
	maxRetention     = 10 * 365 * 24 * time.Hour
	minShutdown      = time.Second
	maxShutdown      = 5 * time.Minute
)

// Default returns the configuration of an empty file.
func Default() Config {
	return Config{
		DataDir:      "/var/lib/goniec",
		ProfilesDir:  "/etc/goniec/profiles",
		HTTP:         HTTP{Listen: "127.0.0.1:8080"},
		Region:       "PL",
		Countries:    []string{},
		ShortCodes:   []string{},
		Timezone:     "Europe/Warsaw",
		QuietHours:   QuietHours{From: "20:00", To: "08:00", DaysOff: []string{"sunday", Holidays}},
		Modems:       []Modem{},
		RecipientCap: RecipientCap{PerHour: 20, PerDay: 50},
		Calls:        Calls{HangUpAfter: 2},
		SelfTest:     SelfTest{Wait: 10 * time.Minute, PerMonth: 60},
		Replies:      defaultReplies(),
		Uncertain:    UncertainResend, UncertainWait: 10 * time.Minute,
		Retention:       Retention{Texts: 720 * time.Hour, Records: 4320 * time.Hour},
		Webhooks:        []Webhook{},
		MaxParts:        6,
		ShutdownTimeout: 8 * time.Second,
		Log:             Log{Level: "info", Format: "text"},
	}
}

// DefaultModem returns what holds for a modem of which only name and device are
// given.
func DefaultModem() Modem {
	return Modem{
		BaudRate: 115200, Pace: Pace{PerMinute: 20}, Credit: Credit{Every: 24 * time.Hour}, Prefixes: []string{},
	}
}

// Location returns the time zone; UTC if Timezone is not valid, which Validate
// refuses.
func (c Config) Location() *time.Location {
	location, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return time.UTC
	}
	return location
}
