package programs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
)

// jq runs a filter over JSON. It is gojq without modules, files and environment: $ENV and env are empty there unless somebody hands them in, and nobody does. Unlike
// the original it sorts the keys of objects.
func jq(ctx context.Context, c *Call) int {
	j, code := newJQ(c)
	if code != 0 {
		return code
	}
	names := []string{"$ARGS"}
	named := map[string]any{}
	values := []any{map[string]any{"positional": []any{}, "named": named}}
	for _, v := range j.variables {
		names, values, named[v.name] = append(names, "$"+v.name), append(values, v.value), v.value
	}
	query, err := gojq.Parse(j.filter)
	if err != nil {
		return c.fail(3, "%v", err)
	}
	in := c.newJQInput(ctx, j)
	defer in.close()
	program, err := gojq.Compile(query, gojq.WithVariables(names), gojq.WithInputIter(in))
	if err != nil {
		return c.fail(3, "%v", err)
	}
	code = 0
	for first := true; ctx.Err() == nil; first = false {
		var value any
		switch {
		case j.flags["n"] && !first:
			return j.code(in, code)
		case !j.flags["n"]:
			next, more := in.Next()
			if !more {
				return j.code(in, code)
			}
			if err, failed := next.(error); failed {
				return c.fail(2, "%v", err)
			}
			value = next
		}
		if failure, end := j.run(ctx, program.RunWithContext(ctx, value, values...)); end {
			return failure
		} else if failure != 0 {
			code = failure
		}
	}
	return codeEnded
}

// jqVariable is one --arg or --argjson.
type jqVariable struct {
	name  string
	value any
}

// jqRun is one jq: its filter, and how it prints.
type jqRun struct {
	c         *Call
	filter    string
	files     []string
	flags     map[string]bool
	indent    string
	variables []jqVariable
	printed   bool
	last      any
}

func newJQ(c *Call) (*jqRun, int) {
	j := &jqRun{c: c, flags: map[string]bool{}, indent: "  ", filter: "."}
	args, err := j.takeVariables(c.Args[1:])
	if err != nil {
		return nil, c.fail(2, "%v", err)
	}
	opts, rest, err := options(args, "rcnesSMCajRti:", map[string]string{
		"raw-output": "r", "compact-output": "c", "null-input": "n", "exit-status": "e", "slurp": "s", "sort-keys": "S", "raw-input": "R", "tab": "t", "indent": "i",
	})
	if err != nil {
		return nil, c.fail(2, "%v", err)
	}
	for _, o := range opts {
		j.flags[o.name] = true
		switch o.name {
		case "t":
			j.indent = "\t"
		case "i":
			n, err := strconv.Atoi(o.value)
			if err != nil || n < 0 || n > 7 {
				return nil, c.fail(2, "cannot indent by %s", o.value)
			}
			j.indent = strings.Repeat(" ", n)
			j.flags["c"] = j.flags["c"] || n == 0
		}
	}
	if len(rest) > 0 {
		j.filter, j.files = rest[0], rest[1:]
	}
	return j, 0
}

// takeVariables takes the flags with two values out of the words, which options cannot.
func (j *jqRun) takeVariables(args []string) (rest []string, err error) {
	for len(args) > 0 && args[0] != "--" {
		flag := args[0]
		switch {
		case flag == "--indent" && len(args) > 1:
			rest, args = append(rest, args[:2]...), args[2:]
			continue
		case flag != "--arg" && flag != "--argjson":
			rest, args = append(rest, flag), args[1:]
			continue
		case len(args) < 3:
			return nil, fmt.Errorf("%s takes two words", flag)
		}
		v := jqVariable{name: args[1], value: args[2]}
		if flag == "--argjson" {
			if v.value, err = decodeJSON(args[2]); err != nil {
				return nil, fmt.Errorf("invalid JSON text passed to --argjson: %w", err)
			}
		}
		j.variables, args = append(j.variables, v), args[3:]
	}
	return append(rest, args...), nil
}

func decodeJSON(text string) (value any, err error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err = dec.Decode(&value); err != nil {
		return nil, err //nolint:wrapcheck // worded by the caller
	}
	if _, err = dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one value")
	}
	return value, nil
}

// run prints what one input becomes; end says that nothing more is to be done.
func (j *jqRun) run(ctx context.Context, results gojq.Iter) (code int, end bool) {
	for {
		value, more := results.Next()
		if !more {
			return 0, false
		}
		var halt *gojq.HaltError
		switch err, failed := value.(error); {
		case !failed:
		case ctx.Err() != nil:
			return codeEnded, true
		case errors.As(err, &halt):
			return halt.ExitCode(), true
		default:
			return j.c.fail(5, "error: %v", err), false
		}
		if err := j.print(value); err != nil {
			return 1, true
		}
		j.printed, j.last = true, value
	}
}

// code is the exit status in the end.
func (j *jqRun) code(in *jqInput, code int) int {
	switch {
	case code != 0:
		return code
	case in.missing:
		return 2
	case j.flags["e"] && !j.printed:
		return 4
	case j.flags["e"] && (j.last == nil || j.last == false):
		return 1
	}
	return 0
}
