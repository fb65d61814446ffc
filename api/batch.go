package api

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"goniec/accept"
	"goniec/api/client"
)

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

// batchEntry is one message of a batch as it was read, and what is wrong with it.
type batchEntry struct {
	message client.MessageRequest
	wrong   []fieldProblem
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
	accept.OnAllCores(len(entries), func(i int) {
		entries[i].message, entries[i].wrong, errs[i] = r.messages.parse(batch.Messages[i])
	})
	if err := errors.Join(errs...); err != nil { // it is JSON, or the whole would not have been
		return nil, nil, malformed(data, err)
	}
	return entries, whole, nil
}
