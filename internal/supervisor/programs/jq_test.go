package programs_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

const pods = `{"items":[{"name":"api-0","ready":true,"restarts":3},{"name":"api-1","ready":false,"restarts":12}]}`

// The expectations are what jq 1.6 prints; keys stand in their order, since this jq sorts them.
func TestJQ(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, stdin, want string
		code              int
		argv              []string
	}{
		{"pretty", pods, "{\n  \"items\": [\n    {\n      \"name\": \"api-0\",\n      \"ready\": true,\n      \"restarts\": 3\n    },\n    {\n      \"name\": \"api-1\",\n      \"ready\": false,\n      \"restarts\": 12\n    }\n  ]\n}\n", 0, []string{"jq"}},
		{"raw", pods, "api-0\napi-1\n", 0, []string{"jq", "-r", ".items[].name"}},
		{"select", pods, "api-1\n", 0, []string{"jq", "-r", ".items[] | select(.restarts > 5) | .name"}},
		{"interpolation", pods, "api-0=3\napi-1=12\n", 0, []string{"jq", "-r", `.items[] | "\(.name)=\(.restarts)"`}},
		{"tsv", pods, "api-0\t3\napi-1\t12\n", 0, []string{"jq", "-r", ".items[] | [.name, .restarts] | @tsv"}},
		{"length", pods, "2\n", 0, []string{"jq", ".items | length"}},
		{"compact", `{"a": [1, 2.50, {}]}`, "{\"a\":[1,2.50,{}]}\n", 0, []string{"jq", "-c", "."}},
		{"join", `["a","b"]`, "ab", 0, []string{"jq", "-j", ".[]"}},
		{"slurp", "1 2\n3", "6\n", 0, []string{"jq", "-s", "add"}},
		{"raw input", "a b\nc\n", "[\"a\",\"b\"]\n[\"c\"]\n", 0, []string{"jq", "-Rc", `split(" ")`}},
		{"raw slurp", "a\nb\n", "\"a\\nb\\n\"\n", 0, []string{"jq", "-Rs", "."}},
		{"null input", "1 2", "[1,2]\n", 0, []string{"jq", "-nc", "[inputs]"}},
		{"indent", `[1]`, "[\n    1\n]\n", 0, []string{"jq", "--indent", "4", "."}},
		{"tab", `[1]`, "[\n\t1\n]\n", 0, []string{"jq", "--tab", "."}},
		{"ascii", `"é😀"`, "\"\\u00e9\\ud83d\\ude00\"\n", 0, []string{"jq", "-a", "."}},
		{"arg", `null`, "\"x y\"\n", 0, []string{"jq", "--arg", "v", "x y", "$v"}},
		{"argjson", `1`, "3\n", 0, []string{"jq", "--argjson", "n", "2", ". + $n"}},
		{"named", "", "{\"v\":\"1\"}\n", 0, []string{"jq", "-nc", "$ARGS.named", "--arg", "v", "1"}},
		{"files", "", "1\n2\n", 0, []string{"jq", ".a", "one.json", "two.json"}},
		{"missing file", "", "1\n", 2, []string{"jq", ".a", "none.json", "one.json"}},
		{"exit false", "false", "false\n", 1, []string{"jq", "-e", "."}},
		{"exit nothing", "[]", "", 4, []string{"jq", "-e", ".[]"}},
		{"exit true", "1", "1\n", 0, []string{"jq", "-e", "."}},
		{"goes on after an error", `{"a":1} [] {"a":2}`, "1\n2\n", 5, []string{"jq", ".a"}},
		{"bad input", `{"a":1} nope`, "1\n", 2, []string{"jq", ".a"}},
		{"bad filter", "1", "", 3, []string{"jq", ".a["}},
		{"bad flag", "1", "", 2, []string{"jq", "--stream", "."}},
		{"big number", `{"id":12345678901234567890}`, "12345678901234567890\n", 0, []string{"jq", ".id"}},

		{"no environment", "null", "{}\n", 0, []string{"jq", "-c", "$ENV"}},
		{"no env", "null", "{}\n", 0, []string{"jq", "-c", "env"}},
		{"no file names", "null", "", 3, []string{"jq", "input_filename"}},
		{"no modules", "null", "", 3, []string{"jq", `import "a" as a; .`}},
		{"no data modules", "null", "", 3, []string{"jq", `import "/etc/passwd" as $a; $a`}},
		{"no raw files", "null", "", 2, []string{"jq", "--rawfile", "a", "/etc/passwd", "$a"}},
		{"no slurped files", "null", "", 2, []string{"jq", "--slurpfile", "a", "/etc/passwd", "$a"}},
		{"no program files", "null", "", 2, []string{"jq", "-f", "/etc/passwd"}},
		{"no file outside", "null", "", 2, []string{"jq", ".", "/etc/passwd"}},
		{"halt", "1 2", "1\n", 3, []string{"jq", `., ("x" | halt_error(3))`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, map[string]string{"one.json": `{"a":1}`, "two.json": `{"a":2}`})
			got := f.run(t.Context(), t, c.stdin, c.argv...)
			if got.Stdout != c.want || got.Code != c.code {
				t.Errorf("%q\n got %d %q %q\nwant %d %q", c.argv, got.Code, got.Stdout, got.Stderr, c.code, c.want)
			}
		})
	}
}

func TestJQSeesNoEnvironment(t *testing.T) {
	t.Setenv("WARDROOM_SECRET", "hunter2")
	f := newFixture(t, nil)
	if got := f.run(t.Context(), t, "", "jq", "-n", "$ENV, env, $ENV.WARDROOM_SECRET"); strings.Contains(got.Stdout, "hunter2") || os.Getenv("WARDROOM_SECRET") == "" {
		t.Errorf("%+v", got)
	}
}

// What never ends by itself ends with the run. Its memory is bounded by the run's own limit.
func TestJQEndsWithTheRun(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{"repeat(1) | empty", "def f: f; f", "range(1e12) | empty", "[limit(1e9; repeat(1)) | empty]"} {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if got := newFixture(t, nil).run(ctx, t, "", "jq", "-n", filter); got.Code != 143 {
				t.Errorf("%+v", got)
			}
		})
	}
}
