package inventory_test

import (
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"wardroom/internal/config"
	"wardroom/internal/errs"
	"wardroom/internal/inventory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "the-environments-own-token"

// api is an API server that holds some objects and notes what it is asked.
type api struct {
	*httptest.Server
	objects map[string]string // path → kind
	answer  http.HandlerFunc  // instead, when set

	mu    sync.Mutex
	asked []string
}

func newAPI(t *testing.T, objects map[string]string) *api {
	t.Helper()
	a := &api{objects: objects}
	a.Server = httptest.NewUnstartedServer(a)
	a.EnableHTTP2 = true // as API servers do
	a.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	a.StartTLS()
	t.Cleanup(a.Close)
	return a
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.asked = append(a.asked, r.Method+" "+r.URL.RequestURI())
	a.mu.Unlock()
	kind, there := a.objects[r.URL.Path]
	switch {
	case r.Header.Get("Authorization") != "Bearer "+token:
		status(w, http.StatusUnauthorized, "Unauthorized")
	case a.answer != nil:
		a.answer(w, r)
	case !there:
		status(w, http.StatusNotFound, "NotFound")
	case !strings.Contains(r.Header.Get("Accept"), "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"):
		status(w, http.StatusNotAcceptable, "NotAcceptable")
	default:
		reply(w, http.StatusOK, partial(r.URL.Path, kind))
	}
}

func (a *api) requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string{}, a.asked...)
}

// partial is what an API server says of the object at the path: its metadata.
func partial(path, kind string) map[string]any {
	parts := strings.Split(path, "/")
	meta := map[string]any{
		"name": parts[len(parts)-1], "uid": "0b3d5a4e-6c1f-4a55-9b7e-6f3d5b0f7a11", "resourceVersion": "4711",
		"creationTimestamp": "2026-11-20T08:15:00Z", "labels": map[string]string{"app": "octollm", "of": kind},
	}
	if len(parts) > 4 && parts[len(parts)-4] == "namespaces" {
		meta["namespace"] = parts[len(parts)-3]
	}
	return map[string]any{"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": meta}
}

func status(w http.ResponseWriter, code int, reason string) {
	reply(w, code, map[string]any{
		"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure",
		"message": "secret details: " + reason, "reason": reason, "code": code,
	})
}

