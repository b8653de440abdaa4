package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/internal/authz"
)

// Whoever invites can take it back, and it is written down who did.
func TestAnInvitationIsRevoked(t *testing.T) {
	t.Parallel()
	h := setup(t)
	kim := h.person(t, "Kim", authz.Admin)
	b := h.browser(t, kim)
	link, _ := attr(find(b.post(t, "/settings/users/invite", "name", "jo", "role", "viewer").want(t, http.StatusOK).doc, "[data-select]")[0], "value")
	h.nobody(t).get(t, link).want(t, http.StatusOK)
	page := b.get(t, "/settings/users")
	var revoke string
	for _, form := range find(page.doc, "form") {
		if action, _ := attr(form, "action"); strings.HasSuffix(action, "/revoke") {
			revoke = action
		}
	}
	b.post(t, revoke).leads(t, "/settings/users?done=revoked")
	b.get(t, "/settings/users?done=revoked").has(t, ".notice", "revoked")
	h.nobody(t).get(t, link).want(t, http.StatusNotFound)
	b.post(t, revoke).want(t, http.StatusNotFound)
	if strings.Contains(b.get(t, "/settings/users").text(), "Invited") {
		t.Error("it is still listed")
	}
	if !strings.Contains(h.logs.String(), `msg="invitation revoked" by=`+kim.ID.String()) {
		t.Error("nobody wrote down who revoked it")
	}
}
