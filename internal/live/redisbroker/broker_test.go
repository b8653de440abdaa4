package redisbroker_test

import (
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"

	"wardroom/internal/live"
	"wardroom/internal/live/livetest"
	"wardroom/internal/live/redisbroker"
)

const run = "run:019376f2-0000-7000-8000-000000000001"

func TestTwoReplicasKeepThePromises(t *testing.T) {
	t.Parallel()
	livetest.Run(t, func(t *testing.T) (here, there *live.Hub) {
		t.Helper()
		return replicas(t, redisServer(t).url(), quiet)
	})
}

func TestRedisGoesAndComesBack(t *testing.T) {
	t.Parallel()
	s := redisServer(t)
	here, there := replicas(t, s.url(), quiet)
	near := here.NewClient(live.Person{})
	defer near.Close()
	near.Subscribe(run)
	s.kill(t)

	here.Publish(&live.Frame{Topic: run, From: 1, To: 1, Data: []byte("alone")})
	if f, err := near.Next(t.Context()); err != nil || string(f.Data) != "alone" {
		t.Fatalf("without Redis: %+v, %v", f, err)
	}
	far := there.NewClient(live.Person{})
	defer far.Close()
	far.Subscribe(run)
	bell, stop := there.Listen("incident:1")
	defer stop()
	here.Ring("incident:1") // goes nowhere

	s.start(t)
	<-bell // nobody rings again: this is the repair
	if _, err := far.Next(t.Context()); !errors.Is(err, live.ErrSlow) {
		t.Errorf("a page that may have missed lines: %v", err)
	}
	other, stopOther := there.Listen("incident:2")
	defer stopOther()
	here.Ring("incident:2")
	<-other
}

// A Redis that hangs is not noticed by those who publish.
func TestRedisHangs(t *testing.T) {
	t.Parallel()
	s := redisServer(t)
	said := make(warnings, 100)
	here, there := replicas(t, s.url(), slog.New(said))
	bell, stop := there.Listen("incident:1")
	defer stop()
	s.signal(t, syscall.SIGSTOP)
	const last = 5000
	data := make([]byte, 10<<10)
	near := here.NewClient(live.Person{})
	defer near.Close()
	near.Subscribe(run)
	for n := range int64(last) {
		here.Publish(&live.Frame{Topic: run, From: n + 1, To: n + 1, Data: data})
		here.Ring("incident:1")
		if f, err := near.Next(t.Context()); err != nil || f.From != n+1 || f.Gap {
			t.Fatalf("line %d at home: %+v, %v", n+1, f, err)
		}
	}
	for !strings.Contains(<-said, "no connection") {
	}
	here.Ring("incident:1") // goes nowhere
	s.signal(t, syscall.SIGCONT)
	<-bell
	other, stopOther := there.Listen("incident:2")
	defer stopOther()
	here.Ring("incident:2")
	<-other
}

// What accepts connections and never says a word is no Redis; it must not keep us.
func TestStopDoesNotWaitForRedis(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan net.Conn)
	var accepting sync.WaitGroup
	accepting.Go(func() {
		defer close(accepted)
		for {
			conn, failed := l.Accept()
			if failed != nil {
				return
			}
			accepted <- conn
		}
	})
	hub := live.NewHub()
	b, err := redisbroker.New(redisbroker.Options{
		URL: "redis://" + l.Addr().String(), Channel: "wardroom", Hub: hub, Log: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Start(t.Context())
	conn := <-accepted
	hub.Ring("incident:1")
	if err = b.Stop(); err != nil {
		t.Error(err)
	}
	_ = l.Close()
	_ = conn.Close()
	for late := range accepted {
		_ = late.Close()
	}
	accepting.Wait()
}

func TestLastWordsArrive(t *testing.T) {
	t.Parallel()
	s := redisServer(t)
	here, there := live.NewHub(), live.NewHub()
	joined, stopJoined := there.Listen("joined")
	defer stopJoined()
	broker(t, s.url(), there, quiet)
	<-joined
	leaving, err := redisbroker.New(redisbroker.Options{URL: s.url(), Channel: "wardroom", Hub: here, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	leaving.Start(t.Context())
	<-joined
	far := there.NewClient(live.Person{})
	defer far.Close()
	far.Subscribe(run)
	bell, stop := there.Listen("incident:1")
	defer stop()
	here.Publish(&live.Frame{Topic: run, Key: "end", Data: []byte("stopped")})
	here.Ring("incident:1")
	if err = leaving.Stop(); err != nil {
		t.Fatal(err)
	}
	<-bell
	f, err := far.Next(t.Context())
	if err != nil || string(f.Data) != "stopped" {
		t.Errorf("at the end came %+v, %v", f, err)
	}
}

func TestForeignMessagesDoNothing(t *testing.T) {
	t.Parallel()
	s := redisServer(t)
	hub := live.NewHub()
	joined, stop := hub.Listen("joined")
	defer stop()
	b := broker(t, s.url(), hub, quiet)
	<-joined
	page := hub.NewClient(live.Person{})
	defer page.Close()
	page.Subscribe("incident:1@somebody", run)
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket})
	defer client.Close()
	wrong := []string{
		"", "hello", strings.Repeat("x", 4<<20), `{"version":1,"origin":"x"}` + "\n", `{"version":9,"origin":"x","repair":true}` + "\n",
		`{"version":1,"origin":"x","frame":{"topic":"incident:1@somebody","key":"main"}}` + "\n" + `{"op":"patch"}`,
	}
	for _, raw := range append(wrong, `{"version":1,"origin":"x","bells":["joined"]}`+"\n") {
		if err := client.Publish(t.Context(), "wardroom", raw).Err(); err != nil {
			t.Fatal(err)
		}
	}
	<-joined
	if n := b.Refused(); n != int64(len(wrong)) {
		t.Errorf("%d messages were refused, want %d", n, len(wrong))
	}
	hub.Publish(&live.Frame{Topic: run, From: 1, To: 1, Data: []byte("ours")})
	if f, err := page.Next(t.Context()); err != nil || string(f.Data) != "ours" {
		t.Errorf("first comes %+v, %v", f, err)
	}
}

func TestAddressIsChecked(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "cache:6379", "http://:hunter2@cache", "redis://:hunter2@cache:port", "redis://cache/x"} {
		_, err := redisbroker.New(redisbroker.Options{URL: url, Channel: "wardroom", Hub: live.NewHub(), Log: quiet})
		if err == nil || !strings.HasPrefix(err.Error(), "REDIS_URL ") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", url, err)
		}
	}
}
