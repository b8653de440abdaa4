package supervisor

import (
	"bytes"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"

	"golang.org/x/sys/unix"
)

// maxStack ends a recursion of the interpreter. Commands nest 100 levels deep at most; a function that calls itself gets some thousand levels out of this.
const maxStack = 32 << 20

// confine bounds what this process and all below it can use. Whatever exceeds a bound ends the run, never the server.
func confine(limits Limits) error {
	debug.SetMaxStack(maxStack)
	debug.SetMemoryLimit(limits.Memory / 4 * 3) // collect hard before the address space runs out
	// Orphans come to this process, wherever in the tree their parent died.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become subreaper: %w", err)
	}
	// Other runs have the same user: they must not read secrets out of this one's memory or trace it.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("hide memory: %w", err)
	}
	// A file that grows too large is an error of the write, not the death of the supervisor. Notify and not Ignore, because what is ignored stays so in programs.
	signal.Notify(make(chan os.Signal, 1), unix.SIGXFSZ)

	space, err := addressSpace()
	if err != nil {
		return err
	}
	tasks, err := userTasks(os.Getuid())
	if err != nil {
		return err
	}
	for _, limit := range []struct {
		name     string
		resource int
		value    uint64
	}{
		{"core", unix.RLIMIT_CORE, 0},
		{"file size", unix.RLIMIT_FSIZE, uint64(limits.File)},                      //nolint:gosec // positive by applyDefaults
		{"address space", unix.RLIMIT_AS, space + uint64(limits.Memory)},           //nolint:gosec // positive by applyDefaults
		{"processes", unix.RLIMIT_NPROC, uint64(tasks) + uint64(limits.Processes)}, //nolint:gosec // both positive
	} {
		if err := lower(limit.resource, limit.value); err != nil {
			return fmt.Errorf("limit %s: %w", limit.name, err)
		}
	}
	return nil
}

// lower sets a limit for good, and never above what holds already.
func lower(resource int, value uint64) error {
	var now unix.Rlimit
	if err := unix.Getrlimit(resource, &now); err != nil {
		return err //nolint:wrapcheck // wrapped by confine
	}
	value = min(value, now.Max)
	return unix.Setrlimit(resource, &unix.Rlimit{Cur: value, Max: value}) //nolint:wrapcheck // wrapped by confine
}

// addressSpace returns how many bytes this process has mapped. Go reserves more than a gigabyte before it does anything, so a limit makes sense only on top of that.
func addressSpace() (uint64, error) {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, fmt.Errorf("read own address space: %w", err)
	}
	pages, _, _ := bytes.Cut(raw, []byte(" "))
	n, err := strconv.ParseUint(string(pages), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read own address space: %w", err)
	}
	return n * uint64(os.Getpagesize()), nil //nolint:gosec // a page size is positive
}

// userTasks counts the threads that this user runs: the kernel's limit is per user, not per run.
func userTasks(uid int) (int, error) {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, fmt.Errorf("count processes: %w", err)
	}
	tasks := 0
	for _, dir := range dirs {
		raw, err := os.ReadFile(filepath.Join(dir, "status"))
		if err != nil {
			continue // it has ended
		}
		if owner, _ := statusField(raw, "Uid"); owner == uid {
			threads, _ := statusField(raw, "Threads")
			tasks += threads
		}
	}
	return tasks, nil
}

// statusField returns the first number of a line of /proc/PID/status.
func statusField(raw []byte, name string) (int, bool) {
	_, rest, found := bytes.Cut(raw, []byte("\n"+name+":"))
	fields := bytes.Fields(rest)
	if !found || len(fields) == 0 {
		return 0, false
	}
	n, err := strconv.Atoi(string(fields[0]))
	return n, err == nil
}
