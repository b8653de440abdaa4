package programs_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor/programs"
)

func TestMain(m *testing.M) {
	code := pgtest.Run(m)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// rootFiles are the files of a folder, like the scratch folder of a run.
type rootFiles struct{ root *os.Root }

func (f rootFiles) Open(name string) (io.ReadCloser, error) { return f.root.Open(name) }

func (f rootFiles) Create(name string, appending bool) (io.WriteCloser, error) {
	if name == os.DevNull {
		return os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	if appending {
		return f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	}
	return f.root.Create(name)
}

func (f rootFiles) Remove(name string) error { return f.root.Remove(name) }

func (f rootFiles) Stat(name string) (fs.FileInfo, error) { return f.root.Stat(name) }

func (f rootFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(f.root.FS(), path.Clean(name))
}

// output is what one program did.
type output struct {
	Stdout, Stderr string
	Code           int
}

// fixture runs programs in one folder.
type fixture struct {
	files   rootFiles
	network programs.Network
	started [][]string // by programs that start others
	said    map[string]bool
	texts   []string // that watch interprets

	readOnly bool
	watched  bool
	params   []string
}

func newFixture(t *testing.T, files map[string]string) *fixture {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	for name, text := range files {
		if err := root.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &fixture{files: rootFiles{root}}
}

// run starts one program; a program that starts another gets it started from the same table.
func (f *fixture) run(ctx context.Context, t *testing.T, stdin string, argv ...string) output {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := f.start(ctx, t, argv, strings.NewReader(stdin), &stdout, &stderr)
	return output{stdout.String(), stderr.String(), code}
}

func (f *fixture) start(ctx context.Context, t *testing.T, argv []string, stdin io.Reader, stdout, stderr io.Writer) int {
	t.Helper()
	program, ok := programs.Lookup(argv[0])
	if !ok {
		return 127
	}
	return program(ctx, &programs.Call{
		Args: argv, Stdin: stdin, Stdout: stdout, Stderr: stderr, Files: f.files, Network: &f.network, Vars: map[string]string{"POD": "api-0", "NS": "octollm"},
		ReadOnly: f.readOnly, Watched: f.watched, Params: f.params,
		Forbidden: func(name string) bool { return name == "PATH" },
		StartIn: func(ctx context.Context, dir string, inner []string) int {
			f.started = append(f.started, append([]string{"in " + dir}, inner...))
			return 0
		},
		Text: func(ctx context.Context, text string) int {
			f.texts = append(f.texts, text)
			return f.start(ctx, t, strings.Fields(text), strings.NewReader(""), stdout, stderr)
		},
		Once: func(what string) bool {
			first := !f.said[what]
			f.said = map[string]bool{what: true}
			return first
		},
		Start: func(ctx context.Context, inner []string, pass bool) int {
			f.started = append(f.started, inner)
			in := io.Reader(strings.NewReader(""))
			if pass {
				in = stdin
			}
			return f.start(ctx, t, inner, in, stdout, stderr)
		},
	})
}

func TestEveryBuiltInOfTheLanguageExists(t *testing.T) {
	t.Parallel()
	for _, name := range shell.Builtins {
		if _, ok := programs.Lookup(name); !ok {
			t.Errorf("%s is promised and not there", name)
		}
	}
}

const fruit = "banana 3\napple 10\nCherry 2\napple 10\n"

func TestTextPrograms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, stdin, want string
		code              int
		argv              []string
	}{
		{"cat", "a\nb", "a\nb", 0, []string{"cat"}},
		{"cat file and stdin", "in\n", "one\ntwo\nin\n", 0, []string{"cat", "file", "-"}},
		{"cat -n", "a\nb\n", "     1\ta\n     2\tb\n", 0, []string{"cat", "-n"}},
		{"cat missing", "", "one\ntwo\n", 1, []string{"cat", "none", "file"}},
		{"head", "1\n2\n3\n", "1\n2\n", 0, []string{"head", "-n", "2"}},
		{"head -N", "1\n2\n3\n", "1\n", 0, []string{"head", "-1"}},
		{"head -n0", "1\n2\n3\n", "", 0, []string{"head", "-n0"}},
		{"head -c", "12345", "123", 0, []string{"head", "-c", "3"}},
		{"tail", "1\n2\n3\n", "2\n3\n", 0, []string{"tail", "-n2"}},
		{"tail -N", "1\n2\n3\n", "3\n", 0, []string{"tail", "-1"}},
		{"tail +", "1\n2\n3\n", "2\n3\n", 0, []string{"tail", "-n", "+2"}},
		{"tail many", strings.Repeat("x\n", 500) + "y\n", "x\ny\n", 0, []string{"tail", "-n", "2"}},
		{"tail -c", "12345", "45", 0, []string{"tail", "-c", "2"}},
		{"grep", fruit, "banana 3\n", 0, []string{"grep", "ban"}},
		{"grep none", fruit, "", 1, []string{"grep", "kiwi"}},
		{"grep bad", fruit, "", 2, []string{"grep", "-E", "("}},
		{"grep missing file", "", "", 2, []string{"grep", "x", "none"}},
		{"grep -iv", fruit, "banana 3\napple 10\napple 10\n", 0, []string{"grep", "-iv", "cherry"}},
		{"grep -c", fruit, "2\n", 0, []string{"grep", "-c", "apple"}},
		{"grep -c none", fruit, "0\n", 1, []string{"grep", "-c", "kiwi"}},
		{"grep -n", fruit, "3:Cherry 2\n", 0, []string{"grep", "-n", "Ch"}},
		{"grep -E", fruit, "banana 3\nCherry 2\n", 0, []string{"grep", "-E", "(ban|Ch).*[0-9]$"}},
		{"grep basic", "a+b\n(x)\naab\n", "a+b\n", 0, []string{"grep", "a+b"}},
		{"grep basic group", "a+b\n(x)\naab\n", "aab\n", 0, []string{"grep", `\(a\)\{2\}`}},
		{"grep basic alternatives", "x\ny\nz\n", "x\nz\n", 0, []string{"grep", `x\|z`}},
		{"grep class", "a1\nb\n", "a1\n", 0, []string{"grep", "[[:digit:]]"}},
		{"grep bracket", "a]\nb\n", "a]\n", 0, []string{"grep", "[]]"}},
		{"grep star first", "*x\ny\n", "*x\n", 0, []string{"grep", "*x"}},
		{"grep -F", "a.b\naxb\n", "a.b\n", 0, []string{"grep", "-F", "a.b"}},
		{"grep -o", "x=1 x=22\n", "x=1\nx=22\n", 0, []string{"grep", "-oE", "x=[0-9]+"}},
		{"grep -q", fruit, "", 0, []string{"grep", "-q", "apple"}},
		{"grep -w", "cat\ncattle\n", "cat\n", 0, []string{"grep", "-w", "cat"}},
		{"grep -x", "cat\nthe cat\n", "cat\n", 0, []string{"grep", "-x", "cat"}},
		{"grep -e", fruit, "banana 3\nCherry 2\n", 0, []string{"grep", "-e", "ban", "-e", "Ch"}},
		{"grep -m", fruit, "apple 10\n", 0, []string{"grep", "-m1", "apple"}},
		{"grep names", "", "file:one\n", 0, []string{"grep", "one", "file", "numbers"}},
		{"grep -l", "", "file\n", 0, []string{"grep", "-l", "one", "file", "numbers"}},
		{"grep -A", "1\n2\n3\n4\n5\n", "2\n3\n", 0, []string{"grep", "-A1", "2"}},
		{"grep -B", "1\n2\n3\n4\n5\n", "1\n2\n", 0, []string{"grep", "-B", "1", "2"}},
		{"grep -C gap", "1\nx\n3\n4\n5\nx\n7\n", "1\nx\n3\n--\n5\nx\n7\n", 0, []string{"grep", "-C1", "x"}},
		{"sort", fruit, "Cherry 2\napple 10\napple 10\nbanana 3\n", 0, []string{"sort"}},
		{"sort -f", "b\nA\nc\n", "A\nb\nc\n", 0, []string{"sort", "-f"}},
		{"sort -u", fruit, "Cherry 2\napple 10\nbanana 3\n", 0, []string{"sort", "-u"}},
		{"sort -k2n", fruit, "Cherry 2\nbanana 3\napple 10\napple 10\n", 0, []string{"sort", "-k2n"}},
		{"sort -k -nr", fruit, "apple 10\napple 10\nbanana 3\nCherry 2\n", 0, []string{"sort", "-k", "2,2", "-nr"}},
		{"sort -t", "a:2\nb:1\n", "b:1\na:2\n", 0, []string{"sort", "-t:", "-k2"}},
		{"sort -h", "1G\n2K\n3M\n5\n", "5\n2K\n3M\n1G\n", 0, []string{"sort", "-h"}},
		{"sort -rn", "2\n10\n-1\n", "10\n2\n-1\n", 0, []string{"sort", "-rn"}},
		{"uniq -c", "a\na\nb\n", "      2 a\n      1 b\n", 0, []string{"uniq", "-c"}},
		{"uniq -d", "a\na\nb\n", "a\n", 0, []string{"uniq", "-d"}},
		{"uniq -u", "a\na\nb\n", "b\n", 0, []string{"uniq", "-u"}},
		{"uniq output", "a\n", "", 1, []string{"uniq", "file", "other"}},
		{"wc", "one two\nthree", "      1       3      13\n", 0, []string{"wc"}},
		{"wc -l", "1\n2\n", "2\n", 0, []string{"wc", "-l"}},
		{"wc -l file", "", "2 file\n", 0, []string{"wc", "-l", "file"}},
		{"wc -m", "é\n", "2\n", 0, []string{"wc", "-m"}},
		{"cut -d -f", "a:b:c\nx\n", "b:c\nx\n", 0, []string{"cut", "-d:", "-f2-"}},
		{"cut -s", "a:b\nx\n", "a\n", 0, []string{"cut", "-s", "-d:", "-f1"}},
		{"cut -c", "abcdef\n", "abe\n", 0, []string{"cut", "-c", "-2,5"}},
		{"cut complement", "a b c\n", "a c\n", 0, []string{"cut", "-d", " ", "-f2", "--complement"}},
		{"cut nothing", "", "", 1, []string{"cut"}},
		{"cut bad", "", "", 1, []string{"cut", "-f", "0"}},
		{"tr", "hello", "HELLO", 0, []string{"tr", "a-z", "A-Z"}},
		{"tr classes", "hello 1", "HELLO 1", 0, []string{"tr", "[:lower:]", "[:upper:]"}},
		{"tr -d", "a1b2", "ab", 0, []string{"tr", "-d", "0-9"}},
		{"tr -s", "a  b   c", "a b c", 0, []string{"tr", "-s", " "}},
		{"tr -cd", "a1b2\n", "12", 0, []string{"tr", "-cd", "0-9"}},
		{"tr newline", "a b", "a\nb", 0, []string{"tr", " ", `\n`}},
		{"tr octal", "a\x00b", "a b", 0, []string{"tr", `\000`, " "}},
		{"tr bad", "", "", 1, []string{"tr", "z-a", "x"}},
		{"seq", "", "1\n2\n3\n", 0, []string{"seq", "3"}},
		{"seq range", "", "5 3 1\n", 0, []string{"seq", "-s", " ", "5", "-2", "1"}},
		{"seq float", "", "0.5\n1.0\n1.5\n", 0, []string{"seq", "0.5", "0.5", "1.5"}},
		{"seq -w", "", "08\n09\n10\n", 0, []string{"seq", "-w", "8", "10"}},
		{"seq zero", "", "", 1, []string{"seq", "1", "0", "5"}},
		{"echo -n", "", "a b", 0, []string{"echo", "-n", "a", "b"}},
		{"printf", "", "a-1\nb-2\n", 0, []string{"printf", `%s-%d\n`, "a", "1", "b", "2"}},
		{"tee", "x\n", "x\n", 0, []string{"tee", "new"}},
		{"ls", "", "file\nnumbers\n", 0, []string{"ls"}},
		{"ls file", "", "file\n", 0, []string{"ls", "file"}},
		{"ls missing", "", "", 2, []string{"ls", "none"}},
		{"true", "", "", 0, []string{"true"}},
		{"false", "", "", 1, []string{"false"}},
		{"test file", "", "", 0, []string{"test", "-f", "file", "-a", "!", "-d", "file"}},
		{"test numbers", "", "", 1, []string{"[", "2", "-gt", "10", "]"}},
		{"test strings", "", "", 0, []string{"test", "a", "=", "b", "-o", "-n", "x"}},
		{"test bad", "", "", 2, []string{"test", "a", "-gt", "1"}},
		{"date", "", "2026-11-23T12:00:05+0000\n", 0, []string{"date", "-u", "-d", "@1795435205", "+%FT%T%z"}},
		{"date parsed", "", "1795435205 327 Mon\n", 0, []string{"date", "-u", "-d", "2026-11-23 12:00:05", "+%s %j %a"}},
		{"date bad", "", "", 1, []string{"date", "-d", "next full moon"}},
		{"date set", "", "", 1, []string{"date", "010100002000"}},
		{"sleep", "", "", 0, []string{"sleep", "0.001"}},
		{"sleep bad", "", "", 1, []string{"sleep", "long"}},
		{"unknown flag", "", "", 1, []string{"cat", "-Q"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, map[string]string{"file": "one\ntwo\n", "numbers": "10\n9\n"})
			got := f.run(t.Context(), t, c.stdin, c.argv...)
			if got.Stdout != c.want || got.Code != c.code {
				t.Errorf("%q\n got %d %q %q\nwant %d %q", c.argv, got.Code, got.Stdout, got.Stderr, c.code, c.want)
			}
			if (got.Code > 1 || got.Code == 1 && c.argv[0] == "cat") && !strings.HasPrefix(got.Stderr, c.argv[0]+": ") {
				t.Errorf("no reason: %q", got.Stderr)
			}
		})
	}
}

