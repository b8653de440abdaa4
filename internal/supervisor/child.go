package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"wardroom/internal/process"
	"wardroom/internal/shell"
)

const (
	controlFD = 3
	eventsFD  = 4

	maxSpec = 8 << 20

	// patience is how long the interpreter may take to notice that its context has ended.
	patience = 3 * time.Second

	codeTimeout = 124
	codeStopped = 128 + int(unix.SIGTERM)
)

var (
	errStopped  = errors.New("the run was stopped")
	errTimeout  = errors.New("the run reached its time limit")
	errFinished = errors.New("the run has ended")
)

// child is the state of one run inside its own process.
type child struct {
	spec    Spec
	self    process.ID
	frames  *frameWriter
	starter *starter
	scratch *scratch

	answers  answers
	saidFull sync.Once
	said     sync.Map       // what is said once in a run
	beyond   atomic.Bool    // the text itself asked for a path outside the scratch folder
	streamed atomic.Bool    // a stream was running when the time was up
	copiers  sync.WaitGroup // of the output of programs
}

// sealDescriptors keeps everything that is open, whoever opened it, from the programs that this process starts: its own pipes, and what the server has inherited
// from a shell, a service manager or make.
func sealDescriptors() error {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return fmt.Errorf("list open descriptors: %w", err)
	}
	for _, entry := range open {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// Main is `web run-child`: it reads the spec from standard input, obeys the control pipe (descriptor 3), writes events to descriptor 4 and returns the exit status.
func Main() int {
	// Nothing that this process starts may hold its pipes: the parent's end of file must mean the parent's end.
	if err := sealDescriptors(); err != nil {
		fmt.Fprintln(os.Stderr, "run-child:", err)
		return 1
	}
	control, events := os.NewFile(controlFD, "control"), os.NewFile(eventsFD, "events")
	c, err := newChild(os.Stdin, events)
	if err != nil {
		fmt.Fprintln(os.Stderr, "run-child:", err)
		return 1
	}
	exit := c.run(control)
	if err := c.frames.writeJSON(frameExit, exit); err != nil {
		fmt.Fprintln(os.Stderr, "run-child:", err)
		return 1
	}
	return 0
}

func newChild(stdin io.Reader, events io.Writer) (*child, error) {
	c := &child{frames: &frameWriter{w: events}}
	if err := json.NewDecoder(io.LimitReader(stdin, maxSpec)).Decode(&c.spec); err != nil {
		return nil, fmt.Errorf("read spec: %w", err)
	}
	c.spec.applyDefaults()
	if err := c.spec.validate(); err != nil {
		return nil, err
	}
	var err error
	if c.self, err = process.Self(); err != nil {
		return nil, err
	}
	processes, err := confine(c.spec.Limits)
	if err != nil {
		return nil, err
	}
	if c.starter, err = newStarter(processes); err != nil {
		return nil, err
	}
	if c.scratch, err = openScratch(c.spec.Scratch, c.spec.Limits.File, c.spec.Confirmed < shell.Change); err != nil {
		return nil, err
	}
	c.scratch.outside = c.outside
	return c, nil
}

// run interprets the text and comes back when it has ended, whatever the reason, and nothing of its tree is left, if that can be had.
func (c *child) run(control io.Reader) Exit {
	ctx, end := context.WithCancelCause(context.Background())
	defer end(errFinished)
	go c.obey(control, end)
	go process.CollectOrphans(ctx)
	limited, stop := context.WithTimeoutCause(ctx, c.spec.Timeout, errTimeout)
	defer stop()

	done := make(chan outcome, 1)
	go func() { done <- c.interpret(limited) }()
	var result outcome
	var cause error
	select {
	case result = <-done:
		// The last command may have failed only because the time was up.
		if errors.Is(result.err, context.Canceled) || errors.Is(result.err, context.DeadlineExceeded) {
			cause = context.Cause(limited)
		}
	case <-limited.Done():
		cause = context.Cause(limited)
	}
	end(errFinished) // what runs in the background ends with the script
	c.endAll()
	if cause != nil {
		select { // an interpreter that does not come back ends with this process
		case <-done:
		case <-time.After(patience):
		}
	}
	c.copiers.Wait()
	return c.exit(result, cause)
}

func (c *child) exit(result outcome, cause error) Exit {
	exit := Exit{Code: result.code}
	switch {
	case errors.Is(cause, errTimeout):
		exit.Code, exit.Reason = codeTimeout, ReasonTimeout
		if c.streamed.Load() {
			exit.Code = 0
		}
	case cause != nil:
		exit.Code, exit.Reason, exit.Signal = codeStopped, ReasonStopped, unix.SignalName(unix.SIGTERM)
	case result.code == 0:
		exit.Vars = result.vars
	default:
		exit.Answer = c.answers.of(result.code)
	}
	return exit
}

// endAll ends everything that this process has started. As a subreaper it inherits what its children leave behind, so nothing can leave its tree. Whether something is left
// the parent sees for itself when this process has ended.
func (c *child) endAll() {
	ctx, cancel := context.WithTimeout(context.Background(), c.spec.Grace+patience)
	defer cancel()
	process.EndTree(ctx, func() []process.ID { return process.Descendants(c.self) }, c.spec.Grace)
}

// obey waits for the parent's word, or for its end.
func (c *child) obey(control io.Reader, end context.CancelCauseFunc) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGTERM, unix.SIGINT, unix.SIGHUP)
	go func() {
		for range signals {
			end(errStopped)
		}
	}()
	word := make([]byte, 1)
	for {
		_, err := control.Read(word)
		end(errStopped)
		if err != nil {
			// The parent is gone: nobody reads the events, so there is nothing to wait for but the tree.
			c.starter.close()
			c.endAll()
			os.Exit(1)
		}
	}
}
