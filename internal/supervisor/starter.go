package supervisor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"wardroom/internal/process"
)

var errEnding = errors.New("the run is ending")

// starter starts all programs from one thread that lives as long as this process. A parent-death signal fires when the thread that forked ends, and "no new
// privileges" belongs to a thread and what it forks: with Go's moving goroutines neither would hold otherwise.
type starter struct {
	requests  chan startRequest
	processes uint64 // what programs may have

	mu     sync.Mutex // held while a program starts: after close none does
	closed bool
}

type startRequest struct {
	cmd *exec.Cmd
	err chan error
}

// confined reports whether a process has been started by a starter, or descends from such a one. With services that give up new privileges as a whole it is true of all.
func confined(pid int) bool {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	return err == nil && statusField(raw, "NoNewPrivs") == 1
}

func newStarter(processes uint64) (*starter, error) {
	s := &starter{requests: make(chan startRequest), processes: processes}
	ready := make(chan error)
	go s.serve(ready)
	return s, <-ready
}

func (s *starter) serve(ready chan<- error) {
	runtime.LockOSThread() // and never unlocked
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		ready <- fmt.Errorf("give up new privileges: %w", err)
		return
	}
	ready <- nil
	for request := range s.requests {
		request.err <- s.startHere(request.cmd)
	}
}

func (s *starter) startHere(cmd *exec.Cmd) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errEnding
	}
	if err := process.Start(cmd); err != nil {
		return err //nolint:wrapcheck // the caller says what was started
	}
	// What it forks before this line is bounded by the limit that it inherits. It may also have ended already; then there is nothing to bound.
	_ = unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_NPROC, &unix.Rlimit{Cur: s.processes, Max: s.processes}, nil)
	return nil
}

// start starts cmd; the caller must call process.Wait.
func (s *starter) start(cmd *exec.Cmd) error {
	request := startRequest{cmd: cmd, err: make(chan error)}
	s.requests <- request
	return <-request.err
}

// close lets nothing start any more.
func (s *starter) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}
