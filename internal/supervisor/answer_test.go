package supervisor_test

import (
	"strings"
	"testing"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

func TestANoIsNoFailure(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`echo a | grep b`:                            "grep found nothing.",
		`helper do-say a | egrep b`:                  "egrep found nothing.",
		`kubectl -n api diff -f a.yaml`:              "There are differences.",
		`kubectl get pods diff`:                      "",
		`kubectl get pods | grep Crash`:              "", // kubectl has failed: that nothing was found means nothing
		`grep a missing`:                             "", // its status is 2
		`echo a | grep b || exit 1`:                  "", // the author says that this is a failure
		`if ! echo a | grep -q b; then exit 1; fi`:   "",
		`f() { return 1; }; echo a | grep b; f`:      "",
		`echo a | grep b; helper do-fail 1`:          "",
		`echo a | grep b; false`:                     "",
		`echo a | grep b; systemctl stop x`:          "", // refused
		`for x in a b; do echo $x | grep -q c; done`: "", // more than one pipeline: nobody knows what its status means
		`echo a | grep b; [ 1 = 2 ]`:                 "",
		`echo a | grep b && helper do-say x`:         "", // what was to happen has not
		`! echo a | grep a`:                          "",
		`echo a | grep b > /etc/x`:                   "",
		`echo $unset | grep b`:                       "",
		`cat missing | grep b`:                       "",
		`echo a | grep a`:                            "",
	} {
		r := run(t, text, func(s *supervisor.Spec) {
			s.Policy.Platform = shell.Kubernetes
			s.Policy.Programs = append(s.Policy.Programs, shell.HostProgram{Name: "kubectl", Env: map[string]string{"FAIL": "1"}})
		})
		if r.exit.Answer != want || want != "" && r.exit.Code != 1 {
			t.Errorf("%s: %+v, want %q\n%s", text, r.exit, want, r.stderr)
		}
	}
}

func TestWhatNothingHasSetEndsTheRun(t *testing.T) {
	t.Parallel()
	r := run(t, `echo before; helper do-say "$dir/data"; echo after`)
	if r.exit.Code == 0 || r.stdout != "before\n" || !strings.Contains(r.stderr, "dir: unbound variable") || len(r.programs) > 0 {
		t.Errorf("%+v", r)
	}
	for text, want := range map[string]string{
		`dir=; helper do-say "$dir/data"`:                          "/data\n", // somebody wants it empty
		`echo "${dir:-/var}" "${dir-x}"`:                           "/var x\n",
		`[ -z "${dir:-}" ] && echo none`:                           "none\n",
		`for x in a; do echo $x; done`:                             "a\n",
		`echo v | while read -r y; do echo $y; done; echo $# "$@"`: "v\n0\n",
	} {
		if r = run(t, text); r.exit.Code != 0 || r.stdout != want {
			t.Errorf("%s: %+v", text, r)
		}
	}
}
