package programs

import (
	"context"
	"io"
	"strings"

	"wardroom/internal/awk"
)

// runAWK runs an awk program over files and standard input. -F is FS, -v sets a variable; neither reaches anything outside.
func runAWK(ctx context.Context, c *Call) int {
	opts, rest, err := options(c.Args[1:], "+F:v:", nil)
	if err != nil {
		return c.fail(2, "%v", err)
	}
	var vars [][2]string
	for _, o := range opts {
		name, text := "FS", o.value
		if o.name == "v" {
			var given bool
			if name, text, given = strings.Cut(o.value, "="); !given || name == "" {
				return c.fail(2, "invalid variable assignment '%s'", o.value)
			}
		} else if text == "t" {
			text = "\t" // as POSIX wants it
		}
		vars = append(vars, [2]string{name, text})
	}
	if len(rest) == 0 {
		return c.fail(2, "no program")
	}
	program, err := awk.Parse(rest[0])
	if err != nil {
		return c.fail(2, "%v", err)
	}
	code, err := program.Run(ctx, awk.Config{
		Stdout: c.Stdout, Vars: vars, Operands: rest[1:],
		Open: func(name string) (io.ReadCloser, error) { return c.input(name) },
	})
	if err != nil {
		return c.fail(2, "%v", err)
	}
	if ctx.Err() != nil {
		return codeEnded
	}
	return code
}
