package handlers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"runtime/debug"
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

	mu      sync.Mutex
	tabs    int
	shown   rendering // nothing until the first rendering has succeeded
	waiting []guest   // who came before it
}

// guest is a tab that is to be told how things are.
type guest struct {
	client *live.Client
	since  int64 // the last timeline row that its page has
}

// rendering is a page's regions by element id, and the rows of its timeline.
type rendering struct {
	regions map[string]region
	rows    []row
	sayings []saying
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
// keys of their forms and in how long ago things were, which the page's own clock counts,
// so what is compared is the html without them.
type region struct{ html, content string }

var passing = regexp.MustCompile(`(name="key" value=")[^"]*|(<time [^>]*>)[^<]*`)

func lasting(html string) string { return passing.ReplaceAllString(html, "$1$2") }

type row struct {
	seq  int64
	html string
}

func (r row) key() string { return "seq:" + strconv.FormatInt(r.seq, 10) }

const (
	minGap     = time.Second / 15 // keeps a region below 15 renderings a second, UX.md §2
	retryAfter = time.Second      // when a rendering failed, as it does while the database is away
)

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
// what the feed shows as soon as that is known. It does not wait.
func (fs *feeds) join(g guest, f *feed) (leave func()) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	running, ok := fs.active[f.key]
	if !ok {
		running = f
		f.s = fs.s
		var ctx context.Context
		ctx, f.cancel = context.WithCancel(fs.ctx)
		fs.active[f.key] = f
		fs.group.Go(func() { f.run(ctx) })
	}
	running.mu.Lock()
	defer running.mu.Unlock()
	running.tabs++
	if running.shown.regions == nil {
		running.waiting = append(running.waiting, g)
	} else {
		running.greet(g)
	}
	return func() { fs.leave(running) }
}

func (fs *feeds) leave(f *feed) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tabs--; f.tabs == 0 {
		f.cancel() // under the lock: a rendering that is under way is published before this or never
		delete(fs.active, f.key)
	}
}

// greet sends the client everything that the feed shows. The caller holds f.mu.
func (f *feed) greet(g guest) {
	g.client.Subscribe(f.key)
	for _, id := range slices.Sorted(maps.Keys(f.shown.regions)) {
		send(g.client, id, f.shown.frame(id))
	}
	rows := f.shown.after(g.since)
	if broken(rows, g.since) {
		send(g.client, "resync", resyncFrame)
		return
	}
	for _, r := range rows {
		send(g.client, r.key(), insertFrame(r))
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
	var tick <-chan time.Time // never, when nothing changes by itself
	if f.tick > 0 {
		ticker := time.NewTicker(f.tick)
		defer ticker.Stop()
		tick = ticker.C
	}
	for failed := false; ; {
		err := f.update(ctx)
		pause := minGap
		if err != nil {
			pause = retryAfter
			if !failed && ctx.Err() == nil {
				f.s.Log.WarnContext(ctx, "live page is not rendered", "feed", f.key, "err", err)
			}
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		if failed {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-bell:
		case <-tick:
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

// draw renders. A mistake in a component costs this page's updates, not the process.
func (f *feed) draw(ctx context.Context) (now rendering, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("handlers: rendering panicked: %v\n%s", r, debug.Stack())
		}
	}()
	return f.render(views.WithAssets(ctx, static.Path))
}

// update renders and publishes what changed. When regions came or went, the page's
// structure is another one: it is asked to fetch itself.
func (f *feed) update(ctx context.Context) error {
	now, err := f.draw(ctx)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err() // another feed has taken over: this would be an older state
	}
	before := f.shown
	f.shown = now
	if before.regions == nil {
		for _, g := range f.waiting {
			f.greet(g)
		}
		f.waiting = nil
		return nil
	}
	if !slices.Equal(slices.Sorted(maps.Keys(before.regions)), slices.Sorted(maps.Keys(now.regions))) {
		f.publish("refresh", refreshFrame("main"))
	}
	for _, id := range slices.Sorted(maps.Keys(now.regions)) {
		if before.regions[id].content != now.regions[id].content {
			f.publish(id, now.frame(id))
		}
	}
	last := before.last()
	rows := now.after(last)
	if broken(rows, last) {
		f.publish("resync", resyncFrame)
		return nil
	}
	for _, r := range rows {
		f.publish(r.key(), insertFrame(r))
	}
	for _, s := range now.news(before) {
		f.publish("say "+s.key, sayFrame(s))
	}
	return nil
}

func (r rendering) last() int64 {
	if len(r.rows) == 0 {
		return 0
	}
	return r.rows[len(r.rows)-1].seq
}

// after gives the timeline's rows behind seq.
func (r rendering) after(seq int64) []row {
	i, _ := slices.BinarySearchFunc(r.rows, seq+1, func(r row, seq int64) int { return cmp.Compare(r.seq, seq) })
	return r.rows[i:]
}

// broken says that rows between since and these are not at hand any more.
func broken(rows []row, since int64) bool { return len(rows) > 0 && rows[0].seq > since+1 }

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

// resyncFrame asks the page to fetch itself: it has missed more than can be told.
var resyncFrame = frame(patch{Op: "resync"})

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
		regions[id] = region{html: b.String(), content: lasting(b.String())}
	}
	return regions, nil
}
