package shell

import (
	"bytes"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Line is one logical line of a fence: what a person would type and confirm with
// Enter.
type Line struct {
	Text    string // verbatim, continuations joined by a space
	Caption string // the whole-line comments above it
	Line    int    // where it begins in the fence, from 1
}

// Commands cuts a fence into its logical lines. Once a fence uses a prompt, lines
// without one are sample output. console says that the fence calls itself a
// console, where a root prompt counts by itself.
func Commands(fence string, console bool) []Line {
	if len(fence) > 16*maxText {
		return nil
	}
	fence = strings.ReplaceAll(fence, "\r\n", "\n")
	c := cutter{lines: strings.Split(fence, "\n"), budget: parseBudget, parser: syntax.NewParser(syntax.Variant(syntax.LangBash))}
	c.console = console
	for _, line := range c.lines {
		if prompt.MatchString(line) {
			c.prompted = true
		}
	}
	if console && !c.prompted {
		c.prompted = c.rootOnly()
	}
	for c.at < len(c.lines) {
		c.step()
	}
	return c.found
}

// prompt is what a shell prints before a command; the bare # of root is not in
// it, because it is a comment far more often.
var (
	prompt     = regexp.MustCompile(`^\s*(?:\([\w.-]+\)\s*)?(?:(?:\[[^\]\n]+\]|[\w.-]+@[\w.-]+[: ][^\s$#%]*|(?:[a-z]{0,3}sh-[\d.]+))\s?[$#%❯]|[$❯%])[ \t]+(\S.*)$`)
	rootPrompt = regexp.MustCompile(`^\s*#[ \t]+(\S.*)$`)
	comment    = regexp.MustCompile(`^\s*(?:#|-- )\s*(.*)$`)
	statement  = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|EXPLAIN|VACUUM|ANALYZE|WITH|DROP|TRUNCATE)\s`)
)

// cutter walks over the lines of a fence.
type cutter struct {
	lines    []string
	at       int
	console  bool
	prompted bool
	captions []string
	found    []Line
	budget   int // what may still be parsed: a fence of unclosed quotes must not cost its square
	parser   *syntax.Parser
}

const (
	parseBudget = 1 << 20
	parseCost   = 200 // of even the shortest text
)

// rootOnly reports a console whose only prompts are root's.
func (c *cutter) rootOnly() bool {
	for _, line := range c.lines {
		if m := rootPrompt.FindStringSubmatch(line); m != nil && startsKnown(m[1]) {
			return true
		}
	}
	return false
}

func startsKnown(text string) bool {
	fields := strings.Fields(text)
	return len(fields) > 0 && (Known(fields[0]) || shellBuiltins[fields[0]] != nil)
}

// step takes one line, or as many as belong together.
func (c *cutter) step() {
	line := c.lines[c.at]
	trimmed := strings.TrimSpace(line)
	switch m := c.typed(line); {
	case trimmed == "":
		c.captions = nil
		c.at++
	case m != "":
		c.take(m)
	case c.isComment(line):
		c.captions = append(c.captions, comment.FindStringSubmatch(line)[1])
		c.at++
	case c.prompted: // sample output
		c.captions = nil
		c.at++
	default:
		c.take(trimmed)
	}
}

// typed gives what follows a prompt, or "".
func (c *cutter) typed(line string) string {
	if !c.prompted {
		return ""
	}
	if m := prompt.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	if m := rootPrompt.FindStringSubmatch(line); m != nil && startsKnown(m[1]) {
		return m[1]
	}
	return ""
}

func (c *cutter) isComment(line string) bool {
	return comment.MatchString(line)
}

// take collects the logical line that begins with first at the current line.
func (c *cutter) take(first string) {
	text, used := first, 1
	if statement.MatchString(first) {
		text, used = c.sql(first)
	} else if joined, n, ok := c.complete(first); ok {
		text, used = joined, n
	}
	text = strings.TrimSpace(joinContinuations(text))
	if text != "" {
		c.found = append(c.found, Line{Text: text, Caption: strings.TrimSpace(strings.Join(c.captions, " ")), Line: c.at + 1})
	}
	c.captions = nil
	c.at += used
}

// sql takes a statement up to its semicolon or an empty line.
func (c *cutter) sql(first string) (text string, used int) {
	lines, last := []string{first}, first
	for c.at+len(lines) < len(c.lines) && !strings.HasSuffix(strings.TrimSpace(last), ";") {
		last = c.lines[c.at+len(lines)]
		if strings.TrimSpace(last) == "" || comment.MatchString(last) {
			break
		}
		lines = append(lines, last)
	}
	return strings.Join(lines, "\n"), len(lines)
}

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
	}
	t := template{}
	t.punch(text)
	return incomplete(c.parser, t.punched)
}

func incomplete(parser *syntax.Parser, text string) (more bool) {
	defer func() {
		if recover() != nil {
			more = false
		}
	}()
	_, err := parser.Parse(strings.NewReader(text+"\n"), "")
	return err != nil && syntax.IsIncomplete(err)
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
