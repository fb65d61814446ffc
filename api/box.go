package api

import (
	"context"
	"net/http"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/catalogue"
	"goniec/queue"
)

// The codes of alarms of the box.
const (
	AlarmClock    = "clock_unconfirmed" // nothing agrees with the clock
	AlarmWaiting  = "queue_waits"       // no modem takes what waits
	AlarmStuck    = "queue_stuck"       // what goes on by itself does not
	AlarmDecision = "decision_needed"   // messages wait for a person
	AlarmReports  = "no_reports"        // delivery reports do not come
	AlarmStore    = "store_failed"      // nothing can be written to disk
	AlarmEvent    = "event_set_aside"   // something that happened could not be acted upon

	AlarmWebhookDisabled = "webhook_disabled" // a receiver of events answered 410
	AlarmWebhookFailing  = "webhook_failing"  // a receiver has taken no event for long
)

// AlarmCodes lists the codes of alarms of the box.
func AlarmCodes() []string {
	return []string{AlarmClock, AlarmWaiting, AlarmStuck, AlarmDecision, AlarmReports, AlarmStore, AlarmEvent, AlarmWebhookDisabled, AlarmWebhookFailing}
}

// AlarmRemedy returns what to do about an alarm of the box, in English, for the log.
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
	clockInput struct {
		ContentType string `header:"Content-Type" hidden:"true"`
		RawBody     []byte `contentType:"application/json"`
	}
)

// registerBox adds what concerns the box as a whole.
func (s *Server) registerBox() {
	register(s, s.newOperation(operation{
		id: "listAlarms", method: http.MethodGet, path: "/v1/alarms", tag: tagBox, scope: access.ScopeModems,
		summary:     "List alarms",
		description: "What a person should look into, each with its remedy. Alarms of one modem are with the modem. The list comes whole; it is empty when all is well.",
		status:      http.StatusOK,
	}), func(ctx context.Context, _ *struct{}) (*alarmsOutput, error) {
		lang := requestOf(ctx).language()
		alarms := s.config.Alarms()
		for i := range alarms {
			key := alarmKey(alarms[i].Code)
			alarms[i].Detail, alarms[i].Remedy = catalogue.Text(lang, key), catalogue.Text(lang, key+".remedy")
		}
		return &alarmsOutput{Body: client.Page[client.Alarm]{Items: alarms}}, nil
	})
	register(s, s.newOperation(operation{
		id: "getEncryption", method: http.MethodGet, path: "/v1/encryption", tag: tagBox, scope: access.ScopeModems,
		summary:     "Read how the data is encrypted",
		description: "Whether texts and numbers on disk are encrypted, under which key, and how far a change of keys is.",
		status:      http.StatusOK,
	}), func(context.Context, *struct{}) (*encryptionOutput, error) {
		return &encryptionOutput{Body: s.config.Encryption()}, nil
	})
	register(s, s.newOperation(operation{
		id: "getClock", method: http.MethodGet, path: "/v1/clock", tag: tagBox, scope: access.ScopeModems,
		summary:     "Read the clock",
		description: "What the clock of the box shows and whether anything agrees with it. After a power cut it may be wrong: until a time server, the mobile network, a service centre or a person agrees, messages that quiet hours may hold or that have a send_at wait, and nothing expires.",
		status:      http.StatusOK,
	}), func(ctx context.Context, _ *struct{}) (*clockOutput, error) { return s.answerClock(ctx) })
	bodies := newBodyReader[client.ClockRequest](s.api.OpenAPI().Components.Schemas)
	register(s, postOperation[client.ClockRequest](s, operation{
		id: "confirmClock", method: http.MethodPost, path: "/v1/clock", tag: tagBox, scope: access.ScopeAdmin,
		summary:     "Confirm the clock",
		description: "Says what time it is, by a watch. The clock of the box is believed if it shows the same within 2 minutes; it is not set.",
		status:      http.StatusOK,
		problems: []int{
			http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
		},
	}, maxBody), func(ctx context.Context, in *clockInput) (*clockOutput, error) {
		posted, wrong, p := bodies.read(in.ContentType, in.RawBody)
		if p != nil {
			return nil, p
		}
		if len(wrong) > 0 {
			return nil, invalid(wrong...)
		}
		theirs, ok := s.readWatch(posted.Time)
		if !ok {
			return nil, invalid(bodyField("/time", CodeNotAWatch))
		}
		agrees, err := s.config.Queue.ConfirmTime(ctx, queue.TimePerson, theirs)
		if err != nil {
			return nil, failure(ctx, err)
		}
		if !agrees {
			return nil, newProblem(CodeClockDiffers, time.Now().In(s.config.Location).Format(time.DateTime))
		}
		return s.answerClock(ctx)
	})
}

// readWatch reads what somebody sees on a watch: the middle of the minute, if there
// are no seconds.
func (s *Server) readWatch(text string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, true
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, text, s.config.Location); err == nil {
			return t.Add(30 * time.Second), true
		}
	}
	return time.Time{}, false
}

func (s *Server) answerClock(ctx context.Context) (*clockOutput, error) {
	trust, err := s.config.Queue.ClockTrust(ctx)
	if err != nil {
		return nil, failure(ctx, err)
	}
	c := client.Clock{Time: time.Now().In(s.config.Location), Believed: trust.Believed, By: string(trust.By)}
	if o := trust.Other; o != nil {
		c.Other = &client.OtherClock{Source: string(o.Source), AheadSeconds: o.Ahead.Seconds()}
	}
	return &clockOutput{Body: c}, nil
}
