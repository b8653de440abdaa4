package diagnostics_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/shell"
)

const queries = "# Test\n\n## Diagnosis\n\n### Look {id=look}\n\n" +
	"~~~sql\nSELECT name FROM arms WHERE name = '<arm-name>';\nDELETE FROM arms WHERE name = '<arm-name>';\nSELECT * FROM <table>;\n~~~\n\n" +
	"~~~sql {database=other}\nSELECT 1;\n~~~\n\n~~~promql\nup{arm=\"<arm-name>\"}\n~~~\n"

// asking is a room whose environment lists a database and a Prometheus.
func asking(t *testing.T) *desk {
	t.Helper()
	prometheus := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"status":"success","data":{"resultType":"vector","result":[{"metric":{"query":"` +
			strings.ReplaceAll(strings.ReplaceAll(r.FormValue("query"), `\`, `\\`), `"`, `\"`) + `"},"value":[1,"1"]}]}}`))
	}))
	t.Cleanup(prometheus.Close)
	dsn := pgtest.URL(t)
	return setup(t, queries, func(d *desk) {
		env := &d.file.Environments[0]
		env.Postgres, env.Prometheus = []config.Postgres{{Alias: "main", DSN: dsn}}, prometheus.URL
	})
}

func (d *desk) ask(t *testing.T, n int, value string) diagnostics.Run {
	t.Helper()
	req := d.request(t, "look", n)
	req.Values = map[string]string{"arm-name": value}
	run, _, err := d.Start(as(t, d.ana), d.confirm(t, req))
	if err != nil {
		t.Fatal(err)
	}
	return d.end(t, run)
}

func TestSQLRunsWithItsValuesAsParameters(t *testing.T) {
	t.Parallel()
	d := asking(t)
	execute(t, d.file.Environments[0].Postgres[0].DSN, "CREATE TABLE arms (name text); INSERT INTO arms VALUES ('a''; DROP TABLE arms; --'), ('coder')")
	run := d.ask(t, 0, "a'; DROP TABLE arms; --")
	if got := d.text(t, run); run.State != diagnostics.Succeeded || !slices.Contains(got, " a'; DROP TABLE arms; --") || !slices.Contains(got, "(1 row)") {
		t.Errorf("%s %q", run.State, got)
	}
	if want := "SELECT name FROM arms WHERE name = $1;\n-- $1 = 'a''; DROP TABLE arms; --'"; run.Text != want {
		t.Errorf("recorded as %q", run.Text)
	}
	run = d.ask(t, 1, "coder")
	if got := d.text(t, run); run.Risk != shell.Destroy || !slices.Equal(got, []string{"DELETE 1"}) {
		t.Errorf("%+v %q", run, got)
	}
}

func TestPromQLRuns(t *testing.T) {
	t.Parallel()
	d := asking(t)
	run := d.ask(t, 4, `a"} or x{y="`)
	if got := d.text(t, run); run.State != diagnostics.Succeeded || !slices.Contains(got, ` up{arm="a\"} or x{y=\""} |     1`) {
		t.Errorf("%s %q", run.State, got)
	}
}

func TestQueriesThatHaveNowhereToGo(t *testing.T) {
	t.Parallel()
	d := asking(t)
	with := func(n int, values map[string]string) string {
		t.Helper()
		req := d.request(t, "look", n)
		req.Values = values
		_, _, err := d.Start(as(t, d.ana), d.confirm(t, req))
		wantKind(t, err, errs.Invalid)
		return errs.Message(err)
	}
	if got := with(2, map[string]string{"table": "arms"}); !strings.Contains(got, "only values can be given") {
		t.Error(got)
	}
	if got := with(3, nil); got != "Environment prod lists no database other." {
		t.Error(got)
	}
	d = setup(t, queries)
	if got := with(0, map[string]string{"arm-name": "a"}); got != "Environment prod lists no database." {
		t.Error(got)
	}
	if got := with(4, map[string]string{"arm-name": "a"}); got != "Environment prod lists no Prometheus." {
		t.Error(got)
	}
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
