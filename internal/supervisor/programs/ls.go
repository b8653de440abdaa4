package programs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// lister is one ls.
type lister struct {
	c     *Call
	flags map[string]bool
	times string // the layout of a time, or + and a format of date
	code  int
	any   bool // something was printed before
}

// timeStyles are those of ls --time-style as layouts of Go.
var timeStyles = map[string]string{"full-iso": "2006-01-02 15:04:05.000000000 -0700", "long-iso": "2006-01-02 15:04", "iso": "01-02 15:04", "locale": "Jan _2 15:04"}

func ls(_ context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "la1AhtrSdFLRnK?f:U", map[string]string{
		"all": "a", "almost-all": "A", "human-readable": "h", "directory": "d", "classify": "F", "dereference": "L", "recursive": "R", "numeric-uid-gid": "n", "color": "K",
		"full-time": "U", "time-style": "f", "reverse": "r",
	})
	if err != nil {
		return c.fail(2, "%v", err)
	}
	l := lister{c: c, flags: map[string]bool{}, times: timeStyles["locale"]}
	for _, o := range opts {
		l.flags[o.name] = true
		switch o.name {
		case "U":
			l.times, l.flags["l"] = timeStyles["full-iso"], true
		case "n":
			l.flags["l"] = true
		case "f":
			layout, known := timeStyles[o.value]
			if !known && !strings.HasPrefix(o.value, "+") {
				return c.fail(2, "invalid argument '%s' for 'time style'", o.value)
			}
			if l.times = layout; !known {
				l.times = o.value
			}
		}
	}
	if len(names) == 0 {
		names = []string{"."}
	}
	l.list(names)
	return l.code
}

// list shows what is no folder first and then the folders, each under its name when there are several things to show.
func (l *lister) list(names []string) {
	var plain []fs.FileInfo
	var folders []string
	for _, name := range names {
		info, err := l.c.Files.Stat(name)
		switch {
		case err != nil:
			l.code = l.c.fail(2, "cannot access '%s': %v", name, cause(err))
		case info.IsDir() && !l.flags["d"]:
			folders = append(folders, name)
		default:
			plain = append(plain, renamed{info, name})
		}
	}
	l.print(plain)
	for _, name := range folders {
		l.folder(name, len(names) > 1 || l.flags["R"])
	}
}

// renamed shows a file under the name that the command has for it.
type renamed struct {
	fs.FileInfo
	name string
}

func (r renamed) Name() string { return r.name }

func (l *lister) folder(name string, titled bool) {
	entries, err := l.c.Files.ReadDir(name)
	if err != nil {
		l.code = l.c.fail(2, "cannot open directory '%s': %v", name, cause(err))
		return
	}
	var infos []fs.FileInfo
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") && !l.flags["a"] && !l.flags["A"] {
			continue
		}
		info, err := entry.Info()
		if err == nil && l.flags["L"] {
			info, err = l.c.Files.Stat(path.Join(name, entry.Name()))
		}
		if err == nil {
			infos = append(infos, renamed{info, entry.Name()})
		} else if !errors.Is(err, fs.ErrNotExist) { // else it was removed in between
			l.code = l.c.fail(1, "cannot access '%s': %v", path.Join(name, entry.Name()), cause(err))
		}
	}
	if titled {
		if l.any {
			_ = writeLine(l.c.Stdout, "")
		}
		_ = writeLine(l.c.Stdout, name+":")
		l.any = true
	}
	l.print(infos)
	if !l.flags["R"] {
		return
	}
	for _, info := range infos {
		if info.IsDir() {
			l.folder(strings.TrimSuffix(name, "/")+"/"+info.Name(), true)
		}
	}
}

// print sorts and writes; that nobody reads any more is noticed by the next program or not at all.
func (l *lister) print(infos []fs.FileInfo) {
	slices.SortStableFunc(infos, func(a, b fs.FileInfo) int {
		n := strings.Compare(a.Name(), b.Name())
		switch {
		case l.flags["t"]:
			n = b.ModTime().Compare(a.ModTime())
		case l.flags["S"]:
			n = int(b.Size() - a.Size())
		}
		if l.flags["r"] {
			n = -n
		}
		return n
	})
	for _, info := range infos {
		line := info.Name()
		if l.flags["F"] {
			line += mark(info)
		}
		if l.flags["l"] {
			line = fmt.Sprintf("%s %8s %s %s", info.Mode(), l.size(info.Size()), l.time(info.ModTime()), line)
		}
		l.any = true
		if writeLine(l.c.Stdout, line) != nil {
			return
		}
	}
}

// mark is what -F writes behind a name.
func mark(info fs.FileInfo) string {
	switch {
	case info.IsDir():
		return "/"
	case info.Mode()&fs.ModeSymlink != 0:
		return "@"
	case info.Mode()&0o111 != 0:
		return "*"
	}
	return ""
}

func (l *lister) time(when time.Time) string {
	if format, own := strings.CutPrefix(l.times, "+"); own {
		return strftime(when, format)
	}
	return when.Format(l.times)
}

// size is in bytes, or with -h in the largest unit that leaves at least one of it.
func (l *lister) size(n int64) string {
	const units = "KMGTP"
	if !l.flags["h"] || n < 1024 {
		return strconv.FormatInt(n, 10)
	}
	value, unit := float64(n), -1
	for value >= 1024 && unit < len(units)-1 {
		value /= 1024
		unit++
	}
	if up := math.Ceil(value*10) / 10; up < 10 {
		return fmt.Sprintf("%.1f%c", up, units[unit])
	}
	return fmt.Sprintf("%.0f%c", math.Ceil(value), units[unit])
}
