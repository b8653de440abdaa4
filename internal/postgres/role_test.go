package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wardroom/internal/postgres"
	"wardroom/internal/postgres/pgtest"
)

// may lists what a role may do with a table.
func may(t *testing.T, db *postgres.DB, table string) (rights string) {
	t.Helper()
	err := db.Pool.QueryRow(t.Context(), `SELECT string_agg(right_, ' ' ORDER BY n) FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,TRIGGER}'::text[])
		WITH ORDINALITY r (right_, n) WHERE has_table_privilege($1, $2, right_)`, postgres.AppRole, table).Scan(&rights)
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	return rights
}

func TestTheApplicationCannotRewriteTheLedger(t *testing.T) {
	t.Parallel()
	db := pgtest.NewApp(t)
	for table, want := range map[string]string{
		"timeline_events": "SELECT INSERT", "contents": "SELECT INSERT", "run_chunks": "SELECT INSERT", "run_programs": "SELECT INSERT",
		"playbook_revisions": "SELECT INSERT", "wardroom.epoch": "SELECT", "goose_db_version": "SELECT", "river_migration": "SELECT",
		"incidents": "SELECT INSERT UPDATE DELETE", "runs": "SELECT INSERT UPDATE DELETE",
		"river_job": "SELECT INSERT UPDATE DELETE", "river_leader": "SELECT INSERT UPDATE DELETE",
	} {
		if diff := cmp.Diff(want, may(t, db, table)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table, diff)
		}
	}
	for _, statement := range []string{
		"UPDATE timeline_events SET actor_name = 'Bo'", "DELETE FROM contents", "TRUNCATE run_chunks", "TRUNCATE incidents CASCADE",
		"ALTER TABLE timeline_events DISABLE TRIGGER append_only", "DROP TRIGGER append_only ON timeline_events", "CREATE TABLE x ()",
		"CREATE OR REPLACE FUNCTION wardroom.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT timestamptz ''infinity'''",
		"SET ROLE wardroom",
	} {
		_, err := db.Pool.Exec(t.Context(), statement)
		if refused, ok := errors.AsType[*pgconn.PgError](err); !ok || refused.Code != "42501" {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// Whoever adds a table to the ledger, with its trigger, must not forget the grant.
func TestTablesWithTheTriggerAreOfTheLedger(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	rows, err := db.Pool.Query(t.Context(), `SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'wardroom.refuse_rewrite'::regproc`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 2 {
		t.Fatalf("%d tables, err %v", len(tables), err)
	}
	for _, table := range tables {
		if got := may(t, db, table); got != "SELECT INSERT" {
			t.Errorf("%s: %s", table, got)
		}
	}
}

func TestNewTablesMayBeWrittenNotRewritten(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err = db.Pool.Exec(t.Context(), "CREATE TABLE later (id bigserial)"); err != nil {
		t.Fatal(err)
	}
	if got := may(t, db, "later"); got != "SELECT INSERT" {
		t.Errorf("before the next grant: %s", got)
	}
	for range 2 {
		if err = postgres.GrantAppRole(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
	if got := may(t, db, "later"); got != "SELECT INSERT UPDATE DELETE" {
		t.Errorf("after it: %s", got)
	}
}

// A replica that was given the application's role finds everything migrated.
func TestTheApplicationFindsItMigrated(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.User(postgres.AppRole)
	if err := postgres.Migrate(t.Context(), address.String(), slog.New(slog.DiscardHandler)); err != nil {
		t.Error(err)
	}
	if err := postgres.GrantAppRole(t.Context(), address.String()); err != nil {
		t.Error(err)
	}
}

// The owner of a hosted database is no superuser and may not create roles.
func TestHostedDatabase(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	exec := func(ctx context.Context, statement string) {
		t.Helper()
		conn, failed := pgx.Connect(ctx, address.String())
		if failed != nil {
			t.Fatal(failed)
		}
		defer func() { _ = conn.Close(ctx) }()
		if _, failed = conn.Exec(ctx, statement); failed != nil {
			t.Fatal(failed)
		}
	}
	exec(t.Context(), "CREATE ROLE hosted")
	exec(t.Context(), "CREATE DATABASE hosted OWNER hosted")
	t.Cleanup(func() { exec(context.WithoutCancel(t.Context()), "DROP DATABASE hosted WITH (FORCE)") })
	as := func(user, role string) string {
		u, q := *address, address.Query()
		q.Set("options", "-crole="+role)
		u.Path, u.User, u.RawQuery = "/hosted", url.User(user), q.Encode()
		return u.String()
	}
	owner := as("wardroom", "hosted")
	if err = postgres.Migrate(t.Context(), owner, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if err = postgres.GrantAppRole(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), as(postgres.AppRole, postgres.AppRole))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got := fmt.Sprint(may(t, db, "timeline_events"), ", ", may(t, db, "river_job")); got != "SELECT INSERT, SELECT INSERT UPDATE DELETE" {
		t.Error(got)
	}
	if err = postgres.CreateAppRole(t.Context(), owner); err == nil {
		t.Error("a role was made by somebody who may not")
	}
}
