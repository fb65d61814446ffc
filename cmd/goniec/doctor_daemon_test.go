package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"goniec/api/client"
)

// TestDoctorOfAGatewayThatStarts: modems that are being set up are no problem, while those
// that went wrong are, and so is all else that keeps a gateway from work.
func TestDoctorOfAGatewayThatStarts(t *testing.T) {
	t.Parallel()
	const setUp = `{"name":"a","state":"initialising"}`
	tests := []struct {
		name, modems, code string
		want               bool
	}{
		{"being set up", setUp, "no_modem_ready", true},
		{"one of two being set up", setUp + `,{"name":"b","state":"parked","last_error":{"code":"sim_puk_required"}}`, "no_modem_ready", true},
		{"no modem", "", "no_modem_ready", false},
		{"a modem that went wrong", `{"name":"a","state":"opening","last_error":{"code":"port_busy"}}`, "no_modem_ready", false},
		{"a modem that takes long", `{"name":"a","state":"registering","alarms":[{"code":"out_of_service"}]}`, "no_modem_ready", false},
		{"a disk that takes no writes", setUp, "storage_failed", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if _, err := io.WriteString(w, `{"items":[`+tt.modems+`]}`); err != nil {
					t.Error(err)
				}
			}))
			defer server.Close()
			c, err := client.New(server.URL, "token")
			if err != nil {
				t.Fatal(err)
			}
			got := isStarting(t.Context(), c, &client.Problem{Errors: []client.FieldProblem{{Code: tt.code}}})
			if got != tt.want {
				t.Errorf("starting: %v", got)
			}
		})
	}
}
