// Command preview shows the fixtures of package views in a browser, for whoever works on their looks:
//
//	go run ./views/internal/preview -listen 127.0.0.1:8099
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"wardroom/static"
	"wardroom/views"
	"wardroom/views/internal/fixture"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8099", "address to listen on")
	flag.Parse()
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	for name, page := range fixture.Pages() {
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
			if err := page(r.URL.Query().Get("theme")).Render(views.WithAssets(r.Context(), static.Path), w); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		})
	}
	server := http.Server{Addr: *listen, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	if err := server.ListenAndServe(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
