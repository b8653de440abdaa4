package live

import (
	"context"
	"errors"
	"sync"
)

// ErrSlow is what Next returns when a client must connect again and go on from what the
// database says: so much state waits for it that nobody can want it all, or something
// from another replica may have been lost on the way.
var ErrSlow = errors.New("live: the client has fallen behind")

// ErrClosed is what Next returns after Close, of the client or of the hub.
var ErrClosed = errors.New("live: closed")

// Person is who sits behind a client. The zero Person is nobody, and not listed
// among the watchers of a topic.
type Person struct{ ID, Name string }

// Client is one open page. Next is called by one goroutine, the one that writes
// to the page; everything else may be called from any.
type Client struct {
	hub    *Hub
	person Person
	wake   chan struct{} // one slot: something may be waiting

	// Under the hub's lock.
	topics map[string]*focus

	mu     sync.Mutex
	outbox outbox
	err    error
}

// focus is where a client is in a topic, and how recent that is.
type focus struct {
	on   string
	turn uint64
}

// Next waits for the next frame. It returns ErrSlow, ErrClosed or the error of ctx.
func (c *Client) Next(ctx context.Context) (*Frame, error) {
	for {
		f, err := c.take()
		if f != nil || err != nil {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-c.wake:
		}
	}
}

func (c *Client) take() (*Frame, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return nil, c.err
	}
	return c.outbox.take(), nil
}

// Offer queues a frame for this client alone, without ever waiting.
func (c *Client) Offer(f *Frame) {
	c.mu.Lock()
	if c.err == nil && !c.outbox.put(f) {
		c.fail(ErrSlow)
	}
	c.mu.Unlock()
	c.rouse()
}

// fail ends the client. The caller holds c.mu.
func (c *Client) fail(err error) {
	if c.err == nil {
		c.err, c.outbox = err, newOutbox()
	}
}

func (c *Client) rouse() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Subscribe adds topics. A frame that is published after Subscribe returns is
// queued, so whoever reads the current state then misses nothing.
func (c *Client) Subscribe(topics ...string) {
	c.hub.subscribe(c, topics)
}

// Unsubscribe removes a topic and what waits of it.
func (c *Client) Unsubscribe(topic string) {
	c.hub.unsubscribe(c, topic)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.outbox.forget(topic)
}

// Focus says where in a topic the person is; it is ignored for a topic that the
// client is not subscribed to.
func (c *Client) Focus(topic, on string) {
	c.hub.focus(c, topic, on)
}

// Close leaves every topic and ends Next. It may be called more than once.
func (c *Client) Close() {
	c.hub.forget(c)
	c.end(ErrClosed)
}

func (c *Client) end(err error) {
	c.mu.Lock()
	c.fail(err)
	c.mu.Unlock()
	c.rouse()
}
