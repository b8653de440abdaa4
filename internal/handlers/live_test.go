package handlers_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"golang.org/x/net/html"

	"wardroom/internal/authz"
	"wardroom/internal/incidents"
	"wardroom/internal/live"
)

func TestATabIsToldHowThingsAre(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	must(t, h.incidents.AddNote(as(t, ana), in.Number, "first look"))
	b := h.browser(t, ana)
	page := b.get(t, "/incidents/1").want(t, http.StatusOK)
	var regions []string
	for _, n := range find(page.doc, "[data-live]") {
		within := func(outer *html.Node) bool { _, is := attr(outer, "data-live"); return is }
		if !slices.ContainsFunc(slices.Collect(n.Ancestors()), within) { // an outer region brings it along
			id, _ := attr(n, "id")
			regions = append(regions, "patch "+id)
		}
	}
	slices.Sort(regions)
	since := last(t, page)
	must(t, h.incidents.AddNote(as(t, ana), in.Number, "written between page and socket"))
	tab := b.open(t, "incident=1&since="+since)
	tab.row(t, "written between page and socket")
	tab.region(t, "nav-active") // its feed is another, and comes in its own time
	frames := tab.seen
	got := slices.Sorted(slices.Values(patched(frames)))
	if diff := cmp.Diff(regions, got); diff != "" {
		t.Errorf("regions of the page (-page +socket):\n%s", diff)
	}
	for _, f := range frames {
		if f.Op == "insert" && strings.Contains(f.HTML, "first look") {
			t.Error("a row that the page has came again")
		}
	}
}

// last is the number of the newest row on a room's page.
func last(t *testing.T, page answer) string {
	t.Helper()
	seq, _ := attr(find(page.doc, "#timeline")[0], "data-seq")
	if _, err := strconv.Atoi(seq); err != nil {
		t.Fatal(err)
	}
	return seq
}

func TestAChangeReachesBothAndNothingElse(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, vi := h.person(t, "Ana", authz.Responder), h.person(t, "Vi", authz.Viewer)
	in := h.declared(t, ana)
	h.started(t, ana, in, "count")
	eventually(t, "the run ends", func() bool { return h.count(t, "SELECT count(*) FROM runs WHERE state = 'succeeded'") == 1 })
	tabs := []*tab{h.browser(t, ana).open(t, "incident=1"), h.browser(t, vi).open(t, "incident=1")}
	must(t, h.incidents.AddNote(as(t, ana), in.Number, "everybody is here"))
	for _, k := range tabs {
		k.row(t, "everybody is here")
		k.region(t, "nav-active")
	}
	h.ahead.Store(int64(100 * time.Minute)) // "4 min ago" is another text now; the page's own clock knows
	must(t, h.incidents.AddNote(as(t, ana), in.Number, "only this is new"))
	for i, k := range tabs {
		if diff := cmp.Diff([]string{"patch timeline-count"}, slices.Compact(patched(k.row(t, "only this is new")))); diff != "" {
			t.Errorf("tab %d:\n%s", i, diff)
		}
	}
	_, err := h.incidents.SetStatus(as(t, ana), in.Number, incidents.Acknowledged)
	must(t, err)
	for _, k := range tabs {
		// A rendering that overlaps the change may bring its row first; the bell brings the rest.
		k.until(t, func(f frame) bool { return f.Op == "patch" && f.ID == "room-header" })
	}
}

func TestPresence(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, vi := h.person(t, "Ana", authz.Responder), h.person(t, "Vi", authz.Viewer)
	h.declared(t, ana)
	mine := h.browser(t, ana).open(t, "incident=1")
	other := h.browser(t, vi).open(t, "incident=1")
	header := func(name string, here bool) func(frame) bool {
		return func(f frame) bool {
			return f.ID == "room-header" && strings.Contains(f.HTML, name) == here
		}
	}
	mine.until(t, header(`Vi`, true))
	must(t, other.conn.Close())
	mine.until(t, header(`Vi`, false))
}

func TestAnotherStructureIsFetched(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	tab := h.browser(t, ana).open(t, "incident=1")
	tab.row(t, "")
	attached, err := h.incidents.Attached(as(t, ana), in.ID)
	must(t, err)
	must(t, h.incidents.Detach(as(t, ana), in.Number, attached[0].ID))
	frames := tab.until(t, func(f frame) bool { return f.Op == "refresh" })
	if frames[len(frames)-1].ID != "main" {
		t.Errorf("%+v", frames[len(frames)-1])
	}
}

