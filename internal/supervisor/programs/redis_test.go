package programs_test

import (
	"context"
	"net"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/supervisor/programs"
)

// filledRedis has keys of all types, some with names that need quotes.
func filledRedis(t *testing.T) (f *fixture, original func(args ...string) string) {
	t.Helper()
	address := redisServer(t)
	host, port, _ := net.SplitHostPort(address)
	f = newFixture(t, nil)
	f.network = programs.Network{Redis: []programs.Conn{{Alias: "cache", URL: "redis://:hunter2@" + address + "/0"}}}
	original = func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "redis-cli", append([]string{"-h", host, "-p", port, "-a", "hunter2", "--no-auth-warning"}, args...)...)
		out, err := cmd.Output()
		if err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return string(out)
	}
	for _, words := range [][]string{
		{"MSET", "one", "1", "big", strings.Repeat("x", 500), "we\"ird\nkey", "x", "spaced key", " "},
		{"EVAL", `redis.call('set', 'bytes', 'a\000b\255é\n\t')`, "0"},
		{"HSET", "h", "a", "1", "b", "2"},
		{"RPUSH", "l", "1", "2", "3"},
		{"SADD", "s", "a", "b"},
		{"ZADD", "z", "1", "a"},
		{"XADD", "st", "1-1", "a", "1"},
		{"EVAL", "for i = 1, 40 do redis.call('set', 'key:' .. i, i) end", "0"},
	} {
		original(words...)
	}
	return f, original
}

// TestRedisCLIWritesLikeTheRealOne compares byte by byte what does not depend on time.
func TestRedisCLIWritesLikeTheRealOne(t *testing.T) {
	t.Parallel()
	f, original := filledRedis(t)
	for _, args := range [][]string{
		{"PING"},
		{"GET", "one"},
		{"GET", "bytes"},
		{"GET", "none"},
		{"DBSIZE"},
		{"LRANGE", "l", "0", "-1"},
		{"LRANGE", "none", "0", "-1"},
		{"HGETALL", "h"},
		{"CONFIG", "GET", "maxmemory*"},
		{"INFO", "cluster"},
		{"--no-raw", "info", "cluster"},
		{"MEMORY", "DOCTOR"},
		{"LATENCY", "DOCTOR"},
		{"LATENCY", "LATEST"},
		{"COMMAND", "INFO", "get"},
		{"EVAL", "return {1,{2,3,{}},'a',false,redis.error_reply('X y')}", "0"},
		{"NONSENSE"},
		{"GET", "h"},
		{"XRANGE", "st", "-", "+"},
		{"SLOWLOG", "GET", "0"},
		{"--no-raw", "GET", "bytes"},
		{"--no-raw", "LRANGE", "l", "0", "-1"},
		{"--no-raw", "EVAL", "return {1,{2,3},'a',false,redis.error_reply('X y')}", "0"},
		{"--no-raw", "GET", "none"},
		{"--no-raw", "LRANGE", "none", "0", "-1"},
		{"--no-raw", "NONSENSE"},
		{"--no-raw", "DBSIZE"},
		{"--csv", "LRANGE", "l", "0", "-1"},
		{"--csv", "EVAL", "return {1,{2,3},'a',false}", "0"},
		{"--csv", "GET", "bytes"},
		{"--csv", "DBSIZE"},
		{"--csv", "GET", "none"},
		{"--raw", "GET", "one"},
		{"-n", "3", "DBSIZE"},
		{"-r", "3", "PING"},
		{"-r", "2", "-i", "0.01", "DBSIZE"},
		{"-r", "2", "NONSENSE"},
		{"-r", "0", "PING"},
		{"-2", "PING"},
		{"-c", "PING"},
		{"--scan"},
		{"--scan", "--pattern", "key:1*"},
		{"--scan", "--pattern", "nothing*"},
		{"--no-raw", "--scan", "--pattern", "we*"},
		{"-n", "3", "--scan"},
		{"-n", "99", "PING"},
		{"--bigkeys"},
		{"--memkeys"},
		{"--bigkeys", "--pattern", "key:*"},
		{"--bigkeys", "-i", "0.01"},
		{"-n", "3", "--bigkeys"},
	} {
		want := original(args...)
		got := f.run(t.Context(), t, "", append([]string{"redis-cli"}, args...)...)
		if args[0] == "-n" && args[1] == "99" { // the real one asks database 0 instead
			if got.Stdout != "" || got.Stderr != "SELECT 99 failed: ERR DB index is out of range\n" || got.Code != 1 {
				t.Errorf("%q: %+v", args, got)
			}
			continue
		}
		if diff := cmp.Diff(inOrder(want), inOrder(got.Stdout)); diff != "" {
			t.Errorf("%q (-real +ours):\n%s%s", args, diff, got.Stderr)
		}
		if failed := strings.Contains(want, "NONSENSE") || strings.Contains(want, "WRONGTYPE"); (got.Code != 0) != failed {
			t.Errorf("%q ends with %d", args, got.Code)
		}
	}
	got := f.run(t.Context(), t, "", "redis-cli", "--scan", "--pattern", "key:*", "--count", "7") // a flag of later versions
	if len(strings.Fields(got.Stdout)) != 40 || got.Code != 0 {
		t.Errorf("--count: %+v", got)
	}
}

