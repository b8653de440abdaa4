package stack

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"wardroom/internal/ports"
	"wardroom/internal/process"
)

// folders are the stack's places. Those in owned belong to the unprivileged user; records, logs and the environments file stay with the caller.
type folders struct {
	dir, base, bin, pids, logs          string
	octollm, redis, watch, alertmanager string
	playbooks                           string // that authors publish
	runtime                             string // short, for sockets
	lock                                string
}

func layout(dir string) (folders, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return folders{}, fmt.Errorf("data folder: %w", err)
	}
	sum := sha256.Sum256([]byte(dir))
	parent := "/tmp"
	if os.Geteuid() == 0 {
		parent = "/run"
	}
	base := filepath.Join(dir, "demo")
	in := func(name string) string { return filepath.Join(base, name) }
	return folders{
		dir: dir, base: base, bin: in("bin"), pids: in("pids"), logs: in("logs"),
		octollm: in("octollm"), redis: in("redis"), watch: in("prometheus"), alertmanager: in("alertmanager"), playbooks: in("playbooks"),
		runtime: filepath.Join(parent, "octollm-"+strconv.Itoa(os.Geteuid())+"-"+hex.EncodeToString(sum[:6])), lock: in("lock"),
	}, nil
}

// prepare makes the folders and gives the user its own.
func (f folders) prepare(ctx context.Context, user string) error {
	for _, dir := range []string{f.dir, f.base, f.bin, f.pids, f.logs, f.playbooks} {
		if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the unprivileged user passes through; secrets are closed one by one
			return fmt.Errorf("data folder: %w", err)
		}
	}
	if !can(ctx, user, f.base) {
		return fmt.Errorf("the unprivileged user %s cannot enter the data folder %s: choose another with WARDROOM_DATA, or give that user access", user, f.dir)
	}
	for dir, mode := range map[string]os.FileMode{f.octollm: 0o700, f.redis: 0o700, f.watch: 0o700, f.alertmanager: 0o700, f.runtime: 0o755} {
		if err := own(dir, mode, user); err != nil {
			return err
		}
	}
	return nil
}

// can reports whether the user may enter the folder or start the program at path. The kernel is asked, because modes do not tell everything.
func can(ctx context.Context, user, path string) bool {
	cmd := exec.CommandContext(ctx, "test", "-x", path) //nolint:gosec // an argument, not a command
	cmd.Dir = "/"
	return process.RunAs(cmd, user) == nil && cmd.Run() == nil
}

// own makes the folder and gives it to the user. One in /tmp that somebody else has laid out is refused by the kernel: only its owner may change its mode.
func own(dir string, mode os.FileMode, user string) error {
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("folder: %w", err)
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("%s is not a folder: remove it", dir)
	}
	if err := os.Chmod(dir, mode); err != nil {
		return fmt.Errorf("folder: %w", err)
	}
	return give(dir, user)
}

// give makes the user the owner of the path, when this process is root.
func give(path, user string) error {
	cred, err := process.Credential(user)
	if err != nil || cred == nil {
		return err
	}
	if err := os.Lchown(path, int(cred.Uid), int(cred.Gid)); err != nil {
		return fmt.Errorf("give to user %s: %w", user, err)
	}
	return nil
}

// write makes a file that only its owner may read.
func write(path, text, owner string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("replace: %w", err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if owner == "" {
		return nil
	}
	return give(path, owner)
}

// program returns a path under which unprivileged users may start the program: its own, or a copy when it lies in a folder that is closed to them, as root's home is.
func (f folders) program(ctx context.Context, path, user string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("program: %w", err)
	}
	if _, err = os.Stat(path); err != nil {
		return "", fmt.Errorf("program: %w", err)
	}
	if can(ctx, user, path) {
		return path, nil
	}
	copied := filepath.Join(f.bin, filepath.Base(path))
	return copied, copyProgram(path, copied)
}

func copyProgram(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // a program that the caller built
	if err != nil {
		return fmt.Errorf("copy a program: %w", err)
	}
	defer in.Close() // only read
	unfinished := to + ".new"
	out, err := os.OpenFile(unfinished, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755) //nolint:gosec // others start it
	if err != nil {
		return fmt.Errorf("copy a program: %w", err)
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("copy a program: %w", err)
	}
	return os.Rename(unfinished, to) // an old copy that still runs keeps its file
}

func (f folders) pidFile(name string) process.PIDFile {
	return process.PIDFile(filepath.Join(f.pids, name+".pid"))
}

// log opens the log of a part anew: the last start's is kept beside it.
func (f folders) log(name string) (*os.File, error) {
	path := filepath.Join(f.logs, name+".log")
	if err := os.Rename(path, path+".1"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("log: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600) //nolint:gosec // a log of ours
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	return file, nil
}

func freePortAndPassword() (port int, password string, err error) {
	port, err = ports.Free()
	return port, rand.Text(), err
}
