package handlers_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"wardroom/internal/authz"
)

// The room says that its commands can write no more, and responders empty the folder.
func TestAFullScratchFolder(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, vi := h.person(t, "Ana", authz.Responder), h.person(t, "Vi", authz.Viewer)
	in := h.declared(t, ana)
	b := h.browser(t, ana)
	h.finished(t, ana, in, "count")
	big := filepath.Join(h.Settings.Data, "scratch", in.ID.String(), "big")
	must(t, os.WriteFile(big, nil, 0o600))
	must(t, os.Truncate(big, 64<<20))
	h.finished(t, ana, in, "count")
	b.get(t, "/incidents/1").has(t, "#room-state", "The scratch folder is full.")
	h.browser(t, vi).get(t, "/incidents/1").has(t, "#room-state", "Read-only – viewer role")
	h.browser(t, vi).post(t, "/incidents/1/scratch/empty").want(t, http.StatusForbidden)
	b.post(t, "/incidents/1/scratch/empty").leads(t, "/incidents/1")
	page := b.get(t, "/incidents/1")
	page.has(t, "#timeline", "Ana emptied the scratch folder")
	if len(find(page.doc, "#room-state")) > 0 {
		t.Error("the room still says that it is full")
	}
}
