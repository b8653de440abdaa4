package diagnostics_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/redact"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

const hunter = "hunter2.correct-horse"

// mirror is a host that says what credentials it got.
func mirror(t *testing.T) func(*desk) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "got", r.Header.Get("Authorization"))
	}))
	t.Cleanup(server.Close)
	return func(d *desk) { d.file.Environments[0].Hosts = map[string]string{"http://api": server.URL} }
}

func (d *desk) withSecret(t *testing.T, n int) diagnostics.Run {
	t.Helper()
	req := d.confirm(t, d.request(t, "look", n))
	req.Secrets = map[string]string{"api-key": hunter}
	run, _, err := d.Start(as(t, d.ana), req)
	if err != nil {
		t.Fatal(err)
	}
	return d.end(t, run)
}

// stored reads every row of every table as text.
func (d *desk) stored(t *testing.T) string {
	t.Helper()
	tables := one[[]string](t, d, `SELECT array_agg(format('%I.%I', schemaname, tablename)) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if len(tables) < 10 {
		t.Fatalf("only %q", tables)
	}
	var all strings.Builder
	for _, table := range tables {
		all.WriteString(one[string](t, d, "SELECT coalesce(string_agg(x::text, E'\n'), '') FROM "+table+" x"))
	}
	return all.String()
}

func TestASecretReachesTheCommandAndNothingElse(t *testing.T) {
	t.Parallel()
	d := setup(t, single(
		`curl -s -H "Authorization: Bearer <api-key>" http://api/`,
		`curl -s -u "user:<api-key>" http://api/`,
		`KEPT=<api-key>; OTHER=fine; echo <api-key> | base64 | tee key; echo <api-key> >&2; cat <api-key> ; true`,
	), mirror(t))
	run := d.withSecret(t, 0)
	if want := `curl -s -H "Authorization: Bearer ‹api-key›" http://api/`; run.Text != want || run.State != diagnostics.Succeeded {
		t.Errorf("%s %s: %q", run.State, run.Text, d.text(t, run))
	}
	if got := d.text(t, run); !slices.Equal(got, []string{"got Bearer ‹api-key›"}) {
		t.Errorf("%q", got)
	}
	run = d.withSecret(t, 1)
	if got := d.text(t, run); len(got) != 1 || !regexp.MustCompile(`^got Basic dXNlcj.?‹api-key›.{0,4}$`).MatchString(got[0]) {
		t.Errorf("in base64, behind the user's name: %q, %s", got, run.Reason)
	}
	run = d.withSecret(t, 2)
	for _, line := range d.text(t, run) {
		if strings.Contains(line, hunter) || strings.Contains(line, base64.StdEncoding.EncodeToString([]byte(hunter))[:12]) {
			t.Errorf("%q shows it", line)
		}
	}
	if got := one[string](t, d, "SELECT string_agg(name, ' ') FROM incident_variables"); got != "OTHER" {
		t.Errorf("variables: %q", got)
	}
	if stored := d.stored(t); strings.Contains(stored, hunter) || strings.Contains(d.log.String(), hunter) || !strings.Contains(stored, "‹api-key›") {
		t.Error("the secret is in the database or in the log")
	}
}

// What one run keeps in the scratch folder another one may print.
func TestASecretStaysHiddenFromLaterRuns(t *testing.T) {
	t.Parallel()
	d := setup(t, single(`echo "<api-key>" > kept`, `cat kept`))
	if run := d.withSecret(t, 0); run.State != diagnostics.Succeeded {
		t.Errorf("%s %s %q", run.State, run.Reason, d.text(t, run))
	}
	run, _, err := d.Start(as(t, d.bo), d.request(t, "look", 1))
	if err != nil {
		t.Fatal(err)
	}
	if run = d.end(t, run); !slices.Equal(d.text(t, run), []string{"‹api-key›"}) {
		t.Errorf("%s %q", run.State, d.text(t, run))
	}
}

func TestASecretIsAskedForEachTime(t *testing.T) {
	t.Parallel()
	d := setup(t, single(`curl -s -H "Authorization: Bearer <api-key>" http://api/`, `helper say <api-key>`), mirror(t))
	plan := d.plan(t, d.request(t, "look", 0))
	if len(plan.Secrets) != 1 || len(plan.Missing) != 0 || !plan.Asks() || plan.Risk != shell.Read || plan.Refused != "" {
		t.Errorf("%+v", plan)
	}
	req := d.confirm(t, d.request(t, "look", 0))
	for _, secret := range []string{"", "abc", "two words\n"} {
		req.Secrets = map[string]string{"api-key": secret}
		_, _, err := d.Start(as(t, d.ana), req)
		wantKind(t, err, errs.Invalid)
	}
	req.Values = map[string]string{"api-key": hunter} // it is no ordinary value
	req.Secrets = nil
	_, _, err := d.Start(as(t, d.ana), req)
	wantKind(t, err, errs.Invalid)

	// Whoever lists processes would read it.
	if plan = d.plan(t, d.request(t, "look", 1)); !strings.Contains(plan.Refused, "among the words of helper") {
		t.Errorf("%+v", plan)
	}
}

// The program is found only at run time, so the plan can't know.
func TestASecretIsNoWordOfAProgramOfTheMachine(t *testing.T) {
	t.Parallel()
	d := setup(t, single(`echo <api-key> | xargs helper say`))
	run := d.withSecret(t, 0)
	if run.State != diagnostics.Refused || !strings.Contains(run.Reason, "among the words of a program") {
		t.Errorf("%s %q %q", run.State, run.Reason, d.text(t, run))
	}
}

func TestTheEnvironmentsOwnSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, []byte("users:\n- name: x\n  user: {token: kube-t0ken}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := setup(t, single(`echo first p4ssword second r3dispass third kube-t0ken fourth pr0gram-key`), func(d *desk) {
		env := &d.file.Environments[0]
		env.Postgres = []config.Postgres{{Alias: "main", DSN: "postgres://octollm:p4ssword@db/octollm"}}
		env.Redis = []config.Redis{{Alias: "cache", URL: "redis://:r3dispass@cache:6379"}}
		env.Kubernetes = &config.Kubernetes{Kubeconfig: kubeconfig}
		env.Programs[0].Env = map[string]string{"HELPER_API_KEY": "pr0gram-key", "MODE": "first"}
	})
	run := d.end(t, d.start(t, 0))
	want := []string{"first ‹password of main› second ‹password of cache› third ‹kubeconfig token› fourth ‹HELPER_API_KEY›"}
	if got := d.text(t, run); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestNeitherColoursNorChunksNorLongLinesHideASecret(t *testing.T) {
	t.Parallel()
	d := setup(t, single("date"))
	secret := redact.Secret{Name: "key", Value: "sk-abcdefgh"}
	long := strings.Repeat("x", 256<<10-4)
	run := d.running(t)
	events := make(chan supervisor.Event, 10)
	for _, text := range []string{"a sk-ab", "cde\x1b[0mfgh b\n", "sk-abXX\b\bcdefgh\n", long + "sk-abcdefgh" + "!\n"} {
		events <- out(text)
	}
	events <- supervisor.Event{Exit: &supervisor.Exit{Clean: true}}
	d.Follow(t.Context(), run, events, secret)
	want := []string{"a ‹key› b", "‹key›", long + "‹key›", "‹key›!"}
	got := d.text(t, run)
	if len(got) != len(want) {
		t.Fatalf("%d lines", len(got))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d ends in %q, want %q", i+1, got[i][max(0, len(got[i])-30):], want[i][max(0, len(want[i])-30):])
		}
	}
}
