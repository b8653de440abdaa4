package awk

import (
	"errors"
	"fmt"
	"regexp"

	"wardroom/internal/posix"
)

// Program is a parsed program.
type Program struct {
	begin, end []*node
	rules      []rule
	functions  map[string]*function
}

// rule is a pattern, or two for a range, and what to do; without an action it prints.
type rule struct {
	from, to *node
	action   *node
}

type function struct {
	name   string
	params []string
	body   *node
}

// node is a statement or an expression. What the fields mean depends on op.
type node struct {
	op   op
	name string // of a variable, function or builtin; the sign of an operator
	n    float64
	re   *regexp.Regexp
	args []*node
	slot int // of a parameter, counted from 1; 0 is a variable of the program
}

type op uint8

const (
	opNumber op = iota
	opString
	opRegexp
	opVariable
	opElement
	opField
	opAssign
	opCondition
	opAnd
	opOr
	opMatch
	opIn
	opArithmetic
	opCompare
	opJoin
	opNot
	opSign
	opIncrease
	opIncreaseAfter
	opCall
	opBuiltin
	opList

	opBlock
	opIf
	opWhile
	opDo
	opFor
	opForIn
	opPrint
	opPrintf
	opNext
	opExit
	opReturn
	opBreak
	opContinue
	opDelete
)

const (
	maxProgram = 64 << 10
	maxNesting = 100
)

type parser struct {
	tokens   []token
	at       int
	depth    int
	params   map[string]int
	inPrint  bool // > would write a file
	calls    []*node
	program  *Program
	function *function
}

// Parse reads a program.
func Parse(text string) (*Program, error) {
	if len(text) > maxProgram {
		return nil, errors.New("the program is too long")
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, program: &Program{functions: map[string]*function{}}}
	for p.skip(); p.peek().kind != tokEnd; p.skip() {
		if err := p.item(); err != nil {
			return nil, err
		}
	}
	for _, call := range p.calls {
		f, known := p.program.functions[call.name]
		if !known || len(call.args) > len(f.params) {
			return nil, fmt.Errorf("function %s is not known, or not with so many arguments", call.name)
		}
	}
	return p.program, nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if p.at < len(p.tokens)-1 {
		p.at++
	}
	return t
}

// accept takes a sign or keyword if it is next.
func (p *parser) accept(sign string) bool {
	if p.peek().is(sign) {
		p.next()
		return true
	}
	return false
}

func (p *parser) expect(sign string) error {
	if !p.accept(sign) {
		return fmt.Errorf("%s is missing", sign)
	}
	return nil
}

// newlines skips the ends of lines, skip those of statements too.
func (p *parser) newlines() {
	for p.peek().kind == tokNewline {
		p.next()
	}
}

func (p *parser) skip() {
	for p.peek().kind == tokNewline || p.peek().is(";") {
		p.next()
	}
}

func (p *parser) item() error {
	switch {
	case p.peek().is("function") || p.peek().is("func"):
		return p.define()
	case p.peek().is("BEGIN") || p.peek().is("END"):
		list := &p.program.begin
		if p.next().text == "END" {
			list = &p.program.end
		}
		action, err := p.block()
		*list = append(*list, action)
		return err
	}
	var r rule
	var err error
	if !p.peek().is("{") {
		if r.from, err = p.expression(); err != nil {
			return err
		}
		if p.accept(",") {
			p.newlines()
			if r.to, err = p.expression(); err != nil {
				return err
			}
		}
	}
	if p.peek().is("{") {
		if r.action, err = p.block(); err != nil {
			return err
		}
	} else if p.peek().kind != tokNewline && !p.peek().is(";") {
		return fmt.Errorf("unexpected %q", p.peek().text)
	}
	p.program.rules = append(p.program.rules, r)
	return nil
}

func (p *parser) define() error {
	p.next()
	name := p.next()
	if name.kind != tokName && name.kind != tokFunction || p.program.functions[name.text] != nil {
		return errors.New("a function needs a new name")
	}
	f := &function{name: name.text}
	if err := p.expect("("); err != nil {
		return err
	}
	p.params = map[string]int{}
	for !p.accept(")") {
		if len(f.params) > 0 {
			if err := p.expect(","); err != nil {
				return err
			}
			p.newlines()
		}
		param := p.next()
		if _, twice := p.params[param.text]; param.kind != tokName || twice {
			return errors.New("a parameter needs a new name")
		}
		f.params = append(f.params, param.text)
		p.params[param.text] = len(f.params)
	}
	p.program.functions[f.name] = f
	p.newlines()
	p.function = f
	body, err := p.block()
	f.body, p.params, p.function = body, nil, nil
	return err
}

// compile makes an expression of a text, as sed and grep -E do.
func compile(text string) (*regexp.Regexp, error) {
	re, err := regexp.Compile("(?s)" + posix.Syntax{Extended: true, Escapes: true}.Translate(text))
	if err != nil {
		return nil, fmt.Errorf("invalid or unsupported expression: %w", err)
	}
	re.Longest()
	return re, nil
}
