package modems

import (
	"context"
	"net/http"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/catalogue"
)

func (res Resource) registerTest(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "testModem", Method: http.MethodPost, Path: "/v1/modems/{name}/test", Tag: "Modems", Scope: access.ScopeModemsWrite,
		Summary: "Try whether texts arrive",
		Description: "The modem sends a short text to the next one, or to its own number, as configured; that costs one part. " +
			"The answer does not wait for it: look at self_test.",
		Status:   http.StatusAccepted,
		Problems: []int{http.StatusNotFound, http.StatusConflict},
	}, func(ctx context.Context, in *modemInput) (*modemOutput, error) {
		if err := res.Care.StartTest(ctx, in.Name); err != nil {
			return nil, failure(ctx, err)
		}
		return res.answer(ctx, in.Name)
	})
}

// wordSelfTest adds the words of a test's result.
func wordSelfTest(t *client.SelfTest, lang catalogue.Language) *client.SelfTest {
	if t == nil || t.Result == "" || t.Passed {
		return t
	}
	worded := *t
	worded.Detail, worded.Remedy = modemText("self_test_"+t.Result, lang)
	return &worded
}
