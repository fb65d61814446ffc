package api

import (
	"encoding/json"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"goniec/api/client"
	"goniec/queue"
)

// batchEntry is one message of a batch as it was read, what the queue is to take of
// it, and what is wrong with it.
type batchEntry struct {
	message client.MessageRequest
	draft   queue.Draft
	wrong   []fieldProblem
}

// drafts returns entries with their drafts: most of the time of a batch goes into
// reading the numbers.
func (s *Server) drafts(entries []batchEntry) []batchEntry {
	onAllCores(len(entries), func(i int) {
		e := &entries[i]
		e.draft, _, e.wrong = s.draft(e.message, e.wrong)
	})
	return entries
}

// batchReader reads batches. One message that cannot be read does not spoil the
// others, so they are read one by one.
type batchReader struct {
	shell    *huma.Schema // of the body without its messages
	messages bodyReader[client.MessageRequest]
}

func newBatchReader(registry huma.Registry, messages bodyReader[client.MessageRequest]) batchReader {
	full := registry.SchemaFromRef(registry.Schema(reflect.TypeFor[client.BatchRequest](), true, "").Ref)
	list := *full.Properties["messages"]
	list.Items = nil
	shell := &huma.Schema{Type: full.Type, Required: full.Required, Properties: map[string]*huma.Schema{"messages": &list}}
	return batchReader{shell: shell, messages: messages}
}

// read returns the messages of a batch, and the whole of it as it was decoded.
func (r batchReader) read(contentType string, body []byte) (entries []batchEntry, whole any, p *problem) {
	data, p := jsonOf(contentType, body)
	if p != nil {
		return nil, nil, p
	}
	whole, twice, err := decodeLoose(data)
	if err != nil {
		return nil, nil, malformed(data, err)
	}
	check := checker{registry: r.messages.registry}
	if slices.Contains(twice, "/messages") { // the other names are told with their message
		check.add("/messages", CodeDuplicateField)
	}
	check.value(r.shell, whole, "")
	if len(check.found) > 0 {
		return nil, nil, invalid(check.found...)
	}
	var batch struct {
		Messages []json.RawMessage `json:"messages"`
	}
	if err := json.Unmarshal(data, &batch); err != nil {
		return nil, nil, malformed(data, err)
	}
	entries = make([]batchEntry, len(batch.Messages))
	errs := make([]error, len(entries))
	onAllCores(len(entries), func(i int) {
		entries[i].message, entries[i].wrong, errs[i] = r.messages.parse(batch.Messages[i])
	})
	if err := errors.Join(errs...); err != nil { // it is JSON, or the whole would not have been
		return nil, nil, malformed(data, err)
	}
	return entries, whole, nil
}

// aloneUpTo is how many items one goroutine does before others help.
const aloneUpTo = 50

// onAllCores does each of count items, a share on each core. Items have nothing to do
// with one another. A panic comes out in the goroutine of the caller, as it would if
// there were no other.
func onAllCores(count int, do func(i int)) {
	share := max(aloneUpTo, (count+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	shares := (count + share - 1) / share
	panics := make([]any, shares)
	var group sync.WaitGroup
	for k := range shares {
		group.Go(func() {
			defer func() { panics[k] = recover() }()
			for i := k * share; i < min(count, (k+1)*share); i++ {
				do(i)
			}
		})
	}
	group.Wait()
	for _, p := range panics {
		if p != nil {
			panic(p)
		}
	}
}
