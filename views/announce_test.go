package views_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"wardroom/views"
)

// The polite voice waits for its turn, an alarm does not; the tab's title and icon tell of a SEV1.
func TestAnnouncementsInBrowser(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	do, until := newTab(t)
	do(chromedp.Navigate(s.URL + "/incidents/42"))
	conn := <-s.dialed
	until(`document.querySelector("#connection").textContent === "Live"`)
	say := func(text string, assertive bool) {
		t.Helper()
		s.say(t, conn, frame{"op": "announce", "text": text, "assertive": assertive})
	}
	say("Bo is on it.", false)
	until(`document.getElementById("announce").textContent === "Bo is on it."`)
	say("Run 3 succeeded.", false)
	say("Run 4 failed with exit 1.", true)
	until(`document.getElementById("alert").textContent === "Run 4 failed with exit 1."`)
	until(`document.getElementById("announce").textContent === "Bo is on it."`) // its five seconds are not over
	until(`document.querySelector("link[rel=icon]").href.includes("/favicon.")`)
	s.say(t, conn, frame{"op": "patch", "id": "nav-active", "html": renderComponent(t, views.Page{Active: 2, Worst: 1}.ActiveCount())})
	until(`document.title.startsWith("(2) SEV1 · ") && document.querySelector("link[rel=icon]").href.includes("/favicon-alert.")`)
}
