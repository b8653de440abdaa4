package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"wardroom/internal/process"
)

// maxSocketPath is the longest path that a Unix socket's address can hold on Linux.
const maxSocketPath = 107

// folders are the places of one cluster. Only data and socket belong to the server's user; the rest stays with the caller's.
type folders struct {
	base   string
	data   string
	socket string
	log    string
	lock   string
	pid    process.PIDFile
}

// layout names the places below dir. The socket's folder cannot lie there, because dir may be longer than a socket's address; its name follows from dir, so that
// the next start finds the same one.
func layout(dir string) (folders, error) {
	base, err := filepath.Abs(dir)
	if err != nil {
		return folders{}, fmt.Errorf("data folder: %w", err)
	}
	sum := sha256.Sum256([]byte(base))
	name := "wardroom-" + strconv.Itoa(os.Geteuid()) + "-" + hex.EncodeToString(sum[:6])
	return folders{
		base: base, data: filepath.Join(base, "data"), socket: filepath.Join(runtimeFolder(), name), log: filepath.Join(base, "postgres.log"),
		lock: filepath.Join(base, "lock"), pid: process.PIDFile(filepath.Join(base, "postgres.pid")),
	}, nil
}

// runtimeFolder is a short folder in which this user may make another.
func runtimeFolder() string {
	const socketName = len("/wardroom-4294967295-0123456789ab/.s.PGSQL.65535")
	choices := []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir()}
	if os.Geteuid() == 0 {
		choices = []string{"/run"} // root's XDG_RUNTIME_DIR is closed to the server's user
	}
	for _, dir := range choices {
		info, err := os.Stat(dir) //nolint:gosec // the user's own folders
		if err == nil && info.IsDir() && filepath.IsAbs(dir) && len(dir)+socketName <= maxSocketPath && syscall.Access(dir, 0o3) == nil {
			return dir
		}
	}
	return "/tmp"
}

// prepare makes the folders and gives the server's user its own. cred is nil when the server runs as the caller.
func (f folders) prepare(ctx context.Context, cred *syscall.Credential) error {
	if err := os.MkdirAll(f.base, 0o711); err != nil { //nolint:gosec // the server's user must pass through it to its own folder
		return fmt.Errorf("data folder: %w", err)
	}
	if cred != nil {
		if err := letPass(ctx, f.base, cred); err != nil {
			return err
		}
	}
	return own(f.socket, cred)
}

// own makes dir with access for the server's user alone, or checks that it is so: a folder in /tmp that somebody else has laid out is refused.
func own(dir string, cred *syscall.Credential) error {
	err := os.Mkdir(dir, 0o700)
	if err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("folder of the database: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("folder of the database: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	self := uint32(os.Geteuid()) //nolint:gosec // a user's number is never negative
	mine := ok && (stat.Uid == self || cred != nil && stat.Uid == cred.Uid)
	if !info.IsDir() || !mine {
		return fmt.Errorf("%s is not a folder of this user: remove it", dir)
	}
	if cred != nil {
		if err := os.Lchown(dir, int(cred.Uid), int(cred.Gid)); err != nil {
			return fmt.Errorf("give the folder to the database's user: %w", err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder needs its execute bit
		return fmt.Errorf("close the folder of the database: %w", err)
	}
	return nil
}

// letPass makes sure that the server's user can reach what is in dir. dir itself is opened for passing through; a folder above it is somebody's decision and named.
func letPass(ctx context.Context, dir string, cred *syscall.Credential) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if info.Mode()&0o011 != 0o011 {
		if err := os.Chmod(dir, info.Mode().Perm()|0o011); err != nil {
			return fmt.Errorf("open the data folder: %w", err)
		}
	}
	if passable(ctx, dir, cred) {
		return nil
	}
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		if above := filepath.Dir(parent); above == parent || passable(ctx, above, cred) {
			return fmt.Errorf("the unprivileged user %d, as whom the database runs, cannot enter %s: choose a data folder elsewhere (WARDROOM_DATA) or give it access", cred.Uid, parent)
		}
	}
}

// passable asks the kernel instead of reading modes: groups and access lists count too.
func passable(ctx context.Context, dir string, cred *syscall.Credential) bool {
	cmd := exec.CommandContext(ctx, "test", "-x", dir) //nolint:gosec // an argument, not a command
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	return process.Run(cmd) == nil
}
