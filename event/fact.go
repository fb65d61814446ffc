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

// Fact is what an event tells. The package that appends an event declares its fact as
// a struct, whose JSON object is stored and shown to other programs: field names and
// meanings stay as they are once released. A fact holds ids, never a text of a message
// and never a phone number. The tag doc describes a field for people.
type Fact interface {
	// EventType names what happened: "message.sent".
	EventType() string
	// About returns the ids of what the fact is about, the most telling one first: the
	// id of a message, "modem sim-a". Webhooks keep the order of facts about one thing.
	// nil means that all facts of the type are about one thing.
	About() []string
}

// Decode returns the fact that e tells. It returns ErrType if the type of e is not that
// of the fact, and an error if the data of e is not a fact of this type.
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
	// Fact has the type, and is otherwise empty. Its Go type is that of all facts of the
	// type of event.
	Fact Fact
	// Meaning says when the event is appended: one English sentence.
	Meaning string
}

// Kinds lists types of events, each once. A package that appends events lists its own
// by a function Facts.
type Kinds []Kind

// Decode returns the fact that e tells, a struct of the Go type that is listed for the
// type of e, or ErrType if none is.
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
