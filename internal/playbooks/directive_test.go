package playbooks_test

import (
	"strings"
	"testing"

	"wardroom/internal/playbooks"
)

// A problem stands where its key does, so that the editor leads there.
func TestDirectiveProblemsStandAtTheirKeys(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{
		"name: a\nhttp: http://x\ninterval: 5s":              5,
		"name: a\nhttp: http://x\nintervall: 30s":            5,
		"http: http://x\nfor : soon\nname: a":                4,
		"http: http://x\nexpect: \"== 1\"":                   3, // name is missing
		"name: |\n  for: nothing\nfor: soon\nhttp: http://x": 5,
		"name: a\nhttp: [x":                                  4,
		"\"for\": soon\nname: a\nhttp: x":                    3, // nobody writes it like that
	} {
		all, err := playbooks.Parse("a.md", "# A\n```probe\n"+body+"\n```\n")
		if err != nil || len(all[0].Problems) == 0 || all[0].Problems[0].Line != want {
			t.Errorf("%s: %+v, %v, want line %d", body, all[0].Problems, err, want)
		}
	}
}

// Each line is a directive (; for a new line) and what an author is told about it.
func TestDirectiveProblems(t *testing.T) {
	t.Parallel()
	table := `
		probe   | name: a; http: http://x/health                             |
		probe   | name: a; promql: up; expect: "== 1"; for: 1m; interval: 30s |
		probe   | http: http://x                                             | name is missing
		probe   | name: a                                                    | exactly one of http, promql
		probe   | name: a; http: x; tcp: y                                   | exactly one of http, promql
		probe   | name: a; http: x; every: 5s                                | there is no key every
		probe   | name: a; http: x; interval: 5s                             | at least 10s is expected
		probe   | name: a; http: x; for: soon                                | soon is no time
		probe   | name: a; promql: up; expect: more than 1                   | more than 1 is no comparison
		probe   | name: a; promql: up; expect: "> 80 %"                      |
		probe   | name: a; http: x; severity: high                           | a number from 1 to 4
		probe   | name: a; http: x; platform: moon                           | docker, kubernetes, local or any
		probe   | name: a; sql: SELECT count(*) FROM t; expect: "== 0"       |
		probe   | name: a; sql: DELETE FROM t; expect: "== 0"                | only a statement that reads
		probe   | name: a; sql: SELECT * FROM pg_authid; expect: "== 0"      | only a statement that reads
		probe   | - a                                                        | not a list of keys and values
		verify  | promql: up; expect: "== 1"; dwell: 2m; limit: 10m          |
		verify  | promql: up; dwell: 9999h                                   | 9999h is no time
		finding | when: {regex: OOM}; say: It is full.; suggest: Look         |
		finding | when: {regex: OOM}; say: It is full.; suggest: Elsewhere    | this playbook has no step "Elsewhere"
		finding | when: {regex: OOM}; say: It is full.; rules-out: [Look, x]  | this playbook has no step "x"
		finding | when: {regex: OOM}                                         | say is missing
		finding | say: a                                                     | when is no test
		finding | when: {regex: "("}; say: a                                  | regex is no regular expression
		finding | when: {colour: red}; say: a                                | there is no test colour
		finding | when: {regex: a, exit: "!= 0"}; say: a                      | exactly one test is expected
		finding | when: {regex: a, count: ">= 3"}; say: a                     |
		finding | when: {column: CPU %}; say: a                              | is is missing
		finding | when: {all: [{lines: "> 0"}, {not: {exit: "== 0"}}]}; say: a |
		finding | when: {all: []}; say: a                                     | all needs a list
		finding | when: {any: [{lines: many}]}; say: a                        | many is no comparison
	`
	for line := range strings.Lines(table) {
		cells := strings.SplitN(strings.TrimSpace(line), "|", 3)
		if len(cells) < 3 {
			continue
		}
		name, want := strings.TrimSpace(cells[0]), strings.TrimSpace(cells[2])
		body := strings.ReplaceAll(strings.TrimSpace(cells[1]), "; ", "\n")
		all, err := playbooks.Parse("a.md", "# A\n\n## Diagnosis\n\n### Look\n\n```sh\nls\n```\n\n```"+name+"\n"+body+"\n```\n")
		if err != nil {
			t.Fatal(err)
		}
		problems := all[0].Problems
		switch {
		case want == "" && len(problems) > 0:
			t.Errorf("%s: %+v", cells[1], problems)
		case want != "" && (len(problems) != 1 || problems[0].Line < 12 || problems[0].Severe || !strings.Contains(problems[0].Message, want)):
			t.Errorf("%s: got %+v, want %q from line 12 on", cells[1], problems, want)
		}
	}
}
