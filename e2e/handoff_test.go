package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// A handoff is an offer with a brief, on a phone, without JavaScript, to somebody without
// an account. Looking changes nothing; until it is accepted the old lead stays.
func TestHandoff(t *testing.T) {
	ana := signIn(t)
	n := declare(t, ana, "Handed over at three", "endless")
	ana.press("#room-header", "Acknowledge")
	ana.within("#room-header", "Acknowledged")
	ana.fill("#note", "The disk is not the cause")
	ana.press("#note-form", "Add note")
	ana.within("#timeline", "The disk is not the cause")

	ana.press("main", "Hand over")
	ana.fill("#handoff-email", "kim@example.org")
	ana.fill("#handoff-reason", "My shift ends")
	ana.press("#handoff-dialog", "Make link")
	ana.until("the link", `document.querySelector("[data-select]")?.value.includes("/handoff/")`)
	link := ana.value("[data-select]")
	ana.within("#room-handoffs", "kim@example.org")
	if token := link[strings.LastIndex(link, "/")+1:]; n.number(t, `SELECT count(*)::text FROM handoffs h JOIN incidents i ON i.id = h.incident_id WHERE i.number = $1 AND token_hash = sha256('`+token+`')`) != 1 {
		t.Error("the link's token is not stored as its hash")
	}

	kim := phoneWithoutScript(t, "kim")
	for range 3 {
		kim.open(link)
	}
	for _, text := range []string{"Handed over at three", "Ana hands it to you", "My shift ends", "The disk is not the cause", "Follow the orchestrator"} {
		kim.shows(text)
	}
	kim.picture("brief")
	n.has(t, "looking changes nothing", `SELECT u.name || coalesce(h.accepted_at::text, '') FROM handoffs h JOIN incidents i ON i.id = h.incident_id JOIN users u ON u.id = i.lead_id WHERE i.number = $1`, "ana")

	kim.do(chromedp.Click(`form[action$="/accept"] button`))
	kim.shows("kim@example.org has it since")
	kim.picture("accepted")
	ana.within("#room-header", "kim@example.org")
	ana.within("#timeline", "accepted the handoff from Ana")
	n.has(t, "both sides are on the timeline", `SELECT string_agg(kind, ' ' ORDER BY seq) FROM timeline_events e JOIN incidents i ON i.id = e.incident_id WHERE i.number = $1 AND kind LIKE 'handoff%'`, "handoff_offered handoff_accepted")
}

func phoneWithoutScript(t *testing.T, name string) *tab {
	t.Helper()
	w := newTab(t, name)
	w.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateScale(2)))
	if _, err := chromedp.Call(w.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	return w
}

// shows is sees for a page without scripts.
func (w *tab) shows(text string) {
	w.t.Helper()
	eventually(w.t, w.name+" is shown "+text, func() bool {
		body, err := chromedp.Run(w.ctx, chromedp.TextContent("body"))
		return err == nil && strings.Contains(strings.Join(strings.Fields(body), " "), text)
	}, func() string { return w.picture("failed") })
}
