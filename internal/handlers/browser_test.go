package handlers_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"wardroom/internal/authz"
)

// browser is one person's, signed in or not.
type browser struct {
	h      *house
	client *http.Client
	token  string
}

// nobody is a browser that has not signed in.
func (h *house) nobody(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{h: h, client: &http.Client{
		Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// browser is one in which p is signed in.
func (h *house) browser(t *testing.T, p authz.Actor) *browser {
	t.Helper()
	b := h.nobody(t)
	b.signIn(t, p)
	return b
}

func (b *browser) signIn(t *testing.T, p authz.Actor) {
	t.Helper()
	b.token = b.h.session(t, p)
	home, err := url.Parse(b.h.url)
	must(t, err)
	b.client.Jar.SetCookies(home, []*http.Cookie{{Name: "wardroom_session", Value: b.token, Path: "/"}})
}

// answer is what came back, read.
type answer struct {
	*http.Response

	body string
	doc  *html.Node
}

func (b *browser) do(t *testing.T, method, path, body string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.h.url+path, strings.NewReader(body))
	must(t, err)
	req.Header.Set("Accept", "text/html,*/*;q=0.8")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", b.h.url)
	}
	for i := 0; i < len(header); i += 2 {
		if req.Header.Del(header[i]); header[i+1] != "" {
			req.Header.Set(header[i], header[i+1])
		}
	}
	res, err := b.client.Do(req)
	must(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	must(t, err)
	doc, err := html.Parse(strings.NewReader(string(data)))
	must(t, err)
	return answer{Response: res, body: string(data), doc: doc}
}

func (b *browser) get(t *testing.T, path string, header ...string) answer {
	t.Helper()
	return b.do(t, http.MethodGet, path, "", header...)
}

// post sends a form: name, value, name, value …, with a fresh key unless it has one.
func (b *browser) post(t *testing.T, path string, fields ...string) answer {
	t.Helper()
	form := url.Values{"key": {uuid.Must(uuid.NewV7()).String()}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.do(t, http.MethodPost, path, form.Encode())
}

func (a answer) want(t *testing.T, status int) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d\n%.400s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, a.text())
	}
	return a
}

// leads checks a redirect.
func (a answer) leads(t *testing.T, to string) {
	t.Helper()
	a.want(t, http.StatusSeeOther)
	if got := a.Header.Get("Location"); got != to {
		t.Errorf("%s %s leads to %q, want %q", a.Request.Method, a.Request.URL.Path, got, to)
	}
}

// text is what a person reads on the page.
func (a answer) text() string { return strings.Join(strings.Fields(textOf(a.doc)), " ") }

// has checks that the element that the selector names holds the words.
func (a answer) has(t *testing.T, selector, words string) {
	t.Helper()
	for _, n := range find(a.doc, selector) {
		if strings.Contains(strings.Join(strings.Fields(textOf(n)), " "), words) {
			return
		}
	}
	t.Errorf("%s: no %s holds %q in:\n%.600s", a.Request.URL.Path, selector, words, a.text())
}

// find gives the elements that a selector like form[action=/login] or #main or .problems
// names: a tag, then one of these, each optional.
func find(root *html.Node, selector string) []*html.Node {
	tag, name, value := selector, "", ""
	if i := strings.IndexAny(selector, "#.["); i >= 0 {
		tag = selector[:i]
		switch rest := selector[i+1:]; selector[i] {
		case '#':
			name, value = "id", rest
		case '.':
			name, value = "class", rest
		default:
			name, value, _ = strings.Cut(strings.TrimSuffix(rest, "]"), "=")
		}
	}
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (tag == "" || n.Data == tag) && (name == "" || matches(n, name, value)) {
			found = append(found, n)
		}
	}
	return found
}

func matches(n *html.Node, name, value string) bool {
	got, ok := attr(n, name)
	if name == "class" {
		return strings.Contains(" "+got+" ", " "+value+" ")
	}
	return ok && (got == value || value == "")
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return b.String()
}
