//go:build kubernetes

package kubernetes

import (
	"strings"
	"testing"

	"wardroom/internal/diagnostics"
	"wardroom/internal/shell"
)

// Every verb that runbooks use, in the order in which they build on one another.
func TestVerbs(t *testing.T) {
	r := newRoom(t, trusted)
	for _, c := range []struct {
		text  string
		risk  shell.Risk
		shows string // part of the output
	}{
		{"kubectl get pods", shell.Read, "orchestrator-"},
		{"kubectl get pods -n octollm -l app=postgres -o wide", shell.Read, "postgres-0"},
		{"kubectl get deploy orchestrator -o jsonpath='{.spec.replicas}'", shell.Read, "2"},
		{"kubectl get pods -o json | jq -r '.items[0].kind'", shell.Read, "Pod"},
		{"kubectl get events --sort-by=.lastTimestamp", shell.Read, "Scaled up replica set"},
		{"kubectl describe pod bare", shell.Read, "octollm/app:1"},
		{"kubectl describe node node-1", shell.Read, "node-1"},
		{"kubectl logs bare --tail=5", shell.Read, "listening on port 8000"},
		{"kubectl logs bare --previous", shell.Read, "MemoryError"},
		{"kubectl logs -l app=orchestrator --prefix", shell.Read, "[pod/orchestrator-"},
		{"kubectl logs deploy/orchestrator | grep -c rate", shell.Read, "1"},
		{"kubectl events --for deployment/orchestrator", shell.Read, "Scaled up replica set"},
		{"kubectl top pods --containers", shell.Read, "250m"},
		{"kubectl top nodes", shell.Read, "node-2"},
		{"kubectl exec bare -- ls", shell.Read, "app.log"},
		{"kubectl exec service/postgres -- psql -U octollm -c 'SELECT 1;'", shell.Read, "psql [-U] [octollm] [-c] [SELECT 1;]"},
		{"kubectl exec bare -- sh -c 'ls | wc -l'", shell.Read, ""},
		{"kubectl auth can-i delete pods", shell.Read, "yes"},
		{"kubectl auth whoami", shell.Read, "admin"},
		{"kubectl api-resources --api-group=apps", shell.Read, "statefulsets"},
		{"kubectl api-versions", shell.Read, "metrics.k8s.io/v1beta1"},
		{"kubectl explain pod.spec.nodeName", shell.Read, "nodeName"},
		{"kubectl version", shell.Read, "Server Version: v1.37"},
		{"kubectl cluster-info", shell.Read, "control plane"},
		{"kubectl wait --for=condition=Ready pod/bare --timeout=20s", shell.Read, "condition met"},
		{"kubectl config view", shell.Read, "current-context: it"},
		{"kubectl config current-context", shell.Read, "it"},
		{"oc get pods", shell.Read, "orchestrator-"},

		{"kubectl cp bare:app.log got.log && cat got.log", shell.Change, "listening on port 8000"},
		{"kubectl rollout restart deployment orchestrator", shell.Change, "restarted"},
		{"kubectl rollout status deployment orchestrator --timeout=60s", shell.Read, "successfully rolled out"},
		{"kubectl rollout history deployment orchestrator", shell.Read, "REVISION"},
		{"kubectl rollout undo deployment orchestrator", shell.Change, "rolled back"},
		{"kubectl rollout pause deployment orchestrator", shell.Change, "paused"},
		{"kubectl rollout resume deployment orchestrator", shell.Change, "resumed"},
		{"kubectl scale deployment coder-arm --replicas=3", shell.Change, "scaled"},
		{"kubectl set env deployment coder-arm LOG_LEVEL=debug", shell.Change, "env updated"},
		{"kubectl set image deployment/coder-arm coder-arm=octollm/coder-arm:2", shell.Change, "image updated"},
		{`kubectl patch deployment coder-arm -p '{"spec":{"replicas":2}}'`, shell.Change, "patched"},
		{"kubectl label pod bare tier=test", shell.Change, "labeled"},
		{"kubectl annotate pod bare note=test", shell.Change, "annotated"},
		{"printf '%s\\n' 'apiVersion: v1' 'kind: ConfigMap' 'metadata: {name: made}' 'data: {a: b}' > made.yaml && kubectl apply -f made.yaml", shell.Change, "configmap/made created"},
		{"printf '%s\\n' 'apiVersion: v1' 'kind: ConfigMap' 'metadata: {name: made}' 'data: {a: c}' > made.yaml; kubectl diff -f made.yaml || true", shell.Change, "+  a: c"},
		{"kubectl diff -f made.yaml || true", shell.Read, "-  a: b"},
		{"kubectl create configmap other --from-literal=a=b", shell.Change, "created"},
		{"kubectl autoscale deployment judge-arm --min=1 --max=3 --cpu=80%", shell.Change, "autoscaled"},
		{"kubectl delete pod -l app=planner-arm", shell.Change, "deleted"},
		{"kubectl delete job migrate --dry-run=server", shell.Read, "dry run"},
		{"kubectl cordon node-2", shell.Change, "cordoned"},
		{"kubectl drain node-2 --ignore-daemonsets", shell.Change, "drained"},
		{"kubectl uncordon node-2", shell.Change, "uncordoned"},
		{"kubectl delete configmap other", shell.Destroy, "deleted"},
	} {
		t.Run(c.text, func(t *testing.T) {
			plan, _ := r.plan(t, r.ana, c.text)
			if plan.Risk != c.risk || plan.Refused != "" {
				t.Fatalf("%v, refused %q", plan.Risk, plan.Refused)
			}
			if run, out := r.run(t, r.ana, c.text); run.State != diagnostics.Succeeded || !strings.Contains(out, c.shows) {
				t.Errorf("%s %s, wanted %q in:\n%s", run.State, run.Reason, c.shows, out)
			}
		})
	}
}

