package awk

import "strings"

// exec runs a statement.
func (r *run) exec(n *node) flow {
	r.step()
	switch n.op {
	case opBlock:
		for _, s := range n.args {
			if f := r.exec(s); f != onward {
				return f
			}
		}
	case opIf:
		if r.eval(n.args[0]).truth() {
			return r.exec(n.args[1])
		} else if len(n.args) > 2 {
			return r.exec(n.args[2])
		}
	case opWhile:
		return r.loop(n.args[0], nil, n.args[1], true)
	case opDo:
		return r.loop(n.args[0], nil, n.args[1], false)
	case opFor:
		if n.args[0] != nil {
			r.exec(n.args[0])
		}
		return r.loop(n.args[1], n.args[2], n.args[3], true)
	case opForIn:
		return r.forIn(n)
	case opPrint:
		r.print(n)
	case opPrintf:
		r.write(sprintf(r.eval(n.args[0]).text(r.special("CONVFMT")), r.values(n.args[1:])))
	case opNext:
		return toNext
	case opBreak:
		return toBreak
	case opContinue:
		return toContinue
	case opExit:
		if len(n.args) > 0 {
			r.code = int(bounded(r.eval(n.args[0]).number(), 1<<31)) & 0xff
		}
		return toExit
	case opReturn:
		r.returned = value{}
		if len(n.args) > 0 {
			r.returned = r.eval(n.args[0])
		}
		return toReturn
	case opDelete:
		if a := r.cell(n.args[0]).asArray(); len(n.args) == 1 {
			a.clear()
		} else {
			a.remove(r.key(n.args[1]))
		}
	default:
		r.eval(n)
	}
	return onward
}

func (r *run) loop(condition, after, body *node, first bool) flow {
	for check := first; ; check = true {
		r.step()
		if check && condition != nil && !r.eval(condition).truth() {
			return onward
		}
		switch f := r.exec(body); f {
		case toBreak:
			return onward
		case onward, toContinue:
		default:
			return f
		}
		if after != nil {
			r.exec(after)
		}
	}
}

func (r *run) forIn(n *node) flow {
	array := r.cell(n.args[1]).asArray()
	for _, key := range array.keys() {
		if _, still := array.at[key]; !still {
			continue
		}
		r.assign(n.args[0], value{kind: outside, s: key})
		switch f := r.exec(n.args[2]); f {
		case toBreak:
			return onward
		case onward, toContinue:
		default:
			return f
		}
	}
	return onward
}

func (r *run) print(n *node) {
	if len(n.args) == 0 {
		r.write(r.record.whole(r) + r.special("ORS"))
		return
	}
	var out strings.Builder
	for i, v := range r.values(n.args) {
		if i > 0 {
			out.WriteString(r.special("OFS"))
		}
		out.WriteString(v.text(r.special("OFMT")))
	}
	r.write(out.String() + r.special("ORS"))
}

func (r *run) values(nodes []*node) []value {
	values := make([]value, len(nodes))
	for i, n := range nodes {
		values[i] = r.eval(n)
	}
	return values
}
