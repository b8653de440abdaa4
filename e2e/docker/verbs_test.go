//go:build docker

package docker_test

import (
	"strings"
	"testing"

	"wardroom/internal/supervisor"
)

func TestReads(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		plain, ill, crasher := s.container("plain"), s.container("ill"), s.container("crasher")
		becomes(t, ill, "{{.State.Health.Status}}", "unhealthy")
		becomes(t, crasher, "{{.State.Status}}", "exited")
		network := s.env.Docker.Project + "_octollm-network"
		for text, word := range map[string]string{
			`docker ps`: plain, `docker ps -a --filter name=` + crasher + ` --format '{{.Names}} {{.Status}}'`: "Exited (3)", `docker ps --size --no-trunc -n 5`: "SIZE",
			`docker logs ` + plain: "plain ready on :8200", `docker logs --tail 1 -t ` + plain: "PII detected", `docker logs --since 1h ` + crasher + ` 2>&1`: "configuration is missing",
			`docker stats --no-stream ` + plain: plain, `docker top ` + plain: "/service serve plain", `docker top ` + plain + ` -o pid,comm`: "service",
			`docker port ` + plain: "8200/tcp -> 127.0.0.1:", `docker images`: plainImage, `docker images --format '{{.Repository}}' | sort`: plainImage,
			`docker events --since 1h --until 0s --filter event=exec_create`: "/service health", `docker inspect --format '{{.State.Health.Status}}' ` + ill: "unhealthy",
			`docker inspect --format '{{.State.ExitCode}}' ` + crasher: "3", `docker inspect ` + plain: `"Cmd"`, `docker diff ` + plain: "", `docker history ` + plainImage: "COPY dir:",
			`docker system df`: "Containers", `docker system df -v`: plain, `docker info`: "overlay2", `docker version`: "Server:", `docker volume ls`: "VOLUME NAME",
			`docker network ls`: network, `docker network inspect ` + network: `"` + network + `"`, `docker container ls -a`: crasher,
			`docker compose ps`: plain, `docker-compose ps`: plain, `docker compose ps --all`: crasher, `docker compose ps --services`: "plain", `docker compose ps -q plain`: "",
			`docker compose logs`: "routing task-1", `docker compose logs --tail=2 plain`: "plain PII detected", `docker compose logs --no-log-prefix --tail 1 plain`: "plain PII detected",
			`docker compose logs -t ill | grep ready | wc -l`: "1", `docker compose top`: "/service serve ill", `docker compose top plain`: "/service serve plain",
			`docker compose port plain 8200`: "127.0.0.1:", `docker compose images`: "wardroom.test/plain", `docker compose config --services`: "orchestrator", `docker compose config -q`: "",
			`docker compose config`: "from-the-project", `docker compose version`: "",
			`docker compose exec orchestrator ls /app/config`: "blocked_commands.txt", `docker compose exec -T orchestrator cat /app/config/blocked_commands.txt`: "mkfs", `docker compose exec orchestrator ps aux`: "/service serve orchestrator",
			`docker compose exec orchestrator sh -c 'ls /app | head -n 1; pwd'`: "config\n/\n", `docker compose exec orchestrator printenv GREETING`: "from .env", `docker compose exec -w /app orchestrator pwd`: "/app",
			`docker exec ` + s.container("orchestrator") + ` df -h /`: "overlay", `docker exec -w /app ` + s.container("orchestrator") + ` pwd`: "/app", `docker compose exec orchestrator top -b -n1`: "service",
			`for s in plain ill; do docker compose ps $s; done`: ill,
		} {
			s.ok(t, text, word)
		}
		if s.env.Name == pluginEnv { // what docker-compose 1.29 does not have
			s.ok(t, "docker compose logs --since=1h orchestrator", "routing task-1")
			s.ok(t, "docker compose ls", s.env.Docker.Project)
			s.ok(t, "docker compose stats --no-stream plain", plain)
			s.ok(t, "docker compose exec --no-TTY orchestrator pwd", "/")
		}
	})
}

