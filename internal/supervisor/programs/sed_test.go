package programs_test

import (
	"strings"
	"testing"
)

func TestSed(t *testing.T) {
	t.Parallel()
	const five = "1\n2\n3\n4\n5\n"
	compare(t, []likeReal{
		{"substitute", "a b a\n", "x b a\n", 0, []string{"sed", "s/a/x/"}},
		{"global", "a b a\n", "x b x\n", 0, []string{"sed", "s/a/x/g"}},
		{"second", "a b a\n", "a b x\n", 0, []string{"sed", "s/a/x/2"}},
		{"from the second", "a a a\n", "a x x\n", 0, []string{"sed", "s/a/x/2g"}},
		{"fold", "A\n", "x\n", 0, []string{"sed", "s/a/x/I"}},
		{"print only what changed", "a\nb\n", "x\n", 0, []string{"sed", "-n", "s/a/x/p"}},
		{"groups", "john smith\n", "smith, john\n", 0, []string{"sed", `s/\([a-z]*\) \([a-z]*\)/\2, \1/`}},
		{"extended groups", "john smith\n", "smith, john\n", 0, []string{"sed", "-E", `s/(\w+) (\w+)/\2, \1/`}},
		{"ampersand", "5\n", "<5> & 5\n", 0, []string{"sed", `s/[0-9]/<&> \& &/`}},
		{"newline", "a,b\n", "a\nb\n", 0, []string{"sed", `s/,/\n/`}},
		{"case", "hello world\n", "Hello WORLD\n", 0, []string{"sed", `s/\(h\)\(.*\) \(.*\)/\u\1\2 \U\3/`}},
		{"other delimiters", "/var/log\n", "/srv/log\n", 0, []string{"sed", "s|/var|/srv|"}},
		{"escaped delimiter", "/var/log\n", ":var:log\n", 0, []string{"sed", `s/\//:/g`}},
		{"empty matches", "abc\n", "-a-b-c-\n", 0, []string{"sed", "s/x*/-/g"}},
		{"longest", "abcd\n", "Xd\n", 0, []string{"sed", "-E", "s/ab|abc/X/"}},
		{"literal plus", "a+b\n", "a-b\n", 0, []string{"sed", "s/a+b/a-b/"}},
		{"anchors inside", "a$b^c\n", "xc\n", 0, []string{"sed", "s/a$b^/x/"}},
		{"class", "a1b22\n", "ab\n", 0, []string{"sed", "s/[[:digit:]]//g"}},
		{"strip ends", "  a b \t\n", "a b\n", 0, []string{"sed", `s/^[ \t]*//;s/[ \t]*$//`}},
		{"two scripts", "ab\n", "xy\n", 0, []string{"sed", "-e", "s/a/x/", "-e", "s/b/y/"}},
		{"line", five, "3\n", 0, []string{"sed", "-n", "3p"}},
		{"range", five, "2\n3\n", 0, []string{"sed", "-n", "2,3p"}},
		{"to the end", five, "4\n5\n", 0, []string{"sed", "-n", "4,$p"}},
		{"last", five, "5\n", 0, []string{"sed", "-n", "$p"}},
		{"not", five, "1\n5\n", 0, []string{"sed", "2,4d"}},
		{"negated", five, "2\n", 0, []string{"sed", "2!d"}},
		{"plus", five, "2\n3\n4\n", 0, []string{"sed", "-n", "2,+2p"}},
		{"step", five, "1\n3\n5\n", 0, []string{"sed", "-n", "1~2p"}},
		{"multiple", five, "1\n2\n", 0, []string{"sed", "-n", "1,~2p"}},
		{"between", "a\nBEGIN\nb\nEND\nc\n", "BEGIN\nb\nEND\n", 0, []string{"sed", "-n", "/BEGIN/,/END/p"}},
		{"inside", "a\nBEGIN\nb\nEND\nc\n", "b\n", 0, []string{"sed", "-n", "/BEGIN/,/END/{/BEGIN/d;/END/d;p}"}},
		{"from zero", "a\na\n", "a\n", 0, []string{"sed", "0,/a/d"}},
		{"backwards range", five, "3\n", 0, []string{"sed", "-n", "3,1p"}},
		{"delete empty", "a\n\nb\n", "a\nb\n", 0, []string{"sed", "/^$/d"}},
		{"no comments", "#x\ny\n", "y\n", 0, []string{"sed", "/^#/d"}},
		{"last expression", "foo\n", "bar\n", 0, []string{"sed", "/foo/s//bar/"}},
		{"quit", five, "1\n2\n", 0, []string{"sed", "2q"}},
		{"quit silently", five, "1\n", 3, []string{"sed", "2Q3"}},
		{"join", five, "1,2,3,4,5\n", 0, []string{"sed", `:a;N;$!ba;s/\n/,/g`}},
		{"reverse", five, "5\n4\n3\n2\n1\n", 0, []string{"sed", "-n", "1!G;h;$p"}},
		{"pairs", five, "1 2\n3 4\n5\n", 0, []string{"sed", `N;s/\n/ /`}},
		{"every second", five, "2\n4\n", 0, []string{"sed", "-n", "n;p"}},
		{"last two", five, "4\n5\n", 0, []string{"sed", "$!N;$!D"}},
		{"first of two", "a\nb\n", "a\n", 0, []string{"sed", "-n", "N;P"}},
		{"exchange", "a\nb\n", "\na\n", 0, []string{"sed", "x"}},
		{"loop", "1234567\n", "1,234,567\n", 0, []string{"sed", "-E", `:a;s/^([0-9]+)([0-9]{3})/\1,\2/;ta`}},
		{"jump unless", "a\nb\n", "x!\nb\n", 0, []string{"sed", "s/a/x/;T;s/$/!/"}},
		{"numbers", "a\nb\n", "1\na\n2\nb\n", 0, []string{"sed", "="}},
		{"append", "a\nb\n", "a\nnew; p\nb\n", 0, []string{"sed", "1a new; p"}},
		{"insert", "a\n", "head\na\n", 0, []string{"sed", "1i\\\nhead"}},
		{"change", five, "1\ncut\n5\n", 0, []string{"sed", "2,4c cut"}},
		{"transliterate", "abc\n", "xbz\n", 0, []string{"sed", "y/ac/xz/"}},
		{"open end", "", "one\nTwo", 0, []string{"sed", "s/t/T/", "open"}},
		{"open end in the middle", "", "one\ntwo\na\nb\nc\n", 0, []string{"sed", "", "open", "left"}},
		{"each by itself", "", "b\nc\nc\nd\n", 0, []string{"sed", "-s", "1d", "left", "right"}},
		{"zero bytes", "a\x00b\x00", "x\x00b\x00", 0, []string{"sed", "-z", "s/a/x/"}},
		{"missing file", "", "a\nb\nc\n", 2, []string{"sed", "", "none", "left"}},
		{"bad script", "", "", 1, []string{"sed", "s/a/b"}},
		{"bad reference", "", "", 1, []string{"sed", `s/a/\1/`}},
		{"no label", "", "", 1, []string{"sed", "bnowhere"}},
		{"open block", "", "", 1, []string{"sed", "{p"}},
	})
}

