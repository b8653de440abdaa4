package orchestrator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/redis/go-redis/v9"

	"wardroom/demo/octollm/arm"
	"wardroom/demo/octollm/service"
)

// cacheTime is how long an answer is good for.
const cacheTime = time.Minute

// Orchestrator routes tasks to arms.
type Orchestrator struct {
	service *service.Service
	store   *store
	cache   *redis.Client
	client  *http.Client

	tasks    *prometheus.CounterVec
	duration prometheus.Histogram
	waiting  prometheus.Gauge
	hits     *prometheus.CounterVec
	misses   *prometheus.CounterVec
}

// New connects to the database, makes its tables, and adds the orchestrator's endpoints to the service. Close it.
func New(ctx context.Context, databaseURL, redisURL string, s *service.Service) (*Orchestrator, error) {
	options, err := redis.ParseURL(redisURL)
	if err != nil {
		return nil, fmt.Errorf("address of Redis: %w", err)
	}
	st, err := openStore(ctx, databaseURL)
	if err != nil {
		return nil, err
	}
	metrics := promauto.With(s.Metrics)
	o := &Orchestrator{
		service: s, store: st, cache: redis.NewClient(options), client: &http.Client{Timeout: 10 * time.Second},
		tasks:    metrics.NewCounterVec(prometheus.CounterOpts{Name: "octollm_tasks_total", Help: "Attempts at tasks by outcome."}, []string{"status", "arm"}),
		duration: metrics.NewHistogram(prometheus.HistogramOpts{Name: "octollm_task_duration_seconds", Help: "Time from claim to outcome."}),
		waiting:  metrics.NewGauge(prometheus.GaugeOpts{Name: "octollm_tasks_pending", Help: "Tasks that wait for an arm."}),
		hits:     metrics.NewCounterVec(prometheus.CounterOpts{Name: "cache_hits_total", Help: "Answers found in the cache."}, []string{"cache_type"}),
		misses:   metrics.NewCounterVec(prometheus.CounterOpts{Name: "cache_misses_total", Help: "Answers not found in the cache."}, []string{"cache_type"}),
	}
	s.Healthy = o.healthy
	s.Capabilities = func(ctx context.Context) (any, error) { return st.arms(ctx) }
	s.Handle("POST /api/v1/arms/register", o.register)
	s.Handle("GET /api/v1/tasks", func(r *http.Request) (any, error) { return st.tasks(r.Context()) })
	s.Handle("POST /api/v1/tasks", o.add)
	return o, nil
}

// Close ends the connections.
func (o *Orchestrator) Close() error {
	o.store.pool.Close()
	return o.cache.Close()
}

func (o *Orchestrator) healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := o.store.pool.Ping(ctx); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	if err := o.cache.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

func (o *Orchestrator) register(r *http.Request) (any, error) {
	var c arm.Capability
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil || c.Name == "" || c.URL == "" {
		return nil, &service.Error{Status: http.StatusBadRequest, Text: "an arm registers with name, domain, keywords and url"}
	}
	return map[string]string{"registered": c.Name}, o.store.register(r.Context(), c)
}

func (o *Orchestrator) add(r *http.Request) (any, error) {
	var body struct {
		Goal string `json:"goal"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Goal == "" {
		return nil, &service.Error{Status: http.StatusBadRequest, Text: "a task needs a goal"}
	}
	return o.store.add(r.Context(), body.Goal)
}

// errNoArm says that no arm's keywords occur in the goal.
var errNoArm = errors.New("no arm found: all routing scores are zero")

// route returns the arm with most keywords in the goal.
func route(goal string, arms []arm.Capability) (arm.Capability, int, error) {
	var best arm.Capability
	score := 0
	for _, c := range arms {
		n := 0
		for _, keyword := range c.Keywords {
			n += strings.Count(strings.ToLower(goal), keyword)
		}
		if n > score {
			best, score = c, n
		}
	}
	if score == 0 {
		return best, 0, errNoArm
	}
	return best, score, nil
}

// process does one task, from routing to the record of what came out.
func (o *Orchestrator) process(ctx context.Context, t Task) error {
	timer := prometheus.NewTimer(o.duration)
	defer timer.ObserveDuration()
	result, cached, err := o.attempt(ctx, &t)
	if err != nil {
		status, failErr := o.store.fail(ctx, t, err)
		o.tasks.WithLabelValues("error", t.Arm).Inc()
		o.service.Log.ErrorContext(ctx, "task attempt failed", "task_id", t.ID, "arm", t.Arm, "attempt", t.Attempts, "status", status, "err", err)
		return failErr
	}
	o.tasks.WithLabelValues("completed", t.Arm).Inc()
	o.service.Log.InfoContext(ctx, "task completed", "task_id", t.ID, "arm", t.Arm, "cached", cached)
	return errors.Join(o.store.finish(ctx, t, result, cached), o.store.touch(ctx, t.Goal))
}

func (o *Orchestrator) attempt(ctx context.Context, t *Task) (result arm.Result, cached bool, err error) {
	arms, err := o.store.arms(ctx)
	if err != nil {
		return result, false, err
	}
	c, score, err := route(t.Goal, arms)
	if err != nil {
		return result, false, err
	}
	t.Arm = c.Name
	o.service.Log.InfoContext(ctx, "routing task", "task_id", t.ID, "arm", c.Name, "score", score, "goal", t.Goal)
	key := "result:" + c.Name + ":" + t.Goal
	raw, err := o.cache.Get(ctx, key).Bytes()
	if err == nil && json.Unmarshal(raw, &result) == nil {
		o.hits.WithLabelValues("result").Inc()
		return result, true, nil
	}
	o.misses.WithLabelValues("result").Inc()
	if result, err = o.call(ctx, c, *t); err != nil {
		return result, false, err
	}
	if raw, err = json.Marshal(result); err == nil {
		err = o.cache.Set(ctx, key, raw, cacheTime).Err()
	}
	if err != nil { // the answer is good without the cache
		o.service.Log.WarnContext(ctx, "answer was not cached", "err", err)
	}
	return result, false, nil
}

func (o *Orchestrator) call(ctx context.Context, c arm.Capability, t Task) (result arm.Result, err error) {
	raw, err := json.Marshal(arm.Task{ID: t.ID, Goal: t.Goal})
	if err != nil {
		return result, fmt.Errorf("encode: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/execute", bytes.NewReader(raw))
	if err != nil {
		return result, fmt.Errorf("request: %w", err)
	}
	resp, err := o.client.Do(req)
	if err != nil {
		return result, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return result, fmt.Errorf("%s answered %s", c.Name, resp.Status)
	}
	return result, json.NewDecoder(resp.Body).Decode(&result)
}
