package orchestrator

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"wardroom/demo/octollm/arm"
)

//go:embed schema.sql
var schema string

// maxAttempts is how often a task is tried before it has failed.
const maxAttempts = 5

// Task is a row of tasks.
type Task struct {
	ID       string `json:"task_id"`
	Goal     string `json:"goal"`
	Status   string `json:"status"`
	Arm      string `json:"arm"`
	Attempts int    `json:"attempts"`
	Error    string `json:"error,omitempty"`
}

// store is the orchestrator's database.
type store struct{ pool *pgxpool.Pool }

func openStore(ctx context.Context, url string) (*store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("address of the database: %w", err)
	}
	config.MaxConns = 8
	config.ConnConfig.RuntimeParams["application_name"] = "orchestrator"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if _, err := pool.Exec(ctx, schema); err != nil {
		pool.Close()
		return nil, fmt.Errorf("tables: %w", err)
	}
	return &store{pool: pool}, nil
}

// add makes a pending task.
func (s *store) add(ctx context.Context, goal string) (Task, error) {
	t := Task{Goal: goal, Status: "pending"}
	err := s.pool.QueryRow(ctx, "INSERT INTO tasks (goal) VALUES ($1) RETURNING task_id", goal).Scan(&t.ID)
	return t, err
}

// claim takes the task that has waited longest, or returns false when none is due.
func (s *store) claim(ctx context.Context) (Task, bool, error) {
	t := Task{Status: "running"}
	err := s.pool.QueryRow(ctx, `
		UPDATE tasks SET status = 'running', attempts = attempts + 1, updated_at = now()
		WHERE task_id = (SELECT task_id FROM tasks WHERE status = 'pending' AND next_at <= now() ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING task_id, goal, attempts`).Scan(&t.ID, &t.Goal, &t.Attempts)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, false, nil
	}
	return t, err == nil, err
}

// finish records a result.
func (s *store) finish(ctx context.Context, t Task, result arm.Result, cached bool) error {
	return s.record(ctx, t, "completed", map[string]any{"output": result.Output, "cached": cached},
		"UPDATE tasks SET status = 'completed', arm = $2, result = $3, error = NULL, updated_at = now() WHERE task_id = $1", t.ID, t.Arm, result)
}

// fail records that an attempt did not work; the task waits for its next one, longer each time, or has failed. It reports which.
func (s *store) fail(ctx context.Context, t Task, cause error) (status string, err error) {
	status, wait := "pending", time.Duration(t.Attempts)*5*time.Second
	if t.Attempts >= maxAttempts {
		status = "failed"
	}
	return status, s.record(ctx, t, "attempt_failed", map[string]any{"error": cause.Error(), "attempt": t.Attempts},
		"UPDATE tasks SET status = $2, arm = nullif($3, ''), error = $4, next_at = now() + $5::interval, updated_at = now() WHERE task_id = $1",
		t.ID, status, t.Arm, cause.Error(), wait)
}

// record writes the change of a task and the line of action_log that tells it, both or neither.
func (s *store) record(ctx context.Context, t Task, action string, details map[string]any, update string, args ...any) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, update, args...); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO action_log (task_id, arm, action_type, details) VALUES ($1, nullif($2, ''), $3, $4)", t.ID, t.Arm, action, details)
		return err
	})
}

// touch counts that a task read the entities it names.
func (s *store) touch(ctx context.Context, goal string) error {
	_, err := s.pool.Exec(ctx, "UPDATE entities SET access_count = access_count + 1, updated_at = now() WHERE position(name IN $1) > 0", goal)
	return err
}

// register writes what an arm says about itself.
func (s *store) register(ctx context.Context, c arm.Capability) error {
	raw, err := json.Marshal(map[string]any{"keywords": c.Keywords})
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	_, err = s.pool.Exec(ctx, `
		INSERT INTO arms (name, domain, capabilities, url) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET domain = excluded.domain, capabilities = excluded.capabilities, url = excluded.url, last_seen = now()`,
		c.Name, c.Domain, raw, c.URL)
	return err
}

// arms are the ones that tasks may be routed to.
func (s *store) arms(ctx context.Context) ([]arm.Capability, error) {
	rows, err := s.pool.Query(ctx, "SELECT name, domain, ARRAY(SELECT jsonb_array_elements_text(capabilities->'keywords')) AS keywords, url FROM arms WHERE enabled ORDER BY name")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[arm.Capability])
}

// tasks are the latest ones.
func (s *store) tasks(ctx context.Context) ([]Task, error) {
	rows, err := s.pool.Query(ctx, "SELECT task_id, goal, status, coalesce(arm, ''), attempts, coalesce(error, '') FROM tasks ORDER BY created_at DESC LIMIT 50")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Task])
}

// pending counts the tasks that wait.
func (s *store) pending(ctx context.Context) (n int64, err error) {
	err = s.pool.QueryRow(ctx, "SELECT count(*) FROM tasks WHERE status = 'pending'").Scan(&n)
	return n, err
}

// forget deletes finished tasks of another day, so that a demo which is left alone does not grow.
func (s *store) forget(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, "DELETE FROM tasks WHERE status IN ('completed', 'failed') AND updated_at < now() - interval '1 day'")
	return err
}
