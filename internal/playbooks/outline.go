package playbooks

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The dialect in which files are read: GitHub's, plus `## Heading {#id}`.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.GFM, bounds{}),
	goldmark.WithParserOptions(parser.WithAttribute()),
).Parser()

// A heading is a node of the document's outline: its own blocks, then the
// headings below it. The root has no title.
type heading struct {
	level  int // 10 for #, 20 for ##; what only looks like a heading is 5 below the one above it
	title  string
	id     string // the author's own {#id}
	line   int
	blocks []block
	kids   []*heading
}

// A block is a top-level block of the document and the byte where the next begins.
type block struct {
	ast.Node
	end int
}

// document is a parsed file: the bytes, the outline, and what was wrong.
type document struct {
	source     []byte
	lineStarts []int
	firstLine  int // of source within the file: front matter stands above it
	root       *heading
	references []reference
	byLabel    map[string]int // of references, the first of each label
	repeated   int            // bytes of references that were appended to pieces
	judged     int            // lines that might be bare commands
	commands   quota
	headings   quota
	steps      quota
	slips      map[string]bool // names of placeholders that were said to be nearly a label's
	problems   []Problem
}

// A reference is a link definition, needed wherever a piece is rendered alone.
type reference struct {
	text string
	line int
}

const (
	maxTitle    = 256       // bytes of a heading; its steps carry it in their names
	maxRepeated = MaxSource // bytes of link definitions, of all pieces together
)

func (d *document) problem(line int, severe bool, message string) {
	d.problems = append(d.problems, Problem{Line: line, Message: message, Severe: severe})
}

// maxProblems is how many problems of one file are listed: more are one mistake
// that is repeated.
const maxProblems = 100

// listed gives the problems that the author is told.
func (d *document) listed() []Problem {
	if len(d.problems) <= maxProblems {
		return d.problems
	}
	rest := d.problems[maxProblems:]
	severe := slices.ContainsFunc(rest, func(p Problem) bool { return p.Severe })
	more := Problem{Line: rest[0].Line, Message: fmt.Sprintf("and %d more problems from here on", len(rest)), Severe: severe}
	return append(slices.Clone(d.problems[:maxProblems]), more)
}

// A quota is how many of something a file has, and whether its author was told that it may have no more.
type quota struct {
	used int
	told bool
}

// full reports whether the file has as many as it may have; what follows is text. The author is told of the first that is.
func (d *document) full(q *quota, limit int, what string, pos int) bool {
	if q.used < limit {
		return false
	}
	if !q.told {
		q.told = true
		d.problem(d.line(pos), false, fmt.Sprintf("from here on %s are shown as text: a file may have %d", what, limit))
	}
	return true
}

// newDocument parses Markdown and arranges it by heading.
func newDocument(source string, firstLine int) *document {
	d := &document{source: []byte(source), firstLine: firstLine, root: &heading{line: firstLine}, byLabel: map[string]int{}, slips: map[string]bool{}}
	d.lineStarts = append(d.lineStarts, 0)
	for i, c := range d.source {
		if c == '\n' {
			d.lineStarts = append(d.lineStarts, i+1)
		}
	}
	tree := markdown.Parse(gmtext.NewReader(d.source))
	d.reportVerbatim(tree)
	d.arrange(tree)
	d.checkLastFence(tree.LastChild())
	return d
}

// arrange files the blocks of a document below its headings.
func (d *document) arrange(tree ast.Node) {
	open := []*heading{d.root}
	for n := tree.FirstChild(); n != nil; n = n.NextSibling() {
		end := len(d.source)
		if n.NextSibling() != nil {
			end = d.lineStart(n.NextSibling().Pos())
		}
		if definition, isDefinition := n.(*ast.LinkReferenceDefinition); isDefinition {
			d.define(definition, end)
			continue
		}
		if n.Kind() == ast.KindThematicBreak {
			continue // the cards part what it parts
		}
		h := d.headingAt(n, open)
		if h == nil {
			last := open[len(open)-1]
			last.blocks = append(last.blocks, block{n, end})
			continue
		}
		for len(open) > 1 && open[len(open)-1].level >= h.level {
			open = open[:len(open)-1]
		}
		parent := open[len(open)-1]
		parent.kids = append(parent.kids, h)
		open = append(open, h)
	}
}

