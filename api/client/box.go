package client

import (
	"context"
	"net/http"
	"time"
)

// Alarm is a condition of the box that a person should look into.
type Alarm struct {
	Code   string    `json:"code" example:"clock_unconfirmed" doc:"Stable; made for programs."`
	Detail string    `json:"detail" doc:"What is the matter, in the language of Accept-Language."`
	Remedy string    `json:"remedy" doc:"What to do now, in the same language."`
	Cause  string    `json:"cause,omitempty" doc:"More about it, in English."`
	At     time.Time `json:"at" doc:"When it was noticed."`
}

// Clock is the state of the box's clock.
type Clock struct {
	Time     time.Time `json:"time" doc:"What it shows, in the zone of the configuration."`
	Believed bool      `json:"believed" doc:"Something agrees with it. While nothing does, whatever has a time to keep waits."`
	// By is "" where no confirmation is needed.
	By    string      `json:"confirmed_by,omitempty" enum:"time_server,battery,network,service_centre,person" doc:"What agrees; absent while nothing does, and where nothing has to."`
	Other *OtherClock `json:"other,omitempty" doc:"What shows another time; absent if nothing does."`
}

// OtherClock is a clock that disagrees with the box's clock.
type OtherClock struct {
	Source       string  `json:"source" enum:"time_server,battery,network,service_centre,person" doc:"What it is."`
	AheadSeconds float64 `json:"ahead_seconds" example:"-10800" doc:"By how much the clock of the box is ahead of it; negative: behind."`
}

// ClockRequest confirms the clock.
type ClockRequest struct {
	Time string `json:"time" minLength:"16" maxLength:"40" example:"2026-11-25 13:05" doc:"What time it is, by a watch: YYYY-MM-DD hh:mm in the zone of the configuration, or RFC 3339."`
}

// QueueCounts counts the messages that the gateway keeps.
type QueueCounts struct {
	Messages map[Status]int `json:"messages" nullable:"false" doc:"By their status; every status is there."`
}

// Queue returns how many messages have each status.
func (c *Client) Queue(ctx context.Context) (QueueCounts, error) {
	var answer QueueCounts
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/queue", answer: &answer})
	return answer, err
}

// Alarms returns the alarms of the box, without those of its modems.
func (c *Client) Alarms(ctx context.Context) ([]Alarm, error) {
	var answer Page[Alarm]
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/alarms", answer: &answer})
	return answer.Items, err
}

// Clock returns the state of the box's clock.
func (c *Client) Clock(ctx context.Context) (Clock, error) {
	var answer Clock
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/clock", answer: &answer})
	return answer, err
}

// ConfirmClock confirms the time of the box. The error is a *Problem if the box's clock
// shows another time.
func (c *Client) ConfirmClock(ctx context.Context, r ClockRequest) (Clock, error) {
	var answer Clock
	err := c.do(ctx, call{method: http.MethodPost, path: "/v1/clock", body: r, answer: &answer})
	return answer, err
}
