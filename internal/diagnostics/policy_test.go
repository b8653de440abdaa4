package diagnostics_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/config"
	"wardroom/internal/diagnostics"
	"wardroom/internal/shell"
)

func TestPolicyIsWhatTheEnvironmentsFileSays(t *testing.T) {
	t.Parallel()
	got := diagnostics.PolicyOf(config.Environment{
		Platform:   "docker",
		Variables:  map[string]config.Variable{"namespace": {Value: "octollm", Fixed: true}, "arm": {Value: "coder"}},
		Programs:   []config.Program{{Name: "octollm", Path: "/bin/octollm", Verbs: map[string]string{"ps": "read", "odd": "whatever"}}},
		Kubernetes: &config.Kubernetes{Kubeconfig: "/etc/kube", Context: "eu", Namespaces: []string{"octollm", "shared"}},
		Docker:     &config.Docker{Path: "/usr/bin/docker", Host: "unix:///run/octo.sock", Project: "octo", Directory: "/srv/octo", Files: []string{"compose.yml", "/etc/more.yml"}},
		Hosts:      map[string]string{"api": "http://10.0.0.7:8000"},
		Postgres:   []config.Postgres{{Alias: "main", DSN: "postgres://u:p@db.internal/x"}},
		Redis:      []config.Redis{{Alias: "cache", URL: "redis://redis.internal:6379"}},
	})
	want := shell.Policy{
		Platform: shell.Docker, Fixed: map[string]string{"namespace": "octollm"}, Namespaces: []string{"octollm", "shared"},
		Programs: []shell.HostProgram{
			{Name: "octollm", Path: "/bin/octollm", Verbs: map[string]shell.Risk{"ps": shell.Read, "odd": shell.Unknown}},
			{Name: "kubectl", Env: map[string]string{"KUBECONFIG": "/etc/kube"}, Args: []string{"--context=eu", "--namespace=octollm"}},
			{Name: "docker", Path: "/usr/bin/docker", Env: map[string]string{"DOCKER_HOST": "unix:///run/octo.sock"}},
			{Name: "docker-compose", Args: []string{"--project-directory=/srv/octo"}, Env: map[string]string{
				"COMPOSE_FILE": "/srv/octo/compose.yml:/etc/more.yml", "COMPOSE_PROJECT_NAME": "octo", "DOCKER_HOST": "unix:///run/octo.sock",
			}},
		},
		Hosts: []string{"api", "10.0.0.7"}, Servers: []string{"main", "db.internal", "cache", "redis.internal"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAKubectlOfItsOwnKeepsToTheNamespaces(t *testing.T) {
	t.Parallel()
	got := diagnostics.PolicyOf(config.Environment{
		Platform:   "kubernetes",
		Programs:   []config.Program{{Name: "kubectl", Path: "/bin/kubectl"}, {Name: "octollm", Path: "/bin/octollm"}},
		Kubernetes: &config.Kubernetes{Namespaces: []string{"octollm"}},
	})
	if diff := cmp.Diff([][]string{{"--namespace=octollm"}, nil}, [][]string{got.Programs[0].Args, got.Programs[1].Args}); diff != "" {
		t.Error(diff)
	}
}

func TestADockerOfItsOwnKeepsToTheEngine(t *testing.T) {
	t.Parallel()
	got := diagnostics.PolicyOf(config.Environment{
		Platform: "docker",
		Programs: []config.Program{{Name: "docker", Path: "/bin/docker", Env: map[string]string{"DOCKER_CONFIG": "/etc/octo"}}, {Name: "octollm", Path: "/bin/octollm"}},
		Docker:   &config.Docker{Host: "tcp://engine:2376"},
	})
	want := []map[string]string{{"DOCKER_CONFIG": "/etc/octo", "DOCKER_HOST": "tcp://engine:2376"}, nil}
	if diff := cmp.Diff(want, []map[string]string{got.Programs[0].Env, got.Programs[1].Env}); diff != "" {
		t.Error(diff)
	}
}
