package programs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/supervisor/programs"
)

const world = `
	CREATE SCHEMA shop;
	CREATE TABLE shop.customers (id int PRIMARY KEY, name text NOT NULL DEFAULT 'nobody', born date, balance numeric(10,2), CHECK (balance > -100));
	CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int REFERENCES shop.customers ON DELETE CASCADE, note text COLLATE "C", data jsonb, raw bytea,
		made timestamptz DEFAULT '2026-11-25 09:00+00', tags text[], UNIQUE (customer, note));
	CREATE INDEX orders_made ON orders (made DESC) WHERE note IS NOT NULL;
	CREATE VIEW big AS SELECT id, note FROM orders WHERE id > 10;
	CREATE SEQUENCE tickets;
	CREATE FUNCTION noisy() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'hello' USING DETAIL = 'more', HINT = 'look'; RETURN 1; END $$;
	CREATE FUNCTION broken() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 / 0; RETURN 1; END $$;
	CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
	INSERT INTO shop.customers VALUES (1, 'Ana', '1990-01-02', 12.5), (22, 'Bö', NULL, NULL);
	INSERT INTO orders (customer, note, data, raw, tags) VALUES (1, E'two\nlines', '{"a": [1, null]}', '\x00ff', '{a,"b c"}'), (22, E'tab\there', NULL, NULL, NULL);`

// database is a database with some tables, as its owner, and its address.
func database(t *testing.T) string {
	t.Helper()
	dsn := pgtest.URL(t)
	execute(t, dsn, "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"+world)
	return dsn
}

func execute(t *testing.T, dsn, sql string) {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if err = conn.Exec(t.Context(), sql).Close(); err != nil {
		t.Fatal(err)
	}
}

