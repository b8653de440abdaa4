package programs_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/internal/supervisor/programs"
)

// web is a server that answers in every way that matters here.
func web(t *testing.T) *httptest.Server {
	t.Helper()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "metadata") }))
	t.Cleanup(elsewhere.Close)
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Host, r.URL.RawQuery, r.Header.Get("X-Test"))
	})
	mux.HandleFunc("/base/ok", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "based") })
	mux.HandleFunc("/bad", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "broken", http.StatusServiceUnavailable) })
	mux.HandleFunc("/near", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ok", http.StatusFound) })
	mux.HandleFunc("/far", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) })
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestCurl(t *testing.T) {
	t.Parallel()
	server := web(t)
	address := server.Listener.Addr().String()
	for _, c := range []struct {
		name, args, want, complaint string
		code                        int
	}{
		{"get", "-s http://api/ok?a=1", "GET " + address + " a=1 ", "", 0},
		{"without scheme", "api/ok", "GET " + address + "  ", "", 0},
		{"mapped port", "-s http://localhost:9090/ok", "GET " + address + "  ", "", 0},
		{"mapped origin", "-s https://secure.example/ok", "GET " + address + "  ", "", 0},
		{"mapped path", "-s http://based/ok", "based", "", 0},
		{"real address", "-s " + server.URL + "/ok", "GET " + address + "  ", "", 0},
		{"header", "-sH X-Test:yes http://api/ok", "GET " + address + "  yes", "", 0},
		{"data", "-sG http://api/ok --data-urlencode query=up==0", "GET " + address + " query=up%3D%3D0 ", "", 0},
		{"status", "-s -o /dev/null -w %{http_code}\\n http://api/bad", "503\n", "", 0},
		{"fail", "-f http://api/bad", "", "curl: (22) The requested URL returned error: 503\n", 22},
		{"fail silently", "-sf http://api/bad", "", "", 22},
		{"fail silently with words", "-sSf http://api/bad", "", "curl: (22) The requested URL returned error: 503\n", 22},
		{"redirect shown", "-s -o /dev/null -w %{http_code} http://api/far", "302", "", 0},
		{"redirect to the same host", "-sL http://api/near", "GET " + address + "  ", "", 0},
		{"redirect to another host", "-sL http://api/far", "", "not followed", 126},
		{"unlisted", "http://evil.example/", "", "does not list", 126},
		{"unlisted port", "http://localhost:9091/", "", "does not list", 126},
		{"other scheme of a listed name", "-s http://secure.example/ok", "", "does not list", 126},
		{"metadata", "http://metadata/", "", "never permitted", 126},
		{"metadata by name", "http://169.254.169.254/latest", "", "never permitted", 126},
		{"own", "http://self/", "", "never permitted", 126},
		{"user in URL", "http://api@evil/", "", "malformed", 3},
		{"file", "file:///etc/passwd", "", "not available", 3},
		{"host header", "-H Host:evil http://api/ok", "", "not available", 2},
		{"post", "-X POST http://api/ok", "", "was not confirmed", 2},
		{"body", "-d x http://api/ok", "", "was not confirmed", 2},
		{"unknown method", "-X BREW http://api/ok", "", "not available", 2},
		{"data in the URL", "-s -G -d a=1 --data-urlencode b=c/d http://api/ok", "GET " + address + " a=1&b=c%2Fd ", "", 0},
		{"fail with the body", "-s --fail-with-body http://api/bad", "broken\n", "", 22},
		{"another family", "-6 http://api/ok", "", "Failed to connect", 7},
		{"told", "-v http://api/ok", "GET " + address + "  ", "> GET /ok HTTP/1.1\n> Accept: */*\n", 0},
		{"upload", "-T file http://api/ok", "", "not available", 2},
		{"config", "-K file http://api/ok", "", "invalid option", 2},
		{"proxy", "-x http://evil http://api/ok", "", "invalid option", 2},
		{"data from a file", "-G --data-urlencode q@file http://api/ok", "", "not available", 2},
		{"refused connection", "http://closed/", "", "curl: (7) Failed to connect to closed port 80: Connection refused", 7},
		{"slow", "-m 0.05 http://api/slow", "", "(28)", 28},
		{"nothing", "-s", "", "no URL", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, map[string]string{"file": "x"})
			f.readOnly = true
			f.network = programs.Network{Own: []string{"127.0.0.1:7"}, Hosts: map[string]string{
				"api": server.URL, "localhost:9090": address, "https://secure.example": server.URL, "based": server.URL + "/base/", "metadata": "http://169.254.169.254",
				"169.254.169.254": "http://169.254.169.254", "self": "http://localhost:7", "closed": "http://127.0.0.1:1",
			}}
			got := f.run(t.Context(), t, "", append([]string{"curl"}, strings.Fields(c.args)...)...)
			if got.Stdout != c.want || got.Code != c.code || !strings.Contains(got.Stderr, c.complaint) || c.complaint == "" && got.Stderr != "" {
				t.Errorf("got %d %q %q\nwant %d %q %q", got.Code, got.Stdout, got.Stderr, c.code, c.want, c.complaint)
			}
		})
	}
}

