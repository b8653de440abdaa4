package diagnostics_test

import (
	"bytes"
	"context"
	"encoding/json"
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
	"wardroom/internal/errs"
	"wardroom/internal/live"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/timeline"
)

// desk is a service with everything around it: one incident in one environment, a
// playbook attached to it, two responders and a viewer.
type desk struct {
	*diagnostics.Service
	db      *postgres.DB
	hub     *live.Hub
	rooms   *rooms
	options diagnostics.Options
	file    config.File
	log     *journal

	incident     uuid.UUID
	number       int64
	attached     uuid.UUID
	ana, bo, vic authz.Actor
}

// setup opens a room with the playbook. Each change may alter environment and options.
func setup(t *testing.T, playbook string, change ...func(*desk)) *desk {
	t.Helper()
	d := prepare(t, pgtest.New(t), change...)
	d.ana, d.bo, d.vic = d.person(t, "Ana", authz.Responder), d.person(t, "Bo", authz.Responder), d.person(t, "Vic", authz.Viewer)
	d.incident, d.number = d.declare(t, "prod")
	d.attached = d.attach(t, d.incident, playbook)
	return d
}

func prepare(t *testing.T, db *postgres.DB, change ...func(*desk)) *desk {
	t.Helper()
	d := &desk{db: db, hub: live.NewHub(), rooms: &rooms{books: map[uuid.UUID]playbooks.Playbook{}}, log: &journal{}}
	d.file = config.File{Environments: []config.Environment{environment()}}
	d.options = diagnostics.Options{
		Executable: filepath.Join(bin, "web"), Data: folder(t), Owner: "test", Host: "this machine", Grace: 500 * time.Millisecond,
	}
	for _, f := range change {
		f(d)
	}
	d.Service = d.service(t)
	return d
}

