package ansi

import (
	"strings"
	"unicode/utf8"
)

// A line under construction. As long as text is only appended, it is bytes with
// the ends of its spans; once something is overwritten it becomes cells, until
// the line is complete.
type line struct {
	cursor int // column

	text  []byte
	spans []span
	width int // columns of text

	overwritten bool
	cells       []cell
}

type span struct {
	end   int // in text
	style style
}

type cell struct {
	letter rune
	style  style
}

func (l *line) reset() {
	*l = line{text: l.text[:0], spans: l.spans[:0], cells: l.cells[:0]}
}

func (l *line) isEmpty() bool { return len(l.text) == 0 && len(l.cells) == 0 }

// atEnd reports that the cursor stands where text is appended.
func (l *line) atEnd() bool {
	if l.overwritten {
		return l.cursor >= len(l.cells)
	}
	return l.cursor == l.width
}

// write puts text of so many columns at the cursor.
func (l *line) write(text []byte, columns int, s style) {
	if !l.overwritten && l.cursor == l.width {
		l.text = append(l.text, text...)
		if last := len(l.spans) - 1; last >= 0 && l.spans[last].style == s {
			l.spans[last].end = len(l.text)
		} else {
			l.spans = append(l.spans, span{len(l.text), s})
		}
		l.width += columns
		l.cursor = l.width
		return
	}
	l.toCells()
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		l.pad(l.cursor)
		if c := (cell{r, s}); l.cursor < len(l.cells) {
			l.cells[l.cursor] = c
		} else {
			l.cells = append(l.cells, c)
		}
		l.cursor++
	}
}

// pad fills with blanks up to a column.
func (l *line) pad(column int) {
	for len(l.cells) < column {
		l.cells = append(l.cells, cell{letter: ' '})
	}
}

func (l *line) toCells() {
	if l.overwritten {
		return
	}
	l.overwritten = true
	start := 0
	for _, s := range l.spans {
		for text := l.text[start:s.end]; len(text) > 0; {
			r, size := utf8.DecodeRune(text)
			l.cells = append(l.cells, cell{r, s.style})
			text = text[size:]
		}
		start = s.end
	}
	l.text, l.spans = l.text[:0], l.spans[:0]
}

// erase obeys erase-in-line: 0 from the cursor on, 2 the whole line, after which
// the cursor stands at the margin, where everybody sends it next. The third kind, up
// to the cursor, nobody prints; it and blanks up to a kept cursor would cost a whole
// line's work for a few bytes.
func (l *line) erase(mode int) {
	switch {
	case mode == 2 || mode == 0 && l.cursor == 0:
		l.reset()
	case mode == 0 && !l.atEnd(): // at the end, where coloured output says it, nothing is left to erase
		l.toCells()
		l.cells = l.cells[:min(l.cursor, len(l.cells))]
	}
}

// runs gives the line as it stands. Neighbours that look the same are one run,
// also when their styles differ (exchanged twice).
func (l *line) runs(p *Parser) Line {
	if l.overwritten {
		return l.cellRuns(p)
	}
	if len(l.spans) == 0 {
		return nil
	}
	whole := string(l.text)
	runs := make(Line, 0, len(l.spans))
	class, from, start := "", 0, 0
	for _, s := range l.spans {
		if next := p.class(s.style); next != class {
			if start > from {
				runs = append(runs, Run{class, whole[from:start]})
			}
			class, from = next, start
		}
		start = s.end
	}
	return append(runs, Run{class, whole[from:start]})
}

func (l *line) cellRuns(p *Parser) Line {
	var runs Line
	var b strings.Builder
	class := ""
	for i, c := range l.cells {
		if i == 0 || c.style != l.cells[i-1].style {
			if next := p.class(c.style); next != class {
				if b.Len() > 0 {
					runs = append(runs, Run{class, b.String()})
				}
				b.Reset()
				class = next
			}
		}
		b.WriteRune(c.letter)
	}
	if b.Len() > 0 {
		runs = append(runs, Run{class, b.String()})
	}
	return runs
}
