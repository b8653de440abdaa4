package playbooks

import (
	"bytes"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// What one text may cost. The Markdown parser looks through a paragraph again for
// each character that could begin or end markup, and fills every row of a table up
// to the width of its head: a few kilobytes could take minutes or gigabytes.
const (
	maxParagraph = 64 << 10 // bytes
	maxMarks     = 2000     // in a paragraph, a heading or a table's row
	maxCells     = 16 << 10 // columns × rows, of all tables of a text
	maxCommands  = 1000     // of a file, with what is only to be read and the fences for Wardroom itself; each is a card with buttons
	maxHeadings  = 1000     // of a file; each is a section, a step or a playbook of its own
	maxSteps     = 1000     // of a file, beside its headings: bold lines and list items
)

// marks are the characters that the parser looks for partners of.
const marks = "*_~`[]<{"

// bounds makes the parser leave a paragraph that is over a bound as it stands.
type bounds struct{}

// Extend implements goldmark.Extender.
func (bounds) Extend(m goldmark.Markdown) {
	m.Parser().AddOptions(
		parser.WithBlockParsers(util.Prioritized(overlongHeading{}, 599)), // 600 reads headings
		parser.WithParagraphTransformers( // 200 makes a paragraph a table
			util.Prioritized(gate(overTable), 0), util.Prioritized(gate(overMarks), 1000),
		),
	)
	m.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(verbatimRenderer{}, 1)))
}

// verbatim is a block of text that is shown as it stands.
type verbatim struct{ ast.BaseBlock }

var kindVerbatim = ast.NewNodeKind("Verbatim")

// Kind implements ast.Node.
func (*verbatim) Kind() ast.NodeKind { return kindVerbatim }

// IsRaw implements ast.Node: nothing in the text is parsed.
func (*verbatim) IsRaw() bool { return true }

// Dump implements ast.Node.
func (v *verbatim) Dump(source []byte, level int) { ast.DumpHelper(v, source, level, nil, nil) }

type verbatimRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (verbatimRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindVerbatim, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString("<pre>")
			_, _ = w.Write(util.EscapeHTML(n.Lines().Value(source)))
			_, _ = w.WriteString("</pre>\n")
		}
		return ast.WalkContinue, nil
	})
}

// A gate reports a paragraph that is over a bound.
type gate func(lines [][]byte, pc parser.Context) bool

// Transform implements parser.ParagraphTransformer.
func (over gate) Transform(node *ast.Paragraph, reader gmtext.Reader, pc parser.Context) {
	segments := node.Lines()
	lines := make([][]byte, segments.Len())
	for i := range lines {
		segment := segments.At(i)
		lines[i] = reader.Source()[segment.Start:segment.Stop]
	}
	if !over(lines, pc) {
		return
	}
	shown := &verbatim{}
	shown.SetLines(segments)
	shown.SetPos(node.Pos())
	node.Parent().ReplaceChild(node.Parent(), node, shown)
}

// overTable judges a paragraph that may become a table. Its cells are parsed one
// by one, so that the marks of a row count, not those of the whole.
func overTable(lines [][]byte, pc parser.Context) bool {
	size, cells, fullest := 0, 0, 0
	for i, line := range lines {
		size += len(line)
		fullest = max(fullest, countMarks(line))
		if i > 0 && cells == 0 && isDelimiterRow(line) {
			cells = len(lines) * (1 + bytes.Count(line, []byte("|")))
		}
	}
	if size > maxParagraph || cells == 0 {
		return size > maxParagraph
	}
	for _, line := range lines { // the parser splits cells at these, looking through all of the text
		cells += bytes.Count(line, []byte(`\|`))
	}
	used, _ := pc.Get(cellsKey).(int)
	if fullest > maxMarks || used+cells > maxCells {
		return true
	}
	pc.Set(cellsKey, used+cells)
	return false
}

var cellsKey = parser.NewContextKey()

// isDelimiterRow recognises the line below a table's head: |---|:--:|.
func isDelimiterRow(line []byte) bool {
	return len(bytes.Trim(line, " \t\n|:-")) == 0 && bytes.IndexByte(line, '-') >= 0
}

// overMarks judges what stayed a paragraph.
func overMarks(lines [][]byte, _ parser.Context) bool {
	count := 0
	for _, line := range lines {
		count += countMarks(line)
	}
	return count > maxMarks
}

func countMarks(line []byte) int {
	count := 0
	for _, c := range line {
		if isMark[c] {
			count++
		}
	}
	return count
}

var isMark = func() (is [256]bool) {
	for i := range len(marks) {
		is[marks[i]] = true
	}
	return is
}()

// overlongHeading takes the lines that would be headings over a bound.
type overlongHeading struct{}

// Trigger implements parser.BlockParser.
func (overlongHeading) Trigger() []byte { return []byte{'#'} }

// Open implements parser.BlockParser.
func (overlongHeading) Open(_ ast.Node, reader gmtext.Reader, _ parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	if len(line) <= maxParagraph && countMarks(line) <= maxMarks {
		return nil, parser.NoChildren
	}
	shown := &verbatim{}
	shown.Lines().Append(segment)
	reader.AdvanceToEOL()
	return shown, parser.NoChildren
}

// Continue implements parser.BlockParser.
func (overlongHeading) Continue(ast.Node, gmtext.Reader, parser.Context) parser.State {
	return parser.Close
}

// Close implements parser.BlockParser.
func (overlongHeading) Close(ast.Node, gmtext.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (overlongHeading) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (overlongHeading) CanAcceptIndentedLine() bool { return false }
