package app

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/app/migrate"
	"goniec/configs"
	"goniec/event"
	"goniec/gateway"
	"goniec/inbox"
	"goniec/modem"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/store/boltstore"
	"goniec/suppression"
	"goniec/webhook"
)

// wireFacts are facts with every field set, and with none but those that are always
// written, each with its JSON, which programs of others read.
func wireFacts() []struct {
	fact event.Fact
	json string
} {
	at := time.Date(2026, 11, 25, 13, 0, 0, 0, time.UTC)
	none := 0
	answered := reply.QuestionAnswered{
		ID: "m1", Reference: "visit-17", InboundID: "i1", Value: reader.Counted, Choice: 2, Number: &none, Intents: []reader.Intent{"late"}, LateMinutes: 10,
		Rule: "r", Match: "only", Confidence: "high", Changed: true, Previous: reader.Yes,
	}
	answeredJSON := `{"id":"m1","reference":"visit-17","inbound_id":"i1","value":"number","choice":2,"number":0,"intents":["late"],"late_minutes":10,` +
		`"rule":"r","matched":"only","confidence":"high","changed":true,"previous":"yes"}`
	return []struct {
		fact event.Fact
		json string
	}{
		{
			queue.MessageChanged{ID: "m1", Reference: "visit-17", Origin: queue.OriginAPI, Status: queue.StatusHeld, Modem: "sim-a", Parts: 2, ErrorCode: "quiet_hours", RetryAt: at},
			`{"id":"m1","reference":"visit-17","origin":"api","status":"held","modem":"sim-a","parts":2,"error_code":"quiet_hours","retry_at":"2026-11-25T13:00:00Z"}`,
		},
		{queue.MessageChanged{ID: "m1", Origin: queue.OriginReply, Status: queue.StatusScheduled}, `{"id":"m1","origin":"reply","status":"scheduled","parts":0}`},
		{
			queue.MessageChanged{ID: "m1", Origin: queue.OriginSelfTest, Status: queue.StatusFailed, Parts: 1, ErrorCode: "cms_1", Final: true},
			`{"id":"m1","origin":"self_test","status":"failed","parts":1,"error_code":"cms_1","final":true}`,
		},
		{inbox.Received{ID: "i1", Modem: "sim-a", Complete: true, Updated: true}, `{"id":"i1","modem":"sim-a","complete":true,"updated":true}`},
		{inbox.Received{}, `{"id":"","modem":"","complete":false}`},
		{inbox.PDURejected{Modem: "sim-a", Hash: "h"}, `{"modem":"sim-a","hash":"h"}`},
		{queue.ReportOrphaned{Modem: "sim-a", MR: 255, Status: 70}, `{"modem":"sim-a","mr":255,"report_status":70}`},
		{inbox.CallMissed{ID: "c1", Modem: "sim-a", Rings: 3, MessageID: "m1"}, `{"id":"c1","modem":"sim-a","rings":3,"message_id":"m1"}`},
		{inbox.CallMissed{}, `{"id":"","modem":"","rings":0}`},
		{suppression.Added{ID: "s1", Purpose: suppression.Care, Source: suppression.FromSMS}, `{"id":"s1","purpose":"care","source":"sms"}`},
		{suppression.Removed{ID: "s1", Purpose: suppression.All, Source: suppression.FromAPI}, `{"id":"s1","purpose":"all","source":"api"}`},
		{queue.NumberErased{ID: "e1", Messages: 1, Received: 2, Calls: 3, Talks: 4}, `{"id":"e1","messages":1,"received":2,"calls":3,"conversations":4}`},
		{answered, answeredJSON},
		{reply.QuestionUnclear(answered), answeredJSON},
		{reply.QuestionAnswered{}, `{"id":"","inbound_id":"","value":"","rule":"","matched":"","confidence":""}`},
		{reply.QuestionExpired{ID: "m1", Reference: "visit-17", Unclear: true}, `{"id":"m1","reference":"visit-17","unclear":true}`},
		{reply.QuestionExpired{}, `{"id":""}`},
		{reply.QuestionClosed{ID: "m1", Reference: "visit-17", Reason: reply.CloseFailed, ErrorCode: "cms_1"}, `{"id":"m1","reference":"visit-17","reason":"failed","error_code":"cms_1"}`},
		{reply.QuestionClosed{}, `{"id":"","reason":""}`},
		{
			reply.ConversationUpdated{ID: "t1", State: reply.ConversationWaiting, Reason: "none", Unread: 2, AssignedTo: "ana", InboundID: "i1"},
			`{"id":"t1","state":"waiting","reason":"none","unread":2,"assigned_to":"ana","inbound_id":"i1"}`,
		},
		{reply.ConversationUpdated{}, `{"id":"","state":"","unread":0}`},
		{gateway.StateChanged{Modem: "sim-a", State: modem.Parked, Code: "sim_pin"}, `{"modem":"sim-a","state":"parked","code":"sim_pin"}`},
		{gateway.StateChanged{}, `{"modem":"","state":""}`},
		{gateway.AlarmChanged{Modem: "sim-a", Code: "weak_signal", Over: true}, `{"modem":"sim-a","code":"weak_signal","over":true}`},
		{gateway.CardMoved{Modem: "sim-a", SIM: "1234", From: "sim-b", Was: "5678"}, `{"modem":"sim-a","sim":"1234","from":"sim-b","before":"5678"}`},
		{gateway.CardMoved{}, `{"modem":"","sim":""}`},
		{webhook.Disabled{Webhook: "his"}, `{"webhook":"his"}`},
		{webhook.Tested{Webhook: "his"}, `{"webhook":"his"}`},
		{AlarmChanged{Code: "store_failed"}, `{"code":"store_failed","over":false}`},
	}
}

