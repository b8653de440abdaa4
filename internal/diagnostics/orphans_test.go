package diagnostics_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/shell"
)

// A pod that nothing makes again is lost: deleting it is asked for like what destroys.
func TestDeletingAnOrphanDestroys(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		command string
		broken  error
		risk    shell.Risk
		why     string
		doubts  int
		asked   []string
	}{
		"owned":           {command: "kubectl delete pod api-0", risk: shell.Change, why: "their owner makes again", asked: []string{"prod pod  api-0 "}},
		"orphan":          {command: "kubectl delete pod bare", risk: shell.Destroy, why: "nothing brings back the pod bare", asked: []string{"prod pod  bare "}},
		"one of two":      {command: "kubectl delete pod api-0 bare -n octollm", risk: shell.Destroy, why: "pod bare", asked: []string{"prod pod octollm api-0+bare "}},
		"by label":        {command: "kubectl delete pods -l app=web", risk: shell.Destroy, why: "pod pod bare", asked: []string{"prod pod   app=web"}},
		"no answer":       {command: "kubectl delete pod api-0", broken: errs.New(errs.Unavailable, "The cluster is away."), risk: shell.Destroy, why: "The cluster is away.", asked: []string{"prod pod  api-0 "}},
		"not covered":     {command: "kubectl delete job migrate", risk: shell.Change, why: "their owner makes again", doubts: 1},
		"found at run":    {command: "kubectl get pods -o name | xargs kubectl delete pod", risk: shell.Change, why: "their owner makes again", doubts: 1},
		"destroys anyway": {command: "kubectl delete pod bare --force", risk: shell.Destroy, why: "in order"},
		"only a read":     {command: "kubectl delete pod bare --dry-run=server", risk: shell.Read, why: "--dry-run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &stock{orphans: []string{"pod bare"}, broken: tc.broken}
			d := setup(t, single(tc.command), clustered, with(s))
			p := d.plan(t, d.request(t, "look", 0))
			if p.Risk != tc.risk || !contains(p.Analysis.Why, tc.why) || len(p.Doubts) != tc.doubts || p.Refused != "" {
				t.Errorf("%v: %s; doubts %q, refused %q", p.Risk, p.Analysis.Why, p.Doubts, p.Refused)
			}
			if diff := cmp.Diff(append([]string{}, tc.asked...), s.questions()); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnOrphanIsDeletedLikeWhatDestroys(t *testing.T) {
	t.Parallel()
	s := &stock{}
	d := setup(t, single("kubectl delete pod bare"), clustered, with(s))
	req := d.confirm(t, d.request(t, "look", 0)) // as a change
	s.orphans = []string{"pod bare"}             // its owner went away
	_, _, err := d.Start(as(t, d.ana), req)
	wantKind(t, err, errs.Conflict)
	if run := d.end(t, d.start(t, 0)); run.State != diagnostics.Succeeded || run.Risk != shell.Destroy {
		t.Errorf("%s, %v", run.State, run.Risk)
	}
	careful := setup(t, single("kubectl delete pod bare"), clustered, with(s), func(d *desk) { d.file.Environments[0].Approvals = "second-person" })
	if p := careful.plan(t, careful.request(t, "look", 0)); !contains(p.Refused, "second person") {
		t.Errorf("refused %q", p.Refused)
	}
}
