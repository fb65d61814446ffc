package main

import (
	"bytes"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"goniec/catalogue"
)

// runs runs a command line in this process.
func runs(args ...string) (status int, stdout, stderr string) {
	var out, problems bytes.Buffer
	status = run(&terminal{lang: catalogue.English, stdin: strings.NewReader(""), stdout: &out, stderr: &problems}, args)
	return status, out.String(), problems.String()
}

// writeFile writes a file in a new directory and returns its path.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// gatewayStub answers as a gateway without modems.
func gatewayStub(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"items": []}`))
}

// TestRemoteGatewayThatCannotBeAsked holds that no command takes a failure for an answer.
func TestRemoteGatewayThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	secure, plain := httptest.NewTLSServer(http.HandlerFunc(gatewayStub)), httptest.NewServer(http.HandlerFunc(gatewayStub))
	t.Cleanup(secure.Close)
	t.Cleanup(plain.Close)
	ca := writeFile(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})))
	empty := writeFile(t, "empty.pem", "no certificate")
	token := writeFile(t, "token", "gnc_x\n")
	host := strings.TrimPrefix(secure.URL, "https://")
	port := host[strings.LastIndex(host, ":"):]
	for _, tt := range []struct {
		name   string
		url    string
		flags  []string
		status int
		want   string // in the output of both kinds
	}{
		{"nothing listens", "http://127.0.0.1:1", nil, 1, "No gateway answers at http://127.0.0.1:1: connect: connection refused."},
		{"an unknown authority", secure.URL, nil, 1, "is not signed by an authority that this computer trusts. Name the authority's certificate: --ca FILE"},
		{"another name", "https://localhost" + port, []string{"--ca", ca}, 1, "does not fit: x509: certificate is valid for"},
		{"HTTP to an HTTPS port", "http://" + host, nil, 1, "HTTPS is spoken at http://" + host + ", not HTTP. Begin the address with https://."},
		{"HTTPS to an HTTP port", strings.Replace(plain.URL, "http:", "https:", 1), nil, 1, "HTTP is spoken at https://"},
		{"a file without a certificate", secure.URL, []string{"--ca", empty}, 1, "cannot be used: no certificate in PEM format."},
		{"no file of certificates", secure.URL, []string{"--ca", "none.pem"}, 1, "none.pem cannot be used:"},
		{"no address", "ftp://x", nil, 2, `"ftp://x" is not the address of a gateway; write http://HOST:PORT`},
		{"a trusted authority", secure.URL, []string{"--ca", ca}, 0, "This gateway has no modem."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, command := range [][]string{{"modem", "list"}, {"clock"}, {"webhook", "list"}} {
				if tt.status == 0 && command[0] != "modem" {
					continue
				}
				status, stdout, stderr := runs(append(append(command, "--url", tt.url, "--token-file", token), tt.flags...)...)
				if status != tt.status || stdout != "" || !strings.Contains(stderr, tt.want) {
					t.Errorf("%v: status %d, output %q, %q; want %d, %q", command, status, stdout, stderr, tt.status, tt.want)
				}
			}
		})
	}
}

// TestModemsElsewhere lists the modems of a gateway at a URL, without the ports of this
// computer.
func TestModemsElsewhere(t *testing.T) {
	t.Parallel()
	_, _, device := network(t)
	d := newDaemon(t, "", device)
	d.start()
	token := writeFile(t, "token", d.token())
	status, stdout, stderr := runs("modem", "list", "--url", d.url(), "--token-file", token)
	if status != 0 || !strings.Contains(stdout, "\nm0 ") || stderr != "" {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
	if status, stdout, stderr = runs("modem", "list", "--url", d.url(), "--token-file", token, "-o", "json"); status != 0 || !strings.Contains(stdout, `"ports": []`) {
		t.Errorf("as JSON: status %d, %q, %q", status, stdout, stderr)
	}
	wrong := writeFile(t, "wrong", "gnc_wrong")
	if status, stdout, stderr = runs("modem", "list", "--url", d.url(), "--token-file", wrong); status != 1 || stdout != "" || !strings.Contains(stderr, "token") {
		t.Errorf("with a wrong token: status %d, %q, %q", status, stdout, stderr)
	}
}
