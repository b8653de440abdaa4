package programs_test

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestAWK(t *testing.T) {
	t.Parallel()
	compare(t, []likeReal{
		{"column", "a b c\nd e\n", "b\ne\n", 0, []string{"awk", "{print $2}"}},
		{"columns", "a b c\n", "c a\n", 0, []string{"awk", "{print $3, $1}"}},
		{"separator", "a:b\n", "b\n", 0, []string{"awk", "-F:", "{print $2}"}},
		{"separator as a word", "a,b\n", "b\n", 0, []string{"awk", "-F", ",", "{print $2}"}},
		{"tab", "a b\tc\n", "c\n", 0, []string{"awk", "-F\\t", "{print $2}"}},
		{"separator expression", "a1b22c\n", "a-b-c\n", 0, []string{"awk", "-F[0-9]+", "{print $1 \"-\" $2 \"-\" $3}"}},
		{"pipe separator", "a|b\n", "b\n", 0, []string{"awk", "-F|", "{print $2}"}},
		{"last", "a b c\n", "c 3\n", 0, []string{"awk", "{print $NF, NF}"}},
		{"last but one", "a b c\n", "b\n", 0, []string{"awk", "{print $(NF-1)}"}},
		{"pattern", "x 1\ny 2\n", "y 2\n", 0, []string{"awk", "/y/"}},
		{"not pattern", "x 1\ny 2\n", "x 1\n", 0, []string{"awk", "!/y/"}},
		{"compare", "x 90\ny 100\nz 9\n", "x\ny\n", 0, []string{"awk", "$2 >= 90 {print $1}"}},
		{"compare as text", "a x\nb y\n", "b y\n", 0, []string{"awk", `$2 == "y"`}},
		{"percent", "/ 91%\n/srv 9%\n", "/\n", 0, []string{"awk", "$2+0 > 80 {print $1}"}},
		{"if", "a 5\nb 50\n", "b\n", 0, []string{"awk", "{ if ($2 > 10) print $1 }"}},
		{"else", "5\n50\n", "low\nhigh\n", 0, []string{"awk", `{ if ($1 > 10) print "high"; else print "low" }`}},
		{"header", "h\na\nb\n", "a\nb\n", 0, []string{"awk", "NR>1"}},
		{"between", "1\n2\n3\n4\n", "2\n3\n", 0, []string{"awk", "NR==2,NR==3"}},
		{"range of patterns", "a\nB\nc\nE\nd\n", "B\nc\nE\n", 0, []string{"awk", "/B/,/E/"}},
		{"sum", "1\n2\n3.5\n", "6.5\n", 0, []string{"awk", "{s+=$1} END {print s}"}},
		{"mean", "1\n2\n", "1.50\n", 0, []string{"awk", `{s+=$1} END {printf "%.2f\n", s/NR}`}},
		{"count", "a\nb\na\n", "2 a\n", 0, []string{"awk", `{n[$1]++} END {for (k in n) if (n[k] > 1) print n[k], k}`}},
		{"unique", "a\nb\na\n", "a\nb\n", 0, []string{"awk", "!seen[$0]++"}},
		{"maximum", "3\n12\n7\n", "12\n", 0, []string{"awk", "$1>m {m=$1} END {print m}"}},
		{"variable", "a\n", "ns a\n", 0, []string{"awk", "-v", "ns=ns", "{print ns, $1}"}},
		{"variable with a tab", "", "a\tb\n", 0, []string{"awk", "-v", `x=a\tb`, "BEGIN {print x}"}},
		{"match", "abc\nabd\n", "abd\n", 0, []string{"awk", `$1 ~ /d$/`}},
		{"no match", "abc\nabd\n", "abc\n", 0, []string{"awk", `$1 !~ "d$"`}},
		{"and or", "1 2\n3 4\n", "3 4\n", 0, []string{"awk", `$1 > 1 && ($2 < 3 || $2 == 4)`}},
		{"ternary", "1\n", "one\n", 0, []string{"awk", `{print $1 == 1 ? "one" : "more"}`}},
		{"join", "", "a1\n", 0, []string{"awk", `BEGIN {x = 1; print "a" x}`}},
		{"precedence", "", "7 14 -4 8 1\n", 0, []string{"awk", `BEGIN {print 1+2*3, (1+6)*2, -2^2, 2^3, 7%3}`}},
		{"increments", "", "1 3 3 1\n", 0, []string{"awk", `BEGIN {i=1; print i++, ++i, i--, --i}`}},
		{"loops", "", "0 1 2 \n", 0, []string{"awk", `BEGIN {for (i=0;i<3;i++) printf "%d ", i; print ""}`}},
		{"while and break", "", "3\n", 0, []string{"awk", `BEGIN {while (1) { if (++i == 3) break }; print i}`}},
		{"do", "", "1\n", 0, []string{"awk", `BEGIN {do { i++ } while (i < 0); print i}`}},
		{"continue", "", "1 3 \n", 0, []string{"awk", `BEGIN {for (i=1;i<4;i++) { if (i == 2) continue; printf "%s ", i } print ""}`}},
		{"next", "a\nb\n", "b\n", 0, []string{"awk", `/a/ {next} {print}`}},
		{"exit", "a\nb\n", "a\nend\n", 3, []string{"awk", `{print; exit 3} END {print "end"}`}},
		{"function", "", "120\n", 0, []string{"awk", `function f(n) { return n <= 1 ? 1 : n * f(n-1) } BEGIN {print f(5)}`}},
		{"array argument", "", "2\n", 0, []string{"awk", `function fill(a) { a["x"]=1; a["y"]=2 } BEGIN {fill(t); print t["y"]}`}},
		{"locals", "", "1\n", 0, []string{"awk", `function f(a,  i) { i = a + 1 } BEGIN {i = 1; f(5); print i}`}},
		{"delete", "", "0\n", 0, []string{"awk", `BEGIN {a[1]; delete a[1]; print (1 in a)}`}},
		{"two subscripts", "", "yes\n", 0, []string{"awk", `BEGIN {a[1,2]=3; if ((1,2) in a) print "yes"}`}},
		{"length", "héllo\n", "5\n", 0, []string{"awk", "{print length(substr($0, 1, 1) \"ello\")}"}},
		{"length without brackets", "abc\n", "3\n", 0, []string{"awk", "{print length}"}},
		{"substr", "", "bcd d bc\n", 0, []string{"awk", `BEGIN {s="abcd"; print substr(s,2), substr(s,4,9), substr(s,2,2)}`}},
		{"index", "", "2 0\n", 0, []string{"awk", `BEGIN {print index("abc","b"), index("abc","x")}`}},
		{"split", "", "3 b\n", 0, []string{"awk", `BEGIN {n=split("a,b,c", p, ","); print n, p[2]}`}},
		{"split by expression", "", "2 b\n", 0, []string{"awk", `BEGIN {n=split("a12b", p, /[0-9]+/); print n, p[2]}`}},
		{"sub", "a a\n", "[a] a\n", 0, []string{"awk", `{sub(/a/, "[&]"); print}`}},
		{"gsub", "a/b/c\n", "a-b-c 2\n", 0, []string{"awk", `{n=gsub("/", "-"); print $0, n}`}},
		{"gsub in a field", "a.b c\n", "ab c\n", 0, []string{"awk", `{gsub(/\./, "", $1); print}`}},
		{"match function", "", "2 3\n", 0, []string{"awk", `BEGIN {match("xabcx", /a.c/); print RSTART, RLENGTH}`}},
		{"case", "", "AB ab\n", 0, []string{"awk", `BEGIN {print toupper("ab"), tolower("AB")}`}},
		{"printf", "", "  5|5  |005|ff|a|3.14|1e+06|50%\n", 0, []string{"awk", `BEGIN {printf "%3d|%-3d|%03d|%x|%c|%.2f|%g|%d%%\n", 5, 5, 5, 255, "abc", 3.14159, 1e6, 50}`}},
		{"sprintf", "", "a-007\n", 0, []string{"awk", `BEGIN {x = sprintf("%s-%03d", "a", 7); print x}`}},
		{"numbers", "", "100000 0.1 1e+20 3\n", 0, []string{"awk", `BEGIN {print 100000, 0.1, 1.0e20 "", 3.0}`}},
		{"output separators", "a b\n", "a-b!", 0, []string{"awk", `BEGIN {OFS="-"; ORS="!"} {print $1, $2}`}},
		{"rebuilt", "a b c\n", "a:x:c\n", 0, []string{"awk", `BEGIN {OFS=":"} {$2="x"; print}`}},
		{"fewer fields", "a b c\n", "a b\n", 0, []string{"awk", `{NF=2; print $0}`}},
		{"more fields", "a\n", "a  x\n", 0, []string{"awk", `{$3="x"; print}`}},
		{"records", "a;b", "a\nb\n", 0, []string{"awk", `BEGIN {RS=";"} {print}`}},
		{"paragraphs", "a\nb\n\n\nc\n", "a 1\nc 2\n", 0, []string{"awk", `BEGIN {RS=""} {print $1, NR}`}},
		{"files", "", "left 1\nleft 2\nleft 3\nright 1\nright 2\nright 3\n", 0, []string{"awk", "{print FILENAME, FNR}", "left", "right"}},
		{"two files", "", "b\nc\n", 0, []string{"awk", "NR==FNR {a[$1]; next} $1 in a", "left", "right"}},
		{"assignment between files", "", "1a\n1b\n1c\n", 0, []string{"awk", "{print x $1}", "x=1", "left"}},
		{"comment and lines", "", "3\n", 0, []string{"awk", "BEGIN { # sum\n x = 1 + \\\n 2\n print x\n}"}},
		{"regular braces", "a{b\n", "a{b\n", 0, []string{"awk", `/{b/`}},
		{"missing file", "", "", 2, []string{"awk", "1", "none"}},
		{"syntax", "", "", 2, []string{"awk", "{print"}},
	})
}

