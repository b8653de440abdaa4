package shell_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor/programs"
)

// folder is a scratch folder of a program.
type folder struct{ root *os.Root }

func (f folder) Open(name string) (io.ReadCloser, error) { return f.root.Open(name) }

func (f folder) Create(name string, _ bool) (io.WriteCloser, error) { return f.root.Create(name) }

func (f folder) Remove(name string) error { return f.root.Remove(name) }

func (f folder) Stat(name string) (fs.FileInfo, error) { return f.root.Stat(name) }

func (f folder) ReadDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(f.root.FS(), path.Clean(name))
}

// flagValues are values that a flag takes where any number is none.
var flagValues = map[string]string{
	"cut -d": ":", "cut --delimiter": ":", "sort -t": ":", "sort --field-separator": ":", "nl -b": "a", "date -d": "now", "date --date": "now", "date -r": "text", "date --rfc-3339": "date",
	"psql -c": "SELECT 1", "psql --command": "SELECT 1", "psql -P": "border=1", "psql --pset": "border=1", "psql -v": "ON_ERROR_STOP=1", "psql --set": "ON_ERROR_STOP=1", "psql --variable": "ON_ERROR_STOP=1",
	"curl -X": "GET", "curl --request": "GET", "curl -o": "out", "curl --output": "out", "curl -r": "0-1", "curl --range": "0-1", "timeout -s": "TERM", "timeout --signal": "TERM",
	"xargs -a": "text", "xargs --arg-file": "text", "xargs -I": "{}", "env -u": "X", "env --unset": "X", "sort -o": "out", "sort --output": "out", "ls --time-style": "long-iso", "seq -f": "%g",
	"find -type": "f", "find -newer": "text", "find -newermt": "now", "find -printf": "%p", "sudo -u": "root",
	"curl -H": "X-A: b", "curl --header": "X-A: b", "curl -D": "-", "curl --dump-header": "-", "sed -s": "",
}

// operands make a whole command of a program and one flag.
var operands = map[string][]string{
	"awk": {"1", "text"}, "grep": {"a", "text"}, "egrep": {"a", "text"}, "fgrep": {"a", "text"}, "jq": {".", "json"}, "sed": {"-n", "1p", "text"}, "tr": {"a", "b"}, "seq": {"2"}, "sleep": {"0"},
	"curl": {"http://x/"}, "nc": {"-z", "x", "1"}, "psql": {"-c", "SELECT 1"}, "redis-cli": {"PING"}, "timeout": {"1", "true"}, "time": {"true"}, "env": {"true"}, "xargs": {"true"},
	"cut": {"-f1", "text"}, "column": {"-t", "text"}, "comm": {"text", "text"}, "date": {"+%s"}, "pg_isready": {}, "ls": {}, "tee": {}, "cat": {"text"}, "find": {}, "sudo": {"true"}, "watch": {"true"},
}

var rejects = regexp.MustCompile(`(?i)(unrecognized|invalid|unknown|unsupported) option|not available|only .* (is|are) available|can be followed|is not a flag|requires an argument|floating point|cannot be combined|unknown predicate`)

// TestBuiltInsAcceptWhatTheirTablesPermit gives each program that is part of the supervisor each flag that its class permits: where the page offers to run a command, it must not fail by
// its flags.
func TestBuiltInsAcceptWhatTheirTablesPermit(t *testing.T) {
	t.Parallel()
	for _, name := range shell.Builtins {
		program, ok := programs.Lookup(name)
		if !ok {
			t.Errorf("%s is promised and not there", name)
			continue
		}
		for flag, takes := range shell.FlagsOf(name) {
			argv := []string{name, flag}
			if takes {
				value, special := flagValues[name+" "+flag]
				if !special {
					value = "1"
				}
				argv = append(argv, value)
			}
			if rest, special := operands[name]; special {
				argv = append(argv, rest...)
			} else {
				argv = append(argv, "text")
			}
			class := shell.Policy{}.Classify(argv)
			if class.Refused != "" || class.Risk > shell.Destroy {
				continue
			}
			root, err := os.OpenRoot(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			for file, text := range map[string]string{"text": "a\n", "json": "{}"} {
				if err = root.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond) // streams end by it
			var stderr bytes.Buffer
			code := program(ctx, &programs.Call{
				Args: argv, Stdin: strings.NewReader("a\n"), Stdout: io.Discard, Stderr: &stderr, Files: folder{root}, Network: &programs.Network{},
				Start: func(context.Context, []string, bool) int { return 0 }, StartIn: func(context.Context, string, []string) int { return 0 },
				Text: func(context.Context, string) int { return 0 }, Once: func(string) bool { return true },
				Forbidden: func(string) bool { return false },
			})
			cancel()
			_ = root.Close()
			if code != 0 && rejects.MatchString(stderr.String()) {
				t.Errorf("%s is permitted, and the program says %s", strings.Join(argv, " "), strings.TrimSpace(stderr.String()))
			}
		}
	}
}
