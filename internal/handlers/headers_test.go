package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/handlers"
	"wardroom/internal/incidents"
	"wardroom/static"
)

// Written out, as ARCHITECTURE.md has it.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func TestHeaders(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	_, token, err := h.incidents.Offer(as(t, ana), in.Number, incidents.HandoffTo{Email: "jo@example.org"}, "")
	must(t, err)
	b := h.browser(t, ana)
	for path, want := range map[string][2]string{ // Cache-Control, Referrer-Policy
		"/":                      {"no-store", "same-origin"},
		"/incidents/1":           {"no-store", "same-origin"},
		"/incidents/1/review.md": {"no-store", "same-origin"},
		"/login?next=/":          {"no-store", "same-origin"},
		"/nowhere":               {"no-store", "same-origin"},
		"/settings/users":        {"no-store", "same-origin"}, // 403
		"/handoff/" + token:      {"no-store", "no-referrer"},
		"/handoff/unknown":       {"no-store", "no-referrer"},
		"/setup/unknown":         {"no-store", "no-referrer"},
		static.Path("app.css"):   {"public, max-age=31536000, immutable", "same-origin"},
		"/static/app.js":         {"no-cache", "same-origin"},
	} {
		got := b.get(t, path).Header
		if got.Get("Cache-Control") != want[0] || got.Get("Referrer-Policy") != want[1] {
			t.Errorf("%s: Cache-Control %q, Referrer-Policy %q", path, got.Get("Cache-Control"), got.Get("Referrer-Policy"))
		}
		for name, value := range map[string]string{
			"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "X-Robots-Tag": "noindex",
		} {
			if got.Get(name) != value {
				t.Errorf("%s: %s %q", path, name, got.Get(name))
			}
		}
	}
}

// Nothing on a page may need what the policy forbids.
func TestPagesHoldNothingInline(t *testing.T) {
	t.Parallel()
	h := setup(t)
	kim := h.person(t, "Kim", authz.Admin)
	in := h.declared(t, kim)
	must(t, h.incidents.AddNote(as(t, kim), in.Number, `<img src=x onerror="alert(1)"> [x](javascript:alert(1))`))
	h.started(t, kim, in, "count")
	b := h.browser(t, kim)
	for _, path := range []string{"/", "/incidents", "/incidents/new", "/incidents/1", "/incidents/1/review", "/reviews", "/playbooks", "/playbooks/arm-down", "/settings", "/settings/users", "/nowhere"} {
		for _, n := range find(b.get(t, path).doc, "") {
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
					t.Errorf("%s: <%s %s=%q>", path, n.Data, a.Key, a.Val)
				}
			}
			if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
				t.Errorf("%s: inline <%s>", path, n.Data)
			}
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b := h.nobody(t)
	if a := b.get(t, "/healthz").want(t, http.StatusOK); a.body != "ok\n" {
		t.Errorf("body %q", a.body)
	}
	h.db.Close()
	a := b.get(t, "/healthz", "Accept", "*/*").want(t, http.StatusServiceUnavailable)
	if a.body != `{"error":"The database does not answer."}`+"\n" {
		t.Errorf("body %q", a.body)
	}
	// A page fails in words, too.
	b.get(t, "/", "Cookie", "wardroom_session=x").has(t, "h1", "")
}

func TestTrustedProxiesMustBeAddresses(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for proxies, ok := range map[string]bool{"10.0.0.0/8, 192.0.2.1 ::1": true, "": true, "proxy.example.org": false, "10.0.0.0/99": false} {
		deps := h.Deps
		deps.Settings = config.Settings{TrustedProxies: proxies}
		if _, err := handlers.New(t.Context(), deps); (err == nil) != ok {
			t.Errorf("%q: %v", proxies, err)
		}
	}
}
