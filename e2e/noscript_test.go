package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Everything works with form posts alone: JavaScript only makes it nicer.
func TestWithoutJavaScript(t *testing.T) {
	ana := signIn(t)
	n := declare(t, ana, "No scripts here", "endless")
	if _, err := chromedp.Call(ana.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	ana.open(fmt.Sprintf("/incidents/%d", n))
	ana.shows("No scripts here")

	ana.do(chromedp.Click(step("count")+" > details > summary"), chromedp.Click(step("count")+` button[data-act="run"]`))
	ana.shows("Stop")
	eventually(t, "output is stored", func() bool {
		return n.number(t, `SELECT count(*)::text FROM run_chunks c JOIN runs r ON r.id = c.run_id JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1`) > 2
	}, func() string { return ana.picture("failed") })
	ana.open(fmt.Sprintf("/incidents/%d", n))
	ana.shows("line 2")
	ana.do(chromedp.Click(step("count") + ` button[data-act="stop"]`))
	eventually(t, "the run is stopped", func() bool {
		return n.get(t, `SELECT format('%s %s', state, confirmed_stop) FROM runs r JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1`) == "stopped t"
	}, func() string { return ana.picture("failed") })

	ana.open(fmt.Sprintf("/incidents/%d", n))
	ana.shows("confirmed stopped")
	ana.do(chromedp.Click(step("diagnosis-look-at-the-machine") + " > details > summary"))
	ana.do(chromedp.SendKeys(step("diagnosis-look-at-the-machine")+" input[name=note]", "All lights are green"))
	ana.do(chromedp.Click(step("diagnosis-look-at-the-machine") + " form.manual button"))
	ana.shows("All lights are green")
	n.has(t, "a manual step", `SELECT format('%s %s %s', r.kind, r.started_name, c.body) FROM runs r JOIN contents c ON c.hash = r.note_hash JOIN incidents i ON i.id = r.incident_id WHERE i.number = $1 AND kind = 'manual'`,
		"manual Ana All lights are green")

	ana.open(fmt.Sprintf("/incidents/%d", n))
	ana.do(chromedp.SendKeys("textarea#note", "Written without a script"))
	ana.do(chromedp.Click("#note-form button"))
	ana.shows("Written without a script")
	ana.do(chromedp.Click(`#room-header .room-actions button[value="resolved"]`))
	ana.shows("Resolved")
	n.has(t, "status", `SELECT status FROM incidents WHERE number = $1`, "resolved")
}

// An author without JavaScript tries values and moves a step: fields and buttons of the preview are the form's.
func TestAuthoringWithoutJavaScript(t *testing.T) {
	ana := signIn(t)
	if _, err := chromedp.Call(ana.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	ana.open("/playbooks/service-unavailable/edit")
	ana.do(chromedp.Click(".blanks > summary"), chromedp.SendKeys(`.blanks [name="v.pod-name"]`, "api-0"), chromedp.Click(".blanks button"))
	ana.shows("kubectl logs api-0 -n octollm")
	ana.do(chromedp.Click(`[data-move="down"]`))
	ana.shows("moved down.")
	ana.shows("kubectl logs api-0 -n octollm")
	ana.do(chromedp.Click(".notice button"))
	ana.shows("moved up.")
}
