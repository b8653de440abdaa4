package programs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tailCall is one tail.
type tailCall struct {
	c                   *Call
	count               int
	fromStart, bytewise bool
	follow, byName      bool          // -f, -F
	every               time.Duration // between two looks at what is followed
}

func tail(ctx context.Context, c *Call) int {
	opts, names, err := options(numeric(c.Args[1:]), "n:c:qvfFs:RO?", map[string]string{
		"lines": "n", "bytes": "c", "quiet": "q", "silent": "q", "verbose": "v", "follow": "O", "retry": "R", "sleep-interval": "s",
	})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	t := tailCall{c: c, count: 10, every: time.Second}
	for _, o := range opts {
		if err = t.set(o); err != nil {
			return c.fail(1, "%v", err)
		}
	}
	title := c.titles(names, opts)
	if t.follow && len(names) > 0 && !slices.Contains(names, "-") {
		return t.followFiles(ctx, names, title)
	}
	return c.eachInput(names, func(name string, r io.Reader) error { // a pipe is followed to its end anyway
		title(name)
		return t.print(ctx, r)
	})
}

func (t *tailCall) set(o option) error {
	switch o.name {
	case "q", "v", "R":
		return nil
	case "f", "F", "O": // O is --follow
		t.follow = true
		t.byName = t.byName || o.name == "F" || o.value == "name"
		return nil
	case "s":
		every, err := duration(o.value)
		t.every = max(every, 10*time.Millisecond)
		return err
	}
	n, err := strconv.Atoi(strings.TrimPrefix(o.value, "-"))
	if err != nil || n < 0 {
		return fmt.Errorf("invalid number: '%s'", o.value)
	}
	t.count, t.fromStart, t.bytewise = n, strings.HasPrefix(o.value, "+"), o.name == "c"
	return nil
}

func (t *tailCall) print(ctx context.Context, r io.Reader) error {
	switch {
	case t.bytewise:
		return tailBytes(t.c.Stdout, r, t.count, t.fromStart)
	case t.fromStart:
		n := 0
		return eachLine(ctx, r, func(line string) error {
			if n++; n < t.count {
				return nil
			}
			return writeLine(t.c.Stdout, line)
		})
	}
	return tailLines(ctx, t.c.Stdout, r, t.count)
}

// followed is a file that may grow.
type followed struct {
	name string
	file io.ReadCloser // nil when there is none of that name now
	read int64
}

// followFiles prints what files get until the run ends. By name it begins again when a file was replaced by a shorter one or has come to be.
func (t *tailCall) followFiles(ctx context.Context, names []string, title func(string)) int {
	files := make([]*followed, len(names))
	last, open := "", 0
	for i, name := range names {
		files[i] = &followed{name: name}
		file, err := t.c.Files.Open(name)
		if err != nil {
			t.c.fail(1, "cannot open '%s' for reading: %v", name, cause(err))
			if !errors.Is(err, os.ErrNotExist) || !t.byName {
				continue
			}
			open++
			continue
		}
		open++
		files[i].file = file
		defer func() { _ = files[i].close() }()
		title(name)
		last = name
		if err = t.print(ctx, counter{files[i]}); err != nil {
			return 0
		}
	}
	if open == 0 {
		return t.c.fail(1, "no files remaining")
	}
	for pause(ctx, t.every) {
		for _, f := range files {
			if t.byName {
				f.again(t.c.Files)
			}
			if f.file == nil {
				continue
			}
			named := titled{w: t.c.Stdout, before: func() {
				if last != f.name {
					title(f.name)
				}
				last = f.name
			}}
			if _, err := io.Copy(&named, counter{f}); err != nil {
				return 0
			}
		}
	}
	return codeEnded
}

// again opens the file of that name when it is a new or a shorter one.
func (f *followed) again(all Files) {
	info, err := all.Stat(f.name)
	if err != nil || f.file != nil && info.Size() >= f.read {
		return
	}
	file, err := all.Open(f.name)
	if err != nil {
		return
	}
	_ = f.close()
	f.file, f.read = file, 0
}

func (f *followed) close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close() //nolint:wrapcheck // read only
}

// counter counts what is read of a file.
type counter struct{ *followed }

func (c counter) Read(p []byte) (int, error) {
	n, err := c.file.Read(p)
	c.read += int64(n)
	return n, err //nolint:wrapcheck // io.EOF must stay what it is
}

// titled says whose bytes follow before it writes any.
type titled struct {
	w      io.Writer
	before func()
}

func (t *titled) Write(p []byte) (int, error) {
	t.before()
	return t.w.Write(p) //nolint:wrapcheck // only told by its being there
}

func tailLines(ctx context.Context, w io.Writer, r io.Reader, count int) error {
	var kept []string
	err := eachLine(ctx, r, func(line string) error {
		kept = append(kept, line)
		if len(kept) > 2*count+64 { // forget in large steps
			kept = append([]string(nil), kept[len(kept)-count:]...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, line := range kept[max(0, len(kept)-count):] {
		if err := writeLine(w, line); err != nil {
			return err
		}
	}
	return nil
}

func tailBytes(w io.Writer, r io.Reader, count int, fromStart bool) error {
	if fromStart {
		if _, err := io.CopyN(io.Discard, r, int64(max(0, count-1))); err != nil {
			return nil //nolint:nilerr // there is less than that: nothing to write
		}
		_, err := io.Copy(w, r)
		return err //nolint:wrapcheck // printed as it is
	}
	all, err := io.ReadAll(r)
	if err != nil {
		return err //nolint:wrapcheck // printed as it is
	}
	_, err = w.Write(all[max(0, len(all)-count):])
	return err //nolint:wrapcheck // printed as it is
}
