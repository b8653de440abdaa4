package playbooks

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/parser"
	"github.com/yuin/goldmark/ast"

	"wardroom/internal/shell"
)

// maxDirective bounds what the YAML parser is given. A probe or finding is some lines.
const maxDirective = 4 << 10

// code turns a fenced or indented code block into commands, reference text or a
// directive.
func (r *reader) code(n ast.Node, info string) []Block {
	f, problems := parseInfo(info)
	for _, problem := range problems {
		r.doc.problem(r.doc.line(n.Pos()), false, problem)
	}
	body, line := r.codeText(n)
	if strings.TrimSpace(body) == "" {
		return nil
	}
	if r.full(n) {
		return []Block{{Text: "    " + strings.ReplaceAll(strings.TrimRight(body, "\n"), "\n", "\n    ")}}
	}
	if info, code, isFence := inner(body); isFence && n.Kind() == ast.KindCodeBlock {
		f, _ = parseInfo(info)
		body, line = code, line+1
	}
	if f.language == "" {
		body = r.rooted(n, body)
	}
	switch f.language {
	case "probe", "finding", "verify":
		if len(body) > maxDirective {
			r.doc.problem(line, true, f.language+": longer than 4 KiB; it is shown as text")
			return r.whole(f, Reference, body, line)
		}
		return []Block{r.directive(f.language, body, line)}
	case "logql":
		return r.whole(f, LogQL, body, line)
	case "promql":
		return r.queries(f, body, line)
	}
	switch kind := fenceKind(f.language, body); kind {
	case Shell:
		return r.shell(f, body, line)
	case SQL:
		return r.sql(f, body, line)
	default:
		return r.whole(f, Reference, body, line)
	}
}

// rooted gives a body whose first line has root's prompt a prompt that cannot be a comment:
// the words above say to run that program, and what it printed stands below.
func (r *reader) rooted(n ast.Node, body string) string {
	typed, isRoot := strings.CutPrefix(body, "# ")
	typed, output, _ := strings.Cut(typed, "\n")
	program := firstWord(typed)
	if !isRoot || len(program) < 3 || strings.TrimSpace(firstLine(output)) == "" || isComment(output) || strings.Trim(program, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return body
	}
	above := n.PreviousSibling()
	for range 2 { // paragraphs, of a list item
		if above == nil {
			return body
		}
		if above.Kind() == ast.KindList {
			above = above.LastChild()
		}
		if above.Kind() != ast.KindFencedCodeBlock && runsIt(" "+strings.ToLower(r.doc.plain(above))+" ", program) {
			return "$ " + typed + "\n" + output
		}
		if n.Parent().Kind() != ast.KindListItem {
			return body
		}
		above = above.PreviousSibling()
	}
	return body
}

// runsIt reports words that say to run the program.
func runsIt(said, program string) bool {
	for _, verb := range []string{"using", "with", "run", "running", "execute", "via", "command"} {
		if _, rest, found := strings.Cut(said, " "+verb+" "+program); found && strings.IndexAny(rest, " .,:;") == 0 {
			return true
		}
	}
	return false
}

// fenceKind decides what a fence holds: by its language, and where teams label
// fences loosely (docker commands in a sql fence, no language at all), by its
// first line.
func fenceKind(language, body string) string {
	switch {
	case isShell(language):
		if isSQL(firstStatement(body)) && !hashComments(body) {
			return SQL
		}
		return Shell
	case isSQLName(language):
		if shell.Known(firstWord(firstStatement(body))) || shell.Prompted(body) {
			return Shell
		}
		return SQL
	case language == "":
		return unlabelled(body)
	case language == "text" || language == "txt" || language == "plaintext":
		if shell.Prompted(body) && unlabelled(body) == Shell {
			return Shell
		}
	}
	return Reference
}

func isShell(language string) bool {
	switch language {
	case "sh", "bash", "shell", "zsh", "ksh", "console", "terminal", "term", "shell-session", "sh-session", "shellsession", "bash-session":
		return true
	}
	return false
}

func isSQLName(language string) bool {
	switch language {
	case "sql", "psql", "postgres", "postgresql", "pgsql", "plpgsql", "mysql":
		return true
	}
	return false
}

// unlabelled judges a fence without a language: its first line has to be what
// somebody types, or to follow a prompt.
func unlabelled(body string) string {
	first := firstStatement(body)
	if isSQL(first) && strings.Contains(body, ";") {
		return SQL
	}
	lines := shell.Commands(body)
	if len(lines) == 0 {
		return Reference
	}
	top := lines[0]
	blank := body[:len(body)-len(strings.TrimLeft(body, " \t\n"))]
	atTop := top.Line == 1+strings.Count(blank, "\n")
	switch {
	case shell.Prompted(body), top.In == "" && shell.StartsCommand(first), setsFirst(lines, first), shell.AllTyped(body),
		atTop && top.In == "" && strings.HasPrefix(strings.TrimSpace(body), "#") && shell.StartsCommand(top.Text):
		return Shell
	case top.In == shell.InPromQL || top.In == shell.InLogQL:
		if strings.HasPrefix(first, firstLine(top.Text)) {
			return Shell
		}
	}
	return Reference
}

// setsFirst reports a script whose first lines give values to variables: what follows
// them has to be a command, or it is a file of settings.
func setsFirst(lines []shell.Line, first string) bool {
	if !strings.HasPrefix(first, firstLine(lines[0].Text)) {
		return false
	}
	for i, l := range lines {
		if name, _, assigned := strings.Cut(l.Text, "="); l.In != "" || !assigned || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != "" {
			return i > 0 && l.In == "" && shell.StartsCommand(l.Text)
		}
	}
	return false
}

