package event_test

import (
	"encoding/json"
	"errors"
	"testing"

	"goniec/event"
)

// joined is a fact with a type of its own.
type joined struct {
	ID string `json:"id"`
}

func (joined) EventType() string { return "person.joined" }
func (f joined) About() []string { return []string{f.ID} }

func TestDecode(t *testing.T) {
	t.Parallel()
	kinds := event.Kinds{{Fact: joined{}}}
	for _, c := range []struct {
		name, typ, data string
		want            joined
		fails, mistyped bool
	}{
		{name: "as appended", typ: "person.joined", data: `{"id":"p1"}`, want: joined{ID: "p1"}},
		{name: "with a field of a newer version", typ: "person.joined", data: `{"id":"p1","age":7}`, want: joined{ID: "p1"}},
		{name: "of another type", typ: "person.left", data: `{"id":"p1"}`, fails: true, mistyped: true},
		{name: "of another shape", typ: "person.joined", data: `{"id":1}`, fails: true},
		{name: "without data", typ: "person.joined", fails: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := event.Event{Box: "a", Seq: 1, Type: c.typ, Data: json.RawMessage(c.data)}
			fact, err := event.Decode[joined](e)
			if (err != nil) != c.fails || errors.Is(err, event.ErrType) != c.mistyped || !c.fails && fact != c.want {
				t.Errorf("Decode = %+v, %v", fact, err)
			}
			listed, err := kinds.Decode(e)
			if (err != nil) != c.fails || errors.Is(err, event.ErrType) != c.mistyped || !c.fails && listed != event.Fact(c.want) {
				t.Errorf("Kinds.Decode = %+v, %v", listed, err)
			}
		})
	}
}
