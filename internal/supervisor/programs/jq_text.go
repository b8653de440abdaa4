package programs

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/itchyny/gojq"
)

// print writes one result.
func (j *jqRun) print(value any) error {
	end := "\n"
	if j.flags["j"] {
		end = ""
	}
	if text, is := value.(string); is && (j.flags["r"] || j.flags["j"]) && !j.flags["a"] {
		_, err := io.WriteString(j.c.Stdout, text+end)
		return err //nolint:wrapcheck // not printed: nobody reads any more
	}
	text, err := gojq.Marshal(value)
	if err != nil {
		return err //nolint:wrapcheck // only for values that no filter yields
	}
	if j.flags["a"] {
		text = asciiJSON(text)
	}
	if !j.flags["c"] {
		var indented bytes.Buffer
		if json.Indent(&indented, text, "", j.indent) == nil {
			text = indented.Bytes()
		}
	}
	_, err = j.c.Stdout.Write(append(text, end...))
	return err //nolint:wrapcheck // not printed: nobody reads any more
}

// asciiJSON escapes what is not ASCII.
func asciiJSON(text []byte) []byte {
	var out []byte
	for _, r := range string(text) {
		switch {
		case r < utf8.RuneSelf:
			out = utf8.AppendRune(out, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

// jqInput reads values one after the other, for the filter itself and for its inputs.
type jqInput struct {
	ctx     context.Context //nolint:containedctx // it lives for one run
	flags   map[string]bool
	files   []io.Closer
	lines   *bufio.Reader
	values  *json.Decoder
	missing bool // a file could not be opened
	done    bool
}

func (c *Call) newJQInput(ctx context.Context, j *jqRun) *jqInput {
	in := &jqInput{ctx: ctx, flags: j.flags}
	var readers []io.Reader
	for _, name := range j.files {
		file, err := c.input(name)
		if err != nil {
			c.fail(2, "error: Could not open %v", err)
			in.missing = true
			continue
		}
		readers, in.files = append(readers, file), append(in.files, file)
	}
	if len(j.files) == 0 {
		readers = []io.Reader{c.Stdin}
	}
	in.lines = bufio.NewReaderSize(contextReader{ctx, io.MultiReader(readers...)}, 64<<10)
	in.values = json.NewDecoder(in.lines)
	in.values.UseNumber()
	return in
}

func (in *jqInput) close() {
	for _, file := range in.files {
		_ = file.Close() // read only
	}
}

// Next returns a value, or an error as a value, as gojq wants it.
func (in *jqInput) Next() (value any, more bool) {
	switch {
	case in.done:
		return nil, false
	case in.flags["s"]:
		in.done = true
		return in.all(), true
	}
	value, err := in.one()
	if err != nil {
		in.done = true
		return err, !errors.Is(err, io.EOF)
	}
	return value, true
}

func (in *jqInput) one() (value any, err error) {
	if in.flags["R"] {
		line, lineErr := in.lines.ReadString('\n')
		if line != "" {
			lineErr = nil
		}
		return strings.TrimSuffix(line, "\n"), lineErr //nolint:wrapcheck // io.EOF must stay what it is
	}
	if err = in.values.Decode(&value); err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("error: cannot read the input: %w", err)
	}
	return value, err
}

// all is --slurp: one list of all values, or one text with --raw-input.
func (in *jqInput) all() any {
	if in.flags["R"] {
		text, err := io.ReadAll(in.lines)
		if err != nil {
			return fmt.Errorf("error: cannot read the input: %w", err)
		}
		return string(text)
	}
	values := []any{}
	for in.ctx.Err() == nil {
		value, err := in.one()
		switch {
		case errors.Is(err, io.EOF):
			return values
		case err != nil:
			return err
		}
		values = append(values, value)
	}
	return values
}
