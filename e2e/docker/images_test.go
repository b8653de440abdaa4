//go:build docker

package docker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	plainImage = "wardroom.test/plain" // the static binary and nothing else: no shell, no ps, no pkill
	fullImage  = "wardroom.test/full"  // also what OctoLLM's images have; its programs are this machine's, mounted at run time
)

// images builds both from scratch: nothing can be pulled.
func images(ctx context.Context) error {
	if err := image(ctx, plainImage, plainFiles); err != nil {
		return err
	}
	return image(ctx, fullImage, fullFiles)
}

func image(ctx context.Context, name string, fill func(root string) error) error {
	dir := filepath.Join(bench, filepath.Base(name))
	root := filepath.Join(dir, "root")
	err := errors.Join(os.MkdirAll(root, 0o755), os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM scratch\nCOPY root/ /\n"), 0o644), fill(root))
	if err != nil {
		return fmt.Errorf("image %s: %w", name, err)
	}
	_, err = here.docker(ctx, "build", "--quiet", "--tag="+name, dir)
	return err
}

func plainFiles(root string) error {
	binary, err := os.ReadFile(filepath.Join(bench, "service"))
	return errors.Join(err, os.WriteFile(filepath.Join(root, "service"), binary, 0o755))
}

func fullFiles(root string) error {
	schema, err := os.ReadFile("../../demo/octollm/orchestrator/schema.sql")
	errs := []error{err}
	for path, text := range map[string]string{
		"etc/passwd": "root:x:0:0::/:/bin/sh\npostgres:x:999:999::/tmp:/bin/sh\n", "etc/group": "root:x:0:\npostgres:x:999:\n", "etc/nsswitch.conf": "hosts: files dns\n",
		"app/config/blocked_commands.txt": "rm -rf /\nmkfs\n", "schema.sql": "CREATE ROLE octollm LOGIN SUPERUSER;\nCREATE DATABASE octollm OWNER octollm;\n\\connect octollm octollm\nCREATE EXTENSION pg_stat_statements;\n" + string(schema),
		"start-postgres": "#!/bin/sh\nset -e\ninitdb --auth=trust --pgdata=/tmp/data >/dev/null\necho \"shared_preload_libraries = 'pg_stat_statements'\" >>/tmp/data/postgresql.conf\npg_ctl --pgdata=/tmp/data --wait --log=/dev/null start >/dev/null\n" +
			"psql --quiet --set=ON_ERROR_STOP=1 --dbname=postgres --file=/schema.sql >/dev/null\npg_ctl --pgdata=/tmp/data --wait stop >/dev/null\necho 'host all all all trust' >>/tmp/data/pg_hba.conf\n" +
			"exec postgres -D /tmp/data -c listen_addresses='*'\n",
	} {
		full := filepath.Join(root, path)
		errs = append(errs, os.MkdirAll(filepath.Dir(full), 0o755), os.WriteFile(full, []byte(text), 0o755))
	}
	for _, folder := range []string{"usr", "tmp", "var/run/postgresql", "var/lib/postgresql/data", "etc/alternatives"} {
		errs = append(errs, os.MkdirAll(filepath.Join(root, folder), 0o755), os.Chmod(filepath.Join(root, folder), 0o777))
	}
	for _, folder := range []string{"bin", "sbin", "lib", "lib64"} {
		errs = append(errs, os.Symlink("usr/"+folder, filepath.Join(root, folder)))
	}
	return errors.Join(append(errs, plainFiles(root))...)
}

// postgresPrograms is the folder of the newest PostgreSQL of this machine.
func postgresPrograms() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		return "", errors.New("no PostgreSQL in /usr/lib/postgresql")
	}
	return found[len(found)-1], nil
}

// composeFile is the project of the tests: one service that crashes, one that becomes
// unhealthy, one that hangs, one without a shell and one that has one. octollm adds the
// rest of OctoLLM, with its names and the parts that the playbooks ask for.
func composeFile(octollm bool) (string, error) {
	programs, err := postgresPrograms()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, `x-full: &full
  image: %s
  networks: [octollm-network]
  stop_grace_period: 1s
  volumes: ["/usr:/usr:ro", "/etc/alternatives:/etc/alternatives:ro"]
  environment:
    PATH: %s:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    POSTGRES_HOST: postgres
    POSTGRES_PASSWORD: from-the-project
    OPENAI_API_KEY: sk-test
    GREETING: ${GREETING-nothing}
x-plain: &plain
  image: %s
  networks: [octollm-network]
  stop_grace_period: 1s
services:
  orchestrator: {<<: *full, command: [/service, serve, orchestrator, ":8000"], healthcheck: {test: [CMD, /service, health, "http://127.0.0.1:8000/health"], interval: 3s, timeout: 2s, retries: 60}}
  plain: {<<: *plain, command: [/service, serve, plain, ":8200"], ports: ["127.0.0.1::8200"]}
  crasher: {<<: *plain, command: [/service, crash]}
  ill: {<<: *plain, command: [/service, serve, ill, ":8201"], healthcheck: {test: [CMD, /service, health, "http://127.0.0.1:1/"], interval: 3s, timeout: 1s, retries: 1}}
`, fullImage, programs, plainImage)
	if octollm {
		b.WriteString(`  postgres: {<<: *full, user: "999:999", command: [/start-postgres], healthcheck: {test: [CMD, pg_isready, -U, octollm], interval: 3s, timeout: 2s, retries: 60}}
  redis: {<<: *full, user: "999:999", command: [redis-server, --save, "", --dir, /tmp]}
  qdrant: {<<: *full, command: [/service, serve, qdrant, ":6333"]}
`)
		for i, arm := range arms {
			fmt.Fprintf(&b, "  %s: {<<: *full, command: [/service, serve, %s, \":%d\"]}\n", arm, arm, 8100+i)
		}
	}
	b.WriteString("networks:\n  octollm-network: {}\n")
	return b.String(), nil
}

var arms = []string{"planner-arm", "executor-arm", "coder-arm", "judge-arm", "guardian-arm", "retriever-arm"}
