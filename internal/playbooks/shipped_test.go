package playbooks_test

import (
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
	shipped "wardroom/playbooks"
)

// An environment as the demo's file describes it: its own program with its verbs.
func policy(platform shell.Platform) shell.Policy {
	p := shell.Policy{Platform: platform, Namespaces: []string{"octollm"}}
	host := map[shell.Platform][]string{shell.Docker: {"docker"}, shell.Local: {"ps", "free", "df"}}
	for _, name := range host[platform] {
		p.Programs = append(p.Programs, shell.HostProgram{Name: name, Path: "/usr/bin/" + name})
	}
	if platform == shell.Local {
		p.Programs = append(p.Programs, shell.HostProgram{
			Name: "octollm", Path: "/opt/octollm",
			Verbs: map[string]shell.Risk{"ps": shell.Read, "logs": shell.Read, "restart": shell.Change},
		})
	}
	return p
}

func shippedPlaybooks(t *testing.T) []playbooks.Playbook {
	t.Helper()
	names, err := fs.Glob(shipped.Files, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []playbooks.Playbook
	for _, name := range names {
		if name == "README.md" {
			continue
		}
		source, readErr := fs.ReadFile(shipped.Files, name)
		if readErr != nil {
			t.Fatal(readErr)
		}
		some, parseErr := playbooks.Parse(name, string(source))
		if parseErr != nil {
			t.Fatal(parseErr)
		}
		all = append(all, some...)
	}
	return all
}

// The blanks that shipped commands may have: a word in angle brackets that is not
// here is one that nobody meant as a blank.
var blanks = []string{
	"service", "pod-name", "node-name", "task-id", "dependency", "old-policy", "bytes", "entry", "replicas", "revision",
}

// eachCommand calls check for what a responder of each playbook may run.
func eachCommand(t *testing.T, check func(p *playbooks.Playbook, step *playbooks.Step, c *playbooks.Command)) {
	t.Helper()
	all := shippedPlaybooks(t)
	for i := range all {
		for j := range all[i].Sections {
			steps := all[i].Sections[j].Steps
			for k := range steps {
				for _, b := range steps[k].Blocks {
					if b.Command != nil && b.Command.Runnable() {
						check(&all[i], &steps[k], b.Command)
					}
				}
			}
		}
	}
}

// Every command that ships can be run where it belongs, says what it is for, and
// every step that changes something says how to undo it.
func TestShippedPlaybooksRun(t *testing.T) {
	t.Parallel()
	for _, p := range shippedPlaybooks(t) {
		if len(p.Problems) > 0 {
			t.Errorf("%s: problems %+v", p.ID, p.Problems)
		}
	}
	eachCommand(t, func(p *playbooks.Playbook, step *playbooks.Step, c *playbooks.Command) {
		if c.Kind != playbooks.Shell {
			if c.Kind != playbooks.PromQL || c.Caption == "" {
				t.Errorf("%s:%d: only shell commands and PromQL with a caption ship, not %s", p.Path, c.Line, c.Kind)
			}
			return
		}
		a := policy(c.Platform).Analyse(c.Text)
		if a.Risk > shell.Destroy || len(a.Problems) > 0 || !a.Runnable || a.Refused != "" {
			t.Errorf("%s:%d: %s is %s (%s) on %s, refused %q, problems %v", p.Path, c.Line, c.Text, a.Risk, a.Why, c.Platform, a.Refused, a.Problems)
		}
		if c.Caption == "" {
			t.Errorf("%s:%d: %s has no caption", p.Path, c.Line, c.Text)
		}
		if !slices.Contains([]shell.Platform{shell.Docker, shell.Kubernetes, shell.Local, shell.Any}, c.Platform) || a.Platform != shell.Any && a.Platform != c.Platform {
			t.Errorf("%s:%d: %s stands under %s and is for %s", p.Path, c.Line, c.Text, c.Platform, a.Platform)
		}
		for _, param := range a.Params {
			if !slices.Contains(blanks, param.Name) {
				t.Errorf("%s:%d: %s has the blank %s, which nobody knows", p.Path, c.Line, c.Text, param.Text)
			}
		}
		if a.Risk >= shell.Change && !strings.Contains(step.Text, "*Undo:*") {
			t.Errorf("%s:%d: step %s changes something and has no undo line", p.Path, step.Line, step.ID)
		}
	})
}

// What loses data is what we meant to lose it, and nothing is milder than it looks.
func TestShippedCommandsThatDestroy(t *testing.T) {
	t.Parallel()
	var got []string
	eachCommand(t, func(p *playbooks.Playbook, step *playbooks.Step, c *playbooks.Command) {
		if c.Platform == shell.Docker && policy(c.Platform).Analyse(c.Text).Risk == shell.Destroy {
			got = append(got, p.ID+": "+step.Title)
		}
	})
	slices.Sort(got)
	want := []string{
		"data-corruption: Scenario A: Orphaned relationships",
		"data-corruption: Scenario B: Properties that are no object",
		"data-corruption: Scenario B: Properties that are no object", // and its undo
		"emergency: Clear the cache, if it is the trouble",
		"resource-exhaustion: Clear the cache",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("destroying commands for Docker (-want +got):\n%s", diff)
	}
}

// Where escalation starts and which alerts open a playbook are the product's words.
func TestShippedPlaybooksAreTheTwelve(t *testing.T) {
	t.Parallel()
	type head struct {
		Title    string
		Level    int
		Severity int
		Alerts   []string
	}
	got := map[string]head{}
	for _, p := range shippedPlaybooks(t) {
		got[p.ID] = head{p.Title, p.Level, p.Severity, p.Alerts}
		if p.Owner == "" || p.Reviewed == "" {
			t.Errorf("%s: owner %q, reviewed %q", p.ID, p.Owner, p.Reviewed)
		}
	}
	want := map[string]head{
		"service-unavailable":  {"Service unavailable", 1, 2, []string{"ServiceDown", "ArmDown"}},
		"high-latency":         {"High latency", 1, 3, []string{"HighRequestLatency"}},
		"database-connections": {"Database connection issues", 1, 2, []string{"PostgreSQLDown", "HighDatabaseConnections"}},
		"memory-leaks":         {"Memory leaks", 2, 3, []string{"HighMemoryUsage"}},
		"task-routing":         {"Task routing failures", 1, 3, nil},
		"llm-api":              {"LLM API failures", 1, 3, []string{"HighLLMAPIErrorRate"}},
		"cache":                {"Cache performance issues", 1, 0, []string{"CacheMissRate"}},
		"resource-exhaustion":  {"Resource exhaustion", 2, 0, []string{"HighCPUUsage", "HighMemoryUsage", "DiskSpaceLow"}},
		"security":             {"Security violations", 3, 2, []string{"SecurityViolationDetected"}},
		"data-corruption":      {"Data corruption", 2, 2, nil},
		"quick-reference":      {"Quick reference", 0, 0, nil},
		"emergency":            {"Emergency procedures", 3, 1, nil},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("shipped playbooks (-want +got):\n%s", diff)
	}
}

func TestShippedCandidates(t *testing.T) {
	t.Parallel()
	c := playbooks.NewCatalogue(playbooks.Config{Shipped: shipped.Files, Log: slog.New(slog.DiscardHandler)})
	if err := c.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		labels map[string]string
		want   []string
	}{
		"an arm":                   {map[string]string{"alertname": "ArmDown", "service": "coder-arm", "instance": "i"}, []string{"service-unavailable"}},
		"the orchestrator":         {map[string]string{"alertname": "ServiceDown", "service": "orchestrator"}, []string{"service-unavailable"}},
		"latency":                  {map[string]string{"alertname": "HighRequestLatency"}, []string{"high-latency"}},
		"PostgreSQL":               {map[string]string{"alertname": "PostgreSQLDown"}, []string{"database-connections"}},
		"connections":              {map[string]string{"alertname": "HighDatabaseConnections"}, []string{"database-connections"}},
		"memory of a container":    {map[string]string{"alertname": "HighMemoryUsage", "container": "c", "instance": "i"}, []string{"memory-leaks", "resource-exhaustion"}},
		"memory of a pod":          {map[string]string{"alertname": "HighMemoryUsage", "pod": "p", "node": "n"}, []string{"memory-leaks", "resource-exhaustion"}},
		"memory of a service":      {map[string]string{"alertname": "HighMemoryUsage", "service": "s", "instance": "i"}, []string{"memory-leaks", "resource-exhaustion"}},
		"memory of an instance":    {map[string]string{"alertname": "HighMemoryUsage", "instance": "i"}, []string{"resource-exhaustion", "memory-leaks"}},
		"memory of a node":         {map[string]string{"alertname": "HighMemoryUsage", "node": "n"}, []string{"resource-exhaustion", "memory-leaks"}},
		"memory, the exporter pod": {map[string]string{"alertname": "HighMemoryUsage", "instance": "i", "pod": "e", "job": "node-exporter"}, []string{"resource-exhaustion", "memory-leaks"}},
		"LLM API":                  {map[string]string{"alertname": "HighLLMAPIErrorRate"}, []string{"llm-api"}},
		"cache":                    {map[string]string{"alertname": "CacheMissRate"}, []string{"cache"}},
		"CPU":                      {map[string]string{"alertname": "HighCPUUsage"}, []string{"resource-exhaustion"}},
		"disk":                     {map[string]string{"alertname": "DiskSpaceLow"}, []string{"resource-exhaustion"}},
		"security":                 {map[string]string{"alertname": "SecurityViolationDetected"}, []string{"security"}},
		"something else":           {map[string]string{"alertname": "CertificateExpires"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, candidate := range c.Candidates(tc.labels, nil) {
				got = append(got, candidate.Playbook.ID)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
		})
	}
}

// What people say is wrong leads to the playbook for it, and to none that an incident would open without being sure.
func TestShippedPlaybooksForWords(t *testing.T) {
	t.Parallel()
	c := playbooks.NewCatalogue(playbooks.Config{Shipped: shipped.Files, Log: slog.New(slog.DiscardHandler)})
	if err := c.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]struct {
		found []string
		first string // of those that only come near
	}{
		"Postgres has too many connections":         {found: []string{"database-connections"}, first: "service-unavailable"},
		"Redis memory usage high, cache evictions":  {first: "cache"},
		"disk space low":                            {found: []string{"resource-exhaustion"}},
		"the site is slow":                          {first: "high-latency"},
		"rows were corrupted":                       {first: "data-corruption"},
		"kafka consumers lag behind":                {},
		"high error rate":                           {},
		"the certificate of the load balancer ends": {first: "-"},
	} {
		found, near := c.Matches(nil, map[string]string{"summary": text})
		var ids []string
		for _, candidate := range found {
			ids = append(ids, candidate.Playbook.ID)
		}
		if diff := cmp.Diff(want.found, ids); diff != "" {
			t.Errorf("%q finds (-want +got):\n%s", text, diff)
		}
		if len(found)+len(near) > 3 || want.first == "" && want.found == nil && len(near) > 0 || want.first != "" && want.first != "-" && (len(near) == 0 || near[0].Playbook.ID != want.first) {
			t.Errorf("%q: near are %v, want %q first", text, near, want.first)
		}
		for _, candidate := range near {
			if candidate.Confident() || candidate.Score >= 20 {
				t.Errorf("%q: %s is certain", text, candidate.Playbook.ID)
			}
		}
	}
	if _, near := c.Matches(map[string]string{"alertname": "ServiceDown"}, nil); len(near) > 0 {
		t.Errorf("beside the one that is named for it: %v", near)
	}
}

