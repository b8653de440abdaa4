package awk_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"wardroom/internal/awk"
)

// FuzzProgram holds that nothing crashes, and that a program which runs touches nothing but its input and output.
func FuzzProgram(f *testing.F) {
	for _, text := range []string{
		`{print $2, NF}`, `$3 > 80 {s += $1} END {printf "%-5s|%5.2f\n", s, s/NR}`, `BEGIN {FS=":"; RS=""} {n[$1]++} END {for (k in n) delete n[k]}`,
		`function f(a, i) { a[i] = substr("abc", i) ; return length(a) } BEGIN {print f(x, 2)}`, `{gsub(/[a-z]+/, "<&>"); $3 = toupper($1); NF = 2; print}`,
		`/a/,/b/ {if (match($0, "b*")) print RSTART; else next}`, `BEGIN {while (i++ < 3) { if (i == 2) continue; print i % 2 ? -i^2 : !i } exit 1}`, `print > "x"`,
	} {
		f.Add(text, "a b:c\n\nb 2\n")
	}
	f.Fuzz(func(t *testing.T, text, input string) {
		program, err := awk.Parse(text)
		if err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, _ = program.Run(ctx, awk.Config{
			Stdout: &limited{left: 1 << 20}, Operands: []string{"x=1", "-"},
			Open: func(name string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(input)), nil },
		})
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
