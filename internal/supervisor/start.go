package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"

	"wardroom/internal/process"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor/programs"
)

// start is one program start, by the text itself or by a program such as xargs.
type start struct {
	argv   []string
	params []string
	dir    string
	env    expand.Environ
	stdin  *os.File
	stdout io.Writer
	stderr io.Writer
}

const (
	notPermitted = "not permitted in a playbook"
	maxArgv      = 128 << 10
)

// start is the one place where a program starts. It classes the words as they are now, after every expansion, whatever they were classed as when they were shown.
func (c *child) start(ctx context.Context, s start) int {
	class := c.spec.Policy.Classify(s.argv)
	builtIn, isBuiltIn := programs.Lookup(s.argv[0])
	program, words, err := c.prepare(s.argv)
	var reason string
	switch {
	case !isBuiltIn && err != nil:
		reason = err.Error()
	case !isBuiltIn && c.tells(s.argv):
		reason = "not permitted: a secret may not stand among the words of a program, where other processes could read it"
	default:
		reason = c.refusal(class, s)
		if reason == "" && class.Reaches != "" {
			reason = c.unreachable(ctx, class.Reaches)
		}
		if reason == "" && !isBuiltIn {
			reason = c.scratch.leadsOut()
		}
	}
	if reason != "" {
		fmt.Fprintf(s.stderr, "%s: %s\n", printable(s.argv[0]), reason)
		c.record(Program{Argv: s.argv, Class: class, Reason: reason})
		c.answers.note(s.argv, codeRefused)
		return codeRefused
	}
	c.record(Program{Argv: s.argv, Class: class, Permitted: true})
	var code int
	if isBuiltIn {
		code = c.runBuiltIn(ctx, s, builtIn, class)
	} else {
		code = c.runProgram(ctx, s, program, words)
	}
	if class.Stream && ctx.Err() != nil {
		c.streamed.Store(true)
	}
	c.answers.note(s.argv, code)
	return code
}

// BuiltIn reports whether a program is part of the supervisor, so that its words are in no
// process table.
func BuiltIn(name string) bool {
	_, ok := programs.Lookup(name)
	return ok || interp.IsBuiltin(name)
}

// tells reports whether a secret stands among the words.
func (c *child) tells(argv []string) bool {
	return slices.ContainsFunc(c.spec.Secrets, func(secret string) bool {
		return slices.ContainsFunc(argv, func(word string) bool { return strings.Contains(word, secret) })
	})
}

// refusal answers why these words may not start now, or "".
func (c *child) refusal(class shell.Class, s start) string {
	size := 0
	for _, arg := range s.argv {
		size += len(arg) + 1
		if strings.ContainsRune(arg, 0) {
			return notPermitted
		}
	}
	switch {
	case class.Refused != "":
		return "not permitted: " + class.Refused
	case class.Risk >= shell.Interactive:
		return fmt.Sprintf("%s: %v: %s", notPermitted, class.Risk, class.Why)
	case class.Risk > c.spec.Confirmed:
		return fmt.Sprintf("not permitted: its class is %v, and only %v was confirmed: %s", class.Risk, c.spec.Confirmed, class.Why)
	case class.Discloses && !c.spec.Discloses:
		return "not permitted: it may show secrets, and that was not confirmed: " + class.Why
	case size > maxArgv:
		return "argument list too long"
	}
	return ""
}

// unreachable answers why a program that talks to this host by itself may not, or "".
func (c *child) unreachable(ctx context.Context, host string) string {
	if err := c.network().Permits(ctx, host); err != nil {
		return fmt.Sprintf("not permitted: %s: %v", printable(host), err)
	}
	return ""
}

func (c *child) runBuiltIn(ctx context.Context, s start, run programs.Func, class shell.Class) int {
	call := &programs.Call{
		Args: s.argv, Stdin: strings.NewReader(""), Stdout: s.stdout, Stderr: s.stderr,
		Watched: isShown(s.stdout), Vars: c.visible(s.env), ReadOnly: class.Risk == shell.Read, Params: s.params,
		Files:   files{scratch: c.scratch, cwd: s.dir},
		Network: c.network(),
		Start: func(ctx context.Context, argv []string, passStdin bool) int {
			inner := s
			inner.argv = argv
			if !passStdin {
				inner.stdin = nil
			}
			return c.start(ctx, inner)
		},
		StartIn: func(ctx context.Context, dir string, argv []string) int {
			inner := s
			inner.argv, inner.stdin, inner.dir = argv, nil, filepath.Join(s.dir, dir)
			if filepath.IsAbs(dir) {
				inner.dir = dir
			}
			if _, err := c.scratch.readDir("/", inner.dir); err != nil {
				fmt.Fprintln(s.stderr, err)
				return codeRefused
			}
			return c.start(ctx, inner)
		},
		Text: func(ctx context.Context, text string) int { return c.nested(ctx, s, text) },
		Once: func(what string) bool {
			_, said := c.said.LoadOrStore(what, true)
			return !said
		},
		Forbidden: forbidden,
	}
	if s.stdin != nil {
		call.Stdin = s.stdin
	}
	return run(ctx, call)
}

