package client

import (
	"context"
	"net/http"
)

// Encryption is the state of the encryption on disk.
type Encryption struct {
	Enabled   bool   `json:"enabled" doc:"Texts and numbers on disk are encrypted."`
	Key       string `json:"key,omitempty" example:"5f3a2b1c" doc:"Id of the key that encrypts; tells nothing of the key."`
	Rotating  bool   `json:"rotating" doc:"The key was changed, and some records are still under an older one."`
	Remaining int    `json:"remaining" doc:"Records under an older key, while rotating."`
	Records   int    `json:"records" doc:"Records in all, while rotating and after."`
}

// Encryption returns the state of the encryption on disk.
func (c *Client) Encryption(ctx context.Context) (Encryption, error) {
	var answer Encryption
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/encryption", answer: &answer})
	return answer, err
}
