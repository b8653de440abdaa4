package programs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wardroom/internal/posix"
)

// grepper is one grep: what to look for, what to print, and where it stands.
type grepper struct {
	c                 *Call
	re                *regexp.Regexp
	flags             map[string]bool
	most              int
	before, after     int
	only              selection // with -r
	withNames, found  bool
	matches           int // in the current file
	name              string
	line, lastPrinted int
	held              []string // lines that may become context
	owed              int      // context lines still to print
}

const grepFlags = "ivcnEFPGoqwlLhHxsaIm:A:B:C:e:rRK?U:D:N:" // K is --color, U --include, D --exclude, N --exclude-dir

func grep(ctx context.Context, c *Call) int {
	opts, rest, err := options(contextLines(c.Args[1:]), grepFlags, map[string]string{
		"ignore-case": "i", "invert-match": "v", "count": "c", "line-number": "n", "extended-regexp": "E", "fixed-strings": "F", "perl-regexp": "P", "only-matching": "o",
		"quiet": "q", "silent": "q", "word-regexp": "w", "files-with-matches": "l", "no-filename": "h", "with-filename": "H", "line-regexp": "x", "no-messages": "s",
		"max-count": "m", "after-context": "A", "before-context": "B", "context": "C", "regexp": "e", "files-without-match": "L", "text": "a", "color": "K", "colour": "K", "line-buffered": "K",
		"recursive": "r", "dereference-recursive": "R", "include": "U", "exclude": "D", "exclude-dir": "N",
	})
	if err != nil {
		return c.fail(2, "%v", err)
	}
	g := &grepper{c: c, flags: map[string]bool{"E": c.Args[0] == "egrep", "F": c.Args[0] == "fgrep"}, most: -1}
	var patterns []string
	for _, o := range opts {
		g.flags[o.name] = true
		n, numErr := strconv.Atoi(o.value)
		switch o.name {
		case "m":
			g.most = n
		case "A":
			g.after = n
		case "B":
			g.before = n
		case "C":
			g.before, g.after = n, n
		case "e":
			patterns, numErr = append(patterns, o.value), nil
		case "U", "D", "N":
			g.only.add(o)
			numErr = nil
		default:
			numErr = nil
		}
		if numErr != nil || n < 0 {
			return c.fail(2, "%s: invalid number", o.value)
		}
	}
	if len(patterns) == 0 {
		if len(rest) == 0 {
			return c.fail(2, "no pattern")
		}
		patterns, rest = rest[:1], rest[1:]
	}
	if g.re, err = grepPattern(patterns, g.flags); err != nil {
		return c.fail(2, "%v", err)
	}
	recursive := g.flags["r"] || g.flags["R"]
	g.withNames = (len(rest) > 1 || g.flags["H"] || recursive) && !g.flags["h"]
	if recursive {
		return g.run(ctx, g.below(rest))
	}
	return g.run(ctx, rest)
}

// contextLines turns the old way to ask for context (grep -3) into the new one.
func contextLines(args []string) []string {
	args = slices.Clone(args)
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if len(arg) > 1 && arg[0] == '-' && strings.Trim(arg[1:], "0123456789") == "" && (i == 0 || !strings.HasPrefix(args[i-1], "-") || len(args[i-1]) > 2) {
			args[i] = "-C" + arg[1:]
		}
	}
	return args
}

func (g *grepper) run(ctx context.Context, names []string) int {
	code := g.c.eachInput(names, func(name string, r io.Reader) error {
		g.name, g.matches, g.line, g.lastPrinted, g.held, g.owed = name, 0, 0, 0, nil, 0
		if name == "-" {
			g.name = "(standard input)"
		}
		err := unlessEnough(eachLine(ctx, r, g.take))
		if err == nil || errors.Is(err, errDone) {
			err = errors.Join(err, g.summary())
		}
		return err
	})
	switch {
	case g.found && (code == 0 || g.flags["q"]):
		return 0
	case code != 0:
		return 2
	}
	return 1
}

func (g *grepper) summary() error {
	switch {
	case g.flags["q"]:
		return nil
	case g.flags["l"] || g.flags["L"]:
		if g.flags["l"] == (g.matches > 0) {
			return writeLine(g.c.Stdout, g.name)
		}
	case g.flags["c"]:
		return writeLine(g.c.Stdout, g.prefix(':', false)+strconv.Itoa(g.matches))
	}
	return nil
}

func (g *grepper) take(line string) error {
	g.line++
	if g.most == 0 {
		return errEnough
	}
	if g.re.MatchString(line) == g.flags["v"] {
		return g.context(line)
	}
	g.found = true
	g.matches++
	switch {
	case g.flags["q"]:
		return errDone
	case g.flags["l"] || g.flags["L"]:
		return errEnough
	case !g.flags["c"]:
		if err := g.print(line); err != nil {
			return err
		}
	}
	if g.matches == g.most {
		return errEnough
	}
	return nil
}

func (g *grepper) print(line string) error {
	if g.flags["o"] {
		if g.flags["v"] {
			return nil
		}
		for _, match := range g.re.FindAllString(line, -1) {
			if match == "" {
				continue
			}
			if err := writeLine(g.c.Stdout, g.prefix(':', true)+match); err != nil {
				return err
			}
		}
		return nil
	}
	if (g.before > 0 || g.after > 0) && g.lastPrinted > 0 && g.line-len(g.held)-1 > g.lastPrinted {
		if err := writeLine(g.c.Stdout, "--"); err != nil {
			return err
		}
	}
	at := g.line
	for i, held := range g.held {
		g.line = at - len(g.held) + i
		if err := writeLine(g.c.Stdout, g.prefix('-', true)+held); err != nil {
			return err
		}
	}
	g.line, g.held, g.owed, g.lastPrinted = at, nil, g.after, at
	return writeLine(g.c.Stdout, g.prefix(':', true)+line)
}

func (g *grepper) context(line string) error {
	if g.flags["c"] || g.flags["q"] || g.flags["l"] || g.flags["L"] || g.flags["o"] {
		return nil
	}
	if g.owed > 0 {
		g.owed--
		g.lastPrinted = g.line
		return writeLine(g.c.Stdout, g.prefix('-', true)+line)
	}
	if g.before > 0 {
		g.held = append(g.held, line)
		g.held = g.held[max(0, len(g.held)-g.before):]
	}
	return nil
}

func (g *grepper) prefix(sep byte, lines bool) string {
	prefix := ""
	if g.withNames {
		prefix = g.name + string(sep)
	}
	if g.flags["n"] && lines {
		prefix += strconv.Itoa(g.line) + string(sep)
	}
	return prefix
}

// grepPattern makes one expression of all patterns.
func grepPattern(patterns []string, flags map[string]bool) (*regexp.Regexp, error) {
	var all []string
	for _, lines := range patterns {
		for p := range strings.SplitSeq(lines, "\n") {
			switch {
			case flags["F"]:
				p = regexp.QuoteMeta(p)
			case !flags["P"]: // what Perl has and regexp has not is an error
				p = posix.Syntax{Extended: flags["E"]}.Translate(p)
			}
			all = append(all, p)
		}
	}
	expr := "(?:" + strings.Join(all, "|") + ")"
	if flags["w"] {
		expr = `\b` + expr + `\b`
	}
	if flags["x"] {
		expr = "^" + expr + "$"
	}
	if flags["i"] {
		expr = "(?i)" + expr
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, fmt.Errorf("invalid or unsupported pattern: %w", err)
	}
	if !flags["P"] {
		re.Longest()
	}
	return re, nil
}
