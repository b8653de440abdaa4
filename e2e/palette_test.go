package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// Somebody who may only read finds their way with the keyboard alone.
func TestPalette(t *testing.T) {
	vi := invite(t, signIn(t), "vi", "viewer")
	vi.until("its script", `document.documentElement.classList.contains("js")`)
	vi.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	vi.within("#palette-list", "Dashboard")
	if vi.is(`document.querySelector("#palette-list").innerText.includes("Start incident")`) {
		t.Error("a viewer is offered to start an incident")
	}
	vi.do(chromedp.KeyEvent("service un\r"))
	vi.until("the playbook", `location.pathname === "/playbooks/service-unavailable"`)
}
