package playbooks

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"wardroom/internal/shell"
)

// The directive fences and their keys. What they mean to an author stands in
// playbooks/README.md.
var (
	directiveSources = []string{"http", "promql", "sql", "redis", "tcp", "kubernetes"}
	directiveKeys    = map[string][]string{
		"probe":   append([]string{"name", "expect", "interval", "for", "severity", "platform", "database", "field", "contains", "absent"}, directiveSources...),
		"verify":  append([]string{"expect", "dwell", "limit", "platform", "database", "field", "contains", "absent"}, directiveSources...),
		"finding": {"when", "say", "suggest", "rules-out"},
	}
	testKeys = []string{"regex", "count", "lines", "exit", "jsonpath", "column", "row", "is", "not", "all", "any"}
)

// minInterval is the shortest time between two runs of one probe: EXECUTION rule 4
// of the design keeps what runs without a click from becoming a load.
const minInterval = 10 * time.Second

// comparison is an operator and a number with an optional unit, or a word to be equal to.
var comparison = regexp.MustCompile(`^\s*(?:(?:>|>=|<|<=|==|!=)\s*-?\d+(?:\.\d+)?\s*(?:%|ms|s|m|h|Ki|Mi|Gi|KB|MB|GB)?|(?:==|!=)\s*\S+)\s*$`)

// checkDirectives reports what is wrong with a playbook's directives. They are not
// severe: the playbook can be followed without them.
func (r *reader) checkDirectives() {
	var titles []string
	for _, section := range r.playbook.Sections {
		for _, step := range section.Steps {
			titles = append(titles, step.Title, step.ID)
		}
	}
	check := func(d *Directive) {
		for _, f := range directiveFlaws(d, titles) {
			r.doc.problem(d.Line+keyLine(d.Body, f.key), false, d.Name+": "+f.text)
		}
	}
	for _, section := range r.playbook.Sections {
		for i := range section.Directives {
			check(&section.Directives[i])
		}
		for _, step := range section.Steps {
			for _, b := range step.Blocks {
				if b.Directive != nil {
					check(b.Directive)
				}
			}
		}
	}
}

// flaw is what is wrong with a directive, at one of its keys or, where that is empty, as a whole.
type flaw struct{ key, text string }

// keyLine is on which line of the directive the key stands, from 0; 0 too when it is nowhere.
func keyLine(body, key string) int {
	if key == "" {
		return 0
	}
	n := 0
	for line := range strings.Lines(body) {
		if rest, found := strings.CutPrefix(line, key); found && strings.HasPrefix(strings.TrimLeft(rest, " "), ":") {
			return n
		}
		n++
	}
	return 0
}

func directiveFlaws(d *Directive, titles []string) (flaws []flaw) {
	body := map[string]any{}
	if _, problem := checkYAML(d.Body); problem != "" {
		return nil // said where it was read
	}
	if err := yaml.Unmarshal([]byte(d.Body), &body); err != nil {
		return []flaw{{"", "this is not a list of keys and values"}}
	}
	for _, key := range slices.Sorted(maps.Keys(body)) {
		if !slices.Contains(directiveKeys[d.Name], key) {
			flaws = append(flaws, flaw{key, unknownKey(key, directiveKeys[d.Name])})
		} else if problem := valueProblem(key, body[key], titles); problem != "" {
			flaws = append(flaws, flaw{key, problem})
		}
	}
	if d.Name == "finding" {
		if _, says := body["say"].(string); !says {
			flaws = append(flaws, flaw{"say", "say is missing: one sentence about what the output shows"})
		}
		for _, problem := range testProblems(body["when"], 0) {
			flaws = append(flaws, flaw{"when", problem})
		}
		return flaws
	}
	asked := slices.DeleteFunc(slices.Clone(directiveSources), func(key string) bool { return body[key] == nil })
	if len(asked) != 1 {
		flaws = append(flaws, flaw{"", "exactly one of " + strings.Join(directiveSources, ", ") + " is expected"})
	}
	if d.Name == "probe" && body["name"] == nil {
		flaws = append(flaws, flaw{"name", "name is missing: what is healthy, in a few words"})
	}
	return flaws
}

