package supervisor_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/shell"
)

// trap is a listener to which nobody may connect.
type trap struct {
	net.Listener
	connections atomic.Int64
}

func newTrap(t *testing.T, network, address string) *trap {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	w := &trap{Listener: l}
	if network == "unix" {
		if err = os.Chmod(address, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			w.connections.Add(1)
			_, _ = conn.Write([]byte("HTTP/1.0 200 OK\r\n\r\n" + leak + "trap\n"))
			_ = conn.Close()
		}
	})
	t.Cleanup(func() { _ = l.Close(); served.Wait() })
	return w
}

// goodServer is the one listed host. Most of its paths lead elsewhere.
type goodServer struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string
}

func newGoodServer(t *testing.T, w *world) *goodServer {
	t.Helper()
	g := &goodServer{}
	elsewhere := map[string]string{
		"/schemeless": "//@EVIL@/", "/file": "file://@SECRET@", "/userinfo": "http://x@@EVIL@/", "/localhost": "http://localhost:@PORT@/", "/own": "http://@OWN@/", "/chain": "/redirect",
	}
	g.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := bufio.NewReader(r.Body).ReadString(0)
		g.mu.Lock()
		g.seen = append(g.seen, r.Method+" "+r.Host+" "+body)
		g.mu.Unlock()
		location, leads := elsewhere[r.URL.Path]
		code, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/redirect/"))
		switch {
		case leads:
			rw.Header().Set("Location", w.expand(location))
			rw.WriteHeader(http.StatusFound)
		case r.URL.Path == "/refresh":
			rw.Header().Set("Refresh", w.expand("0; url=http://@EVIL@/"))
		case strings.Contains(r.URL.Path, "/redirect"):
			if err != nil {
				code = http.StatusFound
			}
			rw.Header().Set("Location", w.expand("http://@EVIL@/"))
			rw.WriteHeader(code)
		}
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *goodServer) address() string { return g.Listener.Addr().String() }

func (g *goodServer) violations(confirmed shell.Risk) (found []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, request := range g.seen {
		method, rest, _ := strings.Cut(request, " ")
		if confirmed == shell.Read && method != http.MethodGet && method != http.MethodHead || !strings.HasPrefix(rest, g.address()+" ") || strings.Contains(rest, outsideSecret) {
			found = append(found, fmt.Sprintf("the listed host was asked %q", request))
		}
	}
	return found
}

// redisReads are what a read may send, beside what every client says when it connects.
var redisReads = []string{"HELLO", "AUTH", "SELECT", "CLIENT SETINFO", "CLIENT SETNAME", "CLIENT MAINT_NOTIFICATIONS", "PING", "GET", "INFO", "DBSIZE", "SCAN", "TYPE", "MEMORY USAGE", "STRLEN", "COMMAND"}

// redisStub answers OK to everything and keeps the words.
type redisStub struct {
	net.Listener
	mu   sync.Mutex
	seen [][]string
}

func newRedisStub(t *testing.T) *redisStub {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &redisStub{Listener: l}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			served.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); served.Wait() })
	return s
}

func (s *redisStub) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		var n int
		if _, err := fmt.Fscanf(in, "*%d\r\n", &n); err != nil {
			return
		}
		words := make([]string, n)
		for i := range words {
			var size int
			if _, err := fmt.Fscanf(in, "$%d\r\n", &size); err != nil || size > 1<<20 {
				return
			}
			word := make([]byte, size+2)
			for j := range word {
				word[j], _ = in.ReadByte()
			}
			words[i] = string(word[:size])
		}
		s.mu.Lock()
		s.seen = append(s.seen, words)
		s.mu.Unlock()
		answer := "+OK\r\n"
		if strings.EqualFold(words[0], "hello") {
			answer = "-ERR unknown command\r\n"
		}
		if _, err := conn.Write([]byte(answer)); err != nil {
			return
		}
	}
}

func (s *redisStub) violations(confirmed shell.Risk) (found []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, words := range s.seen {
		line := strings.ToUpper(strings.Join(words, " "))
		reads := slices.ContainsFunc(redisReads, func(command string) bool { return line == command || strings.HasPrefix(line, command+" ") })
		if confirmed == shell.Read && !reads {
			found = append(found, fmt.Sprintf("redis was told %q", words))
		}
	}
	return found
}

// database is the address of one that a read must leave as it is.
type database string

const databaseWorld = `
	CREATE TABLE canary (name text);
	INSERT INTO canary VALUES ('a'), ('b');
	CREATE SEQUENCE tickets;
	CREATE FUNCTION touch_canary() RETURNS int LANGUAGE sql VOLATILE AS $$ INSERT INTO canary VALUES ('touched') RETURNING 1 $$;
	CREATE FUNCTION touch(canary) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT touch_canary() $$;
	CREATE FUNCTION touch(text, text) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT touch_canary() $$;
	CREATE OPERATOR ## (FUNCTION = touch, LEFTARG = text, RIGHTARG = text);
	CREATE DOMAIN risky AS text CHECK (touch_canary() > 0);
	CREATE VIEW touching AS SELECT touch_canary();`

func newDatabase(t *testing.T) database {
	t.Helper()
	d := database(pgtest.URL(t))
	d.ask(t, databaseWorld)
	return d
}

func (d database) ask(t *testing.T, sql string) string {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), string(d))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	results, err := conn.Exec(t.Context(), sql).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, result := range results {
		for _, row := range result.Rows {
			for _, value := range row {
				text.Write(append(value, ' '))
			}
		}
	}
	return text.String()
}

// rows is what an attempt could change.
func (d database) rows(t *testing.T) string {
	t.Helper()
	return d.ask(t, `SELECT (SELECT string_agg(name, ',') FROM canary), (SELECT is_called FROM tickets), (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc),
		(SELECT count(*) FROM pg_roles), (SELECT count(*) FROM pg_db_role_setting), (SELECT count(*) FROM pg_extension), (SELECT count(*) FROM pg_description), (SELECT count(*) FROM pg_largeobject_metadata)`)
}