// What a confirmed change sends: the body, its kind, the method.
func TestCurlSends(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what came is compared
		fmt.Fprintf(w, "%s %s %s", r.Method, r.Header.Get("Content-Type"), body)
	}))
	t.Cleanup(server.Close)
	f := newFixture(t, map[string]string{"file": "secret"})
	f.network.Hosts = map[string]string{"api": server.URL}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-X", "POST", "api/-/reload"}, "POST  "},
		{[]string{"-d", "a=1", "-d", "b=2", "api/"}, "POST application/x-www-form-urlencoded a=1&b=2"},
		{[]string{"-XPUT", "--data-raw", "x", "-H", "Content-Type: text/plain", "api/"}, "PUT text/plain x"},
		{[]string{"--json", `{"a":1}`, "api/"}, `POST application/json {"a":1}`},
		{[]string{"-X", "DELETE", "api/silence/1"}, "DELETE  "},
		{[]string{"-d", "@file", "api/"}, ""},
		{[]string{"--json", "@file", "api/"}, ""},
	} {
		if got := f.run(t.Context(), t, "", append([]string{"curl", "-s"}, c.args...)...); got.Stdout != c.want {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
}

// An answer of Prometheus is a table for people and JSON for programs.
func TestCurlShowsQueriesAsTables(t *testing.T) {
	t.Parallel()
	const vector = `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"arm"},"value":[1700000000,"0.25"]}]}}`
	const table = " job | value \n-----+-------\n arm |  0.25\n(1 row)\n\n"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.FormValue("query") {
		case "up":
			_, _ = io.WriteString(w, vector)
		case "(":
			http.Error(w, `{"status":"error","error":"parse error"}`, http.StatusBadRequest)
		}
	}))
	t.Cleanup(server.Close)
	f := newFixture(t, nil)
	f.network.Hosts = map[string]string{"localhost:9090": server.URL}
	const up = "http://localhost:9090/api/v1/query?query=up"
	for _, c := range []struct {
		watched bool
		args    []string
		want    string
	}{
		{true, []string{up}, table},
		{true, []string{"-G", "--data-urlencode", "query=up", "localhost:9090/api/v1/query"}, table},
		{true, []string{"localhost:9090/api/v1/query_range?query=up"}, table},
		{false, []string{up}, vector},
		{true, []string{"localhost:9090/api/v1/labels?query=up"}, vector},
		{true, []string{"-o", "file", up}, ""},
		{true, []string{"localhost:9090/api/v1/query?query=("}, `{"status":"error","error":"parse error"}` + "\n"},
	} {
		f.watched = c.watched
		if got := f.run(t.Context(), t, "", append([]string{"curl", "-s"}, c.args...)...); got.Stdout != c.want || got.Code != 0 {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
}

func TestCurlShowsHeadersAndWritesFiles(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.network.Hosts = map[string]string{"api": web(t).URL}
	if got := f.run(t.Context(), t, "", "curl", "-I", "http://api/ok"); !strings.HasPrefix(got.Stdout, "HTTP/1.1 200 OK\r\nContent-Length: ") || got.Code != 0 {
		t.Errorf("%+v", got)
	}
	if got := f.run(t.Context(), t, "", "curl", "-s", "-o", "page", "http://api/bad"); got.Stdout != "" || got.Code != 0 {
		t.Errorf("%+v", got)
	}
	if got := f.run(t.Context(), t, "", "cat", "page"); got.Stdout != "broken\n" {
		t.Errorf("%+v", got)
	}
	if got := f.run(t.Context(), t, "", "curl", "-s", "-o", "../page", "http://api/bad"); got.Code != 23 {
		t.Errorf("%+v", got)
	}
}

func TestNC(t *testing.T) {
	t.Parallel()
	host, port, err := net.SplitHostPort(web(t).Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	hosts := map[string]string{"db": net.JoinHostPort(host, port), net.JoinHostPort(host, port): net.JoinHostPort(host, port), "down:1": "127.0.0.1:1", "linklocal:80": "169.254.1.1:80", "[::]:80": "[::]:80"}
	for _, c := range []struct {
		args, words string
		code        int
	}{
		{"-zv db " + port, "Connection to db " + port + " port [tcp/*] succeeded!\n", 0},
		{"-z " + host + " " + port, "", 0},
		{"-z -v -w 2 down 1", "nc: connect to down port 1 (tcp) failed: Connection refused\n", 1},
		{"-z down 1", "", 1},
		{"-zv evil 22", "nc: evil port 22: this environment does not list that host\n", 126},
		{"-z linklocal 80", "nc: linklocal port 80: that address is never permitted\n", 126},
		{"-z :: 80", "nc: :: port 80: that address is never permitted\n", 126},
		{"db " + port, "nc: only nc -z HOST PORT is available\n", 1},
		{"-l 80", "nc: invalid option -- 'l'\n", 1},
	} {
		f := newFixture(t, nil)
		f.network.Hosts = hosts
		got := f.run(t.Context(), t, "", append([]string{"nc"}, strings.Fields(c.args)...)...)
		if got.Code != c.code || got.Stderr != c.words {
			t.Errorf("nc %s: %+v", c.args, got)
		}
	}
}

// postgres answers every connection with the same bytes, or with silence.
func postgres(t *testing.T, answer string) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 512))
			if answer == "" {
				_, _ = conn.Read(make([]byte, 1)) // until the client gives up
			}
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

