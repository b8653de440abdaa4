package shell_test

import "testing"

// What runs inside a container is never classed again: everything that its shell
// works out by itself must make the command unknown.
func TestInsideContainers(t *testing.T) {
	t.Parallel()
	labelled(t, onKubernetes, `
		read      | kubectl exec pod -- sh -c 'echo $X | wc -c'
		read      | kubectl exec pod -- find /var -name '*.log'
		read      | kubectl exec pod -- sh -c 'ls /var/log/*.log'
		read      | kubectl exec pod -- env TZ=UTC date
		read      | kubectl exec pod -- ls $DIR_NAME
		read+d    | kubectl exec pod -- sh -c 'echo $DB_PASSWORD'
		read+d    | kubectl exec pod -- sh -c set
		read+d    | kubectl exec pod -- sh -c export
		read+d    | kubectl exec pod -- cat /proc/1/environ
		read+d    | kubectl exec pod -- grep -r password /etc
		change    | kubectl exec pod -- sh -c 'ls > /tmp/x'
		destroy   | kubectl exec pod -- nohup rm x
		destroy   | kubectl exec pod -- timeout -s KILL 5 rm x
		destroy   | kubectl exec pod -- sh -ec 'rm x'
		unknown   | kubectl exec pod -- sh -c 'F=$(cat x); find . $F'
		unknown   | kubectl exec pod -- sh -c 'ls $X'
		unknown   | kubectl exec pod -- sh -c 'sort *'
		unknown   | kubectl exec pod -- sh -c 'ls | xargs sort'
		unknown   | kubectl exec pod -- xargs sort
		unknown   | kubectl exec pod -- find . -exec sh -c 'cat {}' \;
		unknown   | kubectl exec pod -- sh -c 'NODE_OPTIONS=--require=/tmp/x ls'
		unknown   | kubectl exec pod -- env NODE_OPTIONS=x ls
		unknown   | kubectl exec pod -- sh -c 'export PERL5OPT=x; ls'
		unknown   | kubectl exec pod -- bash -c 'echo $(( $(cat x) ))'
		unknown   | kubectl exec pod -- bash -c '[[ -v $X ]]'
		unknown   | kubectl exec pod -- bash -c "test -v 'a[\$(rm x)]'"
		unknown   | kubectl exec pod -- bash -c 'echo ${a[$i]}'
		unknown+r | kubectl exec pod -- bash -c 'hash -p /bin/rm ls; ls x'
		unknown+r | kubectl exec pod -- sh -c 'PATH=/tmp ls'
		unknown+r | kubectl exec pod -- env -u PATH ls
		unknown+r | printf -vPATH x
		unknown   | kubectl debug node/n1 --image=busybox
		destroy   | kubectl delete jobs.batch.volcano.sh x
		change    | kubectl delete jobs.batch x
		interactive | kubectl exec -i pod -- sh
		destroy+r | echo 'rm x' | kubectl exec -i pod -- sh
		destroy+r | kubectl exec -i pod -- sh <<EOF⏎rm x⏎EOF
	`)
}

// Every way to hide a start in the grammar counts.
func TestHidden(t *testing.T) {
	t.Parallel()
	labelled(t, onKubernetes, `
		destroy | \kubectl delete pvc x
		destroy | kube'ctl' del"ete" pvc x
		destroy | $'kubectl' delete pvc x
		unknown | kubectl $'\x64elete' pvc x
		destroy | kubectl -- delete pvc x
		destroy | command kubectl delete pvc x
		destroy | eval 'kubectl delete' pvc x
		destroy | kubectl exec pod -- kubectl delete pvc x
		destroy | for f in a; do kubectl delete pvc $f; done
		destroy | while kubectl delete pvc x; do :; done
		destroy | if kubectl delete pvc x; then :; fi
		destroy | case $(kubectl delete pvc x) in *) ;; esac
		destroy | [[ $(kubectl delete pvc x) ]]
		destroy | echo $(( $(kubectl delete pvc x) ))
		destroy | echo ${x:-$(kubectl delete pvc x)}
		destroy | echo ${x/$(kubectl delete pvc x)/z}
		destroy | a=( $(kubectl delete pvc x) )
		destroy | a[$(kubectl delete pvc x)]=1
		destroy | let x=$(kubectl delete pvc x)
		destroy | echo "$(kubectl delete pvc x)"
		destroy | cat <<EOF⏎$(kubectl delete pvc x)⏎EOF
		destroy | cat <<< $(kubectl delete pvc x)
		destroy | ! kubectl delete pvc x
		destroy | kubectl delete pvc x &
		destroy | { kubectl delete pvc x; }
		destroy | ( kubectl delete pvc x )
		destroy | time kubectl delete pvc x
		destroy | function f { kubectl delete pvc x; }; f
		destroy | f() ( kubectl delete pvc x ); f
		destroy | export X=$(kubectl delete pvc x)
		destroy | X=$(kubectl delete pvc x) ls
		destroy | test -n "$(kubectl delete pvc x)"
		destroy | ls | xargs kubectl delete pvc
		read    | ls | xargs -i cat {}
		destroy+r | ls | xargs -i rm {}
		interactive+r | ls | xargs -p rm
		interactive+r | find . -name '*.old' -ok rm {} \;
		destroy | timeout -- 5 kubectl delete pvc x
		unknown | ls >$(kubectl delete pvc x)
		unknown+r | coproc kubectl delete pvc x
		unknown | ls | xargs kubectl
		unknown | ls | xargs kubectl delete
		unknown | ls | xargs -I{} {} x
		unknown | set -- kubectl delete; "$@"
		unknown | eval eval '$X'
		unknown | kubectl get pods; kubectl() { :; }
	`)
}
