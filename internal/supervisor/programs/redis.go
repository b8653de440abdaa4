package programs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisCLI sends one command to a listed server and prints the answer as the real tool does when it does not write to a terminal.
func redisCLI(ctx context.Context, c *Call) int {
	opts, words, err := options(c.Args[1:], "+h:p:n:W", map[string]string{"no-auth-warning": "W", "raw": "W"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	host, port, db := "", "6379", -1
	for _, o := range opts {
		switch o.name {
		case "h":
			host = o.value
		case "p":
			port = o.value
		case "n":
			if db, err = strconv.Atoi(o.value); err != nil || db < 0 {
				return c.fail(1, "invalid database '%s'", o.value)
			}
		}
	}
	if len(words) == 0 {
		return c.fail(1, "only redis-cli COMMAND is available")
	}
	switch strings.ToUpper(words[0]) {
	case "MONITOR", "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "SYNC", "PSYNC", "AUTH", "HELLO", "QUIT":
		return c.fail(1, "%s is not available", words[0])
	}
	config, err := c.Network.redisOptions(host, port)
	if err != nil {
		return c.fail(codeRefused, "%v", err)
	}
	if db >= 0 {
		config.DB = db
	}
	client := redis.NewClient(config)
	defer client.Close() // one command was sent and answered
	args := make([]any, len(words))
	for i, word := range words {
		args[i] = word
	}
	answer, err := client.Do(ctx, args...).Result()
	var wrong redis.Error
	switch {
	case errors.Is(err, errForbidden):
		return c.fail(codeRefused, "%v", errForbidden)
	case errors.Is(err, redis.Nil):
		fmt.Fprintln(c.Stdout)
	case errors.As(err, &wrong):
		fmt.Fprintln(c.Stdout, wrong.Error()) // the real tool prints it like an answer
		return 1
	case err != nil:
		shown := net.JoinHostPort(host, port)
		if host == "" {
			shown = "the configured server" // its address may be nobody's business
		}
		fmt.Fprintf(c.Stderr, "Could not connect to Redis at %s: %s\n", shown, plain(err))
		return 1
	default:
		printAnswer(c.Stdout, answer)
	}
	return 0
}

// redisOptions finds a listed server by its alias or its exact address, with its credentials; or a listed host, without any. Credentials are never sent to a host that
// only the command names.
func (n *Network) redisOptions(host, port string) (*redis.Options, error) {
	for _, conn := range n.Redis {
		config, err := redis.ParseURL(conn.URL)
		if err != nil {
			continue // config validation has said so; the error would show the URL
		}
		if host == "" && len(n.Redis) == 1 || host != "" && (host == conn.Alias || config.Addr == net.JoinHostPort(host, port)) {
			return n.guarded(config), nil
		}
	}
	if host == "" {
		return nil, errors.New("say which server with -h")
	}
	address, err := n.address(host, port)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", net.JoinHostPort(host, port), err)
	}
	return n.guarded(&redis.Options{Addr: address}), nil
}

func (n *Network) guarded(config *redis.Options) *redis.Options {
	address, secure := config.Addr, config.TLSConfig
	config.Dialer = func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := n.dial(ctx, address)
		if err != nil || secure == nil {
			return conn, err
		}
		return tlsClient(ctx, conn, secure)
	}
	config.MaxRetries, config.PoolSize, config.DialerRetries = -1, 1, 1
	config.DialTimeout, config.ReadTimeout = 5*time.Second, 30*time.Second
	config.DisableIdentity, config.ContextTimeoutEnabled = true, true
	config.Protocol = 2 // flat answers, as redis-cli prints them
	return config
}

func printAnswer(w io.Writer, answer any) {
	switch answer := answer.(type) {
	case []any:
		for _, item := range answer {
			printAnswer(w, item)
		}
	case nil:
		fmt.Fprintln(w)
	case string:
		fmt.Fprintln(w, strings.TrimSuffix(answer, "\n"))
	default:
		fmt.Fprintln(w, answer)
	}
}
