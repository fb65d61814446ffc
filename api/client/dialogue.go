package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// The senders of a TraceLine.
const (
	FromHost  = "host"
	FromModem = "modem"
	FromPort  = "port"
)

// Trace is the dialogue of a gateway with a modem.
type Trace struct {
	Version      string      `json:"version,omitempty" example:"v1.0.0" doc:"The version of the gateway."`
	Modem        string      `json:"modem" example:"sim-a" doc:"The name of the modem."`
	Manufacturer string      `json:"manufacturer,omitempty" doc:"As the modem says."`
	Model        string      `json:"model,omitempty" doc:"As the modem says."`
	Revision     string      `json:"revision,omitempty" doc:"Firmware, as the modem says."`
	Profile      string      `json:"profile,omitempty" example:"huawei-lte" doc:"The family it was taken for; absent: none that is known."`
	Lines        []TraceLine `json:"lines" nullable:"false" doc:"Oldest first. Where numbers are missing lines have been left out."`
}

// TraceLine is one line of a dialogue.
type TraceLine struct {
	Number uint64    `json:"number" doc:"Counts the lines since the daemon started."`
	At     time.Time `json:"at" doc:"When."`
	From   string    `json:"from" enum:"host,modem,port" doc:"host: the gateway. port: what happened to the port itself."`
	Text   string    `json:"text" example:"AT+CSQ" doc:"Masked; what is no printable ASCII is written as \\xNN, a backslash as \\\\."`
}

// USSDRequest is a USSD code to send.
type USSDRequest struct {
	Code string `json:"code" minLength:"1" maxLength:"60" pattern:"^[0-9*#]+$" example:"*101#" doc:"Digits, * and #."`
}

// USSDAnswer is the answer of the network to a USSD code.
type USSDAnswer struct {
	Text string `json:"text" doc:"In the words of the network; several lines are possible."`
}

// TraceModem returns the masked dialogue with the modem of this name, from the line
// after number after.
func (c *Client) TraceModem(ctx context.Context, name string, after uint64) (Trace, error) {
	query := url.Values{}
	if after > 0 {
		query.Set("after", strconv.FormatUint(after, 10))
	}
	var answer Trace
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/modems/" + url.PathEscape(name) + "/trace", query: query, answer: &answer})
	return answer, err
}

// ussdTimeout is longer than the gateway waits for the network.
const ussdTimeout = 2 * time.Minute

// USSD sends a USSD code such as "*101#" through the modem of this name and returns the
// answer. It may take more than a minute.
func (c *Client) USSD(ctx context.Context, name, code string) (string, error) {
	var answer USSDAnswer
	err := c.do(ctx, call{
		method: http.MethodPost, path: "/v1/modems/" + url.PathEscape(name) + "/ussd", body: USSDRequest{Code: code},
		once: true, timeout: ussdTimeout, answer: &answer,
	})
	return answer.Text, err
}
