package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/auth"
	"wardroom/internal/authz"
	"wardroom/internal/config"
)

const password = "seven quiet harbours"

// invited lets somebody in by an invitation, so that they have a password.
func (h *house) invited(t *testing.T, by authz.Actor, name string) auth.User {
	t.Helper()
	fresh, err := h.auth.Invite(as(t, by), name, authz.Responder)
	must(t, err)
	_, user, err := h.auth.ConsumeLink(t.Context(), auth.Invite, fresh.Path[len("/invite/"):], auth.Claim{Password: password}, auth.Meta{})
	must(t, err)
	return user
}

func TestSigningInAndOut(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.invited(t, h.person(t, "Kim", authz.Admin), "ana")
	b := h.nobody(t)
	b.get(t, "/incidents?q=a&status=open").leads(t, "/login?next=%2Fincidents%3Fq%3Da%26status%3Dopen")
	page := b.get(t, "/login?next=%2Fincidents%2F7").want(t, http.StatusOK)
	page.has(t, "main", "After signing in you go on to INC-7")
	wrong := b.post(t, "/login", "name", "ana", "password", "not this one", "next", "/incidents/7").want(t, http.StatusUnauthorized)
	for _, a := range []answer{page, wrong} {
		if next, _ := attr(find(a.doc, "input[name=next]")[0], "value"); next != "/incidents/7" {
			t.Errorf("next is %q", next)
		}
	}
	wrong.has(t, "[role=alert]", "The name or the password is not right.")
	if strings.Contains(wrong.body, "not this one") {
		t.Error("the password comes back")
	}
	in := b.post(t, "/login", "name", "ana", "password", password, "next", "/incidents/7")
	in.leads(t, "/incidents/7")
	cookie := in.Cookies()[0]
	got := http.Cookie{
		Name: cookie.Name, Path: cookie.Path, HttpOnly: cookie.HttpOnly, Secure: cookie.Secure, SameSite: cookie.SameSite, MaxAge: cookie.MaxAge,
	}
	want := http.Cookie{Name: "wardroom_session", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 7 * 24 * 3600}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	b.get(t, "/incidents").want(t, http.StatusOK).has(t, "#account", "ana")
	b.get(t, "/login?next=/reviews").leads(t, "/reviews")
	out := b.post(t, "/logout")
	out.leads(t, "/login")
	if gone := out.Cookies()[0]; gone.MaxAge >= 0 || gone.Value != "" {
		t.Errorf("cookie after signing out: %v", gone)
	}
	stolen := h.nobody(t)
	stolen.do(t, http.MethodGet, "/", "", "Cookie", "wardroom_session="+cookie.Value).leads(t, "/login?next=%2F")
	b.get(t, "/").leads(t, "/login?next=%2F")
	b.post(t, "/incidents", "title", "x").want(t, http.StatusUnauthorized).has(t, "h1", "Sign in first")
}

func TestCookieOverHTTPS(t *testing.T) {
	t.Parallel()
	h := setup(t, func(s *config.Settings) { s.PublicURL = "https://wardroom.example.org" })
	h.invited(t, h.person(t, "Kim", authz.Admin), "ana")
	form := url.Values{"name": {"ana"}, "password": {password}}.Encode()
	a := h.nobody(t).do(t, http.MethodPost, "/login", form, "Origin", "https://wardroom.example.org").want(t, http.StatusSeeOther)
	cookie := a.Cookies()[0]
	if cookie.Name != "__Host-wardroom_session" || !cookie.Secure || cookie.Path != "/" || cookie.Domain != "" || !cookie.HttpOnly {
		t.Errorf("cookie %v", cookie)
	}
	if got := a.Header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("Strict-Transport-Security %q", got)
	}
}

func TestNextStaysHere(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b := h.browser(t, h.person(t, "Ana", authz.Viewer))
	for raw, want := range map[string]string{
		"/incidents/7?timeline=all#timeline": "/incidents/7?timeline=all#timeline",
		"/%2f%2fevil.example":                "/%2f%2fevil.example", // stays a path
		"":                                   "/",
		"incidents":                          "/",
		"//evil.example":                     "/",
		"///evil.example":                    "/",
		`/\evil.example`:                     "/",
		`\\evil.example`:                     "/",
		"/\t/evil.example":                   "/",
		"/\n/evil.example":                   "/",
		"/\r\nSet-Cookie: a=b":               "/",
		"\t//evil.example":                   "/",
		" //evil.example":                    "/",
		"https://evil.example":               "/",
		"https:evil.example":                 "/",
		"HTTPS:/evil.example":                "/",
		"javascript:alert(1)":                "/",
		"data:text/html,x":                   "/",
		"//user@evil.example":                "/",
		"http:///evil.example":               "/",
		"/ok/..//evil.example":               "/ok/..//evil.example", // a path, however it is cleaned
		"/%5cevil.example":                   "/%5cevil.example",
		"?x":                                 "/",
		"#x":                                 "/",
	} {
		a := b.get(t, "/login?next="+url.QueryEscape(raw)).want(t, http.StatusSeeOther)
		here, err := url.Parse(h.url)
		must(t, err)
		to, err := here.Parse(a.Header.Get("Location"))
		if got := a.Header.Get("Location"); got != want || err != nil || to.Host != here.Host {
			t.Errorf("next=%q leads to %q, want %q", raw, got, want)
		}
	}
}

