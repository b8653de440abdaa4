package awk

import (
	"math"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

func newRandom(seed float64) *rand.Rand {
	return rand.New(rand.NewPCG(math.Float64bits(seed), 0)) //nolint:gosec // for samples, not for secrets
}

var mathematics = map[string]func(float64) float64{
	"sin": math.Sin, "cos": math.Cos, "exp": math.Exp, "log": math.Log, "sqrt": math.Sqrt, "int": math.Trunc,
}

func (r *run) builtin(n *node) value {
	r.step()
	if f := mathematics[n.name]; f != nil {
		return num(f(r.eval(n.args[0]).number()))
	}
	switch n.name {
	case "length":
		return r.length(n)
	case "substr":
		return r.substr(r.values(n.args))
	case "index":
		text := r.text(n.args[0])
		at := strings.Index(text, r.text(n.args[1]))
		if at >= 0 {
			at = utf8.RuneCountInString(text[:at])
		}
		return num(float64(at + 1))
	case "split":
		return r.splitInto(n)
	case "sub", "gsub":
		return r.substitute(n)
	case "match":
		return r.match(n)
	case "sprintf":
		values := r.values(n.args)
		return str(sprintf(values[0].text(r.special("CONVFMT")), values[1:]))
	case "atan2":
		return num(math.Atan2(r.eval(n.args[0]).number(), r.eval(n.args[1]).number()))
	case "rand":
		return num(r.random.Float64())
	case "srand":
		before := r.seed
		if r.seed = 0; len(n.args) > 0 {
			r.seed = r.eval(n.args[0]).number()
		}
		r.random = newRandom(r.seed)
		return num(before)
	case "tolower":
		return str(strings.ToLower(r.text(n.args[0])))
	case "toupper":
		return str(strings.ToUpper(r.text(n.args[0])))
	}
	// subscript, the text that several values are as one.
	var parts []string
	for _, arg := range n.args {
		parts = append(parts, r.key(arg))
	}
	return str(strings.Join(parts, r.special("SUBSEP")))
}

func (r *run) length(n *node) value {
	if len(n.args) == 0 {
		return num(float64(utf8.RuneCountInString(r.record.whole(r))))
	}
	if n.args[0].op == opVariable {
		if c := r.cell(n.args[0]); c.array != nil {
			return num(float64(len(c.array.at)))
		}
	}
	return num(float64(utf8.RuneCountInString(r.text(n.args[0]))))
}

// substr counts characters from 1 and cuts what lies outside, as POSIX words it.
func (r *run) substr(args []value) value {
	chars := []rune(args[0].text(r.special("CONVFMT")))
	from := math.RoundToEven(args[1].number())
	to := math.Inf(1)
	if len(args) > 2 {
		to = from + math.RoundToEven(args[2].number())
	}
	from, to = math.Max(from, 1), math.Min(to, float64(len(chars)+1))
	if !(from < to) { // also when one of them is no number
		return str("")
	}
	return str(string(chars[int(from)-1 : int(to)-1]))
}

func (r *run) splitInto(n *node) value {
	text := r.text(n.args[0])
	var parts []string
	switch {
	case len(n.args) < 3:
		parts = r.splitText(text, r.special("FS"), false)
	case n.args[2].op == opRegexp:
		if text != "" {
			parts = splitAt(n.args[2].re, text)
		}
	default:
		parts = r.splitText(text, r.text(n.args[2]), false)
	}
	array := r.cell(n.args[1]).asArray()
	array.clear()
	for i, part := range parts {
		*array.get(num(float64(i + 1)).text("")) = value{kind: outside, s: part}
	}
	return num(float64(len(parts)))
}

// substitute is sub and gsub.
func (r *run) substitute(n *node) value {
	re, with := r.pattern(n.args[0]), r.text(n.args[1])
	target := &node{op: opField, args: []*node{{op: opNumber}}}
	if len(n.args) > 2 {
		target = n.args[2]
	}
	text := r.text(target)
	most := -1
	if n.name == "sub" {
		most = 1
	}
	matches := re.FindAllStringIndex(text, most)
	if len(matches) == 0 {
		return num(0)
	}
	var out strings.Builder
	end := 0
	for _, m := range matches {
		out.WriteString(text[end:m[0]])
		expand(&out, with, text[m[0]:m[1]])
		end = m[1]
	}
	out.WriteString(text[end:])
	r.assign(target, str(out.String()))
	return num(float64(len(matches)))
}

// expand puts the match in the place of every & without a backslash.
func expand(out *strings.Builder, with, match string) {
	for i := 0; i < len(with); i++ {
		switch {
		case with[i] == '\\' && i+1 < len(with) && (with[i+1] == '&' || with[i+1] == '\\'):
			i++
			out.WriteByte(with[i])
		case with[i] == '&':
			out.WriteString(match)
		default:
			out.WriteByte(with[i])
		}
	}
}

func (r *run) match(n *node) value {
	text := r.text(n.args[0])
	start, length := 0, -1
	if m := r.pattern(n.args[1]).FindStringIndex(text); m != nil {
		start, length = utf8.RuneCountInString(text[:m[0]])+1, utf8.RuneCountInString(text[m[0]:m[1]])
	}
	r.setGlobal("RSTART", num(float64(start)))
	r.setGlobal("RLENGTH", num(float64(length)))
	return num(float64(start))
}
