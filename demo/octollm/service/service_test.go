package service_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wardroom/demo/octollm/service"
)

func TestListenReplacesAStrangersPortOnce(t *testing.T) {
	t.Parallel()
	stranger, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed by the test
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	taken := stranger.Addr().(*net.TCPAddr).Port
	l, err := service.Listen(t.Context(), taken, false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := service.Listen(t.Context(), taken, true); err == nil || !strings.Contains(err.Error(), "process "+strconv.Itoa(os.Getpid())) {
		t.Errorf("a port that must be ours, held by this process: %v", err)
	}
}

func TestLinesAreForOperators(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(service.NewLineHandler(&out)).With("part", "x")
	log.WarnContext(t.Context(), "it broke", "err", errors.New("no arm"), "n", 3)
	log.DebugContext(t.Context(), "not shown")
	want := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARN  it broke part=x err="no arm" n=3\n$`)
	if !want.MatchString(out.String()) {
		t.Errorf("got %q", &out)
	}
}

func TestServiceAnswersMeasuresAndEnds(t *testing.T) {
	t.Parallel()
	s := service.New("x-arm", slog.New(slog.DiscardHandler))
	s.Capabilities = func(context.Context) (any, error) { return []string{"x"}, nil }
	var broken bool
	s.Healthy = func(context.Context) error {
		if broken {
			return errors.New("redis: gone")
		}
		return nil
	}
	s.Handle("POST /refuse", func(*http.Request) (any, error) { return nil, &service.Error{Status: http.StatusTeapot, Text: "no"} })
	l, err := service.Listen(t.Context(), 0, true)
	if err != nil {
		t.Fatal(err)
	}
	read, ready, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Serve(ctx, l, ready, func(ctx context.Context) error { <-ctx.Done(); return nil })
	}()
	raw, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + strings.TrimSpace(string(raw))
	expect := func(method, path string, status int, part string) {
		got, body := ask(t, method, base+path)
		if got != status || !strings.Contains(body, part) {
			t.Errorf("%s %s: %d %q, want %d and %q", method, path, got, body, status, part)
		}
	}
	expect("GET", "/health", 200, `"status":"healthy","service":"x-arm"`)
	expect("GET", "/capabilities", 200, `["x"]`)
	expect("POST", "/refuse", 418, `"error":"no"`)
	broken = true
	expect("GET", "/health", 503, `redis: gone`)
	expect("GET", "/metrics", 200, `http_request_duration_seconds_count{endpoint="/refuse",method="POST",status="418"} 1`)
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("end: %v", err)
	}
}

func ask(t *testing.T, method, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}
