package main

import (
	"testing"

	"goniec/catalogue"
	"goniec/reply"
	"goniec/reply/reader"
)

func TestReasonsHaveWords(t *testing.T) {
	t.Parallel()
	for _, reason := range reply.Reasons() {
		if key := catalogue.Key("waits." + reason); !catalogue.Has(key) {
			t.Errorf("%s has no words", key)
		}
	}
}

func TestAnswersHaveWords(t *testing.T) {
	t.Parallel()
	for _, value := range []reader.Value{reader.Yes, reader.No, reader.Unclear, reader.Chosen, reader.Counted, reader.Written} {
		if key := catalogue.Key("answer." + value); !catalogue.Has(key) {
			t.Errorf("%s has no words", key)
		}
	}
}
