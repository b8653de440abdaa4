package supervisor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// TestPsqlTakesNothingFromTheMachine: no PG* variable and no ~/.pgpass of the server reaches a run, and none can be set by its text.
func TestPsqlTakesNothingFromTheMachine(t *testing.T) { //nolint:paralleltest // sets variables of the process
	dsn, home := pgtest.URL(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".pgpass"), []byte("*:*:*:*:stolen\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"HOME": home, "PGHOST": "evil.example", "PGUSER": "evil", "PGDATABASE": "evil", "PGPASSFILE": filepath.Join(home, ".pgpass"), "PGOPTIONS": "-c nonsense=on"} {
		t.Setenv(name, value)
	}
	given := func(s *supervisor.Spec) { s.Postgres = []supervisor.Conn{{Alias: "main", URL: dsn}} }
	if r := run(t, `psql -Atc "SELECT current_user" | tr a-z A-Z`, given); r.stdout != "WARDROOM\n" || r.exit.Code != 0 {
		t.Errorf("%+v", r)
	}
	if r := run(t, `PGHOST=evil psql -c "SELECT 1"`, given); r.exit.Code != 126 {
		t.Errorf("%+v", r)
	}
}

// TestOneProgramStartsWithoutAShell: a query is no shell text, but its program is classed like every other.
func TestOneProgramStartsWithoutAShell(t *testing.T) {
	t.Parallel()
	dsn := pgtest.URL(t)
	query := func(sql string, params ...string) result {
		return run(t, sql, func(s *supervisor.Spec) {
			s.Postgres = []supervisor.Conn{{Alias: "main", URL: dsn}}
			s.Argv, s.Params = []string{"psql", "-At", "-c", sql}, params
		})
	}
	if r := query("SELECT '$(id)', $1", "'; DROP TABLE users; --"); r.stdout != "$(id)|'; DROP TABLE users; --\n" || r.exit.Code != 0 {
		t.Errorf("%+v", r)
	}
	if r := query("DELETE FROM users WHERE name = $1", "x"); r.exit.Code != 126 || !r.refused("psql") {
		t.Errorf("%+v", r)
	}
}

func TestPsqlIsClassedAsItStarts(t *testing.T) {
	t.Parallel()
	dsn := pgtest.URL(t)
	for _, c := range []struct {
		text, says string
		confirmed  shell.Risk
		code       int
	}{
		{`psql -Atc "SELECT count(*) FROM users"`, "", shell.Read, 0},
		{`X="DELETE FROM users"; psql -c "$X"`, "only read was confirmed", shell.Read, 126},
		{`X="SELECT 1; COMMIT; DROP TABLE users"; psql -c "$X"`, "only read was confirmed", shell.Read, 126},
		{`X="RESET ROLE"; psql -c "$X"`, "unknown", shell.Destroy, 126},
		{`psql -h evil -c "SELECT 1"`, "does not list", shell.Read, 126},
		{`psql -f /etc/passwd`, "not permitted", shell.Destroy, 126},
		{`psql -c "\\copy users to '/tmp/x'"`, "not permitted", shell.Destroy, 126},
		{`psql -c "DELETE FROM users"`, "", shell.Destroy, 0},
	} {
		r := run(t, c.text, func(s *supervisor.Spec) {
			s.Postgres = []supervisor.Conn{{Alias: "main", URL: dsn}}
			s.Confirmed = c.confirmed
		})
		if r.exit.Code != c.code || !strings.Contains(r.stderr, c.says) {
			t.Errorf("%s: %+v", c.text, r)
		}
	}
}
