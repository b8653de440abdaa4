package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What the playbook lacks: Ana types it, Bo sees it, and the review proposes it.
func TestCommandsOfOnesOwn(t *testing.T) {
	ana := signIn(t)
	bo := invite(t, ana, "cy", "responder")
	n := declare(t, ana, "Something new", "service-unavailable")
	bo.open(fmt.Sprintf("/incidents/%d", n))
	bo.within("#room-header", "2 here")
	first := step("diagnosis-check-service-status")
	const area = "#command-dialog textarea"

	// A colon opens the box; what is typed is classed meanwhile.
	ana.do(chromedp.KeyEvent(":"))
	ana.until("the box", `document.activeElement.matches("`+area+`")`)
	ana.picture("empty")
	ana.do(chromedp.KeyEvent("octollm logs <service> --tail=5"))
	ana.within("#command-verdict", "READ")
	ana.until("a field for the value", `document.querySelector("#command-verdict [name='v.service']")`)
	ana.portraits("typed")

	// Escape keeps the draft.
	ana.do(chromedp.KeyEvent(kb.Escape))
	ana.until("closed and empty", `!document.querySelector("#command-dialog").firstChild`)
	ana.do(chromedp.KeyEvent(":"))
	ana.until("the draft", `document.activeElement.matches("`+area+`") && document.querySelector("`+area+`")?.value === "octollm logs <service> --tail=5"`)
	ana.within("#command-verdict", "READ")
	ana.fill("#command-verdict [name='v.service']", "orchestrator")
	ana.within("#command-verdict", "octollm logs orchestrator --tail=5")
	ana.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	for _, w := range []*tab{ana, bo} {
		w.within(first, "Not in the playbook. Typed by Ana.")
		w.within(first, "exit 0")
	}
	ana.until("the box is closed", `!document.querySelector("#command-dialog").firstChild`)
	n.has(t, "the record", `SELECT format('%s|%s|%s|%s|%s', source, started_name, written, text, exit_code) FROM runs r JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1`,
		"typed|Ana|octollm logs <service> --tail=5|octollm logs orchestrator --tail=5|0")
	bo.press(".timeline", "Runs")
	bo.within("#timeline", "“octollm logs orchestrator --tail=5”, typed run 1")

	// The arrow brings back what ran; the draft is gone.
	ana.do(chromedp.KeyEvent(":"))
	ana.until("an empty box", `document.activeElement.matches("`+area+`") && document.querySelector("`+area+`")?.value === "" && document.querySelector("#command-again")`)
	ana.do(chromedp.KeyEvent("octollm p" + kb.ArrowUp))
	ana.until("the earlier one", `document.querySelector("`+area+`").value === "octollm logs <service> --tail=5"`)
	ana.do(chromedp.KeyEvent(kb.ArrowDown))
	ana.until("what was being typed", `document.querySelector("`+area+`").value === "octollm p"`)

	// What destroys is refused, with the reason; a change asks in a dialog of its own.
	ana.fill(area, "rm -r /data")
	ana.within("#command-verdict", "DESTROY")
	ana.within("#command-verdict", "What destroys runs only as a playbook has it")
	ana.until("nothing to press", `!document.querySelector("#command-dialog [data-act=run]")`)
	ana.portraits("refused")
	ana.fill(area, "octollm restart planner-arm")
	ana.within("#command-verdict", "CHANGE")
	ana.press("#command-dialog", "Run…")
	ana.within("#dialog", "octollm restart planner-arm")
	ana.portraits("confirm")
	ana.press("#dialog", "Run change")
	bo.within(first, "octollm restart planner-arm")
	ana.until("both dialogs are closed", `!document.querySelector("dialog[open], #command-dialog > *")`)

	// A command of the playbook is edited before it runs.
	ana.do(chromedp.Click(first + " [data-box]"))
	ana.until("its text", `document.activeElement.matches("`+area+`") && document.querySelector("`+area+`")?.value === "octollm ps"`)
	ana.within("#command-verdict", "As the playbook has it.")
	ana.fill(area, "octollm ps | head -3")
	ana.within("#command-verdict", "head")
	ana.until("classed", `document.querySelector("#command-dialog [data-act=run]:not([aria-disabled])")`)
	ana.press("#command-dialog", "Run")
	for _, w := range []*tab{ana, bo} {
		w.within(first, "edited: octollm ps | head -3")
	}
	ana.portraits("room")

	// The review proposes all of it for the playbook.
	ana.open(fmt.Sprintf("/incidents/%d/review", n))
	ana.within("#proposals", "3 proposals")
	ana.within("#proposals", "octollm logs <service> --tail=5")
	ana.within("#proposals", "Edited from")
	ana.portraits("review")
	ana.press("#proposals", "Set aside")
	ana.within("#proposals", "2 proposals")
	ana.within("#proposals", "1 set aside")
	ana.press("#proposals", "1 set aside")
	ana.press("#proposals", "Propose again")
	ana.within("#proposals", "3 proposals")
	n.has(t, "the ledger", `SELECT string_agg(kind, ' ' ORDER BY seq) FROM timeline_events e JOIN incidents i ON i.id = e.incident_id WHERE i.number = $1 AND kind LIKE 'proposal%'`,
		"proposal_set_aside proposal_restored")
}

// The keys and the controls are named, and somebody who may only look has none of them.
func TestTheBoxIsFound(t *testing.T) {
	ana := signIn(t)
	vi := invite(t, ana, "di", "viewer")
	n := declare(t, ana, "Where is the box", "endless")
	ana.until("its script", `document.documentElement.classList.contains("js")`)
	ana.do(chromedp.KeyEvent("?"))
	ana.within("#dialog", "Run a command…")
	ana.do(chromedp.KeyEvent(kb.Escape))
	ana.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	ana.do(chromedp.KeyEvent("run a com"))
	ana.within("#palette-list", "Run a command…")
	ana.do(chromedp.KeyEvent(kb.Enter))
	ana.until("the box", `document.activeElement.matches("#command-dialog textarea")`)
	ana.do(chromedp.KeyEvent(kb.Escape))

	vi.open(fmt.Sprintf("/incidents/%d", n))
	vi.within("#room-header", "Where is the box")
	vi.do(chromedp.KeyEvent(":"))
	if text := vi.text("body"); vi.is(`document.querySelector("[data-box], #command-dialog")`) || strings.Contains(text, "Run a command") {
		t.Error("a viewer is offered to type a command")
	}
}
