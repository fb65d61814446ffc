package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"goniec/accept"
	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
)

// Words and a number that must come back from nowhere.
const (
	secretText   = "Wynik-dodatni-Kowalskiej"
	secretNumber = "600123987"
)

func TestBadInputNamesTheFieldAndTheRemedy(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend)
	good := `"to":"+48` + secretNumber + `"`
	for name, test := range map[string]struct {
		body   string
		header []string
		status int
		code   rest.Code
		field  rest.Code // code of the only field problem
		at     string    // its pointer
	}{
		"empty text":           {body: `{` + good + `,"text":""}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeTextEmpty), at: "/text"},
		"text of spaces":       {body: `{` + good + `,"text":"  \u00a0\n"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeTextEmpty), at: "/text"},
		"no text":              {body: `{` + good + `}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeRequired, at: "/text"},
		"null text":            {body: `{` + good + `,"text":null}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeRequired, at: "/text"},
		"text is a number":     {body: `{` + good + `,"text":5}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeWrongType, at: "/text"},
		"text is an object":    {body: `{` + good + `,"text":{"a":"` + secretText + `"}}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeWrongType, at: "/text"},
		"invalid UTF-8":        {body: `{` + good + `,"text":"` + secretText + "\xff\"}", status: 400, code: rest.CodeInvalidUTF8, field: rest.CodeInvalidUTF8, at: "/text"},
		"UTF-16":               {body: "\xff\xfe{\x00}\x00", status: 400, code: rest.CodeInvalidUTF8, field: rest.CodeInvalidUTF8, at: ""},
		"half an emoji":        {body: `{` + good + `,"text":"` + secretText + `\ud83d"}`, status: 400, code: rest.CodeInvalidUTF8, field: rest.CodeInvalidUTF8, at: "/text"},
		"low half first":       {body: `{` + good + `,"text":"\udc00 \ud83d\ude00"}`, status: 400, code: rest.CodeInvalidUTF8, field: rest.CodeInvalidUTF8, at: "/text"},
		"control character":    {body: `{` + good + `,"text":"a\u0007"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeTextControl), at: "/text"},
		"not in GSM 7-bit":     {body: `{` + good + `,"text":"zażółć","encoding":"gsm7"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeTextNotGSM7), at: "/text"},
		"300 kB of text":       {body: `{` + good + `,"text":"` + strings.Repeat(secretText+" ", 300_000/25) + `"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeTextTooManyParts), at: "/text"},
		"more than a mebibyte": {body: `{` + good + `,"text":"` + strings.Repeat("x", 1<<20) + `"}`, status: 413, code: rest.CodeBodyTooLarge},
		"impossible number":    {body: `{"to":"` + secretNumber + secretNumber + `","text":"x"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeNumberInvalid), at: "/to"},
		"letters as number":    {body: `{"to":"` + secretText + `","text":"x"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeNumberInvalid), at: "/to"},
		"two numbers":          {body: `{"to":"` + secretNumber + `/601100200","text":"x"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeNumberTwo), at: "/to"},
		"empty number":         {body: `{"to":"","text":"x"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeEmpty, at: "/to"},
		"foreign country":      {body: `{"to":"+12125550123","text":"x"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeNumberCountry), at: "/to"},
		"premium rate":         {body: `{"to":"+48700123456","text":"x"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeNumberPremium), at: "/to"},
		"short code":           {body: `{"to":"7234","text":"x"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeNumberShortCode), at: "/to"},
		"emergency number":     {body: `{"to":"112","text":"x"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeNumberEmergency), at: "/to"},
		"number as a number":   {body: `{"to":` + secretNumber + `,"text":"x"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeWrongType, at: "/to"},
		"malformed JSON":       {body: `{` + good + `,"text":"` + secretText + `",}`, status: 400, code: rest.CodeMalformedJSON, field: rest.CodeMalformedJSON, at: ""},
		"JSON cut short":       {body: `{` + good + `,"text":"` + secretText, status: 400, code: rest.CodeMalformedJSON, field: rest.CodeMalformedJSON, at: "/text"},
		"two values":           {body: `{` + good + `,"text":"x"} {}`, status: 400, code: rest.CodeMalformedJSON, field: rest.CodeMalformedJSON, at: ""},
		"a list":               {body: `[{` + good + `,"text":"x"}]`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeWrongType, at: ""},
		"no body":              {header: []string{"Content-Type", "application/json"}, status: 400, code: rest.CodeBodyRequired},
		"only spaces":          {body: "  \n", status: 400, code: rest.CodeBodyRequired},
		"unknown field":        {body: `{` + good + `,"text":"x","template":"t"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeUnknownField, at: "/template"},
		"field in capitals":    {body: `{` + good + `,"text":"x","Text":"y"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeUnknownField, at: "/Text"},
		"a number as a name":   {body: `{` + good + `,"text":"x","` + secretNumber + `":1}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeUnknownField, at: "/?"},
		"a sentence as a name": {body: `{` + good + `,"text":"x","Pani ` + secretText + `":1}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeUnknownField, at: "/?"},
		"unknown priority":     {body: `{` + good + `,"text":"x","priority":"` + secretText + `"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeNotOneOf, at: "/priority"},
		"unknown encoding":     {body: `{` + good + `,"text":"x","encoding":"latin"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeNotOneOf, at: "/encoding"},
		"unknown purpose":      {body: `{` + good + `,"text":"x","purpose":"fun"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeNotOneOf, at: "/purpose"},
		"unknown modem":        {body: `{` + good + `,"text":"x","modem":"sim-z"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeModemUnknown), at: "/modem"},
		"long reference":       {body: `{` + good + `,"text":"x","reference":"` + strings.Repeat("r", 129) + `"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeTooLong, at: "/reference"},
		"reference in octets":  {body: `{` + good + `,"text":"x","reference":"` + strings.Repeat("ż", 65) + `"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeTooLong, at: "/reference"},
		"time without zone":    {body: `{` + good + `,"text":"x","send_at":"2026-11-23T08:00:00"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeNotATime, at: "/send_at"},
		"expired already":      {body: `{` + good + `,"text":"x","expires_at":"2020-01-01T00:00:00Z"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeExpiresInPast), at: "/expires_at"},
		"send_at in 2126":      {body: `{` + good + `,"text":"x","send_at":"2126-01-01T00:00:00Z"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.Code(accept.CodeSendAtTooFar), at: "/send_at"},
		"flash is a word":      {body: `{` + good + `,"text":"x","flash":"yes"}`, status: 422, code: rest.CodeInvalidRequest, field: rest.CodeWrongType, at: "/flash"},
		"form data":            {body: "to=" + secretNumber, header: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, code: rest.CodeContentType},
		"key with a newline":   {body: `{` + good + `,"text":"x"}`, header: []string{"Idempotency-Key", "\"ż\""}, status: 400, code: rest.CodeKeyInvalid},
		"empty key":            {body: `{` + good + `,"text":"x"}`, header: []string{"Idempotency-Key", ""}, status: 400, code: rest.CodeKeyInvalid},
		"key of spaces":        {body: `{` + good + `,"text":"x"}`, header: []string{"Idempotency-Key", "  "}, status: 400, code: rest.CodeKeyInvalid},
		"key without its end":  {body: `{` + good + `,"text":"x"}`, header: []string{"Idempotency-Key", `"half`}, status: 400, code: rest.CodeKeyInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := g.ask(t, http.MethodPost, "/v1/messages", secret, test.body, test.header...)
			p := answer.problem(t)
			if answer.status != test.status || p.Code != string(test.code) {
				t.Errorf("got %d %s, want %d %s; body %s", answer.status, p.Code, test.status, test.code, answer.body)
			}
			if p.Type != "/docs#problem-"+p.Code || p.Title != http.StatusText(p.Status) || p.Detail == "" {
				t.Errorf("type %q, title %q, detail %q", p.Type, p.Title, p.Detail)
			}
			var want []string
			if test.field != "" {
				want = []string{test.at + " " + string(test.field)}
			}
			var got []string
			for _, f := range p.Errors {
				got = append(got, f.Pointer+" "+f.Code)
				if f.Detail == "" || f.Field == "" {
					t.Errorf("field problem %+v says nothing", f)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("field problems %q, want %q", got, want)
			}
			refuseEcho(t, string(answer.body))
		})
	}
	t.Cleanup(func() { refuseEcho(t, g.log.String()) })
}

// refuseEcho fails if what was sent comes back.
func refuseEcho(t testing.TB, said string) {
	t.Helper()
	for _, sent := range []string{secretText, secretNumber, "601100200", "Kowalskiej"} {
		if strings.Contains(said, sent) {
			t.Errorf("%q comes back in %.300s", sent, said)
		}
	}
}

// TestRefusedFieldsAreLogged holds that the log names the fields of a refused request by
// their codes, and nothing that the caller wrote.
func TestRefusedFieldsAreLogged(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeAdmin)
	g.ask(t, http.MethodPost, "/v1/messages", secret, `{"to":"12","text":"","kowalski":1,"question":{"kind":"yes_no","until":"soon"}}`)
	g.ask(t, http.MethodGet, "/v1/messages?to=12&status=lost", secret, "")
	for _, want := range []string{
		`status=422 `, `"to: number_invalid"`, `"text: text_empty"`, `"body: unknown_field"`, `"question.until: `, `"status: not_one_of"`,
	} {
		if !strings.Contains(strings.ReplaceAll(g.log.String(), `\"`, `"`), strings.Trim(want, `"`)) {
			t.Errorf("the log lacks %s: %s", want, g.log.String())
		}
	}
	for _, made := range []string{"kowalski", "soon", "lost"} {
		if strings.Contains(g.log.String(), made) {
			t.Errorf("the log repeats %q", made)
		}
	}
}

func TestEveryMistakeComesAtOnce(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend)
	over := `"expires_at":"2020-01-01T00:00:00Z"`
	for body, want := range map[string]string{
		`{"to":"12","text":"","priority":"x"}`:                                        "/priority not_one_of, /to number_invalid, /text text_empty",
		`{"to":"7234","text":"\u0007","modem":"sim-z","txt":1}`:                       "/txt unknown_field, /to number_unknown_short_code, /modem modem_unknown, /text text_control_character",
		`{"to":5,"text":"  ","reference":"a\nb",` + over + `}`:                        "/to wrong_type, /reference control_character, /text text_empty, /expires_at expires_in_the_past",
		`{"to":"600100200","text":"",` + over + `}`:                                   "/expires_at expires_in_the_past, /text text_empty",
		`{"to":"600100200","text":"x","send_at":"2099-01-01T00:00:00Z",` + over + `}`: "/send_at send_at_too_far, /expires_at expires_in_the_past",
		`{"to":"600100200","text":"zażółć","encoding":"gsm7","to":"600100201"}`:       "/to duplicate_field, /text text_not_in_gsm7",
		`{"text":"x","t\u006f":"600100200","to":"600100201","flash":{"a":1,"a":2}}`:   "/to duplicate_field, /flash/a duplicate_field, /flash wrong_type",
	} {
		said := func(found []client.FieldProblem) string {
			var all []string
			for _, f := range found {
				all = append(all, f.Pointer+" "+f.Code)
			}
			return strings.Join(all, ", ")
		}
		p := g.ask(t, http.MethodPost, "/v1/messages", secret, body).problem(t)
		if got := said(p.Errors); p.Status != http.StatusUnprocessableEntity || got != want {
			t.Errorf("%s\ngot  %d %s\nwant %s", body, p.Status, got, want)
		}
		// In a batch they are the same, and spoil nothing else.
		var batch client.BatchResponse
		decodeInto(t, g.ask(t, http.MethodPost, "/v1/messages/batch", secret, `{"messages":[`+body+`,{"to":"600100200","text":"x"}]}`).body, &batch)
		if got := said(batch.Results[0].Problem.Errors); got != want || batch.Results[1].ID == "" {
			t.Errorf("batch with %s\ngot  %s\nwant %s", body, got, want)
		}
	}
}

// TestFieldThatStandsTwice: which of two recipients was meant nobody can know.
func TestFieldThatStandsTwice(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "all", access.ScopeAdmin)
	message := `{"to":"600100200","text":"x"}`
	for name, test := range map[string]struct{ path, body, want string }{
		"recipient":           {"/v1/messages", `{"to":"600100200","text":"x","to":"` + secretNumber + `"}`, "/to duplicate_field"},
		"null behind it":      {"/v1/messages", `{"to":"600100200","text":"x","to":null}`, "/to duplicate_field"},
		"thrice":              {"/v1/messages", `{"text":"x","to":"600100200","text":"y","text":"z"}`, "/text duplicate_field"},
		"messages of a batch": {"/v1/messages/batch", `{"messages":[` + message + `],"messages":[` + message + `]}`, "/messages duplicate_field"},
		"text of a preview":   {"/v1/messages/preview", `{"text":"x","text":"y"}`, "/text duplicate_field"},
		"scopes of a token":   {"/v1/tokens", `{"name":"n","scopes":["admin"],"scopes":["inbox:read"]}`, "/scopes duplicate_field"},
		"a number as a name":  {"/v1/messages/preview", `{"text":"x","to":{"` + secretNumber + `":1,"` + secretNumber + `":2}}`, "/to/? duplicate_field"},
	} {
		answer := g.ask(t, http.MethodPost, test.path, secret, test.body)
		p := answer.problem(t)
		if len(p.Errors) != 1 || p.Status != http.StatusUnprocessableEntity || p.Errors[0].Pointer+" "+p.Errors[0].Code != test.want {
			t.Errorf("%s: %d %+v, want %s", name, p.Status, p.Errors, test.want)
		}
		refuseEcho(t, string(answer.body))
	}
}