// TestFactsOnTheWire holds each fact against the JSON that programs of others know, in
// both directions.
func TestFactsOnTheWire(t *testing.T) {
	t.Parallel()
	pinned := map[reflect.Type]bool{}
	for _, c := range wireFacts() {
		pinned[reflect.TypeOf(c.fact)] = true
		encoded, err := json.Marshal(c.fact)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.json, string(encoded)); diff != "" {
			t.Errorf("%T:\n%s", c.fact, diff)
		}
		typ := c.fact.EventType()
		back, err := Facts().Decode(event.Event{Type: typ, Data: encoded})
		if err != nil || !reflect.DeepEqual(back, c.fact) {
			t.Errorf("%s is read as %+v, %v", c.json, back, err)
		}
	}
	for _, kind := range Facts() {
		if !pinned[reflect.TypeOf(kind.Fact)] {
			t.Errorf("the JSON of %T is held by no test", kind.Fact)
		}
	}
}

// TestFactsAreDescribed: all that other programs are told has a meaning, and so has
// each of its fields.
func TestFactsAreDescribed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, kind := range Facts() {
		typ := kind.Fact.EventType()
		if seen[typ] || kind.Meaning == "" {
			t.Errorf("%s is listed twice, or has no meaning", typ)
		}
		seen[typ] = true
		for field := range reflect.TypeOf(kind.Fact).Fields() {
			if field.Tag.Get("doc") == "" || field.Tag.Get("json") == "" {
				t.Errorf("%s: field %s has no description or no name", typ, field.Name)
			}
		}
	}
}

// TestFactsNameTheirValues: a field of a named type lists the values that the source declares,
// but for two types, whose values docs/replies.md lists.
func TestFactsNameTheirValues(t *testing.T) {
	t.Parallel()
	listed := 0
	for _, kind := range Facts() {
		for field := range reflect.TypeOf(kind.Fact).Fields() {
			typ := field.Type
			if typ.Kind() == reflect.Slice {
				typ = typ.Elem()
			}
			if typ.Kind() != reflect.String || typ.PkgPath() == "" || typ == reflect.TypeFor[reader.Rule]() || typ == reflect.TypeFor[reply.Match]() {
				continue
			}
			listed++
			want := constants(t, typ)
			if got := strings.Split(field.Tag.Get("enum"), ","); !cmp.Equal(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))) {
				t.Errorf("%s: %s lists %q, and the source declares %q", kind.Fact.EventType(), field.Name, got, want)
			}
		}
	}
	if listed == 0 {
		t.Error("no field lists its values")
	}
}

// constants returns the values of the constants of a type of strings, read from its source.
func constants(t *testing.T, typ reflect.Type) (values []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", strings.TrimPrefix(typ.PkgPath(), "goniec/"), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			name, _ := spec.Type.(*ast.Ident)
			if value, ok := spec.Values[0].(*ast.BasicLit); ok && name != nil && name.Name == typ.Name() {
				values = append(values, strings.Trim(value.Value, `"`))
			}
			return true
		})
	}
	return values
}

// TestFactsAreListed looks through the source for types that can be appended to the log
// of events: each is listed, and of messages each status.
func TestFactsAreListed(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	types := map[string]bool{}
	for _, kind := range Facts() {
		typ := reflect.TypeOf(kind.Fact)
		listed[typ.PkgPath()+"."+typ.Name()] = true
		types[kind.Fact.EventType()] = true
	}
	declared := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		pkg := "goniec/" + strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "EventType" {
				declared[fmt.Sprintf("%s.%s", pkg, f.Recv.List[0].Type)] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(types)), slices.Sorted(slices.Values(configs.EventTypes()))); diff != "" {
		t.Errorf("listed by Facts and known to the configuration differ:\n%s", diff)
	}
	for _, status := range queue.Statuses() {
		if typ := (queue.MessageChanged{Status: status}).EventType(); !types[typ] {
			t.Errorf("%s is not listed", typ)
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(declared)), slices.Sorted(maps.Keys(listed))); diff != "" {
		t.Errorf("declared in the source and listed by Facts differ:\n%s", diff)
	}
}

