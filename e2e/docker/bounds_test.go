//go:build docker

package docker_test

import (
	"strings"
	"testing"

	"wardroom/internal/diagnostics"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// Refused when they are shown, and again when they would start: nothing reaches the engine.
func TestRefused(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		plain := s.container("plain")
		count := func() string {
			out, err := here.docker(t.Context(), "ps", "--all", "--quiet", "--no-trunc")
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		before := count()
		for _, text := range []string{
			"docker run " + plainImage, "docker run -v /:/host " + plainImage + " crash", "docker run --privileged " + plainImage, "docker run --mount type=bind,src=/,dst=/host " + plainImage, "docker create " + plainImage,
			"docker container run " + plainImage, "docker build .", "docker image build .", "docker builder build .", "docker buildx build .", "docker cp " + plain + ":/service .", "docker container cp x " + plain + ":/x",
			"docker plugin ls", "docker plugin install x", "docker swarm init", "docker rm -f " + plain, "docker rmi " + plainImage, "docker kill " + plain, "docker attach " + plain, "docker commit " + plain, "docker export " + plain,
			"docker import x", "docker load -i x", "docker save " + plainImage, "docker update --cpus 1 " + plain, "docker rename " + plain + " x", "docker system prune -f", "docker volume create x", "docker network create x", "docker network connect x " + plain,
			"docker -H tcp://127.0.0.1:1 ps", "docker --host=unix:///run/docker.sock ps", "docker --context other ps", "docker -c other ps", "docker --config /tmp ps", "docker --tlsverify ps", "docker context use x",
			"docker exec -u root " + plain + " ls", "docker exec --user=0 " + plain + " ls", "docker exec --privileged " + plain + " ls", "docker exec -e LD_PRELOAD=/x " + plain + " ls", "docker exec -it " + plain + " sh", "docker exec --env-file x " + plain + " ls",
			"docker compose -f other.yml ps", "docker compose --file=other.yml up -d", "docker compose --env-file x ps", "docker compose --project-directory / ps", "docker compose -p other ps", "docker compose --project-name=other down",
			"docker compose run plain", "docker compose run -v /:/host plain", "docker compose create", "docker compose build", "docker compose cp plain:/service .", "docker compose rm -f", "docker compose pull", "docker compose kill", "docker compose watch",
			"docker compose exec -u root plain ls", "docker compose exec --user=0 plain ls", "docker compose exec --privileged plain ls", "docker compose exec -it orchestrator sh", "docker compose exec orchestrator sh", "docker compose up", "docker-compose -f other.yml ps",
			"docker-compose --context x ps", "docker-compose -H tcp://127.0.0.1:1 ps", "DOCKER_HOST=tcp://127.0.0.1:1 docker ps", "COMPOSE_FILE=other.yml docker compose ps", "export COMPOSE_PROJECT_NAME=other; docker compose ps", "env DOCKER_CONFIG=/tmp docker ps",
			"docker --debug ps", "docker frobnicate", "docker compose frobnicate", "/usr/bin/docker ps", "podman ps", "dockerd", "docker --log-level debug run " + plainImage,
		} {
			analysis := diagnostics.PolicyOf(s.env).Analyse(text)
			if analysis.Runnable {
				t.Errorf("%s: may run: %+v", text, analysis)
			}
			r := s.run(t, text, func(spec *supervisor.Spec) { spec.Confirmed, spec.Discloses = shell.Destroy, true })
			for _, started := range r.started() {
				if strings.Contains(started, "docker") {
					t.Errorf("%s: started %s", text, started)
				}
			}
			if r.exit.Code == 0 {
				t.Errorf("%s: %+v", text, r)
			}
		}
		if now := count(); now != before {
			t.Errorf("containers before:\n%s\nand after:\n%s", before, now)
		}
	})
}

func TestNothingOfTheServersSurroundingsCounts(t *testing.T) {
	for name, value := range map[string]string{
		"DOCKER_HOST": "tcp://127.0.0.1:1", "DOCKER_CONTEXT": "other", "DOCKER_CONFIG": "/nonexistent", "DOCKER_API_VERSION": "1.0", "COMPOSE_FILE": "/nonexistent.yml", "COMPOSE_PROJECT_NAME": "other", "COMPOSE_PROFILES": "x", "GREETING": "from the server",
	} {
		t.Setenv(name, value)
	}
	each(t, func(t *testing.T, s site) {
		s.ok(t, "docker ps", s.container("plain"))
		s.ok(t, "docker compose ps", s.container("plain"))
		s.ok(t, "docker compose config | grep GREETING", "from .env")
	})
}

// Neither does what a command has written where it runs.
func TestNothingInTheScratchFolderCounts(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		write := "echo GREETING=evil > .env; printf 'services: {evil: {image: evil}}' > docker-compose.yml; cp docker-compose.yml compose.yaml; cp docker-compose.yml docker-compose.override.yml; "
		out := s.ok(t, strings.ReplaceAll(write, "cp docker-compose.yml", "cat docker-compose.yml >")+"docker compose config; docker compose config --services")
		if strings.Contains(out, "evil") || !strings.Contains(out, "from .env") {
			t.Error(out)
		}
	})
}

// Compose keeps to its project. docker does not: who may use an engine sees all of it, as docs/environments.md says.
func TestProjects(t *testing.T) {
	plugin, other := at(t, pluginEnv), at(t, classicEnv)
	each(t, func(t *testing.T, s site) {
		foreign := other.container("plain")
		if s.env.Name == classicEnv {
			foreign = plugin.container("plain")
		}
		if out := s.ok(t, "docker compose ps --all"); strings.Contains(out, foreign) {
			t.Errorf("the other project's:\n%s", out)
		}
		for _, text := range []string{"docker compose logs " + foreign, "docker compose stop " + foreign, "docker compose exec " + foreign + " ls"} {
			if r := s.run(t, text); r.exit.Code == 0 {
				t.Errorf("%s: %+v", text, r)
			}
		}
		s.ok(t, "docker logs --tail 1 "+foreign, "PII detected")
		if now := state(t, foreign, "{{.State.Status}}"); now != "running" {
			t.Errorf("the other project's is %s", now)
		}
	})
}
