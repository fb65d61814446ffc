package api_test

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"goniec/scripts/testtools"
)

// TestForeignToolsReadTheDocument has a linter, a maker of types and a compiler of others read
// the committed document.
func TestForeignToolsReadTheDocument(t *testing.T) {
	t.Parallel()
	testtools.Need(t, "npm")
	out, err := exec.CommandContext(t.Context(), "../scripts/lint-openapi").CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == 3:
		testtools.Absent(t, "redocly, openapi-typescript and tsc: "+strings.TrimSpace(string(out)))
	case err != nil:
		t.Errorf("%v:\n%s", err, out)
	}
}
