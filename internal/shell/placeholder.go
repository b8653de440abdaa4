package shell

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// A template is a command text whose placeholders were taken out: each occurrence
// is two private-use runes in punched, so that the shell's grammar sees an inert
// piece of a word where the author wrote <pod-name> or $NAMESPACE.
type template struct {
	punched string
	texts   []string // the author's text of each hole
	file    *syntax.File
	bare    bool // names without a mark count too: NAMESPACE, web-xxxxx, {pod}
}

// newTemplate reads a text that passed checkText. On a parse error the template
// still holds the placeholders that the text alone tells.
func newTemplate(text string) (t template, err error) {
	t.bare = true
	t.punch(text)
	if len(t.texts) > maxHoles {
		return t, fmt.Errorf("the command has more than %d placeholders", maxHoles)
	}
	if t.file, err = parse(t.punched); err != nil {
		return t, err
	}
	if t.punchVariables() {
		if len(t.texts) > maxHoles {
			return t, fmt.Errorf("the command has more than %d placeholders", maxHoles)
		}
		t.file, err = parse(t.punched)
	}
	return t, err
}

func (t *template) newHole(text string) string {
	t.texts = append(t.texts, text)
	return hole + string(holeIndex+rune(len(t.texts)-1)) //nolint:gosec // a text of 64 KiB has fewer placeholders than runes
}

// isHole reports whether the word is a placeholder and nothing else.
func isHole(word string) bool {
	index, found := strings.CutPrefix(word, hole)
	return found && utf8.RuneCountInString(index) == 1
}

// holesIn calls f with the index of every hole of s.
func holesIn(s string, f func(index int)) {
	for {
		i := strings.IndexRune(s, holeRune)
		if i < 0 {
			return
		}
		s = s[i+len(hole):]
		r, size := utf8.DecodeRuneInString(s)
		if index := int(r) - holeIndex; index >= 0 && index < maxHoles {
			f(index)
			s = s[size:]
		}
	}
}

// fill replaces every hole of s.
func fill(s string, value func(index int) string) string {
	if !strings.Contains(s, hole) {
		return s
	}
	var b strings.Builder
	for {
		i := strings.IndexRune(s, holeRune)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i+len(hole):]
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		b.WriteString(value(int(r) - holeIndex))
	}
}

// The forms of a placeholder in the text itself. Words in angle brackets start
// with a letter, so that <in 2>err and <in -x>out stay redirections.
var (
	angled     = regexp.MustCompile(`^<([A-Za-z][A-Za-z0-9_.:/',-]*(?: [A-Za-z][A-Za-z0-9_.:/',-]*)*)>`)
	quoted     = regexp.MustCompile(`^<([A-Za-z"][^<>\n$` + "`" + `\\]*[A-Za-z)"])>`) // in quotes, where it can't redirect
	curled     = regexp.MustCompile(`^\$?\{\{-? ?(?:\$labels\.|\.Labels\.)?([A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)*) ?-?\}\}`)
	boxed      = regexp.MustCompile(`^\[([A-Za-z][A-Za-z0-9_-]{2,}|[A-Z])\]`)
	shouted    = regexp.MustCompile(`^\[[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\]$`)
	choice     = regexp.MustCompile(`^\[[A-Za-z0-9_.-]{2,}(?:\|[A-Za-z0-9_.-]{2,})+\]`) // [staging|production], where no pipe makes sense
	boxedWords = regexp.MustCompile(`^\[([A-Za-z][A-Za-z0-9_-]*(?: [A-Za-z][A-Za-z0-9_-]*)*)\]`)
	printed    = regexp.MustCompile(`^<(?:none|nil|null|unset|unknown|pending|invalid|no value|empty|html|body|head|title|br|p|div)>`)
	aRange     = regexp.MustCompile(`^[A-Za-z]-[A-Za-z]`)
	goWords    = regexp.MustCompile(`^(end|else|break|continue|nil|true|false)$`)
)

// punch takes out what is a placeholder by its look.
func (t *template) punch(text string) {
	var b strings.Builder
	var quote byte
	sql := false // the quotes hold a statement: psql -c "SELECT …"
	for i := 0; i < len(text); {
		n := placeholderAt(text, i, quote)
		switch {
		case n > 0:
		case sql:
			n = boxedInSQL(text, i)
		case t.bare && quote == 0:
			n = bareAt(text, i)
		}
		if n > 0 {
			b.WriteString(t.newHole(text[i : i+n]))
			i += n
			continue
		}
		switch c := text[i]; {
		case c == '\\' && quote != '\'' && i+1 < len(text):
			b.WriteByte(c)
			i++
		case quote == 0 && (c == '\'' || c == '"'):
			quote, sql = c, statements[firstField(text[i+1:min(len(text), i+1+maxName)])]
		case c == quote:
			quote, sql = 0, false
		}
		b.WriteByte(text[i])
		i++
	}
	t.punched = b.String()
}

