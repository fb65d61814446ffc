package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"goniec/api"
	"goniec/api/client"
	"goniec/gateway"
	"goniec/modem"
)

// Trace returns the dialogue with a modem.
func (m modems) Trace(name string, after uint64) (client.Trace, error) {
	info, lines, err := m.gateway.Trace(name)
	if errors.Is(err, gateway.ErrUnknownModem) {
		return client.Trace{}, api.ErrNoModem
	}
	if err != nil {
		return client.Trace{}, err
	}
	lines = slices.DeleteFunc(lines, func(l modem.TraceLine) bool { return l.Number <= after })
	trace := client.Trace{
		Modem: name, Manufacturer: info.Manufacturer, Model: info.Model, Revision: info.Revision, Profile: info.Profile,
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
	return trace, nil
}

// USSD asks the network a code through a modem.
func (m modems) USSD(ctx context.Context, name, code string) (text string, err error) {
	err = m.gateway.Do(ctx, name, func(ctx context.Context, device *modem.Modem) error {
		var err error
		text, err = device.USSD(ctx, code)
		return err
	})
	for _, known := range []struct{ cause, says error }{
		{gateway.ErrUnknownModem, api.ErrNoModem},
		{gateway.ErrNotOpen, api.ErrModemNotReady},
		{modem.ErrNotOpen, api.ErrModemNotReady},
		{modem.ErrUSSDTimeout, api.ErrNetworkSilent},
		{context.DeadlineExceeded, api.ErrNetworkSilent},
		{modem.ErrUSSDRefused, api.ErrCodeRefused},
	} {
		if errors.Is(err, known.cause) {
			return "", fmt.Errorf("%w: %w", known.says, err)
		}
	}
	var fault *modem.Fault
	if errors.As(err, &fault) {
		return "", fmt.Errorf("%w: %w", api.ErrModemFailed, err)
	}
	return text, err
}
