// Package pgtest gives each test its own migrated database on a real PostgreSQL. One
// private cluster lives as long as the test binary; databases are cloned from a template.
package pgtest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wardroom/internal/postgres"
	"wardroom/internal/postgres/embedded"
)

const (
	template = "wardroom_template"
	owner    = "wardroom"
)

var cluster struct {
	once   sync.Once
	err    error
	server *embedded.Server
	dir    string
	last   atomic.Int64
}

// Main runs the tests of a package and stops the cluster if one was started. Use it as
// func TestMain(m *testing.M) { pgtest.Main(m) }.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for packages that have more to do at the end: it returns the exit code.
func Run(m *testing.M) int {
	code := m.Run()
	if cluster.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := cluster.server.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
			code = max(code, 1)
		}
		if err := os.RemoveAll(cluster.dir); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
		}
	}
	return code
}

// New opens a database of the test's own with the newest schema, as its owner, who may
// replace what is in it. A PostgreSQL that cannot be started fails the test; it never skips
// it.
func New(t *testing.T) *postgres.DB {
	t.Helper()
	return open(t, URL(t))
}

// NewApp is New for tests of services: it works as the application's role, which may no more
// than the application needs.
func NewApp(t *testing.T) *postgres.DB {
	t.Helper()
	name := clone(t)
	return open(t, cluster.server.DSN(name, postgres.AppRole))
}

// ExecAsOwner does in db's database what the application may not: it moves the clock, or
// rewrites what is written.
func ExecAsOwner(t *testing.T, db *postgres.DB, statement string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), cluster.server.DSN(db.Pool.Config().ConnConfig.Database, owner))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err = conn.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// URL clones a migrated database and gives its owner's address, for tests that connect
// themselves.
func URL(t *testing.T) string {
	t.Helper()
	name := clone(t)
	return cluster.server.DSN(name, owner)
}

// clone makes a database for the test and gives its name.
func clone(t *testing.T) string {
	t.Helper()
	cluster.once.Do(func() { cluster.err = start() })
	if cluster.err != nil {
		t.Fatal("pgtest: ", cluster.err)
	}
	name := fmt.Sprintf("test_%d", cluster.last.Add(1))
	// The context of the test ends before its clean-up, so dropping uses its own.
	if err := admin(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal("pgtest: ", err)
	}
	t.Cleanup(func() {
		if err := admin(context.WithoutCancel(t.Context()), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error("pgtest: ", err)
		}
	})
	return name
}

func start() error {
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cluster.dir = dir
	cluster.server, err = embedded.Start(ctx, embedded.Options{
		Dir: dir, User: "nobody", Owner: owner, Roles: []string{postgres.AppRole}, FsyncOff: true, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	if err := admin(ctx, "CREATE DATABASE "+template); err != nil {
		return err
	}
	url := cluster.server.DSN(template, owner)
	if err := postgres.CreateAppRole(ctx, url); err != nil {
		return err
	}
	if err := postgres.Migrate(ctx, url, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	return postgres.GrantAppRole(ctx, url)
}

// adminMu keeps clones apart: PostgreSQL refuses a template that another session copies.
var adminMu sync.Mutex

func admin(ctx context.Context, statement string) error {
	adminMu.Lock()
	defer adminMu.Unlock()
	conn, err := pgx.Connect(ctx, cluster.server.DSN("postgres", owner))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}