func TestPgIsReady(t *testing.T) {
	t.Parallel()
	refusal := func(code string) string {
		return "E\x00\x00\x00\x20SFATAL\x00C" + code + "\x00Mno\x00\x00\x00\x00\x00\x00\x00"
	}
	for name, c := range map[string]struct {
		answer, words string
		code          int
	}{
		"asks for a password": {"R\x00\x00\x00\x08\x00\x00\x00\x03", "accepting connections", 0},
		"no such database":    {refusal("3D000"), "accepting connections", 0},
		"starting up":         {refusal("57P03"), "rejecting connections", 1},
		"closes":              {"", "no response", 2},
		"another protocol":    {"HTTP/1.1 400 Bad Request\r\n\r\n", "no response", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := postgres(t, c.answer)
			_, port, err := net.SplitHostPort(address)
			if err != nil {
				t.Fatal(err)
			}
			f := newFixture(t, nil)
			f.network.Postgres = []programs.Conn{{Alias: "octollm", URL: "postgres://me:hunter2@" + address + "/octollm"}}
			got := f.run(t.Context(), t, "", "pg_isready", "-h", "octollm", "-p", port, "-U", "postgres", "-t", "1")
			if got.Stdout != "octollm:"+port+" - "+c.words+"\n" || got.Code != c.code {
				t.Errorf("%+v", got)
			}
			if got = f.run(t.Context(), t, "", "pg_isready", "-t1"); got.Stdout != address+" - "+c.words+"\n" {
				t.Errorf("without a host: %+v", got)
			}
			if got = f.run(t.Context(), t, "", "pg_isready", "-q", "-t1"); got.Stdout != "" || got.Code != c.code {
				t.Errorf("quietly: %+v", got)
			}
		})
	}
	f := newFixture(t, nil)
	if got := f.run(t.Context(), t, "", "pg_isready", "-h", "evil"); got.Code != 126 {
		t.Errorf("unlisted: %+v", got)
	}
	if got := f.run(t.Context(), t, "", "pg_isready"); got.Code != 126 {
		t.Errorf("without any: %+v", got)
	}
}