// network is what the run may reach.
func (c *child) network() *programs.Network {
	return &programs.Network{Hosts: c.spec.Hosts, Own: c.spec.Own, Redis: c.spec.Redis, Postgres: c.spec.Postgres, Metrics: c.spec.Metrics}
}

// visible is what `env` may print: the variables of the run.
func (c *child) visible(env expand.Environ) map[string]string {
	vars := map[string]string{}
	env.Each(func(name string, v expand.Variable) bool {
		if v.Exported && v.Kind == expand.String && own(name) {
			vars[name] = v.Str
		}
		return true
	})
	return vars
}

// runProgram starts an external program in a process group of its own and waits for it and for its output.
func (c *child) runProgram(ctx context.Context, s start, program shell.HostProgram, words []string) int {
	cmd := exec.CommandContext(ctx, program.Path, words...) //nolint:gosec // the path is from configuration, the words are classed
	cmd.Args[0] = filepath.Base(program.Path)
	cmd.Env = c.programEnv(program.Env, isShown(s.stdout))
	cmd.Dir = s.dir
	if _, is := composeWords(s.argv); is {
		cmd.Dir = "/" // Compose would obey an .env that a command has written into the scratch folder
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if s.stdin != nil {
		cmd.Stdin = s.stdin
	}
	cmd.Cancel = func() error { // only after Start
		return c.endProgram(context.WithoutCancel(ctx), cmd.Process.Pid)
	}
	out, outDone, err := c.outputFile(s.stdout)
	if err != nil {
		return c.failed(s, err)
	}
	cmd.Stdout = out
	errFile, errDone, err := c.outputFile(s.stderr)
	if err != nil {
		closeOwn(out, s.stdout)
		return c.failed(s, err)
	}
	cmd.Stderr = errFile
	err = c.starter.start(cmd)
	closeOwn(out, s.stdout)
	closeOwn(errFile, s.stderr)
	if err != nil {
		return c.failed(s, err)
	}
	err = process.Wait(cmd)
	// Its output ends when the last process that holds it has ended. When the run ends first, the end of the tree brings it about.
	for _, done := range []<-chan struct{}{outDone, errDone} {
		select {
		case <-done:
		case <-ctx.Done():
		}
	}
	return exitCode(err)
}

// endProgram ends a program with all below it. What it has left behind elsewhere ends with the run.
func (c *child) endProgram(ctx context.Context, pid int) error {
	id, err := process.Lookup(pid)
	if err != nil {
		return os.ErrProcessDone
	}
	ctx, cancel := context.WithTimeout(ctx, c.spec.Grace+patience)
	defer cancel()
	process.EndTree(ctx, process.Tree(id), c.spec.Grace)
	return os.ErrProcessDone
}

func (c *child) failed(s start, err error) int {
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.ENOMEM) {
		err = errors.New("the run has reached its limit of processes or memory")
	}
	fmt.Fprintf(s.stderr, "%s: %v\n", printable(s.argv[0]), err)
	return codeRefused
}

// outputFile returns the file that a program writes to: the one that is there already (a pipe to the next program, a scratch file), or a pipe whose bytes are
// copied to w until its last writer has closed it.
func (c *child) outputFile(w io.Writer) (*os.File, <-chan struct{}, error) {
	done := make(chan struct{})
	if file, ok := w.(*os.File); ok {
		close(done)
		return file, done, nil
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("output pipe: %w", err)
	}
	c.copiers.Go(func() {
		defer close(done)
		defer read.Close()                                                 // read only
		_, _ = io.CopyBuffer(onlyWriter{w}, read, make([]byte, maxOutput)) // fails when the parent is gone; then everything ends
	})
	return write, done, nil
}

// onlyWriter hides methods by which io.Copy would choose another buffer.
type onlyWriter struct{ io.Writer }

func closeOwn(file *os.File, w io.Writer) {
	if io.Writer(file) != w {
		_ = file.Close()
	}
}

func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		return 1
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}

// programEnv is the whole environment of a program: what configuration gives it, and how to write for a screen. HOME is a folder that does not exist: many programs
// take credentials, plugins or settings from there, and the scratch folder would let a command write them. What they keep for a while lies in the scratch folder. Colours
// are asked for only where people see the output: in a pipe or a file they would become part of what the next program reads.
func (c *child) programEnv(configured map[string]string, shown bool) []string {
	env := []string{"HOME=/nonexistent", "TMPDIR=" + c.spec.Scratch, "LANG=C.UTF-8", "TERM=xterm-256color", "COLUMNS=160"}
	if shown {
		env = append(env, "FORCE_COLOR=1", "CLICOLOR_FORCE=1")
	}
	for name, value := range configured {
		env = append(env, name+"="+value)
	}
	return append(env, mark+"="+c.spec.RunID) // last, so that nothing above can hide it
}