// TestAnswersToHugeMistakesAreSmall: nobody makes us repeat a body's structure.
func TestAnswersToHugeMistakesAreSmall(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend)
	name := strings.Repeat("n", 40)
	for what, body := range map[string]string{
		"lists in lists":            strings.Repeat("[", 20_000),
		"lists in lists, closed":    strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000),
		"objects in objects":        strings.Repeat(`{"`+name+`":`, 9_000) + "\xff",
		"as deep as may be, broken": strings.Repeat(`{"`+name+`":`, 16) + "x",
		"a thousand unknown fields": `{"a` + strings.Join(strings.Fields(strings.Repeat("1 ", 1000)), `":1,"a`) + `":1}`,
	} {
		answer := g.ask(t, http.MethodPost, "/v1/messages", secret, body)
		p := answer.problem(t)
		if len(answer.body) > 32<<10 || len(p.Errors) == 0 || len(p.Errors[0].Pointer) > 1000 {
			t.Errorf("%s: %d bytes, %.200s", what, len(answer.body), answer.body)
		}
		if deep := strings.HasPrefix(body, "[[") || strings.HasSuffix(body, "\xff"); deep && p.Code != string(rest.CodeNestedTooDeep) {
			t.Errorf("%s: code %s", what, p.Code)
		}
	}
	// A text may hold as many brackets as it likes.
	if answer := g.ask(t, http.MethodPost, "/v1/messages", secret, `{"to":"600100200","text":"`+strings.Repeat(`[{\"`, 20)+`"}`); answer.status != http.StatusAccepted {
		t.Errorf("brackets in a text: %d %s", answer.status, answer.body)
	}
}

