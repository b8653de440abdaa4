package authoring

import (
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// The kinds of a row.
const (
	Same    = ' '
	Added   = '+'
	Removed = '-'
	Skipped = '@' // lines that are equal and not shown
)

// Row is a line of a difference.
type Row struct {
	Kind     byte
	Old, New int // line numbers, from 1; 0 on the side that does not have it
	Text     string
	NoEnd    bool // the text ends here without a line's end
	CRLF     bool // it ends with CR LF, which is all that tells it from a line of the other text
}

// Diff lists how two texts differ, by lines, with three equal lines around each
// change; nothing for equal texts. Where nothing is left out before the first change, no
// row says so. Its time grows little faster than the texts.
func Diff(old, fresh string) []Row {
	var rows []Row
	text := diff.Diff("old", []byte(old), "new", []byte(fresh))
	oldLine, newLine := 0, 0
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		if i < 3 || line == "" { // its own head
			continue
		}
		kind := line[0]
		body, crlf := strings.CutSuffix(line[1:], "\r")
		switch kind {
		case Skipped:
			_, _ = fmt.Sscanf(line, "@@ -%d,", &oldLine)
			_, _ = fmt.Sscanf(line[strings.IndexByte(line, '+'):], "+%d,", &newLine)
			oldLine, newLine = max(oldLine, 1), max(newLine, 1)
			if oldLine > 1 || newLine > 1 {
				rows = append(rows, Row{Kind: Skipped, Old: oldLine, New: newLine})
			}
		case '\\':
			rows[len(rows)-1].NoEnd = true
		case Same:
			rows = append(rows, Row{Kind: Same, Old: oldLine, New: newLine, Text: body})
			oldLine, newLine = oldLine+1, newLine+1
		case Removed:
			rows = append(rows, Row{Kind: Removed, Old: oldLine, Text: body, CRLF: crlf})
			oldLine++
		case Added:
			rows = append(rows, Row{Kind: Added, New: newLine, Text: body, CRLF: crlf})
			newLine++
		}
	}
	return onlyEnds(rows)
}

// onlyEnds leaves CRLF where the change next to the line has the same text with the other
// end: else nobody could see what changed.
func onlyEnds(rows []Row) []Row {
	for from := 0; from < len(rows); {
		to := from
		other := map[Row]bool{} // by kind, text and end
		for to < len(rows) && (rows[to].Kind == Removed || rows[to].Kind == Added) {
			other[Row{Kind: rows[to].Kind, Text: rows[to].Text, CRLF: rows[to].CRLF}] = true
			to++
		}
		for i := from; i < to; i++ {
			twin := Row{Kind: Removed, Text: rows[i].Text}
			if rows[i].Kind == Removed {
				twin.Kind = Added
			}
			rows[i].CRLF = rows[i].CRLF && other[twin]
		}
		from = max(to, from+1)
	}
	return rows
}
