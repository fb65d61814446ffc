package system

import (
	"context"
	"net/http"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
)

type settingsOutput struct {
	Body client.Settings
}

func (res Resource) registerSettings(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "getSettings", Method: http.MethodGet, Path: "/v1/settings", Tag: "Box", Scope: access.ScopeSend,
		Summary:     "Read the settings that decide when and how messages go",
		Description: "The time zone, the quiet hours with their days off, the region of numbers without a country code, and the length that a message may have. They come from the configuration of the gateway, and may change when it is read again.",
		Status:      http.StatusOK,
	}, func(context.Context, *struct{}) (*settingsOutput, error) {
		return &settingsOutput{Body: res.Settings}, nil
	})
}
