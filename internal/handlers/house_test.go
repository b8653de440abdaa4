package handlers_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"

	"wardroom/internal/auth"
	"wardroom/internal/authoring"
	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/escalation"
	"wardroom/internal/handlers"
	"wardroom/internal/incidents"
	"wardroom/internal/live"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/reviews"
	"wardroom/internal/symptoms"
	"wardroom/internal/timeline"
)

const armDown = `---
title: Arm down
alerts: [ArmDown]
level: 1
severity: 2
---

# Arm down

## Diagnosis

### Step 1: Count

` + "```sh {id=count}\nseq 1 3\n```" + `

### Step 2: Follow

` + "```sh {id=follow}\nteller\n```" + `

## Resolution

### Step 3: Start it again

` + "```sh {id=again risk=change}\nseq 1 2\n```" + `

### Step 4: Look once more

` + "```sh {id=fail}\nseq nothing\n```\n"

const several = `---
title: Several
level: 1
---

# Several

## Diagnosis

### Step 1: Ask each

` + "```sh {id=one}\nseq 1 1\n```\n\n```sh {id=two}\nfalse\n```\n\n```sh {id=three}\nseq 3 3\n```" + `

### Step 2: Then this

` + "```sh {id=then}\nseq 1 2\n```\n"

const byHand = `---
title: By hand
---

# By hand

## Diagnosis

### Step 1: Look

` + "```sh {id=look}\npwd\n```" + `

## Resolution

### Scenario A: Keys

**Normalise** the [keys](x) in ` + "`a.py`" + `:

` + "```python\nname = 0\n```" + `

### Scenario B: Both

` + "```python\nname = 0\n```\n\n```sh\nls a\n```\n"

const hookToken = "a-token-that-only-the-source-knows"

// house is a whole Wardroom on a database of its own: real services, a real listener.
type house struct {
	*handlers.Server

	db        *postgres.DB
	auth      *auth.Service
	incidents *incidents.Service
	symptoms  *symptoms.Service
	runs      *diagnostics.Service
	hub       *live.Hub
	url       string
	logs      *logs
	ahead     atomic.Int64 // how far the pages' clock is ahead of the machine's
}

// setup opens a house; change adjusts its settings.
func setup(t *testing.T, change ...func(*config.Settings)) *house {
	t.Helper()
	h := &house{db: pgtest.New(t), hub: live.NewHub(), logs: &logs{}}
	settings := config.Settings{Instance: "test", Data: dataFolder(t)}
	for _, f := range change {
		f(&settings)
	}
	log := slog.New(slog.NewTextHandler(h.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	file := environments(t)
	sources := playbooks.Config{Log: log, Files: fstest.MapFS{"arm-down.md": {Data: []byte(armDown)}, "several.md": {Data: []byte(several)}, "by-hand.md": {Data: []byte(byHand)}, "secret.md": {Data: []byte(secret)}, "hidden.md": {Data: []byte(hidden)}, "reversible.md": {Data: []byte(reversible)}}}
	sources.Shipped = fstest.MapFS{"cache.md": {Data: []byte("# Shipped cache\n")}}
	if settings.PlaybooksWrite != "" {
		sources.Written = os.DirFS(settings.PlaybooksWrite)
	}
	catalogue := playbooks.NewCatalogue(sources)
	must(t, catalogue.Load(t.Context()))
	ledger := timeline.New(h.hub)
	h.auth = auth.New(h.db, log)
	timers := escalation.New(h.db, ledger, log, escalation.Options{})
	var err error
	h.symptoms, err = symptoms.New(symptoms.Config{DB: h.db, Ledger: ledger, Bell: h.hub, Catalogue: catalogue, Log: log, File: file})
	must(t, err)
	h.incidents = incidents.New(incidents.Config{
		DB: h.db, Ledger: ledger, Escalation: timers, Symptoms: h.symptoms, Catalogue: catalogue,
		Environment: func(name string) bool { _, ok := file.Environment(name); return ok },
	})
	h.runs = diagnostics.New(h.db, ledger, h.hub, h.incidents, file, diagnostics.Options{
		Executable: program, Data: settings.Data, Owner: "test", Host: "test", RunUser: "nobody",
	}, log)
	t.Cleanup(func() {
		if closeErr := h.runs.Close(context.WithoutCancel(t.Context())); closeErr != nil {
			t.Error(closeErr)
		}
	})
	h.Server, err = handlers.New(t.Context(), handlers.Deps{
		Settings: settings, Environments: file, DB: h.db, Auth: h.auth, Symptoms: h.symptoms, Incidents: h.incidents,
		Authoring:   &authoring.Service{DB: h.db, Catalogue: catalogue, Folder: settings.PlaybooksWrite},
		Diagnostics: h.runs, Escalation: timers, Reviews: reviews.New(h.db, noRuns{}), Catalogue: catalogue, Hub: h.hub, Log: log,
		Now:     func() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) },
		Version: "test", Host: "test",
	})
	must(t, err)
	server := httptest.NewServer(h.Server)
	t.Cleanup(func() {
		h.Stop()
		server.Close()
	})
	h.url = server.URL
	return h
}

