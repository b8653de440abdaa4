package supervisor

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
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

	// mu is held while a program starts and is noted as ours, and while orphans are collected: a program that ends at once must not be taken for an orphan.
	mu     sync.Mutex
	ours   map[int]bool
	closed bool
}

type startRequest struct {
	cmd *exec.Cmd
	err chan error
}

func newStarter(processes uint64) (*starter, error) {
	s := &starter{requests: make(chan startRequest), processes: processes, ours: map[int]bool{}}
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
	if err := cmd.Start(); err != nil {
		return err //nolint:wrapcheck // the caller says what was started
	}
	s.ours[cmd.Process.Pid] = true
	// What it forks before this line is bounded by the limit that it inherits. It may also have ended already; then there is nothing to bound.
	_ = unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_NPROC, &unix.Rlimit{Cur: s.processes, Max: s.processes}, nil)
	return nil
}

// start starts cmd; the caller must call wait.
func (s *starter) start(cmd *exec.Cmd) error {
	request := startRequest{cmd: cmd, err: make(chan error)}
	s.requests <- request
	return <-request.err
}

func (s *starter) wait(cmd *exec.Cmd) error {
	err := cmd.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ours, cmd.Process.Pid)
	return err //nolint:wrapcheck // an ExitError is a result here
}

// close lets nothing start any more.
func (s *starter) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

// reap collects dead children that were inherited.
func (s *starter) reap() {
	s.mu.Lock()
	defer s.mu.Unlock()
	process.Reap(func(pid int) bool { return s.ours[pid] })
}
