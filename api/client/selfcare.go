package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Call is a missed call.
type Call struct {
	ID        string    `json:"id" doc:"Names the call. Ids ascend with time."`
	From      string    `json:"from,omitempty" example:"+48600100200" doc:"Who called; absent if the number was withheld."`
	Modem     string    `json:"modem" example:"sim-a" doc:"The modem that rang."`
	At        time.Time `json:"at" doc:"When it ended."`
	Rings     int       `json:"rings" example:"2" doc:"How often it rang."`
	MessageID string    `json:"message_id,omitempty" doc:"The text that the caller got in answer; absent if none was sent."`
}

// Credit is the credit of a SIM.
type Credit struct {
	Amount float64   `json:"amount" example:"12.34" doc:"In the currency of its operator."`
	At     time.Time `json:"at" doc:"When the network said so."`
	Low    bool      `json:"low" doc:"It is below credit.alarm_below of the configuration."`
}

// SelfTest is the result of a test text.
type SelfTest struct {
	Running     bool       `json:"running" doc:"A test is under way; the rest is of the one before."`
	At          *time.Time `json:"at,omitempty" doc:"When the last one ended; absent while none has."`
	Passed      bool       `json:"passed" doc:"The text and its delivery report arrived."`
	TookSeconds float64    `json:"took_seconds,omitempty" example:"3.2" doc:"From the service centre having the text to its arrival."`
	Result      string     `json:"result,omitempty" enum:"passed,not_sent,no_report,lost" doc:"not_sent: the network did not accept it. no_report: it arrived, or should have, and its delivery report did not come. lost: it was accepted and did not arrive."`
	Detail      string     `json:"detail,omitempty" doc:"What happened, if it failed, in the language of Accept-Language."`
	Remedy      string     `json:"remedy,omitempty" doc:"What to do now, in the same language."`
	Cause       string     `json:"cause,omitempty" doc:"More about it, in English."`
}

// TestModem sends a test text through a modem to the next one, or to its own number. It
// returns when the text is queued; SelfTest has the result later.
func (c *Client) TestModem(ctx context.Context, name string) (Modem, error) {
	var answer Modem
	err := c.do(ctx, call{method: http.MethodPost, path: "/v1/modems/" + url.PathEscape(name) + "/test", once: true, answer: &answer})
	return answer, err
}

// Calls iterates over the missed calls that match the filter, newest first. It ends
// with the first error.
func (c *Client) Calls(ctx context.Context, f InboxFilter) iter.Seq2[Call, error] {
	query := url.Values{}
	setString(query, "from", f.From)
	setTime(query, "since", f.Since)
	setTime(query, "until", f.Until)
	return pages[Call](ctx, c, "/v1/calls", query)
}
