package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"wardroom/internal/authz"
)

// matrix says for every route who gets past the door: nobody, viewer, responder, author,
// admin, and somebody who was disabled. y: yes; n: "your role may not", 403; s: sent to
// sign in, 303 or 401. It is written by hand: a change of the table must be meant.
var matrix = map[string]string{
	"GET /healthz":                    "yyyyyy",
	"GET /static/*":                   "yyyyyy",
	"POST /hooks/alertmanager/:token": "yyyyyy",

	"GET /login":                   "yyyyyy",
	"POST /login":                  "yyyyyy",
	"POST /logout":                 "yyyyyy",
	"GET /setup/:token":            "yyyyyy",
	"POST /setup/:token":           "yyyyyy",
	"GET /invite/:token":           "yyyyyy",
	"POST /invite/:token":          "yyyyyy",
	"GET /reset/:token":            "yyyyyy",
	"POST /reset/:token":           "yyyyyy",
	"GET /handoff/:token":          "yyyyyy",
	"POST /handoff/:token/accept":  "yyyyyy",
	"POST /handoff/:token/decline": "yyyyyy",

	"GET /":                       "syyyys",
	"GET /ws":                     "syyyys",
	"GET /search":                 "syyyys",
	"GET /palette":                "syyyys",
	"GET /symptoms/:id":           "syyyys",
	"POST /symptoms/:id/incident": "snyyys",

	"GET /incidents":                                     "syyyys",
	"GET /incidents/new":                                 "snyyys",
	"POST /incidents":                                    "snyyys",
	"GET /incidents/:number":                             "syyyys",
	"POST /incidents/:number/status":                     "snyyys",
	"POST /incidents/:number/severity":                   "snyyys",
	"POST /incidents/:number/title":                      "snyyys",
	"POST /incidents/:number/lead":                       "snyyys",
	"POST /incidents/:number/join":                       "snyyys",
	"POST /incidents/:number/leave":                      "snyyys",
	"POST /incidents/:number/notes":                      "snyyys",
	"POST /incidents/:number/playbooks":                  "snyyys",
	"POST /incidents/:number/playbooks/:attached/detach": "snyyys",
	"POST /incidents/:number/escalate":                   "snyyys",
	"POST /incidents/:number/on-it":                      "snyyys",
	"POST /incidents/:number/extend":                     "snyyys",
	"POST /incidents/:number/handoffs":                   "snyyys",
	"POST /handoffs/:id/revoke":                          "snyyys",

	"GET /incidents/:number/command":        "snyyys",
	"POST /incidents/:number/command":       "snyyys",
	"GET /incidents/:number/run":            "snyyys",
	"POST /incidents/:number/run":           "snyyys",
	"POST /incidents/:number/runs":          "snyyys",
	"POST /incidents/:number/done":          "snyyys",
	"POST /incidents/:number/move-on":       "snyyys",
	"POST /incidents/:number/variables":     "snyyys",
	"POST /incidents/:number/scratch/empty": "snyyys",
	"GET /runs/:id":                         "syyyys",
	"GET /runs/:id/lines":                   "syyyys",
	"GET /runs/:id/raw":                     "syyyys",
	"POST /runs/:id/stop":                   "snyyys",
	"POST /runs/:id/note":                   "snyyys",
	"POST /runs/:id/set-aside":              "snyyys",
	"POST /runs/:id/propose":                "snyyys",

	"GET /incidents/:number/review":       "syyyys",
	"GET /incidents/:number/review.md":    "syyyys",
	"GET /incidents/:number/proposals.md": "syyyys",
	"GET /reviews":                        "syyyys",
	"GET /playbooks":                      "syyyys",
	"GET /playbooks/:id":                  "syyyys",
	"GET /playbooks/:id/history":          "syyyys",
	"GET /playbooks/match":                "syyyys",
	"GET /playbooks/:id/edit":             "snnyys",
	"GET /playbooks/new":                  "snnyys",
	"POST /playbooks/validate":            "snnyys",
	"POST /playbooks/move":                "snnyys",
	"POST /playbooks/download":            "snnyys",
	"GET /playbooks/draft":                "snnyys",
	"POST /playbooks/draft":               "snnyys",
	"POST /playbooks/draft/discard":       "snnyys",
	"POST /playbooks/draft/rebase":        "snnyys",
	"POST /playbooks/draft/publish":       "snnyys",

	"GET /settings":                           "syyyys",
	"POST /settings/theme":                    "syyyys",
	"POST /settings/password":                 "syyyys",
	"GET /settings/users":                     "snnnys",
	"POST /settings/users/invite":             "snnnys",
	"POST /settings/users/invites/:id/revoke": "snnnys",
	"POST /settings/users/:id/disable":        "snnnys",
	"POST /settings/users/:id/enable":         "snnnys",
	"POST /settings/users/:id/reset":          "snnnys",
	"POST /settings/users/:id/role":           "snnnys",
}

