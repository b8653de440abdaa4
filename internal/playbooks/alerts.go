package playbooks

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// alertNames collects the alerts that a playbook is for: those of the front
// matter, a title that is an alert's name, "Alert: `Name`" lines and the list below
// one, the column of a table of alerts, and the alert: of a rule in a fence.
func alertNames(doc *document, titles []string, top *heading, declared []string) []string {
	f := alertFinder{doc: doc, names: slices.Clone(declared), known: map[string]bool{}}
	for _, name := range declared {
		f.known[name] = true
	}
	for _, title := range titles {
		f.title(title)
	}
	f.below(top, true)
	return f.names
}

// alertFinder collects names, each once.
type alertFinder struct {
	doc   *document
	names []string
	known map[string]bool
}

func (f *alertFinder) add(name string) {
	if !f.known[name] {
		f.names, f.known[name] = append(f.names, name), true
	}
}

// title reads "KubePodCrashLooping", "Alert: KubePodCrashLooping" and "Runbook: KubePodCrashLooping".
func (f *alertFinder) title(title string) {
	if name := titledAlert(title); name != "" {
		f.add(name)
	}
}

func titledAlert(title string) string {
	if label, rest, found := strings.Cut(title, ":"); found && (labelsAlerts(label) || strings.EqualFold(strings.TrimSpace(label), "runbook")) {
		title = rest
	}
	if title = strings.TrimSpace(title); isAlertName(title) || isShouted(title) {
		return title
	}
	return ""
}

// below reads the blocks of a heading and of those below it. A table lists the playbook's
// own alerts above its sections and among its symptoms.
func (f *alertFinder) below(h *heading, tables bool) {
	promised := labelsAlerts(h.title)
	for _, b := range h.blocks {
		switch n := b.Node.(type) {
		case *east.Table:
			if tables {
				f.table(n)
			}
		case *ast.List:
			if promised {
				f.list(n)
			}
		}
		promised = f.lines(b.Node)
	}
	for _, kid := range h.kids {
		f.labelled(kid.title)
		kind := sectionKind(kid.title)
		f.below(kid, kind == Symptoms || kind == "" && tables)
	}
}

// lines reads what is labelled, and the alert: of rules. It reports a paragraph that
// announces a list of alerts.
func (f *alertFinder) lines(n ast.Node) (promises bool) {
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.(type) {
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			lines := n.Lines()
			for i := range lines.Len() {
				segment := lines.At(i)
				f.rule(strings.TrimPrefix(strings.TrimSpace(string(segment.Value(f.doc.source))), "- "))
			}
			return ast.WalkSkipChildren, nil
		case *ast.Paragraph, *ast.TextBlock:
			if !f.speaks(n) {
				return ast.WalkSkipChildren, nil
			}
			last := ""
			for line := range strings.Lines(f.doc.text(n)) {
				last = line
				f.labelled(line)
			}
			label, rest, _ := strings.Cut(last, ":")
			promises = labelsAlerts(label) && strings.TrimSpace(rest) == ""
			if inner, isList := n.NextSibling().(*ast.List); isList && promises && n.Kind() == ast.KindTextBlock {
				f.list(inner)
			}
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return promises && n.Kind() == ast.KindParagraph
}

// speaks spares most paragraphs a closer look.
func (f *alertFinder) speaks(n ast.Node) bool {
	lines := n.Lines()
	for i := range lines.Len() {
		segment := lines.At(i)
		if line := segment.Value(f.doc.source); bytes.Contains(line, []byte("lert")) || bytes.Contains(line, []byte("LERT")) {
			return true
		}
	}
	return false
}

// rule reads a line of code: alert: Name.
func (f *alertFinder) rule(line string) {
	name, found := cutPrefixFold(line, "alert:")
	if name = strings.Trim(strings.TrimSpace(name), `"'`); found && (isAlertName(name) || isShouted(name)) {
		f.add(name)
	}
}

// labelled reads "Alert triggered: `Name` or `Other`".
func (f *alertFinder) labelled(line string) {
	label, rest, found := strings.Cut(line, ":")
	if !found || !labelsAlerts(label) {
		return
	}
	said := strings.FieldsFunc(rest, isSeparator)
	listed := !slices.ContainsFunc(said, func(word string) bool { // nothing but names
		return !isAlertName(word) && !isShouted(word) && word != "or" && word != "and"
	})
	for _, word := range said {
		if surelyAlert(word) || listed && (isAlertName(word) || isShouted(word)) {
			f.add(word)
		}
	}
}

// list reads the items that begin with a name.
func (f *alertFinder) list(list *ast.List) {
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		if item.FirstChild() == nil {
			continue
		}
		if name := strings.TrimRight(firstWord(f.doc.plain(item.FirstChild())), ":,;."); isAlertName(name) || isShouted(name) {
			f.add(name)
		}
	}
}

// maxListed is how many alerts a table has at most that speaks of one playbook: longer
// ones are the index of many.
const maxListed = 12

// table reads the column of alerts, unless another one names or links the playbook of each.
func (f *alertFinder) table(table *east.Table) {
	column := -1
	var names []string
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		if first := row.FirstChild(); first != nil && first.NextSibling() != nil && labelsAlerts(f.doc.plain(first)) && first.NextSibling().NextSibling() == nil {
			f.labelled(f.doc.plain(first) + ":" + f.doc.plain(first.NextSibling())) // | Alert name(s) | A, B |
		}
		at := 0
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			text := f.doc.plain(cell)
			switch head := row.Kind() == east.KindTableHeader; {
			case head && labelsAlerts(text):
				column = at
			case linksDocument(cell), head && slices.ContainsFunc(words(text), func(word string) bool { return word == "runbook" || word == "playbook" }):
				return
			case !head && at == column && (isAlertName(text) || isShouted(text)):
				names = append(names, text)
			}
			at++
		}
	}
	if len(names) <= maxListed {
		for _, name := range names {
			f.add(name)
		}
	}
}

// linksDocument reports a link to another Markdown file.
func linksDocument(n ast.Node) (found bool) {
	_ = ast.Walk(n, func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		if link, isLink := n.(*ast.Link); isLink {
			address, _ := cutAny(string(link.Destination), "?#")
			found = found || strings.HasSuffix(address, ".md")
		}
		return ast.WalkContinue, nil
	})
	return found
}

var (
	alertWords  = wordsOf("alert alerts alertname alertnames")
	behindAlert = wordsOf("name names id ids rule rules triggered fired firing fires triggers")
	elsesAlerts = wordsOf("related similar other see also no upstream downstream")
)

// labelsAlerts reports words before a colon that alerts' names follow: "Alert", "Alert
// triggered", "PagerDuty alert ID". Those of related alerts belong to other playbooks.
func labelsAlerts(label string) bool {
	if len(label) > maxTitle {
		return false
	}
	said := words(withoutParentheses(label))
	for len(said) > 1 && behindAlert[said[len(said)-1]] {
		said = said[:len(said)-1]
	}
	return len(said) > 0 && len(said) <= 4 && alertWords[said[len(said)-1]] &&
		!slices.ContainsFunc(said, func(word string) bool { return elsesAlerts[word] })
}

// isShouted recognises API_SERVICE_DOWN.
func isShouted(text string) bool {
	return len(text) >= 6 && strings.Contains(text, "_") && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" && text[0] >= 'A'
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
