package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/a-h/templ"

	"wardroom/internal/live"
	"wardroom/static"
	"wardroom/views"
)

// A feed keeps the regions of one page up to date for one person's open tabs: whenever
// its doorbell rings it renders them with the page's own components and publishes those
// that changed. Whoever connects gets everything as it is now, so nothing that happened
// between the page and its socket is lost.
type feed struct {
	s      *Server
	key    string
	bells  []string // live topics whose doorbell means "render again"
	tick   time.Duration
	render func(context.Context) (rendering, error)

	cancel context.CancelFunc
	ready  chan struct{} // closed after the first rendering

	mu    sync.Mutex
	tabs  int
	shown rendering
}

// rendering is a page's regions by element id, and the rows of its timeline.
type rendering struct {
	regions map[string]region
	rows    []row
	refresh bool // regions depend on the page's address: it fetches them itself
}

// frame brings a region to a page.
func (r rendering) frame(id string) []byte {
	if r.refresh {
		return refreshFrame(id)
	}
	return patchFrame(id, r.regions[id].html)
}

// region is a part of a page. Two renderings of the same state differ in the idempotency
// keys of their forms, so what is compared is the html without them.
type region struct{ html, content string }

var formKey = regexp.MustCompile(`name="key" value="[^"]*"`)

type row struct {
	seq  int64
	html string
}

// minGap keeps a region below 15 renderings a second, UX.md §2.
const minGap = time.Second / 15

// feeds starts a feed with its first tab and ends it with its last.
type feeds struct {
	s      *Server
	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup

	mu     sync.Mutex
	active map[string]*feed
}

func newFeeds(s *Server) *feeds {
	ctx, cancel := context.WithCancel(context.Background())
	return &feeds{s: s, ctx: ctx, cancel: cancel, active: map[string]*feed{}}
}

func (fs *feeds) stop() {
	fs.cancel()
	fs.group.Wait()
}

// join subscribes the client to the feed, starting it if it is the first one, and gives it
// what the feed shows now; since is the last timeline row that its page has.
func (fs *feeds) join(client *live.Client, f *feed, since int64) (leave func()) {
	fs.mu.Lock()
	running, ok := fs.active[f.key]
	if !ok {
		running = f
		f.s, f.ready = fs.s, make(chan struct{})
		var ctx context.Context
		ctx, f.cancel = context.WithCancel(fs.ctx)
		fs.active[f.key] = f
		fs.group.Go(func() { f.run(ctx) })
	}
	running.mu.Lock()
	running.tabs++
	running.mu.Unlock()
	fs.mu.Unlock()
	running.greet(fs.ctx, client, since)
	return func() { fs.leave(running) }
}

func (fs *feeds) leave(f *feed) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f.mu.Lock()
	f.tabs--
	last := f.tabs == 0
	f.mu.Unlock()
	if last {
		f.cancel()
		delete(fs.active, f.key)
	}
}

// greet sends the client everything that the feed shows.
func (f *feed) greet(ctx context.Context, client *live.Client, since int64) {
	select {
	case <-f.ready:
	case <-ctx.Done():
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	client.Subscribe(f.key)
	for _, id := range slices.Sorted(maps.Keys(f.shown.regions)) {
		send(client, id, f.shown.frame(id))
	}
	for _, r := range f.shown.rows {
		if r.seq > since {
			send(client, "seq:"+strconv.FormatInt(r.seq, 10), insertFrame(r))
		}
	}
}

func (f *feed) run(ctx context.Context) {
	bell := make(chan struct{}, 1)
	var listeners sync.WaitGroup
	defer listeners.Wait()
	for _, topic := range f.bells {
		rung, stop := f.s.Hub.Listen(topic)
		listeners.Go(func() {
			defer stop()
			forward(ctx, rung, bell)
		})
	}
	ticker := time.NewTicker(max(f.tick, time.Second))
	defer ticker.Stop()
	for {
		f.update(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(minGap):
		}
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return
			case <-bell:
				waiting = false
			case <-ticker.C:
				waiting = f.tick == 0
			}
		}
	}
}

// forward rings to for every from, without ever waiting for to.
func forward(ctx context.Context, from <-chan struct{}, to chan<- struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-from:
			select {
			case to <- struct{}{}:
			default:
			}
		}
	}
}

// update renders and publishes what changed. When regions came or went, the page's
// structure is another one: it is asked to fetch itself.
func (f *feed) update(ctx context.Context) {
	now, err := f.render(views.WithAssets(ctx, static.Path))
	if err != nil {
		if ctx.Err() == nil {
			f.s.Log.WarnContext(ctx, "live page is not rendered", "feed", f.key, "err", err)
		}
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.shown
	f.shown = now
	first := before.regions == nil
	if first {
		close(f.ready)
		return
	}
	if !slices.Equal(slices.Sorted(maps.Keys(before.regions)), slices.Sorted(maps.Keys(now.regions))) {
		f.publish("refresh", refreshFrame("main"))
	}
	for _, id := range slices.Sorted(maps.Keys(now.regions)) {
		if before.regions[id].content != now.regions[id].content {
			f.publish(id, now.frame(id))
		}
	}
	last := int64(0)
	if len(before.rows) > 0 {
		last = before.rows[len(before.rows)-1].seq
	}
	for _, r := range now.rows {
		if r.seq > last {
			f.publish("seq:"+strconv.FormatInt(r.seq, 10), insertFrame(r))
		}
	}
}

func (f *feed) publish(key string, data []byte) {
	f.s.Hub.Publish(&live.Frame{Topic: f.key, Key: key, Data: data})
}

// send queues a frame for one client only.
func send(client *live.Client, key string, data []byte) {
	client.Offer(&live.Frame{Topic: "greeting", Key: key, Data: data})
}

type patch struct {
	Op   string `json:"op"`
	ID   string `json:"id,omitempty"`
	Into string `json:"into,omitempty"`
	Seq  int64  `json:"seq,omitempty"`
	HTML string `json:"html,omitempty"`
}

func patchFrame(id, html string) []byte { return frame(patch{Op: "patch", ID: id, HTML: html}) }

func insertFrame(r row) []byte {
	return frame(patch{Op: "insert", Into: "timeline", Seq: r.seq, HTML: r.html})
}

func refreshFrame(id string) []byte { return frame(patch{Op: "refresh", ID: id}) }

// frame encodes; strings and numbers cannot fail.
func frame(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(b.Bytes())
}

// draw renders components by their element ids.
func draw(ctx context.Context, components map[string]templ.Component) (map[string]region, error) {
	regions := make(map[string]region, len(components))
	for id, component := range components {
		var b bytes.Buffer
		if err := component.Render(ctx, &b); err != nil {
			return nil, err
		}
		regions[id] = region{html: b.String(), content: formKey.ReplaceAllString(b.String(), "")}
	}
	return regions, nil
}