// realPsql is the machine's own.
func realPsql(t *testing.T, dsn string, args ...string) output {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/psql")
	if err != nil || len(found) == 0 {
		t.Fatal("there is no psql to compare with")
	}
	cmd := exec.CommandContext(t.Context(), found[len(found)-1], append([]string{"-X", "-d", dsn}, args...)...)
	cmd.Env = []string{"LANG=C.UTF-8", "PGCLIENTENCODING=UTF8"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return output{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// psqlOn is the built-in one, with the only connection that the environment lists.
func psqlOn(t *testing.T, dsn string, readOnly bool, args ...string) output {
	t.Helper()
	f := newFixture(t, nil)
	f.network.Postgres = []programs.Conn{{Alias: "octollm", URL: dsn}}
	f.readOnly = readOnly
	return f.run(t.Context(), t, "", append([]string{"psql"}, args...)...)
}

// TestPsqlPrintsWhatTheRealOnePrints compares byte for byte.
func TestPsqlPrintsWhatTheRealOnePrints(t *testing.T) {
	t.Parallel()
	dsn := database(t)
	reads := []string{
		"SELECT 1", "SELECT 1 AS a, 'x' AS b", "SELECT", "SELECT 1 WHERE false", "SELECT NULL AS nothing, '' AS empty", "SELECT * FROM orders ORDER BY id",
		"SELECT * FROM shop.customers ORDER BY id", "SELECT id, note FROM orders ORDER BY id", "SELECT note, id FROM orders ORDER BY id",
		"SELECT 1.50::numeric, 2::float8, 3::money, 'x'::name, true, '1 day 02:00'::interval, '10.0.0.1'::inet", "SELECT 'a' AS \"long header here\", 'longer than that is this' AS b",
		"SELECT '日本語' AS wide, 'é' AS accent, 'é' AS combined", "SELECT chr(1) || 'a' || chr(13) || chr(127) AS control",
		"SELECT 'x' AS \"two\nlines\", 1 AS n", "SELECT 1; SELECT 2", "BEGIN; SELECT 1; COMMIT", "SHOW standard_conforming_strings", "SET work_mem = '5MB'; SHOW work_mem", "EXPLAIN (COSTS off) SELECT 1",
		"SELECT noisy()", "SELECT broken()", "SELECT * FROM nowhere", "SELECT 1; SELECT nope; SELECT 3", "SELECT 1,\n  wrong\nFROM orders", "SELEC 1", "SELECT 1/0", ";", "",
		"SELECT id, note, made, customer, data, raw, tags, nonexistent_column_with_long_name, id, note FROM orders WHERE id = 1",
		"SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', x, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'",
		"COPY orders (id, note) TO STDOUT", "COPY (SELECT 1, 'a,b') TO STDOUT WITH (FORMAT csv, HEADER)", "TABLE shop.customers", "VALUES (1, 'a'), (2, 'b')",
		`\dt`, `\d`, `\dt shop.*`, `\dt+ shop.*`, `\dt nope`, `\dv`, `\di`, `\ds`, `\dm`, `\d orders`, `\d shop.customers`, `\d big`, `\d tickets`, `\d orders_made`, `\d nope`, `\dt O*`,
		`\dtS pg_am`, `\dn`, `\dx`, `\dx plpg*`, `\du`, `\du nob*`, `\l`, `\l template*`, `\encoding`,
	}
	for i, text := range reads {
		for j, flags := range []string{"", "-t", "-A", "-x", "-At", "-tx", "-Ax", "-q"} {
			if flags != "" && i > 15 && i%7 != j-1 {
				continue // how rows are printed is told by the first; starting the real one takes its time
			}
			args := append(strings.Fields(flags), "-c", text)
			comparePsql(t, realPsql(t, dsn, args...), psqlOn(t, dsn, true, args...), args)
		}
	}
	for _, args := range [][]string{
		{"-c", "SELECT 1", "-c", "SELECT 2"},
		{"-c", "SELECT x", "-c", "SELECT 2"},
		{"-c", "SELECT 2", "-c", "SELECT x"},
		{"-v", "ON_ERROR_STOP=1", "-c", "SELECT x", "-c", "SELECT 2"},
		{"-A", "-F", ",", "-c", "SELECT 1, 2"},
		{"-P", "null=on", "-c", "SELECT NULL"},
		{"-P", "footer=off", "-c", "SELECT 1"},
		{"-P", "pager=off", "-c", "SELECT 1"},
		{"-P", "expanded=on", "-c", "SELECT 1"},
		{"--csv", "-c", "SELECT 1 AS a, 'x,\"y\"' AS b, NULL AS c"},
		{"--csv", "-t", "-c", "SELECT 1"},
		{"-P", "format=unaligned", "-c", "SELECT 1, 2"},
		{"-l"},
		{"-Atl"},
		{"-1", "-c", "SELECT 1"},
		{"-P", "footer=off", "-x", "-c", "SELECT 1 WHERE false"},
		{"-P", "footer=off", "-A", "-c", "SELECT 1"},
	} {
		comparePsql(t, realPsql(t, dsn, args...), psqlOn(t, dsn, true, args...), args)
	}
}

// TestPsqlWritesAsTheRealOne gives each its own database, because what it does stays.
func TestPsqlWritesAsTheRealOne(t *testing.T) {
	t.Parallel()
	theirs, ours := database(t), database(t)
	for _, args := range [][]string{
		{"-c", "INSERT INTO shop.customers VALUES (3, 'Cy')"},
		{"-c", "INSERT INTO shop.customers VALUES (4, 'Di') RETURNING id, name"},
		{"-c", "UPDATE shop.customers SET name = name || '!'"},
		{"-q", "-c", "UPDATE shop.customers SET name = 'x' RETURNING id"},
		{"-t", "-c", "DELETE FROM shop.customers WHERE id = 4 RETURNING *"},
		{"-c", "INSERT INTO shop.customers VALUES (1, 'again')"},
		{"-c", "INSERT INTO shop.customers VALUES (5, 'E'); SELECT nope"},
		{"-c", "SELECT count(*) FROM shop.customers"},
		{"-1", "-c", "INSERT INTO shop.customers VALUES (6, 'F')", "-c", "SELECT nope"},
		{"-1", "-v", "ON_ERROR_STOP=1", "-c", "INSERT INTO shop.customers VALUES (6, 'F')", "-c", "SELECT nope"},
		{"-1", "-c", "INSERT INTO shop.customers VALUES (7, 'G')"},
		{"-c", "SELECT id FROM shop.customers ORDER BY id"},
		{"-c", "CREATE TABLE n (a int)"},
		{"-c", "CREATE TABLE IF NOT EXISTS n (a int)"},
		{"-c", "DROP TABLE IF EXISTS m"},
		{"-c", "VACUUM n"},
		{"-c", "ANALYZE"},
		{"-c", "TRUNCATE shop.customers CASCADE"},
		{"-c", "DROP SCHEMA shop CASCADE"},
		{"-c", "COMMENT ON TABLE n IS 'x'"},
		{"-c", `\dt+`},
		{"-c", "COPY n TO STDOUT"},
		{"-c", "SELECT pg_terminate_backend(pg_backend_pid())"},
	} {
		comparePsql(t, realPsql(t, theirs, args...), psqlOn(t, ours, false, args...), args)
	}
}

func comparePsql(t *testing.T, want, got output, args []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("psql %q (- the real one, + ours):\n%s", args, diff)
	}
}

// through serves a database that has a socket only on a port of this machine.
func through(t *testing.T, dsn string) (host, port string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(u.Query().Get("host"), ".s.PGSQL."+u.Query().Get("port"))
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var copies sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close()
		copies.Wait()
	})
	copies.Go(func() {
		for {
			client, gone := listener.Accept()
			if gone != nil {
				return
			}
			server, failed := new(net.Dialer).DialContext(context.WithoutCancel(t.Context()), "unix", socket)
			if failed != nil {
				t.Error(failed)
				return
			}
			for _, pair := range [][2]net.Conn{{client, server}, {server, client}} {
				copies.Go(func() {
					_, _ = io.Copy(pair[0], pair[1])
					_ = pair[0].Close()
				})
			}
		}
	})
	host, port, err = net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}

