package programs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The programs of this file start another program. All of them do so through Call.Start, which classes the words first.

// env prints the run's own variables, or starts a program. Assignments before it are accepted for compatibility, but no program ever sees them.
func env(ctx context.Context, c *Call) int {
	opts, rest, err := options(c.Args[1:], "+iu:0", map[string]string{"ignore-environment": "i", "unset": "u", "null": "0"})
	if err != nil {
		return c.fail(125, "%v", err)
	}
	vars, end := maps.Clone(c.Vars), "\n"
	for _, o := range opts {
		switch o.name {
		case "i":
			clear(vars)
		case "0":
			end = "\x00"
		}
		delete(vars, o.value)
	}
	for len(rest) > 0 && strings.Contains(rest[0], "=") {
		name, value, _ := strings.Cut(rest[0], "=")
		if c.Forbidden(name) {
			return c.fail(126, "%s: this variable may not be set in a playbook", name)
		}
		if vars == nil {
			vars = map[string]string{}
		}
		vars[name] = value
		rest = rest[1:]
	}
	if len(rest) > 0 {
		return c.Start(ctx, rest, true)
	}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if _, err = io.WriteString(c.Stdout, name+"="+vars[name]+end); err != nil {
			return 1
		}
	}
	return 0
}

// timeout ends a program after a time and returns 124 for it. Signals and the grace period are the run's own, whatever -s and -k say.
func timeout(ctx context.Context, c *Call) int {
	opts, rest, err := options(c.Args[1:], "+s:k:v", map[string]string{"signal": "s", "kill-after": "k", "foreground": "v", "preserve-status": "v", "verbose": "v"})
	if err != nil {
		return c.fail(125, "%v", err)
	}
	for _, o := range opts {
		if _, err = duration(o.value); o.name == "k" && err != nil {
			return c.fail(125, "%v", err)
		}
	}
	if len(rest) < 2 {
		return c.fail(125, "missing operand")
	}
	limit, err := duration(rest[0])
	if err != nil {
		return c.fail(125, "%v", err)
	}
	inner := ctx
	if limit > 0 { // zero means no limit
		var cancel context.CancelFunc
		inner, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	code := c.Start(inner, rest[1:], true)
	if ctx.Err() == nil && errors.Is(inner.Err(), context.DeadlineExceeded) {
		return 124
	}
	return code
}

// timeIt is time behind another program (xargs time …); in front of a command it is a word of the language.
func timeIt(ctx context.Context, c *Call) int {
	_, rest, err := options(c.Args[1:], "+p", nil)
	if err != nil {
		return c.fail(125, "%v", err)
	}
	if len(rest) == 0 {
		return 0
	}
	begin := time.Now()
	code := c.Start(ctx, rest, true)
	fmt.Fprintf(c.Stderr, "real %.2f\n", time.Since(begin).Seconds())
	return code
}

// batch is how xargs puts its input into words.
type batch struct {
	command []string
	replace string // -I
	most    int    // -n
	lines   int    // -L
	trace   bool
}

func xargs(ctx context.Context, c *Call) int {
	opts, command, err := options(c.Args[1:], "+0I:in:rd:tP:L:a:x", map[string]string{
		"null": "0", "replace": "I", "max-args": "n", "no-run-if-empty": "r", "delimiter": "d", "verbose": "t", "max-procs": "P", "max-lines": "L", "arg-file": "a",
	})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	b := batch{command: command, most: toEnd}
	separator, evenIfEmpty, file := "", true, "-"
	for _, o := range opts {
		switch o.name {
		case "0":
			separator = "\x00"
		case "d":
			separator = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\0`, "\x00").Replace(o.value)
		case "I":
			b.replace, evenIfEmpty = o.value, false
		case "i": // the old way to write -I{}
			b.replace, evenIfEmpty = "{}", false
		case "n", "L", "P": // one after the other, however many are asked for
			n, wrong := strconv.Atoi(o.value)
			switch {
			case wrong != nil || n < 1 && o.name != "P" || n < 0:
				return c.fail(1, "invalid number '%s'", o.value)
			case o.name == "n":
				b.most = n
			case o.name == "L":
				b.lines, evenIfEmpty = n, false
			}
		case "a":
			file = o.value
		case "r":
			evenIfEmpty = false
		case "t":
			b.trace = true
		}
	}
	if len(b.command) == 0 {
		b.command = []string{"echo"}
	}
	in, err := c.input(file)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	defer in.Close() // read only
	items, err := xargsItems(ctx, in, separator, b.replace != "" || b.lines > 0)
	switch {
	case err != nil:
		return c.fail(1, "%v", err)
	case b.lines > 0 && b.replace == "" && separator == "":
		return b.byLine(ctx, c, items)
	}
	return b.run(ctx, c, items, evenIfEmpty)
}

// byLine is -L: the words of so many lines make one start.
func (b batch) byLine(ctx context.Context, c *Call, lines []string) int {
	result := 0
	for group := range slices.Chunk(lines, b.lines) {
		words, err := quotedWords(strings.Join(group, " "))
		if err != nil {
			return c.fail(1, "%v", err)
		}
		code := b.run(ctx, c, words, false)
		if ctx.Err() != nil || code != 0 && code != 123 {
			return code
		}
		result = max(result, code)
	}
	return result
}

func (b batch) run(ctx context.Context, c *Call, items []string, evenIfEmpty bool) int {
	const maxWords = 64 << 10 // bytes of one start, like the real tool's own limit
	result := 0
	for first := true; len(items) > 0 || first && evenIfEmpty; first = false {
		var argv []string
		if b.replace != "" {
			for _, word := range b.command {
				argv = append(argv, strings.ReplaceAll(word, b.replace, items[0]))
			}
			items = items[1:]
		} else {
			n, size := 0, 0
			for n < len(items) && n < b.most && (n == 0 || size+len(items[n]) < maxWords) {
				size += len(items[n]) + 1
				n++
			}
			argv = append(slices.Clone(b.command), items[:n]...)
			items = items[n:]
		}
		if b.trace {
			fmt.Fprintln(c.Stderr, strings.Join(argv, " "))
		}
		switch code := c.Start(ctx, argv, false); {
		case ctx.Err() != nil:
			return codeEnded
		case code == 126 || code == 127:
			return code
		case code == 255:
			return 124
		case code != 0:
			result = 123
		}
	}
	return result
}

// xargsItems reads all of the input: words with quotes and backslashes, whole lines for -I, or what a separator separates.
func xargsItems(ctx context.Context, in io.Reader, separator string, lines bool) ([]string, error) {
	var items []string
	var text strings.Builder
	err := eachLine(ctx, in, func(line string) error {
		switch {
		case separator != "":
			text.WriteString(line + "\n")
		case lines:
			if line = strings.TrimLeft(line, " \t"); line != "" {
				items = append(items, line)
			}
		default:
			words, err := quotedWords(line)
			if err != nil {
				return err
			}
			items = append(items, words...)
		}
		return nil
	})
	if err != nil || separator == "" {
		return items, err
	}
	all := text.String()
	if separator != "\n" {
		all = strings.TrimSuffix(all, "\n")
	}
	if all = strings.TrimSuffix(all, separator); all == "" {
		return nil, nil
	}
	return strings.Split(all, separator), nil
}

func quotedWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	started := false
	for i := 0; i < len(line); i++ {
		switch ch := line[i]; ch {
		case ' ', '\t':
			if started {
				words = append(words, word.String())
				word.Reset()
				started = false
			}
		case '\'', '"':
			end := strings.IndexByte(line[i+1:], ch)
			if end < 0 {
				return nil, errors.New("unmatched quote")
			}
			word.WriteString(line[i+1 : i+1+end])
			i += end + 1
			started = true
		case '\\':
			if i+1 < len(line) {
				i++
				word.WriteByte(line[i])
				started = true
			}
		default:
			word.WriteByte(ch)
			started = true
		}
	}
	if started {
		words = append(words, word.String())
	}
	return words, nil
}
