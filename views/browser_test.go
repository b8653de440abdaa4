package views_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/websocket"

	"wardroom/static"
	"wardroom/views"
	"wardroom/views/internal/fixture"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// A stage serves the room, and lets the test say what the server would say over the websocket.
type stage struct {
	*httptest.Server
	mu     sync.Mutex
	room   views.Room
	dialed chan *websocket.Conn
	heard  chan string // what the browser says over the socket
	asked  chan string // the query of each connection
	posted chan string
}

func show(w http.ResponseWriter, r *http.Request, m interface{ View() templ.Component }) {
	_ = m.View().Render(views.WithAssets(r.Context(), static.Path), w)
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{room: fixture.Room(), dialed: make(chan *websocket.Conn, 9), heard: make(chan string, 99), asked: make(chan string, 9), posted: make(chan string, 9)}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", static.Handler())
	mux.HandleFunc("GET /incidents/42", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		w.Header().Set("Content-Security-Policy", policy)
		show(w, r, s.room)
	})
	mux.HandleFunc("GET /incidents/42/run", func(w http.ResponseWriter, r *http.Request) {
		show(w, r, fixture.Confirm())
	})
	mux.HandleFunc("GET /runs/r9", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		m := fixture.RunPage()
		m.Marked, m.Chunks[0] = "", fixture.Log(11, 100)
		for i := range m.Chunks[0].Lines {
			m.Chunks[0].Lines[i].Marked = false
		}
		m.Chunks = m.Chunks[:1]
		show(w, r, m)
	})
	mux.HandleFunc("GET /runs/r9/lines", func(w http.ResponseWriter, r *http.Request) {
		s.posted <- "lines?" + r.URL.RawQuery
		_, _ = w.Write([]byte(`{"from":1201,"lines":[[["","lost and found"]],[["","second"]]],"err":[1]}`))
	})
	mux.HandleFunc("POST /incidents/42/{what}", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		s.posted <- r.PathValue("what") + "?" + r.PostForm.Encode()
		if r.PostForm.Get("text") == "refuse" {
			w.WriteHeader(http.StatusConflict)
			show(w, r, fixture.NotFound())
			return
		}
		http.Redirect(w, r, "/incidents/42", http.StatusSeeOther)
	})
	mux.Handle("GET /ws", websocket.Handler(func(c *websocket.Conn) {
		s.asked <- c.Request().URL.RawQuery
		s.dialed <- c
		for {
			var m string
			if websocket.Message.Receive(c, &m) != nil {
				return
			}
			s.heard <- m
		}
	}))
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.CloseClientConnections)
	t.Cleanup(s.Close)
	return s
}

