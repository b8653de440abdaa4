package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"wardroom/internal/process"
)

// Spec says what to start.
type Spec struct {
	Name string // for messages
	Path string
	Args []string
	Env  []string // empty: nothing but PATH
	Dir  string
	User string // for root; empty: stay root
	// PIDFile records the process over restarts of this one; the earlier one it names is ended first.
	PIDFile process.PIDFile
	// Output takes stdout and stderr. An *os.File is handed over as it is, and so outlives this process.
	Output io.Writer
	// Stdin is what the program reads, when it is not Tied.
	Stdin io.Reader
	// Tied programs read standard input and end when it ends: with this process, however that dies.
	Tied bool
	// Pipe is handed over as file descriptor 3.
	Pipe *os.File
}

// Process is a program that was started. Stop it, also when it has ended by itself.
type Process struct {
	spec   Spec
	id     process.ID
	stdin  io.Closer
	exited chan struct{}
	state  *os.ProcessState // valid when exited is closed
}

// grace is how long a program may take to end when asked, unless Stop's context says less.
const grace = 20 * time.Second

// Start ends what the PID file names and starts the program. It does not wait for it to be ready.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	if err := TakeOver(ctx, spec.PIDFile); err != nil {
		return nil, fmt.Errorf("%s: %w", spec.Name, err)
	}
	cmd := exec.Command(spec.Path, spec.Args...) //nolint:noctx,gosec // outlives the caller's context; Stop ends it; the path is this machine's configuration
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = spec.Dir, spec.Stdin, spec.Output, spec.Output
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, spec.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the one who ends the others in order
	if spec.Pipe != nil {
		cmd.ExtraFiles = []*os.File{spec.Pipe}
	}
	if spec.User != "" {
		if err := process.RunAs(cmd, spec.User); err != nil {
			return nil, fmt.Errorf("%s: %w", spec.Name, err)
		}
	}
	p := &Process{spec: spec, exited: make(chan struct{})}
	if spec.Tied {
		stdin, err := cmd.StdinPipe()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", spec.Name, err)
		}
		p.stdin = stdin
	}
	if err := p.start(ctx, cmd); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Process) start(ctx context.Context, cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.spec.Name, err)
	}
	id, err := process.Lookup(cmd.Process.Pid)
	if err == nil {
		err = p.spec.PIDFile.Write(id)
	}
	p.id = id
	go func() {
		defer close(p.exited)
		_ = cmd.Wait() // the state says how it ended
		p.state = cmd.ProcessState
	}()
	if err != nil {
		return errors.Join(fmt.Errorf("record the process of %s: %w", p.spec.Name, err), p.Stop(context.WithoutCancel(ctx)))
	}
	return nil
}

// TakeOver ends the program that an earlier process recorded in the file and left running. Another process that has got its number since is left alone.
func TakeOver(ctx context.Context, file process.PIDFile) error {
	id, err := file.Read()
	if errors.Is(err, process.ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	if !end(ctx, id) {
		return fmt.Errorf("process %d, left from an earlier start, does not end", id.PID)
	}
	return file.Remove()
}

func end(ctx context.Context, id process.ID) bool {
	return process.EndTree(ctx, func() []process.ID {
		if id.Alive() {
			return []process.ID{id}
		}
		return nil
	}, grace)
}

// PID is the program's process.
func (p *Process) PID() int { return p.id.PID }

// Exited is closed when the program has ended, asked or not.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Ended says how the program ended, as "exit status 2" or "signal: killed"; empty while it runs.
func (p *Process) Ended() string {
	select {
	case <-p.exited:
		return p.state.String()
	default:
		return ""
	}
}

// Kill ends the program at once, as a crash would; Stop is still due.
func (p *Process) Kill() error {
	if err := p.id.Signal(unix.SIGKILL); err != nil && !errors.Is(err, process.ErrGone) {
		return fmt.Errorf("kill %s: %w", p.spec.Name, err)
	}
	<-p.exited
	return nil
}

// Signal sends sig to the program.
func (p *Process) Signal(sig unix.Signal) error { return p.id.Signal(sig) }

// Stop asks the program to end, ends it by force when it does not within 20 s, and forgets it. ctx bounds the whole.
func (p *Process) Stop(ctx context.Context) error {
	gone := end(ctx, p.id)
	if p.stdin != nil {
		_ = p.stdin.Close() // the reader is gone
	}
	if !gone {
		return fmt.Errorf("%s (process %d) does not end", p.spec.Name, p.id.PID)
	}
	<-p.exited
	return p.spec.PIDFile.Remove()
}