func TestSeveralMistakesComeAtOnce(t *testing.T) {
	t.Parallel()
	g := memory(t)
	p := g.ask(t, http.MethodPost, "/v1/messages", g.token(t, "clinic", access.ScopeSend),
		`{"to":5,"txt":"x","priority":"urgent","send_at":"tomorrow"}`).problem(t)
	var got []string
	for _, f := range p.Errors {
		got = append(got, f.Pointer+" "+f.Code)
	}
	want := []string{"/text required", "/priority not_one_of", "/send_at not_a_time", "/to wrong_type", "/txt unknown_field"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMalformedJSONSaysWhere(t *testing.T) {
	t.Parallel()
	g := memory(t)
	p := g.ask(t, http.MethodPost, "/v1/messages", g.token(t, "clinic", access.ScopeSend), "{\n  \"to\": \"+48600100200\",\n  \"text\": x\n}").problem(t)
	if p.Code != string(rest.CodeMalformedJSON) || len(p.Errors) != 1 || p.Errors[0].Line != 3 || p.Errors[0].Column != 11 || p.Errors[0].Pointer != "/text" {
		t.Errorf("got %+v", p)
	}
}

func TestDetailComesInTheLanguageOfTheCaller(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend)
	details := map[string]string{}
	for header, lang := range map[string]string{"pl-PL,pl;q=0.9": "pl", "es": "es", "en-GB": "en", "de": "en", "": "en"} {
		p := g.ask(t, http.MethodPost, "/v1/messages", secret, `{"to":"12","text":""}`, "Accept-Language", header).problem(t)
		if p.Code != string(rest.CodeInvalidRequest) || p.Title != "Unprocessable Entity" {
			t.Errorf("in %q: code %q, title %q change with the language", header, p.Code, p.Title)
		}
		said := p.Detail + p.Errors[0].Detail
		if before := details[lang]; before != "" && before != said {
			t.Errorf("%q gives %q, another header of this language %q", header, said, before)
		}
		details[lang] = said
	}
	if details["pl"] == details["en"] || details["es"] == details["en"] || details["pl"] == details["es"] {
		t.Errorf("details do not differ: %q", details)
	}
}

func TestRouterErrorsAreProblems(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "all", access.ScopeAdmin)
	for name, test := range map[string]struct {
		method, path string
		status       int
		code         rest.Code
	}{
		"no such route":             {http.MethodGet, "/v1/massages", 404, rest.CodeRouteNotFound},
		"a number as a route":       {http.MethodGet, "/v1/+48" + secretNumber, 404, rest.CodeRouteNotFound},
		"no such method":            {http.MethodPut, "/v1/messages", 405, rest.CodeMethodNotAllowed},
		"no such message":           {http.MethodGet, "/v1/messages/01a201c7-10fa-72da-87bf-0dc4c9bc2fac", 404, rest.CodeMessageNotFound},
		"an id that cannot be":      {http.MethodGet, "/v1/messages/x", 404, rest.CodeMessageNotFound},
		"an id with a slash":        {http.MethodGet, "/v1/messages/..%2f..%2ftok", 404, rest.CodeMessageNotFound},
		"an id that is too long":    {http.MethodGet, "/v1/messages/" + strings.Repeat("x", 65), 422, rest.CodeInvalidRequest},
		"cancel no such message":    {http.MethodDelete, "/v1/messages/x", 404, rest.CodeMessageNotFound},
		"release no such message":   {http.MethodPost, "/v1/messages/x/release", 404, rest.CodeMessageNotFound},
		"no such received message":  {http.MethodGet, "/v1/inbox/x", 404, rest.CodeInboundNotFound},
		"no such modem":             {http.MethodGet, "/v1/modems/x", 404, rest.CodeModemNotFound},
		"restart no such modem":     {http.MethodPost, "/v1/modems/x/restart", 404, rest.CodeModemNotFound},
		"revoke no such token":      {http.MethodDelete, "/v1/tokens/x", 404, rest.CodeTokenNotFound},
		"limit of 0":                {http.MethodGet, "/v1/messages?limit=0", 422, rest.CodeInvalidRequest},
		"limit of 201":              {http.MethodGet, "/v1/messages?limit=201", 422, rest.CodeInvalidRequest},
		"limit in words":            {http.MethodGet, "/v1/inbox?limit=" + secretText, 422, rest.CodeInvalidRequest},
		"unknown parameter":         {http.MethodGet, "/v1/messages?phone=" + secretNumber, 422, rest.CodeInvalidRequest},
		"a number as a parameter":   {http.MethodGet, "/v1/messages?" + secretNumber + "=1", 422, rest.CodeInvalidRequest},
		"unknown status":            {http.MethodGet, "/v1/messages?status=" + secretText, 422, rest.CodeInvalidRequest},
		"unknown second status":     {http.MethodGet, "/v1/messages?status=sent," + secretText, 422, rest.CodeInvalidRequest},
		"limit twice":               {http.MethodGet, "/v1/messages?limit=1&limit=2", 422, rest.CodeInvalidRequest},
		"a number twice":            {http.MethodGet, "/v1/messages?" + secretNumber + "=1&" + secretNumber + "=1", 422, rest.CodeInvalidRequest},
		"since is no time":          {http.MethodGet, "/v1/messages?since=" + secretText, 422, rest.CodeInvalidRequest},
		"to is no number":           {http.MethodGet, "/v1/messages?to=" + secretText, 422, rest.CodeInvalidRequest},
		"cursor of another program": {http.MethodGet, "/v1/messages?cursor=eHh4", 422, rest.CodeInvalidRequest},
		"cursor is not base64":      {http.MethodGet, "/v1/inbox?cursor=%21", 422, rest.CodeInvalidRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := g.ask(t, test.method, test.path, secret, "", "Accept", "text/html")
			p := answer.problem(t)
			if answer.status != test.status || p.Code != string(test.code) {
				t.Errorf("got %d %s, want %d %s", answer.status, p.Code, test.status, test.code)
			}
			for _, f := range p.Errors {
				if f.In != "query" && f.In != "path" || f.Detail == "" {
					t.Errorf("field problem %+v", f)
				}
			}
			refuseEcho(t, string(answer.body))
		})
	}
	t.Cleanup(func() { refuseEcho(t, g.log.String()) })
}

