package ansi_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"wardroom/internal/ansi"
)

// Pieces from which properties build streams that reach every state.
var pieces = []string{
	"a", "bc", " ", "\n", "\r", "\r\n", "\b", "\t", "ž", "🐎", "\xff", "\xe2\x82", "\xf0\x9f", "\u202E", "\u009b",
	"\x1b", "\x1b[", "\x1b[31m", "\x1b[1;48;5;200m", "\x1b[38;2;1;2;3m", "\x1b[7m", "\x1b[m", "\x1b[K", "\x1b[1K", "\x1b[2K",
	"\x1b[?25h", "\x1b]0;t", "\x07", "\x1b\\", "\x1bP", "\x1b(B", "\x18", ";", "m", "0",
}

// However a stream is cut, its lines are the same.
func TestSplitsDoNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		stream := strings.Join(rapid.SliceOf(rapid.SampledFrom(pieces)).Draw(rt, "stream"), "")
		p := ansi.NewParser()
		var got []ansi.Line
		for rest := stream; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(rt, "cut")
			chunk := []byte(rest[:n])
			got = append(got, p.Write(chunk)...)
			clear(chunk) // the parser may not keep what it was given
			p.Pending()
			rest = rest[n:]
		}
		got = append(got, p.Flush()...)
		if diff := cmp.Diff(all(stream), got); diff != "" {
			rt.Fatalf("%q (-whole +cut):\n%s", stream, diff)
		}
	})
}

// Text without anything special is only cut into lines.
func TestPlainTextIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		lines := rapid.SliceOfN(rapid.StringMatching(`[ -~]{0,30}`), 1, 20).Draw(rt, "lines")
		var got []string
		for _, line := range all(strings.Join(lines, "\n") + "\n") {
			got = append(got, line.Text())
		}
		if diff := cmp.Diff(lines, got); diff != "" {
			rt.Fatalf("lines (-want +got):\n%s", diff)
		}
	})
}

var classes = regexp.MustCompile(`^((f|b)(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])|[bdiusr])( ((f|b)(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])|[bdiusr]))*$`)

// FuzzParser: whatever a program prints, the result is text in known classes.
func FuzzParser(f *testing.F) {
	for _, piece := range pieces {
		f.Add([]byte(piece))
	}
	f.Add([]byte("a\r\x1b[1mb\x1b[K\tc\b\bd\x1b]8;;x\x1b\\e\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := all(string(data))
		for _, line := range lines {
			checkLine(t, line)
		}
		p := ansi.NewParser()
		var cut []ansi.Line
		for i := range data {
			cut = append(cut, p.Write(data[i:i+1])...)
		}
		if diff := cmp.Diff(lines, append(cut, p.Flush()...)); diff != "" {
			t.Errorf("byte by byte (-whole +cut):\n%s", diff)
		}
	})
}

func checkLine(t *testing.T, line ansi.Line) {
	t.Helper()
	for i, r := range line {
		if r.Text == "" || !utf8.ValidString(r.Text) || strings.ContainsFunc(r.Text, isUnsafe) {
			t.Errorf("text %q", r.Text)
		}
		if r.Class != "" && !classes.MatchString(r.Class) {
			t.Errorf("class %q", r.Class)
		}
		if i > 0 && line[i-1].Class == r.Class {
			t.Errorf("two runs of class %q", r.Class)
		}
	}
	z, text := html.NewTokenizer(strings.NewReader(ansi.HTML(line))), ""
	for z.Next() != html.ErrorToken {
		switch token := z.Token(); {
		case token.Type == html.TextToken:
			text += token.Data
		case token.Data != "span":
			t.Errorf("element %s", token)
		}
	}
	if text != line.Text() {
		t.Errorf("HTML shows %q, the text is %q", text, line.Text())
	}
}

func isUnsafe(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

func BenchmarkWrite(b *testing.B) {
	plain := strings.Repeat("2026-11-23T12:00:00Z INFO orchestrator request served path=/v1/tasks status=200 duration=12ms\n", 700)
	for name, data := range map[string]string{
		"plain":    plain,
		"coloured": strings.ReplaceAll(strings.ReplaceAll(plain, "INFO", "\x1b[32mINFO\x1b[0m"), "status", "\x1b[1mstatus\x1b[22m"),
		"progress": strings.Repeat("downloading 10%\rdownloading 20%\rdownloading 30%\r\x1b[K", 1000) + "\n",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			p, chunk := ansi.NewParser(), []byte(data)
			for b.Loop() {
				p.Write(chunk)
			}
		})
	}
}
