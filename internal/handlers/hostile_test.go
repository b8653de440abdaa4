package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"wardroom/internal/authz"
)

// hostile is text that has broken somebody's server.
var hostile = rapid.OneOf(
	rapid.SampledFrom([]string{
		"", "0", "-1", "1", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "2147483648", "1e309", "NaN", "0x10",
		"\x00", "a\x00b", "\xff\xfe", "\xed\xa0\x80", "\u202e", "\r\nSet-Cookie: a=b", "'", "' OR 1=1 --", "%", "%%", "_", `\`, "${jndi:x}",
		"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "javascript:alert(1)", "../../../etc/passwd", "..%2f", "//evil.example",
		"{{7*7}}", "$(id)", "`id`", "; rm -rf /", "all", "open", "closed", "admin", "read", "destroy", "sev:1 is:muted", "sev:9999999999999999999",
		"00000000-0000-0000-0000-000000000000", "urn:uuid:00000000-0000-0000-0000-000000000000", "{}", "[]", "null", "arm-down", "prod",
	}),
	rapid.Map(rapid.SliceOfN(rapid.Byte(), 16, 16), func(b []byte) string { return uuid.UUID(b).String() }),
	rapid.String(),
	rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes")) }),
	rapid.Custom(func(t *rapid.T) string {
		return strings.Repeat(rapid.StringN(1, 3, -1).Draw(t, "unit"), rapid.IntRange(1, 3000).Draw(t, "times"))
	}),
)

// fields are the names that some handler reads.
var fields = rapid.SampledFrom([]string{
	"key", "q", "group", "status", "severity", "lead", "before", "after", "timeline", "attached", "step", "command", "v.pod-name", "confirm",
	"text_hash", "typed_environment", "title", "summary", "environment", "playbook", "replace", "to", "user", "email", "reason", "minutes",
	"from", "L", "download", "page", "incident", "run", "since", "epoch", "log", "text", "note", "name", "display_name", "password", "current",
	"role", "theme", "next", "done",
})

var values = rapid.Custom(func(t *rapid.T) url.Values {
	v := url.Values{}
	for range rapid.IntRange(0, 6).Draw(t, "fields") {
		v.Add(fields.Draw(t, "field"), hostile.Draw(t, "value"))
	}
	return v
})

// TestHostileRequests sends requests that nobody's browser would, as an administrator, to
// every route: whatever comes back, it is not a failure of ours.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	h := setup(t)
	kim := h.person(t, "Kim", authz.Admin)
	in := h.declared(t, kim)
	h.exec(t, "INSERT INTO sources (name, source_group, kind) VALUES ('am', 'am', 'alertmanager') ON CONFLICT DO NOTHING")
	run, symptom := h.started(t, kim, in, "count").ID.String(), h.fired(t, "ArmDown").String()
	attached, err := h.incidents.Attached(as(t, kim), in.ID)
	must(t, err)
	good := map[string]string{
		"number": "1", "id": run, "attached": attached[0].ID.String(), "token": hookToken,
		"symptoms": symptom, "playbooks": "arm-down", "users": kim.ID.String(),
	}
	routes := rapid.SampledFrom(h.Routes())
	rapid.Check(t, func(rt *rapid.T) {
		token := h.session(t, kim)
		for range 25 {
			method, pattern, _ := strings.Cut(routes.Draw(rt, "route"), " ")
			if pattern == "/logout" || pattern == "/login" { // one ends the session, the other is slow on purpose
				continue
			}
			req := request(rt, method, pattern, good)
			req.AddCookie(&http.Cookie{Name: "wardroom_session", Value: token})
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			if w.Code >= http.StatusInternalServerError {
				rt.Fatalf("%s %s: %d\n%s", method, req.URL, w.Code, tail(h.logs.String()))
			}
			if strings.Contains(w.Body.String(), "SQLSTATE") || strings.Contains(w.Body.String(), "<script>alert") {
				rt.Fatalf("%s %s says too much: %s", method, req.URL, w.Body)
			}
			if w.Header().Get("Set-Cookie") != "" {
				rt.Fatalf("%s %s sets a cookie", method, req.URL)
			}
		}
	})
}

func request(rt *rapid.T, method, pattern string, good map[string]string) *http.Request {
	segments := strings.Split(pattern, "/")
	for i, s := range segments {
		name, isParam := strings.CutPrefix(s, ":")
		if !isParam && s != "*" {
			continue
		}
		fits := good[name]
		if other, known := good[segments[i-1]]; known && name == "id" {
			fits = other
		}
		if rapid.Bool().Draw(rt, "fits") && fits != "" {
			segments[i] = fits
		} else {
			segments[i] = url.PathEscape(hostile.Draw(rt, "parameter"))
		}
	}
	address := strings.Join(segments, "/") + "?" + values.Draw(rt, "query").Encode()
	body := values.Draw(rt, "form").Encode()
	if rapid.IntRange(0, 9).Draw(rt, "raw") == 0 {
		body = hostile.Draw(rt, "body")
	}
	req := httptest.NewRequestWithContext(rt.Context(), method, address, strings.NewReader(body))
	req.Header.Set("Content-Type", rapid.SampledFrom([]string{
		"application/x-www-form-urlencoded", "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "text/plain", "",
	}).Draw(rt, "type"))
	req.Header.Set("Accept", rapid.SampledFrom([]string{"text/html", "*/*", "application/json"}).Draw(rt, "accept"))
	return req
}

func tail(s string) string { return s[max(0, len(s)-2000):] }
