package programs

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// table is what a query has answered.
type table struct {
	title   string
	columns []column
	rows    [][]string
	foot    []string // lines below it, in place of the number of rows
}

type column struct {
	name  string
	right bool // numbers
}

// tableStyle is how psql was told to print.
type tableStyle struct {
	format     string // aligned, unaligned or csv
	separator  string // of unaligned fields
	null       string
	expanded   bool
	tuplesOnly bool
	noFooter   bool
}

func (s *tableStyle) print(w io.Writer, t table) {
	out := bufio.NewWriter(w)
	defer out.Flush() // who reads may have gone; then there is nobody to tell
	switch {
	case s.format == "csv":
		s.csv(out, t)
	case s.format == "unaligned" && s.expanded:
		s.unalignedRecords(out, t)
	case s.format == "unaligned":
		s.unaligned(out, t)
	case s.expanded:
		s.records(out, t)
	default:
		s.aligned(out, t)
	}
}

// footer is what stands below the rows.
func (s *tableStyle) footer(t table) []string {
	switch {
	case s.tuplesOnly:
		return nil
	case t.foot != nil:
		return t.foot
	case s.noFooter:
		return nil
	case len(t.rows) == 1:
		return []string{"(1 row)"}
	}
	return []string{fmt.Sprintf("(%d rows)", len(t.rows))}
}

func (s *tableStyle) csv(w io.Writer, t table) {
	out := csv.NewWriter(w)
	line := make([]string, len(t.columns))
	write := func(name, value string) {
		if s.expanded {
			_ = out.Write([]string{name, value}) // told by Flush, and then there is no reader
		}
	}
	for i, c := range t.columns {
		line[i] = c.name
	}
	if !s.expanded && !s.tuplesOnly {
		_ = out.Write(line)
	}
	for _, row := range t.rows {
		for i, value := range row {
			write(t.columns[i].name, value)
		}
		if !s.expanded {
			_ = out.Write(row)
		}
	}
	out.Flush()
}

func (s *tableStyle) unaligned(w io.Writer, t table) {
	if !s.tuplesOnly {
		if t.title != "" {
			fmt.Fprintln(w, t.title)
		}
		names := make([]string, len(t.columns))
		for i, c := range t.columns {
			names[i] = c.name
		}
		fmt.Fprintln(w, strings.Join(names, s.separator))
	}
	for _, row := range t.rows {
		if len(row) > 0 {
			fmt.Fprintln(w, strings.Join(row, s.separator))
		}
	}
	for _, line := range s.footer(t) {
		fmt.Fprintln(w, line)
	}
}

func (s *tableStyle) unalignedRecords(w io.Writer, t table) {
	titled := t.title != "" && !s.tuplesOnly
	if titled {
		fmt.Fprintln(w, t.title)
	}
	for n, row := range t.rows {
		if n > 0 || titled {
			fmt.Fprintln(w)
		}
		for i, value := range row {
			fmt.Fprintln(w, t.columns[i].name+s.separator+value)
		}
	}
}

// textLine is one line of a cell as it is shown.
type textLine struct {
	text  string
	width int
}

func maxWidth(lines []textLine) (most int) {
	for _, l := range lines {
		most = max(most, l.width)
	}
	return most
}

// shownLines makes a value fit for a screen, as the real tool does: lines apart, tabs as spaces, control characters as escapes.
func shownLines(value string) []textLine {
	var lines []textLine
	var b strings.Builder
	at := 0
	for _, r := range value {
		switch {
		case r == '\n':
			lines = append(lines, textLine{b.String(), at})
			b.Reset()
			at = 0
		case r == '\t':
			n := 8 - at%8
			b.WriteString(strings.Repeat(" ", n))
			at += n
		case r == '\r':
			b.WriteString(`\r`)
			at += 2
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02X`, r)
			at += 4
		case unicode.IsControl(r) || r == utf8.RuneError:
			fmt.Fprintf(&b, `\u%04X`, r)
			at += 6
		default:
			b.WriteRune(r)
			at += runeWidth(r)
		}
	}
	return append(lines, textLine{b.String(), at})
}

// runeWidth is how many places of a screen a character takes.
func runeWidth(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
		return 2
	}
	return 1
}