// Whatever could start something, read another way or write is no program at all.
func TestAWKCannotEscape(t *testing.T) {
	t.Setenv("WARDROOM_SECRET", "hunter2")
	for _, program := range []string{
		`BEGIN {system("touch out")}`, `BEGIN {system ("touch out")}`, `BEGIN {"id" | getline x; print x}`, `BEGIN {getline x < "/etc/passwd"; print x}`, `BEGIN {while ((getline line < "/etc/passwd") > 0) print line}`,
		`BEGIN {print "x" > "out"}`, `BEGIN {print "x" >> "out"}`, `BEGIN {print "x" | "sh"}`, `BEGIN {printf "x" > "out"}`, `BEGIN {print("x") > "out"}`, `BEGIN {print "touch out" |& "sh"}`,
		`BEGIN {close("out")}`, `BEGIN {fflush()}`, `@load "filefuncs"`, `@include "x"`, `BEGIN {f = "system"; @f("touch out")}`, `BEGIN {print > ("out")}`, `BEGIN {print 1 > "/dev/tcp/127.0.0.1/1"}`,
		`function system(x) { } BEGIN { }  BEGIN {system("x")}`, `{ print > $1 }`, "BEGIN {print \"x\" >\\\n\"out\"}",
	} {
		f := newFixture(t, map[string]string{})
		got := f.run(t.Context(), t, "out\n", "awk", program)
		if got.Code != 2 || strings.Contains(got.Stdout, "root:") {
			t.Errorf("%s: %+v", program, got)
		}
		if _, err := f.files.root.Stat("out"); err == nil {
			t.Errorf("%s wrote a file", program)
		}
	}
	f := newFixture(t, map[string]string{})
	for _, argv := range [][]string{
		{"awk", `BEGIN {for (k in ENVIRON) print k, ENVIRON[k]; print ENVIRON["WARDROOM_SECRET"]}`},
		{"awk", "1", "/etc/passwd"},
		{"awk", "-f", "/etc/passwd"},
		{"awk", "{print}", "-f/etc/passwd"},
		{"awk", "-v", "NF=1e9", "1"},
		{"awk", `BEGIN {$1e9 = 1}`},
		{"awk", `BEGIN {printf "%*d", 1e9, 1}`},
		{"awk", `BEGIN {printf "%999999999d", 1}`},
		{"awk", `function f() { f() } BEGIN {f()}`},
	} {
		if got := f.run(t.Context(), t, "", argv...); strings.Contains(got.Stdout, "hunter2") || strings.Contains(got.Stdout, "root:") || len(got.Stdout) > 20_000 {
			t.Errorf("%q: %.200v", argv, got)
		}
	}
}

func TestAWKEndsWithTheRun(t *testing.T) {
	t.Parallel()
	for _, program := range []string{`BEGIN {while (1);}`, `BEGIN {for (;;) x++}`, `BEGIN {do x = 1; while (1)}`, `function f() { return 1 } BEGIN {while (f()) ;}`} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		if got := newFixture(t, nil).run(ctx, t, "", "awk", program); got.Code != 143 {
			t.Errorf("%s: %+v", program, got)
		}
	}
}
