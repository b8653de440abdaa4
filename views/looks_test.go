package views_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
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
