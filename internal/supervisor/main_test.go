package supervisor_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/process"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// bin is a folder that every user may enter; in it lie copies of this test binary under the names that matter: web, kubectl and docker.
var bin string

func TestMain(m *testing.M) {
	if code, ok := program(); ok {
		// With the race detector os.Exit waits for a second, so that reports are read. Nobody reads those of a program, and a thousand of them start here.
		unix.Exit(code)
	}
	if len(os.Args) > 1 && os.Args[1] == "run-child" {
		os.Exit(supervisor.Main())
	}
	code, err := withBinaries(func() int { return pgtest.Run(m) })
	if err == nil && code == 0 {
		// A client of Redis whose server is away notices up to a second later that it was closed.
		err = goleak.Find(goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// program does what this binary is called to do under another name: a program that runs start, or any process of an attempt to escape.
func program() (code int, ok bool) {
	if self, err := os.Executable(); err == nil && strings.Contains(self, "/"+worlds+"/") {
		testify(self)
		if filepath.Base(self) == "web" {
			return supervisor.Main(), true
		}
		return 0, true
	}
	if len(os.Args) < 2 {
		return 0, false
	}
	if do, found := helpers[os.Args[1]]; found {
		return do(os.Args[2:]), true
	}
	switch name := filepath.Base(os.Args[0]); {
	case strings.HasPrefix(name, "docker"):
		dir, _ := os.Getwd()
		fmt.Fprintln(os.Stdout, dir, name, strings.Join(os.Args[1:], " "))
		for _, variable := range os.Environ() {
			if strings.HasPrefix(variable, "DOCKER_") || strings.HasPrefix(variable, "COMPOSE_") {
				fmt.Fprintln(os.Stdout, variable)
			}
		}
		return 0, true
	case name == "kubectl":
		fmt.Fprintln(os.Stdout, "kubectl", strings.Join(os.Args[1:], " "))
		if os.Getenv("HANG") != "" {
			forever()
		}
		if os.Getenv("FAIL") != "" {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

func withBinaries(run func() int) (int, error) {
	dir, err := os.MkdirTemp("", "supervisor-test-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	bin = dir
	if err = os.Chmod(dir, 0o755); err != nil {
		return 1, err
	}
	self, err := os.Executable()
	if err != nil {
		return 1, err
	}
	raw, err := os.ReadFile(self)
	if err != nil {
		return 1, err
	}
	for _, name := range []string{"web", "kubectl", "docker"} {
		if err = os.WriteFile(filepath.Join(dir, name), raw, 0o755); err != nil {
			return 1, err
		}
	}
	return run(), nil
}

// forever does not return. Not an empty select: without cgo the runtime would call that a deadlock.
func forever() int {
	<-time.After(24 * time.Hour)
	return 0
}

// helpers are what this binary does as a host program: `helper NAME …` in a playbook.
var helpers = map[string]func(args []string) int{
	"do-say": func(args []string) int {
		fmt.Fprintln(os.Stdout, strings.Join(args, " "))
		return 0
	},
	"do-fail": func(args []string) int {
		code, _ := strconv.Atoi(args[0])
		return code
	},
	"do-sleep": func([]string) int {
		fmt.Fprintln(os.Stdout, os.Getpid())
		return forever()
	},
	"do-cat": func([]string) int {
		_, _ = io.Copy(os.Stdout, os.Stdin)
		return 0
	},
	"do-state": func([]string) int {
		dir, _ := os.Getwd()
		fmt.Fprintf(os.Stdout, "dir=%s\nuid=%d\n%s\n", dir, os.Getuid(), strings.Join(os.Environ(), "\n"))
		status, _ := os.ReadFile("/proc/self/status")
		for line := range strings.Lines(string(status)) {
			if strings.HasPrefix(line, "NoNewPrivs") {
				fmt.Fprint(os.Stdout, line)
			}
		}
		// What Go opens for itself (poller, quota of the cgroup) is no leak; pipes, sockets and files of others are.
		foreign := 0
		open, _ := os.ReadDir("/proc/self/fd")
		for _, entry := range open {
			fd, _ := strconv.Atoi(entry.Name())
			target, err := os.Readlink("/proc/self/fd/" + entry.Name())
			if fd > 2 && err == nil && !strings.HasPrefix(target, "anon_inode:") && !strings.HasPrefix(target, "/sys/fs/cgroup/") && !strings.HasPrefix(target, "/proc/") {
				foreign++
			}
		}
		fmt.Fprintf(os.Stdout, "foreign=%d\n", foreign)
		return 0
	},
	"do-ignore": func([]string) int {
		signal.Ignore(unix.SIGTERM)
		fmt.Fprintln(os.Stdout, os.Getpid())
		return forever()
	},
	"do-silent": func([]string) int { // closes its output and lives on
		fmt.Fprintln(os.Stdout, os.Getpid())
		_, _ = os.Stdout.Close(), os.Stderr.Close()
		return forever()
	},
	// do-tree leaves a process in its own session, whose parent is gone, which ignores SIGTERM and has no mark in its environment.
	"do-tree": func([]string) int {
		sh := exec.CommandContext(context.Background(), "/bin/sh", "-c", `(setsid env -i /bin/sh -c 'trap "" TERM; echo $$; while :; do /bin/sleep 1; done' &); sleep 1000 & echo $!; wait`)
		sh.Stdout = os.Stdout
		sh.Env = append(os.Environ(), "PATH=/usr/bin:/bin")
		_ = sh.Run()
		return 0
	},
	"do-orphan": func([]string) int { // ends at once and leaves a child in another session
		sh := exec.CommandContext(context.Background(), "/bin/sh", "-c", `/usr/bin/setsid /bin/sleep 1000 >/dev/null 2>&1 </dev/null & echo $!`)
		sh.Stdout = os.Stdout
		sh.Env = os.Environ()
		_ = sh.Run()
		return 0
	},
	// do-escape leaves a process of which nothing tells where it came from, says both numbers and, when it is told to, kills its supervisor.
	"do-escape": func([]string) int {
		told := make(chan os.Signal, 1)
		signal.Notify(told, unix.SIGUSR1)
		sh := exec.CommandContext(context.Background(), "/bin/sh", "-c", `(setsid env -i /bin/sh -c 'echo $$; trap "" TERM; exec </dev/null >/dev/null 2>&1; while :; do /bin/sleep 1; done' &)`)
		sh.Env = []string{"PATH=/usr/bin:/bin"}
		pid, _ := sh.Output() // to the end of it: by then nothing of ours is open there
		fmt.Fprintf(os.Stdout, "%s%d\n", pid, os.Getpid())
		<-told
		_ = unix.Kill(os.Getppid(), unix.SIGKILL)
		return 0
	},
	"do-freeze": func(args []string) int { // stops its supervisor, so many times
		times, _ := strconv.Atoi(args[0])
		signal.Ignore(unix.SIGTERM)
		for range times {
			_ = unix.Kill(os.Getppid(), unix.SIGSTOP)
			<-time.After(time.Millisecond)
		}
		return forever()
	},
	"do-flood": func(args []string) int {
		mib, _ := strconv.Atoi(args[0])
		block := make([]byte, 1<<20)
		for i := range block {
			block[i] = 'x'
		}
		for range mib {
			if _, err := os.Stdout.Write(block); err != nil {
				return 1
			}
		}
		return 0
	},
	"do-forks": func([]string) int { // starts processes until it may not any more
		for n := 0; ; n++ {
			child := exec.CommandContext(context.Background(), "/bin/sleep", "1000")
			if err := child.Start(); err != nil || n == 2000 {
				fmt.Fprintln(os.Stdout, n, err)
				return 0
			}
		}
	},
}

func init() { helpers["do-serve"] = serve } // not in the literal, because serve looks at the table too

// serve is a server that starts one run, tells the child's and the run's processes on its output and then waits to be killed.
func serve(args []string) int {
	spec := newSpec(args[0], args[1])
	spec.Text = args[2]
	child, err := supervisor.Start(context.Background(), filepath.Join(filepath.Dir(os.Args[0]), "web"), spec)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintln(os.Stdout, child.ID().PID)
	for event := range child.Events() {
		_, _ = os.Stdout.Write(event.Output)
	}
	return 0
}

// newSpec permits every helper as read, on this machine.
func newSpec(runID, scratch string) supervisor.Spec {
	verbs := map[string]shell.Risk{}
	for name := range helpers {
		verbs[name] = shell.Read
	}
	verbs["do-change"] = shell.Change
	self := filepath.Join(filepath.Dir(scratch), "web")
	return supervisor.Spec{
		RunID: runID, Scratch: scratch,
		Policy: shell.Policy{Platform: shell.Local, Programs: []shell.HostProgram{
			{Name: "helper", Path: self, Verbs: verbs, Env: map[string]string{"GIVEN": "by configuration"}},
		}},
		Timeout: time.Minute, Grace: 200 * time.Millisecond,
	}
}

// result is everything that a run said.
type result struct {
	stdout, stderr string
	programs       []supervisor.Program
	exit           supervisor.Exit
}

func (r result) refused(name string) bool {
	for _, p := range r.programs {
		if p.Argv[0] == name && !p.Permitted {
			return true
		}
	}
	return false
}

// newScratch is beside the binaries and not in t.TempDir, which no other user may enter.
func newScratch(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(bin, fmt.Sprintf("scratch-%d", scratches.Add(1)))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

var scratches atomic.Int64

// begin starts text in a scratch folder of its own.
func begin(t *testing.T, text string, change ...func(*supervisor.Spec)) *supervisor.Child {
	t.Helper()
	scratch := newScratch(t)
	spec := newSpec(fmt.Sprintf("%s-%d", filepath.Base(scratch), os.Getpid()), scratch)
	spec.Text = text
	for _, f := range change {
		f(&spec)
	}
	child, err := supervisor.Start(t.Context(), filepath.Join(bin, "web"), spec)
	if err != nil {
		t.Fatal(err)
	}
	return child
}

// finish reads the rest and checks what holds for every run: one Exit, and it is the last event.
func finish(t *testing.T, child *supervisor.Child) result {
	t.Helper()
	var r result
	exits := 0
	for event := range child.Events() {
		if exits > 0 {
			t.Errorf("an event after the exit: %+v", event)
		}
		switch {
		case event.Exit != nil:
			exits++
			r.exit = *event.Exit
		case event.Program != nil:
			r.programs = append(r.programs, *event.Program)
		case event.Stderr:
			r.stderr += string(event.Output)
		default:
			r.stdout += string(event.Output)
		}
	}
	if exits != 1 {
		t.Errorf("%d exits", exits)
	}
	if child.ID().Alive() {
		t.Error("the child is alive after its exit")
	}
	return r
}

func run(t *testing.T, text string, change ...func(*supervisor.Spec)) result {
	t.Helper()
	return finish(t, begin(t, text, change...))
}

// await reads output until it is want.
func await(t *testing.T, child *supervisor.Child, want string) {
	t.Helper()
	text := ""
	for text != want {
		event, ok := <-child.Events()
		if text += string(event.Output); !ok || event.Exit != nil || !strings.HasPrefix(want, text) {
			t.Fatalf("the run said %q and not %q: %+v", text, want, event.Exit)
		}
	}
}

// firstPIDs reads n lines of output, each a process number.
func firstPIDs(t *testing.T, child *supervisor.Child, n int) []process.ID {
	t.Helper()
	text := ""
	for strings.Count(text, "\n") < n {
		event, ok := <-child.Events()
		if !ok || event.Exit != nil {
			t.Fatalf("the run ended early: %q %+v", text, event.Exit)
		}
		text += string(event.Output)
	}
	var ids []process.ID
	for line := range strings.Lines(text) {
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		id, err := process.Lookup(pid)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = id.Signal(syscall.SIGKILL) })
		ids = append(ids, id)
	}
	return ids
}

func wantGone(t *testing.T, ids ...process.ID) {
	t.Helper()
	for _, id := range ids {
		if id.Alive() {
			t.Errorf("process %v is alive", id)
		}
	}
}
