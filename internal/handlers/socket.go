package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"

	"wardroom/internal/authz"
	"wardroom/internal/diagnostics"
	"wardroom/internal/errs"
	"wardroom/internal/live"
)

const (
	pingEvery    = 20 * time.Second // UX.md §2
	recheckEvery = 2 * time.Second  // a session that ended elsewhere must not go on watching
	writeWithin  = 5 * time.Second
	closeWithin  = time.Second
	maxMessage   = 4 << 10
	maxStep      = 1 << 10
	maxWatched   = 50 // logs that one tab may follow
)

// Close codes: below 4500 the browser comes back by itself, above it does not.
const (
	closeSlow      = websocket.CloseTryAgainLater
	closeRestart   = websocket.CloseServiceRestart
	closeRole      = 4001
	closeSignedOut = 4501
)

var buffers sync.Pool

// socket is one open tab. Its writer owns it; everybody else asks it to end.
type socket struct {
	s      *Server
	conn   *websocket.Conn
	client *live.Client
	ctx    context.Context
	cancel context.CancelFunc
	room   string // topic that its presence belongs to
	me     signedInAs
	token  string
	leave  []func()

	mu       sync.Mutex
	watched  map[uuid.UUID]bool
	farewell []byte // what the browser is told at the end; nil: nothing
}

// openSocket upgrades the connection. It returns at once, so that net/http's buffers go;
// two goroutines serve the socket from then on.
func (s *Server) openSocket(c echo.Context) error {
	if !s.sameOrigin(c.Request()) {
		return errs.New(errs.Forbidden, "The socket is for our own pages only.")
	}
	page, err := s.socketPage(c)
	if err != nil {
		return err
	}
	upgrader := websocket.Upgrader{
		ReadBufferSize: 1 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: &buffers,
		CheckOrigin: func(*http.Request) bool { return true }, // done above, with our own error page
	}
	conn, err := upgrader.Upgrade(c.Response(), c.Request(), nil)
	if err != nil {
		return nil //nolint:nilerr // the upgrader has answered already
	}
	me, _ := who(c.Request().Context())
	k := &socket{
		s: s, conn: conn, room: page.room, me: me, token: s.token(c), watched: map[uuid.UUID]bool{},
		client: s.Hub.NewClient(live.Person{ID: me.user.ID.String(), Name: me.user.DisplayName}),
	}
	k.ctx, k.cancel = context.WithCancel(authz.WithActor(context.WithoutCancel(c.Request().Context()), me.user.Actor()))
	s.sockets.serve(k, page, c.QueryParam("log"))
	return nil
}

// begin sends the clock and joins the page's feed and logs.
func (k *socket) begin(page socketPage, logs string) {
	send(k.client, "clock", frame(map[string]string{"op": "clock", "now": k.s.Now().UTC().Format(time.RFC3339Nano)}))
	if page.epoch != "" && page.epoch != k.s.epoch {
		send(k.client, "resync", resyncFrame) // another database: the page's numbers mean nothing here
		page.since = 0
	}
	if k.room != "" {
		k.client.Subscribe(k.room)
	}
	for _, f := range []*feed{page.feed, k.s.frameFeed(k.me.user.Actor())} {
		k.leave = append(k.leave, k.s.feeds.join(guest{k.client, page.since}, f))
	}
	for watch := range strings.SplitSeq(logs, ",") {
		run, from, _ := strings.Cut(watch, ":")
		last, _ := strconv.ParseInt(from, 10, 64) // 0 when it is no number: from the start
		k.watch(run, last)
	}
}

// finish ends the socket and says why. The first reason counts.
func (k *socket) finish(code int, reason string) {
	k.mu.Lock()
	if k.farewell == nil {
		k.farewell = websocket.FormatCloseMessage(code, reason)
	}
	k.mu.Unlock()
	k.cancel()
	// A writer that waits for a slow browser waits no longer.
	_ = k.conn.NetConn().SetWriteDeadline(time.Now().Add(closeWithin)) // fails only on a closed connection
}

func (k *socket) end() {
	k.cancel()
	k.client.Close()
	for _, leave := range k.leave {
		leave()
	}
	k.mu.Lock()
	farewell := k.farewell
	k.mu.Unlock()
	if farewell != nil {
		_ = k.conn.WriteControl(websocket.CloseMessage, farewell, time.Now().Add(closeWithin)) // it may be gone
	}
	_ = k.conn.Close() // it may be closed already
}

func (k *socket) write() {
	lastPing, lastCheck := time.Now(), time.Now()
	for {
		ctx, cancel := context.WithTimeout(k.ctx, recheckEvery)
		f, err := k.client.Next(ctx)
		cancel()
		switch {
		case k.ctx.Err() != nil:
			return
		case errors.Is(err, live.ErrSlow):
			k.finish(closeSlow, "too slow, connect again")
			return
		case errors.Is(err, live.ErrClosed):
			k.finish(closeRestart, "restarting")
			return
		}
		if time.Since(lastCheck) >= recheckEvery {
			lastCheck = time.Now()
			k.recheck()
			if k.ctx.Err() != nil {
				return
			}
		}
		if time.Since(lastPing) >= pingEvery {
			lastPing = time.Now()
			if k.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWithin)) != nil {
				return
			}
			send(k.client, "clock", frame(map[string]string{"op": "clock", "now": k.s.Now().UTC().Format(time.RFC3339Nano)}))
		}
		if f != nil && k.put(f) != nil {
			return
		}
	}
}

