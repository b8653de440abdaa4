//go:build kubernetes

package kubernetes

import (
	"strings"
	"testing"

	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/shell"
)

// A pod that a ReplicaSet makes again is restarted; one that nothing makes again is lost.
func TestDeletingWhatNothingBringsBackDestroys(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	owned, err := plane.admin(t.Context(), "", "get", "pods", "-n", "octollm", "-l", "app=guardian-arm", "-o", "jsonpath={.items[0].metadata.name}")
	if err != nil {
		t.Fatal(err)
	}
	for text, c := range map[string]struct {
		risk shell.Risk
		why  string
	}{
		"kubectl delete pod " + owned:                         {shell.Change, "their owner makes again"},
		"kubectl delete pod bare":                             {shell.Destroy, "nothing brings back the pod bare"},
		"kubectl delete pod/bare -n octollm":                  {shell.Destroy, "nothing brings back the pod bare"},
		"kubectl -n octollm delete pods " + owned + " bare":   {shell.Destroy, "nothing brings back the pod bare"},
		"kubectl delete pod -l app=guardian-arm":              {shell.Change, "their owner makes again"},
		"kubectl delete pods -l 'app in (bare,guardian-arm)'": {shell.Destroy, "nothing brings back the pod bare"},
		"kubectl delete job migrate":                          {shell.Destroy, "nothing brings back the job migrate"},
		"kubectl delete lease leader":                         {shell.Change, "their owner makes again"},
		"kubectl delete pod gone":                             {shell.Change, "their owner makes again"},
	} {
		plan, _ := r.plan(t, r.ana, text)
		if plan.Risk != c.risk || !strings.Contains(plan.Analysis.Why, c.why) || plan.Refused != "" || len(plan.Doubts) > 0 {
			t.Errorf("%s: %v: %s (refused %q, doubts %q)", text, plan.Risk, plan.Analysis.Why, plan.Refused, plan.Doubts)
		}
	}
	// What was confirmed as a change is not carried out once it destroys.
	_, req := r.plan(t, r.ana, "kubectl delete pod bare")
	req.Confirmed = shell.Change
	if _, _, err := r.Start(as(t, r.ana), req); errs.KindOf(err) != errs.Conflict {
		t.Error(err)
	}
	run, out := r.run(t, r.ana, "kubectl delete pod "+owned)
	if run.State != diagnostics.Succeeded || !strings.Contains(out, "deleted") {
		t.Errorf("%s\n%s", run.State, out)
	}
	cautious := newRoom(t, func(e *config.Environment) { e.Approvals = "second-person" })
	if plan, _ := cautious.plan(t, cautious.ana, "kubectl delete pod bare"); !strings.Contains(plan.Refused, "second person") {
		t.Errorf("refused %q", plan.Refused)
	}
}

// The variable that an earlier run has set is looked up as well; what the text works out itself cannot be.
func TestDeletingWhatARunHasFound(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.run(t, r.ana, "POD=$(kubectl get pod bare -o jsonpath='{.metadata.name}')")
	if plan, _ := r.plan(t, r.ana, `kubectl delete pod "$POD"`); plan.Risk != shell.Destroy {
		t.Errorf("%v: %s %+v", plan.Risk, plan.Analysis.Why, plan.Values)
	}
	plan, _ := r.plan(t, r.ana, `kubectl delete pod "$(kubectl get pods -o name | head -n 1 | cut -d/ -f2)"`)
	if plan.Risk != shell.Change || len(plan.Doubts) != 1 {
		t.Errorf("%v, doubts %q", plan.Risk, plan.Doubts)
	}
}
