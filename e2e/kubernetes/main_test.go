//go:build kubernetes

package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wardroom/internal/postgres/pgtest"
)

// plane is the control plane that all tests share.
var plane *cluster

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "wardroom-kubernetes-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	metrics := httptest.NewTLSServer(http.HandlerFunc(serveMetrics))
	defer metrics.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if plane, err = begin(ctx, dir, metrics.Listener.Addr().String()); err != nil {
		fmt.Fprintln(os.Stderr, "kubernetes:", err)
		return 1
	}
	defer plane.children.stop(ctx)
	code := pgtest.Run(m)
	if code != 0 && os.Getenv("KUBERNETES_LOG") != "" {
		fmt.Fprintln(os.Stderr, plane.children.complaint())
	}
	return code
}

// begin starts the control plane and fills it with an OctoLLM, with Wardroom's account and with what people may do.
func begin(ctx context.Context, dir, metrics string) (*cluster, error) {
	if err := os.Chmod(dir, 0o755); err != nil { // the user of runs must be able to enter it
		return nil, err
	}
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return nil, err
	}
	for _, name := range []string{"web", "kubectl"} {
		raw, err := os.ReadFile(filepath.Join("../../bin", name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w: make test-kubernetes builds it", err)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(bin, name), raw, 0o755)
		}
		if err != nil {
			return nil, err
		}
	}
	tools, err := filepath.Abs("../../bin/kubernetes")
	if err != nil {
		return nil, err
	}
	c, err := newCluster(ctx, dir, bin, tools)
	if err != nil {
		return nil, err
	}
	if err = c.fill(ctx, metrics); err != nil {
		err = fmt.Errorf("%w\n%s", err, c.children.complaint())
		c.children.stop(ctx)
		return nil, err
	}
	return c, nil
}

func (c *cluster) fill(ctx context.Context, metrics string) error {
	if err := c.writeContainers(); err != nil {
		return err
	}
	_, port, _ := strings.Cut(metrics, ":")
	octollm, err := octollm(port)
	if err != nil {
		return err
	}
	if err = os.WriteFile(c.path("octollm.json"), octollm, 0o644); err != nil {
		return err
	}
	for _, file := range []string{c.path("octollm.json"), "../../deploy/kubernetes/wardroom.yml", "../../deploy/kubernetes/people.yml"} {
		// A namespace takes pods only when its service account has been made.
		err = c.until(ctx, file+" is applied", func() error { _, failed := c.admin(ctx, file, "apply", "-f", "-"); return failed })
		if err != nil {
			return err
		}
	}
	token, err := c.admin(ctx, "", "create", "token", "wardroom", "-n", "wardroom", "--duration=2h")
	if err != nil {
		return err
	}
	err = writeKubeconfig(c.path("wardroom.yml"), c.server, c.ca.path("ca.crt"), map[string]any{"token": strings.TrimSpace(token)})
	if err != nil {
		return err
	}
	return c.until(ctx, "everything of OctoLLM is ready", func() error {
		for _, question := range []string{"rollout status deployment --timeout=1s", "rollout status statefulset --timeout=1s", "top nodes", "wait --for=condition=Ready pod/bare --timeout=1s"} {
			if _, err := c.admin(ctx, "", append([]string{"-n", "octollm"}, strings.Fields(question)...)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeContainers makes what containers say and the programs that they hold: each says its name and words, except those that the machine's own do.
func (c *cluster) writeContainers() error {
	line := func(stream, text string) string {
		return "2026-11-28T00:00:00.000000000Z " + stream + " F " + text + "\n"
	}
	files := map[string]string{
		"app.log":      line("stdout", "listening on port 8000") + line("stderr", "LLM error 429: rate limit, retry-after 20"),
		"previous.log": line("stderr", "MemoryError: out of memory"),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(c.path("containers"), name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	bin := filepath.Join(c.path("containers"), "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"psql", "pg_isready", "redis-cli", "curl", "nc", "ps", "getent", "wget", "df", "du", "free", "top", "printenv", "cat"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\nprintf 'in the container: %s' "+name+"\nfor word; do printf ' [%s]' \"$word\"; done\necho\n"), 0o755); err != nil {
			return err
		}
	}
	return nil
}
