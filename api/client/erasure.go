package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// ErasureRequest requests the erasure of all data about a number.
type ErasureRequest struct {
	Number       string `json:"number" minLength:"1" maxLength:"64" example:"+48600100200" doc:"The number."`
	Suppressions bool   `json:"suppressions,omitempty" doc:"Erase as well that the number must not be written to. Without it that stays, so that the wish is kept."`
}

// Erasure is the proof of an erasure. It does not contain the number.
type Erasure struct {
	ID            string    `json:"id" doc:"Names the erasure: keep it with the request of the person."`
	At            time.Time `json:"at" doc:"When it was complete: a last look at all records found nothing of the number."`
	By            string    `json:"by,omitempty" doc:"The token that asked for it."`
	Messages      int       `json:"messages" doc:"Messages to the number that were removed; those that waited were cancelled first."`
	Received      int       `json:"received" doc:"Texts from it, whole or in parts."`
	Calls         int       `json:"calls" doc:"Missed calls from it."`
	Conversations int       `json:"conversations" doc:"Conversations with it, with their notes."`
	Other         int       `json:"other" doc:"What else was kept: unreadable texts with the number in them, reports without a message, what was remembered to send well, questions that named it."`
	Overwritten   int64     `json:"overwritten" doc:"Octets of deleted data in the database file that were overwritten, also of others."`
	Suppressions  int       `json:"suppressions" doc:"How many suppressions of the number stay."`
	Remark        string    `json:"remark,omitempty" doc:"What is to be done besides, in the language of Accept-Language; only in the answer to the call."`
}

// eraseTimeout bounds an erasure, which reads all records and the whole file.
const eraseTimeout = time.Hour

// Erase erases all data about a number. It may take minutes; after an interruption it
// can be called again.
func (c *Client) Erase(ctx context.Context, r ErasureRequest) (Erasure, error) {
	var answer Erasure
	err := c.do(ctx, call{method: http.MethodPost, path: "/v1/erasures", body: r, once: true, timeout: eraseTimeout, answer: &answer})
	return answer, err
}

// Erasures iterates over the proofs of erasures, newest first. It ends with the first
// error.
func (c *Client) Erasures(ctx context.Context) iter.Seq2[Erasure, error] {
	return pages[Erasure](ctx, c, "/v1/erasures", url.Values{})
}
