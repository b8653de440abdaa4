package sed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Options are the flags that change how a script runs.
type Options struct {
	Quiet bool // -n
	Null  bool // -z
}

// End is how a script came to its end.
type End struct {
	Code int  // that the script asks for
	Quit bool // before all of its input was read
}

// Run edits the inputs as one stream. When the output cannot be written it ends without an error, as nobody reads any more.
func (s *Script) Run(ctx context.Context, inputs []io.Reader, w io.Writer, o Options) (End, error) {
	r := run{script: s, in: inputs, out: w, quiet: o.Quiet, end: '\n', ranges: make([]int, len(s.commands))}
	if o.Null {
		r.end = 0
	}
	for r.read() {
		again := true
		for again {
			var err error
			if again, err = r.cycle(ctx); err != nil {
				return r.result(), err
			}
			again = again && ctx.Err() == nil
		}
		if r.quit || r.gone || ctx.Err() != nil {
			break
		}
	}
	return r.result(), r.err
}

func (r *run) result() End { return End{Code: r.code, Quit: r.quit} }

// run is where a script stands.
type run struct {
	script  *Script
	in      []io.Reader
	current *bufio.Reader
	out     io.Writer
	end     byte // of a line

	space, hold string
	number      int
	open        bool   // the line in the pattern space had no newline: nor has what is printed of it
	owed        bool   // that newline, in case more is printed
	after       string // what a has queued
	ranges      []int  // by command: 0, or the line that ends the open range; -1 for an expression
	last        *regexp.Regexp
	replaced    bool // for t

	quiet, quit, gone bool
	code              int
	err               error
}

// more makes the current reader one that has something, if there is any.
func (r *run) more() bool {
	for {
		if r.current != nil {
			_, err := r.current.Peek(1)
			if err == nil {
				return true
			}
			if !errors.Is(err, io.EOF) && r.err == nil {
				r.err = fmt.Errorf("read: %w", err)
			}
		}
		if len(r.in) == 0 {
			return false
		}
		r.current = bufio.NewReaderSize(r.in[0], 64<<10)
		r.in = r.in[1:]
	}
}

// take reads the next line.
func (r *run) take() (string, bool) {
	if !r.more() {
		return "", false
	}
	text, err := r.current.ReadString(r.end)
	r.open = err != nil
	r.number++
	return strings.TrimSuffix(text, string(r.end)), true
}

func (r *run) read() (ok bool) {
	r.space, ok = r.take()
	return ok
}

func (r *run) print(text string) {
	if r.owed {
		r.owed = false
		text = string(r.end) + text
	}
	if r.open && !r.more() {
		r.owed = true
	} else {
		text += string(r.end)
	}
	if _, err := io.WriteString(r.out, text); err != nil {
		r.gone = true
	}
}

// line prints a line that is no part of the input.
func (r *run) line(text string) {
	open := r.open
	r.open = false
	r.print(text)
	r.open = open
}

// finish is what happens at the end of a cycle.
func (r *run) finish(shown bool) {
	if shown && !r.quiet {
		r.print(r.space)
	}
	if r.after != "" {
		r.line(strings.TrimSuffix(r.after, "\n"))
		r.after = ""
	}
}

// cycle runs the script over the pattern space. It reports whether to run it again without reading a line, as D wants.
func (r *run) cycle(ctx context.Context) (again bool, err error) {
	r.replaced = false
	for at := 0; at < len(r.script.commands) && !r.gone && ctx.Err() == nil; at++ {
		c := &r.script.commands[at]
		chosen, err := r.chosen(at, c)
		if err != nil {
			return false, err
		}
		if !chosen {
			if c.name == '{' {
				at = c.target
			}
			continue
		}
		switch c.name {
		case 'd':
			r.finish(false)
			return false, nil
		case 'D':
			_, rest, several := strings.Cut(r.space, "\n")
			r.finish(false)
			r.space = rest
			return several, nil
		case 'q', 'Q':
			r.finish(c.name == 'q')
			r.quit, r.code = true, c.target
			return false, nil
		case 'n', 'N':
			if !r.more() {
				r.finish(true)
				r.quit = true
				return false, nil
			}
			before := r.space
			r.finish(c.name == 'n')
			r.read()
			if c.name == 'N' {
				r.space = before + "\n" + r.space
			}
		case 'c':
			if c.to == nil || c.not || r.ranges[at] == 0 {
				r.line(c.text)
			}
			r.finish(false)
			return false, nil
		case 'b':
			at = c.target - 1
		case 't', 'T':
			if r.replaced == (c.name == 't') {
				at = c.target - 1
			}
			r.replaced = false
		default:
			if err := r.simple(c); err != nil {
				return false, err
			}
		}
	}
	r.finish(true)
	return false, nil
}

// simple runs a command after which the next one follows.
func (r *run) simple(c *command) error {
	switch c.name {
	case 'p':
		r.print(r.space)
	case 'P':
		first, _, several := strings.Cut(r.space, "\n")
		if several {
			r.line(first)
		} else {
			r.print(first)
		}
	case '=':
		r.line(strconv.Itoa(r.number))
	case 'g':
		r.space = r.hold
	case 'G':
		r.space += "\n" + r.hold
	case 'h':
		r.hold = r.space
	case 'H':
		r.hold += "\n" + r.space
	case 'x':
		r.space, r.hold = r.hold, r.space
	case 'a':
		r.after += c.text + "\n"
	case 'i':
		r.line(c.text)
	case 'y':
		r.space = strings.Map(func(char rune) rune {
			if to, ok := c.swap[char]; ok {
				return to
			}
			return char
		}, r.space)
	case 's':
		re, err := r.expression(c.re)
		if err != nil {
			return err
		}
		text, done := c.sub.apply(re, r.space)
		if !done {
			return nil
		}
		r.space, r.replaced = text, true
		if c.sub.print {
			r.print(r.space)
		}
	}
	return nil
}

func (r *run) expression(re *regexp.Regexp) (*regexp.Regexp, error) {
	if re != nil {
		r.last = re
	}
	if r.last == nil {
		return nil, errors.New("no previous regular expression")
	}
	return r.last, nil
}
