package diagnostics_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/shell"
)

func typed(values map[string]string) func(diagnostics.Request) diagnostics.Request {
	return func(req diagnostics.Request) diagnostics.Request {
		req.Values = values
		return req
	}
}

func TestWhatFillsAPlaceholder(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		command string
		labels  map[string]string
		typed   map[string]string
		want    diagnostics.Value
		text    string
	}{
		"environment": {
			command: "helper say <arm>",
			want:    diagnostics.Value{Name: "arm", Text: "<arm>", Value: "coder", Origin: diagnostics.FromEnv}, text: "helper say coder",
		},
		"alert beats environment": {
			command: "helper say <arm>", labels: map[string]string{"arm": "judge"},
			want: diagnostics.Value{Name: "arm", Text: "<arm>", Value: "judge", Origin: diagnostics.FromAlert}, text: "helper say judge",
		},
		"typed beats alert": {
			command: "helper say <arm>", labels: map[string]string{"arm": "judge"}, typed: map[string]string{"arm": " planner "},
			want: diagnostics.Value{Name: "arm", Text: "<arm>", Value: "planner", Origin: diagnostics.FromTyped}, text: "helper say planner",
		},
		"typing what the alert says does not change whose it is": {
			command: "helper say <arm>", labels: map[string]string{"arm": "judge"}, typed: map[string]string{"arm": "judge"},
			want: diagnostics.Value{Name: "arm", Text: "<arm>", Value: "judge", Origin: diagnostics.FromAlert}, text: "helper say judge",
		},
		"fixed beats label and typing": {
			command: "helper say <namespace>", labels: map[string]string{"namespace": "kube-system"}, typed: map[string]string{"namespace": "default"},
			want: diagnostics.Value{Name: "namespace", Text: "<namespace>", Value: "octollm", Origin: diagnostics.FromFixed}, text: "helper say octollm",
		},
		"fixed by another spelling": {
			command: "helper say $NS", labels: map[string]string{"namespace": "kube-system"},
			want: diagnostics.Value{Name: "ns", Text: "$NS", Value: "octollm", Origin: diagnostics.FromFixed}, text: "helper say octollm",
		},
		"label by another spelling": {
			command: "helper say <pod-name>", labels: map[string]string{"pod": "api-0"},
			want: diagnostics.Value{Name: "pod-name", Text: "<pod-name>", Value: "api-0", Origin: diagnostics.FromAlert}, text: "helper say api-0",
		},
		"a value is data": {
			command: "echo <text>", typed: map[string]string{"text": "a;b $(c)"},
			want: diagnostics.Value{Name: "text", Text: "<text>", Value: "a;b $(c)", Origin: diagnostics.FromTyped}, text: "echo 'a;b $(c)'",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t, single(tc.command))
			if tc.labels != nil {
				d.alert(t, tc.labels)
			}
			p := d.plan(t, typed(tc.typed)(d.request(t, "look", 0)))
			if diff := cmp.Diff([]diagnostics.Value{tc.want}, p.Values); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if p.Text != tc.text || len(p.Missing) > 0 || p.Refused != "" {
				t.Errorf("text %q, missing %v, refused %q", p.Text, p.Missing, p.Refused)
			}
		})
	}
}

func TestMissingValueIsAskedFor(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say <thing> <arm>"))
	req := d.request(t, "look", 0)
	p := d.plan(t, req)
	want := []shell.Param{{Name: "thing", Text: "<thing>"}}
	if diff := cmp.Diff(want, p.Missing); diff != "" || p.Text != "helper say <thing> <arm>" {
		t.Errorf("text %q, missing (-want +got):\n%s", p.Text, diff)
	}
	_, _, err := d.Start(as(t, d.ana), req)
	wantKind(t, err, errs.Invalid)
	if n := one[int](t, d, "SELECT count(*) FROM runs"); n != 0 {
		t.Error("it ran")
	}
}

func TestTypedValuesAreRememberedWithWhoTypedThem(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say <thing>", "helper say again <thing>"))
	run, _, err := d.Start(as(t, d.ana), typed(map[string]string{"thing": "x", "unknown": "y"})(d.request(t, "look", 0)))
	if err != nil {
		t.Fatal(err)
	}
	d.end(t, run)
	run, _, err = d.Start(as(t, d.bo), d.request(t, "look", 1))
	if err != nil || run.Text != "helper say again x" {
		t.Fatalf("text %q: %v", run.Text, err)
	}
	d.end(t, run)
	if by := one[string](t, d, "SELECT string_agg(name || '=' || value || ' by ' || set_by, ',') FROM incident_variables"); by != "thing=x by Ana" {
		t.Error(by)
	}
	if diff := cmp.Diff([]diagnostics.Value{{Name: "thing", Text: "<thing>", Value: "x", Origin: diagnostics.FromTyped}}, run.Values); diff != "" {
		t.Errorf("the run's values (-want +got):\n%s", diff)
	}
}

