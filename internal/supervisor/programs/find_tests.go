package programs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// primary reads one test, option or action, whose name has been read.
func (f *finder) primary(name string) (findTest, error) {
	switch name {
	case "-true", "-depth", "-d", "-xdev", "-mount", "-noleaf", "-ignore_readdir_race":
		f.depthFirst = f.depthFirst || name == "-depth" || name == "-d"
		return func(context.Context, found) bool { return true }, nil
	case "-false":
		return func(context.Context, found) bool { return false }, nil
	case "-empty":
		return func(_ context.Context, at found) bool { return f.empty(at) }, nil
	case "-prune":
		return func(context.Context, found) bool { f.pruned = true; return true }, nil
	case "-quit", "-print", "-print0", "-delete", "-printf", "-exec", "-execdir":
		f.acts = f.acts || name != "-quit"
		return f.action(name)
	}
	if len(f.words) == 0 {
		return nil, fmt.Errorf("missing argument to '%s'", name)
	}
	return f.comparison(name, f.next())
}

// comparison reads a test that takes a value.
func (f *finder) comparison(name, value string) (findTest, error) {
	switch name {
	case "-name", "-iname":
		re, err := globRegexp(value, name == "-iname")
		return func(_ context.Context, at found) bool { return re.MatchString(path.Base(at.path)) }, err
	case "-path", "-ipath", "-wholename":
		re, err := globRegexp(value, name == "-ipath")
		return func(_ context.Context, at found) bool { return re.MatchString(at.path) }, err
	case "-type":
		if strings.Trim(value, "fdl,") != "" {
			return nil, fmt.Errorf("unknown argument to -type: %s", value)
		}
		return func(_ context.Context, at found) bool { return strings.Contains(value, kindOf(at.info)) }, nil
	case "-maxdepth", "-mindepth":
		depth, err := strconv.Atoi(value)
		if err != nil || depth < 0 {
			return nil, fmt.Errorf("expected a positive integer argument to %s, but got '%s'", name, value)
		}
		if name == "-maxdepth" {
			f.most = depth
		} else {
			f.least = depth
		}
		return func(context.Context, found) bool { return true }, nil
	case "-size":
		return sizeTest(value)
	case "-mtime", "-mmin":
		return f.ageTest(name, value)
	case "-newer", "-newermt":
		when, err := f.moment(name, value)
		return func(_ context.Context, at found) bool { return at.info.ModTime().After(when) }, err
	}
	return nil, fmt.Errorf("unknown predicate '%s'", name)
}

func (f *finder) moment(name, value string) (time.Time, error) {
	if name == "-newermt" {
		return moment(f.now, value)
	}
	info, err := f.c.Files.Stat(value)
	if err != nil {
		return time.Time{}, fmt.Errorf("'%s': %w", value, cause(err))
	}
	return info.ModTime(), nil
}

func kindOf(info fs.FileInfo) string {
	switch {
	case info.IsDir():
		return "d"
	case info.Mode()&fs.ModeSymlink != 0:
		return "l"
	case info.Mode().IsRegular():
		return "f"
	}
	return "?"
}

func (f *finder) empty(at found) bool {
	if at.info.Mode().IsRegular() {
		return at.info.Size() == 0
	}
	entries, err := f.c.Files.ReadDir(at.path)
	return at.info.IsDir() && err == nil && len(entries) == 0
}

// compared reads +N, -N or N.
func compared(name, value string) (func(n float64) bool, error) {
	digits := strings.TrimLeft(value, "+-")
	want, err := strconv.ParseFloat(digits, 64)
	if err != nil || len(value)-len(digits) > 1 {
		return nil, fmt.Errorf("invalid argument '%s' to %s", value, name)
	}
	switch value[0] {
	case '+':
		return func(n float64) bool { return n > want }, nil
	case '-':
		return func(n float64) bool { return n < want }, nil
	}
	return func(n float64) bool { return n == want }, nil
}

var sizeUnits = map[byte]float64{'c': 1, 'w': 2, 'b': 512, 'k': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}

// sizeTest counts in whole units, and what is begun is one.
func sizeTest(value string) (findTest, error) {
	unit := sizeUnits['b']
	if n := len(value); n > 0 && sizeUnits[value[n-1]] > 0 {
		unit, value = sizeUnits[value[n-1]], value[:n-1]
	}
	fits, err := compared("-size", value)
	return func(_ context.Context, at found) bool { return fits(math.Ceil(float64(at.info.Size()) / unit)) }, err
}

