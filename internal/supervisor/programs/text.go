package programs

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

func cat(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "nu", map[string]string{"number": "n"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	numbered := false
	for _, o := range opts {
		numbered = numbered || o.name == "n"
	}
	n := 0
	return c.eachInput(names, func(_ string, r io.Reader) error {
		if !numbered {
			if _, err := io.Copy(c.Stdout, contextReader{ctx, r}); err != nil {
				return errDone
			}
			return nil
		}
		return eachLine(ctx, r, func(line string) error {
			n++
			return writeLine(c.Stdout, fmt.Sprintf("%6d\t%s", n, line))
		})
	})
}

// contextReader ends a long copy when the run ends.
type contextReader struct {
	ctx context.Context //nolint:containedctx // it lives for one copy
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, io.EOF
	}
	return r.r.Read(p) //nolint:wrapcheck // io.EOF must stay what it is
}

func head(ctx context.Context, c *Call) int {
	opts, names, err := options(numeric(c.Args[1:]), "n:c:q", map[string]string{"lines": "n", "bytes": "c", "quiet": "q"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	lines, size := 10, -1
	for _, o := range opts {
		n, err := amount(o.value)
		if o.name != "q" && (err != nil || n < 0 && o.name == "c") {
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
		return c.eachInput(names, func(_ string, r io.Reader) error { return allBut(ctx, c.Stdout, r, -lines) })
	}
	return c.eachInput(names, func(_ string, r io.Reader) error {
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

func tail(ctx context.Context, c *Call) int {
	opts, names, err := options(numeric(c.Args[1:]), "n:c:qfF", map[string]string{"lines": "n", "bytes": "c", "quiet": "q", "follow": "f"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	count, fromStart, bytewise := 10, false, false
	for _, o := range opts {
		switch o.name {
		case "f", "F":
			// A pipe is read to its end anyway, and nothing else here grows by itself.
			if len(names) > 0 && names[0] != "-" {
				return c.fail(1, "only a pipe can be followed")
			}
			continue
		case "q":
			continue
		}
		n, err := strconv.Atoi(strings.TrimPrefix(o.value, "-"))
		if err != nil || n < 0 {
			return c.fail(1, "invalid number: '%s'", o.value)
		}
		count, fromStart, bytewise = n, strings.HasPrefix(o.value, "+"), o.name == "c"
	}
	return c.eachInput(names, func(_ string, r io.Reader) error {
		switch {
		case bytewise:
			return tailBytes(c.Stdout, r, count, fromStart)
		case fromStart:
			n := 0
			return eachLine(ctx, r, func(line string) error {
				if n++; n < count {
					return nil
				}
				return writeLine(c.Stdout, line)
			})
		}
		return tailLines(ctx, c.Stdout, r, count)
	})
}

func tailLines(ctx context.Context, w io.Writer, r io.Reader, count int) error {
	var kept []string
	err := eachLine(ctx, r, func(line string) error {
		kept = append(kept, line)
		if len(kept) > 2*count+64 { // forget in large steps
			kept = append([]string(nil), kept[len(kept)-count:]...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, line := range kept[max(0, len(kept)-count):] {
		if err := writeLine(w, line); err != nil {
			return err
		}
	}
	return nil
}

func tailBytes(w io.Writer, r io.Reader, count int, fromStart bool) error {
	if fromStart {
		if _, err := io.CopyN(io.Discard, r, int64(max(0, count-1))); err != nil {
			return nil //nolint:nilerr // there is less than that: nothing to write
		}
		_, err := io.Copy(w, r)
		return err //nolint:wrapcheck // printed as it is
	}
	all, err := io.ReadAll(r)
	if err != nil {
		return err //nolint:wrapcheck // printed as it is
	}
	_, err = w.Write(all[max(0, len(all)-count):])
	return err //nolint:wrapcheck // printed as it is
}

func tee(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "ai", map[string]string{"append": "a"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	appending := false
	for _, o := range opts {
		appending = appending || o.name == "a"
	}
	code, writers := 0, []io.Writer{c.Stdout}
	for _, name := range names {
		file, err := c.Files.Create(name, appending)
		if err != nil {
			code = c.fail(1, "%s: %v", name, cause(err))
			continue
		}
		defer file.Close() // written without a buffer: what fails has failed before
		writers = append(writers, file)
	}
	if _, err := io.Copy(io.MultiWriter(writers...), contextReader{ctx, c.Stdin}); err != nil {
		return c.fail(1, "%v", cause(err))
	}
	return code
}

func uniq(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "cdui", map[string]string{"count": "c", "repeated": "d", "unique": "u", "ignore-case": "i"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	set := map[string]bool{}
	for _, o := range opts {
		set[o.name] = true
	}
	if len(names) > 1 {
		return c.fail(1, "extra operand '%s'", names[1])
	}
	previous, n := "", 0
	flush := func() error {
		switch {
		case n == 0, set["d"] && n == 1, set["u"] && n > 1:
			return nil
		case set["c"]:
			return writeLine(c.Stdout, fmt.Sprintf("%7d %s", n, previous))
		}
		return writeLine(c.Stdout, previous)
	}
	return c.eachInput(names, func(_ string, r io.Reader) error {
		err := eachLine(ctx, r, func(line string) error {
			if n > 0 && (line == previous || set["i"] && strings.EqualFold(line, previous)) {
				n++
				return nil
			}
			if err := flush(); err != nil {
				return err
			}
			previous, n = line, 1
			return nil
		})
		if err != nil {
			return err
		}
		return flush()
	})
}

func wc(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "lwcm", map[string]string{"lines": "l", "words": "w", "bytes": "c", "chars": "m"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	want := map[string]bool{}
	for _, o := range opts {
		want[o.name] = true
	}
	if len(want) == 0 {
		want = map[string]bool{"l": true, "w": true, "c": true}
	}
	var total counts
	code := c.eachInput(names, func(name string, r io.Reader) error {
		n, err := count(ctx, r)
		if err != nil {
			return err
		}
		total = counts{total.lines + n.lines, total.words + n.words, total.chars + n.chars, total.bytes + n.bytes}
		return writeLine(c.Stdout, n.format(want, name, len(names) > 1))
	})
	if len(names) > 1 {
		_ = writeLine(c.Stdout, total.format(want, "total", true))
	}
	return code
}

type counts struct{ lines, words, chars, bytes int }

func count(ctx context.Context, r io.Reader) (counts, error) {
	var n counts
	in := bufio.NewReaderSize(contextReader{ctx, r}, 64<<10)
	inWord := false
	for {
		char, size, err := in.ReadRune()
		if err == io.EOF { //nolint:errorlint // bufio returns it as it is
			return n, nil
		}
		if err != nil {
			return n, err //nolint:wrapcheck // printed as it is
		}
		n.bytes += size
		if char != utf8.RuneError || size > 1 {
			n.chars++
		}
		space := strings.ContainsRune(" \t\n\v\f\r", char)
		if char == '\n' {
			n.lines++
		}
		if !space && !inWord {
			n.words++
		}
		inWord = !space
	}
}

func (n counts) format(want map[string]bool, name string, several bool) string {
	var fields []string
	for _, f := range []struct {
		name string
		n    int
	}{{"l", n.lines}, {"w", n.words}, {"m", n.chars}, {"c", n.bytes}} {
		if want[f.name] {
			fields = append(fields, strconv.Itoa(f.n))
		}
	}
	if len(fields) > 1 || several {
		for i, f := range fields {
			fields[i] = fmt.Sprintf("%7s", f)
		}
	}
	if name != "-" {
		fields = append(fields, name)
	}
	return strings.Join(fields, " ")
}
