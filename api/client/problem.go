package client

import (
	"fmt"
	"strings"
)

// Problem is an error of the API, RFC 9457. Code is for programs, Detail for people. A
// Problem contains no text or number of the request.
type Problem struct {
	Type     string         `json:"type" format:"uri-reference" example:"/docs#problem-invalid_request" doc:"Where the problem is explained."`
	Title    string         `json:"title" example:"Unprocessable Entity" doc:"The HTTP status in words."`
	Status   int            `json:"status" example:"422" doc:"HTTP status."`
	Code     string         `json:"code" example:"invalid_request" doc:"Stable; made for programs."`
	Detail   string         `json:"detail" doc:"What happened and what to do, in the language of Accept-Language."`
	Instance string         `json:"instance,omitempty" doc:"The id of the request, as in the log and in X-Request-Id."`
	Errors   []FieldProblem `json:"errors,omitempty" nullable:"false" doc:"Each field that is wrong."`
}

// FieldProblem is the error of one field.
type FieldProblem struct {
	Field   string `json:"field" example:"to" doc:"The field of the body, or the query parameter or header."`
	In      string `json:"in" enum:"body,query,header,path,gateway" doc:"Where that field is; gateway: what is missing to be ready."`
	Pointer string `json:"pointer,omitempty" example:"/to" doc:"JSON pointer (RFC 6901) into the body."`
	Code    string `json:"code" example:"number_invalid" doc:"Stable; made for programs."`
	Detail  string `json:"detail" doc:"What is wrong and the remedy."`
	Line    int    `json:"line,omitempty" doc:"Line of the body, for JSON that cannot be read."`
	Column  int    `json:"column,omitempty" doc:"Column of that line in bytes, from 1."`
}

// Error returns the detail with every field problem, in the language that the
// server answered in.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Detail)
	for _, e := range p.Errors {
		fmt.Fprintf(&b, "\n  %s: %s", e.Field, e.Detail)
	}
	return b.String()
}
