package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"wardroom/demo/octollm/arm"
	"wardroom/demo/octollm/control"
	"wardroom/internal/process"
)

// TestMain lets the test binary be octollm itself: the supervisor starts its services from it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-test.") {
		main()
	}
	os.Exit(m.Run())
}

// installation is a running octollm.
type installation struct {
	dir, socket string
	supervisor  *exec.Cmd
	stop        func()
}

// serve runs an octollm on free ports until the test ends.
func serve(t *testing.T, dir string) installation {
	t.Helper()
	in := installation{dir: dir, socket: filepath.Join(dir, "c")}
	in.supervisor = exec.CommandContext(t.Context(), os.Args[0], "--control="+in.socket, "serve", "--data="+filepath.Join(dir, "data"), "--free-ports")
	in.supervisor.Cancel = func() error { return in.supervisor.Process.Signal(syscall.SIGTERM) }
	var log bytes.Buffer
	in.supervisor.Stderr = &log
	if err := in.supervisor.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { _ = in.supervisor.Wait(); close(exited) }()
	in.stop = sync.OnceFunc(func() {
		_ = in.supervisor.Process.Signal(syscall.SIGTERM) // it may have been killed
		<-exited
	})
	t.Cleanup(in.stop)
	await(t, "all services", func() bool {
		select {
		case <-exited:
			t.Fatalf("octollm ended: %s", &log)
		default:
		}
		_, err := control.ReadInstallation(filepath.Join(dir, "data"))
		return err == nil
	})
	return in
}

// octollm runs the command and returns what it prints.
func (in installation) octollm(t *testing.T, args ...string) string {
	t.Helper()
	var out, complaint bytes.Buffer
	code := run(t.Context(), append([]string{"--control=" + in.socket}, args...), func(string) string { return "" }, &out, &complaint)
	return fmt.Sprintf("%s%s[%d]", &out, &complaint, code)
}

// What is seen of one installation, from several sides at once.
func TestOctollm(t *testing.T) {
	t.Parallel()
	in := serve(t, folder(t))
	for name, test := range map[string]func(*testing.T, installation){
		"a crash is seen and cured": crashIsSeenAndCured, "tasks flow": tasksFlow, "command line": commandLine, "follow shows what comes": followShowsWhatComes,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, in)
		})
	}
}

func crashIsSeenAndCured(t *testing.T, in installation) {
	t.Helper()
	if ps := in.octollm(t, "ps"); strings.Count(ps, control.Running) != 9 {
		t.Fatalf("ps does not show nine running services:\n%s", ps)
	}
	in.octollm(t, "fault", "arm-crash", "on")
	ps := in.octollm(t, "ps")
	if line := lineOf(ps, "coder-arm"); !strings.Contains(line, "exited") || !strings.Contains(line, "exit status 2") {
		t.Errorf("ps after the crash: %s", line)
	}
	if strings.Count(ps, control.Running) != 8 {
		t.Errorf("the crash took others with it:\n%s", ps)
	}
	if log := in.octollm(t, "logs", "coder-arm", "--tail=30"); !strings.Contains(log, "panic: runtime error: index out of range") {
		t.Errorf("the log does not tell the crash:\n%s", log)
	}
	if list := lineOf(in.octollm(t, "fault", "list"), "arm-crash"); !strings.Contains(list, " on ") {
		t.Errorf("fault list: %s", list)
	}
	in.octollm(t, "restart", "coder-arm")
	if line := lineOf(in.octollm(t, "ps"), "coder-arm"); !strings.Contains(line, "running") || !strings.Contains(line, " 1 ") {
		t.Errorf("ps after the restart: %s", line)
	}
	if list := lineOf(in.octollm(t, "fault", "list"), "arm-crash"); !strings.Contains(list, " off ") {
		t.Errorf("fault list after the cure: %s", list)
	}
}

