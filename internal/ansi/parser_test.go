package ansi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/ansi"
)

// all reads a whole stream.
func all(data string) []ansi.Line {
	p := ansi.NewParser()
	return append(p.Write([]byte(data)), p.Flush()...)
}

func TestText(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"lines":                        {"a\n\nb", "a||b"},
		"windows lines":                {"a\r\nb\r\n", "a|b"},
		"overwritten":                  {"10%\r20%\rdone\n", "done"},
		"overwritten in part":          {"abcdef\rxy\n", "xycdef"},
		"overwritten and erased":       {"downloading\r\x1b[Kdone\n", "done"},
		"whole line erased":            {"downloading\x1b[2K\rdone\n", "done"},
		"whole line erased at its end": {"abc\x1b[2Kd\n", "d"},
		"erased to the left":           {"abcdef\rxx\x1b[1K\n", "xxcdef"},
		"erased at the end":            {"abc\x1b[Kdef\n", "abcdef"},
		"backspace":                    {"abd\bc\n", "abc"},
		"backspace at the margin":      {"\b\bab\b\b\b\bx\n", "xb"},
		"tab":                          {"a\tb\t\tc\n", "a       b               c"},
		"tab over text":                {"abcdefghij\r\tX\n", "abcdefghXj"},
		"tab behind text":              {"ab\r\tX\n", "ab      X"},
		"letters beyond ASCII":         {"žluťoučký kůň 🐎\r·\n", "·luťoučký kůň 🐎"},
		"broken UTF-8":                 {"a\xffb\xe2\x82\nc\xc3", "a\uFFFDb\uFFFD\uFFFD|c\uFFFD"},
		"control characters":           {"a\x00\x07\x0b\x0c\x7f\u0085\u009b31mb\uFEFF\n", "a31mb"},
		"bidi and invisible":           {"a\u202Eb\u2066\u200B\u2028\U000E0041\n", "a<U+202E>b<U+2066><U+200B><U+2028><U+E0041>"},
		"cursor movements":             {"a\x1b[2J\x1b[10;5Hb\x1b[?25l\x1b[>4;1mc\x1b[1 qd\n", "abcd"},
		"title":                        {"\x1b]0;title\x07a\x1b]2;title\x1b\\b\n", "ab"},
		"link":                         {"\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\\n", "text"},
		"image":                        {"\x1b]1337;File=inline=1:AAAA\x07\x1bPq#0;2\x1b\\x\n", "x"},
		"title that never ends":        {"\x1b]0;title\nnext\n", "|next"},
		"very long title":              {"\x1b]" + strings.Repeat("x", 4096) + "y\n", "y"},
		"title broken by a sequence":   {"\x1b]0;t\x1b[1mx\n", "x"},
		"cancelled":                    {"\x1b[31\x18a\x1b]0;x\x1ab\n", "ab"},
		"charset":                      {"\x1b(Ba\x1b#8b\x1b=c\x1b%Gd\n", "abcd"},
		"sequence broken by a letter":  {"\x1b[3éa\x1bžb\n", "éažb"},
		"sequence broken by a line":    {"\x1b[31\na\x1b\nb", "|a|b"},
		"very long sequence":           {"\x1b[" + strings.Repeat("1;", 200) + "31mx\n", "x"},
		"two escapes":                  {"\x1b\x1b[1mx\x1b", "x"},
		"unfinished":                   {"a\x1b[3", "a"},
		"nothing":                      {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var texts []string
			for _, line := range all(tc.in) {
				texts = append(texts, line.Text())
			}
			if got := strings.Join(texts, "|"); got != tc.want {
				t.Errorf("%q\n got %q\nwant %q", tc.in, got, tc.want)
			}
		})
	}
}

