package live

import "sync"

// A Frame is one message to every client of a topic. It is shared between
// clients: nobody may change it after it was published.
//
// A frame with a Key is state: only the latest of its topic and key matters, and it
// is never dropped. A frame without one is numbered: it carries the lines From to
// To of its topic, and may be dropped, which becomes a gap.
type Frame struct {
	Topic    string
	Key      string
	From, To int64
	Data     []byte
	Gap      bool // lines From to To were dropped: fetch them; there is no Data

	once     sync.Once
	prepared any
}

// Prepared returns what prepare made of the frame's data. It is made once, for
// the first client that sends it: a thousand clients share one compressed message.
func (f *Frame) Prepared(prepare func(data []byte) any) any {
	f.once.Do(func() { f.prepared = prepare(f.Data) })
	return f.prepared
}

// overhead is what a queued frame costs beside its data, so that empty frames
// have a limit too.
const overhead = 64

func (f *Frame) size() int { return len(f.Data) + overhead }

func (f *Frame) isState() bool { return f.Key != "" }