func TestTheMatrixIsTheRouter(t *testing.T) {
	t.Parallel()
	h := setup(t)
	var written []string
	for route := range matrix {
		written = append(written, route)
	}
	slices.Sort(written)
	for what, got := range map[string][]string{"table": h.Routes(), "router": h.Registered()} {
		if diff := cmp.Diff(written, slices.Sorted(slices.Values(got))); diff != "" {
			t.Errorf("%s (-written +got):\n%s", what, diff)
		}
	}
}

func TestARouteWithoutAccessStopsTheStart(t *testing.T) {
	t.Parallel()
	h := setup(t)
	defer func() {
		if recover() == nil {
			t.Error("it was registered")
		}
	}()
	h.RegisterBare()
}

func TestMatrix(t *testing.T) {
	t.Parallel()
	h := setup(t)
	people := []authz.Actor{
		{},
		h.person(t, "Vi", authz.Viewer), h.person(t, "Ana", authz.Responder), h.person(t, "Au", authz.Author),
		h.person(t, "Kim", authz.Admin), h.person(t, "Gone", authz.Admin),
	}
	h.exec(t, "UPDATE users SET disabled_at = wardroom.now() WHERE name = 'gone'")
	in := h.declared(t, people[2])
	path := strings.NewReplacer(
		":number", "1", ":attached", uuid.NewString(), ":token", "unknown", "symptoms/:id", "symptoms/"+h.fired(t, "ArmDown").String(),
		"playbooks/:id", "playbooks/arm-down", "runs/:id", "runs/"+h.started(t, people[2], in, "count").ID.String(), ":id", uuid.NewString(),
		"*", "app.css",
	)
	for route, row := range matrix {
		method, pattern, _ := strings.Cut(route, " ")
		at := path.Replace(pattern)
		if strings.HasSuffix(at, "/lines") {
			at += "?from=1&to=2"
		}
		for i, p := range people {
			b := h.nobody(t)
			if p.Name != "" {
				b.signIn(t, p) // afresh: signing out is one of the routes
			}
			check(t, b, method, at, p.Name, row[i])
		}
	}
}

func check(t *testing.T, b *browser, method, path, name string, want byte) {
	t.Helper()
	a := b.do(t, method, path, "")
	toSignIn := strings.HasPrefix(a.Header.Get("Location"), "/login?next=")
	got := byte('y')
	switch {
	case a.StatusCode == http.StatusForbidden && path != "/ws":
		got = 'n'
	case path == "/login", strings.HasPrefix(path, "/hooks/"): // their own 401
	case a.StatusCode == http.StatusUnauthorized, toSignIn:
		got = 's'
	case a.StatusCode >= http.StatusInternalServerError:
		got = '!'
	}
	if got != want {
		t.Errorf("%s %s as %q: %c (%d), want %c\n%.300s", method, path, name, got, a.StatusCode, want, a.text())
	}
	if method != http.MethodGet || path == "/ws" {
		return
	}
	if want == 'y' && a.StatusCode >= http.StatusBadRequest && !strings.HasSuffix(path, "/unknown") && !strings.HasSuffix(path, "/run") {
		t.Errorf("GET %s as %q: %d", path, name, a.StatusCode)
	}
	head := b.do(t, http.MethodHead, path, "")
	if head.StatusCode != a.StatusCode || head.body != "" || head.Header.Get("Content-Type") != a.Header.Get("Content-Type") {
		t.Errorf("HEAD %s as %q: %d %q, GET %d %q", path, name, head.StatusCode, head.Header.Get("Content-Type"), a.StatusCode, a.Header.Get("Content-Type"))
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b := h.browser(t, h.person(t, "Ana", authz.Responder))
	for _, path := range []string{"/nowhere", "/incidents/1/", "/incidents/", "/hooks", "/.env", "/static/none.css", "/runs", "//incidents"} {
		if a := b.get(t, path); a.StatusCode != http.StatusNotFound || a.text() == "" {
			t.Errorf("GET %s: %d %q", path, a.StatusCode, a.text())
		}
	}
	b.get(t, "/nowhere").has(t, "h1", "Not found")
	for _, c := range []struct{ method, path, allow string }{
		{http.MethodPost, "/", "GET"},
		{http.MethodGet, "/logout", "POST"},
		{http.MethodGet, "/incidents/1/notes", "POST"},
		{http.MethodDelete, "/incidents/1", "GET"},
		{http.MethodPut, "/settings", "GET"},
	} {
		a := b.do(t, c.method, c.path, "", "Origin", h.url).want(t, http.StatusMethodNotAllowed)
		if !strings.Contains(a.Header.Get("Allow"), c.allow) {
			t.Errorf("%s %s: Allow %q", c.method, c.path, a.Header.Get("Allow"))
		}
		a.has(t, "h1", "Wrong method")
	}
	a := b.get(t, "/nowhere", "Accept", "application/json")
	if a.body != `{"error":"There is no page at this address."}`+"\n" {
		t.Errorf("a program got %q", a.body)
	}
}