func TestDashboardAndListFollow(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	b := h.browser(t, ana)
	board, list := b.open(t, "page=dashboard&q=&group="), b.open(t, "page=incidents")
	list.until(t, func(f frame) bool { return f.Op == "refresh" && f.ID == "incidents" })
	h.exec(t, "INSERT INTO sources (name, source_group, kind) VALUES ('am', 'am', 'alertmanager') ON CONFLICT DO NOTHING")
	h.nobody(t).do(t, http.MethodPost, hook, alert, "Origin", "").want(t, http.StatusOK)
	board.until(t, func(f frame) bool { return f.ID == "dashboard-grouping" && !strings.Contains(f.HTML, " hidden") })
	board.until(t, func(f frame) bool { return f.ID == "dashboard-symptoms" && strings.Contains(f.HTML, "ArmDown") })
	h.declared(t, ana)
	board.until(t, func(f frame) bool { return f.ID == "dashboard-incidents" && strings.Contains(f.HTML, "coder-arm down") })
	list.until(t, func(f frame) bool { return f.ID == "nav-active" && strings.Contains(f.HTML, ">1<") })
	h.declared(t, ana)
	list.until(t, func(f frame) bool { return f.Op == "refresh" && f.ID == "incidents" })
}

func TestAnotherDatabaseAsksForThePage(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declared(t, ana)
	b := h.browser(t, ana)
	b.open(t, "incident=1&since=900&epoch="+uuid.NewString()).until(t, func(f frame) bool { return f.Op == "resync" })
	epoch, _ := attr(find(b.get(t, "/incidents/1").doc, "main")[0], "data-epoch")
	for _, f := range b.open(t, "incident=1&since=0&epoch="+epoch).row(t, "") {
		if f.Op == "resync" {
			t.Error("the same epoch was resynchronised")
		}
	}
}

// A page that slept through more events than a room shows cannot be brought up by rows.
func TestTooLongAgoAsksForThePage(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	h.exec(t, `INSERT INTO timeline_events (incident_id, seq, kind, actor_name) SELECT $1, last_seq + n, 'joined', 'x' FROM incidents, generate_series(1, 1200) n WHERE id = $1`, in.ID)
	h.exec(t, "UPDATE incidents SET last_seq = last_seq + 1200 WHERE id = $1", in.ID)
	frames := h.browser(t, ana).open(t, "incident=1&since=1").until(t, func(f frame) bool { return f.Op == "resync" })
	if slices.ContainsFunc(frames, func(f frame) bool { return f.Op == "insert" }) {
		t.Error("rows with a hole before them")
	}
}

// The database is away when the tab comes: nobody rings, and it is told as soon as it can be.
func TestAFirstRenderingThatFailsIsRepeated(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	b := h.browser(t, ana)
	h.exec(t, "ALTER TABLE handoffs RENAME TO away")
	early := b.open(t, "incident=1")
	eventually(t, "a rendering fails", func() bool { return strings.Contains(h.logs.String(), "live page is not rendered") })
	gone := b.open(t, "incident=1")
	must(t, gone.conn.Close()) // who leaves meanwhile is no trouble
	late := b.open(t, "incident=1")
	h.exec(t, "ALTER TABLE away RENAME TO handoffs")
	early.row(t, "")
	late.row(t, "")
	h.exec(t, "ALTER TABLE handoffs RENAME TO away")
	must(t, h.incidents.AddNote(as(t, ana), in.Number, "written while pages could not be rendered"))
	eventually(t, "another rendering fails", func() bool { return strings.Count(h.logs.String(), "live page is not rendered") >= 2 })
	h.exec(t, "ALTER TABLE away RENAME TO handoffs")
	early.row(t, "written while pages could not be rendered")
	late.row(t, "written while pages could not be rendered")
}

// A session cannot be looked up while the database is away: that does not sign anybody out.
func TestADatabaseThatIsAwaySignsNobodyOut(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	tab := h.browser(t, ana).open(t, "incident=1")
	tab.row(t, "")
	h.exec(t, "ALTER TABLE sessions RENAME TO away")
	eventually(t, "the session is looked up twice", func() bool { return strings.Count(h.logs.String(), "session was not looked up") >= 2 })
	h.exec(t, "ALTER TABLE away RENAME TO sessions")
	must(t, h.incidents.AddNote(as(t, ana), in.Number, "still here"))
	tab.row(t, "still here")
}

