package awk

import (
	"errors"
	"math"
	"regexp"
)

// eval computes an expression.
func (r *run) eval(n *node) value {
	switch n.op {
	case opNumber:
		return num(n.n)
	case opString:
		return str(n.name)
	case opRegexp:
		return truth(n.re.MatchString(r.record.whole(r)))
	case opVariable:
		return r.variable(n)
	case opElement:
		return *r.cell(n.args[0]).asArray().get(r.key(n.args[1]))
	case opField:
		return r.record.get(r, r.index(n.args[0]))
	case opAssign:
		v := r.eval(n.args[1])
		if n.name != "" {
			v = num(arithmetic(r, n.name, r.eval(n.args[0]).number(), v.number()))
		}
		r.assign(n.args[0], v)
		return v
	case opCondition:
		if r.eval(n.args[0]).truth() {
			return r.eval(n.args[1])
		}
		return r.eval(n.args[2])
	case opAnd:
		return truth(r.eval(n.args[0]).truth() && r.eval(n.args[1]).truth())
	case opOr:
		return truth(r.eval(n.args[0]).truth() || r.eval(n.args[1]).truth())
	case opMatch:
		return truth(r.pattern(n.args[1]).MatchString(r.text(n.args[0])) == (n.name == "~"))
	case opIn:
		_, there := r.cell(n.args[1]).asArray().at[r.key(n.args[0])]
		return truth(there)
	case opArithmetic:
		left := r.eval(n.args[0]).number()
		return num(arithmetic(r, n.name, left, r.eval(n.args[1]).number()))
	case opCompare:
		left := r.eval(n.args[0])
		return truth(holds(n.name, compareValues(left, r.eval(n.args[1]), r.special("CONVFMT"))))
	case opJoin:
		left := r.text(n.args[0])
		return str(left + r.text(n.args[1]))
	case opNot:
		return truth(!r.eval(n.args[0]).truth())
	case opSign:
		v := r.eval(n.args[0]).number()
		if n.name == "-" {
			v = -v
		}
		return num(v)
	case opIncrease, opIncreaseAfter:
		before := r.eval(n.args[0]).number()
		after := arithmetic(r, n.name, before, 1)
		r.assign(n.args[0], num(after))
		if n.op == opIncrease {
			return num(after)
		}
		return num(before)
	case opCall:
		return r.call(n)
	case opBuiltin:
		return r.builtin(n)
	case opList:
		return r.eval(n.args[0])
	default:
		panic(failure{errors.New("a statement is no value")})
	}
}

func (r *run) text(n *node) string { return r.eval(n).text(r.special("CONVFMT")) }

// key is the subscript of an element.
func (r *run) key(n *node) string { return r.eval(n).text(r.special("CONVFMT")) }

// index is the number of a field.
func (r *run) index(n *node) int {
	i := r.eval(n).number()
	if i < 0 || i > maxField || math.IsNaN(i) {
		r.fail("there is no field %v", i)
	}
	return int(i)
}

// pattern is the expression that a value is: one in slashes itself, anything else by its text.
func (r *run) pattern(n *node) *regexp.Regexp {
	if n.op == opRegexp {
		return n.re
	}
	return r.regexp(r.text(n))
}

func holds(sign string, order int) bool {
	switch sign {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func arithmetic(r *run, sign string, a, b float64) float64 {
	switch sign {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "^":
		return math.Pow(a, b)
	}
	if b == 0 {
		r.fail("division by zero")
	}
	if sign == "/" {
		return a / b
	}
	return math.Mod(a, b)
}

func (r *run) cell(n *node) *cell {
	if n.slot > 0 {
		return r.locals[n.slot-1]
	}
	return r.global(n.name)
}

func (r *run) variable(n *node) value {
	if n.slot == 0 && n.name == "NF" {
		return num(float64(len(r.record.all(r))))
	}
	c := r.cell(n)
	if c.array != nil {
		r.fail("the array %s is no value", n.name)
	}
	return c.v
}

func (r *run) assign(n *node, v value) {
	switch n.op {
	case opField:
		r.record.put(r, r.index(n.args[0]), v.text(r.special("CONVFMT")))
	case opElement:
		*r.cell(n.args[0]).asArray().get(r.key(n.args[1])) = v
	default:
		if n.slot == 0 {
			r.setGlobal(n.name, v)
			return
		}
		r.setCell(r.cell(n), n.name, v)
	}
}

func (r *run) setGlobal(name string, v value) {
	if name == "NF" {
		r.record.resize(r, int(bounded(v.number(), maxField+1)))
		return
	}
	r.setCell(r.global(name), name, v)
}

func (r *run) setCell(c *cell, name string, v value) {
	if c.array != nil {
		r.fail("the array %s cannot be a value", name)
	}
	c.v = v
}

const maxCalls = 500 // of functions in one another

// call calls a function. Values are copied, arrays are not.
func (r *run) call(n *node) value {
	r.step()
	if r.calls++; r.calls > maxCalls {
		r.fail("functions call one another too deep")
	}
	f := r.program.functions[n.name]
	locals := make([]*cell, len(f.params))
	for i := range locals {
		locals[i] = &cell{}
		switch {
		case i >= len(n.args):
		case n.args[i].op != opVariable || n.args[i].slot == 0 && n.args[i].name == "NF":
			locals[i].v = r.eval(n.args[i])
		default:
			c := r.cell(n.args[i])
			locals[i].v, locals[i].array = c.v, c.array
			if c.v.kind == unset {
				locals[i].from = c
			}
		}
	}
	before := r.locals
	r.locals, r.returned = locals, value{}
	end := r.exec(f.body)
	r.locals = before
	r.calls--
	if end == toNext || end == toExit {
		panic(unwound{end})
	}
	v := r.returned
	r.returned = value{}
	return v
}
