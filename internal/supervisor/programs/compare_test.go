package programs_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// likeReal is a start whose output is written down here and, where the machine has the real program, compared with that too.
type likeReal struct {
	name, stdin, want string
	code              int
	argv              []string
}

// compareFiles are in the folder where both run.
var compareFiles = map[string]string{
	"fruit":  "banana 3\napple 10\nCherry 2\napple 10\n",
	"sizes":  "web 1.5G\ndb 200M\ncache 900K\nlog 12\n",
	"passwd": "root:x:0:0\ndaemon:x:1:1\napi:x:1000:1000\n",
	"open":   "one\ntwo",
	"left":   "a\nb\nc\n",
	"right":  "b\nc\nd\n",
	"old":    "Max = 10\n",
}

func compare(t *testing.T, cases []likeReal) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := newFixture(t, compareFiles).run(t.Context(), t, c.stdin, c.argv...)
			if got.Stdout != c.want || got.Code != c.code {
				t.Errorf("%q\n got %d %q %q\nwant %d %q", c.argv, got.Code, got.Stdout, got.Stderr, c.code, c.want)
			}
			if stdout, code, there := original(t, c); there && (stdout != c.want || (code == 0) != (c.code == 0)) {
				t.Errorf("%q: the real program says %d %q, and expected is %d %q", c.argv, code, stdout, c.code, c.want)
			}
		})
	}
}

// original runs the machine's own program, if it is GNU's or the one that the case was written from.
func original(t *testing.T, c likeReal) (stdout string, code int, there bool) {
	t.Helper()
	path, err := exec.LookPath(c.argv[0])
	if err != nil {
		return "", 0, false
	}
	if c.argv[0] == "sed" || c.argv[0] == "grep" || c.argv[0] == "sort" {
		version, _ := exec.CommandContext(t.Context(), path, "--version").Output()
		if !bytes.Contains(version, []byte("GNU")) {
			return "", 0, false
		}
	}
	dir := t.TempDir()
	for name, text := range compareFiles {
		if err = os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), path, c.argv[1:]...)
	cmd.Dir, cmd.Stdin, cmd.Env = dir, strings.NewReader(c.stdin), []string{"LC_ALL=C.UTF-8", "TZ=UTC"}
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	return string(out), code, true
}
