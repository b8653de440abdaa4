package supervisor_test

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"wardroom/internal/process"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

func TestStopEndsTheWholeTree(t *testing.T) {
	t.Parallel()
	child := begin(t, `helper do-tree`)
	ids := firstPIDs(t, child, 2)
	child.Stop()
	child.Stop()
	r := finish(t, child)
	wantGone(t, ids...)
	if r.exit.Reason != supervisor.ReasonStopped || !r.exit.Clean || r.exit.Code != 143 || r.exit.Signal != "SIGTERM" {
		t.Errorf("%+v", r.exit)
	}
}

func TestStopEndsWhatIgnoresIt(t *testing.T) {
	t.Parallel()
	child := begin(t, `helper do-ignore; echo still here`)
	ids := firstPIDs(t, child, 1)
	child.Stop()
	r := finish(t, child)
	wantGone(t, ids...)
	if !r.exit.Clean || r.exit.Reason != supervisor.ReasonStopped || r.stdout != "" {
		t.Errorf("%+v", r)
	}
}

func TestStopEndsLoopsOfTheInterpreter(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`echo 1; while :; do :; done`, `echo 1; until false; do true; done`, `echo 1; f() { while true; do sleep 0; done; }; f`, `echo 1; sleep 1000 & wait`, `echo 1; sleep 1000 | cat`,
		`echo 1; trap 'while :; do :; done' EXIT; while :; do :; done`, `echo 1; for i in $(seq 100000000); do :; done`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			child := begin(t, text)
			await(t, child, "1\n")
			child.Stop()
			if r := finish(t, child); r.exit.Reason != supervisor.ReasonStopped || !r.exit.Clean {
				t.Errorf("%+v", r.exit)
			}
		})
	}
}

func TestEndOfTheContextStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	scratch := newScratch(t)
	spec := newSpec("context-"+strconv.Itoa(os.Getpid()), scratch)
	spec.Text = "sleep 1000"
	child, err := supervisor.Start(ctx, filepath.Join(bin, "web"), spec)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if r := finish(t, child); r.exit.Reason != supervisor.ReasonStopped {
		t.Errorf("%+v", r.exit)
	}
}

func TestTimeLimit(t *testing.T) {
	t.Parallel()
	brief := func(s *supervisor.Spec) { s.Timeout = 300 * time.Millisecond }
	for _, text := range []string{`helper do-sleep`, `while :; do :; done`, `sleep 1000`, `helper do-silent`, `helper do-sleep | cat`} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r := run(t, text, brief)
			if r.exit.Code != 124 || r.exit.Reason != supervisor.ReasonTimeout || !r.exit.Clean {
				t.Errorf("%+v", r.exit)
			}
		})
	}
}

func TestStreamEndsWellByItsTimeLimit(t *testing.T) {
	t.Parallel()
	r := run(t, `kubectl logs -f api-0`, func(s *supervisor.Spec) {
		s.Policy.Platform = shell.Kubernetes
		s.Timeout = 300 * time.Millisecond
		s.Vars = map[string]string{"STREAM": "1"}
		s.Policy.Programs = []shell.HostProgram{{Name: "kubectl", Env: map[string]string{"HANG": "1"}}}
	})
	if r.exit.Code != 0 || r.exit.Reason != supervisor.ReasonTimeout || !r.exit.Clean {
		t.Errorf("%+v", r.exit)
	}
}

func TestTimeoutProgramEndsOnlyItsOwnTree(t *testing.T) {
	t.Parallel()
	child := begin(t, `helper do-sleep & timeout 3 helper do-sleep; echo code $?; wait`)
	ids := firstPIDs(t, child, 2)
	await(t, child, "code 124\n")
	if ids[0].Alive() == ids[1].Alive() {
		t.Error("exactly one of the two should have ended")
	}
	child.Stop()
	finish(t, child)
	wantGone(t, ids...)
}

func TestWhatIsLeftInTheBackgroundEndsWithTheScript(t *testing.T) {
	t.Parallel()
	child := begin(t, `helper do-orphan; helper do-sleep & echo done`)
	ids := firstPIDs(t, child, 1)
	r := finish(t, child)
	wantGone(t, ids...)
	if r.exit.Code != 0 || !r.exit.Clean || r.exit.Reason != "" || !strings.Contains(r.stdout, "done\n") {
		t.Errorf("%+v", r)
	}
}

func TestKilledProgramIsAnExitCodeAndNotTheEnd(t *testing.T) {
	t.Parallel()
	child := begin(t, `helper do-sleep; echo code $?`)
	id := firstPIDs(t, child, 1)[0]
	if err := id.Signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if r := finish(t, child); r.stdout != "code 137\n" || r.exit.Code != 0 {
		t.Errorf("%+v", r)
	}
}

func TestKilledChildIsACrashAndLeavesNothing(t *testing.T) {
	t.Parallel()
	child := begin(t, `helper do-orphan; helper do-sleep`)
	ids := firstPIDs(t, child, 2)
	if err := child.ID().Signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	r := finish(t, child)
	wantGone(t, ids...)
	if r.exit.Reason != supervisor.ReasonCrashed || r.exit.Signal != "SIGKILL" || r.exit.Code != 137 || !r.exit.Clean {
		t.Errorf("%+v", r.exit)
	}
}

