package redact

import (
	"regexp"
	"strings"
)

// begin starts the armour of a key; a certificate has it too and is none.
const begin = "-----BEGIN "

var (
	armour   = regexp.MustCompile(`-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----`)
	disarm   = regexp.MustCompile(`-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----`)
	keyLine  = regexp.MustCompile(`^[\s"'|>+]*(?:[A-Za-z0-9+/=]{1,128}|[A-Za-z-]+: .*|)[\s"',\\n]*$`)
	keyTail  = regexp.MustCompile(`(?:^|[^A-Za-z0-9+/=])([A-Za-z0-9+/]{20,128}={0,2})[\s"',\\n]*$`)
	keyLines = 400 // of the longest key that is a key
)

const maskedKey = "‹private key›"

// keys finds private keys within one text.
func keys(text string) []Span {
	var spans []Span
	for at := 0; strings.Contains(text[at:], begin); {
		from := armour.FindStringIndex(text[at:])
		if from == nil {
			break
		}
		to := len(text)
		if end := disarm.FindStringIndex(text[at+from[1]:]); end != nil {
			to = at + from[1] + end[1]
		}
		spans = append(spans, Span{at + from[0], to, maskedKey})
		at = to
	}
	return spans
}

// Lines finds secrets in a text that comes line by line, so that a private key stays
// hidden to its end. It is not safe for concurrent use.
type Lines struct {
	set    *Set
	key    int    // lines of a key that may still come
	prefix string // in front of its first line: the container's name, a time, a number
	torn   bool   // a line behind the same prefix was none of its
}

// Lines begins a text.
func (s *Set) Lines() *Lines { return &Lines{set: s} }

// Find lists the secrets in the next line. Other lines may come between those of a key, as they do in the log of
// several containers: until its end, or for as long as a key can be, what looks like a line of it is one.
func (l *Lines) Find(line string) []Span {
	if l.key > 0 {
		l.key--
		if end := disarm.FindStringIndex(line); end != nil {
			from := 0
			if l.prefixed(line[:end[0]]) == end[0] {
				from = end[0]
			}
			l.key = 0
			return merge(append([]Span{{from, end[1], maskedKey}}, shifted(l.Find(line[end[1]:]), end[1])...))
		}
		if from := l.ofKey(line); from >= 0 {
			return merge(append([]Span{{from, len(line), maskedKey}}, l.set.Find(line)...))
		}
		l.torn = l.torn || strings.HasPrefix(line, l.prefix)
	}
	spans := l.set.Find(line)
	if at := lastArmour(line); at >= 0 && !disarm.MatchString(line[at:]) {
		l.key, l.prefix, l.torn = keyLines, line[:at], false
	}
	return spans
}

// ofKey is where the line's part of the key begins; -1 when it has none.
func (l *Lines) ofKey(line string) int {
	if !l.torn && keyLine.MatchString(line) {
		return 0
	}
	tail := keyTail.FindStringSubmatchIndex(line)
	switch at := l.prefixed(line); {
	case at > 0 && keyLine.MatchString(line[at:]) && (tail != nil || !l.torn):
		return at
	case tail != nil:
		return tail[2]
	}
	return -1
}

// prefixed is where a line begins behind a prefix as long as that of the key's first line, give or take a digit of a line number.
func (l *Lines) prefixed(line string) int {
	n := len(l.prefix)
	for _, at := range []int{n, n + 1, n - 1} {
		if n > 0 && at > 0 && at <= len(line) && !inWord(line[at-1]) {
			return at
		}
	}
	return 0
}

func inWord(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '+' || b == '/' || b == '='
}

// Settled is how many bytes of the line that is not complete yet may be shown.
func (l *Lines) Settled(line string) int {
	if l.key > 0 {
		return 0
	}
	return l.set.Settled(line)
}

func lastArmour(line string) int {
	if !strings.Contains(line, begin) {
		return -1
	}
	at := -1
	for _, found := range armour.FindAllStringIndex(line, -1) {
		at = found[0]
	}
	return at
}

func shifted(spans []Span, by int) []Span {
	for i := range spans {
		spans[i].From += by
		spans[i].To += by
	}
	return spans
}
