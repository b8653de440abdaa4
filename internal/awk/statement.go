package awk

import (
	"errors"
	"fmt"
)

var errDeep = errors.New("the program is nested too deep")

func (p *parser) block() (*node, error) {
	if err := p.expect("{"); err != nil {
		return nil, err
	}
	b := &node{op: opBlock}
	for p.skip(); !p.accept("}"); p.skip() {
		if p.peek().kind == tokEnd {
			return nil, errors.New("} is missing")
		}
		s, err := p.statement()
		if err != nil {
			return nil, err
		}
		b.args = append(b.args, s)
	}
	return b, nil
}

func (p *parser) statement() (*node, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, errDeep
	}
	defer func() { p.depth-- }()
	switch t := p.peek(); {
	case t.is("{"):
		return p.block()
	case t.is(";"):
		return &node{op: opBlock}, nil // an empty body
	case t.is("if"):
		return p.ifElse()
	case t.is("while"):
		p.next()
		condition, err := p.condition()
		if err != nil {
			return nil, err
		}
		body, err := p.body()
		return &node{op: opWhile, args: []*node{condition, body}}, err
	case t.is("do"):
		return p.doWhile()
	case t.is("for"):
		return p.forLoop()
	}
	s, err := p.simple()
	if err != nil {
		return nil, err
	}
	if next := p.peek(); next.kind != tokNewline && !next.is(";") && !next.is("}") {
		return nil, fmt.Errorf("unexpected %q", next.text)
	}
	return s, nil
}

// body is the statement of a loop or condition, which may stand on the next line.
func (p *parser) body() (*node, error) {
	p.newlines()
	return p.statement()
}

func (p *parser) condition() (*node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	condition, err := p.grouped()
	if err != nil {
		return nil, err
	}
	return condition, p.expect(")")
}

func (p *parser) ifElse() (*node, error) {
	p.next()
	condition, err := p.condition()
	if err != nil {
		return nil, err
	}
	then, err := p.body()
	if err != nil {
		return nil, err
	}
	n := &node{op: opIf, args: []*node{condition, then}}
	before := p.at
	p.skip()
	if !p.accept("else") {
		p.at = before
		return n, nil
	}
	otherwise, err := p.body()
	n.args = append(n.args, otherwise)
	return n, err
}

func (p *parser) doWhile() (*node, error) {
	p.next()
	body, err := p.body()
	if err != nil {
		return nil, err
	}
	p.skip()
	if err = p.expect("while"); err != nil {
		return nil, err
	}
	condition, err := p.condition()
	return &node{op: opDo, args: []*node{condition, body}}, err
}

func (p *parser) forLoop() (*node, error) {
	p.next()
	if err := p.expect("("); err != nil {
		return nil, err
	}
	if t := p.tokens[p.at:]; len(t) > 3 && t[0].kind == tokName && t[1].is("in") && t[2].kind == tokName && t[3].is(")") {
		key, array := p.variable(p.next().text), p.tokens[p.at+1].text
		p.at += 3
		body, err := p.body()
		return &node{op: opForIn, args: []*node{key, p.variable(array), body}}, err
	}
	n := &node{op: opFor, args: make([]*node, 4)}
	for i, end := range []string{";", ";", ")"} {
		if p.peek().is(end) {
			p.next()
			p.newlines()
			continue
		}
		var err error
		if i == 1 {
			n.args[i], err = p.grouped()
		} else {
			n.args[i], err = p.simple()
		}
		if err == nil {
			err = p.expect(end)
		}
		if err != nil {
			return nil, err
		}
		if i < 2 {
			p.newlines()
		}
	}
	var err error
	n.args[3], err = p.body()
	return n, err
}

var plainStatements = map[string]op{"next": opNext, "break": opBreak, "continue": opContinue}

func (p *parser) simple() (*node, error) {
	t := p.peek()
	if plain, is := plainStatements[t.text]; is && t.kind == tokKeyword {
		p.next()
		return &node{op: plain}, nil
	}
	switch {
	case t.is("print") || t.is("printf"):
		return p.print()
	case t.is("exit") || t.is("return"):
		p.next()
		n := &node{op: opExit}
		if t.is("return") {
			if n.op = opReturn; p.function == nil {
				return nil, errors.New("return outside of a function")
			}
		}
		if next := p.peek(); next.kind == tokNewline || next.is(";") || next.is("}") {
			return n, nil
		}
		value, err := p.expression()
		n.args = []*node{value}
		return n, err
	case t.is("delete"):
		p.next()
		name := p.next()
		if name.kind != tokName {
			return nil, errors.New("delete needs an array")
		}
		n := &node{op: opDelete, args: []*node{p.variable(name.text)}}
		if !p.accept("[") {
			return n, nil
		}
		subscript, err := p.subscript()
		n.args = append(n.args, subscript)
		return n, err
	}
	return p.expression()
}

// print reads print and printf. A > in it that is not in brackets, and a pipe, would leave the program.
func (p *parser) print() (*node, error) {
	n := &node{op: opPrint}
	if p.next().text == "printf" {
		n.op = opPrintf
	}
	p.inPrint = true
	defer func() { p.inPrint = false }()
	for {
		if next := p.peek(); next.kind == tokNewline || next.is(";") || next.is("}") {
			break
		}
		value, err := p.expression()
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, value)
		if !p.accept(",") {
			break
		}
		p.newlines()
	}
	if len(n.args) == 1 && n.args[0].op == opList {
		n.args = n.args[0].args
	}
	if n.op == opPrintf && len(n.args) == 0 {
		return nil, errors.New("printf needs a format")
	}
	if next := p.peek(); next.is(">") || next.is(">>") || next.is("|") {
		return nil, errors.New("output to files and programs is not available")
	}
	return n, nil
}