func TestMethodNotAllowedNamesThoseThatAre(t *testing.T) {
	t.Parallel()
	g := memory(t)
	answer := g.ask(t, http.MethodPatch, "/v1/messages", "", "")
	if allow := answer.header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "POST") {
		t.Errorf("Allow: %q", allow)
	}
}

func TestBatchTakesEachMessageOnItsOwn(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend)
	body := `{"messages":[
		{"to":"600100200","text":"first"},
		{"to":"` + secretNumber + secretNumber + `","text":"x"},
		{"to":"600100201","text":"` + secretText + `","encoding":"morse"},
		{"to":"600100202","text":""},
		"not a message",
		{"to":"600100203","text":"last","fun":true},
		{"to":"600100204","text":"second"}]}`
	answer := g.ask(t, http.MethodPost, "/v1/messages/batch", secret, body)
	if answer.status != http.StatusAccepted {
		t.Fatalf("status %d: %s", answer.status, answer.body)
	}
	refuseEcho(t, string(answer.body))
	var got client.BatchResponse
	decodeInto(t, answer.body, &got)
	var results []string
	for _, r := range got.Results {
		switch {
		case r.Problem == nil && r.ID != "":
			results = append(results, "taken")
		case r.Problem != nil && r.ID == "":
			results = append(results, fmt.Sprint(r.Problem.Status, " ", r.Problem.Errors[0].Pointer, " ", r.Problem.Errors[0].Code))
		default:
			t.Errorf("result %+v is both or neither", r)
		}
	}
	want := []string{
		"taken", "422 /to number_invalid", "422 /encoding not_one_of", "422 /text text_empty",
		"422  wrong_type", "422 /fun unknown_field", "taken",
	}
	if !slices.Equal(results, want) || got.Accepted != 2 || got.Refused != 5 {
		t.Errorf("got  %q, %d accepted, %d refused\nwant %q", results, got.Accepted, got.Refused, want)
	}
	for i, text := range map[int]string{0: "first", 6: "second"} {
		m, err := g.queue.Message(t.Context(), got.Results[i].ID)
		if err != nil || m.Text != text {
			t.Errorf("result %d is message %q, %v, want %q", i, m.Text, err, text)
		}
	}
}

