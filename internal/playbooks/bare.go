package playbooks

import (
	"strings"

	"github.com/yuin/goldmark/ast"

	"wardroom/internal/shell"
)

// bareLines finds the lines of a paragraph that are commands though no mark says so: an
// item such as "- df -h", or the line below "Check the logs:". They are judged once.
func (r *reader) bareLines(n ast.Node) []span {
	if found, known := r.bare[n]; known {
		return found
	}
	var all []span
	inItem := n.Parent().Kind() == ast.KindListItem
	lines := n.Lines()
	announced := false
	for i := range lines.Len() {
		segment := lines.At(i)
		line := withoutRemark(strings.TrimSpace(string(segment.Value(r.doc.source))))
		may, sure := (i > 0 || inItem && n.PreviousSibling() == nil) && r.mayBeBare(line), false
		if may {
			may, sure = shell.Bare(line)
		}
		taken := may && (sure || announced || i == 0 && r.allBare(n.Parent().Parent()))
		if taken {
			all = append(all, span{text: line, kind: Shell, line: r.doc.line(segment.Start)})
		}
		announced = taken || strings.HasSuffix(line, ":") || strings.HasSuffix(line, "?")
	}
	if r.bare == nil {
		r.bare = map[ast.Node][]span{}
	}
	r.bare[n] = all
	return all
}

// withoutRemark takes "(from another container)" off the end of a line.
func withoutRemark(line string) string {
	if open := strings.LastIndex(line, " ("); open > 0 && strings.HasSuffix(line, ")") && !strings.ContainsAny(line[open+2:len(line)-1], "()") {
		return line[:open]
	}
	return line
}

// mayBeBare spares most lines a closer look, and bounds how many of a file get one.
func (r *reader) mayBeBare(line string) bool {
	const most = 4 * maxCommands
	if len(line) > maxInfo || strings.Contains(line, "`") || !shell.StartsCommand(line) || r.doc.judged >= most {
		return false
	}
	r.doc.judged++
	return true
}

// allBare reports a list of nothing but items that begin like commands.
func (r *reader) allBare(list ast.Node) bool {
	all, known := r.bareLists[list]
	if known {
		return all
	}
	all = true
	for item := list.FirstChild(); item != nil && all; item = item.NextSibling() {
		first := item.FirstChild()
		if all = first != nil && first.Lines() != nil && first.Lines().Len() == 1 && first.NextSibling() == nil; all {
			segment := first.Lines().At(0)
			line := withoutRemark(strings.TrimSpace(string(segment.Value(r.doc.source))))
			if all = r.mayBeBare(line); all {
				all, _ = shell.Bare(line)
			}
		}
	}
	if r.bareLists == nil {
		r.bareLists = map[ast.Node]bool{}
	}
	r.bareLists[list] = all
	return all
}
