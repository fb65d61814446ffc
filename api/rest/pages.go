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

// Unplus restores a plus that was written as + in a query string and decoded as a
// space.
func Unplus(number string) string {
	if rest, ok := strings.CutPrefix(number, " "); ok {
		return "+" + rest
	}
	return number
}

// NextLink returns the Link header of the next page (RFC 8288).
func NextLink(path, next string, query url.Values) string {
	if next == "" {
		return ""
	}
	query.Set("cursor", next)
	return "<" + path + "?" + query.Encode() + `>; rel="next"`
}

// SetPage sets the parameters of a list in the query of the link to its next page.
func SetPage(query url.Values, since, until time.Time, limit int) {
	if !since.IsZero() {
		query.Set("since", since.Format(time.RFC3339Nano))
	}
	if !until.IsZero() {
		query.Set("until", until.Format(time.RFC3339Nano))
	}
	query.Set("limit", strconv.Itoa(limit))
}

// SetQuery sets a query parameter unless value is empty.
func SetQuery(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}

// filterMark is the length of the filter's hash in a cursor, in bytes.
const filterMark = 6

// WriteCursor returns the cursor of the end of a page. It contains a hash of the
// filter, because a cursor is valid with its own filter only.
func WriteCursor(place string, filter any) string {
	if place == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(markOf(filter), place...))
}

// ReadCursor returns the place of a cursor.
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
