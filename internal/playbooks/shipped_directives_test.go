package playbooks_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"wardroom/internal/playbooks"
)

// The probes, findings and verify blocks that ship are of the form that the design
// gives them; what they name exists.
func TestShippedDirectives(t *testing.T) {
	t.Parallel()
	for _, p := range shippedPlaybooks(t) {
		counts := map[string]int{}
		check := func(section, step string, d playbooks.Directive) {
			counts[d.Name]++
			for _, problem := range checkDirective(d, section) {
				t.Errorf("%s:%d: %s in %s: %s", p.Path, d.Line, d.Name, step, problem)
			}
		}
		for _, section := range p.Sections {
			for _, d := range section.Directives {
				check(section.Kind, section.Title, d)
			}
			for _, step := range section.Steps {
				commands := false
				for _, b := range step.Blocks {
					commands = commands || b.Command != nil && b.Command.Runnable()
					if b.Directive == nil {
						continue
					}
					check(section.Kind, step.Title, *b.Directive)
					if b.Directive.Name == "finding" && !commands {
						t.Errorf("%s:%d: no command stands above the finding", p.Path, b.Directive.Line)
					}
				}
			}
		}
		if p.ID == "quick-reference" || p.ID == "emergency" {
			continue
		}
		if counts["probe"] < 2 || p.ID != "security" && p.ID != "data-corruption" && counts["verify"] < 2 || counts["finding"] < 3 {
			t.Errorf("%s has %v", p.ID, counts)
		}
	}
}

// checkDirective looks at what the reader does not: where a directive stands and that
// it speaks in sentences. The rest is a problem of the file, and shipped files have none.
func checkDirective(d playbooks.Directive, section string) (problems []string) {
	place := map[string]bool{"probe": section == playbooks.Symptoms, "finding": true, "verify": section == playbooks.Resolution || section == playbooks.Other}
	if !place[d.Name] {
		problems = append(problems, "it does not belong into "+section)
	}
	var body struct{ Say string }
	if err := yaml.Unmarshal([]byte(d.Body), &body); err != nil || d.Name == "finding" && !strings.HasSuffix(body.Say, ".") {
		problems = append(problems, "it says no sentence")
	}
	return problems
}

