//go:build docker

package docker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"wardroom/internal/process"
)

// What is tested, chosen by path: a machine may have other clients in its PATH.
const (
	dockerd    = "/usr/sbin/dockerd"
	client     = "/usr/bin/docker"
	classic    = "/usr/bin/docker-compose"
	systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

	// runUser is who commands run as: it may use the engine, as the group of its socket.
	runUser = "wardroom"
)

// engine is a Docker Engine of the tests' own.
type engine struct {
	dir  string // removed by the engine's own process
	cmd  *exec.Cmd
	hold io.Closer // its end is the engine's
}

// startEngine starts dockerd in new namespaces and waits until it answers. The folder lies directly in the system's for temporary files, because paths of sockets are short.
func startEngine(ctx context.Context) (*engine, error) {
	dir, err := os.MkdirTemp("", "wr-engine-")
	if err != nil {
		return nil, err
	}
	e := &engine{dir: dir}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if err = errors.Join(os.Chmod(dir, 0o755), os.WriteFile(filepath.Join(dir, "daemon.json"), []byte("{}\n"), 0o644)); err != nil {
		return nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	e.hold = write
	e.cmd = exec.CommandContext(context.WithoutCancel(ctx), "/proc/self/exe", "engine", dir, bench)
	e.cmd.Stdout, e.cmd.Stderr = log, log
	e.cmd.ExtraFiles = []*os.File{read}
	e.cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid:     true, // Ctrl-C is for the tests, which then end this
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
	}
	if err = process.Start(e.cmd); err != nil {
		return nil, fmt.Errorf("namespaces for the engine: %w", err)
	}
	if err = e.answers(ctx); err != nil {
		said, _ := os.ReadFile(log.Name())
		return nil, errors.Join(err, e.stop(), fmt.Errorf("the engine said:\n%s", tail(string(said), 40)))
	}
	return e, nil
}

// answers waits for the engine to come up.
func (e *engine) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		_, err := e.docker(ctx, "version", "--format={{.Server.Version}}")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the engine does not answer: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (e *engine) address() string { return "unix://" + filepath.Join(e.dir, "docker.sock") }

// docker runs a command of the tests themselves, past Wardroom.
func (e *engine) docker(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, client, args...)
	cmd.Env = []string{"DOCKER_HOST=" + e.address(), "HOME=/nonexistent", "PATH=" + systemPath}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := process.Run(cmd)
	if err != nil {
		err = fmt.Errorf("docker %s: %w: %s", strings.Join(args, " "), err, tail(out.String(), 20))
	}
	return strings.TrimSpace(out.String()), err
}

// stop ends the engine and everything in it, and answers whether it has left nothing.
func (e *engine) stop() error {
	err := e.hold.Close()
	ended := make(chan error, 1)
	go func() { ended <- process.Wait(e.cmd) }()
	select {
	case waitErr := <-ended:
		err = errors.Join(err, waitErr)
	case <-time.After(30 * time.Second):
		err = errors.Join(err, errors.New("the engine does not end"), e.cmd.Process.Kill(), <-ended)
	}
	if _, statErr := os.Stat(e.dir); statErr == nil {
		err = errors.Join(err, fmt.Errorf("the engine has left %s", e.dir), os.RemoveAll(e.dir))
	}
	return err
}

// tail is the end of a long text.
func tail(text string, lines int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
