package process_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"wardroom/internal/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shell starts sh with script and returns it with the lines it writes; it is killed and collected at the end of the test.
func shell(t *testing.T, script string, env ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", script)
	cmd.Env = append([]string{"PATH=/usr/bin:/bin"}, env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd, bufio.NewScanner(out)
}

// readPIDs reads n lines, each a process number, and returns their identities.
func readPIDs(t *testing.T, lines *bufio.Scanner, n int) []process.ID {
	t.Helper()
	var ids []process.ID
	for range n {
		if !lines.Scan() {
			t.Fatalf("helper ended after %d of %d lines: %v", len(ids), n, lines.Err())
		}
		pid, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		id, err := process.Lookup(pid)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = id.Signal(unix.SIGKILL) })
		ids = append(ids, id)
	}
	return ids
}

func lookup(t *testing.T, pid int) process.ID {
	t.Helper()
	id, err := process.Lookup(pid)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestIDIsOneProcess(t *testing.T) {
	t.Parallel()
	cmd, _ := shell(t, "exec sleep 100")
	id := lookup(t, cmd.Process.Pid)
	if !id.Alive() {
		t.Error("a running process is not alive")
	}
	later := process.ID{PID: id.PID, Start: id.Start + 1}
	if later.Alive() {
		t.Error("another process with the same number counts as alive")
	}
	if err := later.Signal(unix.SIGKILL); !errors.Is(err, process.ErrGone) {
		t.Errorf("signal to another process with the same number: %v", err)
	}
	if !id.Alive() {
		t.Error("the signal meant for another process was delivered")
	}
}

func TestZombieIsDead(t *testing.T) {
	t.Parallel()
	cmd, _ := shell(t, "exit 0")
	if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
	id := lookup(t, cmd.Process.Pid)
	if id.Alive() {
		t.Error("a zombie counts as alive")
	}
	_ = cmd.Wait()
	if _, err := process.Lookup(id.PID); !errors.Is(err, process.ErrGone) {
		t.Errorf("lookup of a collected process: %v", err)
	}
}

func TestLookupOfNonsense(t *testing.T) {
	t.Parallel()
	for _, pid := range []int{0, -1, 1 << 30} {
		if _, err := process.Lookup(pid); !errors.Is(err, process.ErrGone) {
			t.Errorf("Lookup(%d): %v", pid, err)
		}
		if err := (process.ID{PID: pid}).Signal(unix.SIGKILL); !errors.Is(err, process.ErrGone) {
			t.Errorf("Signal to %d: %v", pid, err)
		}
	}
}

func TestDescendantsReachGrandchildrenInTheirOwnSession(t *testing.T) {
	t.Parallel()
	cmd, lines := shell(t, `echo $$; setsid sh -c 'echo $$; sleep 100 & echo $!; wait' & wait`)
	ids := readPIDs(t, lines, 3)
	root := lookup(t, cmd.Process.Pid)
	got := process.Descendants(root)
	for _, id := range ids[1:] {
		if !slices.Contains(got, id) {
			t.Errorf("%v is not among the descendants %v", id, got)
		}
	}
	if slices.Contains(got, root) {
		t.Error("the root is among its own descendants")
	}
	if got := process.Descendants(process.ID{PID: root.PID, Start: root.Start + 1}); got != nil {
		t.Errorf("descendants of another process with the same number: %v", got)
	}
}

func TestMarkedFindsOrphans(t *testing.T) {
	t.Parallel()
	mark := "orphans-" + strconv.Itoa(os.Getpid())
	_, lines := shell(t, `(setsid sh -c 'echo $$; exec sleep 100' &)`, "WARDROOM_TEST="+mark)
	orphan := readPIDs(t, lines, 1)[0]
	if got := process.Marked("WARDROOM_TEST", mark); !slices.Contains(got, orphan) {
		t.Errorf("Marked = %v, want %v in it", got, orphan)
	}
	if got := process.Marked("WARDROOM_TEST", mark[:len(mark)-1]); len(got) != 0 {
		t.Errorf("a prefix of the mark finds %v", got)
	}
}

func TestTreeRemembersOrphans(t *testing.T) {
	t.Parallel()
	cmd, lines := shell(t, `setsid sh -c 'echo $$; exec sleep 100' & wait`)
	in := readPIDs(t, lines, 1)[0]
	find := process.Tree(lookup(t, cmd.Process.Pid))
	if got := find(); !slices.Contains(got, in) {
		t.Errorf("Tree = %v, want %v in it", got, in)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if diff := cmp.Diff([]process.ID{in}, find()); diff != "" {
		t.Errorf("after the death of its parent (-want +got):\n%s", diff)
	}
}

func TestOrphansAreInheritedAndCollected(t *testing.T) { //nolint:paralleltest // the tests beside it start children as they like, whose dead would be collected
	if err := process.Inherit(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	collected := make(chan struct{})
	go func() { process.CollectOrphans(ctx); close(collected) }()
	defer func() { cancel(); <-collected }()

	parent := exec.CommandContext(t.Context(), "/bin/sh", "-c", `env -i setsid /bin/sleep 1000 >/dev/null 2>&1 & echo $!; exit 3`)
	var out strings.Builder
	parent.Stdout = &out
	var exit *exec.ExitError
	if err := process.Run(parent); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("our own child was collected before it was waited for: %v", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(out.String()))
	if err != nil {
		t.Fatal(err)
	}
	orphan := lookup(t, pid)
	if diff := cmp.Diff([]process.ID{orphan}, process.Orphans()); diff != "" {
		t.Error(diff)
	}
	if err := orphan.Signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := process.Lookup(pid); errors.Is(err, process.ErrGone) {
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatal("a dead orphan is not collected")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestEndTreeEndsThoseThatIgnoreTerm(t *testing.T) {
	t.Parallel()
	mark := "ignore-" + strconv.Itoa(os.Getpid())
	cmd, lines := shell(t, `trap '' TERM; echo $$; setsid sh -c "trap '' TERM; echo \$\$; while :; do sleep 1; done" & wait`, "WARDROOM_TEST="+mark)
	ids := readPIDs(t, lines, 2)
	find := func() []process.ID { return process.Marked("WARDROOM_TEST", mark) }
	if !process.EndTree(t.Context(), find, 50*time.Millisecond) {
		t.Error("EndTree says that something is left")
	}
	for _, id := range ids {
		if id.Alive() {
			t.Errorf("%v is alive", id)
		}
	}
	_ = cmd.Wait()
}

func TestEndTreeAsksFirst(t *testing.T) {
	t.Parallel()
	cmd, lines := shell(t, `trap 'echo asked; exit 0' TERM; echo $$; while :; do sleep 0.01; done`)
	id := readPIDs(t, lines, 1)[0]
	find := func() []process.ID {
		if id.Alive() {
			return []process.ID{id}
		}
		return nil
	}
	if !process.EndTree(t.Context(), find, time.Minute) {
		t.Error("EndTree says that something is left")
	}
	if !lines.Scan() || lines.Text() != "asked" {
		t.Errorf("the process was not asked to end: %q", lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
}

func TestEndTreeEndsAFork(t *testing.T) {
	t.Parallel()
	mark := "forks-" + strconv.Itoa(os.Getpid())
	// Each of these starts its successor and ends: whoever looks at the table once and kills what he saw comes too late.
	_, lines := shell(t, `f() { echo $$; while :; do setsid sleep 0.05 & setsid sleep 0.05; done; }; f`, "WARDROOM_TEST="+mark)
	readPIDs(t, lines, 1)
	find := func() []process.ID { return process.Marked("WARDROOM_TEST", mark) }
	if !process.EndTree(t.Context(), find, 0) {
		t.Error("EndTree says that something is left")
	}
	if got := find(); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

func TestEndTreeGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	self, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	immortal := process.ID{PID: self.PID, Start: self.Start + 1} // looks alive to the caller, but no signal ever reaches it
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if process.EndTree(ctx, func() []process.ID { return []process.ID{immortal} }, time.Hour) {
		t.Error("EndTree claims to have ended what is still found")
	}
}

func TestRunAs(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		cred, err := process.Credential("nobody")
		if cred != nil || err != nil {
			t.Errorf("Credential without root = %v, %v", cred, err)
		}
		return
	}
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", `id -u; id -G; echo "${HOME-none}"`)
	if err := process.RunAs(cmd, "nobody"); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("65534\n65534\nnone\n", string(out)); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"root", "0", "no-such-user"} {
		if err := process.RunAs(exec.CommandContext(t.Context(), "/bin/true"), name); err == nil {
			t.Errorf("RunAs(%q) is accepted", name)
		}
	}
}

func TestPIDFile(t *testing.T) {
	t.Parallel()
	file := process.PIDFile(filepath.Join(t.TempDir(), "pid"))
	if _, err := file.Read(); !errors.Is(err, process.ErrGone) {
		t.Errorf("no file: %v", err)
	}
	self, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	if err = file.Write(self); err != nil {
		t.Fatal(err)
	}
	if got, readErr := file.Read(); got != self || readErr != nil {
		t.Errorf("Read = %v, %v, want %v", got, readErr, self)
	}
	if err = file.Write(process.ID{PID: self.PID, Start: self.Start + 1}); err != nil {
		t.Fatal(err)
	}
	if _, err = file.Read(); !errors.Is(err, process.ErrGone) {
		t.Errorf("a reused number: %v", err)
	}
	if err = os.WriteFile(string(file), []byte("17\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = file.Read(); err == nil || errors.Is(err, process.ErrGone) {
		t.Errorf("a foreign file: %v", err)
	}
	if err := errors.Join(file.Remove(), file.Remove()); err != nil {
		t.Error(err)
	}
}

func TestLockIsExclusiveAndEndsWithItsProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	cmd, lines := shell(t, `exec 9>"$LOCK"; flock 9; echo $$; exec sleep 100`, "LOCK="+path)
	readPIDs(t, lines, 1)
	if _, err := process.Lock(path); !errors.Is(err, process.ErrLocked) {
		t.Errorf("a lock held by another process: %v", err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	release, err := process.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := process.Lock(path); !errors.Is(err, process.ErrLocked) {
		t.Errorf("a second lock: %v", err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}

func TestIDString(t *testing.T) {
	t.Parallel()
	if got := (process.ID{PID: 7, Start: 99}).String(); !strings.Contains(got, "7") || !strings.Contains(got, "99") {
		t.Errorf("String = %q", got)
	}
}
