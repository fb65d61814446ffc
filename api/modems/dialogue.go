package modems

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/modem"
)

// ussdLimit bounds a USSD request, the wait for the modem included. It leaves time to
// answer within answerLimit of package rest.
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
		Name string `path:"name" maxLength:"64" example:"sim-a" doc:"The name of the modem in the configuration."`
		rest.Input
	}
	ussdOutput struct {
		Body client.USSDAnswer
	}
)

func (res Resource) registerDialogue(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "traceModem", Method: http.MethodGet, Path: "/v1/modems/{name}/trace", Tag: "Modems", Scope: access.ScopeModems,
		Summary:     "Read the dialogue with a modem",
		Description: "What gateway and modem have said to each other: the beginning of the present dialogue and the last lines. Numbers and texts are masked, a PIN is never in it. goniec modem trace makes a file of it that the emulator can replay.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound},
	}, func(ctx context.Context, in *traceInput) (*traceOutput, error) {
		info, lines, err := res.Gateway.Trace(in.Name)
		if err != nil {
			return nil, failure(ctx, err)
		}
		trace := wireTrace(info, lines, in.After)
		trace.Modem, trace.Version = in.Name, res.Version
		return &traceOutput{Body: trace}, nil
	})
	bodies := rest.NewBodyReader[client.USSDRequest](s)
	rest.Register(s, rest.Operation{
		ID: "askNetwork", Method: http.MethodPost, Path: "/v1/modems/{name}/ussd", Tag: "Modems", Scope: access.ScopeModemsWrite,
		Summary:     "Ask the network a code",
		Description: "Such as *101# for the credit. The answer comes when the network has answered, within 100 s; nothing is sent through this modem meanwhile. A dialogue that the network would go on with is ended.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound, http.StatusConflict, http.StatusBadGateway, http.StatusGatewayTimeout},
		Body:        client.USSDRequest{Code: "*101#"},
	}, func(ctx context.Context, in *ussdInput) (*ussdOutput, error) {
		posted, p := bodies.ReadWhole(in.Input)
		if p != nil {
			return nil, p
		}
		ctx, cancel := context.WithTimeout(ctx, ussdLimit)
		defer cancel()
		text, err := res.Gateway.USSD(ctx, in.Name, posted.Code)
		if err != nil {
			return nil, ussdFailure(ctx, err)
		}
		return &ussdOutput{Body: client.USSDAnswer{Text: text}}, nil
	})
}

// wireTrace converts the lines of a dialogue after number after to their wire type.
func wireTrace(info modem.Info, lines []modem.TraceLine, after uint64) client.Trace {
	lines = slices.DeleteFunc(lines, func(l modem.TraceLine) bool { return l.Number <= after })
	trace := client.Trace{
		Manufacturer: info.Manufacturer, Model: info.Model, Revision: info.Revision, Profile: info.Profile,
		Lines: make([]client.TraceLine, len(lines)),
	}
	for i, l := range lines {
		from := client.FromModem
		switch {
		case l.Note:
			from = client.FromPort
		case l.Sent:
			from = client.FromHost
		}
		trace.Lines[i] = client.TraceLine{Number: l.Number, At: l.At, From: from, Text: l.Text}
	}
	return trace
}

// ussdFailure returns the problem of an error of Gateway.USSD.
func ussdFailure(ctx context.Context, err error) *rest.Problem {
	var fault *modem.Fault
	switch {
	case errors.Is(err, modem.ErrNotOpen):
		return &rest.Problem{Code: rest.CodeModemNotReady, Cause: err}
	case errors.Is(err, modem.ErrUSSDTimeout), errors.Is(err, context.DeadlineExceeded):
		return &rest.Problem{Code: rest.CodeUSSDTimeout, Cause: err}
	case errors.Is(err, modem.ErrUSSDRefused):
		return &rest.Problem{Code: rest.CodeUSSDRefused, Cause: err}
	case errors.As(err, &fault):
		return &rest.Problem{Code: rest.CodeModemFailed, Cause: err}
	}
	return failure(ctx, err)
}
