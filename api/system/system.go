// Package system is the resource of the API for the box: alarms, clock, encryption,
// health, readiness, metrics and backup.
//
// It owns the key ready/trial.
package system

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/catalogue"
	"goniec/clock"
	"goniec/gateway"
	"goniec/queue"
	"goniec/store"
)

// The codes of alarms of the box.
const (
	AlarmClock    = "clock_unconfirmed" // the clock is unconfirmed
	AlarmWaiting  = "queue_waits"       // no modem takes the waiting messages
	AlarmStuck    = "queue_stuck"       // the queue makes no progress
	AlarmDecision = "decision_needed"   // messages wait for a person
	AlarmReports  = "no_reports"        // delivery reports are missing
	AlarmStore    = "store_failed"      // the disk cannot be written
	AlarmEvent    = "event_set_aside"   // an event could not be processed

	AlarmWebhookDisabled = "webhook_disabled" // a receiver of events answered 410
	AlarmWebhookFailing  = "webhook_failing"  // a receiver has taken no event for long
)

// AlarmCodes lists the codes of alarms of the box.
func AlarmCodes() []string {
	return []string{AlarmClock, AlarmWaiting, AlarmStuck, AlarmDecision, AlarmReports, AlarmStore, AlarmEvent, AlarmWebhookDisabled, AlarmWebhookFailing}
}

// AlarmRemedy returns the English remedy of an alarm of the box, for the log.
func AlarmRemedy(code string) string {
	return catalogue.Text(catalogue.English, alarmKey(code)+".remedy")
}

func alarmKey(code string) catalogue.Key { return catalogue.Key("alarm." + code) }

type (
	encryptionOutput struct {
		Body client.Encryption
	}
	alarmsOutput struct {
		Body client.Page[client.Alarm]
	}
	clockOutput struct {
		Body client.Clock
	}
)

// Resource holds the dependencies of the operations.
type Resource struct {
	Store      store.Store // for the trials of readiness
	Queue      Queue
	Clock      Clock
	Modems     Modems
	Alarms     func() []client.Alarm    // of the box: Code, Cause and At
	Encryption func() client.Encryption // of the data on disk
	Backup     io.WriterTo              // all data
	Gatherer   prometheus.Gatherer      // what /metrics shows; nil: there is no /metrics
	Location   *time.Location           // of times for people
	Settings   client.Settings          // what callers may know of the configuration
	Version    string                   // of the program
	Log        *slog.Logger
}

// Clock keeps the trusted time; implemented by clock.Clock.
type Clock interface {
	Confirm(ctx context.Context, by clock.Source, theirs time.Time) (agrees bool, err error)
	Trust(ctx context.Context) (clock.Trust, error)
}

// Queue counts messages, which shows that the store can be read; implemented by
// queue.Queue.
type Queue interface {
	Counts(ctx context.Context) (map[queue.Status]int, error)
}

// Modems returns the state of every modem; implemented by gateway.Gateway.
type Modems interface{ Modems() []gateway.Status }

// Register adds the operations to s.
func (res Resource) Register(s *rest.Server) {
	res.registerAlarms(s)
	res.registerClock(s)
	res.registerQueue(s)
	res.registerHealth(s)
	res.registerMetrics(s)
	res.registerBackup(s)
	res.registerSettings(s)
}

func (res Resource) registerAlarms(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "listAlarms", Method: http.MethodGet, Path: "/v1/alarms", Tag: "Box", Scope: access.ScopeModems,
		Summary:     "List alarms",
		Description: "What a person should look into, each with its remedy. Alarms of one modem are with the modem. The list comes whole; it is empty when all is well.",
		Status:      http.StatusOK,
	}, func(ctx context.Context, _ *struct{}) (*alarmsOutput, error) {
		lang := rest.RequestOf(ctx).Language()
		alarms := res.Alarms()
		for i := range alarms {
			key := alarmKey(alarms[i].Code)
			alarms[i].Detail, alarms[i].Remedy = catalogue.Text(lang, key), catalogue.Text(lang, key+".remedy")
		}
		return &alarmsOutput{Body: client.Page[client.Alarm]{Items: alarms}}, nil
	})
	rest.Register(s, rest.Operation{
		ID: "getEncryption", Method: http.MethodGet, Path: "/v1/encryption", Tag: "Box", Scope: access.ScopeModems,
		Summary:     "Read how the data is encrypted",
		Description: "Whether texts and numbers on disk are encrypted, under which key, and how far a change of keys is.",
		Status:      http.StatusOK,
	}, func(context.Context, *struct{}) (*encryptionOutput, error) {
		return &encryptionOutput{Body: res.Encryption()}, nil
	})
}

func (res Resource) registerClock(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "getClock", Method: http.MethodGet, Path: "/v1/clock", Tag: "Box", Scope: access.ScopeModems,
		Summary:     "Read the clock",
		Description: "What the clock of the box shows and whether anything agrees with it. After a power cut it may be wrong: until a time server, the mobile network, a service centre or a person agrees, messages that quiet hours may hold or that have a send_at wait, and nothing expires.",
		Status:      http.StatusOK,
	}, func(ctx context.Context, _ *struct{}) (*clockOutput, error) { return res.answerClock(ctx) })
	bodies := rest.NewBodyReader[client.ClockRequest](s)
	rest.Register(s, rest.Operation{
		ID: "confirmClock", Method: http.MethodPost, Path: "/v1/clock", Tag: "Box", Scope: access.ScopeAdmin,
		Summary:     "Confirm the clock",
		Description: "Says what time it is, by a watch. The clock of the box is believed if it shows the same within 2 minutes; it is not set.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusConflict},
		Body:        client.ClockRequest{Time: "2026-11-25 13:05"},
	}, func(ctx context.Context, in *rest.Input) (*clockOutput, error) {
		posted, p := bodies.ReadWhole(*in)
		if p != nil {
			return nil, p
		}
		theirs, ok := res.readWatch(posted.Time)
		if !ok {
			return nil, rest.Invalid(rest.BodyField("/time", rest.CodeNotAWatch))
		}
		agrees, err := res.Clock.Confirm(ctx, clock.Person, theirs)
		if err != nil {
			return nil, rest.Failure(ctx, err)
		}
		if !agrees {
			return nil, rest.NewProblem(rest.CodeClockDiffers, time.Now().In(res.Location).Format("2006-01-02 15:04:05 MST"))
		}
		return res.answerClock(ctx)
	})
}

// readWatch reads a time as a person reads it off a watch. A time without seconds means
// the middle of the minute.
func (res Resource) readWatch(text string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, true
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, text, res.Location); err == nil {
			return t.Add(30 * time.Second), true
		}
	}
	return time.Time{}, false
}

func (res Resource) answerClock(ctx context.Context) (*clockOutput, error) {
	trust, err := res.Clock.Trust(ctx)
	if err != nil {
		return nil, rest.Failure(ctx, err)
	}
	c := client.Clock{Time: time.Now().In(res.Location), Believed: trust.Believed, By: string(trust.By)}
	if o := trust.Other; o != nil {
		c.Other = &client.OtherClock{Source: string(o.Source), AheadSeconds: o.Ahead.Seconds()}
	}
	return &clockOutput{Body: c}, nil
}
