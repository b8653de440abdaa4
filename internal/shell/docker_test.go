package shell_test

import "testing"

func TestDocker(t *testing.T) {
	t.Parallel()
	labelled(t, onDocker, `
		read      | docker compose ps
		read      | docker-compose ps
		read      | docker compose logs --tail=100 orchestrator
		read      | docker compose logs <service>
		read+s    | docker compose logs -f [service]
		read+s    | docker compose logs -f orchestrator | grep -i "routing"
		read+s    | docker stats
		read      | docker stats --no-stream | sort -k3 -hr
		read      | docker ps -a --format '{{.Names}}'
		read      | docker logs --since 10m web
		read      | docker top web
		read      | docker port web
		read      | docker images
		read+s    | docker events
		read      | docker system df
		read      | docker network ls
		read      | docker network inspect octollm_octollm-network
		read+d    | docker inspect web
		read+d    | docker inspect --format '{{json .Config.Env}}' web
		read      | docker inspect --format '{{.State.ExitCode}}' web
		read+d    | docker compose config
		read      | docker compose config --services
		read      | docker compose exec orchestrator nc -zv postgres 5432
		read      | docker compose exec postgres pg_isready -U octollm
		read      | docker compose exec redis redis-cli ping
		read+s    | docker compose exec orchestrator ping postgres
		read      | docker compose exec orchestrator ping -c 3 postgres
		read+d    | docker compose exec orchestrator env | grep POSTGRES
		read      | docker compose exec orchestrator time curl -s http://planner-arm:8100/health
		read      | docker compose exec guardian-arm cat /app/config/blocked_commands.txt
		read      | docker compose exec -T web ls -la /var/log
		read      | docker compose exec web sh -c 'ls | head'
		read      | docker exec web ps aux
		read      | docker compose logs --no-log-prefix > /dev/null
		change    | docker compose restart <service>
		change    | docker compose restart
		change    | docker compose up -d orchestrator
		change    | docker compose stop web
		change    | docker compose start web
		change    | docker compose down
		change    | docker restart web
		change    | docker stop web
		change    | docker compose exec web kill 1
		change    | docker compose exec web touch /tmp/x
		change    | docker compose exec web apt-get install -y strace
		change    | docker compose ps > out.txt
		destroy   | docker compose down -v
		destroy   | docker compose down --rmi all
		destroy   | docker compose up -d -V
		destroy   | docker compose exec web rm -rf /data
		destroy   | docker compose exec web sh -c 'echo x; rm -rf /data'
		destroy   | docker compose exec web sh -c "timeout 5 sh -c 'rm x'"
		destroy   | docker compose exec redis redis-cli FLUSHDB
		destroy+r | docker system prune -a --volumes
		destroy+r | docker network prune
		destroy+r | docker volume rm data
		destroy+r | docker rm -f web
		destroy+r | docker compose rm -f
		change+r  | docker compose up -d --build orchestrator
		change+r  | docker compose up
		change+r  | docker kill web
		change+r  | docker cp web:/x .
		change+r  | docker run --rm busybox ls
		change+r  | docker build .
		change+r  | docker compose build
		change+r  | docker compose run web ls
		read+r    | docker -H tcp://evil ps
		read+r    | docker --context evil ps
		read+r    | docker --config /tmp ps
		change+r  | docker compose -f evil.yml up -d
		read+r    | docker compose --env-file x ps
		read+r    | docker compose --project-directory / ps
		read+r    | docker compose -p other ps
		read+r    | docker exec -u root web ls
		read+r    | docker compose exec --privileged web ls
		unknown+r | docker frobnicate
		unknown   | docker $VERB_X$Y ps
		unknown   | docker compose <verb> web
		unknown   | docker compose exec web ./migrate.sh
		unknown   | docker compose exec web sh -c "$(cat x)"
		unknown   | docker compose exec web python app.py
		unknown   | docker compose exec -T postgres psql -U octollm octollm < backup.sql
		interactive | docker compose exec orchestrator python
		interactive | docker compose exec orchestrator top
		interactive | docker compose exec -it web bash
		interactive | docker compose exec postgres psql -U octollm
		interactive | docker compose exec redis redis-cli
		read+r    | DOCKER_HOST=tcp://x docker ps
		read+r    | COMPOSE_FILE=x docker compose ps
		read+r    | kubectl get pods
	`)
}

func TestRedis(t *testing.T) {
	t.Parallel()
	labelled(t, onDocker, `
		read      | redis-cli PING
		read      | redis-cli -h cache INFO stats
		read      | redis-cli dbsize
		read      | redis-cli SLOWLOG GET 10
		read      | redis-cli --scan --pattern "*" | head -20
		read      | redis-cli CONFIG GET maxmemory-policy
		read      | redis-cli CLIENT LIST
		read+d    | redis-cli CONFIG GET requirepass
		read+d    | redis-cli CONFIG GET '*'
		read+d    | redis-cli config get 'REQUIRE*'
		read+d    | redis-cli CONFIG GET <name>
		read+s    | redis-cli MONITOR
		read+s    | redis-cli --latency
		change    | redis-cli CONFIG SET maxmemory-policy allkeys-lru
		change    | redis-cli SLOWLOG RESET
		change    | redis-cli CLIENT KILL ID 4
		destroy   | redis-cli FLUSHALL
		destroy   | redis-cli FLUSHDB ASYNC
		destroy   | redis-cli del key
		destroy   | redis-cli SET a b
		destroy   | redis-cli SHUTDOWN
		change    | redis-cli -h r REPLICAOF NO ONE
		destroy   | redis-cli REPLICAOF other 6379
		change    | redis-cli COPY a b
		destroy   | redis-cli copy a b replace
		destroy   | redis-cli EVAL "return redis.call('del', 'a')" 0
		destroy   | redis-cli EVAL "for _,k in ipairs(redis.call('keys', ARGV[1])) do redis.pcall( \"UNLINK\", k) end" 0 'tmp:*'
		unknown   | redis-cli EVAL "return redis.call('get', 'a')" 0
		unknown   | redis-cli EVAL "return redis.call('d'..'el', 'a')" 0
		unknown   | redis-cli CONFIG SET dir /etc
		unknown   | redis-cli <command>
		unknown   | redis-cli $(echo FLUSHALL)
		change    | redis-cli DEBUG SLEEP 1
		read+r    | redis-cli -a secret PING
		read+s    | redis-cli -r -1 -i 1 INFO clients
		read      | redis-cli -r 3 -i 1 INFO clients
		read+s    | redis-cli --latency
		unknown+r | redis-cli --eval x.lua
		unknown   | cat x | redis-cli
		interactive | redis-cli
	`)
}