func tasksFlow(t *testing.T, in installation) {
	t.Helper()
	where, err := control.ReadInstallation(filepath.Join(in.dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), where.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	count := func(query string) (n int) {
		if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	await(t, "completed tasks in the log of actions", func() bool {
		return count("SELECT count(*) FROM action_log JOIN tasks USING (task_id) WHERE status = 'completed' AND action_type = 'completed'") > 1
	})
	got := map[string]int{
		"arms": count("SELECT count(*) FROM arms"), "orphans": count(`SELECT count(*) FROM relationships r LEFT JOIN entities e ON r.from_entity_id = e.entity_id WHERE e.entity_id IS NULL`),
	}
	if diff := cmp.Diff(map[string]int{"arms": len(arm.Kinds()), "orphans": 0}, got); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
	if count("SELECT count(*) FROM relationships") == 0 || count("SELECT count(*) FROM entities WHERE access_count > 0") == 0 {
		t.Error("the tasks left no trace among entities and relationships")
	}
}

// After kill -9 of the supervisor the services are gone with it, and the next start ends the database and Redis that were left.
func TestStartsAgainAfterKill(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	in := serve(t, dir)
	left := map[string]process.ID{}
	for _, name := range []string{"redis", "orchestrator", "judge-arm"} {
		id, err := process.PIDFile(filepath.Join(dir, "data", "pids", name+".pid")).Read()
		if err != nil {
			t.Fatal(err)
		}
		left[name] = id
	}
	if err := in.supervisor.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	in.stop()
	await(t, "the end of the services", func() bool { return !left["orchestrator"].Alive() && !left["judge-arm"].Alive() })
	if err := os.Remove(filepath.Join(dir, "data", "installation.json")); err != nil { // so that serve waits for the new one
		t.Fatal(err)
	}
	again := serve(t, dir)
	if left["redis"].Alive() {
		t.Error("the old Redis still runs")
	}
	if ps := again.octollm(t, "ps"); strings.Count(ps, control.Running) != 9 {
		t.Errorf("ps after the second start:\n%s", ps)
	}
}

func commandLine(t *testing.T, in installation) {
	t.Helper()
	for args, want := range map[string]string{
		"--help":               "[0]",
		"ps --help":            "[0]",
		"":                     "octollm: no command: see octollm --help\n[2]",
		"stop":                 "octollm: there is no command \"stop\": see octollm --help\n[2]",
		"logs":                 "octollm: logs takes 1 argument(s), not 0: see octollm --help\n[2]",
		"logs judge-arm -n x":  "octollm: --tail=x is neither a number nor all: see octollm --help\n[2]",
		"fault arm-crash away": "octollm: a fault is on or off, not \"away\": see octollm --help\n[2]",
		"fault none on":        "octollm: there is no fault \"none\"\n[1]",
		"logs none":            "octollm: there is no service \"none\"; there are postgres, redis, orchestrator, planner-arm, executor-arm, coder-arm, judge-arm, guardian-arm, retriever-arm\n[1]",
	} {
		if got := in.octollm(t, strings.Fields(args)...); !strings.HasSuffix(got, want) {
			t.Errorf("octollm %s: %q, want an end of %q", args, got, want)
		}
	}
	in.socket += "-nobody-there"
	if got := in.octollm(t, "ps"); !strings.Contains(got, "no octollm answers at "+in.socket) || !strings.HasSuffix(got, "[1]") {
		t.Errorf("without a supervisor: %q", got)
	}
}

func followShowsWhatComes(t *testing.T, in installation) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	log, err := control.NewClient(in.socket).Logs(ctx, "orchestrator", 0, true)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	var seen bytes.Buffer
	for piece := make([]byte, 4096); !strings.Contains(seen.String(), "task completed"); {
		n, err := log.Read(piece)
		seen.Write(piece[:n])
		if err != nil && (!errors.Is(err, io.EOF) || n == 0) {
			t.Fatalf("the log ended after %q: %v", &seen, err)
		}
	}
}

func TestColourWhenForced(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"2026-11-23T03:12:45.120Z ERROR it broke n=1": dim + "2026-11-23T03:12:45.120Z" + plain + " " + red + "ERROR" + plain + " it broke n=1",
		"panic: runtime error":                        red + bold + "panic: runtime error" + plain,
		"goroutine 33 [running]:":                     "goroutine 33 [running]:",
		"":                                            "",
	} {
		if diff := cmp.Diff(want, paintLine(line)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	}
	force := func(value string) bool {
		o := operator{getenv: func(name string) string { return map[string]string{"FORCE_COLOR": value}[name] }, out: io.Discard}
		return o.colour()
	}
	if !force("1") || force("") || force("0") {
		t.Error("FORCE_COLOR does not decide")
	}
}

// folder is a temporary one with a short name, for the socket, that the database's user may pass.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "oct") //nolint:usetesting // t.TempDir's is long, and closed to others
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// await looks until done; the test's own deadline is the only one.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ticker.C:
		case <-t.Context().Done():
			t.Fatalf("%s did not come", what)
		}
	}
}

func lineOf(text, start string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, start) {
			return line
		}
	}
	return "(no line " + start + ")"
}
