package playbooks

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// undoText gives what stands behind "Undo:" when a line begins so, with or without
// markup: "*Undo:* put the old value back".
func undoText(line string) (rest string, found bool) {
	const word = "undo"
	plain := strings.TrimLeft(line, " \t*_-+>")
	if len(plain) < len(word) || !strings.EqualFold(plain[:len(word)], word) {
		return "", false
	}
	rest, found = strings.CutPrefix(strings.TrimLeft(plain[len(word):], "*_ "), ":")
	return strings.Trim(rest, " \t*_"), found
}

// undoing marks the commands of a code block that take back what the step did: those
// below a comment "Undo: …", and all of a block that an undo line announces.
func (r *reader) undoing(n ast.Node, blocks []Block) []Block {
	all := r.announcedUndo(n) || r.inUndoItem(n)
	undo := false
	for _, b := range blocks {
		if b.Command == nil {
			continue
		}
		if caption := b.Command.Caption; caption != "" {
			undo = captionsUndo(caption)
		}
		b.Command.Undo = all || undo
	}
	return blocks
}

// captionsUndo reports a comment that says what the command below it takes back. One
// that holds the undo itself, "Undo: kubectl rollout undo …", speaks of the command above it.
func captionsUndo(caption string) bool {
	rest, found := undoText(caption)
	_, kind := spanCommand(strings.Trim(rest, "`"))
	return found && kind == ""
}

// announcedUndo reports that the words before a code block are "Undo:" or end an undo
// line with a colon. The fences between are those of other platforms.
func (r *reader) announcedUndo(n ast.Node) bool {
	above := n.PreviousSibling()
	for above != nil && above.Kind() == ast.KindFencedCodeBlock {
		above = above.PreviousSibling()
	}
	if above == nil {
		return false
	}
	switch above.Kind() {
	case ast.KindParagraph, ast.KindTextBlock:
		rest, found := undoText(r.doc.plain(above))
		return found && (rest == "" || strings.HasSuffix(rest, ":"))
	}
	return false
}

// inUndoItem reports that a list item around n begins with "Undo:".
func (r *reader) inUndoItem(n ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if n.Kind() == ast.KindListItem && n.FirstChild() != nil {
			if _, found := undoText(r.doc.plain(n.FirstChild())); found {
				return true
			}
		}
	}
	return false
}

// onUndoLine reports that inline code stands on or behind a line of its paragraph that
// begins with "Undo:", or in such a list item.
func (r *reader) onUndoLine(code ast.Node) bool {
	around := code.Parent()
	for around != nil && around.Type() == ast.TypeInline {
		around = around.Parent()
	}
	if around != nil && around.Lines() != nil && around.Lines().Len() > 0 {
		if start := around.Lines().At(0).Start; start < code.Pos() {
			for line := range strings.Lines(string(r.doc.source[start:code.Pos()])) {
				if _, found := undoText(line); found {
					return true
				}
			}
		}
	}
	return r.inUndoItem(code)
}

// settle takes the marks off a step that holds nothing but its undo: that is what there
// is to do in it.
func (s *draft) settle() {
	for _, b := range s.blocks {
		if b.Command != nil && b.Command.Runnable() && !b.Command.Undo {
			return
		}
	}
	for _, b := range s.blocks {
		if b.Command != nil {
			b.Command.Undo = false
		}
	}
}
