package handlers_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/incidents"
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
	page.has(t, ".page-head", "7 playbooks, all valid")
	page.has(t, "td", "s ago")
	for _, n := range find(b.get(t, "/playbooks/arm-down").want(t, http.StatusOK).doc, ".risk-unknown") {
		t.Errorf("shown as unknown: %s", textOf(n))
	}
}

// A playbook has worked in an incident that is over when one of its resolution steps did.
func TestTheLibraryKnowsWhatWorked(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	b := h.browser(t, ana)
	worked := func() string {
		return textOf(find(b.get(t, "/playbooks?q=Reversible").doc, "td[data-label=worked]")[0])
	}
	for i, want := range []string{"0 of 1", "1 of 2"} {
		in := h.declaredWith(t, ana, "reversible")
		if i > 0 {
			h.finished(t, ana, in, "then")
		}
		before := worked()
		if strings.TrimSpace(before) == want {
			t.Errorf("%s before it is over", before)
		}
		_, err := h.incidents.SetStatus(as(t, ana), in.Number, incidents.Resolved)
		must(t, err)
		if got := strings.TrimSpace(worked()); got != want {
			t.Errorf("worked %s, want %s", got, want)
		}
	}
}

func TestTheLibraryIsFiltered(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, head := range map[string]string{
		"a": "owner: Data Platform\nseverity: 1\nreviewed: 2019-01-01", "b": "owner: web\nseverity: 1", "c": "owner: web\nseverity: 2\nlevel: 2",
	} {
		must(t, os.WriteFile(filepath.Join(folder, name+".md"), []byte("---\ntitle: Shelf "+name+"\n"+head+"\n---\n\n## Diagnosis\n\nLook.\n"), 0o600))
	}
	h := setup(t, func(s *config.Settings) { s.PlaybooksWrite = folder })
	b := h.browser(t, h.person(t, "Ana", authz.Viewer))
	for query, want := range map[string]string{
		"shelf":                 "a b c; sev:1 2 sev:2 1 level:2 1 is:stale 1 owner:web 2 owner:data-platform 1",
		"shelf owner:web":       "b c; sev:1 1 sev:2 1 level:2 1 owner:web 2 owner:data-platform 1",
		"OWNER:Web sev:1 shelf": "b; sev:1 1 sev:2 1 owner:data-platform 1 owner:web 1",
		"owner:data-platform":   "a; owner:web 2 owner:data-platform 1",
		"shelf sev:1 sev:2":     "a b c; sev:1 2 sev:2 1 level:2 1 is:stale 1 owner:web 2 owner:data-platform 1",
		"sev:2 sev:1 level:2":   "c; sev:1 0 sev:2 1 level:1 1 level:2 1",
		"is:stale sev:2":        "; sev:1 1 sev:2 0 is:stale 0",
		"shelf sev:4":           "; sev:1 2 sev:2 1 sev:4 0",
		"sev:":                  ";",
	} {
		page := b.get(t, "/playbooks?q="+url.QueryEscape(query)).want(t, http.StatusOK)
		var titles, chips []string
		for _, n := range find(page.doc, "a.title") {
			titles = append(titles, strings.TrimPrefix(strings.TrimSpace(textOf(n)), "Shelf "))
		}
		for _, n := range find(page.doc, ".chip") {
			chips = append(chips, strings.Join(strings.Fields(textOf(n)), " "))
		}
		if got := strings.TrimSpace(strings.Join(titles, " ") + "; " + strings.Join(chips, " ")); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	page := b.get(t, "/playbooks?q=shelf")
	page.has(t, ".panel-foot", "Worked: of the incidents that are over")
	on, _ := attr(find(page.doc, ".chip")[0], "href")
	off, _ := attr(find(b.get(t, on).want(t, http.StatusOK).doc, "a[aria-current=true]")[0], "href")
	if on != "/playbooks?q=sev%3A1+shelf" || off != "/playbooks?q=shelf" {
		t.Errorf("on by %s, off by %s", on, off)
	}
}