// Findings hold for what the tools print, and not for what only looks like it.
func TestShippedFindingsOnRealOutput(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		playbook, say string
		lines         map[string]bool
	}{
		"an exit code": {"service-unavailable", "A service ended by itself", map[string]bool{
			"octollm-coder-arm-1   coder-arm   Exited (1) 2 minutes ago":      true,
			"octollm-coder-arm-1   coder-arm   Exited (139) 2 minutes ago":    true,
			"octollm-coder-arm-1   coder-arm   Exited (137) 2 minutes ago":    false, // killed
			"octollm-coder-arm-1   coder-arm   Exited (143) 2 minutes ago":    false, // stopped
			"octollm-migrate-1     migrate     Exited (0) 2 minutes ago":      false,
			"coder-arm-7d4b9   0/1   CrashLoopBackOff   7 (2m ago)   12m":     true,
			"octollm-coder-arm-1   coder-arm   Up 2 minutes (healthy)":        false,
			"coder-arm   127.0.0.1:8102   4711   running   2m0s   1   exit 2": false,
		}},
		"killed": {"service-unavailable", "A process was killed", map[string]bool{
			"octollm-orchestrator-1   orchestrator   Exited (137) 2 minutes ago": true,
			"      Reason:       OOMKilled":                                      true,
			"      Exit Code:    137":                                            true,
			"octollm-orchestrator-1   orchestrator   Up 137 minutes":             false,
		}},
		"a refused port": {"service-unavailable", "A dependency does not answer", map[string]bool{
			"nc: connect to postgres (172.18.0.3) port 5432 (tcp) failed: Connection refused": true,
			"localhost:5432 - no response":                        true,
			"/var/run/postgresql:5432 - rejecting connections":    true,
			"/var/run/postgresql:5432 - accepting connections":    false,
			"Connection to postgres 5432 port [tcp/*] succeeded!": false,
			"PONG": false,
			"Could not connect to Redis at localhost:6379: ...": true,
			"nc: getaddrinfo: Name or service not known":        true,
		}},
		"a long transaction": {"database-connections", "A connection has been held", map[string]bool{
			" 211 | octollm | orchestrator | 10.0.0.4 | idle in transaction | 00:07:12.20139 | SELECT":  true,
			" 211 | octollm | orchestrator | 10.0.0.4 | idle in transaction | 1 day 02:00:01  | SELECT": true,
			" 211 | octollm | orchestrator | 10.0.0.4 | idle in transaction | 00:00:00.00139 | SELECT":  false,
			" 211 | octollm | orchestrator | 10.0.0.4 | idle                | 03:07:12.20139 | SELECT":  false,
		}},
		"rate limit": {"llm-api", "The provider limits the rate", map[string]bool{
			"ERROR llm call failed status=429 attempt=2":          true,
			"openai.RateLimitError: Rate limit reached for gpt-4": true,
			"INFO llm call completed tokens=429 seconds=1.2":      false,
			"INFO rate limiter started limit=50":                  false,
		}},
		"a wrong key": {"llm-api", "The provider does not accept the key", map[string]bool{
			"ERROR llm call failed status=401":   true,
			"Incorrect API key provided: sk-…":   true,
			"INFO llm call completed tokens=401": false,
		}},
		"no key": {"llm-api", "The orchestrator has no key", map[string]bool{"0": true, "1": true, "52": false, "401": false}},
		"evictions": {"cache", "Redis has thrown out entries", map[string]bool{
			"evicted_keys:1250\r": true, "evicted_keys:0\r": false, "evicted_keys:3\r": false, "expired_keys:1250\r": false,
		}},
		"keys that hold a time": {"cache", "Keys hold a time", map[string]bool{
			"task:task-17:1732523000": true, "answer:kim:2026-11-25T03:12": true, "used_memory:1712345678\r": false, "task:task-17": false, "llm:1732523000": false,
		}},
		"a young server": {"cache", "Redis started within", map[string]bool{
			"uptime_in_seconds:95": true, "uptime_in_seconds:1799": true, "uptime_in_seconds:1800": false, "uptime_in_seconds:86400": false,
		}},
		"a pending task": {"task-routing", "A task has been pending", map[string]bool{
			" pending   |     3 | 00:07:12.5": true, " pending   |     3 | 00:00:02.5": false, " completed | 512 | 09:07:12.5": false,
		}},
		"zero scores": {"task-routing", "Every arm was scored with zero", map[string]bool{
			"no arm found: all routing scores are zero": true, "routing task task_id=task-3 arm=coder-arm score=20": false,
		}},
		"a wrong shape": {"data-corruption", "Some entities have properties", map[string]bool{
			" array   |     3 | 2026-11-20": true, " object  |     8 | 2026-11-20": false,
		}},
		"a constraint": {"data-corruption", "A constraint was never checked", map[string]bool{
			" entities | entities_shape | c | f | CHECK ((goal <> ''::text))":   true,
			" entities | entities_shape | f | t | FOREIGN KEY (a) REFERENCES b": false,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pattern := findingRegex(t, tc.playbook, tc.say)
			for line, want := range tc.lines {
				if got := pattern.MatchString(line); got != want {
					t.Errorf("%q: found %v, want %v", line, got, want)
				}
			}
		})
	}
}

// findingRegex gives the pattern of the finding that begins with these words.
func findingRegex(t *testing.T, id, say string) *regexp.Regexp {
	t.Helper()
	for _, p := range shippedPlaybooks(t) {
		if p.ID != id {
			continue
		}
		for _, section := range p.Sections {
			for _, step := range section.Steps {
				for _, b := range step.Blocks {
					if b.Directive == nil || !strings.Contains(b.Directive.Body, "say: "+say) {
						continue
					}
					var body map[string]any
					if err := yaml.Unmarshal([]byte(b.Directive.Body), &body); err != nil {
						t.Fatal(err)
					}
					if pattern := firstRegex(body["when"]); pattern != "" {
						return regexp.MustCompile(pattern)
					}
				}
			}
		}
	}
	t.Fatalf("%s has no finding with a pattern that says %q", id, say)
	return nil
}

func firstRegex(test any) string {
	m, _ := test.(map[string]any)
	if pattern, found := m["regex"].(string); found {
		return pattern
	}
	for _, key := range []string{"any", "all"} {
		list, _ := m[key].([]any)
		for _, one := range list {
			if pattern := firstRegex(one); pattern != "" {
				return pattern
			}
		}
	}
	return ""
}
