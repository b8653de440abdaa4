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
