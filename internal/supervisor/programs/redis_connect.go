package programs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

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
