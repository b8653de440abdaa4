package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
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
	recheckEvery = 2 * time.Second  // a session that ended must not go on watching
	writeWithin  = 10 * time.Second
	maxMessage   = 4 << 10
	maxWatched   = 50 // logs that one tab may follow
)

// Close codes: below 4500 the browser comes back by itself, above it does not.
const (
	closeSlow      = websocket.CloseTryAgainLater
	closeRestart   = websocket.CloseServiceRestart
	closeSignedOut = 4501
)

var buffers sync.Pool

// sockets owns the goroutines of open sockets.
type sockets struct {
	group sync.WaitGroup
	mu    sync.Mutex
	open  map[*socket]struct{}
	done  bool
}

// socket is one open tab.
type socket struct {
	s      *Server
	conn   *websocket.Conn
	client *live.Client
	ctx    context.Context
	cancel context.CancelFunc
	room   string // topic that its presence belongs to
	hash   []byte // of the session
	leave  []func()
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
		s: s, conn: conn, room: page.room, hash: me.session.Hash,
		client: s.Hub.NewClient(live.Person{ID: me.user.ID.String(), Name: me.user.DisplayName}),
	}
	k.ctx, k.cancel = context.WithCancel(authz.WithActor(context.WithoutCancel(c.Request().Context()), me.user.Actor()))
	s.sockets.serve(k, page, c.QueryParam("log"))
	return nil
}

func (ss *sockets) serve(k *socket, page socketPage, logs string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.done {
		k.close(closeRestart, "restarting")
		return
	}
	if ss.open == nil {
		ss.open = map[*socket]struct{}{}
	}
	ss.open[k] = struct{}{}
	ss.group.Go(func() {
		defer func() {
			k.end()
			ss.mu.Lock()
			delete(ss.open, k)
			ss.mu.Unlock()
		}()
		k.begin(page, logs)
		k.write()
	})
	ss.group.Go(k.read)
}

// stop ends every socket; the browsers come back by themselves.
func (ss *sockets) stop() {
	ss.mu.Lock()
	ss.done = true
	for k := range ss.open {
		k.close(closeRestart, "restarting")
		k.cancel()
	}
	ss.mu.Unlock()
	ss.group.Wait()
}

// begin sends the clock and joins the page's feed and logs.
func (k *socket) begin(page socketPage, logs string) {
	send(k.client, "clock", frame(map[string]string{"op": "clock", "now": k.s.Now().UTC().Format(time.RFC3339Nano)}))
	if page.epoch != "" && page.epoch != k.s.epoch {
		send(k.client, "reload", frame(patch{Op: "resync"}))
		page.since = 0
	}
	if k.room != "" {
		k.client.Subscribe(k.room)
	}
	if page.feed != nil {
		k.leave = append(k.leave, k.s.feeds.join(k.client, page.feed, page.since))
	}
	for i, watch := range strings.Split(logs, ",") {
		run, from, _ := strings.Cut(watch, ":")
		last, _ := strconv.ParseInt(from, 10, 64) // 0 when it is no number: from the start
		if run != "" && i < maxWatched {
			k.watch(run, last)
		}
	}
}

func (k *socket) end() {
	k.cancel()
	k.client.Close()
	for _, leave := range k.leave {
		leave()
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
			k.close(closeSlow, "too slow, connect again")
			return
		case errors.Is(err, live.ErrClosed):
			k.close(closeRestart, "restarting")
			return
		}
		if time.Since(lastCheck) >= recheckEvery {
			lastCheck = time.Now()
			if !k.s.Auth.Valid(k.ctx, k.hash) {
				k.close(closeSignedOut, "signed out")
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
			k.close(websocket.CloseUnsupportedData, "not understood")
			return
		}
		switch m.Op {
		case "focus":
			k.client.Focus(k.room, m.Step[:min(len(m.Step), 200)])
		case "watch":
			k.watch(m.Run, m.From)
		case "unwatch":
			k.client.Unsubscribe(live.RunTopic(m.Run))
		}
	}
}

// watch follows a run's output from the line after last on: what is stored already is
// announced as a gap, which the page fetches like any other gap.
func (k *socket) watch(run string, last int64) {
	runID, err := uuid.Parse(run)
	if err != nil {
		return
	}
	r, err := k.s.Diagnostics.ByID(k.ctx, runID)
	if err != nil {
		return
	}
	if _, err := k.s.Diagnostics.Tail(k.ctx, r, 1); err != nil {
		return // it may not be read by this person
	}
	k.client.Subscribe(live.RunTopic(run))
	length, err := k.s.Diagnostics.Length(k.ctx, r)
	if err != nil {
		return
	}
	if length > max(last, 0) {
		send(k.client, "gap:"+run, gapFrame(run, max(last, 0)+1, length))
	}
	if !r.State.Active() {
		send(k.client, "end:"+run, diagnostics.EndFrame(r))
	}
}

func (k *socket) close(code int, reason string) {
	_ = k.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(time.Second))
}

// sameOrigin is strict: a browser always sends Origin with a websocket, and only our own
// pages may open one.
func (s *Server) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if s.Settings.PublicURL != "" && strings.EqualFold(origin, s.Settings.PublicURL) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "http" && u.Path == "" && strings.EqualFold(u.Host, r.Host) && s.Settings.PublicURL == ""
}
