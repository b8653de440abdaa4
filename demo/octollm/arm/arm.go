package arm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"wardroom/demo/octollm/service"
)

// Task is what the orchestrator sends to /execute.
type Task struct {
	ID   string `json:"task_id"`
	Goal string `json:"goal"`
}

// Result is what it gets back.
type Result struct {
	Arm    string `json:"arm"`
	Output string `json:"output"`
}

// heartbeat is the time between two registrations: the orchestrator may have been restarted, or another address given.
const heartbeat = 10 * time.Second

// Arm executes tasks of one kind.
type Arm struct {
	kind         Kind
	url          string
	orchestrator string
	service      *service.Service
	tasks        *prometheus.CounterVec
	client       *http.Client
}

// New makes the arm that answers at url part of its service.
func New(kind Kind, url, orchestrator string, s *service.Service) *Arm {
	a := &Arm{
		kind: kind, url: url, orchestrator: orchestrator, service: s, client: &http.Client{Timeout: 5 * time.Second},
		tasks: promauto.With(s.Metrics).NewCounterVec(prometheus.CounterOpts{Name: "arm_tasks_total", Help: "Tasks executed by this arm."}, []string{"status"}),
	}
	s.Capabilities = func(context.Context) (any, error) { return a.capability(), nil }
	s.Handle("POST /execute", a.execute)
	return a
}

func (a *Arm) capability() Capability {
	return Capability{Name: a.kind.Name, Domain: a.kind.Domain, Keywords: a.kind.Keywords, URL: a.url}
}

// execute does what such a service does most of the time: it waits for a model.
func (a *Arm) execute(r *http.Request) (any, error) {
	var task Task
	if err := json.NewDecoder(r.Body).Decode(&task); err != nil {
		a.tasks.WithLabelValues("refused").Inc()
		return nil, &service.Error{Status: http.StatusBadRequest, Text: "the task is not JSON: " + err.Error()}
	}
	began := time.Now()
	select {
	case <-time.After(time.Duration(40+rand.IntN(160)) * time.Millisecond): //nolint:gosec // nobody gains from guessing it
	case <-r.Context().Done():
		a.tasks.WithLabelValues("cancelled").Inc()
		return nil, r.Context().Err()
	}
	a.tasks.WithLabelValues("completed").Inc()
	a.service.Log.InfoContext(r.Context(), "task executed", "task_id", task.ID, "goal", task.Goal, "seconds", fmt.Sprintf("%.3f", time.Since(began).Seconds()))
	return Result{Arm: a.kind.Name, Output: fmt.Sprintf("%s done: %s", a.kind.Domain, task.Goal)}, nil
}

// Work registers the arm again and again. The signal that the fault arm-crash sends makes it crash as a bug would.
func (a *Arm) Work(ctx context.Context) error {
	bug := make(chan os.Signal, 1)
	signal.Notify(bug, syscall.SIGUSR1)
	defer signal.Stop(bug)
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-bug:
			a.crash(ctx)
		case <-next.C:
			next.Reset(heartbeat)
			if err := a.register(ctx); err != nil {
				next.Reset(time.Second)
				a.service.Log.WarnContext(ctx, "not registered with the orchestrator", "err", err)
			}
		}
	}
}

// crash is the bug: it reads a result that the sandbox never returned.
func (a *Arm) crash(ctx context.Context) {
	a.service.Log.ErrorContext(ctx, "sandbox returned no result, reading it anyway", "worker", 3)
	results := make([]Result, 0, 4)
	a.service.Log.InfoContext(ctx, "result", "output", results[3].Output)
}

func (a *Arm) register(ctx context.Context) error {
	raw, err := json.Marshal(a.capability())
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.orchestrator+"/api/v1/arms/register", bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the orchestrator answered %s", resp.Status)
	}
	return nil
}