func TestStreamsRunUntilTheyAreStopped(t *testing.T) {
	t.Parallel()
	r := newRoom(t, trusted)
	for text, shows := range map[string]string{
		"kubectl logs -f bare":                      "listening on port 8000",
		"kubectl get pods -w":                       "bare",
		"kubectl logs -f -l app=judge-arm --prefix": "listening",
	} {
		run := r.start(t, r.ana, text)
		r.says(t, run, shows)
		if _, err := r.Stop(as(t, r.ana), run.ID); err != nil {
			t.Fatal(err)
		}
		if run = r.end(t, run); run.State != diagnostics.Stopped || !run.Confirmed {
			t.Errorf("%s: %s, confirmed %v: %s", text, run.State, run.Confirmed, run.Reason)
		}
	}
}

// What runs in a container is out of our reach, and nobody is told otherwise.
func TestStoppedExecSaysWhatMayStillRun(t *testing.T) {
	t.Parallel()
	r := newRoom(t, trusted)
	run := r.start(t, r.ana, "kubectl exec bare -- sh -c 'echo begun; sleep 61'")
	r.says(t, run, "begun")
	if _, err := r.Stop(as(t, r.ana), run.ID); err != nil {
		t.Fatal(err)
	}
	run = r.end(t, run)
	const want = "Client stopped. The process in bare may still run. This ends it: "
	_, end, found := strings.Cut(run.Reason, want)
	if run.State != diagnostics.Stopped || run.Confirmed || !found {
		t.Fatalf("%s, confirmed %v: %s", run.State, run.Confirmed, run.Reason)
	}
	if !strings.HasPrefix(end, "kubectl exec bare -- pkill -f ") {
		t.Errorf("what ends it: %s", end)
	}
}

func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	r := newRoom(t, trusted)
	for _, text := range []string{
		"kubectl get secret octollm-secrets -o yaml",
		"kubectl get secrets -o json",
		"kubectl get secret octollm-secrets -o jsonpath='{.data}'",
		"kubectl get secret octollm-secrets -o go-template='{{.data.OPENAI_API_KEY}}'",
		"kubectl get secret octollm-secrets -o custom-columns=V:.data.OPENAI_API_KEY",
		"kubectl set env deployment/judge-arm --list --resolve",
	} {
		plan, _ := r.plan(t, r.ana, text)
		run, out := r.run(t, r.ana, text)
		if !plan.Analysis.Discloses || !run.Discloses || run.State != diagnostics.Succeeded {
			t.Errorf("%s: discloses %v, %s\n%s", text, plan.Analysis.Discloses, run.State, out)
		}
		if strings.Contains(out, "Y29ycmVjdC") || strings.Contains(out, "correct horse") || !strings.Contains(out, "masked") {
			t.Errorf("%s shows\n%s", text, out)
		}
	}
	// The mask cannot become the value.
	run, out := r.run(t, r.ana, "kubectl get secret octollm-secrets -o yaml | kubectl apply -f -")
	if run.State != diagnostics.Failed || !strings.Contains(out, "illegal base64") {
		t.Errorf("%s\n%s", run.State, out)
	}
	if run, out = r.run(t, r.ana, "kubectl describe secret octollm-secrets"); run.State != diagnostics.Succeeded || !strings.Contains(out, "28 bytes") {
		t.Errorf("%s\n%s", run.State, out)
	}
	// What has nothing to show is not hindered.
	text := `kubectl create secret generic made --from-literal=a=b --dry-run=client -o yaml | kubectl apply -f -`
	for _, says := range []string{"created", "unchanged"} {
		if run, out = r.run(t, r.ana, text); run.State != diagnostics.Succeeded || !strings.Contains(out, says) {
			t.Errorf("%s\n%s", run.State, out)
		}
	}
	if value, err := plane.admin(t.Context(), "", "get", "secret", "made", "-n", "octollm", "-o", "go-template={{.data.a}}"); err != nil || value != "‹masked›" {
		t.Errorf("%s %v", value, err) // the administrator's kubectl is ours, too
	}
}
