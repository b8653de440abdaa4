package stack_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wardroom/demo/stack"
)

// octollm is the program under test, built once.
var octollm string

// TestMain builds octollm. The test binary also stands in for a process that starts a stack and is killed: see TestTakesOverAfterKill.
func TestMain(m *testing.M) {
	if dir := os.Getenv("STACK_TEST_HOLD"); dir != "" {
		hold(dir)
	}
	os.Exit(build(m))
}

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "stack-bin")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	octollm = filepath.Join(dir, "octollm")
	cmd := exec.Command("go", "build", "-o", octollm, "wardroom/demo/octollm") //nolint:noctx // before any test
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build octollm:", err)
		return 1
	}
	code := m.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// hold starts a stack in dir, says so and waits to be killed.
func hold(dir string) {
	s, err := stack.Start(context.Background(), options(dir, os.Getenv("STACK_TEST_OCTOLLM")))
	if err != nil {
		fmt.Fprintln(os.Stdout, err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, "ready", s.Prometheus)
	select {}
}

// options for a stack beside others, at a speed that makes alerts a matter of seconds.
func options(dir, program string) stack.Options {
	return stack.Options{Dir: dir, Octollm: program, FreePorts: true, Speed: 30, Log: slog.New(slog.DiscardHandler)}
}

// folder is a temporary one that an unprivileged user may enter: t.TempDir's is closed to others.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "stack") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func start(t *testing.T, dir string) *stack.Stack {
	t.Helper()
	s, err := stack.Start(t.Context(), options(dir, octollm))
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return s
}
