package programs

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

func tac(ctx context.Context, c *Call) int {
	_, names, err := options(c.Args[1:], "", nil)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	return c.eachInput(names, func(_ string, r io.Reader) error {
		all, err := io.ReadAll(contextReader{ctx, r})
		if err != nil {
			return err //nolint:wrapcheck // printed as it is
		}
		lines := strings.SplitAfter(string(all), "\n")
		slices.Reverse(lines)
		for _, line := range lines {
			if _, err := io.WriteString(c.Stdout, line); err != nil {
				return errDone
			}
		}
		return nil
	})
}

func rev(ctx context.Context, c *Call) int {
	_, names, err := options(c.Args[1:], "", nil)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	return c.eachInput(names, func(_ string, r io.Reader) error {
		return eachLine(ctx, r, func(line string) error {
			chars := []rune(line)
			slices.Reverse(chars)
			return writeLine(c.Stdout, string(chars))
		})
	})
}

// nl numbers the lines that are not empty, or all of them with -b a.
func nl(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "b:w:", nil)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	style, width := "t", 6
	for _, o := range opts {
		if o.name == "b" {
			style = o.value
			continue
		}
		if width, err = strconv.Atoi(o.value); err != nil || width < 1 || width > 100 {
			return c.fail(1, "invalid line number field width: '%s'", o.value)
		}
	}
	if style != "a" && style != "t" && style != "n" {
		return c.fail(1, "invalid body numbering style: '%s'", style)
	}
	n := 0
	return c.eachInput(names, func(_ string, r io.Reader) error {
		return eachLine(ctx, r, func(line string) error {
			if style == "n" || style == "t" && line == "" {
				return writeLine(c.Stdout, strings.Repeat(" ", width+1)+line)
			}
			n++
			return writeLine(c.Stdout, fmt.Sprintf("%*d\t%s", width, n, line))
		})
	})
}

// columns is column -t: the columns of all lines, aligned.
func columns(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "ts:o:", map[string]string{"table": "t"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	asked, separators, between := false, "", "  "
	for _, o := range opts {
		switch o.name {
		case "t":
			asked = true
		case "s":
			separators = o.value
		case "o":
			between = o.value
		}
	}
	if !asked {
		return c.fail(1, "only column -t is available")
	}
	var rows [][]string
	var widths []int
	code := c.eachInput(names, func(_ string, r io.Reader) error {
		return eachLine(ctx, r, func(line string) error {
			if strings.TrimSpace(line) == "" {
				return nil
			}
			cells := strings.Fields(line)
			if separators != "" {
				cells = strings.FieldsFunc(line, func(char rune) bool { return strings.ContainsRune(separators, char) })
				if len([]rune(separators)) == 1 {
					cells = strings.Split(line, separators)
				}
			}
			for i, cell := range cells {
				if i == len(widths) {
					widths = append(widths, 0)
				}
				widths[i] = max(widths[i], len([]rune(cell)))
			}
			rows = append(rows, cells)
			return nil
		})
	})
	for _, cells := range rows {
		var line strings.Builder
		for i, width := range widths {
			cell := ""
			if i < len(cells) {
				cell = cells[i]
			}
			line.WriteString(cell)
			if i < len(widths)-1 {
				line.WriteString(strings.Repeat(" ", width-len([]rune(cell))) + between)
			}
		}
		if writeLine(c.Stdout, line.String()) != nil {
			break
		}
	}
	return code
}