func TestStyle(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"\x1b[31mred\x1b[0m plain":                 "f1:red|: plain",
		"\x1b[1;4;32mx\x1b[22my\x1b[24mz":          "f2 b u:x|f2 u:y|f2:z",
		"\x1b[2;3;9mx\x1b[23;29my\x1b[mz":          "d i s:x|d:y|:z",
		"\x1b[93;104mx\x1b[39my\x1b[49mz":          "f11 b12:x|b12:y|:z",
		"\x1b[38;5;208mx\x1b[48;5;16my":            "f208:x|f208 b16:y",
		"\x1b[38:5:208mx\x1b[48:2::255:0:0my":      "f208:x|f208 b196:y",
		"\x1b[38;2;255;0;0;1mx\x1b[38:2:8:8:8my":   "f196 b:x|f232 b:y",
		"\x1b[38;2;95;135;175mx\x1b[38;2;0;0;0my":  "f67:x|f16:y",
		"\x1b[38;2;255;255;255mx":                  "f231:x",
		"\x1b[38;5;256mx\x1b[38;2;1;2;300my":       ":xy",
		"\x1b[38;5mx\x1b[38mx\x1b[38;9;1my":        ":xx|b:y",
		"\x1b[58;5;9;1mx":                          "b:x",
		"\x1b[4:3mx\x1b[4:0my":                     "u:x|:y",
		"\x1b[5;8;21;53;77;999999mx":               ":x",
		"\x1b[7mx\x1b[31my\x1b[44mz\x1b[27mw":      "r:x|b1:y|f4 b1:z|f1 b4:w",
		"\x1b[7;44mx":                              "f4 r:x",
		"\x1b[31ma\x1b[32m\x1b[31mb":               "f1:ab",
		"\x1b[31;42ma\x1b[7;32;41mb":               "f1 b2:ab",
		"abc\r\x1b[1mX":                            "b:X|:bc",
		"\x1b[31mabc\rX\x1b[31;42md\x1b[7;32;41me": "f1:X|f1 b2:de",
		"\x1b[?1mx\x1b[1 my":                       ":xy",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			lines := all(in)
			if len(lines) != 1 {
				t.Fatalf("%q is %d lines", in, len(lines))
			}
			var runs []string
			for _, r := range lines[0] {
				runs = append(runs, r.Class+":"+r.Text)
			}
			if diff := cmp.Diff(want, strings.Join(runs, "|")); diff != "" {
				t.Errorf("%q (-want +got):\n%s", in, diff)
			}
		})
	}
}

func TestStyleGoesOnInTheNextLine(t *testing.T) {
	t.Parallel()
	want := []ansi.Line{{{Class: "f1", Text: "a"}}, {{Class: "f1", Text: "b"}}, {{Text: "c"}}}
	if diff := cmp.Diff(want, all("\x1b[31ma\nb\x1b[0m\nc")); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestPending(t *testing.T) {
	t.Parallel()
	p := ansi.NewParser()
	if got := p.Pending(); got != nil {
		t.Errorf("a new parser has %v pending", got)
	}
	if got := p.Write([]byte("done\n\x1b[1mhal")); len(got) != 1 {
		t.Errorf("%d lines are complete, want 1", len(got))
	}
	pending := p.Pending()
	p.Write([]byte("\rXX"))
	if diff := cmp.Diff(ansi.Line{{Class: "b", Text: "hal"}}, pending); diff != "" {
		t.Errorf("pending, after more was written (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]ansi.Line{{{Class: "b", Text: "XXl"}}}, p.Flush()); diff != "" {
		t.Errorf("flushed (-want +got):\n%s", diff)
	}
	if got := p.Flush(); got != nil || p.Pending() != nil {
		t.Errorf("flushed twice: %v", got)
	}
}

func TestLongLinesAreBroken(t *testing.T) {
	t.Parallel()
	for name, piece := range map[string]string{"ascii": "x", "letters": "ž", "tabs": "\t", "deceptive": "\u202E", "overwritten": "\x1b[32mx\x1b[31m\by"} {
		p := ansi.NewParser()
		data := []byte("start\r" + strings.Repeat(piece, 2*ansi.MaxColumns))
		for _, line := range append(p.Write(data), p.Flush()...) {
			if n := len([]rune(line.Text())); n > ansi.MaxColumns {
				t.Errorf("%s: a line of %d columns", name, n)
			}
		}
	}
	lines := all(strings.Repeat("0123456789", ansi.MaxColumns/5))
	if len(lines) != 2 || lines[0].Text()+lines[1].Text() != strings.Repeat("0123456789", ansi.MaxColumns/5) {
		t.Errorf("a line of twice the limit became %d, or lost text", len(lines))
	}
}
