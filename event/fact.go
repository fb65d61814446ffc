package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// ErrType is returned by Decode for an event of another type, and by Kinds.Decode for
// a type that is not listed.
var ErrType = errors.New("event is not of this type")

// Fact is the content of an event. The package that appends the event declares its fact as a
// struct, whose JSON object is stored and shown to other programs: field names and meanings
// are fixed once released. A fact holds ids, never a text of a message or a phone number. The
// tag doc describes a field for people.
type Fact interface {
	// EventType returns the type of the event: "message.sent".
	EventType() string
	// About returns the ids that the fact is about, the most specific first: a message id,
	// "modem sim-a". Webhooks keep the order of facts about one id. nil means that all facts
	// of the type are about one thing.
	About() []string
}

// Decode returns the fact of e. The error is ErrType if e is of another type than T, or that
// of the JSON decoder.
func Decode[T Fact](e Event) (T, error) {
	var fact T
	if err := json.Unmarshal(e.Data, &fact); err != nil {
		return fact, fmt.Errorf("decode event %s (%s): %w", e.ID(), e.Type, err)
	}
	if typ := fact.EventType(); typ != e.Type {
		return fact, fmt.Errorf("decode event %s (%s) as %s: %w", e.ID(), e.Type, typ, ErrType)
	}
	return fact, nil
}

// Kind describes one type of event.
type Kind struct {
	// Fact is an empty value of the Go type of all facts of this kind.
	Fact Fact
	// Meaning says in one English sentence when the event is appended.
	Meaning string
}

// Kinds lists types of events, each once. A package that appends events returns its own from a
// function Facts.
type Kinds []Kind

// Decode returns the fact of e as a struct of the listed Go type, or ErrType if the type of e
// is not listed.
func (k Kinds) Decode(e Event) (Fact, error) {
	for _, kind := range k {
		if kind.Fact.EventType() != e.Type {
			continue
		}
		value := reflect.New(reflect.TypeOf(kind.Fact))
		if err := json.Unmarshal(e.Data, value.Interface()); err != nil {
			return nil, fmt.Errorf("decode event %s (%s): %w", e.ID(), e.Type, err)
		}
		fact, _ := value.Elem().Interface().(Fact)
		return fact, nil
	}
	return nil, fmt.Errorf("decode event %s (%s): %w", e.ID(), e.Type, ErrType)
}
