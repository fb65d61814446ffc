package rest

import (
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// joinRepeated prepares the query string for an operation. A parameter that is a list may
// be written status=a,b or status=a&status=b; huma reads only the first form, so the
// second is converted to it. Any other parameter that is repeated is a problem.
func joinRepeated(c echo.Context, op *huma.Operation) *Problem {
	query := c.Request().URL.Query()
	var wrong []FieldProblem
	joined := false
	for name, values := range query {
		if len(values) < 2 {
			continue
		}
		if isList(op, name) {
			query[name] = []string{strings.Join(values, ",")}
			joined = true
		} else {
			wrong = append(wrong, FieldProblem{In: "query", Field: presentable(name), Code: CodeDuplicateParameter})
		}
	}
	if len(wrong) > 0 {
		slices.SortFunc(wrong, func(a, b FieldProblem) int { return strings.Compare(a.Field, b.Field) })
		return Invalid(wrong[:min(len(wrong), maxFound)]...)
	}
	if joined {
		c.Request().URL.RawQuery = query.Encode()
	}
	return nil
}

// isList reports whether a query parameter of an operation takes several values.
func isList(op *huma.Operation, name string) bool {
	return slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool {
		return p.In == "query" && p.Name == name && p.Schema != nil && p.Schema.Type == huma.TypeArray
	})
}
