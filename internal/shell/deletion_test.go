package shell_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wardroom/internal/shell"
)

func TestDeletions(t *testing.T) {
	t.Parallel()
	vars := map[string]string{"POD": "api-0", "KIND_AND_NAME": "pod/api-0", "ODD": "a b", "FLAG": "--all"}
	for text, want := range map[string][]shell.Deletion{
		"kubectl delete pod api-0":                                 {{Kind: "pod", Names: []string{"api-0"}}},
		"kubectl delete po api-0 api-1 -n octollm":                 {{Kind: "pod", Namespace: "octollm", Names: []string{"api-0", "api-1"}}},
		"kubectl -n octollm delete pod/api-0 jobs.batch/m":         {{Kind: "pod", Namespace: "octollm", Names: []string{"api-0"}}, {Kind: "job", Namespace: "octollm", Names: []string{"m"}}},
		"kubectl -n a delete --namespace=b pods x":                 {{Kind: "pod", Namespace: "b", Names: []string{"x"}}},
		"kubectl delete -n a pods x --namespace b":                 {{Kind: "pod", Namespace: "a", Names: []string{"x"}, Later: true}},
		"kubectl delete pods,jobs -l app=web":                      {{Kind: "pod", Selector: "app=web"}, {Kind: "job", Selector: "app=web"}},
		"kubectl delete pods -l a=b --selector c=d":                {{Kind: "pod", Selector: "a=b,c=d", Later: true}},
		"kubectl delete pods --field-selector=status.phase=Failed": {{Kind: "pod", Later: true}},
		`kubectl delete pod "$POD" ${POD}`:                         {{Kind: "pod", Names: []string{"api-0", "api-0"}}},
		`kubectl delete "$KIND_AND_NAME"`:                          {{Kind: "pod", Names: []string{"api-0"}}},
		`kubectl delete pod x-$POD-y`:                              {{Kind: "pod", Names: []string{"x-api-0-y"}}},
		`kubectl delete pod ${POD%-0}`:                             {{Kind: "pod", Names: []string{"\uE001"}, Later: true}},
		`kubectl delete pod $ODD $FLAG`:                            {{Kind: "pod", Names: []string{"\uE001", "\uE001"}, Later: true}},
		`kubectl delete pod $NONE`:                                 {{Kind: "pod", Names: []string{"\uE001"}, Later: true}},
		`POD=x; kubectl delete pod $POD`:                           {{Kind: "pod", Names: []string{"\uE001"}, Later: true}},
		"for POD in a b; do kubectl delete pod $POD; done":         {{Kind: "pod", Names: []string{"\uE001"}, Later: true}},
		"kubectl get pods -o name | xargs kubectl delete pod":      {{Kind: "pod", Names: []string{"\uE001"}, Later: true}},
		"timeout 5 kubectl delete pod x && oc delete job y":        {{Kind: "pod", Names: []string{"x"}}, {Kind: "job", Names: []string{"y"}}},
		"kubectl delete pod x --dry-run=client":                    nil,
		"kubectl delete lease x":                                   nil, // made again by whoever needs it
		"kubectl delete pvc x":                                     nil, // never made again
		"kubectl delete pod x --frobnicate":                        nil, // does not start
		"kubectl exec pod -- kubectl delete pod x":                 nil, // another cluster's, for all we know
		"echo kubectl delete pod x":                                nil,
		"kubectl delete pod 'x":                                    nil,
	} {
		if diff := cmp.Diff(want, shell.Policy{}.Deletions(text, vars), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}
