package api_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/access"
	"goniec/api/client"
)

func someSettings() client.Settings {
	return client.Settings{
		Timezone: "Europe/Warsaw", Region: "PL", MaxParts: 6,
		QuietHours: client.QuietHours{Enabled: true, From: "20:00", To: "08:00", DaysOff: []string{"sunday", "holidays"}},
	}
}

// A program that sends can read when its messages go.
func TestSettings(t *testing.T) {
	t.Parallel()
	g := memory(t)
	got, err := g.client(t, access.ScopeSend).Settings(t.Context())
	if diff := cmp.Diff(someSettings(), got); err != nil || diff != "" {
		t.Errorf("settings, %v (-want +got):\n%s", err, diff)
	}
	answer := g.ask(t, http.MethodGet, "/v1/settings", g.token(t, "reader", access.ScopeInbox), "")
	if answer.status != http.StatusForbidden {
		t.Errorf("with a token that may only read the inbox: %d %s", answer.status, answer.body)
	}
}
