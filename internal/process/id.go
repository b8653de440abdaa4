package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// ErrGone says that there is no such process any more.
var ErrGone = errors.New("process is gone")

// ID names one process for ever: a number alone is given to another process sooner or later, the number together with the start time is not.
type ID struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"` // clock ticks after boot, field 22 of /proc/PID/stat
}

// Lookup returns the identity of the process that has this number now, or ErrGone. A zombie still has an identity.
func Lookup(pid int) (ID, error) {
	st, err := readStat(pid)
	if err != nil {
		return ID{}, err
	}
	return st.id, nil
}

// Self returns the identity of the calling process.
func Self() (ID, error) { return Lookup(os.Getpid()) }

// Alive reports whether exactly this process still runs. A zombie is dead: it does nothing any more and only waits to be collected.
func (id ID) Alive() bool {
	st, err := readStat(id.PID)
	return err == nil && st.id == id && !st.dead()
}

// String returns "pid@start", for logs.
func (id ID) String() string { return fmt.Sprintf("%d@%d", id.PID, id.Start) }

// Signal sends sig to exactly this process, never to a later one with the same number. It returns ErrGone when the process is no more.
func (id ID) Signal(sig unix.Signal) error {
	if id.PID <= 0 {
		return ErrGone
	}
	// The descriptor pins the process behind the number; the start time is compared only after that, so that nothing can change in between.
	fd, err := unix.PidfdOpen(id.PID, 0)
	if err != nil {
		return gone(err, "open process %d", id.PID)
	}
	defer unix.Close(fd) // a read-only handle: there is nothing to lose
	if !id.Alive() {
		return ErrGone
	}
	if err := unix.PidfdSendSignal(fd, sig, nil, 0); err != nil {
		return gone(err, "signal process %d", id.PID)
	}
	return nil
}

func gone(err error, format string, args ...any) error {
	if errors.Is(err, unix.ESRCH) || errors.Is(err, fs.ErrNotExist) {
		return ErrGone
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// stat is the part of /proc/PID/stat that matters here.
type stat struct {
	id     ID
	state  byte
	parent int
}

func (s stat) dead() bool { return s.state == 'Z' || s.state == 'X' || s.state == 'x' }

func readStat(pid int) (stat, error) {
	if pid <= 0 {
		return stat{}, ErrGone
	}
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return stat{}, gone(err, "read stat of process %d", pid)
	}
	return parseStat(pid, raw)
}

func parseStat(pid int, raw []byte) (stat, error) {
	// The second field is the program's own name in parentheses and may hold spaces and parentheses itself: everything of interest follows the last one.
	_, rest, found := cutLast(raw, ')')
	fields := bytes.Fields(rest)
	const parent, start = 1, 19 // fields 4 and 22, counted from field 3
	if !found || len(fields) <= start || len(fields[0]) != 1 {
		return stat{}, fmt.Errorf("stat of process %d: unexpected form", pid)
	}
	st := stat{id: ID{PID: pid}, state: fields[0][0]}
	var err error
	if st.parent, err = strconv.Atoi(string(fields[parent])); err != nil {
		return stat{}, fmt.Errorf("stat of process %d: parent: %w", pid, err)
	}
	if st.id.Start, err = strconv.ParseUint(string(fields[start]), 10, 64); err != nil {
		return stat{}, fmt.Errorf("stat of process %d: start: %w", pid, err)
	}
	return st, nil
}

func cutLast(b []byte, sep byte) (before, after []byte, found bool) {
	i := bytes.LastIndexByte(b, sep)
	if i < 0 {
		return b, nil, false
	}
	return b[:i], b[i+1:], true
}
