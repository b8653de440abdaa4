package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/config"
)

func TestFormsOfOtherSites(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declared(t, ana)
	b := h.browser(t, ana)
	for name, header := range map[string][]string{
		"another site":            {"Origin", "https://evil.example"},
		"another port":            {"Origin", "http://127.0.0.1:1"},
		"hidden origin":           {"Origin", "null"},
		"as browsers say":         {"Origin", "", "Sec-Fetch-Site", "cross-site"},
		"a subdomain":             {"Origin", "", "Sec-Fetch-Site", "same-site"},
		"said, and origin agrees": {"Sec-Fetch-Site", "cross-site"},
	} {
		a := b.do(t, http.MethodPost, "/incidents/1/notes", "text=x", header...)
		if a.StatusCode != http.StatusForbidden || !strings.Contains(a.text(), "another site's page") {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	for name, header := range map[string][]string{
		"our own page":         {"Sec-Fetch-Site", "same-origin"},
		"an older browser's":   {},
		"a program, no origin": {"Origin", ""},
	} {
		if a := b.do(t, http.MethodPost, "/incidents/1/notes", "text=x", header...); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	if a := b.do(t, http.MethodPost, hook, alert, "Origin", "https://evil.example"); a.StatusCode != http.StatusForbidden {
		t.Errorf("webhook from a page: %d", a.StatusCode)
	}
}

func TestOnlyTheExactOriginOpensASocket(t *testing.T) {
	t.Parallel()
	local := setup(t)
	public := setup(t, func(s *config.Settings) { s.PublicURL = "https://Wardroom.example.org:443" })
	u, err := url.Parse(local.url)
	must(t, err)
	port := u.Port()
	for _, c := range []struct {
		h       *house
		exact   string
		cookie  string
		origins []string
	}{
		{local, local.url, "wardroom_session", []string{
			"http://localhost:" + port, "https://" + u.Host, "http://127.0.0.1", "http://127.0.0.1:1", "http://127.0.0.1.:" + port,
			"http://127.0.0.1:" + port + "0", "http://127.0.0.1:0" + port, "http://127.1:" + port, "http://2130706433:" + port,
			"http://0x7f000001:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://[::1]:" + port, "http://0.0.0.0:" + port,
			"ws://" + u.Host, "http:/" + u.Host, "http:" + u.Host, "//" + u.Host, u.Host, "HTTP://" + u.Host, "http://" + u.Host + "#",
		}},
		{public, "https://wardroom.example.org", "__Host-wardroom_session", []string{
			"http://wardroom.example.org", "https://wardroom.example.org:443", "https://wardroom.example.org:8443", "https://wardroom.example.org.",
			"https://wardroom.example.org/", "https://wardroom.example.org?x", "https://wardroom.example.org#x", "https://x@wardroom.example.org",
			"https://evil.example@wardroom.example.org", "https://wardroom.example.org@evil.example", "https://wardroom.example.org.evil.example",
			"https://evilwardroom.example.org", "https://evil.wardroom.example.org", "https://example.org", "https://org", "https://wardroom-example.org",
			"https://wardroom.example.orgevil", "HTTPS://WARDROOM.EXAMPLE.ORG", "https://Wardroom.example.org", "https://wardroom.example.org ",
			"https://wardroom.example.org,https://evil.example", "https://evil.example https://wardroom.example.org", "wss://wardroom.example.org",
			"https://wardroom%2eexample.org", "https://wardroom.example.org\t", "https://wаrdroom.example.org", "file://", "chrome-extension://abc",
			"data:text/html,x", "about:blank", "javascript:0", "*", public.url,
		}},
	} {
		b := c.h.browser(t, c.h.person(t, "Ana", authz.Viewer))
		cookie := c.cookie + "=" + b.token
		try := func(origins ...string) int {
			conn, status := c.h.dial(t, "page=dashboard", http.Header{"Cookie": {cookie}, "Origin": origins})
			if conn != nil {
				must(t, conn.Close())
			}
			return status
		}
		for _, origin := range append(c.origins, "null", "", "https://evil.example", "undefined") {
			// Dots, spaces and tabs at the end are cut off by the transport, not by us.
			if strings.TrimSpace(origin) == c.exact {
				continue
			}
			if got := try(origin); got != http.StatusForbidden {
				t.Errorf("%q: %d", origin, got)
			}
		}
		if got := try(); got != http.StatusForbidden {
			t.Errorf("no origin: %d", got)
		}
		if got := try(c.exact, "https://evil.example"); got != http.StatusForbidden {
			t.Errorf("two origins: %d", got)
		}
		if got := try(c.exact); got != http.StatusSwitchingProtocols {
			t.Errorf("%q: %d", c.exact, got)
		}
	}
}
