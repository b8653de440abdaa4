// Package awk reads and runs awk programs that only compute and print. There is no system, no getline, no pipe, no output to a file and no environment: a program that
// has any of them is an error of Parse, so that what is judged before a run and what runs are one and the same tree. An existing interpreter has all of these and would
// have to be kept from using them.
package awk

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokNewline
	tokNumber
	tokString
	tokRegexp
	tokName
	tokFunction // a name with ( directly behind it
	tokBuiltin
	tokKeyword
	tokSign
)

type token struct {
	kind tokenKind
	text string
	n    float64
}

func (t token) is(sign string) bool {
	return (t.kind == tokSign || t.kind == tokKeyword) && t.text == sign
}

var keywords = words("BEGIN END function func if else while for do break continue next exit return delete in print printf getline nextfile")

var builtins = words("length substr index split sub gsub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper")

// beyond are functions that start, flush or close something, or ask the machine.
var beyond = words("system close fflush")

func words(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// signs are in the order in which they must be tried.
var signs = []string{
	"**=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "==", "<=", ">=", "!=", ">>", "**", "!~",
	"{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":", "~", "$", "=",
}

type lexer struct {
	text   string
	at     int
	tokens []token
}

// lex takes a text apart. A slash begins an expression unless what stands before it can be divided.
func lex(text string) ([]token, error) {
	l := lexer{text: text}
	for {
		l.blanks()
		if l.at == len(text) {
			return append(l.tokens, token{kind: tokNewline}, token{kind: tokEnd}), nil
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
}

func (l *lexer) blanks() {
	for l.at < len(l.text) {
		switch rest := l.text[l.at:]; {
		case strings.HasPrefix(rest, "\\\n"):
			l.at += 2
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r':
			l.at++
		case rest[0] == '#':
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			l.at += end
		default:
			return
		}
	}
}

func (l *lexer) add(t token) { l.tokens = append(l.tokens, t) }

func (l *lexer) next() error {
	rest := l.text[l.at:]
	ch := rest[0]
	switch {
	case ch == '\n':
		l.at++
		l.add(token{kind: tokNewline})
	case ch == '"':
		text, n, err := quoted(rest[1:])
		if err != nil {
			return err
		}
		l.at += n + 1
		l.add(token{kind: tokString, text: text})
	case digit(ch) || ch == '.' && len(rest) > 1 && digit(rest[1]):
		n := numberEnd(rest)
		value, err := strconv.ParseFloat(rest[:n], 64)
		if err != nil && value == 0 {
			return fmt.Errorf("bad number %s", rest[:n])
		}
		l.at += n
		l.add(token{kind: tokNumber, n: value})
	case letter(ch):
		l.word(rest)
	case ch == '/' && !l.divides():
		text, n, err := regexpText(rest[1:])
		if err != nil {
			return err
		}
		l.at += n + 1
		l.add(token{kind: tokRegexp, text: text})
	default:
		for _, sign := range signs {
			if strings.HasPrefix(rest, sign) {
				l.at += len(sign)
				l.add(token{kind: tokSign, text: strings.ReplaceAll(sign, "**", "^")})
				return nil
			}
		}
		return fmt.Errorf("unexpected character %q", ch)
	}
	return nil
}

func (l *lexer) word(rest string) {
	n := 1
	for n < len(rest) && (letter(rest[n]) || digit(rest[n])) {
		n++
	}
	name := rest[:n]
	l.at += n
	switch {
	case keywords[name]:
		l.add(token{kind: tokKeyword, text: name})
	case builtins[name]:
		l.add(token{kind: tokBuiltin, text: name})
	case n < len(rest) && rest[n] == '(':
		l.add(token{kind: tokFunction, text: name})
	default:
		l.add(token{kind: tokName, text: name})
	}
}

// divides reports whether a slash here is a division.
func (l *lexer) divides() bool {
	if len(l.tokens) == 0 {
		return false
	}
	switch last := l.tokens[len(l.tokens)-1]; last.kind {
	case tokNumber, tokString, tokName, tokBuiltin:
		return true
	case tokSign:
		return last.text == ")" || last.text == "]" || last.text == "$" || last.text == "++" || last.text == "--"
	default:
		return false
	}
}

func digit(ch byte) bool { return '0' <= ch && ch <= '9' }

func letter(ch byte) bool { return ch == '_' || 'a' <= ch && ch <= 'z' || 'A' <= ch && ch <= 'Z' }

// numberEnd is how long the decimal number is that a text begins with, 0 for none.
func numberEnd(s string) int {
	i, digits := 0, 0
	for i < len(s) && digit(s[i]) {
		i++
		digits++
	}
	if i < len(s) && s[i] == '.' {
		i++
		for i < len(s) && digit(s[i]) {
			i++
			digits++
		}
	}
	if digits == 0 {
		return 0
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		end := i + 1
		if end < len(s) && (s[end] == '+' || s[end] == '-') {
			end++
		}
		if end < len(s) && digit(s[end]) {
			for i = end; i < len(s) && digit(s[i]); {
				i++
			}
		}
	}
	return i
}

// quoted reads a string up to its closing quote and says how many bytes it took.
func quoted(s string) (text string, n int, err error) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			return unescape(s[:i]), i + 1, nil
		case '\n':
			return "", 0, errors.New("a string may not go over the end of a line")
		case '\\':
			i++
		}
	}
	return "", 0, errors.New("a string is not closed")
}

// unescape undoes the escapes of a string. An unknown one keeps its backslash, as expressions in strings need it.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		at := strings.IndexByte(`abfnrtv\"/`, s[i])
		switch {
		case at >= 0:
			out.WriteByte("\a\b\f\n\r\t\v\\\"/"[at])
		case s[i] >= '0' && s[i] <= '7':
			value, n := 0, 0
			for ; n < 3 && i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '7'; n++ {
				value = value*8 + int(s[i+n]-'0')
			}
			out.WriteByte(byte(value))
			i += n - 1
		case s[i] == '\n': // a string that goes on
		default:
			out.WriteByte('\\')
			_, size := utf8.DecodeRuneInString(s[i:])
			out.WriteString(s[i : i+size])
			i += size - 1
		}
	}
	return out.String()
}

// regexpText reads an expression up to its closing slash. One in brackets closes it too, as in most implementations.
func regexpText(s string) (text string, n int, err error) {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '/':
			return out.String(), i + 1, nil
		case s[i] == '\n':
			return "", 0, errors.New("an expression is not closed")
		case s[i] == '\\' && i+1 < len(s):
			i++
			if s[i] != '/' {
				out.WriteByte('\\')
			}
		}
		out.WriteByte(s[i])
	}
	return "", 0, errors.New("an expression is not closed")
}
