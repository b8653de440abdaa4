package shell

import (
	"bytes"
	"errors"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// readsOn are the words that a shell reads on after.
var readsOn = wordSet("if for while until case select function coproc time !")

// maxJoined bounds the lines of one command.
const maxJoined = 400

// complete adds lines until the shell would not ask for more; ok is false when
// the fence ends first, as with an apostrophe in prose.
func (c *cutter) complete(first string) (text string, used int, ok bool) {
	text = first
	for used = 1; ; used++ {
		if !c.unfinished(text) {
			return text, used, true
		}
		if c.at+used >= len(c.lines) || used >= maxJoined || c.budget < 0 {
			return first, 1, false
		}
		next := c.lines[c.at+used]
		if typed, found := afterPrompt(next, false); c.prompted && found && typed.in == "" {
			return first, 1, false
		}
		if c.prompted {
			next = strings.TrimPrefix(next, "> ")
		}
		text += "\n" + next
	}
}

func (c *cutter) unfinished(text string) bool {
	c.budget -= len(text) + parseCost
	switch {
	case c.budget < 0 || len(text) > maxText || checkNesting(text) != nil:
		return false
	case endsInBackslash(text):
		return true
	case !strings.ContainsAny(text, "'\"`$(){}[]<>|&;\\#") && !readsOn[firstField(text)]:
		return false // nothing in it could ask for more, and most lines are such
	}
	t := template{bare: true}
	t.punch(text)
	return incomplete(t.punched)
}

func incomplete(text string) (more bool) {
	defer func() {
		if recover() != nil {
			more = false
		}
	}()
	_, err := parseBash(text + "\n")
	var problem syntax.ParseError
	// The parser does not call a here-document incomplete whose end is quoted.
	return errors.As(err, &problem) && (problem.Incomplete || strings.HasPrefix(problem.Text, "unclosed here-document"))
}

func endsInBackslash(text string) bool {
	n := len(text) - len(strings.TrimRight(text, `\`))
	return n%2 == 1
}

// joinContinuations replaces backslash-newline by a space where the shell would
// join lines, outside quotes and here-documents.
func joinContinuations(text string) string {
	if !strings.Contains(text, "\\\n") || strings.Contains(text, "<<") {
		return strings.TrimSuffix(text, `\`)
	}
	out := make([]byte, 0, len(text))
	var quote byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quote == 0 && i+1 < len(text) && text[i+1] == '\n':
			out = append(bytes.TrimRight(out, " \t"), ' ')
			for i++; i+1 < len(text) && (text[i+1] == ' ' || text[i+1] == '\t'); i++ {
				continue
			}
			continue
		case c == '\\' && quote != '\'' && i+1 < len(text):
			out = append(out, c)
			i++
		case quote == 0 && c == '#' && (i == 0 || strings.IndexByte(" \t\n;", text[i-1]) >= 0):
			end := strings.IndexByte(text[i:], '\n')
			if end < 0 {
				end = len(text) - i
			}
			out = append(out, text[i:i+end]...)
			i += end - 1
			continue
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		}
		out = append(out, text[i])
	}
	return string(out)
}
