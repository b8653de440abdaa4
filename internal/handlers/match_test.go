package handlers_test

import (
	"net/http"
	"net/url"
	"testing"

	"wardroom/internal/authz"
)

func TestWhichPlaybookWouldOpen(t *testing.T) {
	t.Parallel()
	h := setup(t)
	vi := h.browser(t, h.person(t, "Vi", authz.Viewer))
	ask := func(text string) answer { return vi.get(t, "/playbooks/match?alert="+url.QueryEscape(text)) }
	for _, text := range []string{"alertname=ArmDown service=x", `{"labels":{"alertname":"ArmDown"},"annotations":{}}`, `{alertname="ArmDown"}`} {
		page := ask(text).want(t, http.StatusOK)
		page.has(t, "li.candidate", "Arm down arm-down.md The alert ArmDown is named in this playbook. named for it score 100 opens first")
		if page.field(t, "alert") != text {
			t.Error("the question is gone")
		}
	}
	ask(`alertname=Other summary=several arms are down`).want(t, http.StatusOK).has(t, "li.candidate", "a guess")
	ask("alertname=Nothing").want(t, http.StatusOK).has(t, "h2", "No playbook fits")
	ask("ArmDown").want(t, http.StatusOK).has(t, "li.candidate", "named for it")
	near := ask("the arm is broken").want(t, http.StatusOK)
	near.has(t, "h2", "Playbooks for these words")
	near.has(t, ".quiet", "These come nearest:")
	near.has(t, "li.candidate", "It speaks of “arm”, which is not enough to be sure. not confident")
	ask("the arm is=broken").want(t, http.StatusBadRequest).has(t, ".problems", `"the" is no label`)
	empty := vi.get(t, "/playbooks/match").want(t, http.StatusOK)
	if len(find(empty.doc, "#symptom")) > 0 || len(find(empty.doc, "#fit-title")) > 0 {
		t.Error("it answers without a question, or offers symptoms that there are not")
	}
	symptom := h.fired(t, "ArmDown").String()
	h.exec(t, `UPDATE symptoms SET labels = '{"alertname": "ArmDown", "service": "coder-arm"}'`)
	page := vi.get(t, "/playbooks/match?symptom="+symptom).want(t, http.StatusOK)
	page.has(t, "h2", "Playbooks for ArmDown: coder-arm")
	page.has(t, "li.candidate", "named for it")
	page.has(t, "dd", "coder-arm")
	page.has(t, "option", "ArmDown: coder-arm")
	vi.get(t, "/playbooks/match?symptom=x").want(t, http.StatusNotFound).has(t, ".problems", "no such symptom")
	ask("a=<script>alert(1)</script>\u202e").want(t, http.StatusOK)
}

// The library's search looks through titles, alerts and commands, and says when it found nothing.
func TestLibrarySearch(t *testing.T) {
	t.Parallel()
	h := setup(t)
	vi := h.browser(t, h.person(t, "Vi", authz.Viewer))
	for query, found := range map[string]bool{"arm do": true, "armDOWN": true, "teller": true, "seq nothing": true, "Step 4": false, "xyz": false} {
		page := vi.get(t, "/playbooks?q="+url.QueryEscape(query)).want(t, http.StatusOK)
		has := false
		for _, n := range find(page.doc, "a.title") {
			has = has || textOf(n) == "Arm down "
		}
		if has != found {
			t.Errorf("%q: found %v", query, has)
		}
		if !found {
			page.has(t, ".quiet", "No playbook passes")
		}
	}
	for _, n := range find(vi.get(t, "/playbooks").doc, "a") {
		if href, _ := attr(n, "href"); href == "/playbooks/new" {
			t.Error("who may not write is offered to")
		}
	}
}
