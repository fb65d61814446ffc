package rest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Unplus restores the plus that a query string turns into a space unless it is
// written as %2B.
func Unplus(number string) string {
	if rest, ok := strings.CutPrefix(number, " "); ok {
		return "+" + rest
	}
	return number
}

// NextLink is the header Link to the next page (RFC 8288).
func NextLink(path, next string, query url.Values) string {
	if next == "" {
		return ""
	}
	query.Set("cursor", next)
	return "<" + path + "?" + query.Encode() + `>; rel="next"`
}

// SetPage puts what a list was asked for into the query of the link to its next page.
func SetPage(query url.Values, since, until time.Time, limit int) {
	if !since.IsZero() {
		query.Set("since", since.Format(time.RFC3339Nano))
	}
	if !until.IsZero() {
		query.Set("until", until.Format(time.RFC3339Nano))
	}
	query.Set("limit", strconv.Itoa(limit))
}

// SetQuery sets a parameter of a query, unless it is empty.
func SetQuery(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}

// filterMark is how many bytes of a filter's hash stand in a cursor.
const filterMark = 6

// WriteCursor makes a cursor of the place where a page ended. It holds a mark of
// the filter, because the place means nothing with another one.
func WriteCursor(place string, filter any) string {
	if place == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(markOf(filter), place...))
}

// ReadCursor returns the place that a cursor stands for.
func ReadCursor(cursor string, filter any) (string, *Problem) {
	if cursor == "" {
		return "", nil
	}
	data, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(data) <= filterMark || !bytes.Equal(data[:filterMark], markOf(filter)) {
		return "", Invalid(FieldProblem{In: "query", Field: "cursor", Code: CodeCursorInvalid})
	}
	return string(data[filterMark:]), nil
}

func markOf(filter any) []byte {
	data, err := json.Marshal(filter)
	if err != nil {
		return make([]byte, filterMark) // filters are plain data and always encode
	}
	sum := sha256.Sum256(data)
	return sum[:filterMark]
}
