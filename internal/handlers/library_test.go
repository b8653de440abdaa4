package handlers_test

import (
	"net/http"
	"testing"

	"wardroom/internal/authz"
)

// The library knows what the room knows: which playbooks were used, and what the environment says of its programs.
func TestTheLibraryKnowsWhatWasUsed(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	b := h.browser(t, ana)
	b.get(t, "/playbooks").want(t, http.StatusOK).has(t, "td", "never")
	h.declared(t, ana)
	page := b.get(t, "/playbooks").want(t, http.StatusOK)
	page.has(t, ".page-head", "6 playbooks, all valid")
	page.has(t, "td", "s ago")
	for _, n := range find(b.get(t, "/playbooks/arm-down").want(t, http.StatusOK).doc, ".risk-unknown") {
		t.Errorf("shown as unknown: %s", textOf(n))
	}
}
