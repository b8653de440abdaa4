package diagnostics_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/timeline"
)

// clustered makes the environment one in which each person acts under their own name.
func clustered(d *desk) {
	e := &d.file.Environments[0]
	e.Platform = "kubernetes"
	e.Kubernetes = &config.Kubernetes{Kubeconfig: "/etc/kube", Context: "eu", Namespaces: []string{"octollm"}, Impersonate: true, Groups: []string{"wardroom", "on-call"}}
}

func TestClusterSeesThePerson(t *testing.T) {
	t.Parallel()
	d := setup(t, single("kubectl get pods", "oc get nodes", "echo api-0 | xargs kubectl get pod", "echo hello"), clustered)
	const given = "kubectl --context=eu --namespace=octollm --as=wardroom:ana --as-group=wardroom --as-group=on-call "
	for n, want := range []struct{ as, text string }{
		{"wardroom:ana", given + "get pods"},
		{"wardroom:ana", given + "get nodes"},
		{"wardroom:ana", given + "get pod api-0"},
		{"", "hello"},
	} {
		plan := d.plan(t, d.request(t, "look", n))
		run := d.end(t, d.start(t, n))
		if plan.ActsAs != want.as || run.ActsAs != want.as || run.State != diagnostics.Succeeded {
			t.Errorf("planned as %q, ran as %q: %s %s", plan.ActsAs, run.ActsAs, run.State, run.Reason)
		}
		if diff := cmp.Diff([]string{want.text}, d.text(t, run)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	records, err := timeline.List(t.Context(), d.db, d.incident, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := timeline.DataOf[timeline.RunData](records[0]); err != nil || data.ActsAs != "wardroom:ana" {
		t.Errorf("timeline: %+v %v", data, err)
	}
}

// A text that could say whom to act as would be anybody.
func TestWhoActsIsNotTheCommandsChoice(t *testing.T) {
	t.Parallel()
	d := setup(t, single("kubectl get pods --as=wardroom:bo", "kubectl --as-group system:masters get pods", "A=--as=x; kubectl get pods $A"), clustered)
	for n := range 3 {
		if plan := d.plan(t, d.request(t, "look", n)); plan.Refused == "" {
			t.Errorf("%s is not refused", plan.Text)
		}
	}
}

func TestWhoHasNoNameForTheClusterRunsNothingThere(t *testing.T) {
	t.Parallel()
	d := setup(t, single("kubectl get pods", "echo hello"), clustered)
	for _, login := range []string{"", "two words", "system:admin", "-x", "ü"} {
		actor := d.ana
		actor.Login = login
		for n := range 2 {
			req := d.request(t, "look", n)
			plan, err := d.Plan(as(t, actor), req)
			if err != nil || plan.ActsAs != "" || !contains(plan.Refused, "yours can be no name in its cluster") {
				t.Errorf("%q: as %q, refused %q, %v", login, plan.ActsAs, plan.Refused, err)
			}
			_, _, err = d.Start(as(t, actor), req)
			wantKind(t, err, errs.Invalid)
		}
	}
}

// Without impersonation, helm and kubectl are whom the kubeconfig says.
func TestWithoutImpersonationNobodyIsNamed(t *testing.T) {
	t.Parallel()
	d := setup(t, single("kubectl get pods"), clustered, func(d *desk) {
		d.file.Environments[0].Kubernetes.Impersonate, d.file.Environments[0].Kubernetes.Groups = false, nil
	})
	run := d.end(t, d.start(t, 0))
	if diff := cmp.Diff([]string{"kubectl --context=eu --namespace=octollm get pods"}, d.text(t, run)); diff != "" || run.ActsAs != "" {
		t.Errorf("as %q (-want +got):\n%s", run.ActsAs, diff)
	}
}
