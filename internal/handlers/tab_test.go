package handlers_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// tab is an open page's socket.
type tab struct {
	conn *websocket.Conn
	seen []frame // what was read so far
}

// frame is what the server pushes.
type frame struct {
	Op    string          `json:"op"`
	ID    string          `json:"id"`
	Into  string          `json:"into"`
	Seq   int64           `json:"seq"`
	HTML  string          `json:"html"`
	Run   string          `json:"run"`
	From  int64           `json:"from"`
	To    int64           `json:"to"`
	Lines json.RawMessage `json:"lines"`
	Text  string          `json:"text"`
	Alarm bool            `json:"assertive"`
}

func (b *browser) dial(t *testing.T, query string) (*websocket.Conn, int) {
	t.Helper()
	return b.h.dial(t, query, http.Header{"Cookie": {"wardroom_session=" + b.token}, "Origin": {b.h.url}})
}

// dial asks for a socket; when that is refused the connection is nil.
func (h *house) dial(t *testing.T, query string, header http.Header) (*websocket.Conn, int) {
	t.Helper()
	address := "ws" + strings.TrimPrefix(h.url, "http") + "/ws?" + query
	conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), address, header)
	if err != nil && res == nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return conn, res.StatusCode
}

// open connects and reads the clock, which is the first that everybody gets.
func (b *browser) open(t *testing.T, query string) *tab {
	t.Helper()
	conn, status := b.dial(t, query)
	if conn == nil {
		t.Fatalf("socket for %s: status %d", query, status)
	}
	t.Cleanup(func() { _ = conn.Close() }) // most are closed by then
	k := &tab{conn: conn}
	if first := k.next(t); first.Op != "clock" {
		t.Fatalf("first frame %+v", first)
	}
	return k
}

func (k *tab) next(t *testing.T) frame {
	t.Helper()
	must(t, k.conn.SetReadDeadline(time.Now().Add(30*time.Second))) // a guard, not a measure
	var f frame
	_, data, err := k.conn.ReadMessage()
	if err != nil {
		t.Fatalf("after %d frames: %v", len(k.seen), err)
	}
	must(t, json.Unmarshal(data, &f))
	k.seen = append(k.seen, f)
	return f
}

// until reads up to the first frame that is wanted, and gives all of them.
func (k *tab) until(t *testing.T, wanted func(frame) bool) []frame {
	t.Helper()
	from := len(k.seen)
	for !wanted(k.next(t)) {
	}
	return k.seen[from:]
}

// region reads until the region has been shown once.
func (k *tab) region(t *testing.T, id string) {
	t.Helper()
	shown := func(f frame) bool { return f.Op == "patch" && f.ID == id }
	if !slices.ContainsFunc(k.seen, shown) {
		k.until(t, shown)
	}
}

// row reads until the timeline's row with the words arrives.
func (k *tab) row(t *testing.T, words string) []frame {
	t.Helper()
	return k.until(t, func(f frame) bool { return f.Op == "insert" && strings.Contains(f.HTML, words) })
}

// closes reads until the server closes the socket, with this code.
func (k *tab) closes(t *testing.T, code int) {
	t.Helper()
	must(t, k.conn.SetReadDeadline(time.Now().Add(30*time.Second)))
	for {
		_, _, err := k.conn.ReadMessage()
		if err == nil {
			continue
		}
		closed, ok := errors.AsType[*websocket.CloseError](err)
		if !ok || closed.Code != code {
			t.Errorf("ended with %v, want %d", err, code)
		}
		return
	}
}

func (k *tab) say(t *testing.T, message string) {
	t.Helper()
	must(t, k.conn.WriteMessage(websocket.TextMessage, []byte(message)))
}

// patched lists the regions that frames brought.
func patched(frames []frame) []string {
	var ids []string
	for _, f := range frames {
		if f.Op == "patch" || f.Op == "refresh" {
			ids = append(ids, f.Op+" "+f.ID)
		}
	}
	return ids
}
