package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"wardroom/internal/process"
)

// takeFolder makes the data folder and keeps other servers out of it: two would take each
// other's running commands for left-overs of a crash.
func takeFolder(dir string) (release func() error, err error) {
	if err = os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the database's user must pass through it
		return nil, unusable(dir, err)
	}
	holder := process.PIDFile(filepath.Join(dir, "web.pid"))
	release, err = process.Lock(filepath.Join(dir, "web.lock"))
	if errors.Is(err, process.ErrLocked) {
		return nil, fmt.Errorf("another Wardroom%s works on the data folder %s: end it, or choose another folder with WARDROOM_DATA", who(holder), dir)
	}
	if err != nil {
		return nil, unusable(dir, err)
	}
	self, err := process.Self()
	if err == nil {
		err = holder.Write(self)
	}
	if err != nil {
		return nil, errors.Join(unusable(dir, err), release())
	}
	return release, nil
}

func who(holder process.PIDFile) string {
	id, err := holder.Read()
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", id.PID)
}

func unusable(dir string, err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	return fmt.Errorf("cannot use the data folder %s (%w): give this user access, or choose another with WARDROOM_DATA", dir, err)
}
