package playbooks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
)

func TestParseReadsTheRunbooksThatTeamsHave(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ source, want string }{
		"prometheus-operator": {source: `# KubePodCrashLooping

## Meaning

A pod restarts again and again.

## Impact

Service degradation.

## Diagnosis

- Check the pod with ~kubectl describe pod -n $NAMESPACE $POD~.
- Check the logs: ~kubectl logs -n $NAMESPACE $POD~.
- Use ~kubectl~ with care.

Also look at the dashboard.

## Mitigation

Talk with the developers.
`, want: `# KubePodCrashLooping (alerts-example)
alerts KubePodCrashLooping
symptoms: Meaning
  > A pod restarts again and again.
impact: Impact
  > Service degradation.
diagnosis: Diagnosis
  1. Check the pod with kubectl describe pod -n $NAMESPACE $POD [diagnosis-check-the-pod-with-kubectl-describe-pod-n-namespace-pod] L13
     $ kubectl describe pod -n $NAMESPACE $POD (kubernetes L13)
  2. Check the logs [diagnosis-check-the-logs] L14
     $ kubectl logs -n $NAMESPACE $POD (kubernetes L14)
     > - Use ~kubectl~ with care.⏎⏎Also look at the dashboard.
resolution: Mitigation
  1. Mitigation [mitigation] L19 (manual)
     > Talk with the developers.
`},
		"bold steps, sections below the playbook's heading": {source: `## Database connection issues

### Symptoms

- Alert: ~PostgreSQLDown~ or ~HighDatabaseConnections~

### Investigation Steps

**Step 1: Verify the database is running**

~~~bash
# Check database status
docker compose ps postgres
~~~

**Step 2: Check limits**

~~~sql
-- Check current connections
docker compose exec postgres psql -U octollm -c "SELECT 1"
~~~

### Remediation Actions

**Scenario A: Connection pool exhausted**

~~~python
pool_size = 20
~~~

**Scenario B: Too many connections**

~~~sql
-- Close idle ones
SELECT pg_terminate_backend(pid)
  FROM pg_stat_activity WHERE state = 'idle; really';
ANALYZE tasks;
~~~

**Note:** this disconnects people.
`, want: `# Database connection issues (alerts-example)
alerts PostgreSQLDown HighDatabaseConnections
symptoms: Symptoms
  > - Alert: ~PostgreSQLDown~ or ~HighDatabaseConnections~
diagnosis: Investigation Steps
  1. Verify the database is running [diagnosis-verify-the-database-is-running] L9
     $ docker compose ps postgres  # Check database status (docker L13)
  2. Check limits [diagnosis-check-limits] L16
     $ docker compose exec postgres psql -U octollm -c "SELECT 1"  # Check current connections (docker L20)
resolution: Remediation Actions
  1. Scenario A: Connection pool exhausted [resolution-connection-pool-exhausted] L25 (manual)
     referencepython pool_size = 20 (any L28)
  2. Scenario B: Too many connections [resolution-too-many-connections] L31
     sql SELECT pg_terminate_backend(pid)⏎  FROM pg_stat_activity WHERE state = 'idle; really';  # Close idle ones (any L35)
     sql ANALYZE tasks; (any L37)
     > **Note:** this disconnects people.
`},
		"numbered list with fences": {source: `# Restart

## Fix

1. Tell the team.
2. Restart it:

   ~~~sh
   kubectl rollout restart deployment <service>
   ~~~

   Wait a minute.
3. Look [again](x).
`, want: `# Restart (alerts-example)
resolution: Fix
  1. Tell the team [resolution-tell-the-team] L5 (manual)
  2. Restart it [resolution-restart-it] L6
     $ kubectl rollout restart deployment <service> (kubernetes L9)
     > Wait a minute.
  3. Look again [resolution-look-again] L13 (manual)
     > Look [again](x).
`},
		"list items that say only to run it": {source: `# Look

## Checks

- Command: ~uname -a~
  - Output: <paste>
- Run the following ~df~ command:

  ~~~sh
  # Free space
  df -h
  ~~~
- Run it as root: ~free -m~
`, want: `# Look (alerts-example)
diagnosis: Checks
  1. uname -a [diagnosis-uname-a] L5
     $ uname -a (any L5)
     > - Output: <paste>
  2. Free space [diagnosis-free-space] L7
     $ df -h  # Free space (local L11)
  3. Run it as root [diagnosis-run-it-as-root] L13
     $ free -m (local L13)
`},
		"notes without any convention": {source: `How I got the queue moving again.

Check it:

    kubectl get pods

## And then

~~~
curl -s http://localhost:8000/health
~~~

~~~
just some output
~~~
`, want: `# Example (alerts-example)
other: 
  1. Example [example] L1
     > How I got the queue moving again.⏎⏎Check it:
     $ kubectl get pods (kubernetes L5)
other: And then
  1. And then [and-then] L7
     $ curl -s http://localhost:8000/health (any L10)
     reference just some output (any L14)
`},
		"headings that group others": {source: `# Slow

## Troubleshooting

### Database

#### Check locks

~~~sql
SELECT 1
~~~

### Network

Look at ~kubectl get pods~ first.

#### From the pod

~~~console
$ kubectl get svc
NAME   TYPE
~~~

## Follow-up

### Review

Write it down.
`, want: `# Slow (alerts-example)
diagnosis: Troubleshooting
  1. Database: Check locks [diagnosis-database-check-locks] L7
     sql SELECT 1 (any L10)
  2. Network [diagnosis-network] L13
     > Look at ~kubectl get pods~ first.
     $ kubectl get pods (kubernetes L15)
  3. From the pod [diagnosis-network-from-the-pod] L17
     $ kubectl get svc (kubernetes L20)
prevention: Follow-up
  > **Review**⏎⏎Write it down.
`},
		"a document named like a section": {source: `# Troubleshooting

## Symptoms

Slow.

## Fix

Restart.
`, want: `# Troubleshooting (alerts-example)
symptoms: Symptoms
  > Slow.
resolution: Fix
  1. Fix [fix] L7 (manual)
     > Restart.
`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := parse(t, ticks(tc.source))
			if len(all) != 1 {
				t.Fatalf("got %d playbooks, want 1", len(all))
			}
			if diff := cmp.Diff(ticks(tc.want), outline(all[0])); diff != "" {
				t.Errorf("outline (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseKnowsSectionsByManyNames(t *testing.T) {
	t.Parallel()
	for heading, want := range map[string]string{
		"## Symptoms": playbooks.Symptoms, "#### 🔍 Investigation Steps": playbooks.Diagnosis, "## 3. Remediation:": playbooks.Resolution,
		"###### **Follow-up**": playbooks.Prevention, "## Diagnosis and mitigation": playbooks.Diagnosis, "## `Verify`": playbooks.Verification,
		"## When to escalate": playbooks.Escalation, "## IMPACT": playbooks.Impact, "## How to fix": playbooks.Resolution,
		"## Investigating problems": playbooks.Diagnosis, "## Fixing issues with the cluster": playbooks.Resolution, "## Quick Check": playbooks.Diagnosis,
		"**Remediation recommendations:**": playbooks.Resolution, "### Current fix": playbooks.Resolution, "How to **investigate**:": playbooks.Diagnosis,
		"Diagnosis\n- look": playbooks.Diagnosis, "To recover:\n\n1. restart": playbooks.Resolution, "Signals:\n~~~\nx\n~~~": playbooks.Symptoms,
		"Diagnosis": playbooks.Other, "diagnosis\n- look": playbooks.Other, "Diagnosis: the\n- look": playbooks.Other,
		"## 2. Diagnóstico": playbooks.Diagnosis, "## Lösung": playbooks.Resolution, "## Mitigação": playbooks.Resolution, "## 🚨 **EMERGENCY PROCEDURES**": playbooks.Resolution,
		"## Fixing a tyre": playbooks.Other, "## Fix issues upstream": playbooks.Other, "How to live:": playbooks.Other,
		"## Fixed in version 3": playbooks.Other, "## Diagnosis and other stories": playbooks.Other, "## 42": playbooks.Other,
	} {
		p := parse(t, "# Title\n\n"+heading+"\n\nText.\n")[0]
		if len(p.Sections) != 1 || p.Sections[0].Kind != want {
			t.Errorf("%s is %+v, want %s", heading, p.Sections, want)
		}
	}
}

// ticks lets raw strings hold backticks.
func ticks(text string) string { return strings.ReplaceAll(text, "~", "`") }

func TestParseFindsSeveralPlaybooksInOneFile(t *testing.T) {
	t.Parallel()
	all := parse(t, ticks(`# Troubleshooting Playbooks

Purpose: everything.

## Table of contents

- one

## 1. Service Unavailable

### Symptoms

- Alert: ~ServiceDown~

### Resolution

**Scenario A: Crashed**

~~~sh
docker compose ps
~~~

## 2. High Latency

### Symptoms

Slow.

### Diagnosis

~~~sh
docker stats
~~~

## Quick Reference

~~~sh
docker compose ps
~~~
`))
	var got strings.Builder
	for _, p := range all {
		got.WriteString(outline(p))
	}
	want := `# Service Unavailable (alerts-example-service-unavailable)
alerts ServiceDown
symptoms: Symptoms
  > - Alert: ~ServiceDown~
resolution: Resolution
  1. Scenario A: Crashed [resolution-crashed] L17
     $ docker compose ps (docker L20)
# High Latency (alerts-example-high-latency)
symptoms: Symptoms
  > Slow.
diagnosis: Diagnosis
  1. Diagnosis [diagnosis] L29
     $ docker stats (docker L32)
# Quick Reference (alerts-example-quick-reference)
other: 
  1. Quick Reference [quick-reference] L35
     $ docker compose ps (docker L38)
`
	if diff := cmp.Diff(ticks(want), got.String()); diff != "" {
		t.Errorf("outlines (-want +got):\n%s", diff)
	}
}

func TestParseKeepsStepIdentityOverRevisions(t *testing.T) {
	t.Parallel()
	before := parse(t, ticks("# A\n\n## Diagnosis\n\n### Step 1: Check pods\n\n~~~sh\nkubectl get pods\n~~~\n\n### Step 2: Renamed later {#logs}\n\nText.\n"))
	after := parse(t, ticks("# A\n\n## Investigation\n\n### Step 1: Breathe\n\nText.\n\n### Step 2: Check pods\n\n~~~sh\nkubectl get pods\n~~~\n\n### Step 3: Read the logs {#logs}\n\nText.\n"))
	for _, id := range []string{"diagnosis-check-pods", "logs"} {
		if _, found := before[0].Step(id); !found {
			t.Errorf("before the edit there is no step %s", id)
		}
		if _, found := after[0].Step(id); !found {
			t.Errorf("after the edit there is no step %s", id)
		}
	}
}

func TestParseReadsFenceAttributes(t *testing.T) {
	t.Parallel()
	all := parse(t, ticks("# A\n\n## Diagnosis\n\n~~~sh {id=pods platform=kubernetes timeout=30s risk=change}\necho one\necho two\n~~~\n\n~~~sh {platform=mars, timeout=\"9 days\" risk=none foo}\necho three\n~~~\n"))
	step, found := all[0].Step("pods")
	if !found {
		t.Fatalf("no step pods in\n%s", outline(all[0]))
	}
	var got []string
	for _, b := range step.Blocks {
		raise := ""
		if b.Command.Raise != nil {
			raise = b.Command.Raise.String()
		}
		got = append(got, strings.Join([]string{b.Command.ID, b.Command.Text, string(b.Command.Platform), b.Command.Timeout.String(), raise}, " "))
	}
	want := []string{"pods echo one kubernetes 30s change", "pods-2 echo two kubernetes 30s change", "pods-c3 echo three any 0s "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	wantProblems := []playbooks.Problem{
		{Line: 10, Message: `"foo" is not an attribute; write key=value`},
		{Line: 10, Message: "platform=mars: docker, kubernetes, local or any is expected"},
		{Line: 10, Message: "risk=none: read, change or destroy is expected"},
		{Line: 10, Message: "timeout=9 days: a time like 30s or 5m, at most 1h, is expected"},
	}
	if diff := cmp.Diff(wantProblems, all[0].Problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestParseKeepsDirectivesOutOfTheText(t *testing.T) {
	t.Parallel()
	all := parse(t, ticks("# A\n\n## Symptoms\n\nSlow.\n\n~~~probe\nname: It answers\nhttp: http://x\n~~~\n\n## Fix\n\n~~~sh\nkubectl get pods\n~~~\n\n~~~verify\n- [\n~~~\n"))
	p := all[0]
	if got := p.Sections[0]; got.Text != "Slow." || len(got.Directives) != 1 || got.Directives[0].Name != "probe" {
		t.Errorf("symptoms = %+v", got)
	}
	if got := p.Sections[1].Steps[0].Blocks[1].Directive; got == nil || got.Name != "verify" {
		t.Errorf("the resolution has no verify directive: %s", outline(p))
	}
	if len(p.Problems) != 1 || p.Problems[0].Line != 19 || !p.Problems[0].Severe {
		t.Errorf("problems = %+v", p.Problems)
	}
}

func TestParseFindsAlertsOfRules(t *testing.T) {
	t.Parallel()
	all := parse(t, ticks("# Disk is full\n\n~~~yaml\n- alert: \"DiskSpaceLow\"\n  expr: up\n~~~\n\n**Alert:** ~DiskFull~, ~NodeDiskFull~\n"))
	if diff := cmp.Diff([]string{"DiskSpaceLow", "DiskFull", "NodeDiskFull"}, all[0].Alerts); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
}

// A definition at the foot of the file reaches every piece that is rendered alone.
func TestParseBringsLinkDefinitionsAlong(t *testing.T) {
	t.Parallel()
	all := parse(t, "# A\n\n## Symptoms\n\nSee [the wiki][Wiki].\n\n## Fix\n\nFirst [wiki].\n\nThen nothing.\n\n[wiki]: https://wiki.example/a\n")
	for i, text := range []string{all[0].Sections[0].Text, all[0].Sections[1].Steps[0].Blocks[0].Text} {
		if got := playbooks.HTML(text); strings.Count(got, `<a href="https://wiki.example/a"`) != 1 || strings.Contains(got, "[") {
			t.Errorf("section %d: %s", i, got)
		}
	}
}

func TestParseRefusesOnlyWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	if _, err := playbooks.Parse("x.md", strings.Repeat("x", playbooks.MaxSource+1)); errs.KindOf(err) != errs.TooLarge {
		t.Errorf("err = %v, want too large", err)
	}
	for name, source := range map[string]string{
		"empty": "", "binary": "\x00\xff\xfe", "open fence": "# A\n\n```sh\nkubectl get pods\n",
		"deep quotes": strings.Repeat("> ", 5000) + "x", "deep list": strings.Repeat("- ", 5000) + "x",
	} {
		all, err := playbooks.Parse("x.md", source)
		if err != nil || len(all) != 1 {
			t.Errorf("%s: %d playbooks, err %v", name, len(all), err)
			continue
		}
		if problems := all[0].Problems; len(problems) != 1 || !problems[0].Severe {
			t.Errorf("%s: problems = %+v, want one severe", name, problems)
		}
	}
}
