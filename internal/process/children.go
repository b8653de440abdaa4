package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// started are the children that this process has started itself and waits for. Like the kernel's table of children there is one for the whole process.
//
// mu is held while a program starts and is noted, and while orphans are looked for: a child that ends at once must not be taken for an orphan.
var started = struct {
	mu   sync.Mutex
	cmds map[int]*exec.Cmd
}{cmds: map[int]*exec.Cmd{}}

// Inherit makes the calling process the one that gets the orphans below it, wherever in the tree their parent dies. Otherwise they belong to init, where nobody knows them.
func Inherit() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become subreaper: %w", err)
	}
	return nil
}

// Start starts cmd as a child that is not an orphan; the caller must call Wait. Whoever inherits orphans starts everything like this.
func Start(cmd *exec.Cmd) error {
	started.mu.Lock()
	defer started.mu.Unlock()
	if err := cmd.Start(); err != nil {
		return err //nolint:wrapcheck // the caller says what was started
	}
	started.cmds[cmd.Process.Pid] = cmd
	return nil
}

// Wait waits for a child that Start has started.
func Wait(cmd *exec.Cmd) error {
	err := cmd.Wait()
	started.mu.Lock()
	defer started.mu.Unlock()
	if pid := cmd.Process.Pid; started.cmds[pid] == cmd { // the number may be another child's by now
		delete(started.cmds, pid)
	}
	return err //nolint:wrapcheck // an ExitError is a result here
}

// Run is Start and Wait.
func Run(cmd *exec.Cmd) error {
	if err := Start(cmd); err != nil {
		return err
	}
	return Wait(cmd)
}

// Orphans returns the living children of the calling process that it has not started itself.
func Orphans() []ID {
	var found []ID
	for _, st := range inherited() {
		if !st.dead() {
			found = append(found, st.id)
		}
	}
	return found
}

// inherited are the children that Start did not start, the dead ones too.
func inherited() []stat {
	started.mu.Lock()
	defer started.mu.Unlock()
	self := os.Getpid()
	var found []stat
	for _, st := range table() {
		if st.parent == self && started.cmds[st.id.PID] == nil {
			found = append(found, st)
		}
	}
	return found
}

// CollectOrphans waits, until ctx ends, for the dead that the calling process has inherited: nobody else does, and they would fill the table of processes and keep their places
// under its limits. Every child must have been started by Start.
func CollectOrphans(ctx context.Context) {
	died := make(chan os.Signal, 1)
	signal.Notify(died, syscall.SIGCHLD)
	defer signal.Stop(died)
	const calm = 50 * time.Millisecond // a flood of deaths costs one look at the table, not one each
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-died:
		}
		reap()
		pause.Reset(calm)
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

func reap() {
	for _, st := range inherited() {
		if st.dead() {
			// Nobody else waits for it, so its number is still its own.
			_, _ = unix.Wait4(st.id.PID, nil, unix.WNOHANG, nil)
		}
	}
}