func TestBatchLimits(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend)
	message := `{"to":"600100200","text":"x"}`
	for name, test := range map[string]struct {
		body   string
		status int
		code   rest.Code
		field  string
	}{
		"1001 messages":      {`{"messages":[` + strings.Repeat(message+",", 1000) + message + `]}`, 422, rest.CodeInvalidRequest, "/messages too_many_items"},
		"none":               {`{"messages":[]}`, 422, rest.CodeInvalidRequest, "/messages too_few_items"},
		"no list":            {`{}`, 422, rest.CodeInvalidRequest, "/messages required"},
		"another field":      {`{"messages":[` + message + `],"to":"x"}`, 422, rest.CodeInvalidRequest, "/to unknown_field"},
		"more than 8 MiB":    {`{"messages":[{"to":"600100200","text":"` + strings.Repeat("x", 8<<20) + `"}]}`, 413, rest.CodeBodyTooLarge, ""},
		"invalid UTF-8":      {`{"messages":[` + message + `,{"to":"600100200","text":"` + "\xc3" + `"}]}`, 400, rest.CodeInvalidUTF8, "/messages/1/text invalid_utf8"},
		"malformed":          {`{"messages":[` + message + `,{"to":}]}`, 400, rest.CodeMalformedJSON, "/messages/1/to malformed_json"},
		"messages is a word": {`{"messages":"x"}`, 422, rest.CodeInvalidRequest, "/messages wrong_type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := g.ask(t, http.MethodPost, "/v1/messages/batch", secret, test.body)
			p := answer.problem(t)
			field := ""
			if len(p.Errors) == 1 {
				field = p.Errors[0].Pointer + " " + p.Errors[0].Code
			}
			if answer.status != test.status || p.Code != string(test.code) || field != test.field {
				t.Errorf("got %d %s %q, want %d %s %q", answer.status, p.Code, field, test.status, test.code, test.field)
			}
		})
	}
}

