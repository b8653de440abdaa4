package redis

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"wardroom/demo/daemon"
	"wardroom/internal/ports"
	"wardroom/internal/process"
)

// Options of a private Redis.
type Options struct {
	Dir      string // exists and belongs to User
	User     string // for root
	Port     int
	Password string // empty: none
	PIDFile  process.PIDFile
	Log      *os.File
}

// Server is a Redis that answers.
type Server struct {
	*daemon.Process

	opts Options
}

// Start writes the configuration, starts the server and returns when it answers. Nothing is kept over restarts: what is in it can be made again.
func Start(ctx context.Context, opts Options) (*Server, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, fmt.Errorf("Redis is not installed: install the package redis-server, or set REDIS_URL to a server of yours: %w", err) //nolint:staticcheck // a name
	}
	p, err := daemon.Start(ctx, daemon.Spec{
		Name: "redis", Path: path, Args: []string{"-"}, Dir: opts.Dir, User: opts.User, PIDFile: opts.PIDFile, Output: opts.Log,
		Stdin: strings.NewReader(opts.configuration()), // not a file or an argument, which others could read
	})
	if err != nil {
		return nil, err
	}
	s := &Server{Process: p, opts: opts}
	return s, s.becomeReady(ctx)
}

func (o Options) configuration() string {
	lines := []string{
		"bind 127.0.0.1", fmt.Sprint("port ", o.Port), "daemonize no", `save ""`, "appendonly no", "maxmemory 64mb", "maxmemory-policy allkeys-lru",
	}
	if o.Password != "" {
		lines = append(lines, "requirepass "+o.Password)
	}
	return strings.Join(lines, "\n") + "\n"
}

// URL is the server's address with the password in it: a secret.
func (s *Server) URL() string {
	u := url.URL{Scheme: "redis", Host: ports.Loopback(s.opts.Port), Path: "/0"}
	if s.opts.Password != "" {
		u.User = url.UserPassword("", s.opts.Password)
	}
	return u.String()
}

// becomeReady waits until the server answers, and ends it when it does not.
func (s *Server) becomeReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for !s.answers(ctx) {
		select {
		case <-ticker.C:
		case <-s.Exited():
			return fmt.Errorf("Redis ended at its start (%s); its log is %s", s.Ended(), s.opts.Log.Name()) //nolint:staticcheck // a name
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("Redis does not answer: %w", ctx.Err()), s.Stop(context.WithoutCancel(ctx))) //nolint:staticcheck // a name
		}
	}
	return nil
}

const (
	patience = 20 * time.Second
	glance   = 20 * time.Millisecond
)

// answers sends a PING the way a person with telnet would: a client library for one word would be too much.
func (s *Server) answers(ctx context.Context) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", ports.Loopback(s.opts.Port))
	if err != nil {
		return false
	}
	defer conn.Close()
	lines := "PING\r\n"
	if s.opts.Password != "" {
		lines = "AUTH " + s.opts.Password + "\r\n" + lines
	}
	if _, err = conn.Write([]byte(lines)); err != nil {
		return false
	}
	for reader := bufio.NewReader(conn); ; {
		switch line, err := reader.ReadString('\n'); {
		case err != nil:
			return false
		case line == "+PONG\r\n":
			return true
		}
	}
}
