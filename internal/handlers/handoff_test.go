package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/incidents"
)

// Whoever holds a link that is over, accepted or not, learns who took the incident over and
// whom to ask, and nothing of the incident.
func TestALinkThatIsOverShowsNothing(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	must(t, h.incidents.AddNote(as(t, ana), in.Number, "the disk is not the cause"))
	offer := func(address string) (incidents.Handoff, string) {
		offered, token, err := h.incidents.Offer(as(t, ana), in.Number, incidents.HandoffTo{Email: address}, "")
		must(t, err)
		return offered, "/handoff/" + token
	}
	offered, jo := offer("jo@example.org")
	_, lee := offer("lee@example.org")
	nobody := h.nobody(t)
	nobody.post(t, jo+"/accept").leads(t, jo)

	shows := func(link string, want ...string) {
		t.Helper()
		page := nobody.get(t, link).want(t, http.StatusOK)
		for _, text := range append(want, "Ask Ana") {
			if !strings.Contains(page.text(), text) {
				t.Errorf("it does not say %q: %s", text, page.text())
			}
		}
		for _, secret := range []string{in.Title, in.Name(), "the disk is not the cause"} {
			if strings.Contains(page.body, secret) {
				t.Errorf("it says %q", secret)
			}
		}
		nobody.post(t, link+"/accept").leads(t, link)
	}
	if text := nobody.get(t, jo).want(t, http.StatusOK).text(); !strings.Contains(text, in.Title) || !strings.Contains(text, "jo@example.org has it since") {
		t.Errorf("who accepted sees %s", text)
	}
	shows(lee, "Somebody else has it", "jo@example.org took it over")

	h.exec(t, "UPDATE handoffs SET created_at = created_at - interval '30 days', expires_at = expires_at - interval '30 days' WHERE id = $1", offered.ID)
	shows(jo, "This link has expired")

	h.exec(t, "UPDATE handoffs SET expires_at = expires_at + interval '30 days' WHERE id = $1", offered.ID)
	h.browser(t, ana).post(t, "/handoffs/"+offered.ID.String()+"/revoke").leads(t, "/incidents/1")
	shows(jo, "This link was withdrawn")
}
