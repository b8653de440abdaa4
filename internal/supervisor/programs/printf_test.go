package programs_test

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPrintfWritesLikeBash compares byte by byte: a playbook is written for bash, whose printf is its own.
func TestPrintfWritesLikeBash(t *testing.T) {
	t.Parallel()
	for _, words := range [][]string{
		{"%5.2f|", "3.14"},
		{"%-8.3f|", "2.5"},
		{"%08.2f|", "-3.14159"},
		{"%+.1f|", "1"},
		{"% d|", "5"},
		{"%f", "1e3"},
		{"%.0f", "2.5"},
		{"%#.0f", "2"},
		{"%F", "1.5"},
		{"%.20f", "0.1"},
		{"%e", "12345.678"},
		{"%.2E", "0.00012"},
		{"%g|%g|%g|%g", "100000", "1000000", "0.0001", "0.00001"},
		{"%G", "1e-10"},
		{"%.3g", "1234.5"},
		{"%#g", "1"},
		{"%g", "0"},
		{"%f %f", "inf", "-nan"},
		{"%5g|", "inf"},
		{"%d", "42"},
		{"%i", "-42"},
		{"%5d|%-5d|%05d", "42", "42", "42"},
		{"%.5d|%8.3d", "42", "7"},
		{"%+d", "42"},
		{"%d", "0x1f"},
		{"%d", "017"},
		{"%d", "'A"},
		{"%d", "\"é"},
		{"%d", " 12"},
		{"%d", "+7"},
		{"%u", "-1"},
		{"%x|%X|%#x|%#X", "255", "255", "255", "255"},
		{"%o|%#o", "8", "8"},
		{"%08x", "255"},
		{"%#010x", "255"},
		{"%x", "-1"},
		{"%ld %lld %hd", "1", "2", "3"},
		{"%.0d|", "0"},
		{"%s|%10s|%-10s|%.2s|%5.1s|", "a", "bc", "de", "fgh", "ijk"},
		{"%*d|%-*d|", "5", "42", "5", "42"},
		{"%*d|", "-5", "42"},
		{"%.*f", "2", "3.14159"},
		{"%*.*f|", "8", "2", "3.14159"},
		{"%c%c|%c", "abc", "", "x"},
		{"%b|", `a\tb\n\x41\0101\\`},
		{"%b%s", `a\cb`, "never"},
		{"%5b|", "ab"},
		{"%s\n", "a", "b", "c"},
		{"%s-%s\n", "a", "b", "c"},
		{"%d %s\n"},
		{"no format\n", "a", "b"},
		{`\a\b\f\n\r\t\v\\\x41\101\"`},
		{`%%|%5s%%`, "x"},
		{"--", "%s", "x"},
		{"--", "-%s", "x"},
		{`é%s`, "ü"},
		{`\u00e9\U0001F600`},
		{"%s"},
		{"%d"},
		{"%f"},
		{"%d", "3x"},
		{"%d", "abc"},
		{"%d\n", "1", "z", "3"},
		{"%f", "1.5z"},
		{"%d", "3.14"},
		{"%z"},
		{"a%"},
		{"%d", "99999999999999999999"},
		{"%d", "9223372036854775807"},
		{"%4096d", "1"},
		{"%x", "0xffffffffffffffff"},
		{"%f", "0x10"},
		{"%f", "'a"},
		{"%f", "010"},
		{"%f", ".5"},
		{"%f", "5."},
		{"%q", "a b"},
		{"%q %q", "", "it's"},
		{"%q", "a\nb\x01'"},
		{"%q", "~x#"},
		{"%q", "#x~"},
		{"%q", "a,b{c}$d`e`\"f\"*?[g]!^;&|<>()\\"},
		{"%q", "é/-_.:=@%+"},
		{"%10q|", "a b"},
		{"%(%Y-%m-%d)T", "0"},
		{"-x"},
	} {
		got := newFixture(t, nil).run(t.Context(), t, "", append([]string{"printf"}, words...)...)
		stdout, code := realPrintf(t, "bash", append([]string{"-c", `printf "$@"`, "bash"}, words...))
		if got.Stdout != stdout || (got.Code != 0) != (code != 0) {
			t.Errorf("%q as bash (-real +ours): %d %d %s\n%s", words, code, got.Code, cmp.Diff(stdout, got.Stdout), got.Stderr)
		}
		// The machine's own differs in what bash adds and in its complaints.
		if other, _ := realPrintf(t, "/usr/bin/printf", words); !strings.ContainsAny(strings.Join(words, ""), "zxq'\"(") && words[0] != "%5b|" && got.Stdout != other {
			t.Errorf("%q as printf (-real +ours): %s", words, cmp.Diff(other, got.Stdout))
		}
	}
}

func realPrintf(t *testing.T, program string, args []string) (stdout string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = []string{"LC_ALL=C.UTF-8"}
	out, err := cmd.Output()
	if exit, failed := errors.AsType[*exec.ExitError](err); failed {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return string(out), code
}

// TestPrintfIsBounded: a width costs no memory.
func TestPrintfIsBounded(t *testing.T) {
	t.Parallel()
	for _, words := range [][]string{{"%1000000000d", "1"}, {"%4097s"}, {"%*s", "1000000000", "x"}, {"%*s", "-1000000000", "x"}, {"%.1000000000f", "1"}, {"%.*d", "99999999999999999999", "1"}, {"%-99999999999999999999999s"}} {
		got := newFixture(t, nil).run(t.Context(), t, "", append([]string{"printf"}, words...)...)
		if got.Code != 1 || got.Stdout != "" || !strings.Contains(got.Stderr, "width is too large") {
			t.Errorf("%q: %d %.100q %q", words, got.Code, got.Stdout, got.Stderr)
		}
	}
}
