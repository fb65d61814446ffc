package api_test

import (
	"net/http"
	"testing"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
)

func TestTrace(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeModems)
	trace, err := c.TraceModem(t.Context(), "sim-a", 0)
	if err != nil || trace.Model != "E3372" || len(trace.Lines) != 2 || trace.Lines[0].From != client.FromHost {
		t.Errorf("trace %+v, %v", trace, err)
	}
	trace, err = c.TraceModem(t.Context(), "sim-a", 1)
	if err != nil || len(trace.Lines) != 1 || trace.Lines[0].Number != 2 {
		t.Errorf("trace behind the first line %+v, %v", trace, err)
	}
	_, err = c.TraceModem(t.Context(), "sim-x", 0)
	wantProblem(t, "trace of no modem", rest.CodeModemNotFound, err)
}

func TestUSSD(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeModemsWrite)
	if text, err := c.USSD(t.Context(), "sim-a", "*101#"); err != nil || text != "Stan konta: 25,00 PLN" {
		t.Errorf("answer %q, %v", text, err)
	}
	for _, tt := range []struct {
		modem, code string
		want        rest.Code
		status      int
	}{
		{"sim-a", "*100#", rest.CodeUSSDRefused, http.StatusBadGateway},
		{"sim-a", "*102#", rest.CodeUSSDTimeout, http.StatusGatewayTimeout},
		{"sim-a", "*103#", rest.CodeModemFailed, http.StatusBadGateway},
		{"sim-b", "*101#", rest.CodeModemNotReady, http.StatusConflict},
		{"sim-a", "saldo", rest.CodeInvalidRequest, http.StatusUnprocessableEntity},
		{"sim-a", "", rest.CodeInvalidRequest, http.StatusUnprocessableEntity},
	} {
		_, err := c.USSD(t.Context(), tt.modem, tt.code)
		wantProblem(t, tt.modem+" "+tt.code, tt.want, err)
		if p, ok := err.(*client.Problem); ok && p.Status != tt.status { //nolint:errorlint // the client promises this very type
			t.Errorf("%s %s: status %d, want %d", tt.modem, tt.code, p.Status, tt.status)
		}
	}
	reader, err := client.New(g.url, g.token(t, "reader", access.ScopeModems))
	if err != nil {
		t.Fatal(err)
	}
	_, err = reader.USSD(t.Context(), "sim-a", "*101#")
	wantProblem(t, "without the scope", rest.CodeScopeMissing, err)
}
