package supervisor

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"wardroom/internal/supervisor/programs"
)

// firstByName keeps the choice the same every time when there are too many.
func firstByName(set map[string]string, n int) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, name := range slices.Sorted(maps.Keys(set))[:n] {
			if !yield(name, set[name]) {
				return
			}
		}
	}
}

// The call handler sees functions, builtins and programs alike. It cannot refuse without ending the run, so it replaces a call by one of these, which the exec handler
// understands; no command can spell them, because it refuses every word with a NUL byte, which ${x@E} can make.
const (
	callRefused = "\x00refused"
	callWhich   = "\x00which"
	callPrintf  = "\x00printf"
)

// call decides about every simple command before functions and builtins are looked up.
func (c *child) call(ctx context.Context, args []string) ([]string, error) {
	hc := interp.HandlerCtx(ctx)
	if unread(hc.Stdout) {
		return []string{"exit", strconv.Itoa(brokenPipe)}, nil // what a broken pipe does to a program: the loop in front of `head` ends
	}
	if c.full(hc.Stdout) {
		// The interpreter's own echo and printf say nothing about a write that failed, and a loop of theirs goes on.
		c.saidFull.Do(func() {
			fmt.Fprintf(c.frames.stream(frameStderr), "a file has reached the limit of %d MiB: nothing more is written to it\n", c.spec.Limits.File>>20)
		})
	}
	if slices.ContainsFunc(args, func(word string) bool { return strings.ContainsRune(word, 0) }) {
		return []string{callRefused, strings.ReplaceAll(args[0], "\x00", "?"), "a word holds a NUL byte"}, nil
	}
	if name := c.steering(hc.Env); name != "" {
		return []string{callRefused, name, "this variable may not be set in a playbook"}, nil
	}
	for words := args; len(words) > 0; words = words[1:] {
		switch words[0] {
		case "cd", "pushd":
			if to := folderOf(words[1:]); to != "" && c.isOutside(hc.Dir, to) {
				c.beyond.Store(true)
				return []string{callRefused, words[0], outsideText(to)}, nil
			}
			return args, nil
		case "printf":
			return c.printf(ctx, hc, words), nil // the interpreter's own knows no fractions and no bounds
		case "pwd":
			return args[:len(args)-len(words)+1], nil // -P would follow a path on the disk
		case "type", "hash":
			return append([]string{callWhich}, words[1:]...), nil // the interpreter's own would look at the disk
		case "source", ".", "kill", "bind", "enable", "history", "fc":
			return []string{callRefused, words[0], "not permitted in a playbook"}, nil
		case "command":
			if len(words) > 1 && (strings.HasPrefix(words[1], "-v") || words[1] == "-V") {
				return append([]string{callWhich}, words[2:]...), nil
			}
		case "builtin", "--":
		default:
			return args, nil
		}
	}
	return args, nil
}

// printf makes a call of the built-in printf. Only the interpreter can set a variable (-v), so it is given an assignment.
func (c *child) printf(ctx context.Context, hc interp.HandlerContext, words []string) []string {
	if len(words) < 3 || words[1] != "-v" {
		return append([]string{callPrintf}, words[1:]...)
	}
	if forbidden(words[2]) {
		return []string{callRefused, words[2], "this variable may not be set in a playbook"}
	}
	var text strings.Builder
	printf, _ := programs.Lookup("printf")
	code := printf(ctx, &programs.Call{Args: append([]string{"printf"}, words[3:]...), Stdout: &limited{w: &text, left: maxVariable}, Stderr: hc.Stderr})
	if code != 0 && text.Len() == 0 {
		return []string{"false"}
	}
	value, err := syntax.Quote(text.String(), syntax.LangBash)
	if !syntax.ValidName(words[2]) || err != nil {
		return []string{callRefused, "printf", "this variable cannot be set"}
	}
	return []string{"eval", words[2] + "=" + value}
}

// maxVariable bounds what printf -v makes.
const maxVariable = 1 << 20

// limited takes no more than so many bytes.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		return 0, io.ErrShortWrite
	}
	l.left -= len(p)
	return l.w.Write(p) //nolint:wrapcheck // only told by its being there
}

// folderOf gives the folder that cd is given, "" when none is.
func folderOf(words []string) string {
	for _, word := range words {
		if !strings.HasPrefix(word, "-") {
			return word
		}
	}
	return ""
}