// inner reads a fence that is indented so far that it is code itself: its author meant
// a fence.
func inner(body string) (info, code string, isFence bool) {
	opening, rest, _ := strings.Cut(body, "\n")
	info, isFence = strings.CutPrefix(strings.TrimSpace(opening), "```")
	code, closed := strings.CutSuffix(strings.TrimRight(rest, " \t\n"), "```")
	return info, code, isFence && closed && !strings.Contains(info, "`") && !strings.Contains(code, "```")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// kinds are those of what a line of a shell fence is written in.
var kinds = map[string]string{"": Shell, shell.InSQL: SQL, shell.InPromQL: PromQL, shell.InLogQL: LogQL, shell.InOther: Reference}

// shell splits a fence into logical lines. One that holds nothing but output or a
// manifest is text to read.
func (r *reader) shell(f fenceInfo, body string, line int) []Block {
	lines, remarks := shell.Cut(dashComments(body))
	return r.lines(f, body, line, lines, remarks, func(l shell.Line) string {
		if kind := kinds[l.In]; kind != Shell || !isSQL(l.Text) {
			return kind
		}
		return SQL
	})
}

// queries splits a fence of PromQL.
func (r *reader) queries(f fenceInfo, body string, line int) []Block {
	lines, remarks := shell.Queries(body)
	return r.lines(f, body, line, lines, remarks, func(shell.Line) string { return PromQL })
}

// sql splits a fence at the semicolons that end its statements.
func (r *reader) sql(f fenceInfo, body string, line int) []Block {
	lines, remarks := statements(body)
	return r.lines(f, body, line, lines, remarks, func(shell.Line) string { return SQL })
}

// lines makes blocks of what a fence that begins on the line holds, in its order. Without
// a command all of it is text to read.
func (r *reader) lines(f fenceInfo, body string, line int, lines []shell.Line, remarks []shell.Remark, kind func(shell.Line) string) []Block {
	if len(lines) == 0 {
		return r.whole(f, Reference, body, line)
	}
	var blocks []Block
	for _, l := range lines {
		for len(remarks) > 0 && remarks[0].Line < l.Line {
			blocks, remarks = append(blocks, remark(remarks[0])), remarks[1:]
		}
		blocks = append(blocks, r.command(f, kind(l), l.Text, l.Caption, line+l.Line-1))
	}
	for _, rest := range remarks {
		blocks = append(blocks, remark(rest))
	}
	return blocks
}

var literally = strings.NewReplacer(`\`, `\\`, "*", `\*`, "<", `\<`)

// remark writes comments as Markdown, each on a line of its own, with their lists.
func remark(said shell.Remark) Block {
	lines := make([]string, len(said.Lines))
	for i, line := range said.Lines {
		line = strings.TrimLeft(line, "#>~ \t")
		for _, drawn := range []string{"=", "-", "*"} { // === Checks ===
			if strings.HasPrefix(line, drawn+drawn) {
				line = strings.Trim(line, drawn+" ")
			}
		}
		lines[i] = literally.Replace(line)
	}
	return Block{Text: strings.Join(lines, "  \n")}
}

func (r *reader) whole(f fenceInfo, kind, body string, line int) []Block {
	return []Block{r.command(f, kind, strings.TrimRight(body, "\n"), "", line)}
}

func (r *reader) full(n ast.Node) bool {
	return r.doc.full(&r.doc.commands, maxCommands, "commands", n.Pos())
}

func (r *reader) command(f fenceInfo, kind, text, caption string, line int) Block {
	r.doc.commands.used++
	c := &Command{ID: f.id, Text: text, Caption: caption, Kind: kind, Platform: f.platform, Line: line}
	if kind == Reference {
		c.Language = f.language
	} else {
		c.Timeout, c.Raise = f.timeout, f.raise
	}
	if kind == SQL {
		c.Database = f.database
	}
	if c.Platform == "" {
		c.Platform = "any"
		if kind == Shell {
			c.Platform = shell.Policy{}.Analyse(text).Platform
		}
	}
	r.doc.checkBlanks(c)
	return Block{Command: c}
}

func (r *reader) directive(name, body string, line int) Block {
	r.doc.commands.used++
	if at, problem := checkYAML(body); problem != "" {
		within := min(max(at-1, 0), strings.Count(strings.TrimRight(body, "\n"), "\n"))
		r.doc.problem(line+within, true, fmt.Sprintf("%s: %s", name, problem))
	}
	return Block{Directive: &Directive{Name: name, Body: body, Line: line}}
}

// checkYAML says what is wrong with the text and on which of its lines, from 1; 0 when that is not known.
func checkYAML(text string) (line int, problem string) {
	defer func() {
		if recover() != nil {
			line, problem = 0, "this is not YAML"
		}
	}()
	if isDeepYAML(text) {
		return 0, "nested too deeply"
	}
	if _, err := parser.ParseBytes([]byte(text), 0); err != nil {
		return yamlError(err)
	}
	return 0, ""
}

// codeText gives the body of a code block and the line on which it begins.
func (r *reader) codeText(n ast.Node) (string, int) {
	lines := n.Lines()
	if lines == nil || lines.Len() == 0 {
		return "", r.doc.line(n.Pos())
	}
	var b strings.Builder
	for i := range lines.Len() {
		segment := lines.At(i)
		b.Write(segment.Value(r.doc.source))
	}
	return b.String(), r.doc.line(lines.At(0).Start)
}
