package shell_test

import (
	"bufio"
	"maps"
	"os"
	"strings"
	"testing"

	"wardroom/internal/shell"
)

// A flag that we take to stand alone and kubectl to take the next word, or the other way
// round, would let a command say something else than we read. The record is made and
// checked by tools/kubectl.
func TestFlagsOfKubectlAreReadAsKubectlReadsThem(t *testing.T) {
	t.Parallel()
	records := recorded(t)
	compared := 0
	for verb, flags := range shell.KubectlFlags() {
		path := strings.TrimSpace("kubectl " + verb)
		for command, own := range records {
			// create secret tls is one entry of ours: create.
			if command != path && (!strings.HasPrefix(command, path+" ") || shell.KubectlGroup(verb)) {
				continue
			}
			theirs := maps.Clone(records["kubectl"])
			maps.Copy(theirs, own)
			for name, ours := range flags {
				kind, there := theirs[name]
				if !there {
					continue // it will say so itself
				}
				compared++
				if kind != ours && (kind == "=" || ours == "=") {
					t.Errorf("%s %s%s, and we read it as %s%s", command, name, kind, name, ours)
				}
			}
		}
	}
	if compared < 500 {
		t.Errorf("only %d flags", compared)
	}
}

// recorded gives each verb's flags with what they take: "", "=" or "?".
func recorded(t *testing.T) map[string]map[string]string {
	t.Helper()
	file, err := os.Open("testdata/kubectl_flags.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all := map[string]map[string]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		verb, flags, _ := strings.Cut(lines.Text(), ":")
		all[verb] = map[string]string{}
		for flag := range strings.FieldsSeq(flags) {
			name := strings.TrimRight(flag, "=?")
			all[verb][name] = flag[len(name):]
		}
	}
	return all
}
