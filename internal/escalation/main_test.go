package escalation_test

import (
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"wardroom/internal/authz"
	"wardroom/internal/escalation"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/timeline"
)

func TestMain(m *testing.M) {
	code := pgtest.Run(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// t0 is when the tests' databases think that everything begins.
var t0 = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)

// bell counts what was announced.
type bell chan string

func (b bell) Ring(topic string) { b <- topic }

type bundle struct {
	db      *postgres.DB
	bell    bell
	service *escalation.Service
	ana, bo authz.Actor
}

func setup(t *testing.T) bundle {
	t.Helper()
	b := bundle{db: pgtest.NewApp(t), bell: make(bell, 10_000)}
	setClock(t, b.db, t0)
	b.service = b.newService()
	b.ana, b.bo = addUser(t, b.db, "ana"), addUser(t, b.db, "bo")
	return b
}

func (b bundle) newService() *escalation.Service {
	return escalation.New(b.db, timeline.New(b.bell), slog.New(slog.DiscardHandler),
		escalation.Options{Heartbeat: 20 * time.Millisecond})
}

// setClock makes the database's clock stand still at a moment.
func setClock(t *testing.T, db *postgres.DB, at time.Time) {
	t.Helper()
	pgtest.ExecAsOwner(t, db, fmt.Sprintf(
		"CREATE OR REPLACE FUNCTION wardroom.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT timestamptz '%s' $$",
		at.Format(time.RFC3339Nano),
	))
}

func addUser(t *testing.T, db *postgres.DB, name string) authz.Actor {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := db.Pool.Exec(t.Context(), "INSERT INTO users (id, name, display_name, role) VALUES ($1, $2, $2, 'responder')", id, name)
	if err != nil {
		t.Fatal(err)
	}
	return authz.Actor{ID: id, Name: name, Role: authz.Responder}
}

func addIncident(t *testing.T, db *postgres.DB) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := db.Pool.Exec(t.Context(), "INSERT INTO incidents (id, title, severity, began_at) VALUES ($1, 'Arm down', 2, wardroom.now())", id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
