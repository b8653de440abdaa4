package shell

import (
	"regexp"
	"slices"
	"strings"
)

// Line is one logical line of a fence: what a person would type and confirm with
// Enter.
type Line struct {
	Text    string // verbatim, continuations joined by a space
	Caption string // the whole-line comments above it
	Line    int    // where it begins in the fence, from 1
	In      string // its language, empty for the shell's own
}

// Commands cuts a fence into its logical lines. Once a fence uses a prompt, lines
// without one are sample output; without prompts a line is judged by its words.
func Commands(fence string) []Line {
	commands, _ := Cut(fence)
	return commands
}

// Cut is Commands that also gives the comments that stand above no command.
func Cut(fence string) (commands []Line, remarks []Remark) {
	if len(fence) > 16*maxText {
		return nil, nil
	}
	c := newCutter(fence)
	c.prompted = slices.ContainsFunc(c.lines, func(line string) bool {
		_, found := afterPrompt(line, c.arrow)
		return found
	}) || c.rootOnly()
	for c.at < len(c.lines) {
		c.step()
	}
	c.remark()
	return c.found, c.remarks
}

// cutter walks over the lines of a fence.
type cutter struct {
	lines    []string
	at       int
	prompted bool
	arrow    bool // a bare > is one of the prompts
	commands bool // something other than queries was found
	silent   bool // a comment announced sample output
	below    int  // lines indented deeper than this belong to printed YAML or JSON
	ended    int  // the line behind the last command, when that is the shell's own
	behind   int  // the line behind the last command
	captions []string
	found    []Line
	remarks  []Remark
	output   bool // the line above was printed
	skipped  bool // so was any
	printed  bool // so was the one above the captions
	from     int  // the line on which the captions begin

	functions map[string]bool // that the fence defines itself
	budget    int             // what may still be parsed: a fence of unclosed quotes must not cost its square
}

const (
	parseBudget = 1 << 20
	parseCost   = 200 // of even the shortest text
	nothing     = 1 << 30
)

func newCutter(fence string) *cutter {
	lines := strings.Split(strings.ReplaceAll(fence, "\r\n", "\n"), "\n")
	for i, line := range lines { // a backslash with blanks behind it was meant to continue
		if trimmed := strings.TrimRight(line, " \t"); len(trimmed) < len(line) && endsInBackslash(trimmed) && i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != "" {
			lines[i] = trimmed
		}
	}
	first := slices.IndexFunc(lines, func(line string) bool { return strings.TrimSpace(line) != "" && !isComment(line) })
	arrow := first >= 0 && strings.HasPrefix(strings.TrimSpace(lines[first]), "> ")
	return &cutter{arrow: arrow, lines: lines, below: nothing, ended: -1, behind: -1, budget: parseBudget}
}

// rootOnly reports a fence whose only prompts are root's.
func (c *cutter) rootOnly() bool {
	found := false
	for _, line := range c.lines {
		if text, isRoot := afterRoot(line); isRoot {
			found = found || rootTyped(text)
		} else if word := firstField(line); Known(word) && !english[word] {
			return false
		}
	}
	return found
}

// step takes one line, or as many as belong together.
func (c *cutter) step() {
	line := c.lines[c.at]
	if strings.TrimSpace(line) == "" {
		c.remark()
		c.silent, c.below, c.output = false, nothing, false
		c.at++
		return
	}
	if c.prompted {
		c.answered(line)
		return
	}
	switch trimmed := strings.TrimSpace(line); {
	case indent(line) > c.below: // deep in printed YAML
		c.skip(line)
	case isComment(line):
		c.caption(line)
	case c.silent:
		c.skip(line)
	case c.ended == c.at && continues(trimmed, c.found[len(c.found)-1].Text):
		last := c.found[len(c.found)-1]
		c.found = c.found[:len(c.found)-1]
		c.take(last.Text + " " + trimmed)
		c.found[len(c.found)-1].Line, c.found[len(c.found)-1].Caption = last.Line, last.Caption
	case isStatement(trimmed), isMeta(trimmed) && slices.ContainsFunc(c.found, func(l Line) bool { return l.In == InSQL }):
		c.sql(trimmed)
	case c.inRedis(trimmed):
		c.add(trimmed, InOther, 1)
	default:
		opened := c.opened(trimmed)
		if language := queryIn(opened, !c.commands); language != "" {
			c.query(trimmed, language)
		} else if !c.echoed(trimmed) && (c.functions[firstField(trimmed)] || typedLine(opened, len(c.found) == 0)) {
			c.take(trimmed)
		} else {
			c.skip(line)
		}
	}
}

// inRedis reports what is typed into the redis-cli that the fence started.
func (c *cutter) inRedis(line string) bool {
	return redisVerbs[firstField(line)] && slices.ContainsFunc(c.found, func(l Line) bool {
		return strings.HasPrefix(l.Text, "redis-cli") || strings.Contains(l.Text, " redis-cli")
	})
}

