//go:build docker

package docker_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"wardroom/internal/supervisor"
)

// follow runs a stream and stops it once it has said want.
func (s site) follow(t *testing.T, text, want string) result {
	t.Helper()
	child, err := begin(t.Context(), s.spec(text))
	if err != nil {
		t.Fatal(err)
	}
	return collect(child, func(output string) {
		if strings.Contains(output, want) {
			child.Stop()
		}
	})
}

// restarting restarts the container again and again until its answer is called: nobody sees when a stream of events begins to listen.
func restarting(t *testing.T, container string) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			if _, err := here.docker(context.WithoutCancel(ctx), "restart", "--time=0", container); err != nil {
				t.Error(err)
			}
		}
	})
	return func() {
		cancel()
		done.Wait()
	}
}

func TestStreamsRunUntilTheyAreStopped(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		plain := s.container("plain")
		for text, want := range map[string]string{
			"docker logs -f --tail 1 " + plain: "PII detected", "docker compose logs -f --tail=1 plain": "PII detected", "docker stats " + plain: plain, "docker stats": plain,
			"docker events --filter container=" + plain: "container start", "docker compose events plain": "container start ", "docker compose logs -f | grep --line-buffered ready": "ready",
		} {
			end := func() {}
			if strings.Contains(text, "events") {
				end = restarting(t, plain) // what it says is about this
			}
			r := s.follow(t, text, want)
			end()
			if r.exit.Reason != supervisor.ReasonStopped || !r.exit.Clean || !strings.Contains(r.stdout, want) {
				t.Errorf("%s: %+v", text, r)
			}
		}
	})
}

func TestStreamsEndWellAtTheirLimit(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		for _, text := range []string{"docker stats " + s.container("plain"), "docker logs -f " + s.container("plain"), "docker compose logs -f plain", "docker compose logs -f plain | grep ready", "docker events"} {
			r := s.run(t, text, func(spec *supervisor.Spec) { spec.Timeout = 2 * time.Second })
			if r.exit.Reason != supervisor.ReasonTimeout || r.exit.Code != 0 {
				t.Errorf("%s: %+v", text, r)
			}
		}
	})
}
