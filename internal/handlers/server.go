package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wardroom/internal/auth"
	"wardroom/internal/authoring"
	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/escalation"
	"wardroom/internal/incidents"
	"wardroom/internal/live"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/reviews"
	"wardroom/internal/symptoms"
)

// Deps are what the pages are made of.
type Deps struct {
	Settings     config.Settings
	Environments config.File
	DB           *postgres.DB // health and the live cursor's epoch
	Auth         *auth.Service
	Symptoms     *symptoms.Service
	Incidents    *incidents.Service
	Diagnostics  *diagnostics.Service
	Escalation   *escalation.Service
	Reviews      *reviews.Service
	Catalogue    *playbooks.Catalogue
	Authoring    *authoring.Service
	Hub          *live.Hub
	Log          *slog.Logger
	Now          func() time.Time
	Version      string
	Host         string // this replica, as people read it: "from runner-1"
}

// Server answers requests. Stop it before the services that it calls.
type Server struct {
	Deps

	echo    *echo.Echo
	epoch   string
	origin  string // of our own pages, as browsers write it; "": as the request's Host says
	feeds   *feeds
	sockets sockets
}

// New builds the router. It reads the database's epoch, which every page carries.
func New(ctx context.Context, deps Deps) (*Server, error) {
	epoch, err := deps.DB.Epoch(ctx)
	if err != nil {
		return nil, postgres.MapError(err)
	}
	address, err := clientAddress(deps.Settings.TrustedProxies)
	if err != nil {
		return nil, err
	}
	s := &Server{Deps: deps, epoch: epoch.String(), origin: originOf(deps.Settings.PublicURL)}
	s.feeds = newFeeds(s)
	s.echo = echo.New()
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.IPExtractor = address
	s.echo.HTTPErrorHandler = s.fail
	s.echo.Use(s.logRequests, s.recoverPanics, s.secure, s.refuseCrossOrigin(), wellFormedQuery)
	s.register(s.routes())
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// Stop closes the open sockets and ends the goroutines that render for them.
func (s *Server) Stop() {
	s.sockets.stop()
	s.feeds.stop()
}