func (c *child) isOutside(cwd, path string) bool {
	_, err := c.scratch.local("look", cwd, path)
	return err != nil
}

func outsideText(path string) string {
	return notPermitted + ": " + printable(path) + " lies outside the run's own folder"
}

// outside takes that the text itself asked for a path outside: a test or a pattern would only say no, and a wrong diagnosis must not look like an answer. That a file cannot be
// opened the interpreter says itself.
func (c *child) outside(how, path string) {
	c.beyond.Store(true)
	c.answers.note([]string{how, path}, codeRefused)
	if _, said := c.said.LoadOrStore("outside "+path, true); said {
		return
	}
	if how != "open" {
		fmt.Fprintln(c.frames.stream(frameStderr), outsideText(path))
	}
	c.record(Program{Argv: []string{how, path}, Reason: outsideText(path)})
}

// unread reports whether w is a pipe that nobody reads any more. The interpreter's own echo would write to it for ever.
func unread(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	conn, err := file.SyscallConn()
	if err != nil {
		return false
	}
	gone := false
	_ = conn.Control(func(fd uintptr) {
		poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}} //nolint:gosec // descriptors are small
		_, err := unix.Poll(poll, 0)
		gone = err == nil && poll[0].Revents&unix.POLLERR != 0
	})
	return gone
}

// full reports whether w is a file that may not grow.
func (c *child) full(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular() && info.Size() >= c.spec.Limits.File
}

// steering returns a variable that the run has set although it would steer programs. Assignments never reach programs, so this is a second wall.
func (c *child) steering(env expand.Environ) string {
	found := ""
	env.Each(func(name string, v expand.Variable) bool {
		switch {
		case !forbidden(name) || !v.IsSet(),
			name == "HOME" && v.String() == c.spec.Scratch,
			name == "TMPDIR" && v.String() == noTemp:
			return true
		}
		found = name
		return false
	})
	return found
}

// exec is called for every program start of the text itself.
func (c *child) exec(ctx context.Context, args []string) error {
	hc := interp.HandlerCtx(ctx)
	var code int
	switch args[0] {
	case callRefused:
		code = c.refuse(hc.Stderr, args[1:2], args[2])
	case callWhich:
		code = c.which(hc.Stdout, args[1:])
	case callPrintf:
		printf, _ := programs.Lookup("printf")
		code = printf(ctx, &programs.Call{Args: append([]string{"printf"}, args[1:]...), Stdout: hc.Stdout, Stderr: hc.Stderr})
	default:
		code = c.start(ctx, start{argv: args, dir: hc.Dir, env: hc.Env, stdin: stdinFile(hc.Stdin), stdout: hc.Stdout, stderr: hc.Stderr})
	}
	if code != 0 {
		return interp.ExitStatus(code) //nolint:gosec // exit codes fit a byte
	}
	return nil
}

// stdinFile undoes the interface: the interpreter's standard input is a file or nothing.
func stdinFile(r io.Reader) *os.File {
	file, _ := r.(*os.File)
	return file
}

// which answers `command -v` by what the environment has, not by what lies on the disk.
func (c *child) which(w io.Writer, names []string) int {
	code := 0
	for _, name := range names {
		_, builtIn := programs.Lookup(name)
		_, _, err := c.prepare([]string{name})
		if builtIn || interp.IsBuiltin(name) || err == nil {
			fmt.Fprintln(w, name)
			continue
		}
		code = 1
	}
	return code
}

// refuse says on stderr and in an event that something did not start.
func (c *child) refuse(stderr io.Writer, argv []string, reason string) int {
	fmt.Fprintf(stderr, "%s: %s\n", printable(argv[0]), reason)
	c.record(Program{Argv: argv, Reason: reason})
	c.answers.note(argv, codeRefused)
	return codeRefused
}

// record announces a start. That it fails means that the parent is gone, and then the control pipe ends the run.
func (c *child) record(p Program) {
	p.Argv = shorten(p.Argv)
	_ = c.frames.writeJSON(frameProgram, p)
}

// shorten keeps an event small: the words of an argv that are of interest to people come first.
func shorten(argv []string) []string {
	const most = 16 << 10
	size := 0
	for i, arg := range argv {
		if size += len(arg); size > most {
			return append(slices.Clone(argv[:i]), "…")
		}
	}
	return argv
}

func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, name)
}
