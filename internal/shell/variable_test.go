package shell_test

import (
	"strings"
	"testing"

	"wardroom/internal/shell"
)

func TestVariablesThatATextReads(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`helper change $Y`:                           "Y",
		`helper change "${pod}"`:                     "pod",
		`Y=${X#q}`:                                   "X",
		`X=${X#q}`:                                   "X",
		`echo ${A:-$b} ${#c} ${d/x/$e}`:              "A b c d e",
		`echo $((n + m[i])) && ((j++)); let k=l`:     "i j k l m n",
		`echo ${v:o:p} ${w[q]}`:                      "o p q v w",
		`for ((i=0; i<max; i++)); do echo $i; done`:  "i max",
		`[[ -v X ]] || test -v y`:                    "X y",
		`X+=more`:                                    "X",
		`export X`:                                   "X",
		"cat <<E\n$x\nE":                             "x",
		`helper say $(echo $(echo $x))`:              "x",
		`case $a in $b) echo $c;; esac`:              "a b c",
		`f() { echo $x; }; x=1; f`:                   "x",
		`if true; then x=1; fi; echo $x`:             "x",
		`x=1 | echo $x`:                              "x",
		`x=1 & echo $x`:                              "x",
		`x=1 helper say $x`:                          "x",
		`x=1 || echo $x`:                             "x",
		`{ x=1; }; echo $x`:                          "x",
		`x=1; echo $x ${x#q} $((x))`:                 "",
		`x=1 && echo $x`:                             "",
		`export x=1; echo $x`:                        "",
		`for x in a b; do echo $x; done`:             "",
		`helper count | while read x; do : $x; done`: "",
		`if x=$(date); then echo $x; fi`:             "",
		`{ x=1; echo $x; }`:                          "",
		`helper say $POD <pod-name> # $x`:            "", // placeholders and a comment
		`echo '$x' \$x`:                              "",
		`echo $1 $? $$ $@ $HOME $PATH $IFS`:          "",
		`echo ${x`:                                   "",
	} {
		if got := strings.Join(shell.Variables(text), " "); got != want {
			t.Errorf("%q reads %q, want %q", text, got, want)
		}
	}
}

func TestIndirectExpansionIsUnknown(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`x=Y; echo ${!x}`, `echo ${!x:-a}`, `echo ${!P*}`} {
		if a := (shell.Policy{}).Analyse(text); a.Risk != shell.Unknown || a.Runnable {
			t.Errorf("%q is %v", text, a.Risk)
		}
	}
}

func TestCheckVariable(t *testing.T) {
	t.Parallel()
	for _, ok := range [][2]string{{"POD", "api-0"}, {"pod", "a b"}, {"pod-name", "ä"}, {"X", ""}, {"X", strings.Repeat("x", 4096)}} {
		if err := shell.CheckVariable(ok[0], ok[1]); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range [][2]string{
		{"", "x"},
		{"1X", "x"},
		{"A-B", "x"},
		{"a b", "x"},
		{"X=Y", "x"},
		{strings.Repeat("x", 65), "x"},
		{"PATH", "x"},
		{"LD_PRELOAD", "x"},
		{"http_Proxy", "x"},
		{"pager", "x"},
		{"IFS", "x"},
		{"TMPDIR", "x"},
		{"WARDROOM_RUN", "x"},
		{"API_KEY", "x"},
		{"token", "x"},
		{"db-password", "x"},
		{"X", "a\nb"},
		{"X", "a\x1b"},
		{"X", "a\u202eb"},
		{"X", "\xff"},
		{"X", strings.Repeat("x", 4097)},
	} {
		if shell.CheckVariable(bad[0], bad[1]) == nil {
			t.Errorf("%.80q is permitted", bad)
		}
	}
}