// Whatever could write, read another file or run something does not even start.
func TestSedCannotEscape(t *testing.T) {
	t.Parallel()
	for _, argv := range [][]string{
		{"w out"},
		{"1w out"},
		{"s/a/b/w out"},
		{"s/a/b/gw out"},
		{"W out"},
		{"p;w out"},
		{"p\nw out"},
		{"{w out\n}"},
		{"e touch out"},
		{"1e"},
		{"s/a/touch out/e"},
		{"r /etc/passwd"},
		{"R /etc/passwd"},
		{"$r/etc/passwd"},
		{"r fruit"},
		{"F"},
		{"-f", "script"},
		{"--file=script"},
		{"--debug", "p"},
		{"-l", "3", "p"},
		{`s/[/]/;s/w out;s/]/`},
		{`s/[/]x/w out;#/`},
		{"y/a/b/w out"},
		{"a text\nw out"},
		{":a w out"},
		{"ba\nw out"},
		{"#n\nw out"},
		{"s/a/b/;w out"},
		{"/x/w out"},
		{`\,x,w out`},
		{"0~2w out"},
		{"2!w out"},
		{"}w out"},
		{"p}w out"},
		{`s,[,],\,w out,`},
		{"s/a/b/m;w out"},
		{"v;w out"},
		{"p", "/etc/passwd"},
		{"-i", "p", "/etc/hosts"},
		{"-i../out", "p", "fruit"},
		{"-i*", "p", "fruit"},
		{"--in-place=/../out", "p", "fruit"},
		{"-n"},
	} {
		f := newFixture(t, map[string]string{"fruit": "a\n", "script": "w out\n"})
		got := f.run(t.Context(), t, "a\n", append([]string{"sed"}, argv...)...)
		if got.Code == 0 || strings.Contains(got.Stdout, "root:") {
			t.Errorf("%q: %+v", argv, got)
		}
		if _, err := f.files.root.Stat("out"); err == nil {
			t.Errorf("%q wrote a file", argv)
		}
	}
}

func TestSedInPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		argv        []string
		want, saved string
	}{
		{[]string{"sed", "-i", "s/10/20/", "conf", "other"}, "Max = 20\nMin = 1\n", ""},
		{[]string{"sed", "-i.bak", "-e", "/Min/d", "conf"}, "Max = 10\n", "Max = 10\nMin = 1\n"},
		{[]string{"sed", "--in-place=.bak", "1q", "conf", "other"}, "Max = 10\n", "Max = 10\nMin = 1\n"},
		{[]string{"sed", "-ni", "1p", "conf"}, "Max = 10\n", ""},
	} {
		f := newFixture(t, map[string]string{"conf": "Max = 10\nMin = 1\n", "other": "x\ny\n"})
		if got := f.run(t.Context(), t, "", c.argv...); got.Code != 0 || got.Stdout != "" {
			t.Errorf("%q: %+v", c.argv, got)
		}
		text, _ := f.files.root.ReadFile("conf")
		saved, _ := f.files.root.ReadFile("conf.bak")
		other, _ := f.files.root.ReadFile("other")
		if string(text) != c.want || string(saved) != c.saved || string(other) != "x\ny\n" {
			t.Errorf("%q: %q, saved %q, other %q", c.argv, text, saved, other)
		}
	}
}
