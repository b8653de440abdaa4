package redisbroker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"wardroom/internal/live"
)

// session is one connection, from joining the channel to the first sign of trouble. It never
// mends itself: the next session begins with a repair.
type session struct {
	*Broker

	sub    *redis.PubSub
	relay  *live.Relay
	joined func()
	heard  atomic.Bool // something came since the last ping
}

// hold joins and carries until something fails or ctx ends.
func (s *session) hold(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.sub = s.client.Subscribe(ctx)
	// Waiting for a message knows no context: closing ends it.
	stop := context.AfterFunc(ctx, func() { _ = s.sub.Close() }) // twice is harmless
	defer func() { stop(); _ = s.sub.Close() }()
	if err := s.join(ctx); err != nil {
		return err
	}
	defer s.relay.Close()
	s.joined()
	parts, ctx := errgroup.WithContext(ctx)
	context.AfterFunc(ctx, cancel) // the first to fail ends all
	for _, part := range []func(context.Context) error{s.receive, s.send, s.listen} {
		parts.Go(func() error { return part(ctx) })
	}
	return parts.Wait()
}

// join subscribes, and opens the relay only then: what is said before is repaired, what is
// said after is heard.
func (s *session) join(ctx context.Context) error {
	joining, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.sub.Subscribe(joining, s.opts.Channel); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	if _, err := s.sub.ReceiveTimeout(joining, patience); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	s.relay = s.opts.Hub.Relay()
	if err := s.publish(ctx, message{Version: version, Origin: s.origin, Repair: true}); err != nil {
		s.relay.Close()
		return err
	}
	s.relay.Repair()
	return nil
}

// receive gives the hub what the others say.
func (s *session) receive(ctx context.Context) error {
	for {
		received, err := s.sub.Receive(ctx)
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		s.heard.Store(true)
		if m, is := received.(*redis.Message); is && !s.take([]byte(m.Payload)) {
			s.refused.Add(1)
		}
	}
}

// take says whether it was a message that a replica sends.
func (s *session) take(raw []byte) bool {
	m, err := decode(raw)
	if err != nil {
		return false
	}
	switch {
	case m.Origin == s.origin:
	case m.Repair:
		s.relay.Repair()
	case m.Frame != nil:
		return s.relay.Publish(m.frame())
	default:
		for _, topic := range m.Bells {
			s.relay.Ring(topic)
		}
	}
	return true
}

// send tells the others what the hub says.
func (s *session) send(ctx context.Context) error {
	for {
		out, err := s.relay.Next(ctx)
		if err != nil {
			return err
		}
		if out.Dropped > 0 {
			s.dropped.Add(int64(out.Dropped))
			s.opts.Log.WarnContext(ctx, "frames for other replicas became gaps", "frames", out.Dropped)
		}
		var all []message
		for _, f := range out.Frames {
			all = append(all, ofFrame(s.origin, f))
		}
		for some := range slices.Chunk(out.Bells, maxBells) {
			all = append(all, message{Version: version, Origin: s.origin, Bells: some})
		}
		if err := s.publish(ctx, all...); err != nil {
			return err
		}
	}
}

// publish does not end with ctx: what waits when we stop still goes out, if Redis is there.
func (s *session) publish(ctx context.Context, all ...message) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, m := range all {
			raw, err := m.encode()
			if err != nil {
				return err
			}
			p.Publish(ctx, s.opts.Channel, raw)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

var errSilent = errors.New("redis does not answer")

// listen asks for a sign of life and ends the session when there is none: a connection can
// be dead without an error.
func (s *session) listen(ctx context.Context) error {
	ticker := time.NewTicker(patience)
	defer ticker.Stop()
	for {
		s.heard.Store(false)
		if err := s.sub.Ping(ctx); err != nil {
			return fmt.Errorf("ping: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		if !s.heard.Load() {
			return errSilent
		}
	}
}