// inOrder sorts what --bigkeys says of each type: the real one has them in the order of a hash table.
func inOrder(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line == "-------- summary -------" {
			slices.Sort(lines[i:])
		}
	}
	return strings.Join(lines, "\n")
}

// hangUp ends the run once a program has written something that fits.
type hangUp struct {
	re   *regexp.Regexp
	text strings.Builder
	end  context.CancelFunc
}

func (h *hangUp) Write(p []byte) (int, error) {
	h.text.Write(p)
	if h.re.MatchString(h.text.String()) {
		h.end()
	}
	return len(p), nil
}

// TestRedisCLIStreams lets each go on until what it is to show has been seen, and ends the run then.
func TestRedisCLIStreams(t *testing.T) {
	t.Parallel()
	f, original := filledRedis(t)
	for _, c := range []struct {
		args, want string
		watched    bool
		meanwhile  []string
	}{
		{args: "MONITOR", want: `^OK\n(\d+\.\d{6} \[\d 127\.0\.0\.1:\d+\] "[^\n]*\n)*\d+\.\d{6} \[0 127\.0\.0\.1:\d+\] "SET" "q\\"" "x\\ny\\x01"\n`, meanwhile: []string{"SET", `q"`, "x\ny\x01"}},
		{args: "-n 3 MONITOR", want: `^OK\n(.*\n)*.* \[0 127\.0\.0\.1:\d+\] "SET" "big" "x{100000}"\n`, meanwhile: []string{"SET", "big", strings.Repeat("x", 100_000)}},
		{args: "SUBSCRIBE ch", want: `^subscribe\nch\n1\nmessage\nch\nhi\n`, meanwhile: []string{"PUBLISH", "ch", "hi"}},
		{args: "PSUBSCRIBE c*", want: `^psubscribe\nc\*\n1\npmessage\nc\*\nch\nhi\n`, meanwhile: []string{"PUBLISH", "ch", "hi"}},
		{args: "--latency", watched: true, want: `^(\r\x1b\[2Kmin: \d+, max: \d+, avg: \d+\.\d\d \(\d+ samples\)){3}`},
		{args: "--latency-history -i 0.3", watched: true, want: `^(\r\x1b\[2Kmin: \d+, max: \d+, avg: \d+\.\d\d \(\d+ samples\))+ -- 0\.\d\d seconds range\n`},
		{args: "--latency-history", want: `^(\d+ \d+ \d+\.\d\d \d+\n){3}`},
		{args: "--stat -i 0.01", want: `^------- data ------ --------------------- load -------------------- - child -\nkeys       mem      clients blocked requests            connections          \n(\d+ +\d+\.\d\d[KM] +\d+ +0 +\d+ \(\+\d+\) +\d+ {7,12}\n){20}-------`},
		{args: "-r -1 -i 0.01 PING", want: `^(PONG\n){3}`},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			f := *f // each has its own
			ctx, end := context.WithTimeout(t.Context(), time.Minute)
			defer end()
			out := &hangUp{re: regexp.MustCompile(strings.ReplaceAll(c.want, "x{100000}", strings.Repeat("x{1000}", 100))), end: end}
			f.watched = c.watched
			if c.meanwhile != nil { // again and again, because only the stream itself knows when it has begun
				go func() {
					for ctx.Err() == nil {
						original(c.meanwhile...)
					}
				}()
			}
			code := f.start(ctx, t, append([]string{"redis-cli"}, strings.Fields(c.args)...), strings.NewReader(""), out, out)
			if code != 143 || ctx.Err() != context.Canceled {
				t.Errorf("ended with %d: %.2000q", code, out.text.String())
			}
		})
	}
	got := f.run(t.Context(), t, "", "redis-cli", "--latency", "-i", "0.1") // into a pipe
	if !regexp.MustCompile(`^\d+ \d+ \d+\.\d\d \d+\n$`).MatchString(got.Stdout) || got.Code != 0 {
		t.Errorf("--latency into a pipe: %+v", got)
	}
}

func TestRedisCLIFailsAsItStreams(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	address := redisServer(t)
	f.network = programs.Network{Hosts: map[string]string{"down": "127.0.0.1:1", "open": address}}
	for _, args := range []string{"MONITOR", "--scan", "--bigkeys", "--latency", "--stat", "SUBSCRIBE ch"} {
		got := f.run(t.Context(), t, "", append([]string{"redis-cli", "-h", "down"}, strings.Fields(args)...)...)
		if got.Stderr != "Could not connect to Redis at down:6379: Connection refused\n" || got.Code != 1 {
			t.Errorf("%s: %+v", args, got)
		}
		got = f.run(t.Context(), t, "", append([]string{"redis-cli", "-h", "open"}, strings.Fields(args)...)...)
		if !strings.HasPrefix(got.Stdout, "NOAUTH Authentication required.\n") || got.Code != 1 {
			t.Errorf("without credentials: %s: %+v", args, got)
		}
	}
}
