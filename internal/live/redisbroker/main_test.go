package redisbroker_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"wardroom/internal/live"
	"wardroom/internal/live/redisbroker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// warnings receives what is logged as a warning.
type warnings chan string

func (w warnings) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

func (w warnings) Handle(_ context.Context, r slog.Record) error { w <- r.Message; return nil }

func (w warnings) WithAttrs([]slog.Attr) slog.Handler { return w }

func (w warnings) WithGroup(string) slog.Handler { return w }

// server is a real Redis on a socket of its own.
type server struct {
	socket string
	cmd    *exec.Cmd
}

// redisServer starts one. A machine without redis-server fails the test.
func redisServer(t *testing.T) *server {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis") //nolint:usetesting // t.TempDir's names are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	s := &server{socket: filepath.Join(dir, "redis.sock")}
	t.Cleanup(func() {
		s.kill(t)
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.start(t)
	return s
}

func (s *server) url() string { return "unix://" + s.socket }

func (s *server) start(t *testing.T) {
	t.Helper()
	s.cmd = exec.Command("redis-server", "-") //nolint:noctx // kill ends it, after the context of the test
	s.cmd.Stdin = strings.NewReader("port 0\nsave \"\"\nappendonly no\nunixsocket " + s.socket + "\n")
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = s.cmd.Start(); err != nil {
		t.Fatalf("these tests need redis-server: %v", err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(strings.ToLower(lines.Text()), "ready to accept connections") {
			go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the server
			return
		}
	}
	t.Fatal("redis-server did not start")
}

func (s *server) kill(t *testing.T) {
	t.Helper()
	if s.cmd.ProcessState != nil {
		return
	}
	if err := s.cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = s.cmd.Wait() // killed, as wanted
}

func (s *server) signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Error(err)
	}
}

// broker connects a hub and stops with the test.
func broker(t *testing.T, url string, hub *live.Hub, log *slog.Logger) *redisbroker.Broker {
	t.Helper()
	b, err := redisbroker.New(redisbroker.Options{URL: url, Channel: "wardroom", Hub: hub, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	b.Start(t.Context())
	t.Cleanup(func() {
		if err := b.Stop(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// replicas gives two hubs that hear each other. Whoever joins tells the others to repair:
// when this has been heard, the way is open.
func replicas(t *testing.T, url string, log *slog.Logger) (here, there *live.Hub) {
	t.Helper()
	here, there = live.NewHub(), live.NewHub()
	first, stopFirst := here.Listen("joined")
	defer stopFirst()
	second, stopSecond := there.Listen("joined")
	defer stopSecond()
	broker(t, url, here, log)
	<-first
	broker(t, url, there, quiet)
	<-second
	<-first
	return here, there
}
