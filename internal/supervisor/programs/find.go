package programs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// found is a file that find looks at.
type found struct {
	path  string // as it is printed
	below string // the same without the folder that the search began with
	depth int
	info  fs.FileInfo
}

// findTest is a part of an expression; actions are parts too, and tell whether they succeeded.
type findTest func(ctx context.Context, f found) bool

// finder is one find.
type finder struct {
	c                *Call
	words            []string // that are still to be read
	least, most      int      // -mindepth and -maxdepth
	depthFirst, acts bool     // a folder comes after what lies in it; there is an action
	now              time.Time
	pruned, done     bool // the folder is not entered; the search has ended
	code             int
	gathered         []*gathering
}

// gathering is -exec … {} +: the files of one start.
type gathering struct{ command, files []string }

// find lists files of the scratch folder, removes them or starts a program with each.
func find(ctx context.Context, c *Call) int {
	args := c.Args[1:]
	for len(args) > 0 && (args[0] == "-H" || args[0] == "-P") {
		args = args[1:]
	}
	n := slices.IndexFunc(args, func(word string) bool { return strings.HasPrefix(word, "-") || word == "(" || word == "!" })
	if n < 0 {
		n = len(args)
	}
	f := &finder{c: c, words: args[n:], most: toEnd, now: time.Now()}
	test, err := f.expression()
	if err != nil {
		return c.fail(1, "%v", err)
	}
	roots := args[:n]
	if len(roots) == 0 {
		roots = []string{"."}
	}
	for _, root := range roots {
		info, err := c.Files.Stat(root)
		if err != nil {
			f.code = c.fail(1, "'%s': %v", root, cause(err))
			continue
		}
		f.visit(ctx, test, found{path: root, info: info})
	}
	for _, g := range f.gathered {
		f.startAll(ctx, g)
	}
	if ctx.Err() != nil {
		return codeEnded
	}
	return f.code
}

// visit looks at a file and, if it is a folder, at what lies in it.
func (f *finder) visit(ctx context.Context, test findTest, at found) {
	if f.done || ctx.Err() != nil {
		return
	}
	f.pruned = false
	if !f.depthFirst && at.depth >= f.least {
		test(ctx, at)
	}
	if at.info.IsDir() && !f.done && (!f.pruned || f.depthFirst) && at.depth < f.most {
		f.folder(ctx, test, at)
	}
	if f.depthFirst && !f.done && at.depth >= f.least {
		test(ctx, at)
	}
}

func (f *finder) folder(ctx context.Context, test findTest, at found) {
	entries, err := f.c.Files.ReadDir(at.path)
	if err != nil {
		f.code = f.c.fail(1, "'%s': %v", at.path, cause(err))
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			continue // removed in between
		}
		f.visit(ctx, test, found{
			path: strings.TrimSuffix(at.path, "/") + "/" + entry.Name(), below: path.Join(at.below, entry.Name()), depth: at.depth + 1, info: info,
		})
	}
}

// start starts a program with one file. One that was refused makes the whole search fail, as with xargs.
func (f *finder) start(ctx context.Context, dir string, argv []string) bool {
	var code int
	if dir == "" {
		code = f.c.Start(ctx, argv, false)
	} else {
		code = f.c.StartIn(ctx, dir, argv)
	}
	if code == codeRefused || code == 127 {
		f.code = code
	}
	return code == 0
}

func (f *finder) startAll(ctx context.Context, g *gathering) {
	const maxWords = 64 << 10 // bytes of one start
	for len(g.files) > 0 && ctx.Err() == nil {
		n, size := 0, 0
		for n < len(g.files) && (n == 0 || size+len(g.files[n]) < maxWords) {
			size += len(g.files[n]) + 1
			n++
		}
		if !f.start(ctx, "", slices.Concat(g.command, g.files[:n])) && f.code == 0 {
			f.code = 1
		}
		g.files = g.files[n:]
	}
}

// expression reads all words; without an action of its own every file that fits is printed.
func (f *finder) expression() (findTest, error) {
	test := func(context.Context, found) bool { return true }
	if len(f.words) > 0 {
		var err error
		if test, err = f.list(); err != nil {
			return nil, err
		}
		if len(f.words) > 0 {
			return nil, fmt.Errorf("paths must precede expression: '%s'", f.words[0])
		}
	}
	if f.acts {
		return test, nil
	}
	return func(ctx context.Context, at found) bool { return test(ctx, at) && f.print(at.path+"\n") }, nil
}

func (f *finder) next() string {
	word := f.words[0]
	f.words = f.words[1:]
	return word
}

func (f *finder) is(words ...string) bool {
	return len(f.words) > 0 && slices.Contains(words, f.words[0])
}

// list is A , B and A -o B.
func (f *finder) list() (findTest, error) {
	left, err := f.both()
	for err == nil && f.is("-o", "-or", ",") {
		comma := f.next() == ","
		var right findTest
		if right, err = f.both(); err != nil {
			break
		}
		before := left
		left = func(ctx context.Context, at found) bool {
			result := before(ctx, at)
			if result && !comma || f.done {
				return result
			}
			return right(ctx, at)
		}
	}
	return left, err
}

// both is A B and A -a B.
func (f *finder) both() (findTest, error) {
	left, err := f.not()
	for err == nil && len(f.words) > 0 && !f.is("-o", "-or", ",", ")") {
		if f.is("-a", "-and") {
			f.next()
		}
		var right findTest
		if right, err = f.not(); err != nil {
			break
		}
		before := left
		left = func(ctx context.Context, at found) bool { return before(ctx, at) && !f.done && right(ctx, at) }
	}
	return left, err
}

func (f *finder) not() (findTest, error) {
	switch {
	case len(f.words) == 0:
		return nil, errors.New("expected an expression")
	case f.is("!", "-not"):
		f.next()
		test, err := f.not()
		return func(ctx context.Context, at found) bool { return !test(ctx, at) }, err
	case f.is("("):
		f.next()
		test, err := f.list()
		if err == nil && !f.is(")") {
			err = errors.New("missing closing ')'")
		}
		if err == nil {
			f.next()
		}
		return test, err
	}
	return f.primary(f.next())
}

func (f *finder) print(text string) bool {
	if _, err := fmt.Fprint(f.c.Stdout, text); err != nil {
		f.done = true
	}
	return true
}
