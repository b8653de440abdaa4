package supervisor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// composed is an environment with a docker, and what it says of Compose.
func composed(docker, compose shell.HostProgram) func(*supervisor.Spec) {
	docker.Name, compose.Name = "docker", "docker-compose"
	return func(s *supervisor.Spec) {
		s.Policy.Platform, s.Policy.Programs, s.Confirmed, s.Discloses = shell.Docker, []shell.HostProgram{docker, compose}, shell.Change, true
	}
}

// folder lies beside the binaries and has copies of docker under these names.
func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := newScratch(t)
	for _, name := range names {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(filepath.Join(bin, "docker"), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// octo is what an environment says that has one.
func octo() shell.HostProgram {
	return shell.HostProgram{Args: []string{"--project-directory=/srv/octo"}, Env: map[string]string{"COMPOSE_FILE": "/srv/octo/a.yml", "COMPOSE_PROJECT_NAME": "octo"}}
}

func TestWhichCompose(t *testing.T) {
	t.Parallel()
	withPlugin, both, alone := folder(t, "docker", "cli-plugins/docker-compose"), folder(t, "docker", "docker-compose", "cli-plugins/docker-compose"), folder(t, "docker", "docker-compose")
	fallback := "docker-compose --project-directory=/srv/octo --project-name=octo --file=/srv/octo/a.yml ps -a"
	if found, _ := filepath.Glob("/usr/*/docker/cli-plugins/docker-compose"); len(found) > 0 {
		fallback = "docker compose --project-directory=/srv/octo --project-name=octo --file=/srv/octo/a.yml ps -a" // this machine's docker has the plugin
	}
	configured := octo()
	configured.Path = filepath.Join(alone, "docker-compose")
	for name, tc := range map[string]struct {
		dir     string
		compose shell.HostProgram
		want    string
	}{
		"plugin":                       {withPlugin, octo(), "docker compose --project-directory=/srv/octo --project-name=octo --file=/srv/octo/a.yml ps -a"},
		"the plugin before the other":  {both, octo(), "docker compose --project-directory=/srv/octo --project-name=octo --file=/srv/octo/a.yml ps -a"},
		"the other, if configured":     {both, configured, "docker-compose --project-directory=/srv/octo --project-name=octo --file=/srv/octo/a.yml ps -a"},
		"beside docker without plugin": {alone, octo(), fallback},
	} {
		docker := shell.HostProgram{Path: filepath.Join(tc.dir, "docker"), Env: map[string]string{"DOCKER_HOST": "unix:///run/octo.sock"}}
		if tc.dir != alone {
			docker.Env["DOCKER_CONFIG"] = tc.dir
		}
		for _, text := range []string{"docker compose ps -a", "docker-compose ps -a"} {
			r := run(t, text, composed(docker, tc.compose))
			first, env, _ := strings.Cut(r.stdout, "\n")
			if first != "/ "+tc.want || !strings.Contains(env, "DOCKER_HOST=unix:///run/octo.sock\n") || strings.Contains(env, "COMPOSE_") {
				t.Errorf("%s: %s: %+v", name, text, r)
			}
		}
	}
}

func TestComposeIsGivenItsProjectAndNoTerminal(t *testing.T) {
	t.Parallel()
	dir := folder(t, "docker", "docker-compose")
	docker := shell.HostProgram{Path: filepath.Join(dir, "docker")}
	compose := shell.HostProgram{Path: filepath.Join(dir, "docker-compose"), Env: map[string]string{"COMPOSE_FILE": "/srv/octo/a.yml:/etc/b.yml"}}
	for text, want := range map[string]string{
		"docker compose exec web ls":                     "exec -T web ls",
		"docker compose exec -T web ls":                  "exec -T web ls",
		"docker compose exec --no-TTY web ls":            "exec --no-TTY web ls",
		"docker compose exec -w /srv --index=2 web ls":   "exec -T -w /srv --index=2 web ls",
		"docker-compose --profile exec exec web echo -T": "--profile exec exec -T web echo -T",
		"docker compose --ansi=never logs exec":          "--ansi=never logs exec",
		"docker compose up -d web":                       "up -d web",
	} {
		r := run(t, text, composed(docker, compose))
		first, _, _ := strings.Cut(r.stdout, "\n")
		if diff := cmp.Diff("/ docker-compose --project-directory=/srv/octo --file=/srv/octo/a.yml --file=/etc/b.yml "+want, first); diff != "" {
			t.Errorf("%s: %s\n%s", text, diff, r.stderr)
		}
	}
	// A container may have the name of a verb.
	r := run(t, "docker logs compose; docker exec web ls", composed(docker, compose))
	for _, want := range []string{" docker logs compose\n", " docker exec web ls\n"} {
		if !strings.Contains(r.stdout, want) || strings.Contains(r.stdout, "COMPOSE_FILE") {
			t.Errorf("%+v", r)
		}
	}
}

func TestComposeNeedsAConfiguredProject(t *testing.T) {
	t.Parallel()
	docker := shell.HostProgram{Path: filepath.Join(bin, "docker")}
	for _, compose := range []shell.HostProgram{{}, {Env: map[string]string{"COMPOSE_FILE": "relative.yml"}}, {Env: map[string]string{"COMPOSE_FILE": "/a.yml:relative.yml"}}, {Path: "relative/docker-compose", Env: map[string]string{"COMPOSE_FILE": "/a.yml"}}} {
		r := run(t, `echo 'services: {}' > docker-compose.yml; docker compose ps`, composed(docker, compose))
		if r.exit.Code != 126 || !strings.Contains(r.stderr, "not permitted") {
			t.Errorf("%+v", r)
		}
	}
}