func TestErrorsOfTheEngineAreTold(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		for text, want := range map[string]string{
			`docker logs nobody`: "No such container", `docker compose stop nobody`: "o such service", `docker compose exec crasher ls`: "", `docker compose exec plain ls`: "executable file not found",
			`docker exec ` + s.container("plain") + ` sh -c 'ls'`: "executable file not found", `docker compose exec orchestrator ls /nowhere`: "No such file or directory", `docker inspect --format '{{.State}}' nobody`: "nobody",
		} {
			if r := s.run(t, text); r.exit.Code == 0 || r.exit.Reason != "" || len(r.started()) != 1 || !strings.Contains(r.stdout+r.stderr, want) {
				t.Errorf("%s: %+v", text, r)
			}
		}
	})
}

func TestChanges(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		plain, orchestrator := s.container("plain"), s.container("orchestrator")
		for _, text := range []string{"docker restart " + plain, "docker restart -t 1 " + plain, "docker compose restart plain", "docker-compose restart -t 1 plain"} {
			before := state(t, plain, "{{.State.StartedAt}}")
			s.ok(t, text)
			if now := state(t, plain, "{{.State.StartedAt}}"); now == before || state(t, plain, "{{.State.Status}}") != "running" {
				t.Errorf("%s: started at %s, before at %s", text, now, before)
			}
		}
		for _, pair := range [][2]string{{"docker stop " + plain, "docker start " + plain}, {"docker compose stop plain", "docker compose start plain"}, {"docker stop -t 1 " + plain, "docker compose up -d plain"}} {
			s.ok(t, pair[0])
			if now := state(t, plain, "{{.State.Status}}"); now != "exited" {
				t.Errorf("%s: it is %s", pair[0], now)
			}
			s.ok(t, pair[1])
			if now := state(t, plain, "{{.State.Status}}"); now != "running" {
				t.Errorf("%s: it is %s", pair[1], now)
			}
		}
		s.ok(t, "docker compose exec orchestrator touch /tmp/made")
		s.ok(t, "docker compose exec orchestrator ls /tmp/made", "/tmp/made")
		s.ok(t, "docker exec "+orchestrator+" sh -c 'ls /tmp; rm /tmp/made'", "made")
		if r := s.run(t, "docker compose exec orchestrator ls /tmp/made"); r.exit.Code == 0 {
			t.Error("it is not removed")
		}
		s.ok(t, "docker compose up -d --scale ill=2 --no-recreate ill")
		s.ok(t, "docker compose ps ill", strings.TrimSuffix(s.container("ill"), "1")+"2")
	})
}

// Last in this file, because the project is new afterwards.
func TestDownAndUp(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		before := state(t, s.container("plain"), "{{.Id}}")
		s.ok(t, "docker compose down -v --remove-orphans -t 1")
		if r := s.run(t, "docker ps -a --format '{{.Names}}'"); strings.Contains(r.stdout, s.container("plain")) {
			t.Errorf("still there:\n%s", r.stdout)
		}
		s.ok(t, "docker compose up -d")
		if now := state(t, s.container("plain"), "{{.Id}}"); now == before {
			t.Error("it is the same container")
		}
		becomes(t, s.container("orchestrator"), "{{.State.Health.Status}}", "healthy")
	})
}

// What the class says is what may start, whatever the words come from.
func TestExecIsClassedByWhatItStarts(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		s.ok(t, "docker compose exec orchestrator touch /tmp/kept")
		for _, text := range []string{
			`docker compose exec orchestrator rm /tmp/kept`, `docker compose exec orchestrator sh -c 'rm /tmp/kept'`, `docker compose exec -T orchestrator sh -c "ls; rm /tmp/kept"`,
			`T='rm /tmp/kept'; docker compose exec orchestrator sh -c "$T"`, `V=rm; docker exec ` + s.container("orchestrator") + ` $V /tmp/kept`, `X=exec; docker compose $X orchestrator rm /tmp/kept`,
			`echo /tmp/kept | xargs docker compose exec orchestrator rm`, `timeout 5 docker compose exec orchestrator rm /tmp/kept`,
		} {
			r := s.run(t, text, func(spec *supervisor.Spec) { spec.Confirmed = 0 })
			for _, started := range r.started() {
				if strings.HasPrefix(started, "docker") {
					t.Errorf("%s: started %s", text, started)
				}
			}
			if r.exit.Code == 0 {
				t.Errorf("%s: %+v", text, r)
			}
		}
		s.ok(t, "docker compose exec orchestrator ls /tmp/kept", "/tmp/kept")
	})
}