func unknownKey(key string, known []string) string {
	if word := nearest(key, known); word != "" {
		return "there is no key " + key + orMeant(word)
	}
	return fmt.Sprintf("there is no key %s; it may have %s", key, strings.Join(known, ", "))
}

// valueProblem judges the values whose form is fixed.
func valueProblem(key string, value any, titles []string) string {
	text := fmt.Sprint(value)
	switch key {
	case "interval", "for", "dwell", "limit":
		duration, err := time.ParseDuration(text)
		switch {
		case err != nil || duration < 0 || duration > maxTimeout*24:
			return fmt.Sprintf("%s: %s is no time like 30s or 5m", key, text)
		case key == "interval" && duration < minInterval:
			return fmt.Sprintf("interval: at least %s is expected", minInterval)
		}
	case "expect":
		if !comparison.MatchString(text) {
			return fmt.Sprintf("expect: %s is no comparison like \"< 0.05\" or \"== PONG\"", text)
		}
	case "severity":
		if n, isNumber := value.(uint64); !isNumber || n < 1 || n > 4 {
			return "severity: a number from 1 to 4 is expected"
		}
	case "platform":
		if !slices.Contains(platforms, text) {
			return "platform: docker, kubernetes, local or any is expected" + orMeant(nearest(text, platforms))
		}
	case "sql":
		if class := shell.SQL(text); class.Risk != shell.Read || class.Discloses {
			return "sql: only a statement that reads may run by itself; this one " + class.Why
		}
	case "suggest", "rules-out":
		for _, name := range listOf(value) {
			if !slices.Contains(titles, name) {
				return fmt.Sprintf("%s: this playbook has no step %q", key, name) + orMeant(nearest(name, titles))
			}
		}
	}
	return ""
}

func listOf(value any) (names []string) {
	if list, isList := value.([]any); isList {
		for _, item := range list {
			names = append(names, fmt.Sprint(item))
		}
		return names
	}
	return []string{fmt.Sprint(value)}
}

// testProblems judges one test of a finding and those that it is made of.
func testProblems(test any, depth int) (problems []string) {
	const deepest = 5
	m, isMap := test.(map[string]any)
	if !isMap || depth > deepest {
		return []string{"when is no test, such as {regex: OOMKilled}"}
	}
	kinds := 0
	for _, key := range slices.Sorted(maps.Keys(m)) {
		switch text := fmt.Sprint(m[key]); key {
		case "regex", "row":
			if _, err := regexp.Compile(text); err != nil {
				problems = append(problems, fmt.Sprintf("%s is no regular expression: %v", key, err))
			}
		case "is", "count", "lines", "exit":
			if !comparison.MatchString(text) {
				problems = append(problems, fmt.Sprintf("%s: %s is no comparison like \"> 0\"", key, text))
			}
		case "not":
			problems = append(problems, testProblems(m[key], depth+1)...)
		case "all", "any":
			list, _ := m[key].([]any)
			if len(list) == 0 {
				problems = append(problems, key+" needs a list of tests")
			}
			for _, inner := range list {
				problems = append(problems, testProblems(inner, depth+1)...)
			}
		}
		switch {
		case !slices.Contains(testKeys, key):
			problems = append(problems, "there is no test "+key+orMeant(nearest(key, testKeys)))
			kinds++
		case key != "count" && key != "row" && key != "is":
			kinds++
		}
	}
	if kinds != 1 {
		problems = append(problems, "exactly one test is expected; all and any take several")
	}
	if (m["jsonpath"] != nil || m["column"] != nil) && m["is"] == nil {
		problems = append(problems, "is is missing: what the value is compared with")
	}
	return problems
}