// service is another one over the same database, as after a restart.
func (d *desk) service(t *testing.T) *diagnostics.Service {
	t.Helper()
	s := newService(d.db, d.hub, d.rooms, d.file, d.options, slog.New(slog.NewTextHandler(d.log, nil)))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newService(db *postgres.DB, hub *live.Hub, rooms diagnostics.Rooms, file config.File, options diagnostics.Options, log *slog.Logger) *diagnostics.Service {
	return diagnostics.New(db, timeline.New(hub), hub, rooms, file, options, log)
}

func environment() config.Environment {
	return config.Environment{
		Name: "prod", Platform: "local", Approvals: "none",
		Variables: map[string]config.Variable{
			"namespace": {Value: "octollm", Fixed: true},
			"arm":       {Value: "coder", Allow: []string{"coder", "planner"}},
		},
		Programs: []config.Program{{Name: "helper", Path: filepath.Join(bin, "web"), Verbs: map[string]string{
			"say": "read", "fail": "read", "bytes": "read", "long": "read", "count": "read", "hang": "read", "ignore": "read", "tree": "read", "where": "read",
			"change": "change", "destroy": "destroy",
		}}},
	}
}

// folder is one that every user may enter, which t.TempDir is not.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(bin, "data-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	if err = os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (d *desk) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := d.db.Pool.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func one[T any](t *testing.T, d *desk, query string, args ...any) T {
	t.Helper()
	var v T
	if err := d.db.Pool.QueryRow(t.Context(), query, args...).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (d *desk) person(t *testing.T, name string, role authz.Role) authz.Actor {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	d.exec(t, "INSERT INTO users (id, name, display_name, role) VALUES ($1, $2, $3, $4)", id, strings.ToLower(name), name, string(role))
	return authz.Actor{ID: id, Login: strings.ToLower(name), Name: name, Role: role}
}

func (d *desk) declare(t *testing.T, environment string) (id uuid.UUID, number int64) {
	t.Helper()
	id = uuid.Must(uuid.NewV7())
	return id, one[int64](t, d, "INSERT INTO incidents (id, title, severity, environment, began_at) VALUES ($1, 'down', 2, $2, now()) RETURNING number", id, environment)
}

func (d *desk) attach(t *testing.T, incident uuid.UUID, source string) uuid.UUID {
	t.Helper()
	books, err := playbooks.Parse("test.md", strings.ReplaceAll(source, "~~~", "```"))
	if err != nil || len(books) != 1 {
		t.Fatalf("%d playbooks: %v", len(books), err)
	}
	id, book := uuid.Must(uuid.NewV7()), books[0]
	d.exec(t, "INSERT INTO playbook_revisions (revision, playbook_id, title, path, source) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
		book.Revision, book.ID, book.Title, book.Path, book.Source)
	d.exec(t, "INSERT INTO incident_playbooks (id, incident_id, playbook_id, revision) VALUES ($1, $2, $3, $4)", id, incident, book.ID, book.Revision)
	d.rooms.put(id, book)
	return id
}

// alert puts a firing symptom with the labels into the incident.
func (d *desk) alert(t *testing.T, labels map[string]string) {
	t.Helper()
	raw, err := json.Marshal(labels)
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.Must(uuid.NewV7())
	d.exec(t, `INSERT INTO symptoms (id, source_group, source, fingerprint, episode, name, severity, state, labels, starts_at, incident_id)
		VALUES ($1, 'eu', 'eu', $2, 1, 'ArmDown', 2, 'firing', $3, now(), $4)`, id, id.String(), raw, d.incident)
}

// single is a playbook whose one step has these commands.
func single(commands ...string) string {
	return "# Test\n\n## Diagnosis\n\n### Look {id=look}\n\n~~~sh\n" + strings.Join(commands, "\n") + "\n~~~\n"
}

// request names the n-th command of the step.
func (d *desk) request(t *testing.T, step string, n int) diagnostics.Request {
	t.Helper()
	book := d.rooms.books[d.attached]
	st, ok := book.Step(step)
	if !ok {
		t.Fatalf("no step %q in %+v", step, book.Sections)
	}
	for _, b := range st.Blocks {
		if b.Command == nil {
			continue
		}
		if n == 0 {
			return diagnostics.Request{Incident: d.number, Attached: d.attached, Step: step, Command: b.Command.ID}
		}
		n--
	}
	t.Fatalf("step %q has no such command", step)
	return diagnostics.Request{}
}

func (d *desk) plan(t *testing.T, req diagnostics.Request) diagnostics.Plan {
	t.Helper()
	p, err := d.Plan(as(t, d.ana), req)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// confirm does what the page does when a person confirms what it shows.
func (d *desk) confirm(t *testing.T, req diagnostics.Request) diagnostics.Request {
	t.Helper()
	p := d.plan(t, req)
	req.Confirmed, req.Hash, req.TypedName = p.Risk, p.Hash, p.Environment.Name
	return req
}

// start starts the n-th command of step "look" as Ana, confirmed.
func (d *desk) start(t *testing.T, n int) diagnostics.Run {
	t.Helper()
	run, attached, err := d.Start(as(t, d.ana), d.confirm(t, d.request(t, "look", n)))
	if err != nil || attached {
		t.Fatalf("start: attached %v, %v", attached, err)
	}
	return run
}

// end waits until the run has ended.
func (d *desk) end(t *testing.T, run diagnostics.Run) diagnostics.Run {
	t.Helper()
	client := d.hub.NewClient(live.Person{})
	defer client.Close()
	client.Subscribe(diagnostics.Topic(run.ID))
	now := d.byID(t, run.ID)
	for now.State.Active() {
		frame, err := client.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if frame.Key == "end" {
			now = d.byID(t, run.ID)
		}
	}
	return now
}

// written waits until n lines of the run are stored.
func (d *desk) written(t *testing.T, run diagnostics.Run, n int64) []diagnostics.Line {
	t.Helper()
	client := d.hub.NewClient(live.Person{})
	defer client.Close()
	client.Subscribe(diagnostics.Topic(run.ID))
	for {
		lines := d.lines(t, run)
		if int64(len(lines)) >= n {
			return lines
		}
		frame, err := client.Next(t.Context())
		if err != nil || frame.Key == "end" {
			t.Fatalf("only %d lines: %v", len(lines), err)
		}
	}
}

func (d *desk) byID(t *testing.T, id uuid.UUID) diagnostics.Run {
	t.Helper()
	run, err := d.ByID(as(t, d.ana), id)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func (d *desk) lines(t *testing.T, run diagnostics.Run) []diagnostics.Line {
	t.Helper()
	lines, err := d.Lines(as(t, d.ana), run, 1, 1<<40, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range lines {
		if line.N != int64(i+1) {
			t.Fatalf("line %d has number %d", i+1, line.N)
		}
	}
	return lines
}

// text is what the run has written, with ! before a line on standard error.
func (d *desk) text(t *testing.T, run diagnostics.Run) []string {
	t.Helper()
	texts := []string{}
	for _, line := range d.lines(t, run) {
		mark := ""
		if line.Stderr {
			mark = "!"
		}
		texts = append(texts, mark+line.Text())
	}
	return texts
}

// kinds lists the incident's timeline.
func (d *desk) kinds(t *testing.T) []timeline.Kind {
	t.Helper()
	records, err := timeline.List(t.Context(), d.db, d.incident, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	kinds := make([]timeline.Kind, len(records))
	for i, r := range records {
		kinds[i] = r.Kind
	}
	return kinds
}

func as(t *testing.T, actor authz.Actor) context.Context {
	t.Helper()
	return authz.WithActor(t.Context(), actor)
}

func wantKind(t *testing.T, err error, kind errs.Kind) {
	t.Helper()
	if err == nil || errs.KindOf(err) != kind {
		t.Errorf("error %v, want kind %v", err, kind)
	}
}

// rooms stands for the incidents service: it holds parsed playbooks and notes who joined.
type rooms struct {
	mu    sync.Mutex
	books map[uuid.UUID]playbooks.Playbook
}

func (r *rooms) put(id uuid.UUID, book playbooks.Playbook) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.books[id] = book
}

func (r *rooms) Snapshot(_ context.Context, _, attached uuid.UUID) (playbooks.Playbook, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	book, ok := r.books[attached]
	if !ok {
		return book, errs.New(errs.NotFound, "There is no such attached playbook.")
	}
	return book, nil
}

func (*rooms) JoinTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID) error {
	actor, _ := authz.ActorFrom(ctx)
	_, err := tx.Exec(ctx, "INSERT INTO incident_responders (incident_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", incident, actor.ID)
	return err
}

// journal keeps the log.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
