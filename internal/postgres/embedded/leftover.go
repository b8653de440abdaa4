package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"wardroom/internal/process"
)

// InUseError says that a living server of somebody else works on the folder.
type InUseError struct {
	Dir string
	PID int // 0 when only the lock tells
}

// Error names the folder and, when it is known, the process.
func (e *InUseError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("the database in %s is in use by another Wardroom", e.Dir)
	}
	return fmt.Sprintf("the database in %s is in use by process %d", e.Dir, e.PID)
}

const (
	// patience is how long processes of a dead server may take to notice and go.
	patience = 15 * time.Second
	glance   = 20 * time.Millisecond
)

// takeOver makes sure that nothing runs on the folder. A server that the recorded identity proves to be ours is shut down; it is not adopted, because it may have been
// started with other options. Anybody else's is left alone and named.
func (c *cluster) takeOver(ctx context.Context) error {
	id, err := c.pid.Read()
	switch {
	case err == nil:
		c.opts.Log.InfoContext(ctx, "stopping the database that an earlier process left running", "pid", id.PID)
		if err = shutDown(ctx, id); err != nil {
			return err
		}
	case !errors.Is(err, process.ErrGone):
		c.opts.Log.WarnContext(ctx, "the record of the last database process is unreadable", "err", err)
	}
	return c.waitUnused(ctx)
}

// waitUnused waits for the children of a server that was killed, and refuses the folder when they stay: a second server beside them would destroy the data.
func (c *cluster) waitUnused(ctx context.Context) error {
	if pid := c.postmaster(); pid != 0 {
		return &InUseError{Dir: c.base, PID: pid}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var child int
	if !poll(ctx, func() bool { child = workingIn(c.data); return child == 0 }) {
		return &InUseError{Dir: c.base, PID: child}
	}
	return c.clear()
}

// clear removes what a server that was killed left in files. The numbers in them may have gone to other processes since, or to a zombie that nobody collects; a new
// server would take either for a living one.
func (c *cluster) clear() error {
	sockets, err := filepath.Glob(filepath.Join(c.socket, ".s.PGSQL.*"))
	if err != nil {
		return fmt.Errorf("look for old sockets: %w", err)
	}
	for _, path := range append(sockets, c.mark()) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove what a dead database process left: %w", err)
		}
	}
	return nil
}

// mark is the file in which a server writes its number.
func (c *cluster) mark() string { return filepath.Join(c.data, "postmaster.pid") }

// postmaster is the living server that works on the folder by its own mark, or 0.
func (c *cluster) postmaster() int {
	raw, err := os.ReadFile(c.mark())
	if err != nil {
		return 0
	}
	number, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || !worksIn(pid, c.data) {
		return 0
	}
	return pid
}

// workingIn returns a process that works in dir, or 0.
func workingIn(dir string) int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0
	}
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && worksIn(pid, dir) {
			return pid
		}
	}
	return 0
}

// worksIn reports whether dir is the working folder of the process: every process of a PostgreSQL server lives in its data folder.
func worksIn(pid int, dir string) bool {
	cwd, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
	return err == nil && cwd == dir
}

// shutDown ends the server with open sessions cancelled and data flushed; without the flush when ctx ends before, so that the next start recovers.
func shutDown(ctx context.Context, id process.ID) error {
	gone := func() bool { return !id.Alive() }
	if err := id.Signal(unix.SIGINT); err != nil && !errors.Is(err, process.ErrGone) {
		return fmt.Errorf("stop the database: %w", err)
	}
	if poll(ctx, gone) {
		return nil
	}
	if err := id.Signal(unix.SIGQUIT); err != nil && !errors.Is(err, process.ErrGone) {
		return fmt.Errorf("stop the database at once: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if !poll(ctx, gone) {
		return fmt.Errorf("the database process %d does not end", id.PID)
	}
	return nil
}

// poll looks until done, and reports false when ctx ended first. It always looks once.
func poll(ctx context.Context, done func() bool) bool {
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
	}
	return true
}