// Labels are hostile: what an alert says fills a change only from the environment's list.
func TestAlertsFillChangesOnlyFromTheList(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		label, typed string
		refused      bool
	}{
		"listed label":             {label: "coder"},
		"unlisted label":           {label: "kernel", refused: true},
		"unlisted label, retyped":  {label: "kernel", typed: "kernel", refused: true},
		"typed by a person":        {label: "kernel", typed: "judge"},
		"from the environment":     {},
		"listed label, other case": {label: "Coder", refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t, single("helper change <arm>", "helper say <arm>"))
			if tc.label != "" {
				d.alert(t, map[string]string{"arm": tc.label})
			}
			values := typed(map[string]string{"arm": tc.typed})
			if p := d.plan(t, values(d.request(t, "look", 0))); (p.Refused != "") != tc.refused || p.Risk != shell.Change {
				t.Errorf("%v refused: %q", p.Risk, p.Refused)
			}
			if p := d.plan(t, values(d.request(t, "look", 1))); p.Refused != "" {
				t.Errorf("a read is refused: %s", p.Refused)
			}
		})
	}
}

// A command that hands a label on in a variable does not make it anybody else's.
func TestLaunderedLabelStaysTheAlerts(t *testing.T) {
	t.Parallel()
	d := setup(t, single("TARGET=<instance>", "helper change $TARGET"))
	d.alert(t, map[string]string{"instance": "kernel"})
	if run := d.end(t, d.start(t, 0)); run.State != diagnostics.Succeeded {
		t.Fatalf("run: %+v", run)
	}
	p := d.plan(t, d.request(t, "look", 1))
	if p.Text != "helper change kernel" || p.Values[0].Origin != diagnostics.FromAlert || p.Refused == "" {
		t.Errorf("%q, values %+v, refused %q", p.Text, p.Values, p.Refused)
	}
}

