package playbooks

import (
	"cmp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// headingAt reads a block as a heading: a real one, one in HTML, or, where no section
// is open, a bold line, one such as "How to fix it:" or a summary that is the name of a section.
func (d *document) headingAt(n ast.Node, open []*heading) *heading {
	h := &heading{line: d.line(n.Pos())}
	switch n := n.(type) {
	case *ast.Heading:
		h.title, h.id = splitID(d.plain(n), attributeID(n))
		h.level = 10 * n.Level
	case *ast.HTMLBlock:
		h.title, h.level = htmlHeading(string(n.Lines().Value(d.source)))
	case *ast.Paragraph:
		h.title = cmp.Or(d.boldLine(n), d.howToLine(n), d.nameLine(n))
	}
	if h.title == "" && h.level == 0 {
		return nil
	}
	if len(h.title) > maxTitle {
		if h.level > 0 {
			d.problem(h.line, false, "this heading is longer than 256 bytes and was read as text")
		}
		return nil
	}
	if word := sectionMeant(h.title); word != "" && h.level > 0 {
		d.problem(h.line, false, h.title+" is not the name of a section"+orMeant(strings.ToUpper(word[:1])+word[1:]))
	}
	if h.level == 0 {
		above := open
		for above[len(above)-1].level%10 != 0 {
			above = above[:len(above)-1]
		}
		if sectionKind(h.title) == "" || slices.ContainsFunc(above[1:], func(h *heading) bool { return sectionKind(h.title) != "" }) {
			return nil
		}
		h.level = above[len(above)-1].level + 5
	}
	if d.full(&d.headings, maxHeadings, "headings", n.Pos()) {
		return nil
	}
	d.headings.used++
	return h
}

// boldLine gives the words of a paragraph that is one bold line, as in "**Diagnosis**:".
func (d *document) boldLine(n *ast.Paragraph) string {
	bold, isEmphasis := n.FirstChild().(*ast.Emphasis)
	if !isEmphasis || bold.Level != 2 || n.Lines().Len() != 1 {
		return ""
	}
	title := strings.TrimRight(d.plain(n), ": ")
	if title != strings.TrimRight(d.plain(bold), ": ") {
		return ""
	}
	return title
}

// howToLine gives the words of a paragraph such as "How to **investigate**:".
func (d *document) howToLine(n *ast.Paragraph) string {
	if n.Lines().Len() != 1 {
		return ""
	}
	title, ends := strings.CutSuffix(d.plain(n), ":")
	if _, asks := cutPrefixFold(title, "how to "); !asks || !ends {
		return ""
	}
	return title
}

// nameLine gives the words of a paragraph such as "Diagnosis" or "Next steps:" with a list
// or a fence right below it.
func (d *document) nameLine(n *ast.Paragraph) string {
	if n.Lines().Len() != 1 || n.NextSibling() == nil {
		return ""
	}
	switch n.NextSibling().Kind() {
	case ast.KindList, ast.KindFencedCodeBlock:
	default:
		return ""
	}
	title := strings.TrimSuffix(d.plain(n), ":")
	if title == "" || title[0] < 'A' || title[0] > 'Z' || strings.HasSuffix(title, ".") {
		return ""
	}
	return title
}

// htmlHeading reads <h2>Diagnosis</h2> and <summary>Diagnosis</summary>, which has no level.
func htmlHeading(block string) (title string, level int) {
	rest := strings.TrimSpace(block)
	if after, found := strings.CutPrefix(rest, "<details>"); found {
		rest = strings.TrimSpace(after)
	}
	name, _ := cutAny(strings.TrimPrefix(rest, "<"), "> ")
	inner, closed := strings.CutSuffix(rest, "</"+name+">")
	if !closed || !strings.HasPrefix(rest, "<") {
		return "", 0
	}
	title = strings.Join(strings.Fields(withoutTags(inner)), " ")
	switch {
	case title == "":
		return "", 0
	case len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6':
		return title, 10 * int(name[1]-'0')
	case name == "summary":
		return title, 0
	}
	return "", 0
}

// withoutTags gives the text between the tags of a piece of HTML.
func withoutTags(text string) string {
	var b strings.Builder
	for text != "" {
		said, tag, _ := strings.Cut(text, "<")
		b.WriteString(said)
		_, text, _ = strings.Cut(tag, ">")
	}
	return b.String()
}
