package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// PIDFile is the path of a file that names a process over restarts: by it the next start adopts or stops what an earlier one left behind.
type PIDFile string

// Write records id, replacing what was there as one step.
func (f PIDFile) Write(id ID) error {
	raw, err := json.Marshal(id)
	if err != nil {
		return fmt.Errorf("encode pid file: %w", err)
	}
	tmp := string(f) + ".new"
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		return fmt.Errorf("write pid file: %w", err)
	}
	if err := os.Rename(tmp, string(f)); err != nil {
		return fmt.Errorf("replace pid file: %w", err)
	}
	return nil
}

// Read returns the recorded process, or ErrGone when there is no file or that process does not run any more.
func (f PIDFile) Read() (ID, error) {
	raw, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return ID{}, ErrGone
	}
	if err != nil {
		return ID{}, fmt.Errorf("read pid file: %w", err)
	}
	var id ID
	if err := json.Unmarshal(raw, &id); err != nil {
		return ID{}, fmt.Errorf("pid file %s: %w", string(f), err)
	}
	if !id.Alive() {
		return ID{}, ErrGone
	}
	return id, nil
}

// Remove deletes the file; that there is none is not an error.
func (f PIDFile) Remove() error {
	if err := os.Remove(string(f)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove pid file: %w", err)
	}
	return nil
}

// ErrLocked says that another process holds the lock.
var ErrLocked = errors.New("locked by another process")

// Lock takes the exclusive lock on the file at path, making the file when there is none, or returns ErrLocked at once. The lock ends with release or with the process,
// however that dies.
func Lock(path string) (release func() error, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|unix.O_CLOEXEC, 0o600) //nolint:gosec // the caller names its own lock
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return file.Close, nil
}
