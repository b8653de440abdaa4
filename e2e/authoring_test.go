package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// An author writes a playbook beside its preview, is told of mistakes by line, publishes with a note, and the next incident gets it.
func TestAuthoring(t *testing.T) {
	ana := signIn(t)
	ana.still()
	au := invite(t, ana, "au", "author")
	bo := invite(t, ana, "bo-reads", "responder")
	au.still()
	bo.still()
	bo.open("/playbooks")
	bo.sees("Service unavailable")
	if bo.is(`document.querySelector('[href="/playbooks/new"]')`) {
		t.Error("a responder is offered to write")
	}

	au.open("/playbooks/match?alert=" + `alertname%3DArmDown%20service%3Dcoder-arm`)
	au.within("li.candidate", "opens first")
	au.within("li.candidate", "The alert ArmDown is named in this playbook")
	au.portraits("match")

	au.open("/playbooks/new")
	au.within("#preview", "Look at the workers")
	au.until("line numbers", `document.querySelector("#gutter").textContent.startsWith("1\n2\n3")`)
	au.fill("#path", "queue-stuck.md")

	// A mistake is told with its line; the preview stays, and says so.
	write := func(text string) {
		t.Helper()
		au.do(chromedp.Evaluate[chromedp.Void](`(s => { s.value = ` + quote(text) + `; s.dispatchEvent(new Event("input", {bubbles: true})) })(document.querySelector("#source"))`))
	}
	good := "---\nalerts: [QueueStuckForever]\n---\n\n# Queue stuck forever\n\n## Diagnosis\n\n### Step 1: Count\n\n```sh\noctollm ps\n```\n\n## Resolution\n\n### Scenario A: Restart\n\n```sh\noctollm restart <service>\n```\n"
	write(good)
	au.within("#preview", "Queue stuck forever")
	au.within("#preview", "<service> is filled from the label service")
	au.within("#preview", "CHANGE")

	// A value is tried in the preview while it is typed, and the field keeps the caret.
	au.press(".blanks", "Try values")
	au.fill(`[name="v.service"]`, "coder-arm")
	au.within("#preview", "octollm restart coder-arm")
	au.until("the field is still there", `(el => el.name === "v.service" && el.value === "coder-arm" && el.selectionStart === 9)(document.activeElement)`)
	au.accessible("values")
	write("---\nalerts: [a\nlevel: 9\n---\n" + good)
	au.within("#preview-strip", "– preview from")
	au.within("#preview", "Queue stuck forever")
	au.press("#problems", "L")
	au.until("the line", `document.activeElement.id === "source" && document.activeElement.selectionStart > 0`)
	au.portraits("author-errors")
	write(good)
	au.until("the strip is gone", `document.querySelector("#preview-strip").hidden`)
	au.within("#problems", "The reader understands all of it")

	// A step changes places with the next by a button, which keeps the focus, and Ctrl+Z takes it back.
	two := strings.Replace(good, "\n## Resolution", "\n### Step 2: Look\n\n```sh\n# no heading\noctollm logs\n```\n\n## Resolution", 1)
	write(two)
	au.within("#preview", "octollm logs")
	au.press("#preview", "Move down")
	au.until("the steps changed places", `(text => text.indexOf("Step 2: Look") < text.indexOf("Step 1: Count") && text.endsWith("restart <service>\n`+"```"+`\n"))(document.querySelector("#source").value)`)
	au.until("the button back has the focus", `document.activeElement.dataset.move === "up" && document.activeElement.value.endsWith("Step 1: Count")`)
	au.accessible("a step that moved")
	au.do(chromedp.Focus("#source"), chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	au.until("undone", `document.querySelector("#source").value === `+quote(two))
	write(good)

	// Tab leaves the text until somebody says otherwise.
	au.do(chromedp.Focus("#source"), chromedp.KeyEvent("\t"))
	au.until("Tab leaves", `document.activeElement.id !== "source"`)
	au.do(chromedp.Focus("#source"), chromedp.KeyEvent("m", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent("\t"))
	au.until("Tab indents", `document.activeElement.id === "source" && document.querySelector("#source").value.includes("  ")`)
	write(good)

	// What is not saved survives on this device; Ctrl+S saves it.
	au.until("kept here", `Object.keys(localStorage).some(k => k.startsWith("source:"))`)
	au.do(chromedp.Focus("#source"), chromedp.KeyEvent("s", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	au.within("#draft-state", "draft of")
	au.until("the address is the draft's", `location.search.includes("queue-stuck.md") && !Object.keys(localStorage).some(k => k.startsWith("source:"))`)
	write(good + "\n## Prevention\n\nMore workers.\n")
	au.until("kept again", `Object.keys(localStorage).some(k => k.startsWith("source:"))`)
	au.do(chromedp.Evaluate[chromedp.Void](`localStorage.setItem("kept", localStorage.getItem("source:queue-stuck.md"))`))
	write(good)
	au.do(chromedp.Evaluate[chromedp.Void](`localStorage.setItem("source:queue-stuck.md", localStorage.getItem("kept"))`))
	au.open("/playbooks/new?path=queue-stuck.md")
	au.within("#local-draft", "on this device")
	au.press("#local-draft", "Restore it")
	au.within("#preview", "More workers.")
	au.accessible("author")
	au.portraits("author")

	// On a phone all that saves and publishes stands in one row.
	au.size(390, 844)
	au.until("one row", `new Set([...document.querySelectorAll("#author [data-check], #author [data-save], #author [name=then]")].map(b => b.offsetTop)).size === 1`)
	au.size(1440, 900)

	// Another window saved meanwhile: saving says so, reviewing shows both.
	au.expect("status of 409")
	au.do(chromedp.Evaluate[chromedp.Void](`fetch("/playbooks/draft", {method: "POST", body: new URLSearchParams({path: "queue-stuck.md", base: "",
		seen: document.querySelector("[name=seen]").value, source: "# Of the other window\n"})})`, chromedp.EvalAwaitPromise))
	au.do(chromedp.Focus("#source"), chromedp.KeyEvent("s", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	au.within("#draft-state", "Another window saved this draft meanwhile")
	au.press("#author", "Review changes…")
	au.within(".diff", "# Of the other window")
	au.accessible("two windows")
	au.press("#author", "Review changes…")
	au.sees("Publish a new playbook")
	au.within(".diff", "octollm restart <service>")
	au.accessible("review of a draft")
	au.fill("#note", "the queue stood still on Monday")
	au.press("main", "Publish")
	au.sees("Published.")
	au.sees("the queue stood still on Monday")
	au.portraits("published")

	// Everybody reads it at once, and an alert of that name would open it.
	bo.open("/playbooks/match?alert=alertname%3DQueueStuckForever")
	bo.within("li.candidate", "Queue stuck forever")
	bo.accessible("match")
	n := declare(t, ana, "The queue stands still", "queue-stuck")
	n.has(t, "the incident has the text", `SELECT r.title FROM incident_playbooks a JOIN playbook_revisions r USING (revision, playbook_id)
		JOIN incidents i ON i.id = a.incident_id WHERE i.number = $1`, "Queue stuck forever")

	// Two at once: the slower one sees both.
	au.open("/playbooks/queue-stuck/edit")
	write(good + "\nMine.\n")
	ana.open("/playbooks/queue-stuck/edit")
	ana.do(chromedp.Evaluate[chromedp.Void](`(s => { s.value += "\nTheirs.\n"; s.dispatchEvent(new Event("input", {bubbles: true})) })(document.querySelector("#source"))`))
	ana.press("#author", "Review changes…")
	ana.fill("#note", "first")
	ana.press("main", "Publish")
	ana.sees("Published.")
	au.press("#author", "Review changes…")
	au.sees("Ana changed this file")
	au.within(".diff ins", "Theirs.")
	au.accessible("two at once")
	au.portraits("conflict")
	au.press("main", "Go on with mine")
	au.fill("#note", "second")
	au.press("main", "Publish")
	au.sees("Published.")
	au.open("/playbooks/queue-stuck/history")
	au.sees("the queue stood still on Monday")
	au.press("main li", "")
	n.has(t, "the incident still has its text", `SELECT count(*)::text FROM incident_playbooks a JOIN playbook_revisions r USING (revision, playbook_id)
		JOIN incidents i ON i.id = a.incident_id WHERE i.number = $1 AND r.source NOT LIKE '%Mine.%'`, "1")
	ana.open(fmt.Sprintf("/incidents/%d", n))
	ana.press("#room-header", "Resolve")
	ana.within("#room-header", "Resolved")
}
