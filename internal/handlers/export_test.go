package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"wardroom/internal/diagnostics"
)

// MostTelling picks the line that a brief quotes.
func MostTelling(lines []diagnostics.Line) string { return mostTelling(lines) }

// Routes gives the table as "METHOD path".
func (s *Server) Routes() []string {
	var all []string
	for _, r := range s.routes() {
		all = append(all, r.method+" "+r.path)
	}
	return all
}

// Registered gives what the router really answers, HEAD beside GET left out.
func (s *Server) Registered() []string {
	var all []string
	for _, r := range s.echo.Routes() {
		if r.Method != http.MethodHead {
			all = append(all, r.Method+" "+r.Path)
		}
	}
	return all
}

// RegisterBare registers a route that says nothing about access.
func (s *Server) RegisterBare() {
	s.register([]route{{method: http.MethodGet, path: "/bare", handle: func(c echo.Context) error { return nil }}})
}

// RegisterOpen registers a route that anybody may use.
func (s *Server) RegisterOpen(path string, handle func() error) {
	s.register([]route{{http.MethodGet, path, anybody, func(echo.Context) error { return handle() }}})
}

// Live counts the open sockets and the feeds behind them.
func (s *Server) Live() (open, running int) {
	s.sockets.mu.Lock()
	open = len(s.sockets.open)
	s.sockets.mu.Unlock()
	s.feeds.mu.Lock()
	running = len(s.feeds.active)
	s.feeds.mu.Unlock()
	return open, running
}
