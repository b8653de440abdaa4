package app_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wardroom/internal/app"
	"wardroom/internal/config"
	"wardroom/internal/postgres/pgtest"
)

// settings are those of a Wardroom with a database and a data folder of its own.
func settings(t *testing.T) config.Settings {
	t.Helper()
	return config.Settings{
		Listen: "127.0.0.1:0", Data: t.TempDir(), DatabaseURL: pgtest.URL(t), Instance: "test", RunUser: "nobody",
	}
}

func open(t *testing.T, s config.Settings, file config.File) (*app.App, error) {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return app.New(t.Context(), app.Config{
		Settings: s, Environments: file, Log: slog.New(slog.DiscardHandler), Version: "test", Executable: executable,
	})
}

// serving is an App that answers until stop is called.
type serving struct {
	*app.App

	url  string
	stop context.CancelFunc
	done chan error
}

func serve(t *testing.T, s config.Settings) serving {
	t.Helper()
	a, err := open(t, s, config.File{})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", s.Listen)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	v := serving{App: a, url: "http://" + listener.Addr().String(), stop: stop, done: make(chan error, 1)}
	go func() { v.done <- a.Serve(ctx, listener) }()
	return v
}

// end stops serving and closes.
func (v serving) end(t *testing.T) {
	t.Helper()
	v.stop()
	if err := errors.Join(<-v.done, v.Close(context.WithoutCancel(t.Context()))); err != nil {
		t.Error(err)
	}
}

// client is a browser that keeps its cookies and does not follow redirects.
func client(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{ExpectContinueTimeout: time.Minute}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func do(t *testing.T, c *http.Client, method, address string, body io.Reader) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := c.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return res.StatusCode, string(data)
}

// setUp makes the first administrator and leaves them signed in.
func (v serving) setUp(t *testing.T, c *http.Client) {
	t.Helper()
	link, err := v.SetupLink(t.Context())
	if err != nil || !strings.HasPrefix(link, "/setup/") {
		t.Fatalf("link %q, err %v", link, err)
	}
	form := url.Values{"name": {"kim"}, "password": {"seven quiet harbours"}}.Encode()
	if status, text := do(t, c, http.MethodPost, v.url+link, strings.NewReader(form)); status != http.StatusSeeOther {
		t.Fatalf("status %d: %.300s", status, text)
	}
}

// socket opens a live page and gives what the server sends.
func (v serving) socket(t *testing.T, c *http.Client) io.ReadCloser {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.url+"/ws?page=dashboard", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Origin": v.url, "Connection": "Upgrade", "Upgrade": "websocket",
		"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", // RFC 6455's own
	} {
		req.Header.Set(name, value)
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() }) // the server has closed it already when all goes well
	if res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("status %d", res.StatusCode)
	}
	return res.Body
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	s := settings(t)
	v, c := serve(t, s), client(t)
	v.setUp(t, c)
	live := v.socket(t, c)
	if status, _ := do(t, c, http.MethodGet, v.url+"/healthz", http.NoBody); status != http.StatusOK {
		t.Errorf("health %d", status)
	}
	// A form whose handler waits for its body when the end comes.
	body, form := io.Pipe()
	answered, reading := make(chan int, 1), make(chan struct{})
	go func() { answered <- sendSlowly(t, c, v.url+"/incidents", body, reading) }()
	<-reading
	v.stop()
	closed(t, live)
	if _, err := io.WriteString(form, "title=Slow+answers&severity=2"); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	if status := <-answered; status != http.StatusSeeOther {
		t.Errorf("the form was answered with %d", status)
	}
	v.end(t)
	if late, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(v.url, "http://")); err == nil {
		_ = late.Close()
		t.Error("somebody still listens")
	}
	// The next one finds the same data, and the same name for itself; cookies know no port.
	name := replica(t, s)
	next := serve(t, s)
	if link, err := next.SetupLink(t.Context()); link != "" || err != nil {
		t.Errorf("link %q, err %v although there is an administrator", link, err)
	}
	if status, text := do(t, c, http.MethodGet, next.url+"/incidents/1", http.NoBody); status != http.StatusOK || !strings.Contains(text, "Slow answers") {
		t.Errorf("status %d: %.300s", status, text)
	}
	next.end(t)
	if again := replica(t, s); again != name || name == "" {
		t.Errorf("replica %q, then %q", name, again)
	}
}

// sendSlowly posts a form and tells when the server asks for its body.
func sendSlowly(t *testing.T, c *http.Client, address string, body io.Reader, reading chan<- struct{}) int {
	t.Helper()
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(reading) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		t.Error(err)
		return 0
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Expect", "100-continue")
	res, err := c.Do(req)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// closed reads until the end, which must be a close frame that says: 1012, restarting.
func closed(t *testing.T, live io.Reader) {
	t.Helper()
	all, err := io.ReadAll(live)
	if err != nil || !bytes.HasSuffix(all, []byte("\x88\x0c\x03\xf4restarting")) {
		t.Errorf("the socket ended with %q, err %v", all[max(0, len(all)-40):], err)
	}
}

func replica(t *testing.T, s config.Settings) string {
	t.Helper()
	name, err := os.ReadFile(filepath.Join(s.Data, "replica"))
	if err != nil {
		t.Fatal(err)
	}
	return string(name)
}

// What cannot start says why, and leaves nothing behind: the test binary looks for leaks.
func TestStartsThatFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*config.Settings)
		file   config.File
		says   string
	}{
		"no database":     {func(s *config.Settings) { s.DatabaseURL = "postgres://nobody@127.0.0.1:1/none" }, config.File{}, "connect"},
		"no URL":          {func(s *config.Settings) { s.DatabaseURL = "postgres://%zz" }, config.File{}, "database"},
		"no playbooks":    {func(s *config.Settings) { s.Playbooks = "/none/at/all" }, config.File{}, "there is no folder /none/at/all"},
		"no mail server":  {func(s *config.Settings) { s.SMTPURL = "gopher://x" }, config.File{}, "mail: "},
		"no data folder":  {func(s *config.Settings) { s.Data = "/none/at/all" }, config.File{}, "/none/at/all"},
		"unknown proxies": {func(s *config.Settings) { s.TrustedProxies = "the-proxy" }, config.File{}, "WARDROOM_TRUSTED_PROXIES"},
		"no token":        {func(*config.Settings) {}, config.File{Sources: []config.Source{{Name: "am", Group: "am", TokenFile: "/none/token"}}}, "source am"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settings(t)
			c.change(&s)
			a, err := open(t, s, c.file)
			if err == nil {
				t.Error("it started")
				err = a.Close(context.WithoutCancel(t.Context()))
			}
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that names %q", err, c.says)
			}
		})
	}
}

func TestAListenerThatFailsEndsServing(t *testing.T) {
	t.Parallel()
	a, err := open(t, settings(t), config.File{})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err = listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err = a.Serve(t.Context(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("serving ended with %v", err)
	}
	if err = a.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	if err = a.Close(context.WithoutCancel(t.Context())); err != nil { // twice is once
		t.Error(err)
	}
}
