package supervisor_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// TestPipelines runs what runbooks end their pipelines in, as a whole run.
func TestPipelines(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`echo '{"items":[{"name":"api-0","n":3},{"name":"api-1","n":12}]}' | jq -r '.items[] | select(.n > 5) | .name'`: "api-1\n",
		`printf 'a 90%%\nb 10%%\n' | awk '{ if ($2+0 > 80) print $1 }' | sed 's/^/full: /;s/a/A/'`:                      "full: A\n",
		`printf 'c\na\nb\na\n' | sort | uniq -c | sort -rn | head -n 1 | awk '{print $2}'`:                              "a\n",
		`echo aGk= | base64 -d | tac | rev`:                                                                                        "ih\n",
		`printf 'a 1\nbb 2\n' | column -t | nl`:                                                                                    "     1\ta   1\n     2\tbb  2\n",
		`echo a b | xargs -n1 time -p echo | paste -sd,`:                                                                           "a,b\n",
		`N=api; printf '%s\n' '{"a":1}' | jq -c --arg n "$N" '. + {n: $n}' | sed -E 's/[{}]//g'`:                                   "\"a\":1,\"n\":\"api\"\n",
		`yes() { while :; do echo y; done; }; yes | awk 'NR == 3 {print NR; exit}'; yes | sed 2q | wc -l; yes | jq -R . | head -1`: "3\n2\n\"y\"\n",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if r := run(t, text); r.stdout != want || r.exit.Code != 0 {
				t.Errorf("%q %q %+v", r.stdout, r.stderr, r.exit)
			}
		})
	}
}

// TestQueriesAreTablesOnlyForPeople: what goes to a program, a variable or a file stays JSON.
func TestQueriesAreTablesOnlyForPeople(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"arm"},"value":[1,"7"]}]}}`)
	}))
	t.Cleanup(server.Close)
	const table, query = " job | value \n-----+-------\n arm |     7\n(1 row)\n\n", "curl -s 'http://prometheus:9090/api/v1/query?query=up'"
	for text, want := range map[string]string{
		query:                                table,
		"for i in 1; do " + query + "; done": table,
		query + " | jq -r '.data.result[0].value[1]'":        "7\n",
		"X=$(" + query + "); echo ${X:2:6}":                  "status\n",
		query + " > answer; jq -r .status answer":            "success\n",
		"echo up | xargs -I{} " + query + " | jq -r .status": "success\n",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r := run(t, text, func(s *supervisor.Spec) {
				s.Hosts, s.Confirmed = map[string]string{"prometheus:9090": server.URL}, shell.Change
			})
			if r.stdout != want {
				t.Errorf("%q %q", r.stdout, r.stderr)
			}
		})
	}
}

// TestLanguagesCannotRaiseTheClass builds at run time what the text does not show.
func TestLanguagesCannotRaiseTheClass(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"sed":     `S='w out'; sed "$S" /dev/null; echo x | sed "$S"; ls`,
		"awk":     `P='BEGIN {system("touch out")}'; awk "$P"; ls`,
		"jq":      `F=-f; jq $F /etc/passwd; ls`,
		"sed -i":  `echo x > f; sed $(echo -i) s/x/y/ f; grep y f`,
		"time":    `echo out | xargs time tee; ls`,
		"sort -o": `echo x | sort $(echo -o) out; ls`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, text, func(s *supervisor.Spec) { s.Confirmed = shell.Read })
			if r.stdout != "" {
				t.Errorf("%q %q", r.stdout, r.stderr)
			}
		})
	}
}
