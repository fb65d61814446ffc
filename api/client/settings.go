package client

import (
	"context"
	"net/http"
)

// Settings are the settings of the gateway that decide when and how messages go.
type Settings struct {
	Timezone   string     `json:"timezone" example:"Europe/Warsaw" doc:"The time zone of the quiet hours, a name of the IANA database."`
	Region     string     `json:"region" example:"PL" doc:"The country of a number that is written without a country code, ISO 3166-1."`
	QuietHours QuietHours `json:"quiet_hours" doc:"When messages of priority normal and low are held."`
	MaxParts   int        `json:"max_parts" example:"6" doc:"The greatest number of parts of a message."`
}

// QuietHours are the times at which messages are held.
type QuietHours struct {
	Enabled bool     `json:"enabled" doc:"Whether there are quiet hours. If not, there are no days off either."`
	From    string   `json:"from" example:"20:00" doc:"The begin, in local time."`
	To      string   `json:"to" example:"08:00" doc:"The end, in local time; on the next day if it is not after from."`
	DaysOff []string `json:"days_off" nullable:"false" enum:"monday,tuesday,wednesday,thursday,friday,saturday,sunday,holidays" doc:"The days that are quiet from midnight to midnight. holidays: public holidays of Poland."`
}

// Settings returns the settings of the gateway.
func (c *Client) Settings(ctx context.Context) (Settings, error) {
	var answer Settings
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/settings", answer: &answer})
	return answer, err
}
