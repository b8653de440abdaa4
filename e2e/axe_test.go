package e2e

import (
	"context"
	_ "embed" // axe-core
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe-core 4.14.1 by Deque Systems, from npm, unchanged; Mozilla Public License 2.0, which is
// beside it. Only tests have it, no binary does.
//
//go:embed testdata/axe/axe.min.js
var axe string

// whatAxeFinds gives the violations of the page as it is, each with every element that has it.
const whatAxeFinds = `axe.run(document, {
		runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]},
		resultTypes: ["violations"],
	}).then(found => found.violations.flatMap(v => v.nodes.map(n => ({
		rule: v.id, selector: n.target.flat().join(" "), why: n.failureSummary.split("\n").slice(1).map(s => s.trim()).join("; "),
	}))))`

// whatIsTooWide gives the elements that make the page wider than the window: those that stick
// out and whose parents do not. What scrolls inside of itself may be as wide as it likes.
const whatIsTooWide = `(wide => document.documentElement.scrollWidth <= innerWidth ? [] :
	[...wide, document.body].filter(e => !wide.has(e.parentElement) && (e !== document.body || !wide.size)).map(e => ({
		rule: "wider than the window", why: "the page is " + document.documentElement.scrollWidth + " px wide",
		selector: e.localName + (e.id && "#" + e.id) + [...e.classList].map(c => "." + c).join(""),
	})))(new Set([...document.body.querySelectorAll("*")].filter(e => e.checkVisibility() && !e.closest(".sr-only, .log") &&
		e.getBoundingClientRect().right > innerWidth + 1)))`

type violation struct {
	Rule     string `json:"rule"`
	Selector string `json:"selector"`
	Why      string `json:"why"`
}

// Every page can be used by everybody: no violation of WCAG 2.2 AA or of good practice that a
// program can find, in light and in dark, and nothing wider than a small phone.
func TestEveryPageIsAccessible(t *testing.T) {
	stranger := newTab(t, "stranger")
	stranger.still()
	stranger.open("/login")
	stranger.sees("Sign in")
	stranger.accessible("sign-in")

	ana := signIn(t)
	ana.still()
	quietBoard(t, ana)
	ana.accessible("dashboard, empty")

	octollm(t, "fault", "arm-crash", "on")
	defer octollm(t, "fault", "arm-crash", "off")
	ana.within("#dashboard-symptoms", "ArmDown")
	ana.press("#dashboard-symptoms", "Start")
	ana.within("#room-header", "ArmDown: coder-arm")
	n := incidentOf(t, "ArmDown: coder-arm")
	room := fmt.Sprintf("/incidents/%d", n)
	ana.accessible("room, new")

	ana.press("#room-header", "Acknowledge")
	ana.within("#room-header", "Acknowledged")
	ana.do(chromedp.Evaluate[chromedp.Void](`Promise.all(Array.from({length: 20}, (_, i) =>
		fetch(location.pathname + "/notes", {method: "POST", body: new URLSearchParams({text: "Note " + i + ": the *arm* panics at `+"`index`"+`"})})))`, chromedp.EvalAwaitPromise))
	ana.press(step("diagnosis-check-service-status"), "Run")
	ana.within(step("diagnosis-check-service-status"), "exit 0")
	ana.open(room)
	ana.within("#room-header", "Acknowledged")
	ana.unfold(step("diagnosis-check-service-status"))
	ana.accessible("room, with a run")

	ana.unfold(step("resolution-container-crashed"))
	ana.press(step("resolution-container-crashed"), "Run…")
	ana.within("#dialog", "octollm restart coder-arm")
	ana.accessible("change dialog")
	ana.press("#dialog", "Cancel")

	for _, button := range []string{"Escalate", "+15 min", "Hand over", "Change or add a playbook", "Set or correct a value", "Title and lead", "SEV2", "Acknowledged"} {
		ana.open(room)
		ana.press("main, #room-header", button)
		ana.until("something opens", `document.querySelector(":popover-open, dialog:modal")`)
		ana.accessible("room, " + button + " opened")
	}
	ana.open(room)
	ana.do(chromedp.KeyEvent("?"))
	ana.within("#dialog", "Keys on this page")
	ana.accessible("keys")
	ana.open(room)
	ana.press("main", "Hand over")
	ana.fill("#handoff-email", "kim@example.org")
	ana.press("#handoff-dialog", "Make link")
	ana.until("the link", `document.querySelector("[data-select]")?.value.includes("/handoff/")`)
	ana.accessible("room, with a link to hand over")
	stranger.open(ana.value("[data-select]"))
	stranger.sees("You are asked to take over")
	stranger.accessible("handoff")

	for _, page := range []struct{ name, path, sees string }{
		{"dashboard, full", "/", "ArmDown: coder-arm"},
		{"dashboard, by service", "/?group=service", "coder-arm"},
		{"incidents", "/incidents", "ArmDown: coder-arm"},
		{"declare", "/incidents/new", "Open the room"},
		{"symptom", n.get(t, `SELECT '/symptoms/' || s.id FROM symptoms s JOIN incidents i ON i.id = s.incident_id WHERE i.number = $1`), "ArmDown"},
		{"library", "/playbooks", "Service unavailable"},
		{"playbook", "/playbooks/service-unavailable", "Check service status"},
		{"log of a run", n.get(t, `SELECT '/runs/' || r.id FROM runs r JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1 LIMIT 1`), "octollm ps"},
		{"settings", "/settings", "Theme"},
		{"people", "/settings/users", "Accounts"},
		{"found", "/search?q=arm", "Found for"},
		{"reviews", "/reviews", "Reviews"},
	} {
		ana.open(page.path)
		ana.sees(page.sees)
		ana.accessible(page.name)
	}

	ana.open("/")
	ana.until("its script", `document.documentElement.classList.contains("js")`)
	ana.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	ana.until("a place to type", `document.activeElement.matches("input")`)
	ana.do(chromedp.KeyEvent("serv"))
	ana.accessible("search palette")

	octollm(t, "restart", "coder-arm")
	ana.open(room)
	ana.within("#room-symptoms", "cleared")
	ana.press("#room-header", "Resolve")
	ana.within("#room-header", "Resolved")
	ana.open(room)
	ana.press("#room-header", "Close")
	ana.within("#room-header", "Closed")
	ana.open(room)
	ana.accessible("room, closed")
	ana.open(room + "/review")
	ana.sees("What was run")
	ana.accessible("review")
	quietBoard(t, ana) // the next promise finds the board as this one did
}

// quietBoard makes the dashboard empty: what other promises left open is resolved, and what has
// cleared did so long ago.
func quietBoard(t *testing.T, w *tab) {
	t.Helper()
	w.open("/")
	w.do(chromedp.Evaluate[chromedp.Void](`Promise.all([...document.querySelectorAll("#dashboard-incidents a.title")].map(a =>
		fetch(a.pathname + "/status", {method: "POST", body: new URLSearchParams({to: "resolved"})})))`, chromedp.EvalAwaitPromise))
	if _, err := world.db.Pool.Exec(t.Context(), `UPDATE symptoms SET resolved_at = resolved_at - interval '1 hour' WHERE state = 'resolved'`); err != nil {
		t.Fatal(err)
	}
	w.open("/")
	w.sees("No active incidents")
	w.sees("all sources reporting")
}

// still asks for reduced motion: a colour in the middle of a transition has a contrast of its own.
func (w *tab) still() {
	w.t.Helper()
	reduced := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, reduced); err != nil {
		w.t.Fatal(err)
	}
}