// reportVerbatim lists what was over a bound.
func (d *document) reportVerbatim(tree ast.Node) {
	_ = ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Kind() == kindVerbatim {
			d.problem(d.line(n.Pos()), false, "this is too long, too wide a table or has too many marks for one paragraph; it is shown as it stands")
		}
		return ast.WalkContinue, nil
	})
}

// checkLastFence finds a fence that nobody closed: it swallows the rest of the
// file, which is what a half-saved edit looks like.
func (d *document) checkLastFence(n ast.Node) {
	fence, isFence := n.(*ast.FencedCodeBlock)
	if !isFence {
		return
	}
	opening := d.source[fence.Pos():]
	width := 0
	for width < len(opening) && opening[width] == opening[0] {
		width++
	}
	last := d.lineStart(len(bytes.TrimRight(d.source, " \t\n")))
	closing := bytes.TrimSpace(d.source[last:])
	closed := last != d.lineStart(fence.Pos()) && len(closing) >= width && len(bytes.Trim(closing, string(opening[:1]))) == 0
	if !closed {
		d.problem(d.line(fence.Pos()), true, "this fence is never closed")
	}
}

// line gives the 1-based line of a byte, counted from the top of the file.
func (d *document) line(pos int) int {
	return d.firstLine + d.lineIndex(pos)
}

// lineStart gives the byte where the line of pos begins.
func (d *document) lineStart(pos int) int {
	return d.lineStarts[d.lineIndex(pos)]
}

func (d *document) lineIndex(pos int) int {
	i, found := slices.BinarySearch(d.lineStarts, pos)
	if !found {
		i--
	}
	return max(0, i)
}

// markdown cuts the source from the byte start, and takes away from the following
// lines the indentation that start has in its own, so that a list item's
// paragraph is again a paragraph.
func (d *document) markdown(start, end int) string {
	start, end = max(0, start), min(end, len(d.source))
	if start >= end {
		return ""
	}
	column := start - d.lineStart(start)
	lines := strings.Split(strings.TrimRight(string(d.source[start:end]), " \t\n"), "\n")
	for i := 1; i < len(lines); i++ {
		line := lines[i]
		for n := 0; n < column && line != "" && (line[0] == ' ' || line[0] == '\t'); n++ {
			line = line[1:]
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}

// define remembers a link definition that ends before the byte end.
func (d *document) define(n *ast.LinkReferenceDefinition, end int) {
	label := util.ToLinkReference(n.Label)
	if _, known := d.byLabel[label]; known {
		return // the first counts
	}
	d.byLabel[label] = len(d.references)
	d.references = append(d.references, reference{strings.TrimSpace(string(d.source[n.Pos():end])), d.line(n.Pos())})
}

// withReferences appends the link definitions that a piece of text uses.
func (d *document) withReferences(text string) string {
	parts := []string{text}
	for _, i := range d.used(text) {
		r := d.references[i]
		if d.repeated <= maxRepeated && d.repeated+len(r.text) > maxRepeated {
			d.problem(r.line, false, "from this link definition on they are used too often to repeat them; further links are shown as text")
		}
		if d.repeated += len(r.text); d.repeated <= maxRepeated {
			parts = append(parts, r.text)
		}
	}
	return strings.Join(parts, "\n\n")
}

// used finds the definitions whose labels stand in brackets, in their own order.
func (d *document) used(text string) []int {
	if len(d.references) == 0 {
		return nil
	}
	var all []int
	open := -1
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '[':
			open = i
		case ']':
			if open < 0 {
				continue
			}
			if index, known := d.byLabel[util.ToLinkReference([]byte(text[open+1:i]))]; known {
				all = append(all, index)
			}
			open = -1
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// plain gives the text of the inline nodes below n as one line, without markup.
func (d *document) plain(n ast.Node) string {
	return strings.Join(strings.Fields(d.text(n)), " ")
}

// text gives the text of the inline nodes below n by its lines, without markup.
func (d *document) text(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(d.source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(d.source))
		case *ast.RawHTML:
			b.Write(n.Segments.Value(d.source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
