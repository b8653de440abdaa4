package awk

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
)

// Config is all that a program may touch.
type Config struct {
	Open     func(name string) (io.ReadCloser, error) // "-" is standard input
	Stdout   io.Writer
	Vars     [][2]string // set before BEGIN
	Operands []string    // files, and assignments between them
}

// flow is how a statement went on.
type flow uint8

const (
	onward flow = iota
	toNext
	toExit
	toBreak
	toContinue
	toReturn
)

// Inside a run what ends a rule early unwinds by a panic with one of these; Run turns it back.
type (
	unwound struct{ flow flow }    // next or exit in a function
	failure struct{ err error }    // a mistake that shows only now
	stopped struct{ failed error } // the run is over, or nobody reads what it prints
)

// run is where a program stands.
type run struct {
	Config
	ctx      context.Context //nolint:containedctx // it lives for one run
	program  *Program
	vars     map[string]*cell
	locals   []*cell
	returned value
	record   record
	inRange  []bool
	regexps  map[string]*regexp.Regexp
	random   *rand.Rand
	seed     float64
	code     int
	steps    int
	calls    int

	reader *bufio.Reader
	file   io.Closer
	read   bool // an operand was a file
}

// Run runs a program and returns its exit status.
func (p *Program) Run(ctx context.Context, c Config) (code int, err error) {
	r := &run{
		Config: c, ctx: ctx, program: p, vars: map[string]*cell{}, inRange: make([]bool, len(p.rules)), regexps: map[string]*regexp.Regexp{},
		random: newRandom(0),
	}
	for name, s := range map[string]string{"FS": " ", "OFS": " ", "ORS": "\n", "RS": "\n", "SUBSEP": "\x1c", "CONVFMT": "%.6g", "OFMT": "%.6g"} {
		r.global(name).v = str(s)
	}
	defer func() {
		if r.file != nil {
			_ = r.file.Close() // read only
		}
	}()
	defer func() {
		switch end := recover().(type) {
		case nil:
		case failure:
			code, err = 2, end.err
		case stopped:
			code, err = r.code, end.failed
		default:
			panic(end)
		}
	}()
	for _, v := range c.Vars {
		r.assignOperand(v[0], v[1])
	}
	exited := r.blocks(p.begin)
	if !exited && len(p.rules)+len(p.end) > 0 {
		for !exited && r.nextRecord() {
			exited = r.protect(r.rules) == toExit
		}
	}
	r.blocks(p.end) // after exit too
	return r.code, nil
}

func (r *run) blocks(list []*node) (exited bool) {
	for _, b := range list {
		if r.protect(func() flow { return r.exec(b) }) == toExit {
			return true
		}
	}
	return false
}

// protect catches next and exit that come out of a function.
func (r *run) protect(do func() flow) (f flow) {
	defer func() {
		switch end := recover().(type) {
		case nil:
		case unwound:
			f, r.locals, r.calls = end.flow, nil, 0
		default:
			panic(end)
		}
	}()
	return do()
}

func (r *run) rules() flow {
	for i := range r.program.rules {
		rule := &r.program.rules[i]
		if !r.chosen(i, rule) {
			continue
		}
		if rule.action == nil {
			r.write(r.record.whole(r) + r.special("ORS"))
			continue
		}
		if f := r.exec(rule.action); f == toNext || f == toExit {
			return f
		}
	}
	return onward
}

func (r *run) chosen(i int, rule *rule) bool {
	switch {
	case rule.from == nil:
		return true
	case rule.to == nil:
		return r.eval(rule.from).truth()
	case !r.inRange[i] && !r.eval(rule.from).truth():
		return false
	}
	r.inRange[i] = !r.eval(rule.to).truth()
	return true
}

func (r *run) fail(format string, args ...any) {
	panic(failure{fmt.Errorf(format, args...)})
}

// step ends a run whose context has ended.
func (r *run) step() {
	if r.steps++; r.steps&0xff == 0 && r.ctx.Err() != nil {
		panic(stopped{})
	}
}

func (r *run) write(s string) {
	if _, err := io.WriteString(r.Stdout, s); err != nil {
		panic(stopped{})
	}
}

func (r *run) global(name string) *cell {
	c, there := r.vars[name]
	if !there {
		c = &cell{}
		r.vars[name] = c
	}
	return c
}

// special is the text of a variable that steers how things are read and written.
func (r *run) special(name string) string { return r.vars[name].v.text("%.6g") }

// nextRecord reads the next record of the operands.
func (r *run) nextRecord() bool {
	for {
		if r.reader == nil && !r.nextFile() {
			return false
		}
		if r.ctx.Err() != nil {
			panic(stopped{})
		}
		text, err := r.readRecord()
		switch {
		case err == nil:
			r.record.set(text, r.special("FS"), r.special("RS") == "")
			for _, name := range []string{"NR", "FNR"} {
				c := r.global(name)
				c.v = num(c.v.number() + 1)
			}
			return true
		case !errors.Is(err, io.EOF):
			panic(stopped{fmt.Errorf("read: %w", err)})
		}
		_ = r.file.Close() // read only
		r.reader, r.file = nil, nil
	}
}

func (r *run) nextFile() bool {
	for {
		name := "-"
		switch {
		case len(r.Operands) > 0:
			name, r.Operands = r.Operands[0], r.Operands[1:]
			if variable, text, is := strings.Cut(name, "="); is && isName(variable) {
				r.assignOperand(variable, text)
				continue
			}
		case r.read:
			return false
		}
		r.read = true
		file, err := r.Open(name)
		if err != nil {
			panic(failure{fmt.Errorf("can't open file %w", err)})
		}
		if name == "-" {
			name = ""
		}
		r.global("FILENAME").v, r.global("FNR").v = str(name), num(0)
		r.file, r.reader = file, bufio.NewReaderSize(file, 64<<10)
		return true
	}
}

func isName(s string) bool {
	for i := range len(s) {
		if !letter(s[i]) && (i == 0 || !digit(s[i])) {
			return false
		}
	}
	return s != ""
}

// assignOperand is -v, or an operand with an equals sign.
func (r *run) assignOperand(name, s string) {
	if r.program.functions[name] != nil || builtins[name] || keywords[name] {
		r.fail("%s is no variable", name)
	}
	r.setGlobal(name, value{kind: outside, s: unescape(s)})
}

// readRecord reads up to RS. An empty RS makes paragraphs.
func (r *run) readRecord() (string, error) {
	separator := r.special("RS")
	if len(separator) > 1 {
		r.fail("RS must be one character here")
	}
	if separator != "" {
		s, err := r.reader.ReadString(separator[0])
		if s != "" {
			err = nil
		}
		return strings.TrimSuffix(s, separator), err //nolint:wrapcheck // io.EOF must stay what it is
	}
	var lines []string
	for {
		s, err := r.reader.ReadString('\n')
		line := strings.TrimSuffix(s, "\n")
		switch {
		case line != "":
			lines = append(lines, line)
		case len(lines) > 0:
			return strings.Join(lines, "\n"), nil
		}
		if err != nil && line == "" {
			return "", err //nolint:wrapcheck // io.EOF must stay what it is
		}
	}
}