func (k *socket) put(f *live.Frame) error {
	if err := k.conn.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	if f.Gap {
		run, _ := diagnostics.RunOf(f.Topic)
		return k.conn.WriteMessage(websocket.TextMessage, gapFrame(run.String(), f.From, f.To))
	}
	prepared, ok := f.Prepared(prepare).(*websocket.PreparedMessage)
	if !ok {
		return k.conn.WriteMessage(websocket.TextMessage, f.Data)
	}
	return k.conn.WritePreparedMessage(prepared)
}

// prepare encodes a frame once for all of its watchers.
func prepare(data []byte) any {
	message, err := websocket.NewPreparedMessage(websocket.TextMessage, data)
	if err != nil {
		return err
	}
	return message
}

func gapFrame(run string, from, to int64) []byte {
	return frame(struct {
		Op   string `json:"op"`
		Run  string `json:"run"`
		From int64  `json:"from"`
		To   int64  `json:"to"`
	}{"gap", run, from, to})
}

// message is what a browser may say. Everything that does something is a POST instead.
type message struct {
	Op   string `json:"op"`
	Step string `json:"step"`
	Run  string `json:"run"`
	From int64  `json:"from"`
}

func (k *socket) read() {
	defer k.cancel()
	defer k.client.Close() // wakes the writer
	k.conn.SetReadLimit(maxMessage)
	k.conn.SetPongHandler(func(string) error { return k.conn.SetReadDeadline(time.Now().Add(3 * pingEvery)) })
	for {
		_ = k.conn.SetReadDeadline(time.Now().Add(3 * pingEvery)) // fails only on a closed connection, which the read tells
		var m message
		_, data, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		if json.Unmarshal(data, &m) != nil {
			k.finish(websocket.CloseUnsupportedData, "not understood")
			return
		}
		switch m.Op {
		case "focus":
			if len(m.Step) <= maxStep {
				k.client.Focus(k.room, m.Step)
			}
		case "watch":
			k.watch(m.Run, m.From)
		case "unwatch":
			k.unwatch(m.Run)
		}
	}
}

// recheck ends the socket when its session has ended or its person's role is another one:
// what the page shows depends on it. A database that is away proves neither.
func (k *socket) recheck() {
	ctx, cancel := context.WithTimeout(k.ctx, recheckEvery)
	defer cancel()
	if !k.s.Auth.Valid(ctx, k.me.session.Hash) {
		if _, _, err := k.s.Auth.Authenticate(ctx, k.token); errs.KindOf(err) == errs.Unauthenticated {
			k.finish(closeSignedOut, "signed out")
		}
		return
	}
	if now, err := k.s.Auth.ByID(ctx, k.me.user.ID); err == nil && now.Role != k.me.user.Role {
		k.finish(closeRole, "another role, connect again")
	}
}

// watch follows a run's output from the line after last on: what is stored already is
// announced as a gap, which the page fetches like any other gap.
func (k *socket) watch(run string, last int64) {
	id, err := uuid.Parse(run)
	if err != nil || !k.readable(id) || !k.mayWatchMore(id) {
		return
	}
	k.client.Subscribe(diagnostics.Topic(id))
	r, err := k.s.Diagnostics.ByID(k.ctx, id) // again: an end before the subscription is seen here
	if err != nil {
		return
	}
	length, err := k.s.Diagnostics.Length(k.ctx, r)
	if err != nil {
		return
	}
	if length > max(last, 0) {
		send(k.client, "gap:"+id.String(), gapFrame(id.String(), max(last, 0)+1, length))
	}
	if !r.State.Active() {
		send(k.client, "end:"+id.String(), diagnostics.EndFrame(r))
	}
}

// readable says whether this person may see the run's output.
func (k *socket) readable(run uuid.UUID) bool {
	r, err := k.s.Diagnostics.ByID(k.ctx, run)
	if err != nil {
		return false
	}
	_, err = k.s.Diagnostics.Tail(k.ctx, r, 1)
	return err == nil
}

func (k *socket) mayWatchMore(run uuid.UUID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.watched) >= maxWatched && !k.watched[run] {
		return false
	}
	k.watched[run] = true
	return true
}

func (k *socket) unwatch(run string) {
	id, err := uuid.Parse(run)
	if err != nil {
		return
	}
	k.client.Unsubscribe(diagnostics.Topic(id))
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.watched, id)
}

// sameOrigin is strict: a browser always sends Origin with a websocket, and only our own
// pages may open one. Browsers write an origin in one way only, so it is compared as it is.
func (s *Server) sameOrigin(r *http.Request) bool {
	own := s.origin
	if own == "" {
		own = "http://" + r.Host
	}
	sent := r.Header.Values("Origin")
	return len(sent) == 1 && sent[0] == own
}
