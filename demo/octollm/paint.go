package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"wardroom/demo/octollm/control"
)

const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	plain  = "\x1b[0m"
)

// colour reports whether to paint: as the environment says, else on a terminal only.
func (o *operator) colour() bool {
	if o.getenv("NO_COLOR") != "" {
		return false
	}
	if force := o.getenv("FORCE_COLOR"); force != "" {
		return force != "0"
	}
	file, ok := o.out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// words that are painted, in logs and tables.
var colours = map[string]string{
	control.Running: green, control.Exited: red, control.Starting: yellow, "on": red,
	"ERROR": red, "WARN": yellow, "INFO": green, "panic:": red + bold, "FATAL:": red + bold, "WARNING:": yellow,
}

// paintLine paints the level of a log line, and its time lightly.
func paintLine(line string) string {
	time, rest, found := strings.Cut(line, " ")
	if c, ok := colours[time]; ok { // a line of a crash has no time
		return c + line + plain
	}
	level, message, _ := strings.Cut(rest, " ")
	c, ok := colours[level]
	if !found || !ok {
		return line
	}
	return dim + time + plain + " " + c + level + plain + " " + message
}

// table lines up columns; colour does not count for their width, and the first row is a heading.
type table struct {
	colour bool
	rows   [][]string
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print(w io.Writer) error {
	widths := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for n, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2)
			line.WriteString(t.paint(n == 0, cell) + padding)
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) paint(heading bool, cell string) string {
	switch {
	case !t.colour:
		return cell
	case heading:
		return bold + cell + plain
	case colours[cell] != "":
		return colours[cell] + cell + plain
	default:
		return cell
	}
}
