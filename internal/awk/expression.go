package awk

import (
	"errors"
	"fmt"
)

// The levels of expressions, loosest first. Each calls the next one.

func (p *parser) expression() (*node, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, errDeep
	}
	defer func() { p.depth-- }()
	left, err := p.either()
	if err != nil {
		return nil, err
	}
	if p.accept("?") {
		p.newlines()
		n := &node{op: opCondition, args: []*node{left, nil, nil}}
		if n.args[1], err = p.expression(); err != nil {
			return nil, err
		}
		p.newlines()
		if err = p.expect(":"); err != nil {
			return nil, err
		}
		p.newlines()
		n.args[2], err = p.expression()
		return n, err
	}
	sign := p.peek()
	if sign.kind != tokSign || !assignments[sign.text] {
		return left, nil
	}
	if !left.assignable() {
		return nil, errors.New("only a variable, a field or an element can be assigned to")
	}
	p.next()
	p.newlines()
	value, err := p.expression()
	return &node{op: opAssign, name: sign.text[:len(sign.text)-1], args: []*node{left, value}}, err
}

var assignments = words("= += -= *= /= %= ^=")

func (n *node) assignable() bool { return n.op == opVariable || n.op == opElement || n.op == opField }

// grouped is an expression in brackets, where > compares.
func (p *parser) grouped() (*node, error) {
	inPrint := p.inPrint
	p.inPrint = false
	defer func() { p.inPrint = inPrint }()
	return p.expression()
}

func (p *parser) either() (*node, error) {
	left, err := p.both()
	for err == nil && p.accept("||") {
		p.newlines()
		left, err = p.binary(opOr, "", left, p.both)
	}
	return left, err
}

func (p *parser) both() (*node, error) {
	left, err := p.membership()
	for err == nil && p.accept("&&") {
		p.newlines()
		left, err = p.binary(opAnd, "", left, p.membership)
	}
	return left, err
}

func (p *parser) binary(kind op, name string, left *node, right func() (*node, error)) (*node, error) {
	value, err := right()
	return &node{op: kind, name: name, args: []*node{left, value}}, err
}

func (p *parser) membership() (*node, error) {
	left, err := p.match()
	for err == nil && p.accept("in") {
		array := p.next()
		if array.kind != tokName {
			return nil, errors.New("in needs an array")
		}
		left = &node{op: opIn, args: []*node{left, p.variable(array.text)}}
	}
	return left, err
}

func (p *parser) match() (*node, error) {
	left, err := p.comparison()
	for err == nil && (p.peek().is("~") || p.peek().is("!~")) {
		left, err = p.binary(opMatch, p.next().text, left, p.comparison)
	}
	return left, err
}

var comparisons = words("< <= == != > >=")

func (p *parser) comparison() (*node, error) {
	left, err := p.join()
	if sign := p.peek(); err == nil && sign.kind == tokSign && comparisons[sign.text] && (!p.inPrint || sign.text != ">") {
		p.next()
		return p.binary(opCompare, sign.text, left, p.join)
	}
	return left, err
}

// join is two values side by side.
func (p *parser) join() (*node, error) {
	left, err := p.sum()
	for err == nil && p.startsValue() {
		left, err = p.binary(opJoin, "", left, p.sum)
	}
	return left, err
}

func (p *parser) startsValue() bool {
	switch t := p.peek(); t.kind {
	case tokNumber, tokString, tokName, tokFunction, tokBuiltin:
		return true
	case tokSign:
		return t.text == "$" || t.text == "(" || t.text == "++" || t.text == "--"
	default:
		return false
	}
}

func (p *parser) sum() (*node, error) {
	left, err := p.product()
	for err == nil && (p.peek().is("+") || p.peek().is("-")) {
		left, err = p.binary(opArithmetic, p.next().text, left, p.product)
	}
	return left, err
}

func (p *parser) product() (*node, error) {
	left, err := p.unary()
	for err == nil && (p.peek().is("*") || p.peek().is("/") || p.peek().is("%")) {
		left, err = p.binary(opArithmetic, p.next().text, left, p.unary)
	}
	return left, err
}

func (p *parser) unary() (*node, error) {
	t := p.peek()
	if !t.is("!") && !t.is("-") && !t.is("+") {
		return p.power()
	}
	if p.depth++; p.depth > maxNesting {
		return nil, errDeep
	}
	defer func() { p.depth-- }()
	p.next()
	value, err := p.unary()
	if t.is("!") {
		return &node{op: opNot, args: []*node{value}}, err
	}
	return &node{op: opSign, name: t.text, args: []*node{value}}, err
}

func (p *parser) power() (*node, error) {
	left, err := p.increase()
	if err != nil || !p.accept("^") {
		return left, err
	}
	return p.binary(opArithmetic, "^", left, p.unary)
}

func (p *parser) increase() (*node, error) {
	if t := p.peek(); t.is("++") || t.is("--") {
		p.next()
		value, err := p.primary()
		if err == nil && !value.assignable() {
			err = fmt.Errorf("%s needs a variable", t.text)
		}
		return &node{op: opIncrease, name: t.text[:1], args: []*node{value}}, err
	}
	value, err := p.primary()
	if t := p.peek(); err == nil && value.assignable() && (t.is("++") || t.is("--")) {
		p.next()
		return &node{op: opIncreaseAfter, name: t.text[:1], args: []*node{value}}, nil
	}
	return value, err
}