// placeholderAt gives the length of the placeholder that starts at i, or 0.
func placeholderAt(text string, i int, quote byte) int {
	rest := text[i:]
	before, after := byte(' '), byte(' ')
	if i > 0 {
		before = text[i-1]
	}
	match := func(re *regexp.Regexp) []string {
		m := re.FindStringSubmatch(rest)
		if m != nil && len(m[0]) < len(rest) {
			after = rest[len(m[0])]
		}
		return m
	}
	switch rest[0] {
	case '<':
		m := match(angled)
		if m == nil && quote != 0 {
			if m = match(quoted); m != nil && strings.IndexByte(m[0], quote) >= 0 {
				m = nil
			}
		}
		switch {
		case m == nil, before == '<', before == '\\', printed.MatchString(m[0]):
		case strings.Contains(m[1], " ") && (wordByte(before) || wordByte(after)):
			// a<b AND c>d compares.
		case quote == 0 && (wordByte(after) || strings.IndexByte(`>&($"'*?~{`, after) >= 0):
			// <in>out redirects.
		default:
			return len(m[0])
		}
	case '{', '$': // {{ pod }} and ${{ values.pod }}
		if !strings.HasPrefix(strings.TrimPrefix(rest, "$"), "{{") {
			return 0
		}
		if m := match(curled); m != nil && !goWords.MatchString(m[1]) {
			return len(m[0])
		}
	case '[':
		if m := match(choice); m != nil && quote == 0 && before != '$' && before != '\\' {
			return len(m[0])
		}
		if strings.IndexByte(" \t\n/=:,@", before) < 0 {
			return 0
		}
		m := match(boxed)
		if m == nil || len(m[0]) == 3 && before != '=' || quote != 0 && !shouted.MatchString(m[0]) {
			return 0
		}
		if quote != 0 {
			return len(m[0])
		}
		if !aRange.MatchString(m[1]) && strings.IndexByte(" \t\n/:,;)|&`", after) >= 0 {
			return len(m[0])
		}
	}
	return 0
}

// boxedInSQL gives the length of [PID] or [your query] at i of a quoted statement, or 0.
// There a box behind a name is a subscript, and one in a text of its own is a pattern.
func boxedInSQL(text string, i int) int {
	if text[i] != '[' || strings.IndexByte(" \t\n/=:,@(_'", text[i-1]) < 0 {
		return 0
	}
	m := boxedWords.FindStringSubmatch(text[i:])
	if m == nil || aRange.MatchString(m[1]) || text[i-1] == '\'' && !upperName.MatchString(m[1]) {
		return 0
	}
	return len(m[0])
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= utf8.RuneSelf
}

var (
	upperName = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)
	shellOwn  = regexp.MustCompile(`^(BASH.*|COLUMNS|DIRSTACK|EUID|FUNCNAME|GROUPS|HOME|IFS|LANG|LC_.*|LINENO|LINES|OLDPWD|OPTARG|OPTIND|` +
		`PATH|PIPESTATUS|PPID|PS[0-4]|PWD|RANDOM|REPLY|SECONDS|SHELL|SHLVL|TERM|TMPDIR|UID|USER)$`)
)

// punchVariables takes out $UPPER_CASE variables that the script does not set itself.
func (t *template) punchVariables() bool {
	own := assignedNames(t.file)
	type span struct{ from, to int }
	var spans []span
	syntax.Walk(t.file, func(n syntax.Node) bool {
		exp, ok := n.(*syntax.ParamExp)
		if !ok || exp.Param == nil || !exp.Dollar.IsValid() {
			return true
		}
		from, to := int(exp.Pos().Offset()), int(exp.End().Offset())
		if from < 0 || to > len(t.punched) || from > to {
			return true
		}
		// Only $NAME and ${NAME}: what else an expansion does is left to the shell.
		name, raw := exp.Param.Value, t.punched[from:to]
		if (raw == "$"+name || raw == "${"+name+"}") && upperName.MatchString(name) && !shellOwn.MatchString(name) && own[name] == nil {
			spans = append(spans, span{from, to})
		}
		return true
	})
	var b strings.Builder
	at := 0
	for _, s := range spans {
		if s.from < at {
			continue
		}
		b.WriteString(t.punched[at:s.from])
		b.WriteString(t.newHole(t.punched[s.from:s.to]))
		at = s.to
	}
	b.WriteString(t.punched[at:])
	t.punched = b.String()
	return len(spans) > 0
}

// used gives the holes that stand in the tree (not in a comment), in the text's order.
func (t *template) used() []int {
	if t.file == nil {
		all := make([]int, len(t.texts))
		for i := range all {
			all[i] = i
		}
		return all
	}
	var used []int
	add := func(i int) { used = append(used, i) }
	syntax.Walk(t.file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Lit:
			holesIn(n.Value, add)
		case *syntax.SglQuoted:
			holesIn(n.Value, add)
		case *syntax.Comment:
			return false
		}
		return true
	})
	return used
}