func TestWhatBrowsersMaySay(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	b := h.browser(t, ana)
	for name, c := range map[string]struct {
		message string
		code    int
	}{
		"no JSON":      {"{", websocket.CloseUnsupportedData},
		"another type": {`{"op":5}`, websocket.CloseUnsupportedData},
		"bytes":        {"\xff\x00", websocket.CloseUnsupportedData},
		"too long":     {`{"op":"focus","step":"` + strings.Repeat("x", 5000) + `"}`, websocket.CloseMessageTooBig},
	} {
		tab := b.open(t, "page=dashboard")
		must(t, tab.conn.WriteMessage(websocket.BinaryMessage, []byte(c.message)))
		t.Log(name)
		tab.closes(t, c.code)
	}
	tab := b.open(t, "incident=1")
	for _, message := range []string{
		`{}`, `null`, `{"op":"none"}`, `{"op":"pong"}`, `{"op":"watch","run":"x"}`, `{"op":"watch","run":"` + uuid.NewString() + `"}`,
		`{"op":"watch","run":"","from":-9223372036854775808}`, `{"op":"unwatch","run":"incident:1"}`, `{"op":"unwatch"}`,
		`{"op":"focus"}`, `{"op":"focus","step":"` + strings.Repeat("é", 1000) + `"}`, `{"op":"run","command":"rm"}`, `{"op":"focus","step":"\u0000"}`,
	} {
		tab.say(t, message)
	}
	must(t, h.incidents.AddNote(as(t, ana), in.Number, "it is still open"))
	tab.row(t, "it is still open")
	for _, query := range []string{"", "page=none", "incident=x", "incident=-1", "incident=999", "run=x", "run=" + uuid.NewString()} {
		if conn, status := b.dial(t, query); conn != nil || status != http.StatusNotFound {
			t.Errorf("/ws?%s: %d", query, status)
		}
	}
}

func TestReconnectsLeaveNothing(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declared(t, ana)
	b := h.browser(t, ana)
	for i := range 120 {
		conn, _ := b.dial(t, []string{"incident=1", "page=dashboard", "page=incidents", "page=dashboard&q=" + strconv.Itoa(i)}[i%4])
		if i%3 == 0 {
			must(t, conn.WriteControl(websocket.CloseMessage, nil, time.Now().Add(time.Second)))
		}
		must(t, conn.Close())
	}
	eventually(t, "sockets and feeds end", func() bool {
		open, running := h.Live()
		return open == 0 && running == 0
	})
	if n := h.hub.Count(live.IncidentTopic(1)); n != 0 {
		t.Errorf("%d are still in the room", n)
	}
}

// Who does not read loses lines, is told which, and loses no state.
func TestASlowReaderIsToldWhatIsMissing(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	run := h.started(t, ana, in, "count")
	eventually(t, "the run ends", func() bool { return h.count(t, "SELECT count(*) FROM runs WHERE state = 'succeeded'") == 1 })
	tab := h.browser(t, ana).open(t, "incident=1&log="+run.ID.String()+":0")
	tab.until(t, func(f frame) bool { return f.Op == "log.end" })
	topic, line := live.RunTopic(run.ID.String()), strings.Repeat("x", 64<<10)
	const frames = 400
	for n := int64(1); n <= frames; n++ {
		h.hub.Publish(&live.Frame{Topic: topic, From: n, To: n, Data: []byte(`{"op":"log","from":` + strconv.FormatInt(n, 10) + `,"html":"` + line + `"}`)})
	}
	h.hub.Publish(&live.Frame{Topic: topic, Key: "end", Data: []byte(`{"op":"log.end","id":"the state"}`)})
	next, gaps := int64(1), 0
	for _, f := range tab.until(t, func(f frame) bool { return f.ID == "the state" }) {
		switch f.Op {
		case "log":
			if f.From != next {
				t.Fatalf("line %d, want %d", f.From, next)
			}
			next++
		case "gap":
			if f.Run != run.ID.String() || f.From != next || f.To < f.From {
				t.Fatalf("gap %+v after line %d", f, next-1)
			}
			next, gaps = f.To+1, gaps+1
		}
	}
	if next != frames+1 || gaps == 0 {
		t.Errorf("told up to line %d with %d gaps", next-1, gaps)
	}
}

func TestStopEndsEverything(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declared(t, ana)
	b := h.browser(t, ana)
	tabs := []*tab{b.open(t, "incident=1"), b.open(t, "page=dashboard"), b.open(t, "page=incidents")}
	h.Stop()
	for _, k := range tabs {
		k.closes(t, websocket.CloseServiceRestart)
	}
	if open, running := h.Live(); open+running != 0 {
		t.Errorf("%d sockets and %d feeds after Stop", open, running)
	}
	if conn, status := b.dial(t, "page=dashboard"); status != http.StatusSwitchingProtocols {
		t.Errorf("status %d", status)
	} else {
		(&tab{conn: conn}).closes(t, websocket.CloseServiceRestart)
	}
	b.get(t, "/").want(t, http.StatusOK)
}
