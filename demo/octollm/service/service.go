package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"wardroom/internal/ports"
)

// Service is one process of OctoLLM.
type Service struct {
	Name    string
	Log     *slog.Logger
	Metrics prometheus.Registerer
	// Healthy says what is wrong with the service, for /health.
	Healthy func(context.Context) error
	// Capabilities is what /capabilities answers, encoded as JSON.
	Capabilities func(context.Context) (any, error)

	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	mux      *http.ServeMux
	started  time.Time
}

// New returns a service without anything of its own yet.
func New(name string, log *slog.Logger) *Service {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s := &Service{
		Name: name, Log: log, Metrics: registry, registry: registry, mux: http.NewServeMux(), started: time.Now(),
		Healthy: func(context.Context) error { return nil },
		requests: promauto.With(registry).NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_request_duration_seconds", Help: "Time from request to answer.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "endpoint", "status"}),
	}
	s.Handle("GET /health", s.health)
	s.Handle("GET /capabilities", s.capabilities)
	s.mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return s
}

// Handle serves pattern with fn; what fn returns is the answer, an error is 500 or what NewError says. Every request is measured.
func (s *Service) Handle(pattern string, fn func(*http.Request) (any, error)) {
	_, endpoint, _ := strings.Cut(pattern, " ")
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		began, status := time.Now(), http.StatusOK
		answer, err := fn(r)
		if err != nil {
			status = http.StatusInternalServerError
			if known, ok := errors.AsType[*Error](err); ok {
				status = known.Status
			}
			if answer == nil {
				answer = map[string]string{"error": err.Error()}
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			s.Log.WarnContext(r.Context(), "answer was not sent", "endpoint", pattern, "err", err)
		}
		s.requests.WithLabelValues(r.Method, endpoint, strconv.Itoa(status)).Observe(time.Since(began).Seconds())
	})
}

// Error is a refusal with a status.
type Error struct {
	Status int
	Text   string
}

// Error is the text of the refusal.
func (e *Error) Error() string { return e.Text }

// Health is what /health answers.
type Health struct {
	Status  string  `json:"status"`
	Service string  `json:"service"`
	Uptime  float64 `json:"uptime_seconds"`
	Error   string  `json:"error,omitempty"`
}

func (s *Service) health(r *http.Request) (any, error) {
	h := Health{Status: "healthy", Service: s.Name, Uptime: since(s.started)}
	if err := s.Healthy(r.Context()); err != nil {
		h.Status, h.Error = "unhealthy", err.Error()
		return h, &Error{Status: http.StatusServiceUnavailable, Text: err.Error()}
	}
	return h, nil
}

func (s *Service) capabilities(r *http.Request) (any, error) { return s.Capabilities(r.Context()) }

// Listen takes the preferred port. When a stranger holds it, another one is taken on the first start; later the port must stay what everybody was told.
func Listen(ctx context.Context, port int, must bool) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", ports.Loopback(port))
	if err == nil {
		return l, nil
	}
	if must {
		return nil, fmt.Errorf("port %d is held by %s: %w", port, ports.Holder(port), err)
	}
	if port, err = ports.Free(); err != nil {
		return nil, err
	}
	l, err = lc.Listen(ctx, "tcp", ports.Loopback(port))
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return l, nil
}

// Serve answers requests and does the work until ctx ends or the work fails. ready is told the address once requests are taken.
func (s *Service) Serve(ctx context.Context, l net.Listener, ready *os.File, work func(context.Context) error) error {
	server := &http.Server{Handler: s.mux, ReadHeaderTimeout: 5 * time.Second}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(l) }()
	go func() { failed <- work(ctx) }()
	s.Log.InfoContext(ctx, "listening", "address", l.Addr().String(), "pid", os.Getpid())
	if _, err := fmt.Fprintln(ready, l.Addr()); err != nil {
		return fmt.Errorf("report readiness: %w", err)
	}
	_ = ready.Close() // written
	left := cap(failed)
	var err error
	select {
	case err = <-failed:
		left--
	case <-ctx.Done():
	}
	cancel()
	s.Log.InfoContext(ctx, "shutting down")
	end, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	err = errors.Join(err, server.Shutdown(end))
	for range left {
		if failure := <-failed; !errors.Is(failure, http.ErrServerClosed) {
			err = errors.Join(err, failure)
		}
	}
	return err
}
