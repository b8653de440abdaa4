package programs_test

import "testing"

// TestFlagsOfRunbooks holds the flags that runbooks use beside the plain ones.
func TestFlagsOfRunbooks(t *testing.T) {
	t.Parallel()
	const log = "ts=1 level=error msg=\"no disk\" code=500\nts=2 level=info msg=ok code=200\n"
	compare(t, []likeReal{
		{"grep -oP", log, "level=error\nlevel=info\n", 0, []string{"grep", "-oP", `level=\w+`}},
		{"grep -P lazy", log, "msg=\"no disk\"\n", 0, []string{"grep", "-oP", `msg=".*?"`}},
		{"grep -oE longest", "abcd\n", "abc\n", 0, []string{"grep", "-oE", "ab|abc"}},
		{"grep --color", log, "ts=2 level=info msg=ok code=200\n", 0, []string{"grep", "--color=never", "info"}},
		{"grep -L", "", "right\n", 0, []string{"grep", "-L", "a", "left", "right"}},
		{"grep -N", "1\n2\n3\n4\n5\n", "2\n3\n4\n", 0, []string{"grep", "-1", "3"}},
		{"grep word ends", "cat cats\ncats\n", "cat cats\n", 0, []string{"grep", `\<cat\>`}},
		{"grep backslash in brackets", `a\b` + "\nab\n", `a\b` + "\n", 0, []string{"grep", `a[\]b`}},
		{"grep dollar inside", "a$b\nab\n", "a$b\n", 0, []string{"grep", "a$b"}},
		{"grep -E alternatives", log, "ts=1 level=error msg=\"no disk\" code=500\n", 0, []string{"grep", "-iE", "(ERROR|panic)"}},
		{"grep -c -v", log, "1\n", 0, []string{"grep", "-cv", "error"}},
		{"sort -k one", "", "cache 900K\ndb 200M\nlog 12\nweb 1.5G\n", 0, []string{"sort", "-k1,1", "sizes"}},
		{"sort -k -h", "", "log 12\ncache 900K\ndb 200M\nweb 1.5G\n", 0, []string{"sort", "-k2", "-h", "sizes"}},
		{"sort -k2hr", "", "web 1.5G\ndb 200M\ncache 900K\nlog 12\n", 0, []string{"sort", "-k2,2hr", "sizes"}},
		{"sort two keys", "b 1\na 2\na 1\n", "a 1\na 2\nb 1\n", 0, []string{"sort", "-k1,1", "-k2,2n"}},
		{"sort -t -k", "", "api:x:1000:1000\ndaemon:x:1:1\nroot:x:0:0\n", 0, []string{"sort", "-t:", "-k3,3nr", "passwd"}},
		{"sort -V", "v1.10\nv1.9\nv1.2\n", "v1.2\nv1.9\nv1.10\n", 0, []string{"sort", "-V"}},
		{"sort -k -V", "a 1.10\nb 1.9\n", "b 1.9\na 1.10\n", 0, []string{"sort", "-k2,2V"}},
		{"head -n -1", "1\n2\n3\n", "1\n2\n", 0, []string{"head", "-n", "-1"}},
		{"head -c K", "abc", "abc", 0, []string{"head", "-c", "1K"}},
		{"head --bytes", "abcdef", "ab", 0, []string{"head", "--bytes=2"}},
		{"tail -f of a pipe", "1\n2\n3\n", "3\n", 0, []string{"tail", "-f", "-n", "1"}},
		{"tail --lines", "1\n2\n3\n", "2\n3\n", 0, []string{"tail", "--lines=2"}},
		{"cut fields", "", "root:0\ndaemon:1\napi:1000\n", 0, []string{"cut", "-d:", "-f1,3", "passwd"}},
		{"seq -w", "", "08\n09\n10\n", 0, []string{"seq", "-w", "8", "10"}},
		{"date of a time", "", "2026-11-23 12:00\n", 0, []string{"date", "-u", "-d", "@1795435205", "+%Y-%m-%d %H:%M"}},
		{"date an hour before", "", "11:00\n", 0, []string{"date", "-u", "-d", "2026-11-23T11:00:05Z", "+%H:%M"}},
		{"date -I", "", "2026-11-23T12:00:05+00:00\n", 0, []string{"date", "-u", "-d", "@1795435205", "-Iseconds"}},
		{"date --iso-8601", "", "2026-11-23\n", 0, []string{"date", "-u", "--date=@1795435205", "--iso-8601"}},
		{"date --rfc-3339", "", "2026-11-23 12:00:05+00:00\n", 0, []string{"date", "-u", "-d@1795435205", "--rfc-3339=seconds"}},
		{"date fields", "", "1 1 48 23 12\n", 0, []string{"date", "-u", "-d", "@1795435205", "+%u %w %V %-d %k"}},
		{"cat -A", "a\tb\x01\xff\xc3\xa9\x7f\n\n\nend", "a^Ib^AM-^?M-CM-)^?$\n$\n$\nend", 0, []string{"cat", "-A"}},
		{"cat -bs", "a\n\n\nb\n", "     1\ta\n\n     2\tb\n", 0, []string{"cat", "-bs"}},
		{"cat -nE", "a\n\nb", "     1\ta$\n     2\t$\n     3\tb", 0, []string{"cat", "-nE"}},
		{"cat -v keeps tabs", "a\tb\r\n", "a\tb^M\n", 0, []string{"cat", "-v"}},
		{"head of two", "", "==> left <==\na\n\n==> right <==\nb\n", 0, []string{"head", "-n1", "left", "right"}},
		{"head -q", "", "a\nb\n", 0, []string{"head", "-q", "-n1", "left", "right"}},
		{"tail -v", "x\n", "==> standard input <==\nx\n", 0, []string{"tail", "-v"}},
		{"tail of two", "", "==> left <==\nc\n\n==> right <==\nd\n", 0, []string{"tail", "-n1", "left", "right"}},
		{"uniq -f", "1 a\n2 a\n3 b\n", "1 a\n3 b\n", 0, []string{"uniq", "-f1"}},
		{"uniq -s -c", "1a\n2a\n3b\n", "      2 1a\n      1 3b\n", 0, []string{"uniq", "-c", "-s1"}},
		{"uniq -w", "ab\nac\nb\n", "ab\nb\n", 0, []string{"uniq", "-w1"}},
		{"uniq -D", "a\na\nb\n", "a\na\n", 0, []string{"uniq", "-D"}},
		{"sort -g", "1e3\n2\n-1\nx\n", "x\n-1\n2\n1e3\n", 0, []string{"sort", "-g"}},
		{"sort -M", "Mar\njan\nx\nDec\n", "x\njan\nMar\nDec\n", 0, []string{"sort", "-M"}},
		{"sort -c", "b\na\n", "", 1, []string{"sort", "-c"}},
		{"sort -c sorted", "a\nb\n", "", 0, []string{"sort", "-c"}},
		{"grep -r", "", "passwd:root:x:0:0\n", 0, []string{"grep", "-r", "root"}},
		{"grep -r folder", "", "./passwd:root:x:0:0\n", 0, []string{"grep", "-r", "root", "."}},
		{"grep -rl --include", "", "left\n", 0, []string{"grep", "-rl", "--include=l*", "a"}},
		{"grep -rh --exclude", "", "apple 10\napple 10\n", 0, []string{"grep", "-rh", "--exclude=passwd", "--exclude=sizes", "app"}},
		{"grep -rc one", "", "1\n", 0, []string{"grep", "-rhc", "a", "left"}},
		{"ls -d", "", "left\n", 0, []string{"ls", "-d", "left"}},
		{"ls -F", "", "left\nright\n", 0, []string{"ls", "-F", "left", "right"}},
		{"ls -R", "", ".:\nfruit\nleft\nold\nopen\npasswd\nright\nsizes\n", 0, []string{"ls", "-R"}},
		{"date -I wrong", "", "", 1, []string{"date", "-Iparsecs"}},
	})
}

func TestDatesThatDependOnNow(t *testing.T) {
	t.Parallel()
	for _, said := range []string{"1 hour ago", "-1 hour", "30 minutes ago", "yesterday", "2 days ago", "1 week ago", "now", "+5 min"} {
		if got := newFixture(t, nil).run(t.Context(), t, "", "date", "-u", "-d", said, "+%s"); got.Code != 0 || len(got.Stdout) != 11 {
			t.Errorf("%s: %+v", said, got)
		}
	}
}
