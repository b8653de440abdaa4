package playbooks_test

import (
	"fmt"
	"log/slog"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/playbooks"
)

func TestCandidates(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	for name, front := range map[string]string{
		"memory-leaks.md": "title: Memory leaks\nalerts: [HighMemoryUsage]\nmatch: ['alertname=\"HighMemoryUsage\", container!=\"\"', 'alertname=\"HighMemoryUsage\", pod!=\"\"']",
		"resources.md":    "title: Resource exhaustion\nalerts: [HighCPUUsage, HighMemoryUsage]\nmatch: ['{alertname=HighMemoryUsage, container=\"\", pod=\"\"}']",
		"latency.md":      "title: High latency\nalerts: HighRequestLatency",
		"kube.md":         "title: Kubernetes in general\nalerts: ['Kube*']",
		"security.md":     "title: Security\nmatch: ['team=~\"sec.*\", severity=\"critical\"']",
		"broken.md":       "title: Broken\nmatch: ['team=~\"(\"']\nalerts: ['[']",
	} {
		files[name] = &fstest.MapFile{Data: []byte("---\n" + front + "\n---\nText.\n")}
	}
	c := playbooks.NewCatalogue(playbooks.Config{Files: files, Log: slog.New(slog.DiscardHandler)})
	if err := c.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		labels, annotations map[string]string
		want                []string
	}{
		"name": {labels: map[string]string{"alertname": "HighRequestLatency"}, want: []string{
			"latency 100: The alert HighRequestLatency is named in this playbook.",
		}},
		"two playbooks, a container": {labels: map[string]string{"alertname": "HighMemoryUsage", "container": "c", "instance": "i"}, want: []string{
			`memory-leaks 105: The alert HighMemoryUsage is named in this playbook, and the labels match alertname="HighMemoryUsage", container!="".`,
			"resources 100: The alert HighMemoryUsage is named in this playbook.",
		}},
		"two playbooks, an instance": {labels: map[string]string{"alertname": "HighMemoryUsage", "instance": "i"}, want: []string{
			`resources 105: The alert HighMemoryUsage is named in this playbook, and the labels match alertname="HighMemoryUsage", container="", pod="".`,
			"memory-leaks 100: The alert HighMemoryUsage is named in this playbook.",
		}},
		"glob": {labels: map[string]string{"alertname": "KubePodNotReady"}, want: []string{
			"kube 80: The alert KubePodNotReady matches Kube*.",
		}},
		"matchers": {labels: map[string]string{"alertname": "X", "team": "security", "severity": "critical"}, want: []string{
			`security 60: The labels match team=~"sec.*", severity="critical".`,
		}},
		"matchers are anchored": {labels: map[string]string{"team": "my-sec", "severity": "critical"}},
		"runbook link": {
			labels:      map[string]string{"alertname": "Slow"},
			annotations: map[string]string{"runbook_url": "https://wiki.example/runbooks/latency.md?x#"},
			want:        []string{"latency 90: The alert's runbook link points to this playbook."},
		},
		"words of the title": {
			labels:      map[string]string{"alertname": "ArmLatencyIsHigh"},
			annotations: map[string]string{"summary": "memory of the arm leaks"},
			want: []string{
				"latency 40: Its title shares “high” and “latency” with the alert.",
				"memory-leaks 40: Its title shares “memory” and “leaks” with the alert.",
			},
		},
		"one word is not enough": {labels: map[string]string{"alertname": "HighDiskUsage"}},
		"nothing":                {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, candidate := range c.Candidates(tc.labels, tc.annotations) {
				got = append(got, fmt.Sprintf("%s %d: %s", candidate.Playbook.ID, candidate.Score, candidate.Reason))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFrontMatterProblemsNameTheirLine(t *testing.T) {
	t.Parallel()
	for front, want := range map[string]playbooks.Problem{
		"title: [a]":                {Line: 2, Message: "title: text is expected"},
		"title: a\nlevel: 4":        {Line: 3, Message: "level: a number from 1 to 3 is expected"},
		"severity: high":            {Line: 2, Message: "severity: a number from 1 to 4 is expected"},
		"alerts:\n  - '['":          {Line: 2, Message: `alerts: "[" is not a glob`},
		"alerts: {a: b}":            {Line: 2, Message: "alerts: a list of texts is expected"},
		"match: ['a']":              {Line: 2, Message: `match: "a": a label name with =, !=, =~ or !~ is expected`},
		"match: ['1a=b']":           {Line: 2, Message: `match: "1a=b": "1a" is not a label name`},
		"match: ['a=\"b']":          {Line: 2, Message: `match: "a=\"b": the quoted value is not well formed`},
		"match: ['{a=b']":           {Line: 2, Message: `match: "{a=b": a closing brace is missing`},
		"match: ['a=\"b\" c=d']":    {Line: 2, Message: `match: "a=\"b\" c=d": a comma is expected before "c=d"`},
		"match: ['a!b']":            {Line: 2, Message: `match: "a!b": the sign ! needs a = or ~ behind it`},
		"match: ['a=~\"(\"']":       {Line: 2, Message: `match: "a=~\"(\"": "(" is not a regular expression`},
		"match: ['{}']":             {Line: 2, Message: `match: "{}": no matcher`},
		"owner: &a x\nreviewed: *a": {Line: 3, Message: "aliases are not read in front matter; a value that begins with * needs quotes"},
		"- a":                       {Line: 2, Message: "the front matter is not a list of keys and values"},
	} {
		want.Severe = true
		all := parse(t, "---\n"+front+"\n---\n# A\n")
		if diff := cmp.Diff([]playbooks.Problem{want}, all[0].Problems); diff != "" {
			t.Errorf("%q (-want +got):\n%s", front, diff)
		}
	}
	all := parse(t, "---\ntitle: \"T\"\ntags: [x]\nowner: o\nreviewed: 2026-11-01\nlevel: 2\nseverity: 1\nalerts: One\n---\n# A\n\n## Fix\n\nText.\n")
	p := all[0]
	got := fmt.Sprintf("%s|%s|%s|%d|%d|%v|L%d|%v", p.Title, p.Owner, p.Reviewed, p.Level, p.Severity, p.Alerts, p.Sections[0].Steps[0].Line, p.Problems)
	if want := "T|o|2026-11-01|2|1|[One]|L12|[]"; got != want {
		t.Errorf("front matter = %s, want %s", got, want)
	}
}
