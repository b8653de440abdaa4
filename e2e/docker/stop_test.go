//go:build docker

package docker_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/live"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/timeline"
)

// Our signals end the client only. The room says so, and what it offers does end the process.
func TestStopOfExec(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		orchestrator := s.container("orchestrator")
		for text, words := range map[string]string{
			"docker exec " + orchestrator + " sleep 1001": "sleep 1001", "docker compose exec orchestrator sleep 1002": "sleep 1002", "docker compose exec -T orchestrator sh -c 'sleep 1003'": "sleep 1003",
			"docker compose exec -w /app orchestrator tail -f /app/config/blocked_commands.txt": "tail -f /app/config/blocked_commands.txt",
		} {
			reason := stopped(t, s, text, words)
			_, offered, _ := strings.Cut(reason, "This ends it: ")
			offered, other, found := strings.Cut(offered, " (where there is no pkill, or something of it stays: ")
			if !strings.HasPrefix(reason, "Client stopped. The process in ") || !found {
				t.Fatalf("%s: %s", text, reason)
			}
			if !runs(t, orchestrator, words) {
				t.Errorf("%s: it ended with the client, so nothing is proved", text)
			}
			s.ok(t, offered)
			gone(t, orchestrator, words)
			if want := strings.TrimSuffix(other, ")"); want != "docker restart "+orchestrator && want != "docker compose restart orchestrator" {
				t.Errorf("%s: offers %s", text, want)
			}
		}
	})
}

// A script of several commands outlives its shell; the second offer ends that too.
func TestRestartEndsWhatStays(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		orchestrator := s.container("orchestrator")
		reason := stopped(t, s, "docker compose exec orchestrator sh -c 'sleep 1004; ls'", "sleep 1004; ls")
		_, offered, _ := strings.Cut(reason, "stays: ")
		s.ok(t, strings.TrimSuffix(offered, ")"))
		gone(t, orchestrator, "sleep 1004")
	})
}

// stopped runs text in an incident, stops it as soon as its process is there and gives the reason that the incident records.
func stopped(t *testing.T, s site, text, words string) string {
	t.Helper()
	desk, request := open(t, s, text)
	ctx := authz.WithActor(t.Context(), authz.Actor{ID: desk.ana, Name: "Ana", Role: authz.Responder})
	run, _, err := desk.Start(ctx, request)
	if err != nil {
		t.Fatal(err)
	}
	for container := s.container("orchestrator"); !runs(t, container, words); {
		if run, err = desk.ByID(ctx, run.ID); err != nil || !run.State.Active() {
			t.Fatalf("%s: %v %+v", text, err, run)
		}
	}
	if _, err = desk.Stop(ctx, run.ID); err != nil {
		t.Fatal(err)
	}
	for run.State.Active() {
		if run, err = desk.ByID(ctx, run.ID); err != nil {
			t.Fatal(err)
		}
	}
	if run.State != diagnostics.Stopped || run.Confirmed {
		t.Errorf("%s: %s, confirmed %v", text, run.State, run.Confirmed)
	}
	return run.Reason
}

// runs reports whether the engine sees a process with these words in the container.
func runs(t *testing.T, container, words string) bool {
	t.Helper()
	out, err := here.docker(t.Context(), "top", container, "-eo", "pid,args")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(out, words)
}

func gone(t *testing.T, container, words string) {
	t.Helper()
	for runs(t, container, words) {
		select {
		case <-t.Context().Done():
			t.Fatalf("%q runs in %s still", words, container)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// desk is the service that runs commands of incidents, with one incident and a responder.
type desk struct {
	*diagnostics.Service
	ana uuid.UUID
}

func open(t *testing.T, s site, text string) (desk, diagnostics.Request) {
	t.Helper()
	db, hub := pgtest.New(t), live.NewHub()
	books, err := playbooks.Parse("test.md", "# Test\n\n## Diagnosis\n\n### Look {id=look}\n\n```sh\n"+text+"\n```\n")
	if err != nil {
		t.Fatal(err)
	}
	book := books[0]
	incident, attached, ana := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	exec := func(statement string, args ...any) {
		t.Helper()
		if _, err := db.Pool.Exec(t.Context(), statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec("INSERT INTO users (id, name, display_name, role) VALUES ($1, 'ana', 'Ana', 'responder')", ana)
	exec("INSERT INTO incidents (id, title, severity, environment, began_at) VALUES ($1, 'down', 2, $2, now())", incident, s.env.Name)
	exec("INSERT INTO playbook_revisions (revision, playbook_id, title, path, source) VALUES ($1, $2, $3, $4, $5)", book.Revision, book.ID, book.Title, book.Path, book.Source)
	exec("INSERT INTO incident_playbooks (id, incident_id, playbook_id, revision) VALUES ($1, $2, $3, $4)", attached, incident, book.ID, book.Revision)
	service := diagnostics.New(db, timeline.New(hub), hub, room{book}, config.File{Environments: []config.Environment{s.env}}, diagnostics.Options{
		Executable: filepath.Join(bench, "web"), Data: filepath.Join(bench, "data"), Owner: "test", Host: "this machine", RunUser: runUser, Grace: 2 * time.Second,
	}, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := service.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	step, _ := book.Step("look")
	for _, block := range step.Blocks {
		if block.Command != nil {
			return desk{service, ana}, diagnostics.Request{Incident: 1, Attached: attached, Step: "look", Command: block.Command.ID}
		}
	}
	t.Fatal("the playbook has no command")
	return desk{}, diagnostics.Request{}
}

// room stands for the incidents service.
type room struct{ book playbooks.Playbook }

func (r room) Snapshot(context.Context, uuid.UUID, uuid.UUID) (playbooks.Playbook, error) {
	return r.book, nil
}

func (room) JoinTx(context.Context, *postgres.Tx, uuid.UUID) error { return nil }
