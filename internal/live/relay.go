package live

import (
	"context"
	"strings"
	"sync"
)

// MaxBells is how many doorbells may wait in a Relay; each topic counts once.
const MaxBells = 4096

// A Relay is the hub's door to other replicas. What is rung and published here waits in it
// to be sent to them, bounded like a client's outbox; what comes from them enters by it and
// is not sent out again. The hub never waits for it.
//
// Doorbells of every topic pass, frames only those of a run's output: a run is on one
// replica, while everything else is rendered by each replica for its own pages, and a
// rendering from elsewhere could be an older one. Presence stays on its replica.
type Relay struct {
	hub  *Hub
	wake chan struct{} // one slot: something may be waiting

	mu     sync.Mutex
	bells  []string
	rung   map[string]struct{}
	outbox outbox
	err    error
}

// Outgoing is what waits for the other replicas, in the order of its arrival.
type Outgoing struct {
	Bells   []string
	Frames  []*Frame
	Dropped int // frames that became a gap since the last
}

// Relay opens the door. A hub has one at most: a later one takes the place of the earlier.
// Its owner must Close it.
func (h *Hub) Relay() *Relay {
	r := &Relay{hub: h, wake: make(chan struct{}, 1), rung: map[string]struct{}{}, outbox: newOutbox()}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.relay != nil {
		h.relay.end(ErrClosed)
	}
	h.relay = r
	return r
}

// Next waits until something is to be sent and takes all of it. It returns ErrSlow when so
// much waited that something had to be forgotten: whoever listens must be told to Repair,
// by a new Relay. It returns ErrClosed after Close.
func (r *Relay) Next(ctx context.Context) (Outgoing, error) {
	for {
		out, err := r.take()
		if err != nil || len(out.Bells)+len(out.Frames) > 0 {
			return out, err
		}
		select {
		case <-ctx.Done():
			return Outgoing{}, ctx.Err()
		case <-r.wake:
		}
	}
}

func (r *Relay) take() (Outgoing, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return Outgoing{}, r.err
	}
	out := Outgoing{Bells: r.bells, Dropped: r.outbox.dropped}
	for f := r.outbox.take(); f != nil; f = r.outbox.take() {
		out.Frames = append(out.Frames, f)
	}
	r.bells, r.outbox.dropped = nil, 0
	clear(r.rung)
	return out, nil
}

// Close ends Next; nothing waits for the others any more. It may be called more than once.
func (r *Relay) Close() {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	if r.hub.relay == r {
		r.hub.relay = nil
	}
	r.end(ErrClosed)
}

// Ring is another replica's Ring.
func (r *Relay) Ring(topic string) {
	r.hub.mu.RLock()
	defer r.hub.mu.RUnlock()
	r.hub.ring(topic)
}

// Publish is another replica's Publish. It refuses frames that are none of the others'
// business and says so.
func (r *Relay) Publish(f *Frame) bool {
	if !isShared(f.Topic) {
		return false
	}
	r.hub.mu.RLock()
	defer r.hub.mu.RUnlock()
	if t := r.hub.topics[f.Topic]; t != nil {
		t.offer(f)
	}
	return true
}

// Repair is for after a time in which something from another replica may have been lost. It
// rings every doorbell once, so that everything is read again from the database. Pages that
// follow a run of another replica must connect again: only they know their last line.
func (r *Relay) Repair() {
	r.hub.mu.RLock()
	defer r.hub.mu.RUnlock()
	for name, t := range r.hub.topics {
		r.hub.ring(name)
		if !isShared(name) || t.ours.Load() {
			continue
		}
		for c := range t.clients {
			c.end(ErrSlow)
		}
	}
}

// bell queues a doorbell.
func (r *Relay) bell(topic string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, waits := r.rung[topic]; waits || r.err != nil {
		return
	}
	if len(r.bells) == MaxBells {
		r.fail(ErrSlow)
		return
	}
	r.rung[topic] = struct{}{}
	r.bells = append(r.bells, topic)
	r.rouse()
}

// put queues a frame.
func (r *Relay) put(f *Frame) {
	if !isShared(f.Topic) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return
	}
	if !r.outbox.put(f) {
		r.fail(ErrSlow)
		return
	}
	r.rouse()
}

func (r *Relay) end(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail(err)
}

// fail forgets what waits. The caller holds r.mu.
func (r *Relay) fail(err error) {
	if r.err == nil {
		r.err, r.bells, r.outbox = err, nil, newOutbox()
	}
	r.rouse()
}

func (r *Relay) rouse() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// isShared says whether frames of a topic are for all replicas: exactly those of a run's
// output. The names of other topics may begin with a run's and go on.
func isShared(topic string) bool {
	id, is := strings.CutPrefix(topic, RunTopic(""))
	return is && id != "" && strings.Trim(id, "0123456789abcdef-") == ""
}