func environments(t *testing.T) config.File {
	t.Helper()
	token := filepath.Join(t.TempDir(), "token")
	must(t, os.WriteFile(token, []byte(hookToken+"\n"), 0o600))
	return config.File{
		Sources: []config.Source{{Name: "am", Group: "am", Kind: "alertmanager", TokenFile: token, Silent: config.DefaultSilent}},
		Environments: []config.Environment{{
			Name: "prod", Platform: "local", Approvals: "none", Adhoc: "change", Sources: []string{"am"},
			Programs: []config.Program{{Name: "teller", Path: program, Verbs: map[string]string{"": "read", "*": "read"}}},
		}, {
			Name: "strict", Platform: "local", Approvals: "none", Adhoc: "off",
			Variables: map[string]config.Variable{"AREA": {Value: "eu-1"}, "CLUSTER": {Value: "blue", Fixed: true}},
		}},
	}
}

// dataFolder is one that the user of runs may enter.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(filepath.Dir(program), "data-"+rand.Text())
	must(t, os.Mkdir(dir, 0o755))
	return dir
}

// noRuns leaves runs out of reviews.
type noRuns struct{}

func (noRuns) ForReview(context.Context, uuid.UUID) ([]reviews.Run, error) { return nil, nil }

// person makes somebody with a role.
func (h *house) person(t *testing.T, name string, role authz.Role) authz.Actor {
	t.Helper()
	p := authz.Actor{ID: uuid.Must(uuid.NewV7()), Name: name, Role: role}
	h.exec(t, "INSERT INTO users (id, name, display_name, role) VALUES ($1, lower($2), $2, $3)", p.ID, name, string(role))
	return p
}

// session opens a session and gives its cookie's value.
func (h *house) session(t *testing.T, p authz.Actor) string {
	t.Helper()
	token := rand.Text()
	sum := sha256.Sum256([]byte(token))
	h.exec(t, "INSERT INTO sessions (token_hash, user_id, expires_at) VALUES ($1, $2, wardroom.now() + interval '1 hour')", sum[:], p.ID)
	return token
}

func (h *house) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := h.db.Pool.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func (h *house) count(t *testing.T, query string) (n int) {
	t.Helper()
	must(t, h.db.Pool.QueryRow(t.Context(), query).Scan(&n))
	return n
}

// as is the context of somebody who acts without a browser.
func as(t *testing.T, p authz.Actor) context.Context {
	t.Helper()
	return authz.WithActor(t.Context(), p)
}

// declared opens an incident with the playbook.
func (h *house) declared(t *testing.T, p authz.Actor) incidents.Incident {
	t.Helper()
	return h.declaredWith(t, p, "arm-down")
}

func (h *house) declaredWith(t *testing.T, p authz.Actor, playbook string) incidents.Incident {
	t.Helper()
	in, _, err := h.incidents.Declare(as(t, p), incidents.Declaration{
		Title: "coder-arm down", Severity: 2, Environment: "prod", PlaybookIDs: []string{playbook},
	})
	must(t, err)
	return in
}

// started runs a command of the incident's playbook.
func (h *house) started(t *testing.T, p authz.Actor, in incidents.Incident, command string) diagnostics.Run {
	t.Helper()
	attached, err := h.incidents.Attached(as(t, p), in.ID)
	must(t, err)
	for _, section := range attached[0].Playbook.Sections {
		for _, step := range section.Steps {
			if _, found := step.Command(command); !found {
				continue
			}
			run, _, startErr := h.runs.Start(as(t, p), diagnostics.Request{
				Incident: in.Number, Attached: attached[0].ID, Step: step.ID, Command: command,
			})
			must(t, startErr)
			return run
		}
	}
	t.Fatal("the playbook has no command ", command)
	return diagnostics.Run{}
}

// fired makes a symptom.
func (h *house) fired(t *testing.T, name string) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	h.exec(t, `INSERT INTO symptoms (id, source_group, source, fingerprint, episode, name, service, severity, state, environment, starts_at)
		VALUES ($1, 'am', 'am', $2, 1, $3, 'coder-arm', 2, 'firing', 'prod', wardroom.now())`, id, id.String(), name)
	return id
}

// logs keeps everything that was logged.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for what other goroutines are about to do; it fails only when they
// never do.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for !done() {
		select {
		case <-deadline:
			t.Fatal("never: ", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
