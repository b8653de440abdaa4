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
	set *Set
	key int // lines of a key that may still come
}

// Lines begins a text.
func (s *Set) Lines() *Lines { return &Lines{set: s} }

// Find lists the secrets in the next line.
func (l *Lines) Find(line string) []Span {
	if l.key > 0 {
		if end := disarm.FindStringIndex(line); end != nil {
			l.key = 0
			return merge(append([]Span{{0, end[1], maskedKey}}, shifted(l.Find(line[end[1]:]), end[1])...))
		}
		if keyLine.MatchString(line) {
			l.key--
			return []Span{{0, len(line), maskedKey}}
		}
		l.key = 0
	}
	spans := l.set.Find(line)
	if at := lastArmour(line); at >= 0 && !disarm.MatchString(line[at:]) {
		l.key = keyLines
	}
	return spans
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