func reply(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

// kubeconfig has two contexts: "right" goes to the server, the current one nowhere.
func (a *api) kubeconfig(t *testing.T, user map[string]any) string {
	t.Helper()
	dir := t.TempDir()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate().Raw})
	write(t, filepath.Join(dir, "ca.crt"), ca)
	named := func(name, key string, value any) map[string]any { return map[string]any{"name": name, key: value} }
	file, err := json.Marshal(map[string]any{ // YAML too
		"apiVersion": "v1", "kind": "Config", "current-context": "wrong",
		"clusters": []any{
			named("eu", "cluster", map[string]any{"server": a.URL, "certificate-authority": "ca.crt"}),
			named("nowhere", "cluster", map[string]any{"server": "https://127.0.0.1:1"}),
		},
		"users": []any{named("wardroom", "user", user)},
		"contexts": []any{
			named("right", "context", map[string]any{"cluster": "eu", "user": "wardroom"}),
			named("wrong", "context", map[string]any{"cluster": "nowhere", "user": "wardroom"}),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "kubeconfig")
	write(t, path, file)
	return path
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (a *api) environment(t *testing.T) config.Environment {
	t.Helper()
	return config.Environment{Name: "prod", Platform: "kubernetes", Kubernetes: &config.Kubernetes{
		Kubeconfig: a.kubeconfig(t, map[string]any{"token": token}), Context: "right", Namespaces: []string{"octollm", "cache"},
	}}
}

func service(t *testing.T, env config.Environment) *inventory.Service {
	t.Helper()
	s := inventory.New(config.File{Environments: []config.Environment{env}}, slog.New(slog.DiscardHandler))
	t.Cleanup(s.Close)
	return s
}

func TestLooksForOneObjectInTheEnvironmentsNamespaces(t *testing.T) {
	t.Parallel()
	objects := map[string]string{
		"/api/v1/namespaces/octollm/pods/coder-arm-7d9f":             "Pod",
		"/api/v1/namespaces/cache/services/redis":                    "Service",
		"/apis/apps/v1/namespaces/octollm/deployments/coder-arm":     "Deployment",
		"/apis/batch/v1/namespaces/octollm/jobs/reindex":             "Job",
		"/api/v1/namespaces/octollm":                                 "Namespace",
		"/api/v1/namespaces/kube-system":                             "Namespace",
		"/api/v1/namespaces/kube-system/pods/etcd-0":                 "Pod",
		"/api/v1/nodes/worker-1.eu.example.org":                      "Node",
		"/apis/apps/v1/namespaces/octollm/statefulsets/orchestrator": "StatefulSet",
	}
	for name, tc := range map[string]struct {
		label, value string
		want         bool
		asked        []string
	}{
		"pod":                    {"pod", "coder-arm-7d9f", true, []string{"GET /api/v1/namespaces/octollm/pods/coder-arm-7d9f"}},
		"in the second":          {"service", "redis", true, []string{"GET /api/v1/namespaces/octollm/services/redis", "GET /api/v1/namespaces/cache/services/redis"}},
		"deployment":             {"deployment", "coder-arm", true, []string{"GET /apis/apps/v1/namespaces/octollm/deployments/coder-arm"}},
		"job":                    {"job", "reindex", true, []string{"GET /apis/batch/v1/namespaces/octollm/jobs/reindex"}},
		"node":                   {"node", "worker-1.eu.example.org", true, []string{"GET /api/v1/nodes/worker-1.eu.example.org"}},
		"namespace":              {"namespace", "octollm", true, []string{"GET /api/v1/namespaces/octollm"}},
		"listed, not there":      {"namespace", "cache", false, []string{"GET /api/v1/namespaces/cache"}},
		"another's namespace":    {"namespace", "kube-system", false, nil},
		"another's pod":          {"pod", "etcd-0", false, []string{"GET /api/v1/namespaces/octollm/pods/etcd-0", "GET /api/v1/namespaces/cache/pods/etcd-0"}},
		"a pod is no deployment": {"deployment", "redis", false, []string{"GET /apis/apps/v1/namespaces/octollm/deployments/redis", "GET /apis/apps/v1/namespaces/cache/deployments/redis"}},
		"no kind of ours":        {"statefulset", "orchestrator", false, nil},
		"a container":            {"container", "coder-arm-7d9f", false, nil},
		"no label":               {"", "redis", false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, objects)
			s := service(t, a.environment(t))
			got, err := s.Has(t.Context(), "prod", tc.label, tc.value)
			if err != nil || got != tc.want {
				t.Errorf("%v, %v", got, err)
			}
			if diff := cmp.Diff(append([]string{}, tc.asked...), a.requests()); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNoNameIsNotAskedFor(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.answer = func(w http.ResponseWriter, r *http.Request) { reply(w, http.StatusOK, partial(r.URL.Path, "Pod")) }
	s := service(t, a.environment(t))
	for _, value := range []string{
		"", ".", "..", "-x", "../secrets/db", "a/b", "a b", "API-0", "a?watch=1", "a%2fb", "a\x00", "é", "a..b", strings.Repeat("a", 254),
	} {
		if found, err := s.Has(t.Context(), "prod", "pod", value); found || err != nil {
			t.Errorf("%q: %v, %v", value, found, err)
		}
	}
	if asked := a.requests(); len(asked) > 0 {
		t.Errorf("asked %q", asked)
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*config.Environment)
		label  string
		want   bool
	}{
		"pod":                    {func(*config.Environment) {}, "pod", true},
		"unknown label":          {func(*config.Environment) {}, "instance", false},
		"another environment":    {func(e *config.Environment) { e.Name = "stage" }, "pod", false},
		"another platform":       {func(e *config.Environment) { e.Platform = "docker" }, "pod", false},
		"no cluster":             {func(e *config.Environment) { e.Kubernetes = nil }, "pod", false},
		"no kubeconfig":          {func(e *config.Environment) { e.Kubernetes.Kubeconfig = "" }, "pod", false},
		"any namespace":          {func(e *config.Environment) { e.Kubernetes.Namespaces = nil }, "pod", false},
		"a node lies in none":    {func(e *config.Environment) { e.Kubernetes.Namespaces = nil }, "node", true},
		"kubectl goes elsewhere": {func(e *config.Environment) { e.Programs = []config.Program{{Name: "kubectl"}} }, "pod", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, map[string]string{"/api/v1/namespaces/octollm/pods/api-0": "Pod", "/api/v1/nodes/api-0": "Node"})
			env := a.environment(t)
			tc.change(&env)
			s := service(t, env)
			if got := s.Covers("prod", tc.label); got != tc.want {
				t.Errorf("covers: %v", got)
			}
			if got, err := s.Has(t.Context(), "prod", tc.label, "api-0"); got != tc.want || err != nil {
				t.Errorf("has: %v, %v", got, err)
			}
			if asked := a.requests(); len(asked) > 0 != tc.want {
				t.Errorf("asked %q", asked)
			}
		})
	}
}

// wantNoAnswer: a person is told which environment and nothing of what the server said.
func wantNoAnswer(t *testing.T, found bool, err error, says string) {
	t.Helper()
	if found || errs.KindOf(err) != errs.Unavailable {
		t.Fatalf("%v, %v", found, err)
	}
	if message := errs.Message(err); !strings.Contains(message, "prod") || !strings.Contains(message, says) || strings.Contains(message, "secret") {
		t.Errorf("message %q", message)
	}
}
