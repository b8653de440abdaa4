package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"wardroom/internal/authz"
	"wardroom/internal/incidents"
)

// A closed room says once when and by whom, offers nothing but to reopen it, and stands at no step.
func TestClosedRoom(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, vi := h.person(t, "Ana", authz.Responder), h.person(t, "Vi", authz.Viewer)
	in := h.declared(t, ana)
	b := h.browser(t, ana)
	tab := b.open(t, "incident=1")
	tab.region(t, "room-bar")
	for _, to := range []incidents.Status{incidents.Resolved, incidents.Closed} {
		_, err := h.incidents.SetStatus(as(t, ana), in.Number, to)
		must(t, err)
	}
	a := b.get(t, "/incidents/1").want(t, http.StatusOK)
	a.has(t, "#room-state", "by Ana")
	a.has(t, "#room-state", "Reopen")
	if n := len(find(a.doc, ".is-current")); n != 0 {
		t.Errorf("%d current steps", n)
	}
	if strings.Contains(a.text(), "The incident is closed.") {
		t.Error("it is said again under a command")
	}
	if n := len(find(find(a.doc, "#room-bar")[0], "button")); n != 0 {
		t.Errorf("the bar has %d buttons", n)
	}
	// An open page hears of all of it: what came and went makes it fetch itself.
	tab.until(t, func(f frame) bool { return f.Op == "patch" && f.ID == "room-state" })
	a = h.browser(t, vi).get(t, "/incidents/1")
	if n := len(find(find(a.doc, "#room-state")[0], "button")); n != 0 {
		t.Errorf("a viewer may reopen it: %d buttons", n)
	}
}

// A cleared symptom does not show its last value as if it were the present one.
func TestClearedSymptom(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	_, _, err := h.incidents.Declare(as(t, ana), incidents.Declaration{SymptomIDs: []uuid.UUID{h.fired(t, "ArmDown")}})
	must(t, err)
	h.exec(t, "UPDATE symptoms SET value = '0 of 1 up', state = 'resolved', resolved_at = wardroom.now()")
	h.browser(t, ana).get(t, "/incidents/1").has(t, ".tile", "was 0 of 1 up cleared")
}

// Whoever is on it reads that, and is not asked again as if nobody were.
func TestOnIt(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, bo := h.person(t, "Ana", authz.Responder), h.person(t, "Bo", authz.Responder)
	h.declared(t, ana)
	b := h.browser(t, ana)
	b.post(t, "/incidents/1/on-it").want(t, http.StatusSeeOther)
	a := b.get(t, "/incidents/1")
	a.has(t, "#room-escalation", "You are on it")
	for who, want := range map[*browser]int{b: 0, h.browser(t, bo): 1} {
		if n := len(find(find(who.get(t, "/incidents/1").doc, "#room-escalation")[0], "button.primary")); n != want {
			t.Errorf("%d filled buttons, want %d", n, want)
		}
	}
}

// A run has one number: in its line, among the runs of its command, and in the timeline.
func TestRunNumbers(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declared(t, ana)
	for range 3 {
		h.finished(t, ana, in, "count")
	}
	attached, err := h.incidents.Attached(as(t, ana), in.ID)
	must(t, err)
	_, err = h.runs.MoveOn(as(t, ana), in.Number, attached[0].ID, attached[0].Playbook.Sections[0].Steps[0].ID)
	must(t, err)
	for range 2 {
		h.finished(t, ana, in, "count")
	}
	a := h.browser(t, ana).get(t, "/incidents/1")
	a.has(t, ".result-line", "run 6, exit 0")
	a.has(t, ".history", "2 earlier Run 3")
	a.has(t, ".history", "Run 5")
	a.has(t, "#timeline", "run 6")
}