// TestPsqlReachesOnlyWhatIsListed: what a command names must be what the environment says.
func TestPsqlReachesOnlyWhatIsListed(t *testing.T) {
	t.Parallel()
	socket := database(t)
	host, port := through(t, socket)
	u, err := url.Parse(socket)
	if err != nil {
		t.Fatal(err)
	}
	name, user := strings.TrimPrefix(u.Path, "/"), u.User.Username()
	dsn := "postgres://" + user + ":secret@" + net.JoinHostPort(host, port) + "/" + name + "?sslmode=disable"
	hosts := map[string]string{"localhost:5432": net.JoinHostPort(host, port), "db": net.JoinHostPort(host, port), "elsewhere:5432": "127.0.0.1:1"}
	one := []programs.Conn{{Alias: "octollm", URL: dsn}}
	two := append(slices.Clone(one), programs.Conn{Alias: "other", URL: "postgres://other:hidden@127.0.0.1:1/other"})
	own := net.JoinHostPort(host, port)
	for _, c := range []struct {
		args, complaint string
		conns           []programs.Conn
		own             string
		code            int
	}{
		{"", "", one, "", 0},
		{"-h localhost -p 5432 -U " + user + " -d " + name, "", one, "", 0},
		{"-h localhost -U " + user + " " + name, "", one, "", 0},
		{"-h db", "", one, "", 0},
		{"-h octollm", "", two, "", 0},
		{"-d octollm", "", two, "", 0},
		{"-h " + host + " -p " + port, "", two, "", 0},
		{"-d " + name, "", two, "", 0},
		{"-U " + user, "", two, "", 0},
		{"", "say which database with -h: octollm, other", two, "", 126},
		{"", "does not list a database", nil, "", 126},
		{"-h evil.example", "this environment does not list a database at evil.example", one, "", 126},
		{"-h elsewhere", "does not list", one, "", 126},
		{"-h 127.0.0.1", "does not list", one, "", 126},
		{"-h /tmp", "does not list", one, "", 126},
		{"-p 1", "does not list", one, "", 126},
		{"-U postgres", "does not list a database for user postgres", one, "", 126},
		{"-d postgres", "does not list database postgres", one, "", 126},
		{"-h octollm -d postgres", "does not list", one, "", 126},
		{"-h octollm -U other", "does not list", two, "", 126},
		{"-d host=evil", "connection string is not available", one, "", 1},
		{"-d postgres://evil/x", "does not list database x at evil", one, "", 126},
		{"postgresql://db/" + name, "", one, "", 0},
		{"postgresql://" + user + "@" + host + ":" + port + "/" + name + "?sslmode=require", "", one, "", 0},
		{"postgresql://" + user + ":guess@db/" + name, "credentials do not belong in a command", one, "", 1},
		{"postgresql://db/" + name + "?host=evil", "host is not available", one, "", 1},
		{"-h other", "connection to other failed: Connection refused", two, "", 2},
		{"", "never permitted", one, own, 126},
		{"", "never permitted", []programs.Conn{{Alias: "meta", URL: "postgres://a:b@169.254.169.254/x"}}, "", 126},
	} {
		f := newFixture(t, nil)
		f.network = programs.Network{Hosts: hosts, Postgres: c.conns}
		if c.own != "" {
			f.network.Own = []string{c.own}
		}
		f.readOnly = true
		got := f.run(t.Context(), t, "", append(append([]string{"psql"}, strings.Fields(c.args)...), "-Atc", "SELECT current_database()")...)
		if c.complaint == "" && got != (output{name + "\n", "", 0}) || got.Code != c.code || !strings.Contains(got.Stderr, c.complaint) {
			t.Errorf("psql %s: %+v", c.args, got)
		}
		if strings.Contains(got.Stderr, "secret") || strings.Contains(got.Stderr, "hidden") {
			t.Errorf("psql %s shows a password: %s", c.args, got.Stderr)
		}
	}
}