func TestDisabledAtOnce(t *testing.T) {
	t.Parallel()
	h := setup(t)
	kim, ana := h.person(t, "Kim", authz.Admin), h.person(t, "Ana", authz.Responder)
	admin, b := h.browser(t, kim), h.browser(t, ana)
	h.declared(t, ana)
	tab := b.open(t, "incident=1")
	admin.post(t, "/settings/users/"+ana.ID.String()+"/disable").leads(t, "/settings/users?done=disabled")
	tab.closes(t, 4501)
	b.get(t, "/incidents").leads(t, "/login?next=%2Fincidents")
	admin.get(t, "/settings/users?done=disabled").has(t, "[role=status]", "They are disabled and signed out.")
	admin.post(t, "/settings/users/"+kim.ID.String()+"/disable").want(t, http.StatusConflict).has(t, "main", "You cannot do this to yourself.")
}

func TestAnotherRoleTakesEffect(t *testing.T) {
	t.Parallel()
	h := setup(t)
	admin, ana := h.browser(t, h.person(t, "Kim", authz.Admin)), h.person(t, "Ana", authz.Responder)
	b := h.browser(t, ana)
	h.declared(t, ana)
	here, elsewhere := b.open(t, "incident=1"), b.open(t, "page=dashboard")
	admin.post(t, "/settings/users/"+ana.ID.String()+"/role", "role", "viewer").leads(t, "/settings/users?done=role")
	here.closes(t, 4001)
	elsewhere.closes(t, 4001)
	b.post(t, "/incidents/1/notes", "text", "x").want(t, http.StatusForbidden).has(t, "main", "Your role (viewer) may not do this.")
	b.get(t, "/incidents/1").want(t, http.StatusOK).has(t, "main", "Read-only")
	// What another replica or the command line does is seen at the next look.
	again := b.open(t, "incident=1")
	h.exec(t, "UPDATE users SET role = 'author' WHERE id = $1", ana.ID)
	again.closes(t, 4001)
}

func TestSocketsEndWithTheirSession(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	laptop, phone := h.browser(t, ana), h.browser(t, ana)
	one, other := laptop.open(t, "page=dashboard"), phone.open(t, "page=dashboard")
	laptop.post(t, "/logout").leads(t, "/login")
	one.closes(t, 4501)
	h.exec(t, "UPDATE sessions SET expires_at = wardroom.now()")
	other.closes(t, 4501)
}

func TestAccessLinks(t *testing.T) {
	t.Parallel()
	h := setup(t)
	admin := h.browser(t, h.person(t, "Kim", authz.Admin))
	page := admin.post(t, "/settings/users/invite", "name", "bo", "role", "viewer").want(t, http.StatusOK)
	at := strings.Index(page.body, "/invite/")
	link := page.body[at : at+len("/invite/")+43]
	b := h.nobody(t)
	for range 2 { // looking changes nothing
		shown := b.get(t, link).want(t, http.StatusOK)
		if shown.Header.Get("Referrer-Policy") != "no-referrer" || shown.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", shown.Header)
		}
	}
	b.post(t, link, "password", "short").want(t, http.StatusBadRequest).has(t, "form[action="+link+"]", "12 characters")
	// A browser hides the origin of a page without referrer and sends nothing else without https.
	claim := url.Values{"password": {password}}.Encode()
	b.do(t, http.MethodPost, link, claim, "Origin", "null", "Sec-Fetch-Site", "cross-site").want(t, http.StatusForbidden)
	b.do(t, http.MethodPost, link, claim, "Origin", "null").leads(t, "/")
	b.get(t, "/").want(t, http.StatusOK).has(t, "#account", "bo")
	h.nobody(t).get(t, link).want(t, http.StatusNotFound).has(t, "h1", "This link does not work")
	h.nobody(t).post(t, link, "password", password).want(t, http.StatusNotFound).has(t, "main", "This link has been used.")
}
