package diagnostics_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/shell"
)

// succeed runs the n-th command to its good end.
func (d *desk) succeed(t *testing.T, n int) diagnostics.Run {
	t.Helper()
	run := d.end(t, d.start(t, n))
	if run.State != diagnostics.Succeeded {
		t.Fatalf("command %d: %+v", n, run)
	}
	return run
}

// Whatever commands make of an alert's label, it stays the alert's.
func TestNoDetourBringsALabelIntoAChange(t *testing.T) {
	t.Parallel()
	for name, commands := range map[string][]string{
		"cut":          {`X=<pod>`, `Y=${X#q}`, `helper change $Y`},
		"cut later":    {`X=<pod>`, `helper change ${X#q}`},
		"one letter":   {`X=<pod>`, `helper change $X`},
		"upper case":   {`TARGET=<pod>`, `helper change $TARGET`},
		"lower case":   {`target=<pod>`, `helper change "$target"`},
		"expansion":    {`V=<pod>`, `helper change ${V#q}`},
		"default":      {`V=<pod>`, `helper change ${W:-$V}`},
		"calculation":  {`n=$(helper say <pod> | wc -c)`, `helper change $((n+1))`},
		"substitution": {`v=<pod>`, `w=$(helper say $v | tr a-z b-za)`, `helper change $w`},
		"destroy":      {`v=<pod>`, `helper destroy ${v%x}`},
		"appended":     {`v=a`, `v+=<pod>`, `w=b$v`, `helper change $w`},
		"loop":         {`for v in <pod>; do : $v; done`, `helper change $v`},
		"condition":    {`if [ <pod> = qplanner ]; then v=planner; else v=coder; fi`, `helper change $v`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t, single(commands...))
			d.alert(t, map[string]string{"pod": "qplanner"})
			last := len(commands) - 1
			for n := range last {
				d.succeed(t, n)
			}
			req := d.confirm(t, d.request(t, "look", last))
			p := d.plan(t, req)
			if !contains(p.Refused, "comes from the alert, and environment prod does not list it") || p.Values[0].Origin != diagnostics.FromAlert {
				t.Errorf("%q with %+v refused: %q", p.Text, p.Values, p.Refused)
			}
			_, _, err := d.Start(as(t, d.ana), req)
			wantKind(t, err, errs.Invalid)
			if n := one[int](t, d, "SELECT count(*) FROM runs"); n != last {
				t.Errorf("%d runs", n)
			}
		})
	}
}

// The environment's word makes a tainted value fit for a change.
func TestTaintedVariableNeedsTheInventory(t *testing.T) {
	t.Parallel()
	s := &stock{things: []string{"pod api-0"}}
	d := setup(t, single(`POD=x<pod>`, `pod=${POD#x}`, `helper change ${pod}`), with(s))
	d.alert(t, map[string]string{"pod": "api-0"})
	d.succeed(t, 0)
	d.succeed(t, 1)
	d.succeed(t, 2)
	s.things = nil
	if p := d.plan(t, d.request(t, "look", 2)); !contains(p.Refused, `pod="api-0" comes from the alert. Environment prod neither has a pod`) {
		t.Errorf("refused: %q", p.Refused)
	}
}

func TestVariablesOfCleanRunsWorkInChanges(t *testing.T) {
	t.Parallel()
	d := setup(t, single(`POD=$(helper say api-0)`, `p=$(helper say web)`, `helper change ${POD%0} $p; echo ${POD%0} $p`))
	d.alert(t, map[string]string{"instance": "kernel"})
	d.succeed(t, 0)
	d.succeed(t, 1)
	want := []diagnostics.Value{
		{Name: "POD", Text: "$POD", Value: "api-0", Origin: diagnostics.FromRun, Variable: true},
		{Name: "p", Text: "$p", Value: "web", Origin: diagnostics.FromRun, Variable: true},
	}
	p := d.plan(t, d.request(t, "look", 2))
	if diff := cmp.Diff(want, p.Values); diff != "" || !p.Asks() || p.Refused != "" || p.Risk != shell.Change {
		t.Errorf("%v, refused %q, shown (-want +got):\n%s", p.Risk, p.Refused, diff)
	}
	run := d.succeed(t, 2)
	if run.Text != `helper change ${POD%0} $p; echo ${POD%0} $p` {
		t.Errorf("recorded text %q", run.Text)
	}
	if diff := cmp.Diff(want, run.Values); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
	if got := d.text(t, run); got[len(got)-1] != "api- web" {
		t.Errorf("it wrote %q", got)
	}
}