// TestWhatReadsCannotWrite: these texts are refused before by their class; here the class has failed and the session alone must hold.
func TestWhatReadsCannotWrite(t *testing.T) {
	t.Parallel()
	dsn := database(t)
	execute(t, dsn, "CREATE ROLE diagnostics NOLOGIN; GRANT USAGE ON SCHEMA public TO diagnostics; GRANT SELECT ON orders TO diagnostics; CREATE TABLE secrets AS SELECT 'hush' AS word")
	t.Cleanup(func() {
		conn, err := pgconn.Connect(context.WithoutCancel(t.Context()), dsn)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Exec(context.WithoutCancel(t.Context()), "DROP OWNED BY diagnostics; DROP ROLE diagnostics").Close()
		_ = conn.Close(context.WithoutCancel(t.Context()))
	})
	for _, text := range []string{
		"DROP TABLE orders", "COMMIT; DROP TABLE orders", "ROLLBACK; DROP TABLE orders", "COMMIT AND CHAIN; DROP TABLE orders", "END; BEGIN READ WRITE; DROP TABLE orders",
		"SET TRANSACTION READ WRITE; DROP TABLE orders", "COMMIT AND CHAIN; SET TRANSACTION READ WRITE; DROP TABLE orders", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; COMMIT; DROP TABLE orders",
		"SET transaction_read_only = off; DROP TABLE orders", "SET default_transaction_read_only = off; COMMIT; DROP TABLE orders", "SAVEPOINT a; SET transaction_read_only = off; ROLLBACK TO a; DROP TABLE orders",
		"SELECT set_config('transaction_read_only', 'off', false); DROP TABLE orders", "BEGIN READ WRITE; DROP TABLE orders", "PREPARE TRANSACTION 'x'; DROP TABLE orders",
		"WITH x AS (DELETE FROM orders RETURNING 1) SELECT * FROM x", "SELECT nextval('tickets')", "EXPLAIN ANALYZE DELETE FROM orders", "COPY orders FROM STDIN",
		"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM orders RETURNING 1'; SELECT f()", "DO 'BEGIN DELETE FROM orders; END'", "SELECT 1 INTO copied",
		"COPY (SELECT 1) TO STDOUT; DROP TABLE orders",
		// Out of the role, in every way that the statements before it allow.
		"SELECT * FROM secrets", "RESET ROLE; SELECT * FROM secrets", "SET ROLE wardroom; SELECT * FROM secrets", "SET LOCAL ROLE NONE; SELECT * FROM secrets",
		"SET SESSION AUTHORIZATION DEFAULT; SELECT * FROM secrets", "COMMIT; SELECT * FROM secrets", "ROLLBACK; RESET ALL; SELECT * FROM secrets", "DISCARD ALL; SELECT * FROM secrets",
		"SELECT set_config('role', 'none', false); SELECT * FROM secrets", "SAVEPOINT a; RESET ROLE; RELEASE a; SELECT * FROM secrets",
	} {
		f := newFixture(t, nil)
		f.network.Postgres = []programs.Conn{{Alias: "octollm", URL: dsn, Role: "diagnostics"}}
		f.readOnly = true
		got := f.run(t.Context(), t, "1\t2\n", "psql", "-c", text)
		if got.Code == 0 || strings.Contains(got.Stdout, "hush") {
			t.Errorf("%s: %+v", text, got)
		}
		if left := psqlOn(t, dsn, true, "-Atc", "SELECT count(*) FROM orders"); left.Stdout != "2\n" {
			t.Fatalf("%s has written: %+v", text, left)
		}
	}
}

