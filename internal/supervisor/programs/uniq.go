package programs

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// uniqCall is one uniq: what of a line counts, and the equal lines that it is in the middle of.
type uniqCall struct {
	c                     *Call
	flags                 map[string]bool
	fields, skip, compare int
	first                 string
	all                   []string // with -D
	n                     int
}

func uniq(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "cduiDf:s:w:", map[string]string{
		"count": "c", "repeated": "d", "unique": "u", "ignore-case": "i", "all-repeated": "D", "skip-fields": "f", "skip-chars": "s", "check-chars": "w",
	})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	u := uniqCall{c: c, flags: map[string]bool{}, compare: toEnd}
	for _, o := range opts {
		u.flags[o.name] = true
		if into := map[string]*int{"f": &u.fields, "s": &u.skip, "w": &u.compare}[o.name]; into != nil {
			if *into, err = strconv.Atoi(o.value); err != nil || *into < 0 {
				return c.fail(1, "%s: invalid number", o.value)
			}
		}
	}
	if len(names) > 1 {
		return c.fail(1, "extra operand '%s'", names[1])
	}
	return c.eachInput(names, func(_ string, r io.Reader) error {
		if err := eachLine(ctx, r, u.take); err != nil {
			return err
		}
		return u.flush()
	})
}

func (u *uniqCall) take(line string) error {
	if u.n == 0 || !u.same(line) {
		if err := u.flush(); err != nil {
			return err
		}
		u.first, u.n, u.all = line, 0, nil
	}
	u.n++
	if u.flags["D"] {
		u.all = append(u.all, line)
	}
	return nil
}

func (u *uniqCall) same(line string) bool {
	a, b := u.key(line), u.key(u.first)
	return a == b || u.flags["i"] && strings.EqualFold(a, b)
}

// key is the part of a line that counts.
func (u *uniqCall) key(line string) string {
	for range u.fields {
		line = strings.TrimLeft(line, " \t")
		line = line[len(line)-len(strings.TrimLeftFunc(line, func(r rune) bool { return r != ' ' && r != '\t' })):]
	}
	line = line[min(u.skip, len(line)):]
	return line[:min(u.compare, len(line))]
}

func (u *uniqCall) flush() error {
	switch {
	case u.n == 0, (u.flags["d"] || u.flags["D"]) && u.n == 1, u.flags["u"] && u.n > 1:
		return nil
	case u.flags["D"]:
		return writeLine(u.c.Stdout, strings.Join(u.all, "\n"))
	case u.flags["c"]:
		return writeLine(u.c.Stdout, fmt.Sprintf("%7d %s", u.n, u.first))
	}
	return writeLine(u.c.Stdout, u.first)
}
