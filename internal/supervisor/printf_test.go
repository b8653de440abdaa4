package supervisor_test

import (
	"strings"
	"testing"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// TestPrintfIsTheBuiltInOne: the interpreter's own knows no fractions and takes any width.
func TestPrintfIsTheBuiltInOne(t *testing.T) {
	t.Parallel()
	change := func(s *supervisor.Spec) { s.Confirmed = shell.Change }
	for text, want := range map[string]string{
		`printf '%5.2f|%-6s|%03d\n' 3.14159 ab 7`:                      " 3.14|ab    |007\n",
		`printf -- '- %s\n' one two`:                                   "- one\n- two\n",
		`printf -v LINE '%s=%.1f' load 0.25; echo "$LINE"`:             "load=0.2\n",
		`printf -v Q "it's %s; \$(id)" x; echo "$Q"`:                   "it's x; $(id)\n",
		`X=$(printf '%d%%' 42); echo "$X"`:                             "42%\n",
		`command printf '%s\n' x; builtin printf '%s\n' y`:             "x\ny\n",
		`printf '%s\n' b a | sort; printf x > out; cat out; printf ""`: "a\nb\nx",
		`echo 1 2 | xargs printf '%.1f\n'`:                             "1.0\n2.0\n",
	} {
		if r := run(t, text, change); r.stdout != want || r.stderr != "" || r.exit.Code != 0 {
			t.Errorf("%s: %+v", text, r)
		}
	}
	for _, text := range []string{`printf '%1000000000d' 1`, `printf -v X '%1000000000d' 1`, `printf '%*s' 1000000000 x`, `printf '%.1000000000f' 1`} {
		if r := run(t, text); r.exit.Code != 1 || r.stdout != "" || !strings.Contains(r.stderr, "width is too large") || r.exit.Reason != "" {
			t.Errorf("%s: %+v", text, r)
		}
	}
	if r := run(t, `i=0; while printf 'y\n'; do :; done | head -n 2`); r.stdout != "y\ny\n" || r.exit.Code != 0 {
		t.Errorf("%+v", r)
	}
}