func TestTeeWritesAndAppends(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.run(t.Context(), t, "1\n", "tee", "log")
	f.run(t.Context(), t, "2\n", "tee", "-a", "log")
	if got := f.run(t.Context(), t, "", "cat", "log"); got.Stdout != "1\n2\n" {
		t.Errorf("%+v", got)
	}
}

func TestProgramsThatStartOthers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, stdin string
		argv        []string
		started     [][]string
		code        int
	}{
		{"xargs", "a b\nc\n", []string{"xargs", "echo", "x"}, [][]string{{"echo", "x", "a", "b", "c"}}, 0},
		{"xargs -n", "a b c", []string{"xargs", "-n", "2", "echo"}, [][]string{{"echo", "a", "b"}, {"echo", "c"}}, 0},
		{"xargs -I", "a b\nc\n", []string{"xargs", "-I{}", "echo", "<{}>"}, [][]string{{"echo", "<a b>"}, {"echo", "<c>"}}, 0},
		{"xargs -i", "a b\n", []string{"xargs", "-i", "echo", "<{}>"}, [][]string{{"echo", "<a b>"}}, 0},
		{"xargs empty", "", []string{"xargs", "echo"}, [][]string{{"echo"}}, 0},
		{"xargs -r", "", []string{"xargs", "-r", "echo"}, nil, 0},
		{"xargs quotes", `'a b' "c d" e\ f`, []string{"xargs", "echo"}, [][]string{{"echo", "a b", "c d", "e f"}}, 0},
		{"xargs open quote", `'a`, []string{"xargs", "echo"}, nil, 1},
		{"xargs -0", "a b\x00c\x00", []string{"xargs", "-0", "echo"}, [][]string{{"echo", "a b", "c"}}, 0},
		{"xargs -d", "a b,c", []string{"xargs", "-d,", "echo"}, [][]string{{"echo", "a b", "c"}}, 0},
		{"xargs failure", "a b", []string{"xargs", "-n1", "false"}, [][]string{{"false", "a"}, {"false", "b"}}, 123},
		{"xargs not found", "a b", []string{"xargs", "-n1", "nothing"}, [][]string{{"nothing", "a"}}, 127},
		{"xargs -L", "a b\nc d\ne\n", []string{"xargs", "-L", "2", "echo"}, [][]string{{"echo", "a", "b", "c", "d"}, {"echo", "e"}}, 0},
		{"xargs -L1", "a --x=b\n'c d'\n", []string{"xargs", "-L1", "echo"}, [][]string{{"echo", "a", "--x=b"}, {"echo", "c d"}}, 0},
		{"xargs -P", "a b", []string{"xargs", "-P4", "-n1", "echo"}, [][]string{{"echo", "a"}, {"echo", "b"}}, 0},
		{"xargs -a", "ignored", []string{"xargs", "-a", "list", "echo"}, [][]string{{"echo", "x", "y"}}, 0},
		{"xargs -a outside", "", []string{"xargs", "-a", "/etc/hosts", "echo"}, nil, 1},
		{"xargs -P bad", "a", []string{"xargs", "-P", "x", "echo"}, nil, 1},
		{"timeout", "", []string{"timeout", "-k", "1", "5", "false"}, [][]string{{"false"}}, 1},
		{"timeout over", "", []string{"timeout", "0.01s", "sleep", "100"}, [][]string{{"sleep", "100"}}, 124},
		{"timeout bad", "", []string{"timeout", "soon", "true"}, nil, 125},
		{"env", "", []string{"env", "A=1", "-", "true"}, nil, 127},
		{"env starts", "", []string{"env", "A=1", "true", "-x"}, [][]string{{"true", "-x"}}, 0},
		{"env steering", "", []string{"env", "PATH=/tmp", "true"}, nil, 126},
		{"time", "", []string{"time", "-p", "false"}, [][]string{{"false"}}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.name == "env" {
				c.started = [][]string{{"-", "true"}}
			}
			f := newFixture(t, map[string]string{"list": "x y\n"})
			got := f.run(t.Context(), t, c.stdin, c.argv...)
			if diff := cmp.Diff(c.started, f.started); diff != "" || got.Code != c.code {
				t.Errorf("code %d, want %d, %q (-want +got):\n%s", got.Code, c.code, got.Stderr, diff)
			}
		})
	}
}

