package live

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Hub connects those who publish with those who watch. Publish and Ring never
// wait for anybody. The zero Hub is not ready; use NewHub.
type Hub struct {
	mu     sync.RWMutex
	topics map[string]*topic
	all    map[*Client]struct{}
	turn   uint64 // of focus, so that the latest of a person's pages counts
	relay  *Relay // nil: there are no other replicas, or they cannot be reached
	closed bool
}

// A topic exists while somebody watches or listens to it.
type topic struct {
	clients   map[*Client]struct{}
	listeners map[chan struct{}]struct{}
	ours      atomic.Bool // something was published on this replica
}

// offer queues a frame for everybody who watches. The caller holds the hub's lock.
func (t *topic) offer(f *Frame) {
	for c := range t.clients {
		c.Offer(f)
	}
}

// NewHub returns a hub without clients.
func NewHub() *Hub {
	return &Hub{topics: map[string]*topic{}, all: map[*Client]struct{}{}}
}

// NewClient adds a page. Its owner must Close it.
func (h *Hub) NewClient(person Person) *Client {
	c := &Client{
		hub: h, person: person, wake: make(chan struct{}, 1),
		topics: map[string]*focus{}, outbox: newOutbox(),
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		c.err = ErrClosed
		return c
	}
	h.all[c] = struct{}{}
	return c
}

// Publish queues a frame for every client of its topic. Frames of one topic keep
// the order in which one goroutine publishes them.
func (h *Hub) Publish(f *Frame) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if t := h.topics[f.Topic]; t != nil {
		t.ours.Store(true)
		t.offer(f)
	}
	if h.relay != nil {
		h.relay.put(f)
	}
}

// Ring tells the listeners of a topic that something changed.
func (h *Hub) Ring(topic string) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	h.ring(topic)
	if h.relay != nil {
		h.relay.bell(topic)
	}
}

// ring rings here only. The caller holds the lock.
func (h *Hub) ring(name string) {
	t := h.topics[name]
	if t == nil {
		return
	}
	for bell := range t.listeners {
		select {
		case bell <- struct{}{}:
		default: // it rings already
		}
	}
}

// Listen returns a doorbell: one receive stands for any number of rings since the
// last. The channel is never closed; stop ends the ringing.
func (h *Hub) Listen(name string) (bell <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.topic(name).listeners[ch] = struct{}{}
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if t := h.topics[name]; t != nil {
			delete(t.listeners, ch)
			h.tidy(name, t)
		}
	}
}

// Count gives the number of pages that are open on a topic.
func (h *Hub) Count(topic string) int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if t := h.topics[topic]; t != nil {
		return len(t.clients)
	}
	return 0
}

// Watcher is a person in a topic, however many pages they have open there.
type Watcher struct {
	Person
	Focus string // where they moved last, on any of these pages; "" when nowhere
}

// Watchers lists who is in a topic, by name.
func (h *Hub) Watchers(topic string) []Watcher {
	h.mu.RLock()
	defer h.mu.RUnlock()
	t := h.topics[topic]
	if t == nil {
		return nil
	}
	latest := map[Person]focus{}
	for c := range t.clients {
		at := *c.topics[topic]
		if known, found := latest[c.person]; c.person.ID != "" && (!found || at.turn > known.turn) {
			latest[c.person] = at
		}
	}
	watchers := make([]Watcher, 0, len(latest))
	for _, person := range slices.SortedFunc(maps.Keys(latest), func(a, b Person) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	}) {
		watchers = append(watchers, Watcher{Person: person, Focus: latest[person].on})
	}
	return watchers
}

// Close ends every client; a later one is born closed. Listeners stay until they stop.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	all := slices.Collect(maps.Keys(h.all))
	h.mu.Unlock()
	for _, c := range all {
		c.Close()
	}
}

func (h *Hub) subscribe(c *Client, names []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.all[c]; !known {
		return
	}
	for _, name := range names {
		if _, already := c.topics[name]; already {
			continue
		}
		h.topic(name).clients[c] = struct{}{}
		c.topics[name] = &focus{}
		h.ring(PresenceTopic(name))
	}
}

func (h *Hub) unsubscribe(c *Client, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.leave(c, name)
}

func (h *Hub) leave(c *Client, name string) {
	if _, subscribed := c.topics[name]; !subscribed {
		return
	}
	delete(c.topics, name)
	t := h.topics[name]
	delete(t.clients, c)
	h.tidy(name, t)
	h.ring(PresenceTopic(name))
}

func (h *Hub) focus(c *Client, name, on string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := c.topics[name]
	if at == nil || at.on == on {
		return
	}
	h.turn++
	at.on, at.turn = on, h.turn
	h.ring(PresenceTopic(name))
}

func (h *Hub) forget(c *Client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.all, c)
	for name := range maps.Clone(c.topics) {
		h.leave(c, name)
	}
}

// topic finds or makes a topic. The caller holds the lock.
func (h *Hub) topic(name string) *topic {
	t := h.topics[name]
	if t == nil {
		t = &topic{clients: map[*Client]struct{}{}, listeners: map[chan struct{}]struct{}{}}
		h.topics[name] = t
	}
	return t
}

// tidy removes a topic that nobody wants any more.
func (h *Hub) tidy(name string, t *topic) {
	if len(t.clients) == 0 && len(t.listeners) == 0 {
		delete(h.topics, name)
	}
}