// TestPsqlStopsItsQuery: the end of a run ends its query on the server too.
func TestPsqlStopsItsQuery(t *testing.T) {
	t.Parallel()
	dsn := database(t)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	f := newFixture(t, nil)
	f.network.Postgres = []programs.Conn{{Alias: "octollm", URL: dsn}}
	f.readOnly = true
	if got := f.run(ctx, t, "", "psql", "-c", "SELECT pg_sleep(60)"); got.Code != 143 && got.Code != 1 {
		t.Errorf("%+v", got)
	}
	if got := psqlOn(t, dsn, true, "-Atc", "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND datname = current_database()"); got.Stdout != "0\n" {
		t.Errorf("the query goes on: %+v", got)
	}
}

func TestPsqlTakesValuesAsParameters(t *testing.T) {
	t.Parallel()
	dsn := database(t)
	for _, readOnly := range []bool{true, false} {
		f := newFixture(t, nil)
		f.network.Postgres = []programs.Conn{{Alias: "octollm", URL: dsn}}
		f.readOnly, f.params = readOnly, []string{"x'; DROP TABLE orders; --", "1"}
		got := f.run(t.Context(), t, "", "psql", "-At", "-c", "SELECT $1 || id FROM orders WHERE id = $2")
		if got != (output{"x'; DROP TABLE orders; --1\n", "", 0}) {
			t.Errorf("%+v", got)
		}
	}
}

func TestPsqlRefuses(t *testing.T) {
	t.Parallel()
	dsn := database(t)
	for _, c := range []struct {
		args      []string
		complaint string
	}{
		{[]string{}, "only psql -c COMMAND is available"},
		{[]string{"-f", "x"}, "invalid option -- 'f'"},
		{[]string{"-C", "-c", "SELECT 1"}, "invalid option -- 'C'"},
		{[]string{"-P", "border=2", "-c", "SELECT 1"}, "not available"},
		{[]string{"-c", `\df`}, "not available"},
		{[]string{"a", "b", "c", "-c", "SELECT 1"}, "extra"},
		{[]string{"-c", "SELECT 1; COPY orders TO STDOUT"}, "COPY must be the only"},
		{[]string{"-c", `SELECT E'\'`}, "cannot be read surely"},
	} {
		if got := psqlOn(t, dsn, false, c.args...); got.Code != 1 || !strings.Contains(got.Stderr, c.complaint) {
			t.Errorf("psql %q: %+v", c.args, got)
		}
	}
	if got := psqlOn(t, dsn, true, "-c", `\conninfo`); got.Code != 0 || !strings.HasPrefix(got.Stdout, `You are connected to database "`) {
		t.Errorf("%+v", got)
	}
}
