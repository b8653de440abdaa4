package supervisor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"wardroom/internal/process"
)

const (
	// margin is what the child may need beside its grace period before the parent ends it from outside.
	margin = 10 * time.Second
	// late is how long after its time limit the parent begins to doubt that the child keeps it.
	late = time.Second
	// nudge is the time between two attempts to wake a child that ought to end.
	nudge = 250 * time.Millisecond
)

// Child is the server's side of one run.
type Child struct {
	id     process.ID
	spec   Spec
	cmd    *exec.Cmd
	events *os.File
	crash  crashText

	control  *os.File
	stop     sync.Once
	stopping chan struct{}

	overdue    atomic.Bool // the time limit is over
	out        chan Event
	delivering atomic.Bool   // the caller has not taken the last event yet
	gone       chan struct{} // the child's process has ended
}

// Start runs spec in a child process: exe with the argument run-child. The end of ctx stops the run like Stop does. The caller must read Events to its end.
//
// The child is not given a parent-death signal: that fires when the thread that forked ends, and Go ends threads as it likes. The control pipe says the same for certain.
func Start(ctx context.Context, exe string, spec Spec) (*Child, error) {
	if err := spec.validate(); err != nil {
		return nil, fmt.Errorf("start run: %w", err)
	}
	spec.applyDefaults()
	cred, err := process.Credential(spec.RunAs)
	if err != nil {
		return nil, fmt.Errorf("start run: %w", err)
	}
	if err = prepareScratch(spec.Scratch, cred); err != nil {
		return nil, fmt.Errorf("start run: %w", err)
	}
	// A child that is killed leaves its tree to this process, which can end it then.
	if err = process.Inherit(); err != nil {
		return nil, fmt.Errorf("start run: %w", err)
	}
	c := &Child{spec: spec, stopping: make(chan struct{}), out: make(chan Event), gone: make(chan struct{})}
	// The end of ctx is a stop, asked for by watch; it must not cut off the end of the tree.
	lasting := context.WithoutCancel(ctx)
	if err = c.start(lasting, exe); err != nil {
		return nil, fmt.Errorf("start run: %w", err)
	}
	go c.watch(ctx)
	go c.pump(lasting)
	return c, nil
}

// prepareScratch makes the folder, for nobody but the user of the run.
func prepareScratch(dir string, cred *syscall.Credential) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("scratch folder: %w", err)
	}
	if cred != nil {
		if err := os.Chown(dir, int(cred.Uid), int(cred.Gid)); err != nil {
			return fmt.Errorf("scratch folder: %w", err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder needs its x bit
		return fmt.Errorf("scratch folder: %w", err)
	}
	return nil
}

func (c *Child) start(ctx context.Context, exe string) error {
	spec, err := json.Marshal(c.spec)
	if err != nil {
		return fmt.Errorf("encode spec: %w", err)
	}
	controlRead, controlWrite, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("control pipe: %w", err)
	}
	defer controlRead.Close() // the child has its own
	eventsRead, eventsWrite, err := os.Pipe()
	if err != nil {
		return errors.Join(fmt.Errorf("event pipe: %w", err), controlWrite.Close())
	}
	defer eventsWrite.Close() // the child has its own
	c.control, c.events = controlWrite, eventsRead

	// Not bound to a context: a run is ended as a tree, by watch, and not by killing its head.
	cmd := exec.CommandContext(ctx, exe, "run-child")
	cmd.Env = []string{mark + "=" + c.spec.RunID}
	cmd.Dir = "/"
	cmd.Stdin = bytes.NewReader(spec)
	cmd.Stderr = &c.crash
	cmd.ExtraFiles = []*os.File{controlRead, eventsWrite} // descriptors 3 and 4
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = margin
	err = process.RunAs(cmd, c.spec.RunAs)
	if err == nil {
		err = process.Start(cmd)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("start child: %w", err), controlWrite.Close(), eventsRead.Close())
	}
	c.cmd = cmd
	// Nobody has waited for it yet, so it is in the table even when it is dead already.
	if c.id, err = process.Lookup(cmd.Process.Pid); err != nil {
		return errors.Join(err, cmd.Process.Kill(), process.Wait(cmd), controlWrite.Close(), eventsRead.Close())
	}
	return nil
}

// ID names the child's process; recorded with the run, it lets Recover find the run after a restart of the server.
func (c *Child) ID() process.ID { return c.id }

// Events returns everything that happens, in order, and ends with exactly one Exit, however the child ended. The run waits for its reader: what is not read is not
// produced.
func (c *Child) Events() <-chan Event { return c.out }

// Stop asks the run's tree to end, and ends it by force after the grace period. It returns at once; the Exit tells how it went.
func (c *Child) Stop() { c.stop.Do(func() { close(c.stopping) }) }

