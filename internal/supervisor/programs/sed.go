package programs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"wardroom/internal/sed"
)

// sedFlags are how one sed was called.
type sedFlags struct {
	sed.Options
	separate, inPlace bool
	suffix            string // of the copies that -i keeps
}

func runSed(ctx context.Context, c *Call) int {
	opts, rest, err := options(c.Args[1:], "nErsuze:i?", map[string]string{
		"quiet": "n", "silent": "n", "expression": "e", "in-place": "i",
	})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	var how sedFlags
	var scripts []string
	extended := false
	for _, o := range opts {
		switch o.name {
		case "n":
			how.Quiet = true
		case "E", "r":
			extended = true
		case "s":
			how.separate = true
		case "z":
			how.Null = true
		case "e":
			scripts = append(scripts, o.value)
		case "i":
			how.inPlace, how.suffix = true, o.value
		}
	}
	if strings.ContainsAny(how.suffix, "*/") {
		return c.fail(1, "the suffix of -i must be one of a name")
	}
	if len(scripts) == 0 {
		if len(rest) == 0 {
			return c.fail(1, "no script specified")
		}
		scripts, rest = rest[:1], rest[1:]
	}
	script, err := sed.Parse(strings.Join(scripts, "\n"), extended)
	if err != nil {
		return c.fail(1, "-e %v", err)
	}
	if how.inPlace || how.separate {
		return c.sedEach(ctx, script, how, rest)
	}
	return c.sedStream(ctx, script, how.Options, rest)
}

// sedStream edits all inputs as one.
func (c *Call) sedStream(ctx context.Context, script *sed.Script, o sed.Options, names []string) int {
	if len(names) == 0 {
		names = []string{"-"}
	}
	var inputs []io.Reader
	code := 0
	for _, name := range names {
		file, err := c.input(name)
		if err != nil {
			code = c.fail(2, "can't read %v", err)
			continue
		}
		defer file.Close() // read only
		inputs = append(inputs, contextReader{ctx, file})
	}
	end, err := script.Run(ctx, inputs, c.Stdout, o)
	if err != nil {
		return c.fail(4, "%v", err)
	}
	return max(end.Code, code)
}

// sedEach edits every input by itself, and puts the result in its place with -i.
func (c *Call) sedEach(ctx context.Context, script *sed.Script, how sedFlags, names []string) int {
	code := 0
	for _, name := range names {
		before, err := c.readAll(ctx, name)
		if err != nil {
			code = c.fail(2, "can't read %v", err)
			continue
		}
		var edited bytes.Buffer
		out := c.Stdout
		if how.inPlace {
			out = &edited
		}
		end, err := script.Run(ctx, []io.Reader{bytes.NewReader(before)}, out, how.Options)
		if err == nil && how.inPlace && how.suffix != "" && ctx.Err() == nil {
			err = c.write(name+how.suffix, before)
		}
		if err == nil && how.inPlace && ctx.Err() == nil {
			err = c.write(name, edited.Bytes())
		}
		switch {
		case err != nil:
			return c.fail(4, "%v", err)
		case end.Quit:
			return end.Code
		}
	}
	return code
}

func (c *Call) readAll(ctx context.Context, name string) ([]byte, error) {
	file, err := c.input(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()                          // read only
	return io.ReadAll(contextReader{ctx, file}) //nolint:wrapcheck // printed by sed
}

func (c *Call) write(name string, text []byte) error {
	file, err := c.Files.Create(name, false)
	if err != nil {
		return fmt.Errorf("couldn't edit %s: %w", name, cause(err))
	}
	_, err = file.Write(text)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("couldn't write %s: %w", name, cause(err))
	}
	return nil
}
