package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"goniec/api/client"
	"goniec/catalogue"
)

// What is wrong with a message stands above its steps.
func TestMessageShowTellsWhatIsOdd(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	m := client.Message{
		To: "+48600100200", Status: client.StatusSent, Parts: make([]client.Part, 1),
		Error:    &client.MessageError{Detail: "why it waits"},
		Warnings: []client.Warning{{Field: "status", Code: "report_overdue", Detail: "no report for 2 hours"}},
	}
	if err := printHistory(&terminal{lang: catalogue.English, stdout: &out}, m, []client.Step{{At: time.Now(), Step: client.StepAccepted}}); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(out.String(), "\n"); len(lines) < 5 || lines[1] != "why it waits" || lines[2] != "no report for 2 hours" {
		t.Errorf("printed %q", out.String())
	}
}
