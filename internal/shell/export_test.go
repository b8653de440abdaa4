package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// Outline is an oracle of its own for Bind: the kinds of the nodes of a text in
// order, and what the interpreter's expansion makes of the words that need
// nothing from outside. value stands where the text has the placeholder v-v.
func Outline(text, value string) []string {
	t := template{}
	t.punch(strings.NewReplacer("${V_V}", "<v-v>", "$V_V", "<v-v>").Replace(text))
	file, err := parse(t.punched)
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Word:
			out = append(out, "word: "+literal(n, value))
		case *syntax.BinaryCmd:
			out = append(out, n.Op.String())
		case *syntax.Redirect:
			out = append(out, n.Op.String())
		case *syntax.Stmt:
			out = append(out, "stmt")
		case *syntax.CmdSubst, *syntax.Subshell, *syntax.ForClause, *syntax.IfClause, *syntax.CaseClause, *syntax.FuncDecl, *syntax.CallExpr:
			out = append(out, "node")
		}
		return true
	})
	return out
}

// literal expands a word in an empty environment.
func literal(w *syntax.Word, value string) string {
	plain := !slices.ContainsFunc(w.Parts, func(p syntax.WordPart) bool {
		switch p := p.(type) {
		case *syntax.CmdSubst:
			return true
		case *syntax.DblQuoted:
			return slices.ContainsFunc(p.Parts, func(p syntax.WordPart) bool { _, sub := p.(*syntax.CmdSubst); return sub })
		}
		return false
	})
	if !plain {
		return "…"
	}
	fields, err := expand.Fields(&expand.Config{}, w)
	if err != nil {
		return err.Error()
	}
	s := strings.Join(fields, " | ")
	if !strings.Contains(s, hole) {
		return s
	}
	return fill(s, func(int) string { return value })
}