// accessible looks at the page as it is now, in both themes, on a desktop and on the smallest
// phone, and names every violation once with where it was seen.
func (w *tab) accessible(page string) {
	w.t.Helper()
	w.do(chromedp.Evaluate[chromedp.Void](axe))
	var all []violation
	looks := map[violation][]string{}
	for _, look := range []struct {
		theme         string
		width, height int64
	}{{"light", 1440, 900}, {"dark", 1440, 900}, {"dark", 320, 640}, {"light", 320, 640}} {
		w.size(look.width, look.height)
		w.until("theme", "document.documentElement.dataset.theme = "+quote(look.theme))
		found := w.violations(whatAxeFinds)
		if look.width == 320 {
			found = append(found, w.violations(whatIsTooWide)...)
		}
		for _, v := range found {
			if looks[v] == nil {
				all = append(all, v)
			}
			looks[v] = append(looks[v], fmt.Sprintf("%s %d px", look.theme, look.width))
		}
	}
	for _, v := range all {
		w.t.Errorf("%s: %s: %s\n\t%s\n\tseen in %s", page, v.Rule, v.Selector, v.Why, strings.Join(looks[v], ", "))
	}
	w.picture(strings.ReplaceAll(page, " ", "-"))
	w.size(1440, 900)
}

// violations is what a script finds on the page.
func (w *tab) violations(script string) []violation {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]violation](script, chromedp.EvalAwaitPromise))
	if err != nil {
		w.t.Fatalf("%s: %v\n%s", w.name, err, w.picture("failed"))
	}
	return found
}
