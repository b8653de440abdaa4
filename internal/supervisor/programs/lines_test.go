package programs_test

import "testing"

func TestLinePrograms(t *testing.T) {
	t.Parallel()
	compare(t, []likeReal{
		{"tac", "1\n2\n3\n", "3\n2\n1\n", 0, []string{"tac"}},
		{"tac of an open end", "", "twoone\n", 0, []string{"tac", "open"}},
		{"tac of files", "", "c\nb\na\nd\nc\nb\n", 0, []string{"tac", "left", "right"}},
		{"rev", "abc\nhé\n", "cba\néh\n", 0, []string{"rev"}},
		{"nl", "a\n\nb\n", "     1\ta\n       \n     2\tb\n", 0, []string{"nl"}},
		{"nl all", "a\n\n", "  1\ta\n  2\t\n", 0, []string{"nl", "-ba", "-w3"}},
		{"column", "a bb\nccc d\n", "a    bb\nccc  d\n", 0, []string{"column", "-t"}},
		{"column with a separator", "a,bb\nccc,d\n", "a    bb\nccc  d\n", 0, []string{"column", "-t", "-s,"}},
		{"column with an empty cell", "a,,b\nc,d,e\n", "a     b\nc  d  e\n", 0, []string{"column", "-t", "-s", ","}},
		{"column between", "a:b\ncc:d\n", "a  | b\ncc | d\n", 0, []string{"column", "-t", "-s:", "-o", " | "}},
		{"column of ragged lines", "a b c\nd\n\ne f\n", "a  b  c\nd     \ne  f  \n", 0, []string{"column", "-t"}},
		{"base64", "hello", "aGVsbG8=\n", 0, []string{"base64"}},
		{"base64 long", "0123456789012345678901234567890123456789012345678901234567890123456789", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2\nNzg5MDEyMzQ1Njc4OQ==\n", 0, []string{"base64"}},
		{"base64 in one line", "hello", "aGVsbG8=", 0, []string{"base64", "-w0"}},
		{"base64 -d", "aGVs\nbG8=\n", "hello", 0, []string{"base64", "-d"}},
		{"base64 --decode", "aGVsbG8=", "hello", 0, []string{"base64", "--decode"}},
		{"base64 -di", "aG!Vs bG8=", "hello", 0, []string{"base64", "-di"}},
		{"base64 bad", "!!!", "", 1, []string{"base64", "-d"}},
		{"paste", "", "a\tb\nb\tc\nc\td\n", 0, []string{"paste", "left", "right"}},
		{"paste -s", "1\n2\n3\n", "1,2,3\n", 0, []string{"paste", "-sd,"}},
		{"paste -s with -", "1\n2\n", "1+2\n", 0, []string{"paste", "-sd+", "-"}},
		{"paste two of one", "1\n2\n3\n", "1 2\n3 \n", 0, []string{"paste", "-d", " ", "-", "-"}},
		{"comm", "", "a\n\t\tb\n\t\tc\n\td\n", 0, []string{"comm", "left", "right"}},
		{"comm -12", "", "b\nc\n", 0, []string{"comm", "-12", "left", "right"}},
		{"comm -23", "a\nz\n", "z\n", 0, []string{"comm", "-23", "-", "left"}},
		{"comm -3", "", "a\n\td\n", 0, []string{"comm", "-3", "left", "right"}},
		{"comm of one", "", "", 1, []string{"comm", "left"}},
	})
}

func TestNoFileOutside(t *testing.T) {
	t.Parallel()
	for _, argv := range [][]string{
		{"tac", "/etc/hosts"},
		{"rev", "/etc/hosts"},
		{"nl", "/etc/hosts"},
		{"column", "-t", "/etc/hosts"},
		{"base64", "/etc/hosts"},
		{"paste", "/etc/hosts"},
		{"paste", "-s", "../hosts"},
		{"comm", "/etc/hosts", "/etc/hosts"},
		{"sort", "/etc/hosts"},
		{"grep", "x", "/etc/hosts"},
		{"xargs", "-a", "/etc/hosts", "echo"},
	} {
		if got := newFixture(t, nil).run(t.Context(), t, "", argv...); got.Code == 0 || got.Stdout != "" && got.Stdout != "\n" {
			t.Errorf("%q: %+v", argv, got)
		}
	}
}
