package inventory_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/config"
)

// owned are pods and jobs of octollm; their owners have made them, or only claim them.
var owned = map[string][]map[string]any{
	"/api/v1/namespaces/octollm/pods/api-0":         {owner("ReplicaSet", true)},
	"/api/v1/namespaces/octollm/pods/bare":          nil,
	"/api/v1/namespaces/octollm/pods/claimed":       {owner("ConfigMap", false)},
	"/apis/batch/v1/namespaces/octollm/jobs/manual": nil,
}

func owner(kind string, controller bool) map[string]any {
	return map[string]any{"apiVersion": "v1", "kind": kind, "name": "o", "uid": "1", "controller": controller}
}

func answerOwned(w http.ResponseWriter, r *http.Request) {
	object := func(path string, owners []map[string]any) map[string]any {
		o := partial(path, "x")
		o["metadata"].(map[string]any)["ownerReferences"] = owners
		return o
	}
	if owners, there := owned[r.URL.Path]; there {
		reply(w, http.StatusOK, object(r.URL.Path, owners))
		return
	}
	items := []any{}
	for path, owners := range owned {
		if strings.HasPrefix(path, r.URL.Path+"/") && r.URL.Query().Get("labelSelector") == "app=web" {
			items = append(items, object(path, owners))
		}
	}
	if len(items) == 0 {
		status(w, http.StatusNotFound, "NotFound")
		return
	}
	reply(w, http.StatusOK, map[string]any{"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": map[string]any{}, "items": items})
}

func TestOrphansHaveNoController(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind, namespace string
		names           []string
		labels          string
		want            []string
	}{
		"owned":          {kind: "pod", namespace: "octollm", names: []string{"api-0"}},
		"orphans":        {kind: "pod", namespace: "octollm", names: []string{"api-0", "bare", "claimed"}, want: []string{"bare", "claimed"}},
		"first of ours":  {kind: "pod", names: []string{"bare"}, want: []string{"bare"}},
		"not there":      {kind: "pod", namespace: "octollm", names: []string{"gone"}},
		"a job":          {kind: "job", namespace: "octollm", names: []string{"manual"}, want: []string{"manual"}},
		"by label":       {kind: "job", namespace: "octollm", labels: "app=web", want: []string{"manual"}},
		"not our kind":   {kind: "lease", namespace: "octollm", names: []string{"bare"}},
		"in no place":    {kind: "node", names: []string{"bare"}},
		"another's name": {kind: "pod", namespace: "cache", names: []string{"bare"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, nil)
			a.answer = answerOwned
			got, err := service(t, a.environment(t)).Orphans(t.Context(), "prod", tc.kind, tc.namespace, tc.names, tc.labels)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOrphansAreUnknownWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.answer = func(w http.ResponseWriter, _ *http.Request) { status(w, http.StatusForbidden, "Forbidden") }
	s := service(t, a.environment(t))
	for _, names := range [][]string{{"bare"}, nil} {
		orphans, err := s.Orphans(t.Context(), "prod", "pod", "octollm", names, "app=web")
		wantNoAnswer(t, len(orphans) > 0, err, "does not let Wardroom look for a pod")
	}
	none := service(t, config.Environment{Name: "prod", Platform: "kubernetes"})
	if orphans, err := none.Orphans(t.Context(), "prod", "pod", "", []string{"bare"}, ""); err != nil || orphans != nil {
		t.Errorf("without a cluster: %q, %v", orphans, err)
	}
}