// ageTest counts whole days, or minutes of which one that is begun counts.
func (f *finder) ageTest(name, value string) (findTest, error) {
	fits, err := compared(name, value)
	return func(_ context.Context, at found) bool {
		age := f.now.Sub(at.info.ModTime())
		if name == "-mmin" {
			return fits(math.Ceil(age.Minutes()))
		}
		return fits(math.Floor(age.Hours() / 24))
	}, err
}

// globRegexp makes an expression of a pattern whose star stands for slashes too.
func globRegexp(pattern string, fold bool) (*regexp.Regexp, error) {
	var expr strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch ch := pattern[i]; {
		case ch == '*':
			expr.WriteString("(?s:.*)")
		case ch == '?':
			expr.WriteString("(?s:.)")
		case ch == '[' && strings.IndexByte(pattern[i+1:], ']') > 0:
			end := i + 1 + strings.IndexByte(pattern[i+1:], ']')
			set := strings.ReplaceAll(pattern[i+1:end], `\`, `\\`)
			if negated, is := strings.CutPrefix(set, "!"); is {
				set = "^" + negated
			}
			expr.WriteString("[" + set + "]")
			i = end
		case ch == '\\' && i+1 < len(pattern):
			i++
			expr.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		default:
			expr.WriteString(regexp.QuoteMeta(string(pattern[i])))
		}
	}
	flags := "^(?:"
	if fold {
		flags = "(?i)^(?:"
	}
	re, err := regexp.Compile(flags + expr.String() + ")$")
	if err != nil {
		return nil, fmt.Errorf("unsupported pattern '%s'", pattern)
	}
	return re, nil
}

// action reads what is done with a file.
func (f *finder) action(name string) (findTest, error) {
	switch name {
	case "-quit":
		return func(context.Context, found) bool { f.done = true; return true }, nil
	case "-print":
		return func(_ context.Context, at found) bool { return f.print(at.path + "\n") }, nil
	case "-print0":
		return func(_ context.Context, at found) bool { return f.print(at.path + "\x00") }, nil
	case "-delete":
		f.depthFirst = true
		return func(_ context.Context, at found) bool { return f.remove(at) }, nil
	case "-printf":
		if len(f.words) == 0 {
			return nil, errors.New("missing argument to '-printf'")
		}
		format := f.next()
		if _, err := findFormat(format, found{path: ".", info: nil}, true); err != nil {
			return nil, err
		}
		return func(_ context.Context, at found) bool {
			text, _ := findFormat(format, at, false)
			return f.print(text)
		}, nil
	}
	return f.command(name)
}

func (f *finder) remove(at found) bool {
	if at.path == "." || at.depth == 0 && at.info.IsDir() && strings.Trim(at.path, "./") == "" {
		return true
	}
	if f.c.ReadOnly {
		f.code = f.c.fail(codeRefused, "removing files was not confirmed")
		return false
	}
	if err := f.c.Files.Remove(at.path); err != nil {
		f.code = f.c.fail(1, "cannot delete '%s': %v", at.path, cause(err))
		return false
	}
	return true
}

// command reads -exec COMMAND ; or COMMAND {} +.
func (f *finder) command(name string) (findTest, error) {
	var argv []string
	for len(f.words) > 0 && f.words[0] != ";" && (f.words[0] != "+" || len(argv) == 0 || argv[len(argv)-1] != "{}") {
		argv = append(argv, f.next())
	}
	if len(f.words) == 0 || len(argv) == 0 {
		return nil, fmt.Errorf("missing argument to '%s'", name)
	}
	if f.next() == "+" {
		if name == "-execdir" {
			return nil, errors.New("-execdir is known with ; only")
		}
		g := &gathering{command: argv[:len(argv)-1]}
		f.gathered = append(f.gathered, g)
		return func(_ context.Context, at found) bool {
			g.files = append(g.files, at.path)
			return true
		}, nil
	}
	return func(ctx context.Context, at found) bool {
		dir, file := "", at.path
		if name == "-execdir" {
			dir, file = path.Dir(at.path), "./"+path.Base(at.path)
		}
		words := make([]string, len(argv))
		for i, word := range argv {
			words[i] = strings.ReplaceAll(word, "{}", file)
		}
		return f.start(ctx, dir, words)
	}, nil
}