// redisServer starts a real server with a password on a free port.
func redisServer(t *testing.T) (address string) {
	t.Helper()
	var config net.ListenConfig
	free, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = free.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	_ = free.Close()
	cmd := exec.CommandContext(context.Background(), "redis-server", "--port", port, "--bind", "127.0.0.1", "--requirepass", "hunter2", "--save", "", "--dir", t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ready to accept connections") {
			return address
		}
	}
	t.Fatal("redis-server did not start")
	return ""
}

func TestRedisCLI(t *testing.T) {
	t.Parallel()
	address := redisServer(t)
	host, port, _ := net.SplitHostPort(address)
	f := newFixture(t, nil)
	f.network = programs.Network{
		Redis: []programs.Conn{{Alias: "cache", URL: "redis://:hunter2@" + address + "/0"}},
		Hosts: map[string]string{"open": address, "down": "127.0.0.1:1"},
	}
	for _, c := range []struct {
		args, want, words string
		code              int
	}{
		{"PING", "PONG\n", "", 0},
		{"-h cache ping", "PONG\n", "", 0},
		{"-h " + host + " -p " + port + " DBSIZE", "0\n", "", 0},
		{"SET a 1", "OK\n", "", 0},
		{"GET a", "1\n", "", 0},
		{"-n 1 GET a", "\n", "", 0},
		{"GET none", "\n", "", 0},
		{"CONFIG GET maxmemory", "maxmemory\n0\n", "", 0},
		{"NONSENSE", "ERR unknown command 'NONSENSE', with args beginning with: \n\n", "", 1},
		{"-h open PING", "NOAUTH Authentication required.\n\n", "", 1}, // a listed host gets no credentials of another entry
		{"-h evil PING", "", "redis-cli: evil:6379: this environment does not list that host\n", 126},
		{"-h " + host + " -p 2 PING", "", "redis-cli: 127.0.0.1:2: this environment does not list that host\n", 126},
		{"-h down PING", "", "Could not connect to Redis at down:6379: Connection refused\n", 1},
		{"HELLO 3", "", "redis-cli: HELLO is not available\n", 1},
		{"-a hunter2 PING", "", "redis-cli: invalid option -- 'a'\n", 1},
		{"", "", "redis-cli: only redis-cli COMMAND is available\n", 1},
	} {
		got := f.run(t.Context(), t, "", append([]string{"redis-cli"}, strings.Fields(c.args)...)...)
		if got.Stdout != c.want || got.Stderr != c.words || got.Code != c.code {
			t.Errorf("redis-cli %s: %+v", c.args, got)
		}
	}
	got := f.run(t.Context(), t, "", "redis-cli", "INFO", "server")
	if !strings.Contains(got.Stdout, "redis_version:") || got.Code != 0 {
		t.Errorf("INFO: %+v", got)
	}
	if got = f.run(t.Context(), t, "", "redis-cli", "SLOWLOG", "GET", "1"); got.Code != 0 {
		t.Errorf("SLOWLOG: %+v", got)
	}
	if strings.Contains(got.Stdout+got.Stderr, "hunter2") {
		t.Error("the password is shown")
	}
}

func TestNoProgramTouchesFilesOutside(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, argv := range [][]string{{"cat", secret}, {"head", secret}, {"grep", "h", secret}, {"sort", secret}, {"wc", secret}, {"uniq", secret}, {"cut", "-c1-", secret}, {"tail", secret}, {"ls", secret}} {
		if got := f.run(t.Context(), t, "", argv...); got.Code == 0 || strings.Contains(got.Stdout, "hunter2") {
			t.Errorf("%v: %+v", argv, got)
		}
	}
}
