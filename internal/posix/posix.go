// Package posix translates the regular expressions of grep, sed and awk into those of package regexp. What that cannot do, references to a group inside the expression
// for one, is an error when it is compiled and never a wrong match.
package posix

import (
	"strings"
)

// Syntax says how an expression is written.
type Syntax struct {
	Extended bool // ( ) { } | + ? are special when bare, as for grep -E, and not when escaped
	Escapes  bool // \n, \t and the like count inside brackets too, as in sed and awk
}

// Translate rewrites an expression. It does not judge it: regexp.Compile does.
func (s Syntax) Translate(p string) string {
	var out strings.Builder
	start := true // of an alternative or a group: there * is literal and ^ is not
	for i := 0; i < len(p); i++ {
		char, began := p[i], start
		start = false
		switch {
		case char == '\\' && i+1 < len(p):
			i++
			start = !s.Extended && (p[i] == '(' || p[i] == '|')
			s.escaped(&out, p[i])
		case char == '[':
			end := BracketEnd(p, i)
			s.bracket(&out, p[i:end])
			i = end - 1
		case s.Extended:
			out.WriteByte(char)
		case char == '^':
			start = began
			literal(&out, char, !began)
		case char == '$':
			rest := p[i+1:]
			literal(&out, char, rest != "" && !strings.HasPrefix(rest, `\)`) && !strings.HasPrefix(rest, `\|`))
		case char == '*':
			literal(&out, char, began)
		default:
			literal(&out, char, strings.IndexByte("(){}|+?", char) >= 0)
		}
	}
	return out.String()
}

func literal(out *strings.Builder, char byte, escape bool) {
	if escape {
		out.WriteByte('\\')
	}
	out.WriteByte(char)
}

// escaped writes what a backslash and this character stand for.
func (s Syntax) escaped(out *strings.Builder, char byte) {
	switch {
	case !s.Extended && strings.IndexByte("(){}|+?", char) >= 0:
		out.WriteByte(char)
	case char == '<' || char == '>':
		out.WriteString(`\b`)
	case char == '`':
		out.WriteString(`\A`)
	case char == '\'':
		out.WriteString(`\z`)
	case char == '"' || char == '/' || char == '&' || char >= 0x80 || char <= ' ':
		out.WriteByte(char) // regexp knows no escape for them
	default:
		out.WriteByte('\\')
		out.WriteByte(char)
	}
}

// bracket writes a bracket expression, in which a backslash is an ordinary character unless escapes count.
func (s Syntax) bracket(out *strings.Builder, b string) {
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '[' && i > 0 && !strings.HasPrefix(b[i:], "[:"):
			out.WriteString(`\[`)
		case b[i] != '\\':
			out.WriteByte(b[i])
		case s.Escapes && i+1 < len(b) && strings.IndexByte(`nrtfv\/"`, b[i+1]) >= 0:
			i++
			if b[i] != '/' && b[i] != '"' {
				out.WriteByte('\\')
			}
			out.WriteByte(b[i])
		default:
			out.WriteString(`\\`)
		}
	}
}

// BracketEnd returns the index behind a bracket expression; the first character after [ or [^ is literal even when it is ]. Without an end it is the end of p.
func BracketEnd(p string, start int) int {
	i := start + 1
	if i < len(p) && p[i] == '^' {
		i++
	}
	if i < len(p) && p[i] == ']' {
		i++
	}
	for i < len(p) && p[i] != ']' {
		if strings.HasPrefix(p[i:], "[:") {
			if end := strings.Index(p[i:], ":]"); end > 0 {
				i += end + 1
			}
		}
		i++
	}
	return min(i+1, len(p))
}
