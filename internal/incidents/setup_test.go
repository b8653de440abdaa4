package incidents_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
	"wardroom/internal/incidents"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/timeline"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is a service with everything around it, and three people: Ana and Bo respond, Vi
// may only look.
type desk struct {
	*incidents.Service
	db         *postgres.DB
	escalation *clock
	catalogue  *shelf
	mail       *postbox
	ana, bo    authz.Actor
	vi, admin  authz.Actor
}

func setup(t *testing.T) *desk {
	t.Helper()
	d := &desk{db: pgtest.NewApp(t), escalation: &clock{}, catalogue: &shelf{}, mail: &postbox{}}
	d.ana = d.person(t, "Ana", authz.Responder)
	d.bo = d.person(t, "Bo", authz.Responder)
	d.vi = d.person(t, "Vi", authz.Viewer)
	d.admin = d.person(t, "Kim", authz.Admin)
	d.Service = incidents.New(incidents.Config{
		DB: d.db, Ledger: timeline.New(silent{}), Escalation: d.escalation, Symptoms: linker{},
		Catalogue: d.catalogue, Mail: d.mail,
		Environment: func(name string) bool { return name == "prod" || name == "demo" },
	})
	return d
}

func (d *desk) person(t *testing.T, name string, role authz.Role) authz.Actor {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	d.exec(t, "INSERT INTO users (id, name, display_name, email, role) VALUES ($1, $2, $3, $4, $5)",
		id, strings.ToLower(name), name, strings.ToLower(name)+"@octo.example", string(role))
	return authz.Actor{ID: id, Name: name, Role: role}
}

func (d *desk) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := d.db.Pool.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func as(t *testing.T, actor authz.Actor) context.Context {
	t.Helper()
	return authz.WithActor(t.Context(), actor)
}

// declared opens an incident by hand, as Ana.
func (d *desk) declared(t *testing.T) incidents.Incident {
	t.Helper()
	in, created, err := d.Declare(as(t, d.ana), incidents.Declaration{Title: "coder-arm down", Severity: 2})
	if err != nil || !created {
		t.Fatalf("declare: created %v, err %v", created, err)
	}
	return in
}

func (d *desk) symptom(t *testing.T, name, service string, severity int, startsAt string) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	d.exec(t, `INSERT INTO symptoms (id, source_group, source, fingerprint, episode, name, service, severity, state, environment, starts_at)
		VALUES ($1, 'eu', 'alertmanager-eu', $2, 1, $3, $4, $5, 'firing', 'prod', $6)`, id, id.String(), name, service, severity, startsAt)
	return id
}

// told gives the incident's timeline as people read it.
func (d *desk) told(t *testing.T, in incidents.Incident) []string {
	t.Helper()
	records, err := timeline.List(t.Context(), d.db, in.ID, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	sentences := make([]string, len(records))
	for i, r := range records {
		sentences[i] = timeline.Sentence(r)
	}
	return sentences
}

func (d *desk) now(t *testing.T, number int64) incidents.Incident {
	t.Helper()
	in, err := d.ByNumber(as(t, d.ana), number)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func wantKind(t *testing.T, err error, kind errs.Kind) {
	t.Helper()
	if err == nil || errs.KindOf(err) != kind {
		t.Errorf("error %v, want kind %v", err, kind)
	}
}

type silent struct{}

func (silent) Ring(string) {}

// clock remembers what escalation was told, and can refuse.
type clock struct {
	mu     sync.Mutex
	heard  []string
	broken bool
}

func (c *clock) say(format string, args ...any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken {
		return errors.New("escalation is broken")
	}
	c.heard = append(c.heard, fmt.Sprintf(format, args...))
	return nil
}

func (c *clock) last() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.heard) == 0 {
		return ""
	}
	last := c.heard[len(c.heard)-1]
	c.heard = nil
	return last
}

func (c *clock) StartTx(_ context.Context, _ *postgres.Tx, _ uuid.UUID, level int, _ authz.Actor) error {
	return c.say("start L%d", level)
}

func (c *clock) HoldTx(_ context.Context, _ *postgres.Tx, _ uuid.UUID, actor authz.Actor) error {
	return c.say("hold for %s", actor.Name)
}

func (c *clock) StopTx(_ context.Context, _ *postgres.Tx, _ uuid.UUID, _ authz.Actor, reason string) error {
	return c.say("stop: %s", reason)
}

func (c *clock) RestartTx(_ context.Context, _ *postgres.Tx, _ uuid.UUID, level int, _ authz.Actor) error {
	return c.say("restart L%d", level)
}

type linker struct{}

func (linker) LinkTx(ctx context.Context, tx *postgres.Tx, incident uuid.UUID, ids []uuid.UUID) error {
	_, err := tx.Exec(ctx, "UPDATE symptoms SET incident_id = $1 WHERE id = ANY ($2)", incident, ids)
	return err
}

// shelf is a catalogue whose playbooks are parsed from their source.
type shelf struct {
	mu    sync.Mutex
	books map[string]*playbooks.Playbook
}

func (s *shelf) put(t *testing.T, path, source string) *playbooks.Playbook {
	t.Helper()
	books, err := playbooks.Parse(path, source)
	if err != nil || len(books) != 1 {
		t.Fatalf("%d playbooks, err %v", len(books), err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.books == nil {
		s.books = map[string]*playbooks.Playbook{}
	}
	s.books[books[0].ID] = &books[0]
	return &books[0]
}

func (s *shelf) ByID(id string) (*playbooks.Playbook, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	book, ok := s.books[id]
	return book, ok
}

type postbox struct{ sent []incidents.HandoffMail }

func (p *postbox) HandoffTx(_ context.Context, _ *postgres.Tx, m incidents.HandoffMail) error {
	p.sent = append(p.sent, m)
	return nil
}
