package shell_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/shell"
)

func TestCommands(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		fence string
		want  []shell.Line
	}{
		{name: "captions", fence: "# Docker Compose\ndocker compose ps\n\n# Kubernetes\n# all of them\nkubectl get pods\n", want: []shell.Line{
			{Text: "docker compose ps", Caption: "Docker Compose", Line: 2}, {Text: "kubectl get pods", Caption: "Kubernetes all of them", Line: 6},
		}},
		{name: "continuation", fence: "curl -G 'http://x' \\\n    --data-urlencode 'a=b'\nls", want: []shell.Line{
			{Text: "curl -G 'http://x' --data-urlencode 'a=b'", Line: 1}, {Text: "ls", Line: 3},
		}},
		{name: "quotes", fence: "psql -c \"\nSELECT 1\n# not a comment\nFROM t;\"\nls", want: []shell.Line{
			{Text: "psql -c \"\nSELECT 1\n# not a comment\nFROM t;\"", Line: 1}, {Text: "ls", Line: 5},
		}},
		{name: "loop", fence: "for p in 1 2; do\n  echo $p\ndone\nls", want: []shell.Line{{Text: "for p in 1 2; do\n  echo $p\ndone", Line: 1}, {Text: "ls", Line: 4}}},
		{name: "here-document", fence: "cat <<EOF\n a \\\nb\nEOF\nls", want: []shell.Line{{Text: "cat <<EOF\n a \\\nb\nEOF", Line: 1}, {Text: "ls", Line: 5}}},
		{name: "brackets", fence: "X=$(ls |\n wc -l)\nls", want: []shell.Line{{Text: "X=$(ls |\n wc -l)", Line: 1}, {Text: "ls", Line: 3}}},
		{name: "lists stay one", fence: "ls; pwd && ls # why\nls &&\npwd", want: []shell.Line{{Text: "ls; pwd && ls # why", Line: 1}, {Text: "ls &&\npwd", Line: 2}}},
		{name: "placeholder at the end", fence: "docker compose logs <service>\ndocker compose restart <service>", want: []shell.Line{
			{Text: "docker compose logs <service>", Line: 1}, {Text: "docker compose restart <service>", Line: 2},
		}},
		{name: "prompts and output", fence: "$ kubectl get pods\nNAME READY\nweb  0/1\n\n# then\n$ kubectl logs web \\\n>  --tail=5\nboom $ kubectl", want: []shell.Line{
			{Text: "kubectl get pods", Line: 1}, {Text: "kubectl logs web --tail=5", Caption: "then", Line: 6},
		}},
		{name: "other prompts", fence: "[user@host dir]$ ls\nsh-5.1# cat x\nout\nuser@host:~$ pwd\n❯ df -h\n% uptime\n# ls -l\n", want: []shell.Line{
			{Text: "ls", Line: 1}, {Text: "cat x", Line: 2}, {Text: "pwd", Line: 4}, {Text: "df -h", Line: 5}, {Text: "uptime", Line: 6}, {Text: "ls -l", Line: 7},
		}},
		{name: "root console", fence: "# systemctl status x\nActive: failed\n# restart it\n", want: []shell.Line{{Text: "systemctl status x", Line: 1}}},
		{name: "console without prompts", fence: "kubectl get pods\n", want: []shell.Line{{Text: "kubectl get pods", Line: 1}}},
		{name: "apostrophe", fence: "echo don't\nls", want: []shell.Line{{Text: "echo don't", Line: 1}, {Text: "ls", Line: 2}}},
		{name: "SQL", fence: "-- Check orphans\nSELECT *\nFROM t;\nANALYZE t;", want: []shell.Line{
			{Text: "SELECT *\nFROM t;", Caption: "Check orphans", Line: 2, In: shell.InSQL}, {Text: "ANALYZE t;", Line: 4, In: shell.InSQL},
		}},
		{name: "Windows", fence: "ls\r\npwd\r\n", want: []shell.Line{{Text: "ls", Line: 1}, {Text: "pwd", Line: 2}}},
		{name: "empty", fence: "\n# only a comment\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, shell.Commands(c.fence)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// No word of the author is lost: comments are captions, or remarks where no command follows. What a program printed is neither.
func TestCutKeepsComments(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fence string
		want  []shell.Remark
	}{
		"at the end":              {"# look\nls\n# 1. then wait\n# 2. then call\n", []shell.Remark{{Lines: []string{"1. then wait", "2. then call"}, Line: 3}}},
		"above an empty line":     {"# In general:\n\n# look\nls\n", []shell.Remark{{Lines: []string{"In general:"}, Line: 1}}},
		"between prompts":         {"$ ls\n\n# If it is there, stop\n\n$ pwd\n", []shell.Remark{{Lines: []string{"If it is there, stop"}, Line: 3}}},
		"above output":            {"ls\n\n# Expect:\nNAME  READY\n", []shell.Remark{{Lines: []string{"Expect:"}, Line: 3}}},
		"drawn lines":             {"# -----\n\nls\n\n# ======\n", nil},
		"captions":                {"# look\nls\n# and\npwd\n", nil},
		"printed":                 {"$ cat x\na: b\n# managed by hand\n", nil},
		"printed right below":     {"cat x\n# managed by hand\nkey:   value\n", nil},
		"announced output":        {"ls\n# Output:\n# NAME READY\n", nil},
		"announced with a reason": {"ls\n\n# Wait a minute.\n# Output:\n# a b\n", []shell.Remark{{Lines: []string{"Wait a minute."}, Line: 3}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := shell.Cut(tc.fence)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"kubectl", "docker", "oc", "helm", "curl", "psql", "redis-cli", "systemctl", "df", "python", "xargs"} {
		if !shell.Known(name) {
			t.Errorf("%s is not known", name)
		}
	}
	for _, name := range []string{"", "orchestrator", "ServiceDown", "set", "restart:"} {
		if shell.Known(name) {
			t.Errorf("%s is known", name)
		}
	}
}

func FuzzCommands(f *testing.F) {
	f.Add("# a\n$ ls \\\n> x\nout")
	f.Add("echo don't\nfor i in 1; do\nls\ndone")
	f.Fuzz(func(t *testing.T, fence string) {
		last := 0
		for _, line := range shell.Commands(fence) {
			if line.Line <= last || strings.TrimSpace(line.Text) == "" {
				t.Fatalf("line %d after %d: %q", line.Line, last, line.Text)
			}
			last = line.Line
		}
	})
}
