//go:build docker

package docker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/process"
)

// What all tests share: the engine, and a folder that every user may enter with the binary
// of Wardroom, the Compose plugin and the projects.
var (
	here  *engine
	bench string
)

// TestMain makes this binary also the first process of the engine's namespaces.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "engine" {
		if err := hold(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, "engine:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code, err := withEngine(func() int { return pgtest.Run(m) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "docker:", err)
		code = 1
	}
	os.Exit(code)
}

func withEngine(run func() int) (code int, err error) {
	if os.Geteuid() != 0 {
		return 1, errors.New("an engine can be started by root only: run make test-docker as root")
	}
	if bench, err = os.MkdirTemp("", "wr-docker-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(bench)
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	if err = errors.Join(os.Chmod(bench, 0o755), build(ctx)); err != nil {
		return 1, err
	}
	if here, err = startEngine(ctx); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, here.stop()) }()
	if err = images(ctx); err != nil {
		return 1, err
	}
	return run(), nil
}

// build compiles Wardroom, what runs in containers, and the Compose plugin.
func build(ctx context.Context) error {
	for _, b := range []struct {
		dir, out, what string
		env            []string
	}{
		{"../..", "web", "./cmd/web", nil},
		{"../..", "service", "./e2e/docker/service", []string{"CGO_ENABLED=0"}},
		{"../../tools/compose", "config/cli-plugins/docker-compose", "github.com/docker/compose/v2/cmd", []string{"CGO_ENABLED=0"}},
	} {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", filepath.Join(bench, b.out), b.what)
		cmd.Dir, cmd.Env, cmd.Stderr = b.dir, append(os.Environ(), b.env...), os.Stderr
		if err := process.Run(cmd); err != nil {
			return fmt.Errorf("build %s: %w", b.what, err)
		}
	}
	return nil
}
