package programs

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"strconv"
	"strings"
)

var errInput = errors.New("invalid input")

func base64Program(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "diw:", map[string]string{"decode": "d", "wrap": "w", "ignore-garbage": "i"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	decode, lenient, width := false, false, 76
	for _, o := range opts {
		switch o.name {
		case "d":
			decode = true
		case "i":
			lenient = true
		case "w":
			if width, err = strconv.Atoi(o.value); err != nil || width < 0 {
				return c.fail(1, "invalid wrap size: '%s'", o.value)
			}
		}
	}
	if len(names) > 1 {
		return c.fail(1, "extra operand '%s'", names[1])
	}
	return c.eachInput(names, func(_ string, r io.Reader) error {
		all, err := io.ReadAll(contextReader{ctx, r})
		if err != nil {
			return err //nolint:wrapcheck // printed as it is
		}
		if !decode {
			return wrapped(c.Stdout, base64.StdEncoding.EncodeToString(all), width)
		}
		if lenient {
			all = []byte(strings.Map(alphabet, string(all)))
		}
		text, err := base64.StdEncoding.DecodeString(string(all)) // skips newlines
		if _, writeErr := c.Stdout.Write(text); writeErr != nil {
			return errDone
		}
		if err != nil {
			return errInput
		}
		return nil
	})
}

// alphabet drops what is no character of base64.
func alphabet(r rune) rune {
	if r == '+' || r == '/' || r == '=' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
		return r
	}
	return -1
}

// wrapped writes a text in lines of a width; 0 is one line without its end.
func wrapped(w io.Writer, text string, width int) error {
	if width == 0 {
		if _, err := io.WriteString(w, text); err != nil {
			return errDone
		}
		return nil
	}
	for len(text) > 0 {
		n := min(width, len(text))
		if err := writeLine(w, text[:n]); err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}
