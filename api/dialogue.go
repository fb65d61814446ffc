package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"goniec/access"
	"goniec/api/client"
)

var (
	// ErrCodeRefused says that modem or network do not answer a code.
	ErrCodeRefused = errors.New("code is not answered")
	// ErrNetworkSilent says that the network did not answer a code in time.
	ErrNetworkSilent = errors.New("network did not answer in time")
	// ErrModemFailed says that the modem failed while it was used.
	ErrModemFailed = errors.New("modem failed")
)

// ussdLimit is how long a code may take with the wait for the modem. It leaves
// time to answer within answerLimit.
const ussdLimit = 100 * time.Second

type (
	traceInput struct {
		Name  string `path:"name" maxLength:"64" example:"sim-a" doc:"The name of the modem in the configuration."`
		After uint64 `query:"after" doc:"Leave out the lines up to this number: ask again with the last number for what has been said since."`
	}
	traceOutput struct {
		Body client.Trace
	}
	ussdInput struct {
		Name        string `path:"name" maxLength:"64" example:"sim-a" doc:"The name of the modem in the configuration."`
		ContentType string `header:"Content-Type" hidden:"true"`
		RawBody     []byte `contentType:"application/json"`
	}
	ussdOutput struct {
		Body client.USSDAnswer
	}
)

func (s *Server) registerDialogue() {
	register(s, s.newOperation(operation{
		id: "traceModem", method: http.MethodGet, path: "/v1/modems/{name}/trace", tag: tagModems, scope: access.ScopeModems,
		summary:     "Read the dialogue with a modem",
		description: "What gateway and modem have said to each other: the beginning of the present dialogue and the last lines. Numbers and texts are masked, a PIN is never in it. goniec modem trace makes a file of it that the emulator can replay.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound},
	}), func(ctx context.Context, in *traceInput) (*traceOutput, error) {
		trace, err := s.config.Modems.Trace(in.Name, in.After)
		if err != nil {
			return nil, modemFailure(ctx, err)
		}
		trace.Version = s.config.Version
		return &traceOutput{Body: trace}, nil
	})
	bodies := newBodyReader[client.USSDRequest](s.api.OpenAPI().Components.Schemas)
	register(s, postOperation[client.USSDRequest](s, operation{
		id: "askNetwork", method: http.MethodPost, path: "/v1/modems/{name}/ussd", tag: tagModems, scope: access.ScopeModemsWrite,
		summary:     "Ask the network a code",
		description: "Such as *101# for the credit. The answer comes when the network has answered, within 100 s; nothing is sent through this modem meanwhile. A dialogue that the network would go on with is ended.",
		status:      http.StatusOK,
		problems: []int{
			http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
			http.StatusUnprocessableEntity, http.StatusBadGateway, http.StatusGatewayTimeout,
		},
	}, maxBody), func(ctx context.Context, in *ussdInput) (*ussdOutput, error) {
		posted, wrong, p := bodies.read(in.ContentType, in.RawBody)
		if p != nil {
			return nil, p
		}
		if len(wrong) > 0 {
			return nil, invalid(wrong...)
		}
		ctx, cancel := context.WithTimeout(ctx, ussdLimit)
		defer cancel()
		text, err := s.config.Modems.USSD(ctx, in.Name, posted.Code)
		if err != nil {
			return nil, modemFailure(ctx, err)
		}
		return &ussdOutput{Body: client.USSDAnswer{Text: text}}, nil
	})
}

// modemFailure returns the problem for an error of Modems.
func modemFailure(ctx context.Context, err error) *problem {
	for _, known := range []struct {
		err  error
		code Code
	}{
		{ErrNoModem, CodeModemNotFound},
		{ErrModemNotReady, CodeModemNotReady},
		{ErrCodeRefused, CodeUSSDRefused},
		{ErrNetworkSilent, CodeUSSDTimeout},
		{ErrModemFailed, CodeModemFailed},
	} {
		if errors.Is(err, known.err) {
			return &problem{code: known.code, cause: err}
		}
	}
	return failure(ctx, err)
}
