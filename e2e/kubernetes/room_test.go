//go:build kubernetes

package kubernetes

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/inventory"
	"wardroom/internal/live"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/timeline"
)

// room is an incident in the cluster, and Wardroom around it.
type room struct {
	*diagnostics.Service
	db       *postgres.DB
	hub      *live.Hub
	incident uuid.UUID
	number   int64
	ana, bo  authz.Actor

	mu    sync.Mutex
	books map[uuid.UUID]playbooks.Playbook
}

// trusted is the namespace of OctoLLM with an account that may do everything there.
func trusted(e *config.Environment) {
	*e.Kubernetes = config.Kubernetes{Kubeconfig: plane.path("admin.yml"), Namespaces: []string{"octollm"}}
}

// newRoom opens a room in an environment that is as deploy/kubernetes wants it: each person acts under their own name.
func newRoom(t *testing.T, change ...func(*config.Environment)) *room {
	t.Helper()
	r := &room{db: pgtest.New(t), hub: live.NewHub(), books: map[uuid.UUID]playbooks.Playbook{}}
	env := config.Environment{
		Name: "cluster", Platform: "kubernetes", Approvals: "none", Adhoc: "off",
		Kubernetes: &config.Kubernetes{Kubeconfig: plane.path("wardroom.yml"), Namespaces: []string{"octollm"}, Impersonate: true, Groups: []string{"wardroom"}},
	}
	for _, f := range change {
		f(&env)
	}
	file := config.File{Environments: []config.Environment{env}}
	if err := file.Validate(); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	stock := inventory.New(file, log)
	t.Cleanup(stock.Close)
	data, err := os.MkdirTemp(plane.dir, "data-") //nolint:usetesting // the user of runs must be able to enter it
	if err != nil {
		t.Fatal(err)
	}
	if err = os.Chmod(data, 0o755); err != nil {
		t.Fatal(err)
	}
	r.Service = diagnostics.New(r.db, timeline.New(r.hub), r.hub, r, file, diagnostics.Options{
		Executable: filepath.Join(plane.bin, "web"), Data: data, Owner: "test", Host: "this machine", Grace: 2 * time.Second, Inventory: stock,
	}, log)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
		defer cancel()
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	r.ana, r.bo = r.person(t, "ana"), r.person(t, "bo")
	r.incident = uuid.Must(uuid.NewV7())
	r.number = one[int64](t, r, "INSERT INTO incidents (id, title, severity, environment, began_at) VALUES ($1, 'down', 2, 'cluster', now()) RETURNING number", r.incident)
	return r
}

func one[T any](t *testing.T, r *room, query string, args ...any) T {
	t.Helper()
	var v T
	if err := r.db.Pool.QueryRow(t.Context(), query, args...).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (r *room) person(t *testing.T, login string) authz.Actor {
	t.Helper()
	actor := authz.Actor{ID: uuid.Must(uuid.NewV7()), Login: login, Name: strings.ToUpper(login[:1]) + login[1:], Role: authz.Responder}
	if _, err := r.db.Pool.Exec(t.Context(), "INSERT INTO users (id, name, display_name, role) VALUES ($1, $2, $3, $4)", actor.ID, login, actor.Name, string(actor.Role)); err != nil {
		t.Fatal(err)
	}
	return actor
}

// Snapshot implements diagnostics.Rooms.
func (r *room) Snapshot(_ context.Context, _, attached uuid.UUID) (playbooks.Playbook, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.books[attached], nil
}

// JoinTx implements diagnostics.Rooms.
func (*room) JoinTx(context.Context, *postgres.Tx, uuid.UUID) error { return nil }

// write attaches a playbook whose one command is the text.
func (r *room) write(t *testing.T, text string) diagnostics.Request {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	books, err := playbooks.Parse(fmt.Sprintf("test-%d.md", len(r.books)), "# Test\n\n## Diagnosis\n\n### Look {id=look}\n\n```sh\n"+text+"\n```\n")
	if err != nil || len(books) != 1 {
		t.Fatalf("%d playbooks: %v", len(books), err)
	}
	var commands []string
	step, _ := books[0].Step("look")
	for _, block := range step.Blocks {
		if block.Command != nil {
			commands = append(commands, block.Command.ID)
		}
	}
	if len(commands) != 1 {
		t.Fatalf("%q holds %d commands", text, len(commands))
	}
	id, book := uuid.Must(uuid.NewV7()), books[0]
	if _, err := r.db.Pool.Exec(t.Context(), "INSERT INTO playbook_revisions (revision, playbook_id, title, path, source) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
		book.Revision, book.ID, book.Title, book.Path, book.Source); err != nil {
		t.Fatal(err)
	}
	if _, err := r.db.Pool.Exec(t.Context(), "INSERT INTO incident_playbooks (id, incident_id, playbook_id, revision) VALUES ($1, $2, $3, $4)", id, r.incident, book.ID, book.Revision); err != nil {
		t.Fatal(err)
	}
	r.books[id] = book
	return diagnostics.Request{Incident: r.number, Attached: id, Step: "look", Command: commands[0]}
}

func as(t *testing.T, actor authz.Actor) context.Context {
	t.Helper()
	return authz.WithActor(t.Context(), actor)
}

// plan is what the confirmation shows.
func (r *room) plan(t *testing.T, actor authz.Actor, text string) (diagnostics.Plan, diagnostics.Request) {
	t.Helper()
	req := r.write(t, text)
	plan, err := r.Plan(as(t, actor), req)
	if err != nil {
		t.Fatal(err)
	}
	req.Confirmed, req.Hash, req.TypedName = plan.Risk, plan.Hash, plan.Environment.Name
	return plan, req
}

// start confirms the text and starts it.
func (r *room) start(t *testing.T, actor authz.Actor, text string) diagnostics.Run {
	t.Helper()
	plan, req := r.plan(t, actor, text)
	run, _, err := r.Start(as(t, actor), req)
	if err != nil {
		t.Fatalf("%s (%v): %v", text, plan.Risk, err)
	}
	return run
}

// output is what a run has written, standard error included.
func (r *room) output(t *testing.T, run diagnostics.Run) string {
	t.Helper()
	lines, err := r.Lines(as(t, r.ana), run, 1, 1<<40, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line.Text() + "\n")
	}
	return b.String()
}

// run runs the text to its end.
func (r *room) run(t *testing.T, actor authz.Actor, text string) (diagnostics.Run, string) {
	t.Helper()
	run := r.end(t, r.start(t, actor, text))
	return run, r.output(t, run)
}

// follow waits for what the run's topic says next, until done is true.
func (r *room) follow(t *testing.T, run diagnostics.Run, done func(diagnostics.Run) bool) diagnostics.Run {
	t.Helper()
	client := r.hub.NewClient(live.Person{})
	defer client.Close()
	client.Subscribe(diagnostics.Topic(run.ID))
	for {
		now, err := r.ByID(as(t, r.ana), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		if done(now) {
			return now
		}
		if !now.State.Active() {
			t.Fatalf("it has ended: %s %s\n%s", now.State, now.Reason, r.output(t, now))
		}
		if _, err = client.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func (r *room) end(t *testing.T, run diagnostics.Run) diagnostics.Run {
	t.Helper()
	return r.follow(t, run, func(now diagnostics.Run) bool { return !now.State.Active() })
}

// says waits until the run has written the text.
func (r *room) says(t *testing.T, run diagnostics.Run, text string) {
	t.Helper()
	r.follow(t, run, func(now diagnostics.Run) bool { return strings.Contains(r.output(t, now), text) })
}
