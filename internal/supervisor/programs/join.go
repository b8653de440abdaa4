package programs

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
)

// lineReader reads one input line by line, side by side with others.
type lineReader struct {
	in   *bufio.Reader
	line string
	ok   bool
}

func (l *lineReader) next() {
	line, err := l.in.ReadString('\n')
	l.line, l.ok = strings.TrimSuffix(line, "\n"), err == nil || line != ""
}

// sideBySide opens all inputs; standard input is one reader however often it is named.
func (c *Call) sideBySide(ctx context.Context, names []string) (readers []*lineReader, done func(), err error) {
	var files []io.Closer
	done = func() {
		for _, file := range files {
			_ = file.Close() // read only
		}
	}
	var stdin *lineReader
	for _, name := range names {
		if name == "-" && stdin != nil {
			readers = append(readers, stdin)
			continue
		}
		file, err := c.input(name)
		if err != nil {
			done()
			return nil, nil, err
		}
		files = append(files, file)
		reader := &lineReader{in: bufio.NewReaderSize(contextReader{ctx, file}, 64<<10)}
		if name == "-" {
			stdin = reader
		}
		readers = append(readers, reader)
	}
	return readers, done, nil
}

func paste(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "sd:", map[string]string{"serial": "s", "delimiters": "d"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	serial, delimiters := false, []string{"\t"}
	for _, o := range opts {
		if o.name == "s" {
			serial = true
			continue
		}
		if delimiters = strings.Split(strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`).Replace(o.value), ""); len(delimiters) == 0 {
			delimiters = []string{""}
		}
	}
	if serial {
		return c.eachInput(names, func(_ string, r io.Reader) error { return pasteSerial(ctx, c.Stdout, r, delimiters) })
	}
	if len(names) == 0 {
		names = []string{"-"}
	}
	readers, done, err := c.sideBySide(ctx, names)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	defer done()
	for {
		var line strings.Builder
		more := false
		for i, r := range readers {
			if i > 0 {
				line.WriteString(delimiters[(i-1)%len(delimiters)])
			}
			if r.next(); r.ok {
				more = true
				line.WriteString(r.line)
			}
		}
		if !more || writeLine(c.Stdout, line.String()) != nil {
			return 0
		}
	}
}

func pasteSerial(ctx context.Context, w io.Writer, r io.Reader, delimiters []string) error {
	n := 0
	err := eachLine(ctx, r, func(line string) error {
		if n > 0 {
			line = delimiters[(n-1)%len(delimiters)] + line
		}
		n++
		if _, err := io.WriteString(w, line); err != nil {
			return errDone
		}
		return nil
	})
	return errors.Join(err, writeLine(w, ""))
}

// comm compares two sorted files: what only the first has, only the second, and both.
func comm(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "123", nil)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	if len(names) != 2 {
		return c.fail(1, "give two files")
	}
	hidden := map[string]bool{}
	for _, o := range opts {
		hidden[o.name] = true
	}
	// A column is indented by those before it that are shown.
	indent := map[string]string{"1": "", "2": "\t", "3": "\t\t"}
	if hidden["1"] {
		indent["2"], indent["3"] = "", "\t"
	}
	if hidden["2"] {
		indent["3"] = strings.TrimPrefix(indent["3"], "\t")
	}
	readers, done, err := c.sideBySide(ctx, names)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	defer done()
	left, right := readers[0], readers[1]
	left.next()
	right.next()
	for left.ok || right.ok {
		column, line := "3", left.line
		switch {
		case !right.ok || left.ok && left.line < right.line:
			column = "1"
			left.next()
		case !left.ok || right.line < left.line:
			column, line = "2", right.line
			right.next()
		default:
			left.next()
			right.next()
		}
		if !hidden[column] && writeLine(c.Stdout, indent[column]+line) != nil {
			break
		}
	}
	return 0
}
