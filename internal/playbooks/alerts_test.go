package playbooks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseFindsAlerts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		source string
		want   []string
	}{
		"in a fence":         {"# A\n\n## Alert definition\n\n~~~\nAlert: API_SERVICE_DOWN\nSeverity: Critical\n~~~\n", []string{"API_SERVICE_DOWN"}},
		"triggered":          {"# A\n\n## Symptoms\n\n- Alert triggered: ~KafkaLagHigh~\n- Alertname: ~LagHigh~\n", []string{"KafkaLagHigh", "LagHigh"}},
		"an identity":        {"# PagerDuty Alert ID: etcdInsufficientMembers\n\n## Fix\n\nWait.\n", []string{"etcdInsufficientMembers"}},
		"a runbook's title":  {"# Runbook: DiskFull\n", []string{"DiskFull"}},
		"lines of their own": {"# A\n\n**Alert**: NodeDown, NODE_GONE\n**Tool**: PagerDuty NODE_EXPORTER\n", []string{"NodeDown", "NODE_GONE"}},
		"a list": {
			"# A\n\n**Alerts:**\n\n- ~NodeDown~: the node\n- DISK_FULL\n- nothing\n\n## Fix\n\n- GitHub\n",
			[]string{"NodeDown", "DISK_FULL"},
		},
		"a heading over a list": {"# A\n\n## Alerts\n\n- NodeDown\n\nNotes:\n\n- JavaScript\n", []string{"NodeDown"}},
		"a table": {
			"# A\n\n## Symptoms\n\n| Severity | Alert |\n|---|---|\n| high | ~NodeDown~ |\n| HighLoad | SLOW_DISK |\n",
			[]string{"NodeDown", "SLOW_DISK"},
		},
		"a table of facts":  {"# A\n\n| Field | Value |\n|---|---|\n| **Alert Name(s)** | ~NodeDown~, ~DISK_FULL~ |\n| Tool | PagerDuty |\n", []string{"NodeDown", "DISK_FULL"}},
		"prose":             {"# A\n\n## Alert: RabbitMQ is slow\n\nAlert: PostgreSQL has SLOW_QUERIES\n\nRelated alerts: NodeDown\n", nil},
		"an index by links": {"# A\n\n| Alert | File |\n|---|---|\n| NodeDown | [a](node.md) |\n", nil},
		"an index by names": {"# A\n\n| Alert | Runbook |\n|---|---|\n| NodeDown | node |\n", nil},
		"a table elsewhere": {"# A\n\n## Fix\n\n| Alert | Do |\n|---|---|\n| NodeDown | wait |\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := parse(t, ticks(tc.source))
			if diff := cmp.Diff(tc.want, all[0].Alerts); diff != "" || len(all) != 1 {
				t.Errorf("%d playbooks, alerts (-want +got):\n%s", len(all), diff)
			}
		})
	}
}

// Headings that are alerts' names are playbooks, with the parts that a sentence opens.
func TestParseSplitsAFileAtItsAlerts(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, p := range parse(t, ticks(`# Mimir runbooks

## Alerts

### MimirRulersMissedEvaluations

It fires when rules are late.

How it **works**:

- The ruler evaluates rules.

How to **investigate**:

- Look.

How to **fix** it:

- Wait.

### Alert: MIMIR_DOWN

Restart it.

## Without a ruler

~~~sh
kubectl get pods
~~~
`)) {
		got.WriteString(outline(p))
	}
	want := `# MimirRulersMissedEvaluations (alerts-example-mimirrulersmissedevaluations)
alerts MimirRulersMissedEvaluations
other: 
  > It fires when rules are late.⏎⏎How it **works**:⏎⏎- The ruler evaluates rules.
diagnosis: How to investigate
  1. How to investigate [how-to-investigate] L13 (manual)
     > - Look.
resolution: How to fix it
  1. How to fix it [how-to-fix-it] L17 (manual)
     > - Wait.
# Alert: MIMIR_DOWN (alerts-example-alert-mimir-down)
alerts MIMIR_DOWN
other: 
  > Restart it.
# Without a ruler (alerts-example-without-a-ruler)
other: 
  1. Without a ruler [without-a-ruler] L25
     $ kubectl get pods (kubernetes L28)
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
	for _, source := range []string{
		"# Services\n\n## PostgreSQL\n\nA.\n\n## RabbitMQ\n\nB.\n", "# Pods\n\n## CrashLoopBackOff\n\nA.\n\n## ImagePullBackOff\n\nB.\n",
		"# A\n\n## NodeDown\n\nA.\n\n## B\n\nB.\n\n## C\n\nC.\n",
	} {
		if all := parse(t, source); len(all) != 1 {
			t.Errorf("%q: %d playbooks", source, len(all))
		}
	}
}

// What stands below one heading keeps its order, though sections of another kind stand between.
func TestParseKeepsTheOrderOfNestedSections(t *testing.T) {
	t.Parallel()
	all := parse(t, ticks(`# Monitors

## Investigation

### The operator hangs

Look.

### Solution

Restart it.

### A pod fails

~~~sh
kubectl get pods
~~~

#### Fix

Delete it.

## Common alerts

### Alert: "Errors"

**Impact**:
- Users see errors.

**Quick Check**:

~~~sh
df -h
~~~
`))
	want := `# Monitors (alerts-example)
diagnosis: Investigation
  1. The operator hangs [diagnosis-the-operator-hangs] L5 (manual)
     > Look.
resolution: Solution
  1. Solution [solution] L9 (manual)
     > Restart it.
diagnosis: Investigation
  2. A pod fails [diagnosis-a-pod-fails] L13
     $ kubectl get pods (kubernetes L16)
resolution: A pod fails: Fix
  1. A pod fails: Fix [a-pod-fails-fix] L19 (manual)
     > Delete it.
other: Common alerts
impact: Alert: "Errors": Impact
  > - Users see errors.
diagnosis: Alert: "Errors": Quick Check
  1. Alert: "Errors": Quick Check [alert-errors-quick-check] L30
     $ df -h (local L33)
`
	if diff := cmp.Diff(want, outline(all[0])); diff != "" {
		t.Error(diff)
	}
}

// What a section is for shows in its commands where its name does not say.
func TestParseJudgesFirstActionsByTheirCommands(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"# A\n\n## Immediate actions\n\n~~~sh\ndf -h\n~~~\n":                                "diagnosis",
		"# A\n\n## Immediate actions\n\n~~~sh\ndf -h\nsystemctl restart x\n~~~\n":           "resolution",
		"# A\n\n## Immediate actions\n\nCall somebody.\n":                                   "resolution",
		"# A\n\n## Playbook\n\n1. Describe the pod.\n\n## Diagnosis\n\nIt has no memory.\n": "diagnosis",
		"# A\n\n## Playbook\n\n1. Restart the pod.\n":                                       "resolution",
		"# A\n\n## Actions\n\n~~~sh\ndf -h\n~~~\n":                                          "resolution",
	} {
		if got := parse(t, ticks(source))[0].Sections[0].Kind; got != want {
			t.Errorf("%q: %s, want %s", source, got, want)
		}
	}
}