// TestAProgramThatKillsItsSupervisorDoesNotGetAway: nothing of what it left carries the run's mark, and its parent is gone.
func TestAProgramThatKillsItsSupervisorDoesNotGetAway(t *testing.T) {
	t.Parallel()
	other := begin(t, `helper do-sleep`)
	bystander := firstPIDs(t, other, 1)
	child := begin(t, `helper do-escape`)
	ids := firstPIDs(t, child, 2)
	if err := ids[1].Signal(unix.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	r := finish(t, child)
	wantGone(t, ids...)
	if r.exit.Reason != supervisor.ReasonCrashed || r.exit.Signal != "SIGKILL" || !r.exit.Clean {
		t.Errorf("%+v", r.exit)
	}
	if !bystander[0].Alive() {
		t.Error("a program of another run was ended with it")
	}
	other.Stop()
	finish(t, other)
}

// TestAStoppedSupervisorKeepsTheTimeLimit has one that only has to be woken, and one that is stopped again and again.
func TestAStoppedSupervisorKeepsTheTimeLimit(t *testing.T) {
	t.Parallel()
	for times, within := range map[string]time.Duration{"1": 8 * time.Second, "1000000": 25 * time.Second} {
		t.Run(times, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			r := run(t, `helper do-freeze `+times, func(s *supervisor.Spec) { s.Timeout = time.Second })
			if r.exit.Code != 124 || r.exit.Reason != supervisor.ReasonTimeout || !r.exit.Clean {
				t.Errorf("%+v", r.exit)
			}
			if took := time.Since(began); took > within {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestStopWakesAStoppedSupervisor(t *testing.T) {
	t.Parallel()
	child := begin(t, `helper do-sleep`)
	ids := firstPIDs(t, child, 1)
	if err := child.ID().Signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	child.Stop()
	r := finish(t, child)
	wantGone(t, ids...)
	if r.exit.Reason != supervisor.ReasonStopped || !r.exit.Clean {
		t.Errorf("%+v", r.exit)
	}
}

// TestKilledServer: nobody is left to say stop, so the children must notice by themselves.
func TestKilledServer(t *testing.T) {
	t.Parallel()
	runID := "served-" + strconv.Itoa(os.Getpid())
	scratch := newScratch(t)
	server := exec.CommandContext(context.Background(), filepath.Join(bin, "web"), "do-serve", runID, scratch, "helper do-tree & helper do-ignore & wait")
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	lines := bufio.NewScanner(out)
	var ids []process.ID
	for len(ids) < 4 && lines.Scan() { // the child, the two of do-tree, do-ignore
		pid, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		id, err := process.Lookup(pid)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		t.Cleanup(func() { _ = id.Signal(unix.SIGKILL) })
	}
	if len(ids) != 4 {
		t.Fatalf("processes: %v", ids)
	}
	_ = server.Process.Kill()
	_ = server.Wait()
	for _, id := range ids {
		waitGone(t, id)
	}
	if left := process.Marked("WARDROOM_RUN", runID); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// waitGone waits for the end of a process that is not our child.
func waitGone(t *testing.T, id process.ID) {
	t.Helper()
	fd, err := unix.PidfdOpen(id.PID, 0)
	if err != nil {
		return // it has ended
	}
	defer unix.Close(fd)
	if !id.Alive() {
		return
	}
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 30_000)
		if err == unix.EINTR {
			continue
		}
		if n == 0 {
			words, readErr := os.ReadFile("/proc/" + strconv.Itoa(id.PID) + "/cmdline")
			t.Errorf("process %v does not end: %q %v", id, words, readErr)
		}
		return
	}
}

func TestRecoverEndsWhatAnEarlierServerLeft(t *testing.T) {
	t.Parallel()
	runID := ""
	child := begin(t, `helper do-tree`, func(s *supervisor.Spec) { runID = s.RunID })
	ids := firstPIDs(t, child, 2)
	other := process.ID{PID: child.ID().PID, Start: child.ID().Start + 1}
	if !supervisor.Recover(t.Context(), "no-such-run", other) {
		t.Error("another process with the same number counts as left")
	}
	if !child.ID().Alive() {
		t.Fatal("Recover has ended another process")
	}
	go func() {
		for range child.Events() {
		}
	}()
	if !supervisor.Recover(t.Context(), runID, child.ID()) {
		t.Error("something is left")
	}
	wantGone(t, append(ids, child.ID())...)
}

// TestRedisStreamsEndWellByTheirTimeLimit has no server of Redis but one that says OK and then nothing.
func TestRedisStreamsEndWellByTheirTimeLimit(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	quiet, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = quiet.Close() })
	go func() {
		for {
			conn, err := quiet.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("+OK\r\n"))
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	r := run(t, `redis-cli MONITOR`, func(s *supervisor.Spec) {
		s.Timeout = 300 * time.Millisecond
		s.Redis = []supervisor.Conn{{Alias: "cache", URL: "redis://" + quiet.Addr().String()}}
	})
	if r.exit.Code != 0 || r.exit.Reason != supervisor.ReasonTimeout || r.stdout != "OK\n" {
		t.Errorf("%+v", r)
	}
}
