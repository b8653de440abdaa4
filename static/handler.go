package static

import (
	"net/http"
	"strings"
)

// Handler serves /static/…: hashed names as immutable, plain names to be checked each time.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	prepared := all()
	f, immutable := prepared.byPath[r.URL.Path]
	if !immutable {
		f = prepared.byName[strings.TrimPrefix(r.URL.Path, prefix)]
	}
	if f == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", f.etag)
	h.Set("Cache-Control", "no-cache")
	if immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.zip
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a browser that has gone is nobody's error
	}
}
