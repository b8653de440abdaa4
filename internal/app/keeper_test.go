package app_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"wardroom/internal/app"
	"wardroom/internal/config"
)

// A private PostgreSQL that is killed comes back by itself, with everything in it.
func TestThePrivateDatabaseComesBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	must(t, os.Chmod(filepath.Dir(dir), 0o755))
	d, err := app.OpenDatabase(t.Context(), config.Settings{Data: dir}, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { must(t, d.Close(context.WithoutCancel(t.Context()))) })
	before, err := d.Epoch(t.Context())
	must(t, err)
	lines, err := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	must(t, err)
	first, _, _ := strings.Cut(string(lines), "\n")
	pid, err := strconv.Atoi(first)
	must(t, err)
	must(t, syscall.Kill(pid, syscall.SIGKILL))
	for deadline := time.Now().Add(time.Minute); ; <-time.After(50 * time.Millisecond) {
		now, err := d.Epoch(t.Context())
		if after, readErr := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid")); err == nil && readErr == nil && string(after) != string(lines) {
			if now != before {
				t.Errorf("epoch %v, was %v", now, before)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("it did not come back: ", err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