func (s *stage) say(t *testing.T, c *websocket.Conn, frame any) {
	t.Helper()
	if err := websocket.JSON.Send(c, frame); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, from <-chan string, want string) string {
	t.Helper()
	for {
		select {
		case got := <-from:
			if strings.Contains(got, want) {
				return got
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("nothing with %q came", want)
		}
	}
}

// browser opens one. Exceptions and errors on the console fail the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is needed: ", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1440, 900), chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	listener := chromedp.WithListener(func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("exception: %s", e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "409") && !strings.Contains(e.Entry.URL, "favicon") {
				t.Errorf("console: %s %s", e.Entry.Text, e.Entry.URL)
			}
		}
	})
	tab, closeTab := chromedp.NewContext(alloc, listener)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(tab, 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// newTab opens a browser: do acts, until waits for a sentence of JavaScript to become true.
func newTab(t *testing.T) (do func(...chromedp.Action[chromedp.Void]), until func(string)) {
	t.Helper()
	ctx := browser(t)
	do = func(actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil && !left(err) {
			t.Fatal(err)
		}
	}
	until = func(expression string) {
		t.Helper()
		for deadline := time.After(10 * time.Second); ; {
			done, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
			if err != nil && !left(err) {
				t.Fatal(err)
			}
			if done {
				return
			}
			select {
			case <-deadline:
				t.Fatal("never: ", expression)
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return do, until
}

// left says that the page went away while it was asked: a key that opens another page may be the last one that it hears.
func left(err error) bool {
	return strings.Contains(err.Error(), "Inspected target navigated or closed")
}

type frame = map[string]any

// One walk through a room in a real browser: nothing a person does is lost to an update, output is numbered and whole, and the page
// breaks no rule of its policy.
func TestRoomInBrowser(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	do, until := newTab(t)
	do(chromedp.Navigate(s.URL + "/incidents/42"))
	conn := <-s.dialed
	if got := receive(t, s.asked, "incident=42"); !strings.Contains(got, "since=11") || !strings.Contains(got, "epoch=7f3a") || !strings.Contains(got, "r9%3A2") {
		t.Errorf("the cursor is %s", got)
	}
	until(`document.querySelector("#connection").textContent === "Live"`)

	// Updates take nothing away from somebody who is typing, folding and reading.
	do(chromedp.SendKeys(chromedp.CSS("#note"), "half a sen"))
	until(`document.querySelector("#step-s2 details").open = true`)
	until(`(document.querySelector("#cmd-c7-form input[name='v.claim']").value = "typed") !== ""`)
	changed := fixture.Room()
	changed.Header.Status = "mitigated"
	s.say(t, conn, frame{"op": "patch", "id": "room-header", "html": renderComponent(t, changed.Header.View())})
	until(`document.querySelector("#room-header .pill-button").textContent.includes("Mitigated")`)
	s.mu.Lock()
	s.room.Header.Title = "renamed meanwhile"
	s.mu.Unlock()
	s.say(t, conn, frame{"op": "resync"})
	until(`document.querySelector("h1").textContent === "renamed meanwhile"`)
	until(`document.querySelector("#note").value === "half a sen" && document.activeElement.id === "note"`)
	until(`document.querySelector("#step-s2 details").open && document.querySelector("#cmd-c7-form input[name='v.claim']").value === "typed"`)

	// A row is inserted once, where its number belongs.
	row := fixture.Timeline().Rows[0]
	for _, seq := range []int64{36, 35, 36} {
		row.Seq = seq
		s.say(t, conn, frame{"op": "insert", "into": "timeline", "seq": seq, "html": renderComponent(t, row.View())})
	}
	until(`[...document.querySelectorAll("#timeline > li")].map((li) => li.dataset.seq).slice(-3).join() === "11,35,36"`)

	// Output: text stays text, lines are numbered once, the tail keeps twelve.
	lines := make([][][2]string, 30)
	for i := range lines {
		lines[i] = [][2]string{{"f1 b", "<b>"}, {"", " line"}}
	}
	s.say(t, conn, frame{"op": "log", "run": "r9", "from": 3, "lines": lines, "err": []int{29}})
	s.say(t, conn, frame{"op": "log", "run": "r9", "from": 20, "lines": lines[:13], "err": []int{}})
	until(`[...document.querySelectorAll("#cmd-c-sf-log .l")].map((l) => l.dataset.n).join() === "21,22,23,24,25,26,27,28,29,30,31,32"`)
	until(`document.querySelector("#cmd-c-sf-log .l:last-child").textContent === "<b> line" && document.querySelector("#cmd-c-sf-log .l.err") !== null`)

	// A new run of a command: its output is asked for.
	running := changed.Playbooks[0].Sections[0].Steps[0].Blocks[0].Command
	running.Run = &views.Run{ID: "r10", State: "running", By: "Ana", Lines: 0}
	s.say(t, conn, frame{"op": "patch", "id": "cmd-c1-result", "html": renderComponent(t, running.Result())})
	receive(t, s.heard, `"op":"watch","run":"r10"`)

	// What somebody else runs elsewhere unfolds, so that everybody sees what came of it.
	last := changed.Playbooks[0].Sections[0].Steps[3]
	last.Latest = true
	until(`!document.querySelector("#step-s4 > details").open`)
	s.say(t, conn, frame{"op": "patch", "id": "step-s4-head", "html": renderComponent(t, last.Head())})
	until(`document.querySelector("#step-s4 > details").open`)

	// The button that somebody has just pressed says what it does now, and keeps the focus.
	until(`(document.querySelector("#cmd-c1-act button").focus(), true)`)
	for _, run := range []struct{ state, word string }{{"running", "Stop"}, {"stopping", "Stopping…"}, {"passed", "Run again"}} {
		running.Run = &views.Run{ID: "r10", State: run.state, By: "Ana", Mine: true}
		s.say(t, conn, frame{"op": "patch", "id": "cmd-c1-act", "html": renderComponent(t, running.Action())})
		until(`(b => b.innerText === "` + run.word + `" && document.activeElement === b)(document.querySelector("#cmd-c1-act button"))`)
	}

	// A note goes out with a key of its own and leaves the field empty; a refusal is said in place and keeps the text.
	do(chromedp.SetValue(chromedp.CSS("#note"), "refuse"), chromedp.Click(chromedp.CSS("#note-form button")))
	receive(t, s.posted, "text=refuse")
	until(`document.querySelector("#note-form .form-problem")?.textContent === "There is no run with this id." && document.querySelector("#note").value === "refuse"`)
	do(chromedp.SetValue(chromedp.CSS("#note"), "all well"), chromedp.Click(chromedp.CSS("#note-form button")))
	if got := receive(t, s.posted, "text=all+well"); !strings.Contains(got, "key=") {
		t.Errorf("posted %s", got)
	}
	until(`document.querySelector("#note").value === "" && !document.querySelector("#note-form .form-problem")`)

	// The question before a change: focus on Cancel, the confirm button away from the pointer; Escape leads back.
	do(chromedp.Click(chromedp.CSS("#cmd-c6-act button")))
	until(`document.querySelector("#dialog").open && document.activeElement.hasAttribute("data-cancel")`)
	until(`(() => { const a = document.querySelector("#dialog button[type=submit]").getBoundingClientRect(), b = document.querySelector("#cmd-c6-act button").getBoundingClientRect(); return a.right < b.left || a.left > b.right || a.bottom < b.top || a.top > b.bottom })()`)
	do(chromedp.Click(chromedp.CSS("#dialog [data-cancel]")))
	until(`!document.querySelector("#dialog").open && document.activeElement === document.querySelector("#cmd-c6-act button")`)

	// A sheet is modal: the focus is in it, nothing behind it is reached, Escape gives it back.
	do(chromedp.Click(chromedp.CSS(".outline-tools [popovertarget=incident-dialog]")))
	until(`document.querySelector("#incident-dialog").matches(":modal") && document.activeElement.id === "incident-title"`)
	do(chromedp.KeyEvent("\t\t\t\t\t\t\t\t"))
	until(`document.activeElement === document.body || document.activeElement.closest("#incident-dialog") !== null`)
	do(chromedp.KeyEvent("\x1b"))
	until(`!document.querySelector("#incident-dialog").open && document.activeElement.matches("[popovertarget=incident-dialog]")`)

	// The count is that of the filter, now and after the server's next word.
	do(chromedp.Click(chromedp.CSS(`[data-filter=all]`)))
	until(`document.querySelector("#timeline-count").textContent === document.querySelectorAll("#timeline > li").length + " of 34"`)
	s.say(t, conn, frame{"op": "patch", "id": "timeline-count", "html": renderComponent(t, changed.Timeline.Count())})
	until(`document.querySelector("#timeline-count").textContent === document.querySelectorAll("#timeline > li").length + " of 34"`)

	// The line breaks: the page says so, comes back by itself and goes on from its last row.
	_ = conn.Close()
	<-s.dialed
	if got := receive(t, s.asked, "incident=42"); !strings.Contains(got, "r9%3A32") {
		t.Errorf("the cursor after a break is %s", got)
	}
	until(`document.querySelector("#connection").textContent === "Live"`)

	// Keys press what the page shows, and nothing while somebody types.
	press := func(key, target string) string {
		return `document.querySelector("` + target + `").dispatchEvent(new KeyboardEvent("keydown", { key: "` + key + `", shiftKey: ` + strconv.FormatBool(key == "L") + `, bubbles: true, cancelable: true }))`
	}
	until(press("?", "#note") + ` && !document.querySelector("#dialog").open`)
	until(`(document.activeElement.blur(), ` + press("j", "body") + `, document.activeElement.id === "step-s1")`)
	// They press in the selected step and nowhere else, wherever the current step is.
	until(`(` + press("r", "#step-s1") + `, !document.querySelector("#dialog").open)`)
	until(`(` + press("j", "#step-s1") + `, document.activeElement.id === "step-s2" && location.hash === "#step-s2")`)
	until(`(` + press("Enter", "#step-s2") + `, !document.querySelector("#step-s2 > details").open)`)
	until(press("r", "#step-s2") + ` || true`)
	if got := receive(t, s.posted, "runs?"); !strings.Contains(got, "step=c-s2") {
		t.Errorf("r in step 2 posts %s", got)
	}
	until(`document.querySelector("#step-s2 > details").open && document.querySelector("#step-s2.selected") !== null`)
	until(`(` + press("n", "#main") + `, document.activeElement.id === "note")`)
	until(`(` + press("?", "#main") + `, document.querySelector("#dialog").open && document.querySelector("#dialog").textContent.includes("Escalate") && document.activeElement.getAttribute("aria-label") === "Close")`)
	until(`(document.querySelector("#dialog").close(), ` + press("L", "#main") + `, document.querySelector("#connection").textContent === "Paused – 0 waiting")`)

	// On a phone nothing is wider than the screen.
	for _, width := range []int64{390, 320} {
		do(chromedp.EmulateViewport(width, 800), chromedp.Navigate(s.URL+"/incidents/42"))
		until(`document.documentElement.scrollWidth <= innerWidth`)
	}
	// Escalation is first to be seen and to be reached, Run is as high as a thumb, and the current step's stands in the bar alone.
	until(`[...document.querySelectorAll("#main :is(a, button)")].filter((el) => el.checkVisibility())[0].closest("#room-escalation") !== null`)
	until(`document.querySelector("#cmd-c1-act button").getBoundingClientRect().height >= 48`)
	until(`!document.querySelector("#cmd-c6-act button").checkVisibility() && document.querySelector("#room-bar .primary").innerText === "Run step 6…"`)

	// Between phone and desktop the timeline is behind a key.
	do(chromedp.EmulateViewport(1100, 800), chromedp.Navigate(s.URL+"/incidents/42"))
	until(`document.querySelector("#connection").textContent === "Live" && !document.querySelector("#timeline").checkVisibility() && document.querySelector("#room-escalation").checkVisibility()`)
	until(`(` + press("]", "#main") + `, document.querySelector("#timeline").checkVisibility())`)
}

// The log page: lines join by number, a gap is repaired over HTTP, following stops when somebody scrolls up.
func TestLogInBrowser(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	do, until := newTab(t)
	do(chromedp.Navigate(s.URL + "/runs/r9"))
	conn := <-s.dialed
	if got := receive(t, s.asked, "incident=42"); !strings.Contains(got, "log=r9%3A1200") || strings.Contains(got, "since") {
		t.Errorf("the cursor is %s", got)
	}
	until(`document.querySelector("[data-follow]").textContent.includes("on")`)

	one := [][][2]string{{{"f2", "INFO"}, {"", " after the gap"}}}
	s.say(t, conn, frame{"op": "pending", "run": "r9", "line": one[0]})
	until(`document.querySelector("#log .pending")?.textContent === "INFO after the gap"`)
	s.say(t, conn, frame{"op": "log", "run": "r9", "from": 1203, "lines": one, "err": []int{}})
	if got := receive(t, s.posted, "lines?"); got != "lines?from=1201&to=1202" {
		t.Errorf("the repair asks for %s", got)
	}
	until(`[...document.querySelectorAll("#log .l")].slice(-4).map((l) => l.id).join() === "L1200,L1201,L1202,L1203" && !document.querySelector("#log .pending")`)
	until(`document.querySelector("#L1202.err") !== null && document.querySelector("[data-k='12']").children.length === 3`)
	until(`document.querySelector("[data-line-count]").textContent === "1,203 lines"`)

	until(`(dispatchEvent(new WheelEvent("wheel", { deltaY: -1 })), document.querySelector("[data-follow]").textContent.includes("off"))`)
	s.say(t, conn, frame{"op": "log", "run": "r9", "from": 1204, "lines": one, "err": []int{}})
	until(`document.querySelector(".new-lines").textContent === "↓ 1 new line" && !document.querySelector(".new-lines").hidden`)

	until(`(location.hash = "#L1110-L1112", document.querySelectorAll("#log .marked").length === 3)`)
}
