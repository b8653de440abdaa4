package programs

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// nc only asks whether a port answers: nc -z.
func nc(ctx context.Context, c *Call) int {
	opts, rest, err := options(c.Args[1:], "zvw:nuNq:46", nil)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	limit, verbose, scan := 30*time.Second, false, false
	for _, o := range opts {
		switch o.name {
		case "w":
			seconds, wrong := strconv.Atoi(o.value)
			if wrong != nil || seconds < 1 {
				return c.fail(1, "timeout invalid: %s", o.value)
			}
			limit = time.Duration(seconds) * time.Second
		case "v":
			verbose = true
		case "z":
			scan = true
		case "u":
			return c.fail(1, "-u is not available")
		}
	}
	if !scan || len(rest) != 2 {
		return c.fail(1, "only nc -z HOST PORT is available")
	}
	host, port := rest[0], rest[1]
	address, err := c.Network.address(host, port)
	if err != nil {
		return c.fail(codeRefused, "%s port %s: %v", host, port, err)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := c.Network.dial(ctx, address)
	if err != nil {
		if errors.Is(err, errForbidden) {
			return c.fail(codeRefused, "%s port %s: %v", host, port, err)
		}
		if verbose {
			return c.fail(1, "connect to %s port %s (tcp) failed: %s", host, port, plain(err))
		}
		return 1
	}
	_ = conn.Close()
	if verbose {
		fmt.Fprintf(c.Stderr, "Connection to %s %s port [tcp/*] succeeded!\n", host, port)
	}
	return 0
}

const codeRefused = 126

// plain words an error as the real tools do, without Go's prefixes and addresses.
func plain(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, unix.ECONNREFUSED):
		return "Connection refused"
	case errors.Is(err, unix.EHOSTUNREACH):
		return "No route to host"
	case errors.Is(err, unix.ENETUNREACH):
		return "Network is unreachable"
	case isTimeout(err):
		return "Connection timed out"
	case errors.As(err, &dns):
		return "Name or service not known"
	}
	return err.Error()
}

// The exit statuses of pg_isready.
const (
	pgAccepting = iota
	pgRejecting
	pgNoResponse
	pgNoAttempt
)

// pgIsReady asks a server whether it takes connections, as the real tool does: it begins a session and looks at the first answer. No credentials are sent.
func pgIsReady(ctx context.Context, c *Call) int {
	opts, rest, err := options(c.Args[1:], "h:p:U:d:t:q", map[string]string{"host": "h", "port": "p", "username": "U", "dbname": "d", "timeout": "t", "quiet": "q"})
	if err != nil || len(rest) > 0 {
		return c.fail(pgNoAttempt, "invalid arguments: %v", err)
	}
	host, port, user, quiet, limit := "", "5432", "postgres", false, 3*time.Second
	for _, o := range opts {
		switch o.name {
		case "h":
			host = o.value
		case "p":
			port = o.value
		case "U":
			user = o.value
		case "q":
			quiet = true
		case "t":
			seconds, wrong := strconv.Atoi(o.value)
			if wrong != nil || seconds < 0 {
				return c.fail(pgNoAttempt, "invalid timeout %s", o.value)
			}
			if limit = time.Duration(seconds) * time.Second; seconds == 0 {
				limit = time.Hour // the run's own limit is nearer
			}
		}
	}
	shown, address, err := c.Network.postgres(host, port)
	if err != nil {
		return c.fail(codeRefused, "%v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	code, err := c.Network.askPostgres(ctx, address, user)
	if errors.Is(err, errForbidden) {
		return c.fail(codeRefused, "%v", err)
	}
	if !quiet {
		fmt.Fprintf(c.Stdout, "%s - %s\n", shown, [...]string{"accepting connections", "rejecting connections", "no response", "no attempt"}[code])
	}
	return code
}

// postgres finds a listed database by alias or address, or a listed host. Without a host the environment must leave only one choice.
func (n *Network) postgres(host, port string) (shown, address string, err error) {
	for _, conn := range n.Postgres {
		u, parseErr := url.Parse(conn.URL)
		if parseErr != nil || u.Hostname() == "" {
			continue
		}
		listed := net.JoinHostPort(u.Hostname(), portOf(u))
		if host == "" && len(n.Postgres) == 1 || host == conn.Alias || net.JoinHostPort(host, port) == listed {
			if host == "" {
				return listed, listed, nil
			}
			return host + ":" + port, listed, nil
		}
	}
	if host == "" {
		return "", "", errors.New("say which database with -h")
	}
	address, err = n.address(host, port)
	return host + ":" + port, address, err
}

func (n *Network) askPostgres(ctx context.Context, address, user string) (int, error) {
	conn, err := n.dial(ctx, address)
	if err != nil {
		return pgNoResponse, err
	}
	defer conn.Close() // nothing was promised
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	const protocol3 = 3 << 16
	message := binary.BigEndian.AppendUint32(make([]byte, 4), protocol3)
	message = append(message, "user\x00"+user+"\x00database\x00postgres\x00\x00"...)
	binary.BigEndian.PutUint32(message, uint32(len(message))) //nolint:gosec // a few dozen bytes
	if _, err = conn.Write(message); err != nil {
		return pgNoResponse, err //nolint:wrapcheck // told by its code
	}
	var header [5]byte
	if _, err = io.ReadFull(conn, header[:]); err != nil {
		return pgNoResponse, err //nolint:wrapcheck // told by its code
	}
	switch header[0] {
	case 'R':
		return pgAccepting, nil
	case 'E':
		size := min(binary.BigEndian.Uint32(header[1:]), 4<<10)
		body := make([]byte, max(size, 4)-4)
		n, _ := io.ReadFull(conn, body)
		return pgByError(body[:n]), nil
	}
	return pgNoResponse, nil
}

// pgByError: a server that refuses this user or database does take connections; one that is starting up or shutting down does not.
func pgByError(body []byte) int {
	for len(body) > 1 && body[0] != 0 {
		end := 1
		for end < len(body) && body[end] != 0 {
			end++
		}
		if body[0] == 'C' && string(body[1:end]) == "57P03" {
			return pgRejecting
		}
		body = body[min(end+1, len(body)):]
	}
	return pgAccepting
}
