package awk

import (
	"errors"
	"fmt"
)

// primary is a value by itself.
func (p *parser) primary() (*node, error) {
	switch t := p.next(); t.kind {
	case tokNumber:
		return &node{op: opNumber, n: t.n}, nil
	case tokString:
		return &node{op: opString, name: t.text}, nil
	case tokRegexp:
		re, err := compile(t.text)
		return &node{op: opRegexp, re: re}, err
	case tokBuiltin:
		return p.builtin(t.text)
	case tokFunction:
		if beyond[t.text] {
			return nil, fmt.Errorf("%s is not available", t.text)
		}
		args, err := p.arguments()
		call := &node{op: opCall, name: t.text, args: args}
		p.calls = append(p.calls, call)
		return call, err
	case tokName:
		if beyond[t.text] {
			return nil, fmt.Errorf("%s is not available", t.text)
		}
		v := p.variable(t.text)
		if !p.accept("[") {
			return v, nil
		}
		subscript, err := p.subscript()
		return &node{op: opElement, args: []*node{v, subscript}}, err
	case tokSign:
		switch t.text {
		case "$":
			return p.field()
		case "(":
			return p.brackets()
		}
		return nil, fmt.Errorf("unexpected %q", t.text)
	case tokKeyword:
		return nil, fmt.Errorf("%s is not available here", t.text)
	default:
		return nil, errors.New("a value is missing")
	}
}

func (p *parser) field() (*node, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, errDeep
	}
	defer func() { p.depth-- }()
	inner := p.primary
	if t := p.peek(); t.is("++") || t.is("--") {
		inner = p.increase
	} else if t.is("-") || t.is("+") || t.is("!") {
		inner = p.unary
	}
	index, err := inner()
	return &node{op: opField, args: []*node{index}}, err
}

// brackets is (value), or (i, j) in array, or the values of print(a, b).
func (p *parser) brackets() (*node, error) {
	value, err := p.grouped()
	if err != nil {
		return nil, err
	}
	if p.accept(")") {
		// The brackets stay: (x) = 1 is no assignment, and (a) (b) are two values.
		return &node{op: opList, args: []*node{value}}, nil
	}
	list := &node{op: opList, args: []*node{value}}
	for p.accept(",") {
		p.newlines()
		if value, err = p.grouped(); err != nil {
			return nil, err
		}
		list.args = append(list.args, value)
	}
	if err = p.expect(")"); err != nil {
		return nil, err
	}
	next := p.peek()
	switch {
	case next.is("in"):
		return &node{op: opBuiltin, name: "subscript", args: list.args}, nil
	case p.inPrint && (next.kind == tokNewline || next.is(";") || next.is("}")):
		return list, nil
	}
	return nil, errors.New("unexpected list of values")
}

// subscript reads up to the closing bracket. Several values are one text.
func (p *parser) subscript() (*node, error) {
	var args []*node
	for {
		value, err := p.grouped()
		if err != nil {
			return nil, err
		}
		args = append(args, value)
		if !p.accept(",") {
			break
		}
		p.newlines()
	}
	if err := p.expect("]"); err != nil {
		return nil, err
	}
	if len(args) == 1 {
		return args[0], nil
	}
	return &node{op: opBuiltin, name: "subscript", args: args}, nil
}

func (p *parser) variable(name string) *node {
	return &node{op: opVariable, name: name, slot: p.params[name]}
}

// arguments reads a list in brackets.
func (p *parser) arguments() (args []*node, err error) {
	if err = p.expect("("); err != nil {
		return nil, err
	}
	p.newlines()
	for !p.accept(")") {
		if len(args) > 0 {
			if err = p.expect(","); err != nil {
				return nil, err
			}
			p.newlines()
		}
		value, err := p.grouped()
		if err != nil {
			return nil, err
		}
		args = append(args, value)
		p.newlines()
	}
	return args, nil
}

// arity is the least and the most arguments of a builtin.
var arity = map[string][2]int{
	"length": {0, 1}, "substr": {2, 3}, "index": {2, 2}, "split": {2, 3}, "sub": {2, 3}, "gsub": {2, 3}, "match": {2, 2}, "sprintf": {1, 1 << 10},
	"sin": {1, 1}, "cos": {1, 1}, "atan2": {2, 2}, "exp": {1, 1}, "log": {1, 1}, "sqrt": {1, 1}, "int": {1, 1}, "rand": {0, 0}, "srand": {0, 1},
	"tolower": {1, 1}, "toupper": {1, 1},
}

func (p *parser) builtin(name string) (*node, error) {
	n := &node{op: opBuiltin, name: name}
	if name == "length" && !p.peek().is("(") {
		return n, nil
	}
	var err error
	if n.args, err = p.arguments(); err != nil {
		return nil, err
	}
	switch most := arity[name]; {
	case len(n.args) < most[0] || len(n.args) > most[1]:
		return nil, fmt.Errorf("wrong number of arguments for %s", name)
	case name == "split" && n.args[1].op != opVariable:
		return nil, errors.New("split needs an array")
	case (name == "sub" || name == "gsub") && len(n.args) == 3 && !n.args[2].assignable():
		return nil, fmt.Errorf("%s needs a variable, a field or an element to change", name)
	}
	return n, nil
}