func TestEnvPrintsTheVariablesOfTheRun(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	if got := f.run(t.Context(), t, "", "env", "-u", "NS", "A=1"); got.Stdout != "A=1\nPOD=api-0\n" {
		t.Errorf("%+v", got)
	}
}

func TestEndOfTheContextEndsPrograms(t *testing.T) {
	t.Parallel()
	for _, argv := range [][]string{{"sleep", "1000"}, {"seq", "1000000000"}} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		defer cancel()
		f := newFixture(t, nil)
		if code := f.start(ctx, t, argv, strings.NewReader(""), io.Discard, io.Discard); code == 0 {
			t.Errorf("%v: code 0", argv)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("grep", `-E a\(b[[:x`, "text\n")
	f.Add("cut", "-d: -f2-", "a:b")
	f.Add("tr", `a-z\n [:upper:]`, "abc")
	f.Add("xargs", "-I{} echo {}", "'a b")
	f.Add("sort", "-k2,2nr -h", "1K\n")
	f.Add("date", "-d @5 +%Y%:z%", "")
	f.Add("test", "! -n a -o ( x", "")
	f.Add("head", "-3 -n", "x")
	f.Fuzz(func(t *testing.T, name, args, stdin string) {
		switch name { // not what waits, counts far or dials
		case "sleep", "seq", "nc", "curl", "redis-cli", "pg_isready", "timeout":
			return
		}
		fixture := newFixture(t, map[string]string{"file": "x\n"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if strings.Contains(args, "sleep") || strings.Contains(args, "seq") || strings.Contains(args, "printf") {
			return
		}
		fixture.run(ctx, t, stdin, append([]string{name}, strings.Fields(args)...)...)
	})
}