func TestARunIsGivenOnlyWhatItsTextReads(t *testing.T) {
	t.Parallel()
	d := setup(t, single(`A=one B=two`, `echo "$A"; env; n=A; echo $((n))`, `B=three; echo $B`))
	d.succeed(t, 0)
	run := d.succeed(t, 1)
	if diff := cmp.Diff([]string{"one", "A=one", "0"}, d.text(t, run)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if run = d.succeed(t, 2); len(run.Values) > 0 {
		t.Errorf("what it sets itself is shown as %+v", run.Values)
	}
}

// What was confirmed is what runs, also when somebody sets the variable meanwhile.
func TestReassignmentAfterTheConfirmation(t *testing.T) {
	t.Parallel()
	d := setup(t, single(`X=$(helper say one)`, `X=$(helper say two)`, `helper change $X`, `helper hang $X`))
	d.succeed(t, 0)
	req := d.confirm(t, d.request(t, "look", 2))
	first := d.start(t, 3)
	d.succeed(t, 1)
	_, _, err := d.Start(as(t, d.ana), req)
	wantKind(t, err, errs.Conflict)

	// Another value is another run, the same value the same one.
	second := d.start(t, 3)
	if second.ID == first.ID || second.Text != first.Text {
		t.Errorf("runs %+v and %+v", first, second)
	}
	again, attached, err := d.Start(as(t, d.bo), d.confirm(t, d.request(t, "look", 3)))
	if err != nil || !attached || again.ID != second.ID {
		t.Errorf("attached %v to %v: %v", attached, again.ID, err)
	}
}

func TestSecretsOfARunAreNotKept(t *testing.T) {
	t.Parallel()
	d := setup(t, single(`API_TOKEN=abc; POD=x`))
	d.succeed(t, 0)
	if names := one[string](t, d, "SELECT string_agg(name, ' ') FROM incident_variables"); names != "POD" {
		t.Errorf("kept %s", names)
	}
}

func TestAPersonCorrectsAValue(t *testing.T) {
	t.Parallel()
	d := setup(t, single(`X=<pod>`, `helper change ${X#q}; echo ${X#q}`, `helper change <pod-name>`))
	d.alert(t, map[string]string{"pod": "qplanner"})
	d.succeed(t, 0)
	set := func(name, value string) {
		t.Helper()
		if err := d.SetVariable(as(t, d.bo), d.number, name, value); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(n int) string { return d.plan(t, d.request(t, "look", n)).Refused }
	if set("X", "qplanner"); refused(1) == "" {
		t.Error("saving it as it was made it somebody's own")
	}
	if set("pod-name", "qplanner"); refused(2) == "" {
		t.Error("typing what the alert says made it somebody's own")
	}
	set("X", " qcoder ")
	set("pod-name", "judge")
	if run := d.succeed(t, 1); !cmp.Equal(d.text(t, run)[len(d.text(t, run))-1], "coder") {
		t.Errorf("it wrote %q", d.text(t, run))
	}
	if run := d.succeed(t, 2); run.Text != "helper change judge" {
		t.Errorf("it ran %q", run.Text)
	}
	planner, err := d.Planner(as(t, d.ana), d.number)
	if err != nil {
		t.Fatal(err)
	}
	want := []diagnostics.Variable{
		{Name: "X", Value: "qcoder", Origin: diagnostics.FromTyped, By: "Bo"},
		{Name: "pod-name", Value: "judge", Origin: diagnostics.FromTyped, By: "Bo"},
	}
	if diff := cmp.Diff(want, planner.Variables()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	set("X", "")
	set("X", "")
	if names := one[string](t, d, "SELECT string_agg(name, ' ') FROM incident_variables"); names != "pod-name" {
		t.Errorf("kept %s", names)
	}
	events := one[string](t, d, `SELECT string_agg(concat_ws(' ', e.actor_name, e.data->>'name', e.data->>'removed', c.body), ', ' ORDER BY e.seq)
		FROM timeline_events e LEFT JOIN contents c ON c.hash = e.content_hash WHERE e.kind = 'variable_set'`)
	if events != "Bo pod-name qplanner, Bo X qcoder, Bo pod-name judge, Bo X true" {
		t.Errorf("timeline: %s", events)
	}
}

func TestWhoMaySetWhat(t *testing.T) {
	t.Parallel()
	d := setup(t, single(`echo`))
	wantKind(t, d.SetVariable(t.Context(), d.number, "X", "y"), errs.Unauthenticated)
	wantKind(t, d.SetVariable(as(t, d.vic), d.number, "X", "y"), errs.Forbidden)
	wantKind(t, d.SetVariable(as(t, d.ana), 99, "X", "y"), errs.NotFound)
	for _, bad := range [][2]string{{"PATH", "/tmp"}, {"a b", "x"}, {"API_KEY", "x"}, {"X", "a\x1b"}, {"namespace", "kube-system"}, {"NS", "kube-system"}} {
		wantKind(t, d.SetVariable(as(t, d.ana), d.number, bad[0], bad[1]), errs.Invalid)
	}
	d.exec(t, "UPDATE incidents SET status = 'closed'")
	wantKind(t, d.SetVariable(as(t, d.ana), d.number, "X", "y"), errs.Conflict)
	if n := one[int](t, d, "SELECT count(*) FROM incident_variables"); n != 0 {
		t.Errorf("%d are kept", n)
	}
}

// Nor does a file of the incident carry a label: writing one is a change already.
func TestALabelReachesNoFile(t *testing.T) {
	t.Parallel()
	commands := []string{`echo <pod> > f`, `echo <pod> >> f`, `echo <pod> | tee f`, `X=<pod>; echo $X > f`, `echo <pod> | sort -o f`, `mkdir <pod>`, `curl -o f https://<pod>/`}
	d := setup(t, single(commands...))
	d.alert(t, map[string]string{"pod": "qplanner"})
	for n, command := range commands {
		if p := d.plan(t, d.request(t, "look", n)); p.Refused == "" {
			t.Errorf("%s is %v and not refused", command, p.Risk)
		}
	}
}
