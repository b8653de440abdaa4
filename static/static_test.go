package static_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wardroom/static"
)

func get(t *testing.T, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w
}

func TestHashedNameIsImmutable(t *testing.T) {
	t.Parallel()
	r := get(t, static.Path("app.css"))
	plain := r.Body.Bytes()
	if r.Code != http.StatusOK || !strings.Contains(r.Header().Get("Cache-Control"), "immutable") || r.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%d %v", r.Code, r.Header())
	}
	z := get(t, static.Path("app.css"), "Accept-Encoding", "gzip")
	unzip, err := gzip.NewReader(z.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(unzip); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("gzip differs: %v", err)
	}
	if !bytes.HasPrefix(plain, []byte("@layer reset,tokens,base,layout,components,utilities,print;")) {
		t.Errorf("the order of layers does not come first: %.80s", plain)
	}
}

func TestPlainNameIsChecked(t *testing.T) {
	t.Parallel()
	r := get(t, "/static/app.js")
	if r.Header().Get("Cache-Control") != "no-cache" {
		t.Error(r.Header())
	}
	again := get(t, "/static/app.js", "If-None-Match", r.Header().Get("ETag"))
	if again.Code != http.StatusNotModified {
		t.Errorf("status %d", again.Code)
	}
	if missing := get(t, "/static/none.js"); missing.Code != http.StatusNotFound {
		t.Errorf("status %d", missing.Code)
	}
}

var imports = regexp.MustCompile(`(?:from |import )"\./([^"]+)"`)

// A module that imports another by its plain name would be another module: its state would exist twice.
func TestModulesImportHashedNames(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, name := range []string{"app.js", "live.js", "forms.js", "keys.js", "log-view.js", "page.js", "clock.js", "command.js", "palette.js", "author.js"} {
		for _, m := range imports.FindAllSubmatch(get(t, static.Path(name)).Body.Bytes(), -1) {
			seen++
			if r := get(t, "/static/"+string(m[1])); !strings.Contains(r.Header().Get("Cache-Control"), "immutable") {
				t.Errorf("%s imports %s", name, m[1])
			}
		}
	}
	if seen < 12 {
		t.Errorf("only %d imports found", seen)
	}
}

// The budgets are the design's: a page must open on a bad line. A page has one script with what that imports, and two sheets: app.css
// with ansi.css, or with author.css where there are no logs.
func TestBudgets(t *testing.T) {
	t.Parallel()
	size := func(names ...string) (n int) {
		for _, name := range names {
			n += get(t, static.Path(name), "Accept-Encoding", "gzip").Body.Len()
		}
		return n
	}
	for what, b := range map[string]struct{ got, limit int }{
		"the script of most pages":   {size(imported(t, "app.js")...), 20 << 10},
		"the script of the editor":   {size(imported(t, "author.js")...), 20 << 10},
		"app.css":                    {size("app.css"), 12 << 10},
		"ansi.css":                   {size("ansi.css"), 5 << 10},
		"author.css beside ansi.css": {size("author.css"), size("ansi.css")},
		"sprite.svg":                 {size("sprite.svg"), 5 << 10},
	} {
		if b.got > b.limit {
			t.Errorf("%s: %d bytes, at most %d", what, b.got, b.limit)
		}
		t.Logf("%s: %d bytes of %d", what, b.got, b.limit)
	}
}

// imported is a module and all that it brings.
func imported(t *testing.T, name string) []string {
	t.Helper()
	hash := regexp.MustCompile(`\.[0-9a-f]{10}\.js$`)
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for _, m := range imports.FindAllSubmatch(get(t, static.Path(name)).Body.Bytes(), -1) {
			visit(hash.ReplaceAllString(string(m[1]), ".js"))
		}
	}
	visit(name)
	return slices.Sorted(maps.Keys(seen))
}

func TestColoursStandInTokensOnly(t *testing.T) {
	t.Parallel()
	hex := regexp.MustCompile(`#[0-9A-Fa-f]{3,8}\b`)
	sheets, err := filepath.Glob("css/app/*.css")
	if err != nil || len(sheets) < 5 {
		t.Fatal(sheets, err)
	}
	for _, sheet := range append(sheets, "css/author.css", "../views/*.templ") {
		names, err := filepath.Glob(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(filepath.Clean(name))
			if err != nil {
				t.Fatal(err)
			}
			if found := hex.FindAll(b, -1); found != nil && !strings.HasSuffix(name, "tokens.css") {
				t.Errorf("%s: %s", name, found)
			}
		}
	}
}

// Foreign text must never be parsed as markup.
func TestNoMarkupFromText(t *testing.T) {
	t.Parallel()
	modules, err := filepath.Glob("js/*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range modules {
		b, err := os.ReadFile(filepath.Clean(name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "idiomorph.js") {
			continue
		}
		for _, word := range []string{"innerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"} {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("%s uses %s", name, word)
			}
		}
	}
}
