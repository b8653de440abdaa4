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

// reads are the names that a route takes values by, under the last word of its path.
var reads = map[string][]string{
	"":          {"q", "group"},
	"login":     {"next"},
	"search":    {"q"},
	"palette":   {"q", "recent"},
	"ws":        {"page", "incident", "run", "since", "epoch", "log", "q", "group"},
	"incidents": {"title", "summary", "severity", "environment", "playbook", "status", "lead", "q", "before"},
	"incident":  {"playbook"},
	":number":   {"timeline"},
	"status":    {"to"},
	"severity":  {"severity"},
	"title":     {"title"},
	"lead":      {"user"},
	"notes":     {"text"},
	"playbooks": {"playbook", "replace", "q"},
	"escalate":  {"from", "reason"},
	"extend":    {"minutes", "reason"},
	"handoffs":  {"user", "email", "reason"},
	"run":       {"attached", "step", "command", "v.pod-name"},
	"runs":      {"attached", "step", "command", "v.pod-name", "confirm", "text_hash", "typed_environment"},
	"done":      {"attached", "step", "note"},
	":id":       {"L", "from"},
	"lines":     {"from", "to"},
	"raw":       {"download"},
	"note":      {"text"},
	"reviews":   {"before"},
	"theme":     {"theme", "next"},
	"password":  {"current", "password"},
	"users":     {"done"},
	"invite":    {"name", "role"},
	"role":      {"role"},
	":token":    {"name", "display_name", "email", "password"},
}

// values are hostile ones for some of what the route reads.
func values(rt *rapid.T, route, label string, good map[string]string) url.Values {
	v, names := url.Values{}, reads[route[strings.LastIndexByte(route, '/')+1:]]
	for _, name := range append(names, "key", "x") {
		switch {
		case rapid.IntRange(0, 9).Draw(rt, "with "+name) > 6: // without it
		case name == "key" && rapid.IntRange(0, 9).Draw(rt, "no key") > 0:
		case good[name] != "" && rapid.Bool().Draw(rt, "good "+name):
			v.Set(name, good[name])
		case name != "x" || rapid.IntRange(0, 9).Draw(rt, "another") == 0:
			v.Set(name, hostile.Draw(rt, label+" "+name))
		}
	}
	return v
}

// TestHostileRequests sends requests that nobody's browser would, as an administrator, to
// every route: whatever comes back, it is not a failure of ours.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	h := setup(t)
	kim := h.person(t, "Kim", authz.Admin)
	in := h.declared(t, kim)
	h.exec(t, "INSERT INTO sources (name, source_group, kind) VALUES ('am', 'am', 'alertmanager') ON CONFLICT DO NOTHING")
	step, symptom := h.started(t, kim, in, "count"), h.fired(t, "ArmDown").String()
	attached, err := h.incidents.Attached(as(t, kim), in.ID)
	must(t, err)
	good := map[string]string{
		"number": "1", "id": step.ID.String(), "attached": attached[0].ID.String(), "token": hookToken,
		"symptoms": symptom, "playbooks": "arm-down", "users": h.person(t, "Vi", authz.Viewer).ID.String(),
		"step": step.StepID, "command": step.CommandID, "user": kim.ID.String(), "playbook": "arm-down", "to": "acknowledged",
		"severity": "2", "title": "slow", "environment": "prod", "minutes": "15", "reason": "x", "email": "jo@example.org",
	}
	routes := rapid.SampledFrom(h.Routes())
	rapid.Check(t, func(rt *rapid.T) {
		token := h.session(t, kim)
		for range 25 {
			method, pattern, _ := strings.Cut(routes.Draw(rt, "route"), " ")
			if pattern == "/logout" || method+pattern == "POST/login" { // one ends the session, the other is slow on purpose
				continue
			}
			req := request(rt, method, pattern, good)
			req.AddCookie(&http.Cookie{Name: "wardroom_session", Value: token})
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			if w.Code >= http.StatusInternalServerError {
				rt.Fatalf("%s %s %q: %d\n%s", method, req.URL, req.PostForm, w.Code, tail(h.logs.String()))
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
		if rapid.IntRange(0, 9).Draw(rt, "fits") < 8 && fits != "" {
			segments[i] = fits
		} else {
			segments[i] = url.PathEscape(hostile.Draw(rt, "parameter"))
		}
	}
	address := strings.Join(segments, "/")
	if method == http.MethodGet || rapid.IntRange(0, 9).Draw(rt, "query") == 0 {
		address += "?" + values(rt, pattern, "query", good).Encode()
	}
	body := values(rt, pattern, "form", good).Encode()
	if rapid.IntRange(0, 9).Draw(rt, "raw") == 0 {
		body = hostile.Draw(rt, "body")
	}
	req := httptest.NewRequestWithContext(rt.Context(), method, address, strings.NewReader(body))
	req.Header.Set("Content-Type", rapid.SampledFrom([]string{
		"application/x-www-form-urlencoded", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "text/plain", "",
	}).Draw(rt, "type"))
	req.Header.Set("Origin", "http://"+req.Host)
	req.Header.Set("Accept", rapid.SampledFrom([]string{"text/html", "*/*", "application/json"}).Draw(rt, "accept"))
	return req
}

func tail(s string) string { return s[max(0, len(s)-2000):] }