func TestAssignmentsOfARunFillLaterCommands(t *testing.T) {
	t.Parallel()
	d := setup(t, single("POD=$(helper say api-0); EMPTY=", "helper say <pod-name>", "helper say $POD", "POD=lost; helper fail 1"))
	d.end(t, d.start(t, 0))
	d.end(t, d.start(t, 3)) // a failed run's assignments do not count
	for n, text := range map[int]string{1: "<pod-name>", 2: "$POD"} {
		p := d.plan(t, d.request(t, "look", n))
		want := []diagnostics.Value{{Text: text, Value: "api-0", Origin: diagnostics.FromRun}}
		if diff := cmp.Diff(want, p.Values, cmpopts.IgnoreFields(diagnostics.Value{}, "Name")); diff != "" || p.Text != "helper say api-0" {
			t.Errorf("%q (-want +got):\n%s", p.Text, diff)
		}
	}
	run := d.end(t, d.start(t, 2))
	if diff := cmp.Diff([]string{"api-0"}, d.text(t, run)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHashNamesTextEnvironmentAndClass(t *testing.T) {
	t.Parallel()
	d := setup(t, "# Test\n\n## Diagnosis\n\n### Look {id=look}\n\n~~~sh\nhelper say <thing>\n~~~\n\n~~~sh {risk=change}\nhelper say <thing>\n~~~\n",
		func(d *desk) {
			other := environment()
			other.Name = "stage"
			d.file.Environments = append(d.file.Environments, other)
		})
	req := typed(map[string]string{"thing": "x"})(d.request(t, "look", 0))
	hash := d.plan(t, req).Hash
	if again := d.plan(t, req).Hash; again != hash {
		t.Error("the same plan has two hashes")
	}
	seen := map[string]string{hash: "itself"}
	for what, changed := range map[string]diagnostics.Request{
		"text":  typed(map[string]string{"thing": "y"})(d.request(t, "look", 0)),
		"class": typed(map[string]string{"thing": "x"})(d.request(t, "look", 1)),
	} {
		h := d.plan(t, changed).Hash
		if same, known := seen[h]; known {
			t.Errorf("%s has the hash of %s", what, same)
		}
		seen[h] = what
	}
	d.exec(t, "UPDATE incidents SET environment = 'stage'")
	if same, known := seen[d.plan(t, req).Hash]; known {
		t.Errorf("environment has the hash of %s", same)
	}
}

func TestConfirmation(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hi", "helper change", "helper destroy", "top", "helper unheard", "env"))
	plain := func(req diagnostics.Request) diagnostics.Request { return req }
	full := func(req diagnostics.Request) diagnostics.Request { return d.confirm(t, req) }
	for name, tc := range map[string]struct {
		command int
		how     func(diagnostics.Request) diagnostics.Request
		want    errs.Kind // Internal: it starts
	}{
		"a read needs one click":     {0, plain, errs.Internal},
		"a change unconfirmed":       {1, plain, errs.Conflict},
		"a change confirmed":         {1, full, errs.Internal},
		"another hash":               {1, func(r diagnostics.Request) diagnostics.Request { r = full(r); r.Hash = "x"; return r }, errs.Conflict},
		"another class":              {1, func(r diagnostics.Request) diagnostics.Request { r = full(r); r.Confirmed = shell.Read; return r }, errs.Conflict},
		"a worse class":              {1, func(r diagnostics.Request) diagnostics.Request { r = full(r); r.Confirmed = shell.Destroy; return r }, errs.Conflict},
		"destroy with the name":      {2, full, errs.Internal},
		"destroy with another name":  {2, func(r diagnostics.Request) diagnostics.Request { r = full(r); r.TypedName = "Prod"; return r }, errs.Invalid},
		"destroy without the name":   {2, func(r diagnostics.Request) diagnostics.Request { r = full(r); r.TypedName = ""; return r }, errs.Invalid},
		"interactive never":          {3, full, errs.Invalid},
		"unknown never":              {4, full, errs.Invalid},
		"showing secrets is asked":   {5, plain, errs.Conflict},
		"showing secrets, confirmed": {5, full, errs.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run, _, err := d.Start(as(t, d.ana), tc.how(d.request(t, "look", tc.command)))
			if tc.want != errs.Internal {
				wantKind(t, err, tc.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if run = d.end(t, run); run.State != diagnostics.Succeeded {
				t.Errorf("run: %+v", run)
			}
		})
	}
}

func TestWhatCannotBeRunHereSaysWhy(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		command string
		change  func(*testing.T, *desk)
		want    string
	}{
		"second person": {"helper destroy", func(_ *testing.T, d *desk) { d.file.Environments[0].Approvals = "second-person" }, "second person"},
		"not said":      {"helper destroy", func(_ *testing.T, d *desk) { d.file.Environments[0].Approvals = "" }, "second person"},
		"closed":        {"helper say hi", func(t *testing.T, d *desk) { t.Helper(); d.exec(t, "UPDATE incidents SET status = 'closed'") }, "The incident is closed."},
		"no environment": {"helper say hi", func(t *testing.T, d *desk) {
			t.Helper()
			d.exec(t, "UPDATE incidents SET environment = ''")
		}, "no environment"},
		"bad value": {"helper say <namespace>", func(_ *testing.T, d *desk) {
			d.file.Environments[0].Variables["namespace"] = config.Variable{Value: "-x", Fixed: true}
		}, "the value of <namespace>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t, single(tc.command))
			tc.change(t, d)
			d.Service = d.service(t)
			req := d.confirm(t, d.request(t, "look", 0))
			if p := d.plan(t, req); !contains(p.Refused, tc.want) {
				t.Errorf("refused: %q", p.Refused)
			}
			_, _, err := d.Start(as(t, d.ana), req)
			wantKind(t, err, errs.Invalid)
		})
	}
}

func TestPlanningAndStartingAskWhoActs(t *testing.T) {
	t.Parallel()
	d := setup(t, single("helper say hi"))
	req := d.request(t, "look", 0)
	_, err := d.Plan(t.Context(), req)
	wantKind(t, err, errs.Unauthenticated)
	if _, err = d.Plan(as(t, d.vic), req); err != nil {
		t.Errorf("a viewer looks: %v", err)
	}
	_, _, err = d.Start(as(t, d.vic), req)
	wantKind(t, err, errs.Forbidden)
	for what, change := range map[string]func(*diagnostics.Request){
		"step":     func(r *diagnostics.Request) { r.Step = "none" },
		"command":  func(r *diagnostics.Request) { r.Command = "none" },
		"attached": func(r *diagnostics.Request) { r.Attached[0]++ },
		"incident": func(r *diagnostics.Request) { r.Incident = 99 },
	} {
		other := req
		change(&other)
		if _, err := d.Plan(as(t, d.ana), other); errs.KindOf(err) != errs.NotFound {
			t.Errorf("unknown %s: %v", what, err)
		}
	}
}
