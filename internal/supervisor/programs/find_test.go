package programs_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// findTree is a folder with files of several ages and sizes.
func findTree(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t, map[string]string{"old.log": strings.Repeat("x", 3000), "new.LOG": "y", "empty": "", ".hidden": "z"})
	for _, dir := range []string{"logs", "logs/deep", "void", "skip"} {
		if err := f.files.root.Mkdir(dir, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"logs/a.log", "logs/deep/b.log", "skip/c.log", "logs/deep/a b.txt"} {
		if err := f.files.root.WriteFile(name, []byte(name), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.files.root.Symlink("logs/a.log", "link"); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for name, age := range map[string]time.Duration{"old.log": 75 * time.Hour, "logs/a.log": 26 * time.Hour, "logs/deep/b.log": 90 * time.Minute, "skip/c.log": 10 * time.Second} {
		if err := f.files.root.Chtimes(name, now, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// TestFindFindsLikeTheRealOne compares with the machine's own, whose order is that of the file system.
func TestFindFindsLikeTheRealOne(t *testing.T) {
	t.Parallel()
	f := findTree(t)
	for _, args := range [][]string{
		{},
		{"."},
		{"logs"},
		{"logs/"},
		{".", "-name", "*.log"},
		{".", "-iname", "*.log"},
		{".", "-type", "f"},
		{".", "-type", "d"},
		{".", "-type", "f,d", "-name", "?*e*"},
		{".", "-type", "l"},
		{".", "-size", "+2k"},
		{".", "-size", "-2"},
		{".", "-size", "1c"},
		{".", "-size", "0"},
		{".", "-mtime", "+2"},
		{".", "-type", "f", "-mtime", "-1"},
		{".", "-mtime", "1"},
		{".", "-mmin", "-60", "-type", "f"},
		{".", "-mmin", "+60"},
		{".", "-newer", "logs/a.log", "-type", "f"},
		{".", "-maxdepth", "1"},
		{".", "-mindepth", "2"},
		{".", "-mindepth", "1", "-maxdepth", "1", "-type", "d"},
		{".", "-empty"},
		{".", "-path", "./logs/*"},
		{".", "-path", "*deep*", "-o", "-name", "empty"},
		{".", "!", "-name", "*.log"},
		{".", "-not", "-name", "*.log", "-type", "f"},
		{".", "(", "-name", "a*", "-o", "-name", "b*", ")", "-type", "f"},
		{".", "-name", "skip", "-prune", "-o", "-name", "*.log", "-print"},
		{".", "-path", "./logs", "-prune", "-o", "-print"},
		{"logs", "void", "-type", "d"},
		{"none", "logs"},
		{"old.log"},
		{".", "-name", "[no]*"},
		{".", "-name", "[!no]*"},
		{".", "-depth", "-name", "deep"},
		{".", "-print0"},
		{".", "-false", "-o", "-name", "empty"},
		{".", "-name", "x", "-o", "-true"},
		{".", "-name", "empty", ",", "-name", "void"},
		{".", "-printf", `%p|%f|%h|%P|%s|%y|%d|%m|%%\n`},
		{".", "-type", "f", "-printf", `%T@ %TY-%Tm-%Td %TH:%TM %TS %T+ %t %p\n`},
		{".", "-type", "f", "-printf", `%10s %-12f|\t%p\n`},
		{".", "-newermt", "2020-01-01", "-name", "empty"},
		{".", "-exec", "echo", "got", "{}", ";"},
		{".", "-type", "d", "-exec", "echo", "{}/x", ";", "-print"},
		{".", "-name", "none", "-exec", "echo", "{}", "+"},
		{".", "-exec", "false", ";", "-print"},
		{".", "-name", "a*", "-a", "-type", "f", "-exec", "cat", "{}", "+"},
	} {
		got := f.run(t.Context(), t, "", append([]string{"find"}, args...)...)
		cmd := exec.CommandContext(t.Context(), "find", args...)
		cmd.Dir, cmd.Env = f.files.root.Name(), []string{"LC_ALL=C", "PATH=/usr/bin:/bin", "TZ=" + os.Getenv("TZ")}
		want, err := cmd.Output()
		if diff := cmp.Diff(anyOrder(string(want)), anyOrder(got.Stdout)); diff != "" || (got.Code != 0) != (err != nil) {
			t.Errorf("find %q ends with %d (%v) (-real +ours):\n%s%s", args, got.Code, err, diff, got.Stderr)
		}
	}
}

func anyOrder(text string) []string {
	lines := regexp.MustCompile("[\n\x00]").Split(text, -1)
	slices.Sort(lines)
	return lines
}

func TestFindDoesWhatItIsTold(t *testing.T) {
	t.Parallel()
	f := findTree(t)
	for _, c := range []struct {
		args      string
		code      int
		complaint string
		started   [][]string
	}{
		{"logs -name *.log -execdir cat {} ;", 0, "", [][]string{{"in logs", "cat", "./a.log"}, {"in logs/deep", "cat", "./b.log"}}},
		{"logs -type f -exec cat {} +", 0, "", [][]string{{"cat", "logs/a.log", "logs/deep/a b.txt", "logs/deep/b.log"}}},
		{"logs -name a.log -exec nothing {} ;", 127, "", [][]string{{"nothing", "logs/a.log"}}},
		{"logs -name a.log -exec nothing {} +", 127, "", [][]string{{"nothing", "logs/a.log"}}},
		{". -name old.log -quit -name x", 0, "", nil},
		{"/etc", 1, "'/etc'", nil},
		{". -regex x", 1, "unknown predicate '-regex'", nil},
		{". -name", 1, "missing argument to '-name'", nil},
		{". ( -name x", 1, "missing closing ')'", nil},
		{". -exec cat {}", 1, "missing argument to '-exec'", nil},
		{". -printf %u", 1, "-printf %u is not available", nil},
		{". -printf %9999999999s", 1, "not available", nil},
		{". -type x", 1, "unknown argument to -type", nil},
	} {
		f.started = nil
		got := f.run(t.Context(), t, "", append([]string{"find"}, strings.Fields(c.args)...)...)
		if diff := cmp.Diff(c.started, f.started); diff != "" || got.Code != c.code || !strings.Contains(got.Stderr, c.complaint) {
			t.Errorf("find %s: %+v\n%s", c.args, got, diff)
		}
	}
	f.readOnly = true
	if got := f.run(t.Context(), t, "", "find", "skip", "-delete"); got.Code != 126 {
		t.Errorf("-delete of a read: %+v", got)
	}
	f.readOnly = false
	if got := f.run(t.Context(), t, "", "find", ".", "-name", "*.log", "-delete"); got.Code != 0 {
		t.Errorf("%+v", got)
	}
	if got := f.run(t.Context(), t, "", "find", "skip", "-delete"); got.Code != 0 {
		t.Errorf("%+v", got)
	}
	left, _ := filepath.Glob(filepath.Join(f.files.root.Name(), "*"))
	if len(left) != 6 { // .hidden, new.LOG, empty, logs, void and the link
		t.Errorf("left: %v", left)
	}
}

func TestWatchRepeats(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"-n 0.1 echo a  b", "-n.1 -x echo a b", "-t -n 0 echo a b"} {
		f := newFixture(t, nil)
		ctx, end := context.WithTimeout(t.Context(), time.Minute)
		title := `Every 0\.1s: echo a +b    \w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\n\n`
		if strings.HasPrefix(args, "-t") {
			title = ""
		}
		out := &hangUp{re: regexp.MustCompile(`^` + title + `a b\n\n` + title + `a b\n\n` + title + `a b\n`), end: end}
		code := f.start(ctx, t, append([]string{"watch"}, strings.Fields(args)...), strings.NewReader(""), out, out)
		if code != 143 || ctx.Err() != context.Canceled || !out.re.MatchString(out.text.String()) {
			t.Errorf("watch %s: %d %q", args, code, out.text.String())
		}
		if strings.Contains(args, "-x") == (len(f.texts) > 0) {
			t.Errorf("watch %s: %q %q", args, f.texts, f.started)
		}
		end()
	}
	if got := newFixture(t, nil).run(t.Context(), t, "", "watch", "-e", "false"); got.Code != 8 {
		t.Errorf("-e: %+v", got)
	}
}

func TestSudoGivesNoRights(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	got := f.run(t.Context(), t, "in\n", "sudo", "-n", "-u", "root", "cat", "-n")
	if got != (output{"     1\tin\n", "sudo: nothing runs with more rights here\n", 0}) {
		t.Errorf("%+v", got)
	}
	if got = f.run(t.Context(), t, "", "sudo", "-E", "false"); got != (output{"", "", 1}) {
		t.Errorf("the second time: %+v", got)
	}
	if got = f.run(t.Context(), t, "", "sudo", "-u", "postgres", "true"); got.Code != 126 || len(f.started) != 2 {
		t.Errorf("%+v", got)
	}
}
