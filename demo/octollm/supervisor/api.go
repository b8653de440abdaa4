package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"wardroom/demo/octollm/control"
)

// unknownError says that there is no such thing.
type unknownError struct{ kind, name string }

// Error names the thing.
func (e *unknownError) Error() string { return fmt.Sprintf("there is no %s %q", e.kind, e.name) }

func errUnknown(kind, name string) error { return &unknownError{kind: kind, name: name} }

// listen opens the control socket to every user of this machine: commands of a playbook run as another one than the services.
func (s *Supervisor) listen(ctx context.Context) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(s.opts.Control), 0o755); err != nil { //nolint:gosec // others pass through
		return nil, fmt.Errorf("folder of the control socket: %w", err)
	}
	if err := os.Remove(s.opts.Control); err != nil && !errors.Is(err, os.ErrNotExist) { // ours by the lock
		return nil, fmt.Errorf("old control socket: %w", err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", s.opts.Control)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(s.opts.Control, 0o666); err != nil { //nolint:gosec // see above
		return nil, errors.Join(fmt.Errorf("open the control socket: %w", err), l.Close())
	}
	return l, nil
}

// serve answers the octollm command until ctx ends.
func (s *Supervisor) serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("control socket: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = server.Shutdown(end) // a follower that does not leave is cut off with the process
	return nil
}

func (s *Supervisor) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /services", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.services(), nil) })
	mux.HandleFunc("GET /services/{name}/logs", s.logs)
	mux.HandleFunc("POST /services/{name}/restart", s.restartService)
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.listFaults(), nil) })
	mux.HandleFunc("PUT /faults/{name}", s.putFault)
	return mux
}

func (s *Supervisor) restartService(w http.ResponseWriter, r *http.Request) {
	p, ok := s.find(r.PathValue("name"))
	if !ok {
		answer(w, nil, errUnknown("service", r.PathValue("name")))
		return
	}
	// A client that goes away must not leave the service half started.
	err := s.restart(context.WithoutCancel(r.Context()), p)
	s.opts.Log.InfoContext(r.Context(), "restart was asked for", "service", p.name, "err", err)
	answer(w, p.status(), err)
}

func (s *Supervisor) putFault(w http.ResponseWriter, r *http.Request) {
	var want control.Fault
	if err := json.NewDecoder(r.Body).Decode(&want); err != nil {
		answer(w, nil, fmt.Errorf("not a fault: %w", err))
		return
	}
	f, err := s.setFault(context.WithoutCancel(r.Context()), r.PathValue("name"), want.On)
	answer(w, f, err)
}

func (s *Supervisor) logs(w http.ResponseWriter, r *http.Request) {
	p, ok := s.find(r.PathValue("name"))
	if !ok {
		answer(w, nil, errUnknown("service", r.PathValue("name")))
		return
	}
	tail, err := strconv.Atoi(r.FormValue("tail"))
	if err != nil {
		answer(w, nil, fmt.Errorf("tail is not a number: %w", err))
		return
	}
	lines, offset, err := lastLines(p.log, tail)
	if err != nil {
		answer(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err = w.Write(lines); err != nil || r.FormValue("follow") != "true" {
		return
	}
	if err := follow(r.Context(), p.log, offset, flushing{w, http.NewResponseController(w)}); err != nil {
		s.opts.Log.InfoContext(r.Context(), "a follower left", "service", p.name, "err", err)
	}
}

// flushing sends every piece at once.
type flushing struct {
	http.ResponseWriter

	controller *http.ResponseController
}

// Write implements io.Writer.
func (f flushing) Write(p []byte) (int, error) {
	n, err := f.ResponseWriter.Write(p)
	if err == nil {
		err = f.controller.Flush()
	}
	return n, err
}

func answer(w http.ResponseWriter, value any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		status := http.StatusConflict
		if _, unknown := errors.AsType[*unknownError](err); unknown {
			status = http.StatusNotFound
		}
		w.WriteHeader(status)
		value = control.Failure{Error: err.Error()}
	}
	_ = json.NewEncoder(w).Encode(value) // a client that left needs no answer
}
