package redisbroker

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"wardroom/internal/live"
)

const (
	patience     = 3 * time.Second // with a Redis that does not answer
	firstBackOff = 100 * time.Millisecond
	lastBackOff  = 10 * time.Second
)

// The library would write to standard error by itself; what matters is in our own log.
func init() { logging.Disable() }

// Options of a Broker. All are required.
type Options struct {
	URL     string // redis://[user:password@]host:port/db, rediss:// or unix:///path
	Channel string // the same for all replicas of one Wardroom and for no other
	Hub     *live.Hub
	Log     *slog.Logger
}

// Broker owns the connection between a hub and the other replicas.
type Broker struct {
	opts    Options
	client  *redis.Client
	origin  string
	cancel  context.CancelFunc
	done    sync.WaitGroup
	dropped atomic.Int64
	refused atomic.Int64
}

// New checks the URL; it does not connect. The error does not repeat the URL, in which a
// password may be.
func New(opts Options) (*Broker, error) {
	config, err := redis.ParseURL(opts.URL)
	if err != nil {
		return nil, errors.New("REDIS_URL cannot be understood: write redis://[user:password@]host:port/db, rediss://… or unix:///path")
	}
	config.DialTimeout, config.ReadTimeout, config.WriteTimeout, config.PoolTimeout = patience, patience, patience, patience
	config.ContextTimeoutEnabled, config.DisableIdentity = true, true
	config.MaxRetries, config.DialerRetries = -1, 1 // we try again ourselves, and repair what was missed
	config.PoolSize = 2
	config.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &Broker{opts: opts, client: redis.NewClient(config), origin: rand.Text()}, nil
}

// Start connects in the background and keeps on trying, until Stop: the end of ctx does
// not stop it.
func (b *Broker) Start(ctx context.Context) {
	ctx, b.cancel = context.WithCancel(context.WithoutCancel(ctx))
	b.done.Go(func() { b.run(ctx) })
}

// Stop sends what waits and ends the connection. A Redis that does not answer keeps it for
// some seconds at most.
func (b *Broker) Stop() error {
	if b.cancel != nil {
		b.cancel()
	}
	b.done.Wait()
	return b.client.Close()
}

// Dropped counts the frames of ours that the other replicas were told of as gaps, because
// Redis could not take them fast enough.
func (b *Broker) Dropped() int64 { return b.dropped.Load() }

// Refused counts the messages from Redis that were none of a replica's.
func (b *Broker) Refused() int64 { return b.refused.Load() }

// run holds one session after the other. While there is none the hub keeps nothing for the
// others.
func (b *Broker) run(ctx context.Context) {
	silent := false // about a Redis that is away, after having said so once
	for wait := firstBackOff; ; wait = min(2*wait, lastBackOff) {
		s := &session{Broker: b, joined: func() {
			b.opts.Log.InfoContext(ctx, "connected to the other replicas")
			silent, wait = false, firstBackOff
		}}
		err := s.hold(ctx)
		if ctx.Err() != nil {
			return
		}
		if !silent {
			b.opts.Log.WarnContext(ctx, "no connection to the other replicas: each serves its own pages until Redis is back", "err", err)
			silent = true
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(jitter(wait)):
		}
	}
}

// jitter keeps replicas that lost Redis at the same moment from coming back at the same moment.
func jitter(d time.Duration) time.Duration {
	return d/2 + mathrand.N(d) //nolint:gosec // nothing secret
}
