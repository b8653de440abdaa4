package programs

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
)

func head(ctx context.Context, c *Call) int {
	opts, names, err := options(numeric(c.Args[1:]), "n:c:qv", map[string]string{"lines": "n", "bytes": "c", "quiet": "q", "silent": "q", "verbose": "v"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	lines, size := 10, -1
	title := c.titles(names, opts)
	for _, o := range opts {
		n, err := amount(o.value)
		if o.name != "q" && o.name != "v" && (err != nil || n < 0 && o.name == "c") {
			return c.fail(1, "invalid number: '%s'", o.value)
		}
		switch o.name {
		case "n":
			lines, size = n, -1
		case "c":
			size = n
		}
	}
	if lines < 0 {
		return c.eachInput(names, func(name string, r io.Reader) error {
			title(name)
			return allBut(ctx, c.Stdout, r, -lines)
		})
	}
	return c.eachInput(names, func(name string, r io.Reader) error {
		title(name)
		if size >= 0 {
			_, err := io.Copy(c.Stdout, io.LimitReader(r, int64(size)))
			return err //nolint:wrapcheck // printed as it is
		}
		left := lines
		if left == 0 {
			return nil
		}
		err := eachLine(ctx, r, func(line string) error {
			if err := writeLine(c.Stdout, line); err != nil {
				return err
			}
			if left--; left == 0 {
				return errEnough
			}
			return nil
		})
		return unlessEnough(err)
	})
}

// titles says before each of several files, or with -v before one, whose lines follow.
func (c *Call) titles(names []string, opts []option) func(name string) {
	wanted := len(names) > 1
	for _, o := range opts {
		switch o.name {
		case "q":
			wanted = false
		case "v":
			wanted = true
		}
	}
	first := true
	return func(name string) {
		if !wanted {
			return
		}
		if name == "-" {
			name = "standard input"
		}
		if !first {
			fmt.Fprintln(c.Stdout)
		}
		first = false
		fmt.Fprintf(c.Stdout, "==> %s <==\n", name)
	}
}

// amount reads a number with K, M or G behind it.
func amount(s string) (int, error) {
	digits := strings.TrimRight(s, "KkMG")
	n, err := strconv.Atoi(digits)
	if err != nil || len(s)-len(digits) > 1 || n > 1<<30 {
		return 0, fmt.Errorf("invalid number: '%s'", s)
	}
	if unit := s[len(digits):]; unit != "" {
		n <<= map[string]int{"K": 10, "k": 10, "M": 20, "G": 30}[unit]
	}
	return n, nil
}

// allBut prints all lines but the last ones.
func allBut(ctx context.Context, w io.Writer, r io.Reader, count int) error {
	var held []string
	return eachLine(ctx, r, func(line string) error {
		if held = append(held, line); len(held) <= count {
			return nil
		}
		line, held = held[0], held[1:]
		return writeLine(w, line)
	})
}