func TestServiceUnavailableCoversEveryPlatform(t *testing.T) {
	t.Parallel()
	all := shippedPlaybooks(t)
	i := slices.IndexFunc(all, func(p playbooks.Playbook) bool { return p.ID == "service-unavailable" })
	if i < 0 {
		t.Fatal("it does not ship")
	}
	p := all[i]
	if p.Level != 1 || !slices.Equal(p.Alerts, []string{"ServiceDown", "ArmDown"}) {
		t.Errorf("level %d, alerts %v", p.Level, p.Alerts)
	}
	for _, id := range []string{
		"diagnosis-check-service-status", "diagnosis-check-the-health-endpoints", "diagnosis-check-the-logs",
		"diagnosis-check-resource-usage", "diagnosis-check-dependencies", "resolution-container-crashed",
		"resolution-out-of-memory-apply-the-higher-limit", "resolution-database-connection-failure", "resolution-configuration-error",
	} {
		step, found := p.Step(id)
		if !found {
			t.Errorf("no step %s", id)
			continue
		}
		for _, platform := range []shell.Platform{shell.Docker, shell.Kubernetes, shell.Local} {
			if !slices.ContainsFunc(step.Blocks, func(b playbooks.Block) bool { return b.Command != nil && b.Command.Platform == platform }) {
				t.Errorf("step %s has no command for %s", id, platform)
			}
		}
	}
	restart, _ := p.Step("resolution-container-crashed")
	for _, b := range restart.Blocks {
		if b.Command == nil || b.Command.Text != "octollm restart <service>" {
			continue
		}
		if a := policy(shell.Local).Analyse(b.Command.Text); a.Risk != shell.Change || len(a.Params) != 1 || a.Params[0].Label != "service" {
			t.Errorf("octollm restart <service>: %+v", a)
		}
	}
	for id, manual := range map[string]bool{"resolution-out-of-memory-set-a-higher-limit-in-env": true, "resolution-configuration-error-correct-the-setting": true} {
		if step, found := p.Step(id); !found || step.Manual != manual {
			t.Errorf("step %s: found %v, want it to be manual", id, found)
		}
	}
}