var redisVerbs = wordSet("INFO PING SLOWLOG CONFIG MONITOR CLIENT DBSIZE KEYS SCAN MEMORY LATENCY CLUSTER ACL TTL GET HGETALL LLEN LRANGE XINFO XLEN " +
	"AUTH BGSAVE BGREWRITEAOF LASTSAVE DEL UNLINK FLUSHDB FLUSHALL REPLICAOF SLAVEOF FAILOVER SENTINEL SHUTDOWN")

// echoed reports what the command above ran elsewhere, shown again with what it printed.
func (c *cutter) echoed(line string) bool {
	return len(c.found) > 0 && strings.HasSuffix(c.found[len(c.found)-1].Text, " -- "+line)
}

// answered takes a line of a fence with prompts.
func (c *cutter) answered(line string) {
	typed, found := afterPrompt(line, c.arrow)
	if text, isRoot := afterRoot(line); !found && isRoot && rootTyped(text) {
		typed, found = typedText{text: text}, true
	}
	switch {
	case found && typed.in == InSQL:
		c.sql(typed.text)
	case found && typed.in == InOther:
		c.add(typed.text, InOther, 1)
	case found && isStatement(typed.text):
		c.sql(typed.text)
	case found && queryIn(typed.text, false) != "":
		c.query(typed.text, queryIn(typed.text, false))
	case found:
		c.take(typed.text)
	case isComment(line):
		c.caption(line)
	default:
		c.skip(line)
	}
}

// caption keeps a comment for the command below it.
func (c *cutter) caption(line string) {
	text, _ := commentOf(line)
	c.silent = announces(text)
	if len(c.captions) == 0 {
		c.from, c.printed = c.at, c.output
	}
	if !strings.HasPrefix(text, "!") { // #!/bin/sh
		c.captions = append(c.captions, text)
	}
	c.at++
}

// skip passes over a line that a program printed.
func (c *cutter) skip(line string) {
	text := strings.TrimRight(line, " \t")
	if c.below == nothing && strings.IndexByte(":|{[>", text[len(text)-1]) >= 0 {
		c.below = indent(line)
	}
	if !c.prompted && c.behind != c.from {
		c.remark() // right below a command they are what it printed
	}
	c.captions, c.output, c.skipped = nil, true, true
	c.at++
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

const maxContinued = 4 << 10 // bytes of a command that goes on without a backslash

var flagAtEnd = regexp.MustCompile(`\s--?[A-Za-z][\w-]*$`)

// continues reports a line that goes on with the command above it though no
// backslash says so.
func continues(text, above string) bool {
	switch {
	case len(above) > maxContinued:
		return false
	case strings.HasPrefix(text, "&& "), strings.HasPrefix(text, "|| "), len(text) > 3 && strings.HasPrefix(text, "--") && isLower(text[2]):
		return true
	case strings.HasPrefix(text, "|"):
		return startsKnown(text[1:]) && !strings.HasSuffix(text, "|")
	}
	return strings.ContainsAny(text[:1], `'"`) && flagAtEnd.MatchString(above)
}

// take collects the logical line that begins with first at the current line.
func (c *cutter) take(first string) {
	text, used := first, 1
	if joined, n, ok := c.complete(first); ok {
		text, used = joined, n
	}
	c.add(strings.TrimSpace(joinContinuations(text)), "", used)
}

// add keeps what was taken from the current line and the used-1 below it.
func (c *cutter) add(text, language string, used int) {
	if text != "" {
		c.found = append(c.found, Line{Text: text, Caption: strings.TrimSpace(strings.Join(c.captions, " ")), Line: c.at + 1, In: language})
	}
	if name := definedFunction(text); name != "" && language == "" {
		if c.functions == nil {
			c.functions = map[string]bool{}
		}
		c.functions[name] = true
	}
	c.captions, c.output = nil, false
	c.at += used
	c.behind = c.at
	c.below = nothing
	c.commands = c.commands || language != InPromQL
	if c.ended = -1; language == "" && text != "" {
		c.ended = c.at
	}
}

// sql takes a statement up to its semicolon or an empty line.
func (c *cutter) sql(first string) {
	lines, last := []string{first}, first
	for c.at+len(lines) < len(c.lines) && !endsStatement(last) && !strings.HasPrefix(first, `\`) {
		last = c.lines[c.at+len(lines)]
		if strings.TrimSpace(last) == "" || isComment(last) {
			break
		}
		if m := moreSQL.FindStringSubmatch(last); c.prompted && m != nil {
			last = m[1]
		} else if _, found := afterPrompt(last, c.arrow); c.prompted && found {
			break
		}
		lines = append(lines, last)
	}
	if c.prompted && !endsStatement(last) {
		lines = lines[:1] // what stands below is its result
	}
	c.add(strings.TrimSpace(strings.Join(lines, "\n")), InSQL, len(lines))
}
