package views_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"wardroom/views"
)

// answerPalette stands for the server: it knows one incident and the pages.
func answerPalette(w http.ResponseWriter, r *http.Request) {
	pages := []views.SearchHit{{Icon: "arrow-right", Link: views.Link{Text: "Playbooks", Path: "/playbooks"}, Note: "page"}, {Icon: "arrow-right", Link: views.Link{Text: "Settings", Path: "/settings"}, Note: "page"}}
	recent := []views.SearchHit{{Icon: "bell", Link: views.Link{Text: "INC-42 coder-arm down", Path: "/room"}, Note: "acknowledged, Ana"}}
	m := views.Palette{}
	switch r.URL.Query().Get("q") {
	case "":
		if r.URL.Query().Get("recent") == "42" {
			m.Hits = recent
		}
		m.Hits = append(m.Hits, pages...)
	case "set":
		m.Hits = pages[1:]
	}
	show(w, r, m)
}

// Ctrl+K, arrows, Enter, Escape: the focus stays in the box and comes back to where it was; what is chosen is said by ARIA.
func TestPaletteInBrowser(t *testing.T) {
	t.Parallel()
	url := gallery(t)
	do, until := newTab(t)
	const (
		open   = `document.getElementById("palette").open && document.activeElement.getAttribute("role") === "combobox"`
		chosen = `document.getElementById(document.activeElement.getAttribute("aria-activedescendant"))?.textContent.replace(/\s+/g, " ").trim()`
	)
	press := func(keys string, modifiers ...chromedp.KeyOption) {
		t.Helper()
		do(chromedp.KeyEvent(keys, modifiers...))
	}
	ctrl := chromedp.KeyModifiers(chromedp.ModifierCtrl)

	do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(url+"/room"))
	until(`document.documentElement.classList.contains("js")`)
	until(`(document.querySelector("#room-header [aria-keyshortcuts=e]").focus(), true)`)
	press("k", ctrl)
	until(open)
	until(chosen + ` === "INC-42 coder-arm down acknowledged, Ana"`) // it is remembered from this very page
	until(`document.activeElement.getAttribute("aria-expanded") === "true"`)
	press(kb.ArrowDown)
	until(chosen + ` === "Playbooks page"`)
	press(kb.ArrowUp)
	press(kb.ArrowUp) // round to the end
	until(`document.querySelectorAll("#palette [aria-selected=true]").length === 1 && document.querySelector("#palette-list").lastElementChild.ariaSelected === "true"`)
	press(kb.Escape)
	until(`!document.getElementById("palette").open && document.activeElement.getAttribute("aria-keyshortcuts") === "e"`)

	// What the page offers is in the same list: it is pressed, and the palette is out of the way.
	press("k", ctrl)
	until(open)
	press("escal")
	until(chosen + ` === "Escalate on this page e"`)
	press(kb.Enter)
	until(`!document.getElementById("palette").open && document.querySelector("#escalate-dialog").matches(":modal, :popover-open")`)
	press(kb.Escape)

	// Nothing found is said, and then something is.
	press("k", ctrl)
	until(open)
	press("zzz")
	until(`document.querySelector("#palette-list").hidden && document.querySelector(".palette-none").checkVisibility() && document.activeElement.ariaExpanded === "false"`)
	press(kb.Backspace + kb.Backspace + kb.Backspace + "set")
	press(kb.Enter) // at once: what was typed counts, not what is shown yet
	until(`location.pathname === "/settings"`)

	// The button in the header opens it too, on a phone as well.
	do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(url+"/playbooks"))
	until(`document.documentElement.classList.contains("js")`)
	do(chromedp.Click(chromedp.CSS("[data-palette]")))
	until(open + ` && document.getElementById("palette").getBoundingClientRect().width === 390`)
	do(chromedp.Click(chromedp.CSS("#palette [data-close]")))
	until(`!document.getElementById("palette").open && document.activeElement.matches("[data-palette]")`)
}
