package playbooks

import (
	"cmp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// A draft is a step while it is read.
type draft struct {
	title  string // as written, with "Step 2:"
	name   string // the title without the headings that it was put behind
	id     string
	path   []string // the headings above it, as parts of its identity
	line   int
	blocks []Block
	item   bool // it came from a list item
}

func (s *draft) runnable() bool {
	for _, b := range s.blocks {
		if b.Command != nil && b.Command.Runnable() {
			return true
		}
	}
	return false
}

func (s *draft) text() string {
	var parts []string
	for _, b := range s.blocks {
		if b.Text != "" {
			parts = append(parts, b.Text)
		}
	}
	return strings.Join(parts, "\n\n")
}

// steps reads the blocks of one heading. They begin in the step lead; a bold
// paragraph, or a list item that holds a command while no step was named yet,
// begins another.
func (r *reader) steps(lead *draft, named bool, blocks []block) []*draft {
	all := []*draft{lead}
	current := lead
	for _, b := range blocks {
		if title, id, isStep := r.boldStep(b.Node); isStep && r.another(b.Node) {
			current = &draft{title: title, id: id, path: below(lead, named), line: r.doc.line(b.Pos())}
			all, named = append(all, current), true
			continue
		}
		list, isList := b.Node.(*ast.List)
		if isList && !named && (current.item || !lead.runnable()) && r.holdsCommand(list) {
			all = append(all, r.listSteps(list, b.end, current)...)
			current = all[len(all)-1]
			continue
		}
		current.blocks = r.add(current.blocks, b.Node, b.Pos(), b.end)
	}
	return all
}

// another counts a step below a heading, unless the file has as many as it may have.
func (r *reader) another(n ast.Node) bool {
	if r.doc.full(&r.doc.steps, maxSteps, "steps", n.Pos()) {
		return false
	}
	r.doc.steps.used++
	return true
}

// below gives the path under which the steps of a named lead are filed.
func below(lead *draft, named bool) []string {
	if !named {
		return lead.path
	}
	return slices.Concat(lead.path, []string{identityPart(lead.name)})
}

// listSteps makes each item that holds a command a step. In a numbered list the
// other items are steps too; in a bulleted one their text belongs to the step above.
// The undo of a step is no step.
func (r *reader) listSteps(list *ast.List, end int, current *draft) []*draft {
	var all []*draft
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		itemEnd := r.endOf(item, end)
		if !list.IsOrdered() && !r.holdsCommand(item) || len(all) > 0 && r.inUndoItem(item) || !r.another(item) {
			current.blocks = r.add(current.blocks, item, item.Pos(), itemEnd)
			continue
		}
		current = &draft{title: r.itemTitle(item), path: current.path, line: r.doc.line(item.Pos()), item: true}
		for child := item.FirstChild(); child != nil; child = child.NextSibling() {
			if child == item.FirstChild() && r.saysOnly(child, current.title) {
				current.blocks = append(current.blocks, r.inline(child)...)
				continue
			}
			current.blocks = r.add(current.blocks, child, child.Pos(), r.endOf(child, itemEnd))
		}
		all = append(all, current)
	}
	return all
}

// saysOnly reports that a paragraph without markup is the title and commands,
// which are shown anyway.
func (r *reader) saysOnly(n ast.Node, title string) bool {
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		if kind := child.Kind(); kind != ast.KindText && kind != ast.KindCodeSpan && (kind != ast.KindAutoLink || len(r.bare[n]) == 0) {
			return false
		}
	}
	said := r.doc.plain(n)
	for _, s := range r.spans(n) {
		if !strings.Contains(title, s.text) {
			said = strings.Replace(said, s.text, "", 1)
		}
	}
	return title != "" && strings.TrimRight(said, ":. ") == title
}

// endOf gives the byte where the sibling after n begins, or end.
func (r *reader) endOf(n ast.Node, end int) int {
	if next := n.NextSibling(); next != nil {
		return r.doc.lineStart(next.Pos())
	}
	return end
}

// add appends what the node n says to a step: its text from the byte start, and
// behind the text the commands that stand in it.
func (r *reader) add(blocks []Block, n ast.Node, start, end int) []Block {
	switch n := n.(type) {
	case *ast.FencedCodeBlock:
		return append(blocks, r.undoing(n, r.code(n, r.info(n)))...)
	case *ast.CodeBlock:
		return append(blocks, r.undoing(n, r.code(n, ""))...)
	case *ast.List, *ast.ListItem:
		if !holdsCode(n) {
			break
		}
		for child := n.FirstChild(); child != nil; child = child.NextSibling() {
			childStart := child.Pos()
			if child.PreviousSibling() == nil {
				childStart = start // keep the list's marker
			}
			blocks = r.add(blocks, child, childStart, r.endOf(child, end))
		}
		return blocks
	case *ast.HTMLBlock:
		if isHTMLComment(string(r.doc.source[start:end])) {
			return blocks
		}
	}
	if text := r.doc.markdown(start, end); strings.TrimSpace(text) != "" {
		blocks = append(blocks, Block{Text: text})
	}
	return append(append(blocks, r.quoted(n)...), r.inline(n)...)
}

