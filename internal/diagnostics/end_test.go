package diagnostics_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/process"
	"wardroom/internal/supervisor"
	"wardroom/internal/timeline"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

// processes are those whose numbers stand in the first n lines of the run.
func (d *desk) processes(t *testing.T, run diagnostics.Run, n int) []process.ID {
	t.Helper()
	var ids []process.ID
	for _, line := range d.written(t, run, int64(n))[:n] {
		pid, err := strconv.Atoi(line.Text())
		if err != nil {
			t.Fatal(err)
		}
		id, err := process.Lookup(pid)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func wantGone(t *testing.T, ids []process.ID) {
	t.Helper()
	for _, id := range ids {
		if id.Alive() {
			t.Errorf("process %v is alive", id)
		}
	}
}

func TestHowRunsEnd(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper fail 3", "gone here || helper say on", "x=x; while true; do x=$x$x; done", "helper say a | grep b")+
		"\n### Slow {id=slow}\n\n~~~sh {timeout=1s}\nhelper hang\n~~~\n",
		func(d *desk) {
			env := &d.file.Environments[0]
			env.Programs = append(env.Programs, config.Program{Name: "gone", Path: "relative/gone", Verbs: map[string]string{"here": "read"}})
		})
	for name, tc := range map[string]struct {
		step  string
		n     int
		state diagnostics.State
		code  int // -1: none
		why   string
	}{
		"exit code":       {"look", 0, diagnostics.Failed, 3, ""},
		"nothing found":   {"look", 3, diagnostics.Succeeded, 1, "grep found nothing."},
		"refused, and on": {"look", 1, diagnostics.Refused, 0, "not permitted in a playbook"},
		"too much memory": {"look", 2, diagnostics.Failed, -1, "more memory"},
		"time is up":      {"slow", 0, diagnostics.TimedOut, 124, "The time limit was reached."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := d.request(t, tc.step, tc.n)
			if p := d.plan(t, req); p.Refused != "" {
				t.Fatalf("refused: %s", p.Refused)
			}
			run, _, err := d.Start(as(t, d.ana), req)
			if err != nil {
				t.Fatal(err)
			}
			run = d.end(t, run)
			code := -1
			if run.ExitCode != nil {
				code = *run.ExitCode
			}
			if run.State != tc.state || code != tc.code || !contains(run.Reason, tc.why) || !run.Confirmed {
				t.Errorf("%s, code %d, confirmed %v: %q", run.State, code, run.Confirmed, run.Reason)
			}
			if tc.state != diagnostics.Refused {
				return
			}
			programs, err := d.Programs(as(t, d.ana), run.ID)
			want := []diagnostics.Program{
				{Argv: []string{"gone", "here"}, Risk: "read", Reason: run.Reason},
				{Argv: []string{"helper", "say", "on"}, Risk: "read", Permitted: true},
			}
			if diff := cmp.Diff(want, programs); diff != "" || err != nil {
				t.Errorf("%v programs (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestTimeLimitEndsAStreamWell(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"))
	for name, tc := range map[string]struct {
		exit   supervisor.Exit
		state  diagnostics.State
		reason string
	}{
		"stream":    {supervisor.Exit{Reason: supervisor.ReasonTimeout}, diagnostics.Succeeded, "The time limit ended the stream."},
		"no stream": {supervisor.Exit{Reason: supervisor.ReasonTimeout, Code: 124}, diagnostics.TimedOut, "The time limit was reached."},
		"signal":    {supervisor.Exit{Code: 137, Signal: "SIGKILL"}, diagnostics.Failed, "Ended by SIGKILL."},
		"crash":     {supervisor.Exit{Code: 1, Reason: supervisor.ReasonCrashed}, diagnostics.Failed, "The run's process died."},
		"outside":   {supervisor.Exit{Code: 143, Reason: supervisor.ReasonStopped, Clean: true}, diagnostics.Stopped, "It was stopped from outside Wardroom. Confirmed stopped: nothing of it is left."},
		"unclean":   {supervisor.Exit{Code: 143, Reason: supervisor.ReasonStopped}, diagnostics.Stopped, "It was stopped from outside Wardroom. Stop was asked for, but something of it may still run on this machine."},
	} {
		events := make(chan supervisor.Event, 1)
		events <- supervisor.Event{Exit: &tc.exit}
		run := d.Follow(t.Context(), d.running(t), events)
		if run.State != tc.state || run.Reason != tc.reason || run.Confirmed != tc.exit.Clean {
			t.Errorf("%s: %s %q", name, run.State, run.Reason)
		}
	}
}

func TestStopEndsTheWholeTree(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper tree", "helper ignore"))
	for n, pids := range []int{2, 1} {
		run := d.start(t, n)
		tree := d.processes(t, run, pids)
		_, err := d.Stop(as(t, d.vic), run.ID)
		wantKind(t, err, errs.Forbidden)
		stopping, err := d.Stop(as(t, d.bo), run.ID)
		if err != nil || stopping.State == diagnostics.Running || stopping.StopBy != "Bo" {
			t.Errorf("stop: %s by %q, %v", stopping.State, stopping.StopBy, err)
		}
		if _, err = d.Stop(as(t, d.ana), run.ID); err != nil {
			t.Errorf("a second stop: %v", err)
		}
		run = d.end(t, run)
		wantGone(t, tree)
		if run.State != diagnostics.Stopped || !run.Confirmed || run.Reason != "Confirmed stopped: nothing of it is left." || run.StopBy != "Bo" || run.StopAt == nil {
			t.Errorf("run: %+v", run)
		}
		after, err := d.Stop(as(t, d.ana), run.ID)
		if diff := cmp.Diff(run, after); diff != "" || err != nil {
			t.Errorf("a stop after the end: %v\n%s", err, diff)
		}
	}
	want := []timeline.Kind{timeline.RunStarted, timeline.RunStopAsked, timeline.RunEnded}
	if diff := cmp.Diff(append(want, want...), d.kinds(t)); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}

func TestStopOfARunOfAnotherReplica(t *testing.T) {
	t.Parallel()
	d := setup(t, single("true"))
	run := d.running(t)
	_, err := d.Stop(as(t, d.ana), run.ID)
	wantKind(t, err, errs.Conflict)
	if now := d.byID(t, run.ID); now.State != diagnostics.Running || len(d.kinds(t)) != 0 {
		t.Errorf("run: %+v", now)
	}
	run.ID[0]++
	_, err = d.Stop(as(t, d.ana), run.ID)
	wantKind(t, err, errs.NotFound)
}

// A run can be stopped before its process exists, and although the database does not take
// the record of it in time.
func TestStopBeforeItBegins(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper hang"))
	d.exec(t, "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END'")
	d.exec(t, "CREATE TRIGGER hold BEFORE UPDATE ON runs FOR EACH ROW WHEN (NEW.state = 'starting') EXECUTE FUNCTION hold()")
	gate, err := d.db.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer gate.Release()
	if _, err = gate.Exec(t.Context(), "SELECT pg_advisory_lock(1)"); err != nil {
		t.Fatal(err)
	}
	bell, silence := d.hub.Listen(timeline.Topic(d.number))
	defer silence()
	ctx, gone := context.WithCancel(as(t, d.ana))
	started := make(chan diagnostics.Run)
	go func() {
		run, _, startErr := d.Start(ctx, d.request(t, "look", 0))
		if startErr != nil {
			t.Error(startErr)
		}
		started <- run
	}()
	<-bell // the run is inserted
	gone() // and the browser goes away
	run := <-started
	_, err = d.Stop(as(t, d.bo), run.ID)
	if recorded := d.byID(t, run.ID).StopBy != ""; recorded != (err == nil) { // it waits for the claim, or was faster
		t.Errorf("recorded %v, and Bo is told %v", recorded, err)
	}
	if _, err = gate.Exec(t.Context(), "SELECT pg_advisory_unlock(1)"); err != nil {
		t.Fatal(err)
	}
	run = d.end(t, run)
	if run.State != diagnostics.Stopped || run.StopBy != "Bo" || run.Reason != "Stopped before it began." || run.Lines != 0 || run.Started != nil {
		t.Errorf("run: %+v", run)
	}
}

func TestRunThatCannotStartIsFinal(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hi"), func(d *desk) { d.options.Executable = "/nonexistent/web" })
	run := d.start(t, 0)
	if run.State != diagnostics.Failed || run.ExitCode != nil || !contains(run.Reason, "could not be started") || run.Ended == nil {
		t.Errorf("run: %+v", run)
	}
	if diff := cmp.Diff([]timeline.Kind{timeline.RunStarted, timeline.RunEnded}, d.kinds(t)); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
	if !contains(d.log.String(), "/nonexistent/web") {
		t.Errorf("the log does not say why: %s", d.log)
	}
}

// A start whose transaction fails leaves nothing behind that blocks the next one.
func TestFailedCommitStartsNothing(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hi"))
	d.exec(t, "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'")
	d.exec(t, "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON runs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()")
	if _, _, err := d.Start(as(t, d.ana), d.request(t, "look", 0)); err == nil {
		t.Error("it started")
	}
	d.exec(t, "DROP TRIGGER fail ON runs")
	if run := d.end(t, d.start(t, 0)); run.State != diagnostics.Succeeded || run.Number != 1 {
		t.Errorf("run: %+v", run)
	}
}

func TestStopSaysWhatMayStillRunInAContainer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		argv []string
		want string
	}{
		"kubectl": {
			[]string{"kubectl", "exec", "-n", "octollm", "-c", "api", "api-0", "--", "tail", "-f", "/var/log/x y"},
			`The process in api-0 may still run. This ends it: kubectl exec -n octollm -c api api-0 -- pkill -f 'tail -f /var/log/x y$'`,
		},
		"kubectl, flag behind": {
			[]string{"kubectl", "-n", "octollm", "exec", "deploy/api", "-c", "api", "--", "sleep", "9"},
			`The process in deploy/api may still run. This ends it: kubectl -n octollm exec deploy/api -c api -- pkill -f 'sleep 9$'`,
		},
		"docker": {
			[]string{"docker", "exec", "-w", "/srv", "api", "sh", "-c", "sleep 9"},
			`The process in api may still run. This ends it: docker exec -w /srv api pkill -f 'sleep 9$' (where there is no pkill, or something of it stays: docker restart api)`,
		},
		"compose": {
			[]string{"docker", "compose", "exec", "-T", "--index=2", "api", "top", "-b"},
			`The process in api may still run. This ends it: docker compose exec -T '--index=2' api pkill -f 'top -b$' (where there is no pkill, or something of it stays: docker compose restart api)`,
		},
		"control character": {[]string{"docker", "exec", "api", "a\x00"}, "The process in api may still run."},
		"no target":         {[]string{"kubectl", "exec", "-n"}, ""},
		"no exec":           {[]string{"kubectl", "get", "pods"}, ""},
		"another program":   {[]string{"helper", "exec", "x"}, ""},
	} {
		if diff := cmp.Diff(tc.want, diagnostics.RemoteWarning(tc.argv...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	d := setup(t, single("true"))
	events := make(chan supervisor.Event, 2)
	events <- supervisor.Event{Program: &supervisor.Program{Argv: []string{"kubectl", "exec", "api-0", "--", "sleep", "9"}, Permitted: true}}
	events <- supervisor.Event{Exit: &supervisor.Exit{Reason: supervisor.ReasonStopped, Clean: true}}
	run := d.Follow(t.Context(), d.running(t), events)
	if run.Confirmed || !contains(run.Reason, "Client stopped. The process in api-0 may still run. This ends it: kubectl exec api-0 -- pkill") {
		t.Errorf("confirmed %v: %s", run.Confirmed, run.Reason)
	}
}
