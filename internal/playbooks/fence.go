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
		return r.whole(f, PromQL, body, line)
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

// fenceKind decides what a fence holds: by its language, and where teams label
// fences loosely (docker commands in a sql fence, no language at all), by its
// first word.
func fenceKind(language, body string) string {
	first := firstWord(firstStatement(body))
	switch language {
	case "sh", "bash", "shell", "zsh", "console", "terminal", "shell-session", "sh-session", "shellsession":
		if isSQL(firstStatement(body)) {
			return SQL
		}
		return Shell
	case "sql", "psql", "postgresql", "pgsql":
		if shell.Known(first) {
			return Shell
		}
		return SQL
	case "":
		if first == "$" || shell.Known(first) {
			return Shell
		}
	}
	return Reference
}

func isConsole(language string) bool {
	switch language {
	case "console", "terminal", "shell-session", "sh-session", "shellsession":
		return true
	}
	return false
}

// shell splits a fence into logical lines.
func (r *reader) shell(f fenceInfo, body string, line int) []Block {
	var blocks []Block
	for _, l := range shell.Commands(dashComments(body), isConsole(f.language)) {
		kind := Shell
		switch {
		case isSQL(l.Text):
			kind = SQL
		case isPromQL(l.Text):
			kind = PromQL
		}
		blocks = append(blocks, r.command(f, kind, l.Text, l.Caption, line+l.Line-1))
	}
	return blocks
}

// sql splits a fence at the semicolons that end its statements.
func (r *reader) sql(f fenceInfo, body string, line int) []Block {
	var blocks []Block
	for _, s := range statements(body) {
		blocks = append(blocks, r.command(f, SQL, s.Text, s.Caption, line+s.Line-1))
	}
	return blocks
}

func (r *reader) whole(f fenceInfo, kind, body string, line int) []Block {
	return []Block{r.command(f, kind, strings.TrimRight(body, "\n"), "", line)}
}

func (r *reader) command(f fenceInfo, kind, text, caption string, line int) Block {
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
	return Block{Command: c}
}

func (r *reader) directive(name, body string, line int) Block {
	if problem := checkYAML(body); problem != "" {
		r.doc.problem(line, true, fmt.Sprintf("%s: %s", name, problem))
	}
	return Block{Directive: &Directive{Name: name, Body: body, Line: line}}
}

func checkYAML(text string) (problem string) {
	defer func() {
		if recover() != nil {
			problem = "this is not YAML"
		}
	}()
	if isDeepYAML(text) {
		return "nested too deeply"
	}
	if _, err := parser.ParseBytes([]byte(text), 0); err != nil {
		_, message := yamlError(err)
		return message
	}
	return ""
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

// inline makes commands of the code spans below n that are some.
func (r *reader) inline(n ast.Node) []Block {
	var blocks []Block
	for _, s := range r.spans(n) {
		blocks = append(blocks, r.command(fenceInfo{}, Shell, s.text, "", s.line))
	}
	return blocks
}

// A span is inline code and where it stands.
type span struct {
	text string
	line int
}

// spans collects the code spans below n that are commands: a known program with
// at least one argument, and no ellipsis that stands for more.
func (r *reader) spans(n ast.Node) []span {
	if !r.inlineCommands {
		return nil
	}
	var all []span
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		code, isCode := n.(*ast.CodeSpan)
		if !entering || !isCode {
			return ast.WalkContinue, nil
		}
		text := r.doc.plain(code)
		if len(strings.Fields(text)) >= 2 && shell.Known(firstWord(text)) &&
			!strings.Contains(text, "...") && !strings.Contains(text, "…") {
			all = append(all, span{text, r.doc.line(code.Pos())})
		}
		return ast.WalkSkipChildren, nil
	})
	return all
}