// quoted makes commands of the fences in a quote that name a shell: a remark often
// holds what to type. Other quoted code is somebody's message.
func (r *reader) quoted(n ast.Node) []Block {
	var blocks []Block
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		fence, isFence := n.(*ast.FencedCodeBlock)
		if !entering || !isFence || !r.inlineCommands {
			return ast.WalkContinue, nil
		}
		f, _ := parseInfo(r.info(fence))
		if body, line := r.codeText(fence); isShell(f.language) {
			for _, b := range r.undoing(fence, r.shell(f, body, line)) {
				if b.Command.Kind != Reference {
					blocks = append(blocks, b)
				}
			}
		}
		return ast.WalkSkipChildren, nil
	})
	return blocks
}

// info gives what stands behind a fence's opening backticks.
func (r *reader) info(fence *ast.FencedCodeBlock) string {
	if fence.Info == nil {
		return ""
	}
	return string(fence.Info.Segment.Value(r.doc.source))
}

// joinTexts makes neighbouring texts one, so that a list stays one list.
func joinTexts(blocks []Block) []Block {
	var all []Block
	var texts []string
	finish := func() {
		if len(texts) > 0 {
			all, texts = append(all, Block{Text: strings.Join(texts, "\n\n")}), nil
		}
	}
	for _, b := range blocks {
		if b.Text != "" {
			texts = append(texts, b.Text)
			continue
		}
		finish()
		all = append(all, b)
	}
	finish()
	return all
}

func isHTMLComment(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "<!--") && strings.HasSuffix(text, "-->")
}

// holdsCode reports a code block below n, which has to leave the text around it.
func holdsCode(n ast.Node) bool {
	found := false
	_ = ast.Walk(n, func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		switch n.(type) {
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			found = true
			return ast.WalkStop, nil
		case *ast.Blockquote:
			return ast.WalkSkipChildren, nil // quoted code is somebody's message, not a step
		}
		return ast.WalkContinue, nil
	})
	return found
}

// holdsCommand reports whether something below n can be run.
func (r *reader) holdsCommand(n ast.Node) bool {
	found := len(r.spans(n)) > 0
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if found {
			return ast.WalkStop, nil
		}
		if fence, isFence := n.(*ast.FencedCodeBlock); isFence && entering {
			body, _ := r.codeText(fence)
			f, _ := parseInfo(r.info(fence))
			found = fenceKind(f.language, body) != Reference
		}
		return ast.WalkContinue, nil
	})
	return found
}

// itemTitle is the first sentence or line of a list item, without its commands.
func (r *reader) itemTitle(item ast.Node) string {
	first := item.FirstChild()
	if first == nil {
		return ""
	}
	title := r.doc.plain(first)
	if first.Kind() == ast.KindFencedCodeBlock {
		return ""
	}
	for _, end := range []string{". ", ": ", "; "} {
		if before, _, found := strings.Cut(title, end); found {
			title = before
		}
	}
	return shorten(strings.TrimRight(title, ":. "))
}

// nameByCommand names a list item after its first command when it says nothing else than
// to run it: "Command: `uname -a`", or a fence alone.
func (s *draft) nameByCommand() {
	if !s.item {
		return
	}
	i := slices.IndexFunc(s.blocks, func(b Block) bool { return b.Command != nil && b.Command.Kind != Reference })
	if i < 0 {
		return
	}
	c := s.blocks[i].Command
	for _, word := range words(s.title) {
		if !leadIn[word] && word != firstWord(c.Text) {
			return
		}
	}
	s.title = shorten(cmp.Or(c.Caption, firstLine(c.Text)))
}

// leadIn are the words that lead to a command and name nothing.
var leadIn = wordsOf("command commands cmd run running execute executing use using type enter example the this these following below by with then as follows and")

// shorten cuts a title at a word, at about eighty letters.
func shorten(title string) string {
	const limit = 80
	runes := []rune(title)
	if len(runes) <= limit {
		return title
	}
	cut := string(runes[:limit])
	if space := strings.LastIndexByte(cut, ' '); space > 0 {
		cut = cut[:space]
	}
	return cut + "…"
}

// Bold lines that head no step: remarks, and labels of alternatives.
var boldLabels = map[string]bool{
	"note": true, "notes": true, "warning": true, "important": true, "caution": true, "tip": true, "example": true,
	"docker": true, "docker compose": true, "kubernetes": true, "k8s": true, "openshift": true, "local": true, "linux": true,
	"or": true, "expected": true, "expected output": true, "output": true, "undo": true,
}

// boldStep recognises a paragraph that is a step's title: "**Step 2: …**" with or
// without words behind it, or another wholly bold line that is no remark.
func (r *reader) boldStep(n ast.Node) (title, id string, isStep bool) {
	paragraph, isParagraph := n.(*ast.Paragraph)
	if !isParagraph {
		return "", "", false
	}
	bold, isEmphasis := paragraph.FirstChild().(*ast.Emphasis)
	if !isEmphasis || bold.Level != 2 || paragraph.Lines().Len() != 1 {
		return "", "", false
	}
	title, id = splitID(r.doc.plain(paragraph), "")
	head := strings.TrimSpace(r.doc.plain(bold))
	if word := strings.ToLower(firstWord(head)); ordinals[word] && len(words(head)) > 1 {
		return strings.TrimRight(title, ": "), id, true
	}
	label := strings.Join(words(head), " ")
	whole := title == head
	if !whole || boldLabels[label] || label == "" || strings.HasPrefix(label, "alert") || strings.ContainsAny(head[len(head)-1:], ".!?") {
		return "", "", false
	}
	return strings.TrimRight(title, ": "), id, true
}
