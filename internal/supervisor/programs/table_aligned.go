package programs

import (
	"fmt"
	"io"
	"strings"
)

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

// aligned prints the columns below one another, with psql's border 1.
func (s *tableStyle) aligned(w io.Writer, t table) {
	widths := make([]int, len(t.columns))
	heads := make([][]textLine, len(t.columns))
	for i, c := range t.columns {
		heads[i] = shownLines(c.name)
		widths[i] = maxWidth(heads[i])
	}
	rows := make([][][]textLine, len(t.rows))
	for n, row := range t.rows {
		rows[n] = make([][]textLine, len(row))
		for i, value := range row {
			rows[n][i] = shownLines(value)
			widths[i] = max(widths[i], maxWidth(rows[n][i]))
		}
	}
	if !s.tuplesOnly {
		printTitle(w, t.title, widths)
		printHeads(w, heads, widths)
	}
	for _, row := range rows {
		if len(row) > 0 {
			printRow(w, t.columns, row, widths)
		}
	}
	for _, line := range s.footer(t) {
		fmt.Fprintln(w, line)
	}
	fmt.Fprintln(w)
}

func printTitle(w io.Writer, title string, widths []int) {
	if title == "" {
		return
	}
	total := 3*len(widths) - 1
	for _, width := range widths {
		total += width
	}
	fmt.Fprintf(w, "%s%s\n", spaces((total-maxWidth(shownLines(title)))/2), title)
}

func printHeads(w io.Writer, heads [][]textLine, widths []int) {
	height := 0
	rules := make([]string, len(widths))
	for i, lines := range heads {
		height = max(height, len(lines))
		rules[i] = strings.Repeat("-", widths[i]+2)
	}
	for n := range height {
		var b strings.Builder
		for i, lines := range heads {
			var line textLine
			if n < len(lines) {
				line = lines[n]
			}
			left := (widths[i] - line.width) / 2
			b.WriteString(" " + spaces(left) + line.text + spaces(widths[i]-line.width-left))
			if n+1 < len(lines) {
				b.WriteByte('+')
			} else {
				b.WriteByte(' ')
			}
			if i+1 < len(heads) {
				b.WriteByte('|')
			}
		}
		fmt.Fprintln(w, b.String())
	}
	if len(rules) == 0 {
		rules = []string{"--"}
	}
	fmt.Fprintln(w, strings.Join(rules, "+"))
}

// printRow prints one row. A value of several lines has a plus behind each that goes on.
func printRow(w io.Writer, columns []column, row [][]textLine, widths []int) {
	height := 1
	for _, lines := range row {
		height = max(height, len(lines))
	}
	for n := range height {
		var b strings.Builder
		for i, lines := range row {
			last := i+1 == len(row)
			more := n+1 < len(lines)
			var line textLine
			if n < len(lines) {
				line = lines[n]
			}
			pad := spaces(widths[i] - line.width)
			b.WriteByte(' ')
			switch {
			case columns[i].right && n < len(lines):
				b.WriteString(pad + line.text)
			case !last || more:
				b.WriteString(line.text + pad)
			default:
				b.WriteString(line.text)
			}
			switch {
			case more:
				b.WriteByte('+')
			case !last:
				b.WriteByte(' ')
			}
			if !last {
				b.WriteByte('|')
			}
		}
		fmt.Fprintln(w, b.String())
	}
}

// records prints a row below the other, each value on a line of its own: psql -x.
func (s *tableStyle) records(w io.Writer, t table) {
	if len(t.rows) == 0 || len(t.columns) == 0 {
		for _, line := range s.footer(t) {
			fmt.Fprintln(w, line)
		}
		fmt.Fprintln(w)
		return
	}
	if t.title != "" && !s.tuplesOnly {
		fmt.Fprintln(w, t.title)
	}
	names, values := 0, 0
	for _, c := range t.columns {
		names = max(names, maxWidth(shownLines(c.name)))
	}
	for _, row := range t.rows {
		for _, value := range row {
			values = max(values, maxWidth(shownLines(value)))
		}
	}
	for n, row := range t.rows {
		s.recordHead(w, n, names, values)
		for i, value := range row {
			printField(w, shownLines(t.columns[i].name), shownLines(value), names, values)
		}
	}
	fmt.Fprintln(w)
}

func (s *tableStyle) recordHead(w io.Writer, n, names, values int) {
	head := fmt.Sprintf("-[ RECORD %d ]", n+1)
	switch {
	case s.tuplesOnly && n == 0:
		return
	case s.tuplesOnly:
		head = ""
	}
	head += strings.Repeat("-", max(0, names+1-len(head)))
	if len(head) == names+1 {
		head += "+"
	}
	head += strings.Repeat("-", max(0, names+3+values-len(head)))
	fmt.Fprintln(w, head)
}

func printField(w io.Writer, name, lines []textLine, names, values int) {
	for n := range max(len(name), len(lines)) {
		left, mark, right := spaces(names), " ", ""
		if n < len(name) {
			left = name[n].text + spaces(names-name[n].width)
		}
		if n+1 < len(name) {
			mark = "+"
		}
		if n < len(lines) {
			right = " " + lines[n].text
		}
		if n+1 < len(lines) {
			right += spaces(values-lines[n].width) + "+"
		}
		fmt.Fprintln(w, left+mark+"|"+right)
	}
}
