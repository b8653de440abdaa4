//go:build kubernetes

package kubernetes

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/shell"
)

// Two people in one room, with the account and the roles of deploy/kubernetes: the cluster lets one of them restart and not the other, and its audit log names both.
func TestEachPersonActsUnderTheirOwnName(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	const restart = "kubectl rollout restart deployment retriever-arm"

	plan, _ := r.plan(t, r.ana, restart)
	if plan.ActsAs != "wardroom:ana" || plan.Risk != shell.Change {
		t.Errorf("as %q, %v", plan.ActsAs, plan.Risk)
	}
	run, out := r.run(t, r.ana, restart)
	if run.State != diagnostics.Succeeded || run.ActsAs != "wardroom:ana" || !strings.Contains(out, "restarted") {
		t.Errorf("Ana: %s as %q\n%s", run.State, run.ActsAs, out)
	}
	// Not the same: a second restart within a second would fail by itself.
	run, out = r.run(t, r.bo, "kubectl rollout restart deployment guardian-arm")
	if run.State != diagnostics.Failed || run.ActsAs != "wardroom:bo" || !strings.Contains(out, `User "wardroom:bo" cannot patch resource "deployments"`) {
		t.Errorf("Bo: %s as %q\n%s", run.State, run.ActsAs, out)
	}
	for _, actor := range []authz.Actor{r.ana, r.bo} {
		if run, out = r.run(t, actor, "kubectl auth whoami -o jsonpath='{.status.userInfo.username} {.status.userInfo.groups}'"); out != "wardroom:"+actor.Login+` ["wardroom","system:authenticated"]`+"\n" {
			t.Errorf("%s: %s\n%s", actor.Name, run.State, out)
		}
	}
	// A program that another one starts acts as nobody else.
	if _, out = r.run(t, r.bo, "echo guardian-arm | xargs kubectl rollout restart deployment"); !strings.Contains(out, `User "wardroom:bo" cannot patch`) {
		t.Errorf("xargs: %s", out)
	}
	if !audited(t, "wardroom:ana", "retriever-arm", 200) || !audited(t, "wardroom:bo", "guardian-arm", 403) {
		t.Error("the audit log does not name both")
	}
}

// audited looks for a restart of the deployment by that person in the cluster's own log.
func audited(t *testing.T, who, deployment string, code int) bool {
	t.Helper()
	file, err := os.Open(plane.path("audit.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	type user struct {
		Username string   `json:"username"`
		Groups   []string `json:"groups"`
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var event struct {
			Verb           string `json:"verb"`
			User           user   `json:"user"`
			Impersonated   user   `json:"impersonatedUser"` //nolint:tagliatelle // the cluster's name for it
			ObjectRef      struct{ Resource, Name string }
			ResponseStatus struct{ Code int }
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			t.Fatal(err)
		}
		if event.Verb == "patch" && event.ObjectRef.Name == deployment && event.Impersonated.Username == who && event.ResponseStatus.Code == code &&
			event.User.Username == "system:serviceaccount:wardroom:wardroom" {
			return true
		}
	}
	return false
}

// The account may act as those whom its role lists, and as nobody else, whatever Wardroom asks for.
func TestTheClusterBoundsWhomWardroomMayActAs(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	eve := r.person(t, "eve")
	run, out := r.run(t, eve, "kubectl get pods")
	if run.State != diagnostics.Failed || !strings.Contains(out, "Error from server (Forbidden)") {
		t.Errorf("%s\n%s", run.State, out)
	}
	other := newRoom(t, func(e *config.Environment) { e.Kubernetes.Groups = []string{"wardroom", "operators"} })
	if run, out = other.run(t, other.ana, "kubectl get pods"); run.State != diagnostics.Failed || !strings.Contains(out, "Error from server (Forbidden)") {
		t.Errorf("%s\n%s", run.State, out)
	}
}

// Without a name that the cluster could see it would be Wardroom's own deed.
func TestNobodyActsAsWardroom(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	for _, login := range []string{"", "a b", "system:admin", "ü", "a\nb", "-x"} {
		actor := r.ana
		actor.Login = login
		if plan, _ := r.plan(t, actor, "kubectl get pods"); !strings.Contains(plan.Refused, "yours can be no name in its cluster") {
			t.Errorf("%q: %q", login, plan.Refused)
		}
	}
}
