package programs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Func runs a program and returns its exit status. It returns soon after ctx has ended.
type Func func(ctx context.Context, c *Call) int

// Call is one start of a program and all that it may touch.
type Call struct {
	Args      []string // the program's name first
	Stdin     io.Reader
	Stdout    io.Writer
	Watched   bool // Stdout is what people see, not another program's input nor a file
	Stderr    io.Writer
	Vars      map[string]string // the run's own variables
	ReadOnly  bool              // these words were judged to observe only: whoever can must see to it
	Params    []string          // the values of $1, $2, … in SQL
	Files     Files
	Network   *Network
	Start     func(ctx context.Context, argv []string, passStdin bool) int // classes the words, then starts them with this call's streams
	StartIn   func(ctx context.Context, dir string, argv []string) int     // the same in another folder, without standard input
	Text      func(ctx context.Context, text string) int                   // interprets a text like that of the run, with this call's streams
	Once      func(what string) bool                                       // whether it is asked for the first time in the run
	Forbidden func(variable string) bool
}

// Files are the files of the scratch folder. Names outside it are refused with an *fs.PathError.
type Files interface {
	Open(name string) (io.ReadCloser, error)
	Create(name string, appending bool) (io.WriteCloser, error)
	Stat(name string) (fs.FileInfo, error)
	ReadDir(name string) ([]fs.DirEntry, error)
	Remove(name string) error // of a file or an empty folder
}

// Lookup returns the built-in program of that name.
func Lookup(name string) (Func, bool) {
	f, ok := builtIns()[name]
	return f, ok
}

// builtIns is a function and not a variable because some of the programs start others by name.
func builtIns() map[string]Func {
	return map[string]Func{
		"[": test, "awk": runAWK, "base64": base64Program, "cat": cat, "column": columns, "comm": comm, "curl": curl, "cut": cut, "date": date, "dig": dig, "echo": echo,
		"egrep": grep, "env": env, "false": constant(1), "fgrep": grep, "find": find, "grep": grep, "head": head, "jq": jq, "ls": ls, "nc": nc, "nl": nl, "nslookup": nslookup,
		"paste": paste, "pg_isready": pgIsReady, "printf": printf, "promql": promQL, "psql": psql, "redis-cli": redisCLI, "rev": rev, "sed": runSed, "seq": seq, "sleep": sleep, "sort": sortLines, "sudo": sudo,
		"tac": tac, "tail": tail, "tee": tee, "test": test, "time": timeIt, "timeout": timeout, "tr": tr, "true": constant(0), "uniq": uniq, "watch": watch, "wc": wc, "xargs": xargs,
	}
}

func constant(code int) Func { return func(context.Context, *Call) int { return code } }

// fail prints a message in the usual form and returns code.
func (c *Call) fail(code int, format string, args ...any) int {
	fmt.Fprintf(c.Stderr, "%s: %s\n", c.Args[0], fmt.Sprintf(format, args...))
	return code
}

// input opens a file of the scratch folder, or standard input for "-".
func (c *Call) input(name string) (io.ReadCloser, error) {
	if name == "-" || name == "/dev/stdin" {
		return io.NopCloser(c.Stdin), nil
	}
	file, err := c.Files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	return file, nil
}

// cause leaves out what an *fs.PathError says beside the reason, as the real tools do.
func cause(err error) error {
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("No such file or directory") //nolint:staticcheck // the words of the real tools
	case errors.As(err, &path):
		return path.Err
	}
	return err
}

// eachInput hands every named file, or standard input when there is none, to use. It goes on after a file that cannot be opened and returns 1 for it in the end.
func (c *Call) eachInput(names []string, use func(name string, r io.Reader) error) int {
	if len(names) == 0 {
		names = []string{"-"}
	}
	code := 0
	for _, name := range names {
		file, err := c.input(name)
		if err == nil {
			err = errors.Join(use(name, file), file.Close())
		}
		if errors.Is(err, errDone) {
			return code
		}
		if err != nil {
			code = c.fail(1, "%v", err)
		}
	}
	return code
}

// errDone stops reading early, without an error.
var errDone = errors.New("done")

// eachLine calls use with every line, without its newline, until it returns an error or ctx has ended.
func eachLine(ctx context.Context, r io.Reader, use func(line string) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			if useErr := use(strings.TrimSuffix(line, "\n")); useErr != nil {
				return useErr
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read: %w", err)
		case ctx.Err() != nil:
			return errDone
		}
	}
}

// writeLine writes to a reader that may have gone: then there is nobody to write for, and errDone ends the program without a word, like a broken pipe does.
func writeLine(w io.Writer, line string) error {
	if _, err := io.WriteString(w, line+"\n"); err != nil {
		return errDone
	}
	return nil
}
