package views_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/websocket"

	"wardroom/static"
	"wardroom/views"
	"wardroom/views/internal/fixture"
)

// gallery serves every page in its states by its name.
func gallery(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /static/", static.Handler())
	mux.HandleFunc("GET /palette", answerPalette)
	mux.Handle("GET /ws", websocket.Handler(func(c *websocket.Conn) { _, _ = io.Copy(io.Discard, c) }))
	for name, page := range fixture.Pages() {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if err := page("light").Render(views.WithAssets(r.Context(), static.Path), w); err != nil {
				t.Error(err)
			}
		})
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	t.Cleanup(s.CloseClientConnections)
	return s.URL
}

// looker acts on a page and lists what a script finds in it.
func looker(t *testing.T) (do func(...chromedp.Action[chromedp.Void]), list func(script string) []string) {
	t.Helper()
	ctx := browser(t)
	do = func(actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatal(err)
		}
	}
	list = func(script string) []string {
		t.Helper()
		found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](script))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	return do, list
}

func forcedColours(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}},
	})
	return chromedp.Void{}, err
}

const tooWide = `document.documentElement.scrollWidth <= innerWidth ? [] : ["the page is " + document.documentElement.scrollWidth + " px wide",
	...[...document.body.querySelectorAll("*")].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.localName + "." + e.className).slice(0, 9)]`

// A small phone and a desktop at 200 % show every page without scrolling sideways.
func TestNothingIsWiderThanTheWindow(t *testing.T) {
	t.Parallel()
	url := gallery(t)
	do, list := looker(t)
	for name := range fixture.Pages() {
		do(chromedp.EmulateViewport(320, 640), chromedp.Navigate(url+"/"+name))
		for _, width := range []int64{320, 720} {
			do(chromedp.EmulateViewport(width, 640))
			if found := list(tooWide); len(found) > 0 {
				t.Errorf("%s at %d px: %v", name, width, found)
			}
		}
	}
}

// A phone names the status: an icon alone is no word.
func TestIncidentsOnAPhoneSayTheirStatus(t *testing.T) {
	t.Parallel()
	url := gallery(t)
	do, list := looker(t)
	do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(url+"/incidents"))
	if mute := list(`[...document.querySelectorAll(".incidents .pill")].filter(e => parseFloat(getComputedStyle(e).fontSize) < 12).map(e => e.textContent)`); len(mute) > 0 {
		t.Errorf("shown without a word: %v", mute)
	}
}

// Where the system gives the colours, the page that one is on has a bar and the others have none, and the connection keeps its dot.
func TestForcedColours(t *testing.T) {
	t.Parallel()
	url := gallery(t)
	do, list := looker(t)
	do(chromedp.EmulateViewport(1440, 900), forcedColours, chromedp.Navigate(url+"/dashboard"))
	if bars := list(`[...document.querySelectorAll(".app-nav a")].filter(e => parseFloat(getComputedStyle(e).borderBlockEndWidth) > 0).map(e => e.getAttribute("href"))`); len(bars) != 1 || bars[0] != "/" {
		t.Errorf("bars under %v", bars)
	}
	if dot := list(`[getComputedStyle(document.querySelector("#connection"), "::before").forcedColorAdjust]`); dot[0] != "none" {
		t.Errorf("the connection's dot is painted over: %v", dot)
	}
}

const lowTargets = `(low => [...document.querySelectorAll("SELECTOR")].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < low)
	.map(e => e.localName + " " + (e.textContent || e.name).trim().slice(0, 30) + " " + e.getBoundingClientRect().height))`

// What can be pressed is 24 px high with a mouse and 48 px on a phone.
func TestTargetsAreHighEnough(t *testing.T) {
	t.Parallel()
	url := gallery(t)
	do, list := looker(t)
	for _, look := range []struct {
		page, selector, least string
		width                 int64
	}{
		{"dashboard", ".table a", "24", 1440},
		{"incidents", ".table a", "24", 1440},
		{"playbooks", ".table a", "24", 1440},
		{"reviews", ".table a", "24", 1440},
		{"users", ".segmented a, .brand, .people select, .people button", "48", 390},
		{"sign-in", "input:not([type=hidden]), button", "40", 390},
	} {
		do(chromedp.EmulateViewport(look.width, 844), chromedp.Navigate(url+"/"+look.page))
		if low := list(strings.Replace(lowTargets, "SELECTOR", look.selector, 1) + "(" + look.least + ")"); len(low) > 0 {
			t.Errorf("%s, lower than %s px: %q", look.page, look.least, low)
		}
	}
}

// A phone shows all of a person's row, and the result of a run in one line above its buttons.
func TestNothingIsCutOffOnAPhone(t *testing.T) {
	t.Parallel()
	url := gallery(t)
	do, list := looker(t)
	do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(url+"/users"))
	if cut := list(`[...document.querySelectorAll(".people button, .people select")].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.textContent)`); len(cut) > 0 {
		t.Errorf("off the screen: %q", cut)
	}
	do(chromedp.Navigate(url + "/run"))
	if narrow := list(`[document.querySelector("#run-status .result-line")].filter(e => e.getBoundingClientRect().width < 250).map(e => e.textContent)`); len(narrow) > 0 {
		t.Errorf("squeezed: %q", narrow)
	}
}

// The door fits on the screen, and a password can be looked at without its field losing what was typed.
func TestTheDoor(t *testing.T) {
	t.Parallel()
	url := gallery(t)
	do, list := looker(t)
	do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(url+"/sign-in"), chromedp.SendKeys(chromedp.CSS("#password"), "correct horse"))
	if scrolls := list(`document.documentElement.scrollHeight > innerHeight ? [document.documentElement.scrollHeight + " px"] : []`); len(scrolls) > 0 {
		t.Error("it scrolls: ", scrolls)
	}
	state := `(b => [document.getElementById("password").type, document.getElementById("password").value, b.getAttribute("aria-pressed")])(document.querySelector("[data-reveal]"))`
	for _, want := range []string{"text correct horse true", "password correct horse false"} {
		do(chromedp.Click(chromedp.CSS("[data-reveal]")))
		if got := strings.Join(list(state), " "); got != want {
			t.Errorf("the field is %q, want %q", got, want)
		}
	}
}
