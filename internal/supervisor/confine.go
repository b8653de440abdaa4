package supervisor

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"wardroom/internal/process"
)

// maxStack ends a recursion of the interpreter. Commands nest 100 levels deep at most; a function that calls itself gets some thousand levels out of this.
const maxStack = 32 << 20

const (
	// ownThreads are kept for this process itself. The kernel counts per user, so they also make up for what other runs of the same user start later: programs get
	// the lower limit, and the supervisor, which must live to end them, is never the one without a place.
	ownThreads = 4096
	// A thread of a binary with cgo has a stack of 8 MiB, and reserves, without being able to write there, twice 64 MiB for malloc. Without room for that the supervisor
	// dies when it starts one, just when it should end its tree.
	threadStacks       = 32 * 8 << 20
	threadReservations = 64 * 136 << 20
)

// confine bounds what this process and all below it can use. Whatever exceeds a bound ends the run, never the server.
// It returns how many processes programs may have, which is less than this one may: a flood of theirs must not keep it from ending them.
func confine(limits Limits) (processes uint64, err error) {
	debug.SetMaxStack(maxStack)
	debug.SetMemoryLimit(limits.Memory / 4 * 3) // collect hard before the address space runs out
	if err = process.Inherit(); err != nil {
		return 0, err
	}
	// Other runs have the same user: they must not read secrets out of this one's memory or trace it.
	if err = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return 0, fmt.Errorf("hide memory: %w", err)
	}
	// A file that grows too large is an error of the write, not the death of the supervisor. Notify and not Ignore, because what is ignored stays so in programs.
	signal.Notify(make(chan os.Signal, 1), unix.SIGXFSZ)

	space, data, err := ownMemory()
	if err != nil {
		return 0, err
	}
	tasks, err := userTasks(os.Getuid())
	if err != nil {
		return 0, err
	}
	processes = uint64(tasks) + uint64(limits.Processes) //nolint:gosec // both positive
	for _, limit := range []struct {
		name     string
		resource int
		value    uint64
	}{
		{"core", unix.RLIMIT_CORE, 0},
		{"file size", unix.RLIMIT_FSIZE, uint64(limits.File)},                                 //nolint:gosec // positive by applyDefaults
		{"memory", unix.RLIMIT_DATA, data + uint64(limits.Memory) + threadStacks},             //nolint:gosec // positive by applyDefaults
		{"address space", unix.RLIMIT_AS, space + uint64(limits.Memory) + threadReservations}, //nolint:gosec // positive by applyDefaults
		{"processes", unix.RLIMIT_NPROC, processes + ownThreads},
	} {
		if err := lower(limit.resource, limit.value); err != nil {
			return 0, fmt.Errorf("limit %s: %w", limit.name, err)
		}
	}
	return processes, nil
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

// ownMemory returns how many bytes of address space this process has reserved, and how many of them it may write to. Go reserves more than a gigabyte before it does
// anything, so limits make sense only on top of that.
func ownMemory() (space, data uint64, err error) {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, 0, fmt.Errorf("read own memory: %w", err)
	}
	const fieldSpace, fieldData = 0, 5
	fields := strings.Fields(string(raw))
	if len(fields) <= fieldData {
		return 0, 0, errors.New("read own memory: unexpected form")
	}
	for field, bytes := range map[int]*uint64{fieldSpace: &space, fieldData: &data} {
		pages, err := strconv.ParseUint(fields[field], 10, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("read own memory: %w", err)
		}
		*bytes = pages * uint64(os.Getpagesize()) //nolint:gosec // a page size is positive
	}
	return space, data, nil
}

// userTasks counts the threads that this user runs: the kernel's limit is per user, not per run.
func userTasks(uid int) (int, error) {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, fmt.Errorf("count processes: %w", err)
	}
	tasks := 0
	for _, dir := range dirs {
		raw, err := os.ReadFile(filepath.Join(dir, "status")) //nolint:gosec // below /proc
		if err != nil {
			continue // it has ended
		}
		if statusField(raw, "Uid") == uid {
			tasks += statusField(raw, "Threads")
		}
	}
	return tasks, nil
}

// statusField returns the first number of a line of /proc/PID/status, or -1.
func statusField(raw []byte, name string) int {
	_, rest, found := bytes.Cut(raw, []byte("\n"+name+":"))
	fields := bytes.Fields(rest)
	if !found || len(fields) == 0 {
		return -1
	}
	n, err := strconv.Atoi(string(fields[0]))
	if err != nil {
		return -1
	}
	return n
}
