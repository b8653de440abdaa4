package app_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/internal/config"
)

func TestAWrongRedisAddressIsOneSentence(t *testing.T) {
	t.Parallel()
	s := settings(t)
	s.RedisURL = "redis://:hunter2@cache/no-number"
	a, err := open(t, s, config.File{})
	if err == nil {
		_ = a.Close(t.Context())
		t.Fatal("it was taken")
	}
	if text := err.Error(); !strings.HasPrefix(text, "REDIS_URL ") || strings.Contains(text, "hunter2") || strings.Contains(text, "\n") {
		t.Errorf("it says %q", text)
	}
}

func TestARedisThatIsAwayIsInNobodysWay(t *testing.T) {
	t.Parallel()
	s := settings(t)
	s.RedisURL = "unix://" + filepath.Join(t.TempDir(), "nobody.sock")
	v := serve(t, s)
	if status, _ := do(t, client(t), http.MethodGet, v.url+"/healthz", http.NoBody); status != http.StatusOK {
		t.Errorf("health %d", status)
	}
	v.end(t)
}
