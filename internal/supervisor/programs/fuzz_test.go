package programs_test

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"wardroom/internal/shell"
)

// FuzzReadsWriteNothing holds the classes against the programs: what is called a read leaves the folder as it was, whatever its words are and however program and
// classes take them apart.
func FuzzReadsWriteNothing(f *testing.F) {
	for _, args := range []string{
		"sed|s/a/b/|file", "sed|-n|-e|1p|-e|$!{h;d}|file", "sed|-i|s/a/b/|file", "sed|-ni.bak|p|file", "sed|--in-place=x|-E|s/(a)/\\1w/w out|file", "sed|p;w out|file",
		"awk|-F:|$1 > 2 {print $1, ($2 > 3)}|x=1|file", "awk|-v|a=b|{print > \"out\"}|file", "awk|{print | \"sh\"}", "jq|-r|.a[]?|file", "jq|--arg|a|b|-f|file", "jq|--indent|--arg|x|.",
		"grep|-oP|a.*|file", "grep|--color=auto|-3|x", "sort|-k2,2nr|-o|out|file", "sort|-V|file", "uniq|file|out", "column|-t|-s,|file", "base64|-dw|0|file", "paste|-sd,|file|-",
		"comm|-12|file|file", "nl|-ba|file", "tac|file", "rev", "head|-n|-1|file", "tail|-f|-n1", "xargs|-L1|tee", "xargs|-a|file|-I{}|echo|{}", "date|-d|1 hour ago|+%-d", "time|-p|tee|out",
		"tee|-a|out", "cut|-d:|-f1,3", "tr|-d|a-z", "wc|-l", "dig|+short|x", "nslookup|x", "column|-\xc2", "env|A=b|tee|out", "timeout|1|tee|out",
	} {
		f.Add(args, "{\"a\":[1]}\n")
	}
	before := []string{"file"}
	f.Fuzz(func(t *testing.T, args, stdin string) {
		argv := strings.Split(args, "|")
		if len(argv) > 20 || slices.Contains(argv, "sleep") || slices.Contains(argv, "seq") || slices.Contains(argv, "printf") {
			return // they wait or count, which others test
		}
		class := shell.Policy{}.Classify(argv)
		if class.Risk != shell.Read || class.Refused != "" {
			return
		}
		fixture := newFixture(t, map[string]string{"file": "a:b 1\n2 c\n"})
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		fixture.run(ctx, t, stdin, argv...)
		var after []string
		entries, err := fs.ReadDir(fixture.files.root.FS(), ".")
		for _, entry := range entries {
			after = append(after, entry.Name())
		}
		text, _ := fixture.files.root.ReadFile("file")
		if err != nil || !slices.Equal(before, after) && !startsOthers(argv) || string(text) != "a:b 1\n2 c\n" && !startsOthers(argv) {
			t.Errorf("%q is called a read and left %v, %q", argv, after, text)
		}
	})
}

// startsOthers reports the programs whose inner start the run classes again, which this folder does not.
func startsOthers(argv []string) bool {
	return slices.Contains([]string{"xargs", "env", "time", "timeout"}, argv[0])
}
