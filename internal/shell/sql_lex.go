package shell

import (
	"strings"
	"unicode/utf8"
)

type sqlKind uint8

const (
	sqlWord   sqlKind = iota // upper-cased, unless it holds letters that fold differently elsewhere
	sqlQuoted                // "…"
	sqlString                // '…' and $tag$…$tag$; its text is dropped
	sqlNumber
	sqlSign // one character
)

type sqlToken struct {
	kind     sqlKind
	text     string
	from, to int // where it stands in the text
}

// lexSQL cuts a text into tokens. It gives up (ok is false) wherever PostgreSQL's
// settings could decide where a string ends, so that no word hides in one.
func lexSQL(text string) (tokens []sqlToken, ok bool) {
	whole := len(text)
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case strings.IndexByte(" \t\n\r\f\v", text[0]) >= 0: // and no other: to PostgreSQL a no-break space is a letter
			text = text[size:]
			continue
		case strings.HasPrefix(text, "--"):
			_, text, _ = strings.Cut(text, "\n")
			continue
		case strings.HasPrefix(text, "/*"):
			// Comments nest in PostgreSQL: one inside another is refused instead of counted.
			inside, rest, closed := strings.Cut(text[len("/*"):], "*/")
			if !closed || strings.Contains(inside, "/*") {
				return nil, false
			}
			text = rest
			continue
		case r == '\\' || r == utf8.RuneError:
			return nil, false
		}
		token, n := lexToken(text, r, size)
		if n == 0 {
			return nil, false
		}
		token.from = whole - len(text)
		token.to = token.from + n
		tokens = append(tokens, token)
		text = text[n:]
	}
	return tokens, true
}

func lexToken(text string, r rune, size int) (sqlToken, int) {
	switch {
	case r == '\'' || r == '"':
		return lexQuoted(text, byte(r))
	case sqlLetter(r):
		n := strings.IndexFunc(text, func(r rune) bool { return !sqlLetter(r) && !sqlDigit(r) && r != '$' })
		if n < 0 {
			n = len(text)
		}
		word := sqlUpper(text[:n])
		// E'…', B'…', U&"…" and the like have rules of their own.
		if n < len(text) && (text[n] == '\'' || strings.HasPrefix(text[n:], "&'") || strings.HasPrefix(text[n:], `&"`)) && len(word) <= 2 {
			return sqlToken{}, 0
		}
		return sqlToken{kind: sqlWord, text: word}, n
	case sqlDigit(r):
		n := strings.IndexFunc(text, func(r rune) bool { return !sqlDigit(r) && r != '.' })
		if n < 0 {
			n = len(text)
		}
		return sqlToken{kind: sqlNumber, text: text[:n]}, n
	case r == '$':
		return lexDollar(text)
	case r < utf8.RuneSelf:
		return sqlToken{kind: sqlSign, text: text[:size]}, size
	}
	return sqlToken{}, 0
}

// sqlLetter is what may begin a word: PostgreSQL counts everything outside ASCII in.
func sqlLetter(r rune) bool {
	return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= utf8.RuneSelf && r != utf8.RuneError
}

func sqlDigit(r rune) bool { return r >= '0' && r <= '9' }

// sqlUpper folds a word the way PostgreSQL does, ASCII only: a long s is no S.
func sqlUpper(word string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, word)
}

func lexQuoted(text string, quote byte) (sqlToken, int) {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '\'':
			// Whether a backslash escapes depends on standard_conforming_strings.
			return sqlToken{}, 0
		case text[i] != quote:
		case i+1 < len(text) && text[i+1] == quote:
			i++
		case quote == '"':
			return sqlToken{kind: sqlQuoted, text: text[:i+1]}, i + 1
		default:
			return sqlToken{kind: sqlString, text: "''"}, i + 1
		}
	}
	return sqlToken{}, 0
}

// lexDollar reads $tag$…$tag$ and $1.
func lexDollar(text string) (sqlToken, int) {
	end := strings.IndexByte(text[1:], '$')
	digits := 1
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	if digits > 1 {
		return sqlToken{kind: sqlNumber, text: text[:digits]}, digits
	}
	if end < 0 || strings.ContainsFunc(text[1:1+end], func(r rune) bool { return !sqlLetter(r) && !sqlDigit(r) }) {
		return sqlToken{}, 0
	}
	tag := text[:end+2]
	stop := strings.Index(text[len(tag):], tag)
	if stop < 0 {
		return sqlToken{}, 0
	}
	return sqlToken{kind: sqlString, text: "''"}, len(tag) + stop + len(tag)
}
