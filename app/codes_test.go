package app

import (
	"testing"

	"goniec/api"
	"goniec/gateway"
	"goniec/modem"
)

// TestStoreTroubleIsNotTheModems: a modem that waits for the disk must not be
// restarted by the person who reads about it.
func TestStoreTroubleIsNotTheModems(t *testing.T) {
	t.Parallel()
	if got := errorCode(&gateway.Status{State: modem.Ready}, "store"); got != api.ModemStore {
		t.Errorf("code %q, want %q", got, api.ModemStore)
	}
}
