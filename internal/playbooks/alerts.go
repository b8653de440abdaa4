package playbooks

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// alertNames collects the alerts that a playbook is for: those of the front
// matter, a title that is an alert's name, "Alert: `Name`" lines and the alert: of
// a rule in a fence.
func alertNames(doc *document, titles []string, top *heading, declared []string) []string {
	names, known := slices.Clone(declared), map[string]bool{}
	for _, name := range declared {
		known[name] = true
	}
	add := func(name string) {
		if isAlertName(name) && !known[name] {
			names, known[name] = append(names, name), true
		}
	}
	for _, title := range titles {
		if rest, found := cutPrefixFold(title, "alert:"); found {
			title = rest
		}
		add(strings.TrimSpace(title))
	}
	var visit func(h *heading)
	visit = func(h *heading) {
		for _, b := range h.blocks {
			alertsIn(doc, b.Node, add)
		}
		for _, kid := range h.kids {
			visit(kid)
		}
	}
	visit(top)
	return names
}

func alertsIn(doc *document, n ast.Node, add func(string)) {
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.(type) {
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			lines := n.Lines()
			for i := range lines.Len() {
				segment := lines.At(i)
				line := strings.TrimPrefix(strings.TrimSpace(string(segment.Value(doc.source))), "- ")
				if name, found := strings.CutPrefix(line, "alert:"); found {
					add(strings.Trim(strings.TrimSpace(name), `"'`))
				}
			}
			return ast.WalkSkipChildren, nil
		case *ast.Paragraph, *ast.TextBlock:
			line := doc.plain(n)
			for _, prefix := range []string{"alert:", "alerts:", "alert name:"} {
				if rest, found := cutPrefixFold(line, prefix); found {
					for _, word := range strings.FieldsFunc(rest, isSeparator) {
						add(word)
					}
				}
			}
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
}

func isSeparator(r rune) bool {
	letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	return !letter
}

func cutPrefixFold(text, prefix string) (rest string, found bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}
