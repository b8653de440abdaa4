//go:build kubernetes

package kubernetes

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"wardroom/internal/process"
)

// children are the programs of the control plane. They end with stop, and when this process dies in whatever way.
type children struct {
	logs  string
	path  string // where they look for programs
	start chan func()
	all   []*exec.Cmd
}

func newChildren(logs, path string) *children {
	c := &children{logs: logs, path: path, start: make(chan func())}
	go func() {
		runtime.LockOSThread() // the signal that tells of the parent's death comes when the thread that forked ends
		for start := range c.start {
			start()
		}
	}()
	return c
}

// run starts a program, whose output goes into a log of its name.
func (c *children) run(ctx context.Context, path string, args ...string) error {
	log, err := os.Create(c.log(path))
	if err != nil {
		return err
	}
	defer log.Close()                                                     // the child has its own
	cmd := exec.CommandContext(context.WithoutCancel(ctx), path, args...) // it ends with stop
	cmd.Dir, cmd.Env = c.logs, []string{"PATH=" + c.path, "HOME=" + c.logs}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	c.start <- func() { started <- process.Start(cmd) }
	if err = <-started; err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	c.all = append(c.all, cmd)
	return nil
}

func (c *children) log(path string) string {
	return filepath.Join(c.logs, filepath.Base(path)+".log")
}

// stop ends the programs, those that were started last first, with all that they started themselves, whatever has become of ctx.
func (c *children) stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	for _, cmd := range slices.Backward(c.all) {
		if id, err := process.Lookup(cmd.Process.Pid); err == nil {
			process.EndTree(ctx, process.Tree(id), 5*time.Second)
		}
		_ = process.Wait(cmd) // that it was ended is no news
	}
	close(c.start)
}

// complaint is the end of each log, for when something did not start.
func (c *children) complaint() string {
	var b strings.Builder
	for _, cmd := range c.all {
		raw, _ := os.ReadFile(c.log(cmd.Path))
		lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
		fmt.Fprintf(&b, "%s\n\t%s\n", cmd.Path, strings.Join(lines[max(0, len(lines)-15):], "\n\t"))
	}
	return b.String()
}