// TestOldFacts reads every event in the data of each schema, and writes it again octet
// by octet as it was.
func TestOldFacts(t *testing.T) {
	t.Parallel()
	for number := 1; number <= migrate.Schema; number++ {
		t.Run(fmt.Sprintf("schema %d", number), func(t *testing.T) {
			t.Parallel()
			s, _, err := openStore(t.Context(), unpack(t, fmt.Sprintf("schema-%d.db.gz", number)), nil, boltstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			events, err := event.New(s, formerBox).After(t.Context(), "", 0)
			if err != nil || len(events) == 0 {
				t.Fatalf("%d events, %v", len(events), err)
			}
			for _, e := range events {
				fact, err := Facts().Decode(e)
				if err != nil {
					t.Error(err)
					continue
				}
				encoded, err := json.Marshal(fact)
				if diff := cmp.Diff(string(e.Data), string(encoded)); diff != "" || err != nil {
					t.Errorf("%s, %v:\n%s", e.Type, err, diff)
				}
			}
		})
	}
}

// TestSubjects: events about one number have that number as their subject, whichever of
// their ids leads to it; all others something of their own.
func TestSubjects(t *testing.T) {
	t.Parallel()
	s, _, err := openStore(t.Context(), unpack(t, fmt.Sprintf("schema-%d.db.gz", migrate.Schema)), nil, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	q, err := queue.New(queue.Config{Store: s, Events: event.New(s, formerBox), Box: formerBox})
	if err != nil {
		t.Fatal(err)
	}
	messages, _, err := q.Messages(t.Context(), queue.Filter{}, "", 1)
	if err != nil || len(messages) == 0 {
		t.Fatal(messages, err)
	}
	b, err := inbox.New(inbox.Config{Store: s, Events: event.New(s, formerBox), Queue: q})
	if err != nil {
		t.Fatal(err)
	}
	texts, _, err := b.Page(t.Context(), inbox.Filter{}, "", 1)
	if err != nil || len(texts) == 0 {
		t.Fatal(texts, err)
	}
	out, in := messages[0].ID, texts[0].ID
	to, from := messages[0].To.String(), texts[0].From.String()
	c := conversations{q, b, Facts()}
	for _, row := range []struct {
		name string
		fact event.Fact
		want string
	}{
		{"a message", queue.MessageChanged{ID: out, Status: queue.StatusSent, Modem: "sim-a"}, to},
		{"a message that was removed", queue.MessageChanged{ID: "gone", Status: queue.StatusSent, Modem: "sim-a"}, "gone"},
		{"a text that has come", inbox.Received{ID: in, Modem: "sim-a"}, from},
		{"an answer", reply.QuestionAnswered{ID: out, InboundID: in}, to},
		{"an answer to a question that was removed", reply.QuestionAnswered{ID: "gone", InboundID: in}, from},
		{"no answer", reply.QuestionExpired{ID: out}, to},
		{"no answer to come", reply.QuestionClosed{ID: out}, to},
		{"something unclear", reply.QuestionUnclear{ID: out, InboundID: in}, to},
		{"a conversation with a new text", reply.ConversationUpdated{ID: "t1", InboundID: in}, from},
		{"a conversation", reply.ConversationUpdated{ID: "t1"}, "t1"},
		{"a call", inbox.CallMissed{ID: "c1", Modem: "sim-a"}, "c1"},
		{"a call that was answered", inbox.CallMissed{ID: "c1", Modem: "sim-a", MessageID: out}, to},
		{"a suppression", suppression.Added{ID: "s1"}, "s1"},
		{"the end of a suppression", suppression.Removed{ID: "s1"}, "s1"},
		{"an erasure", queue.NumberErased{ID: "e1"}, "e1"},
		{"a PDU", inbox.PDURejected{Modem: "sim-a"}, "modem sim-a"},
		{"a report", queue.ReportOrphaned{Modem: "sim-a"}, "modem sim-a"},
		{"a state", gateway.StateChanged{Modem: "sim-a"}, "modem sim-a"},
		{"an alarm of a modem", gateway.AlarmChanged{Modem: "sim-a"}, "modem sim-a"},
		{"a SIM", gateway.CardMoved{Modem: "sim-a", From: "sim-b"}, "modem sim-a"},
		{"an alarm", AlarmChanged{Code: "store_failed"}, "alarm"},
		{"a webhook", webhook.Disabled{Webhook: "his"}, "webhook.disabled"},
	} {
		data, err := json.Marshal(row.fact)
		if err != nil {
			t.Fatal(err)
		}
		e := event.Event{Type: row.fact.EventType(), Data: data}
		if got := c.of(t.Context(), e); got != row.want {
			t.Errorf("subject of %s is %q, want %q", row.name, got, row.want)
		}
	}
	for _, e := range []event.Event{{Type: "of.another.version", Data: json.RawMessage(`{"id":"x"}`)}, {Type: "message.sent", Data: json.RawMessage(`[]`)}} {
		if got := c.of(t.Context(), e); got != e.Type {
			t.Errorf("subject of %s %s is %q", e.Type, e.Data, got)
		}
	}
}
