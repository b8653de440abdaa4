package sed_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"wardroom/internal/sed"
)

// A script that never ends by itself ends with its run.
func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, text := range []string{":a;ba", ":a;s/x/x/;ta", "s/$/\\n/;D"} {
		script, err := sed.Parse(text, false)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if _, err := script.Run(ctx, []io.Reader{strings.NewReader("x\nx\n")}, io.Discard, sed.Options{}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzParse holds that nothing crashes, and that what is taken has no command that writes, reads or runs.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"s/a/b/g", "1,$p", `/a/,/b/{s/[/]/x/;p}`, "y/abc/xyz/", ":a;N;$!ba", "1i\\\ntext", `s|\(a\)|\u\1&|2gI`, "0,/x/d", "w out", "s/a/b/w x", "2~3!q5", "e"} {
		f.Add(text, "x\na b\n", true)
	}
	f.Fuzz(func(t *testing.T, text, input string, extended bool) {
		script, err := sed.Parse(text, extended)
		if err != nil {
			return
		}
		if strings.Trim(text, " \t\n;") == "" {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		out := &limited{left: 1 << 20}
		_, _ = script.Run(ctx, []io.Reader{strings.NewReader(input)}, out, sed.Options{})
	})
}

// limited is a reader that goes away, as head does.
type limited struct{ left int }

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}