func TestFullBatch(t *testing.T) {
	t.Parallel()
	g := disk(t)
	secret := g.token(t, "clinic", access.ScopeSend)
	var batch client.BatchRequest
	for i := range client.MaxBatch {
		batch.Messages = append(batch.Messages, client.MessageRequest{To: fmt.Sprintf("+48600%06d", i), Text: fmt.Sprintf("text %d", i)})
	}
	body, err := json.Marshal(batch)
	if err != nil {
		t.Fatal(err)
	}
	var first, again client.BatchResponse
	answer := g.ask(t, http.MethodPost, "/v1/messages/batch", secret, string(body), "Idempotency-Key", "all")
	decodeInto(t, answer.body, &first)
	answer = g.ask(t, http.MethodPost, "/v1/messages/batch", secret, string(body), "Idempotency-Key", `"all"`)
	decodeInto(t, answer.body, &again)
	if answer.header.Get("Idempotency-Replayed") != "true" || len(first.Results) != client.MaxBatch || again.Accepted != client.MaxBatch || again.Refused != 0 {
		t.Fatalf("replayed %q, %d results", answer.header.Get("Idempotency-Replayed"), len(first.Results))
	}
	for i := range first.Results {
		if first.Results[i].ID == "" || first.Results[i].ID != again.Results[i].ID {
			t.Fatalf("result %d: first %+v, again %+v", i, first.Results[i], again.Results[i])
		}
	}
	m, err := g.queue.Message(t.Context(), first.Results[777].ID)
	if err != nil || m.Text != "text 777" {
		t.Errorf("result 777 is %q, %v", m.Text, err)
	}
}
