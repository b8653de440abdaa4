package live

import "container/list"

// The limits of one client's outbox.
const (
	MaxFrames     = 256     // queued frames; beyond that numbered ones are dropped
	MaxBytes      = 1 << 20 // their bytes
	MaxStateBytes = 4 << 20 // of state, which is never dropped; beyond that the client is too slow
)

// An outbox is what waits for one client, in the order of publication. Its owner
// holds a lock.
type outbox struct {
	queue  list.List // of *Frame
	states map[stateKey]*list.Element
	bytes  int
	state  int // bytes of state among them

	dropped int // numbered frames that became part of a gap; nobody but the reader resets it
}

type stateKey struct{ topic, key string }

func newOutbox() outbox {
	return outbox{states: map[stateKey]*list.Element{}}
}

// put queues a frame, and reports false when the client has more state waiting
// than anybody can want.
func (o *outbox) put(f *Frame) bool {
	if !f.isState() {
		o.putNumbered(f)
		return true
	}
	key := stateKey{f.Topic, f.Key}
	if old, waiting := o.states[key]; waiting {
		o.remove(old)
	}
	// At the end, not in the old one's place: it says how things are after
	// everything that was published before it.
	o.states[key] = o.push(f)
	for o.isFull(0, 0) {
		oldest := o.oldestNumbered()
		if oldest == nil {
			break
		}
		o.collapse(oldest.Topic, oldest)
	}
	return o.state <= MaxStateBytes
}

func (o *outbox) putNumbered(f *Frame) {
	if o.isFull(1, f.size()) {
		o.collapse(f.Topic, f)
		return
	}
	o.push(f)
}

// isFull reports whether the limits are exceeded with so much more.
func (o *outbox) isFull(frames, bytes int) bool {
	return o.queue.Len()+frames > MaxFrames || o.bytes+bytes > MaxBytes
}

// collapse turns all queued numbered frames of a topic, and f, into one gap. The
// gap stands where the first of them stood.
func (o *outbox) collapse(topic string, f *Frame) {
	gap := &Frame{Topic: topic, From: f.From, To: f.To, Gap: true}
	var first *list.Element
	if !f.Gap {
		o.dropped++
	}
	for e := o.queue.Front(); e != nil; {
		next := e.Next()
		if queued := frameOf(e); queued.Topic == topic && !queued.isState() {
			gap.From, gap.To = min(gap.From, queued.From), max(gap.To, queued.To)
			if first == nil {
				first = o.queue.InsertBefore(gap, e)
				o.account(gap, 1)
			}
			if queued != f && !queued.Gap {
				o.dropped++
			}
			o.remove(e)
		}
		e = next
	}
	if first == nil {
		o.push(gap)
	}
}

func (o *outbox) oldestNumbered() *Frame {
	for e := o.queue.Front(); e != nil; e = e.Next() {
		if f := frameOf(e); !f.isState() && !f.Gap {
			return f
		}
	}
	return nil
}

// take removes and returns the oldest frame, nil when there is none.
func (o *outbox) take() *Frame {
	e := o.queue.Front()
	if e == nil {
		return nil
	}
	f := frameOf(e)
	o.remove(e)
	return f
}

// forget drops everything of a topic that the client does not watch any more.
func (o *outbox) forget(topic string) {
	for e := o.queue.Front(); e != nil; {
		next := e.Next()
		if frameOf(e).Topic == topic {
			o.remove(e)
		}
		e = next
	}
}

func (o *outbox) push(f *Frame) *list.Element {
	o.account(f, 1)
	return o.queue.PushBack(f)
}

func (o *outbox) remove(e *list.Element) {
	f := frameOf(e)
	o.queue.Remove(e)
	o.account(f, -1)
	if f.isState() {
		delete(o.states, stateKey{f.Topic, f.Key})
	}
}

func (o *outbox) account(f *Frame, sign int) {
	o.bytes += sign * f.size()
	if f.isState() {
		o.state += sign * f.size()
	}
}

func frameOf(e *list.Element) *Frame {
	f, _ := e.Value.(*Frame) // nothing else is ever pushed
	return f
}
