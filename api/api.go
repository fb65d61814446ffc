// Package api assembles the REST API: its OpenAPI document and its resources, each a
// package beside this one with a Register method.
//
// It owns the wire format, whose types are those of package client. It owns no rule
// about messages: a handler binds, calls one function of queue, gateway or another
// package that owns the rule, and renders.
package api

import "goniec/api/rest"

// documentVersion is the version of the API, not of the program.
const documentVersion = "1.0.0"

const documentDescription = `Texts go in here and out by modem; delivery reports and replies come back.

Send ` + "`Authorization: Bearer TOKEN`" + `. Make a token with ` + "`goniec token create`" + `. Bodies are JSON in UTF-8, times RFC 3339,
numbers E.164. Errors are ` + "`application/problem+json`" + ` (RFC 9457): look at ` + "`code`" + `, show ` + "`detail`" + `, which comes in
the language of ` + "`Accept-Language`" + ` (pl, en, es). They never repeat a text or a number. Fields may be added to answers: ignore those
you do not know. Fields that we do not know in requests are errors.`

// Resource is a group of operations, such as messages.Resource.
type Resource interface {
	// Register adds the operations to s.
	Register(s *rest.Server)
}

// New returns a server of the resources with their document. It sets the Document of c.
func New(c rest.Config, resources ...Resource) *rest.Server {
	c.Document = rest.Document{
		Title: "Goniec", Version: documentVersion, Description: documentDescription,
		Tags: []rest.Tag{
			{Name: "Messages", Description: "What goes out."},
			{Name: "Inbox", Description: "What came in."},
			{Name: "Consent", Description: "Who must not be written to."},
			{Name: "Modems", Description: "The devices that carry it."},
			{Name: "Box", Description: "What concerns all of it: alarms and the clock."},
			{Name: "Events", Description: "What happens, as it happens."},
			{Name: "Webhooks", Description: "Programs that are told what happens."},
			{Name: "Tokens", Description: "Who may do what."},
			{Name: "Health", Description: "For supervisors and monitoring."},
		},
	}
	s := rest.New(c)
	for _, r := range resources {
		r.Register(s)
	}
	s.Finish()
	return s
}