// watch tells the child to stop, and ends it from outside when it does not. The time limit the child keeps itself, if it can.
func (c *Child) watch(ctx context.Context) {
	limit := time.NewTimer(c.spec.Timeout + late)
	defer limit.Stop()
	select {
	case <-c.gone:
		return
	case <-limit.C:
		c.overdue.Store(true)
	case <-ctx.Done():
		c.tell()
	case <-c.stopping:
		c.tell()
	}
	c.outlast(context.WithoutCancel(ctx))
}

// tell asks the child to stop. One that has just ended cannot be told, and need not be.
func (c *Child) tell() { _, _ = c.control.Write([]byte{'s'}) }

// outlast waits for the end of a child that ought to end, and brings it about.
func (c *Child) outlast(ctx context.Context) {
	patience := time.NewTimer(c.spec.Grace + margin)
	defer patience.Stop()
	tick := time.NewTicker(nudge)
	defer tick.Stop()
	for {
		// A program may have stopped its own supervisor, which then ends nothing and keeps no time.
		_ = c.id.Signal(unix.SIGCONT)
		select {
		case <-c.gone:
			return
		case <-tick.C:
		case <-patience.C:
			if !c.delivering.Load() {
				c.kill(ctx)
				return
			}
			// It may only be waiting for the reader of its output, which is no fault of its own.
			patience.Reset(time.Second)
		}
	}
}

// kill ends the child and all below it, while it can still be seen what is below it.
func (c *Child) kill(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, margin)
	defer cancel()
	process.EndTree(ctx, process.Tree(c.id), 0)
}

// pump hands on what the child says and, after its end, the one Exit.
func (c *Child) pump(ctx context.Context) {
	defer close(c.out)
	exit, err := c.relay()
	if exit == nil {
		c.kill(ctx) // it is dead already, or writes garbage
	}
	c.finish(ctx, exit, err)
}

func (c *Child) relay() (*Exit, error) {
	for {
		event, err := readEvent(c.events)
		if err != nil || event.Exit != nil {
			return event.Exit, err
		}
		c.deliver(event)
	}
}

func (c *Child) deliver(event Event) {
	c.delivering.Store(true)
	c.out <- event
	c.delivering.Store(false)
}

func (c *Child) finish(ctx context.Context, exit *Exit, cause error) {
	limit := time.AfterFunc(margin, func() { c.kill(ctx) }) // a child that has said goodbye has nothing more to do
	_ = process.Wait(c.cmd)                                 // how it ended is in ProcessState
	limit.Stop()
	close(c.gone)
	_ = errors.Join(c.control.Close(), c.events.Close())

	grace := time.Duration(0)
	if exit == nil {
		exit, grace = c.crashed(cause), c.spec.Grace
	}
	exit.Clean = c.endRest(ctx, grace)
	if usage, ok := c.cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		exit.CPU = c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime()
		exit.PeakRSS = usage.Maxrss << 10
	}
	c.deliver(Event{Exit: exit})
}

// endRest ends what the child left behind, and answers whether nothing is left: after an orderly end there was nothing, after a crash there may be whatever it ran.
func (c *Child) endRest(ctx context.Context, grace time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, grace+margin)
	defer cancel()
	return process.EndTree(ctx, func() []process.ID { return append(process.Marked(mark, c.spec.RunID), c.strays()...) }, grace)
}

// strays are what this process has inherited from a child that was killed, whatever they did to hide: they are younger than it and have given up new privileges, which nothing
// takes back. What another run left at the same time cannot be told from them and has to end as well.
func (c *Child) strays() []process.ID {
	var found []process.ID
	for _, id := range process.Orphans() {
		if id.Start >= c.id.Start && confined(id.PID) {
			found = append(append(found, id), process.Descendants(id)...)
		}
	}
	return found
}

// crashed describes the end of a child that could not do so itself.
func (c *Child) crashed(cause error) *Exit {
	exit := &Exit{Code: 1, Reason: c.crash.reason(), Crash: c.crash.String()}
	if errors.Is(cause, errFrame) {
		exit.Crash = cause.Error() + "\n" + exit.Crash
	}
	if status, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		exit.Code, exit.Signal = 128+int(status.Signal()), unix.SignalName(status.Signal())
	}
	if c.overdue.Load() {
		exit.Code, exit.Reason = codeTimeout, ReasonTimeout
	}
	select {
	case <-c.stopping:
		exit.Reason = ReasonStopped
	default:
	}
	return exit
}

// Recover ends what is left of a run that an earlier server started: the child if it is still the same process, everything below it and everything marked with the
// run's id. It answers whether nothing is left.
func Recover(ctx context.Context, runID string, id process.ID) (gone bool) {
	tree := process.Tree(id)
	return process.EndTree(ctx, func() []process.ID {
		found := tree()
		if runID != "" {
			found = append(found, process.Marked(mark, runID)...)
		}
		return found
	}, 10*time.Second)
}
