package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/internal/authz"
)

func TestValuesAreShownAndCorrected(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, vi := h.person(t, "Ana", authz.Responder), h.person(t, "Vi", authz.Viewer)
	h.declared(t, ana)
	b, viewer := h.browser(t, ana), h.browser(t, vi)
	page := b.get(t, "/incidents/1").want(t, http.StatusOK)
	page.has(t, "#room-values", "None yet.")
	page.has(t, "form[action=/incidents/1/variables]", "Save value")

	k := b.open(t, "incident=1")
	b.post(t, "/incidents/1/variables", "name", "POD", "value", "api-0 <b>").leads(t, "/incidents/1")
	k.until(t, func(f frame) bool {
		return f.Op == "patch" && f.ID == "room-values" && strings.Contains(f.HTML, "api-0 &lt;b&gt;")
	})
	page = b.get(t, "/incidents/1")
	page.has(t, "#room-values", "POD typed by Ana")
	page.has(t, "#room-values", "api-0 <b>")
	page.has(t, "#timeline", "Ana set the value of POD : api-0 <b>")

	b.post(t, "/incidents/1/variables", "name", "PATH", "value", "/tmp").want(t, http.StatusBadRequest)
	viewer.post(t, "/incidents/1/variables", "name", "POD", "value", "api-1").want(t, http.StatusForbidden)
	if seen := viewer.get(t, "/incidents/1"); len(find(seen.doc, "#room-values")) > 0 || len(find(seen.doc, "form[action=/incidents/1/variables]")) > 0 {
		t.Error("a viewer sees the values or their form")
	}
	if n := h.count(t, "SELECT count(*) FROM incident_variables WHERE value = 'api-0 <b>' AND origin = 'typed' AND set_by = 'Ana'"); n != 1 {
		t.Errorf("%d values", n)
	}
	b.post(t, "/incidents/1/variables", "name", "POD", "value", "").leads(t, "/incidents/1")
	b.get(t, "/incidents/1").has(t, "#room-values", "None yet.")
}
