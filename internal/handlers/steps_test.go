package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/incidents"
)

// finished runs a command of the incident's playbook to its end.
func (h *house) finished(t *testing.T, p authz.Actor, in incidents.Incident, command string) {
	t.Helper()
	run := h.started(t, p, in, command)
	eventually(t, command+" ends", func() bool {
		return h.count(t, "SELECT count(*) FROM runs WHERE ended_at IS NOT NULL AND id = '"+run.ID.String()+"'") == 1
	})
}

// heads gives the title rows of the room's steps.
func heads(a answer) (all []string) {
	for _, n := range find(a.doc, ".step-head") {
		class, _ := attr(n, "class")
		all = append(all, strings.Join(strings.Fields(class+": "+textOf(n)), " "))
	}
	return all
}

// A step is over when each of its commands has an outcome, whatever it is, and not before.
func TestStepWithSeveralCommands(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declaredWith(t, ana, "several")
	b := h.browser(t, ana)
	a := b.get(t, "/incidents/1").want(t, http.StatusOK)
	a.has(t, "#room-bar", "Run step 1 (1 of 3)")
	for _, at := range []struct{ command, progress, bar string }{
		{"one", "1 of 3", "Run step 1 (2 of 3)"},
		{"two", "2 of 3, 1 failed", "Run step 1 (3 of 3)"},
	} {
		h.finished(t, ana, in, at.command)
		a = b.get(t, "/incidents/1")
		if first := heads(a)[0]; !strings.Contains(first, "is-current: current step:") || !strings.Contains(first, at.progress) {
			t.Errorf("after %s the first step is %q", at.command, first)
		}
		a.has(t, "#room-bar", at.bar)
		a.has(t, "#room-outline", at.progress)
	}
	h.finished(t, ana, in, "three")
	a = b.get(t, "/incidents/1")
	all := heads(a)
	if !strings.Contains(all[0], "is-latest: failed:") || !strings.Contains(all[1], "is-current: current step:") {
		t.Errorf("after all three: %q", all)
	}
	a.has(t, "#room-bar", "Run step 2")
	a.has(t, "#room-outline", "1 of 2")
}

// A folded card shows the command that would run; code that is only to be read is none, and a step without one shows its first words.
func TestFoldedStepsShowWhatThereIsToDo(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declaredWith(t, ana, "by-hand")
	all := heads(h.browser(t, ana).get(t, "/incidents/1").want(t, http.StatusOK))
	want := []string{"A. Keys BY HAND Normalise the keys in a.py:", "B. Both READ ls a"}
	for i, row := range want {
		if len(all) != 3 || !strings.Contains(all[i+1], row) {
			t.Errorf("rows %q, want %q", all, row)
		}
	}
}

func TestMoveOn(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana, vi := h.person(t, "Ana", authz.Responder), h.person(t, "Vi", authz.Viewer)
	in := h.declaredWith(t, ana, "several")
	h.finished(t, ana, in, "one")
	b := h.browser(t, ana)
	var fields []string
	for _, input := range find(find(b.get(t, "/incidents/1").doc, "form.move-on")[0], "input[type=hidden]") {
		name, _ := attr(input, "name")
		value, _ := attr(input, "value")
		fields = append(fields, name, value)
	}
	h.browser(t, vi).post(t, "/incidents/1/move-on", fields...).want(t, http.StatusForbidden)
	b.post(t, "/incidents/1/move-on", fields...).want(t, http.StatusSeeOther)
	a := b.get(t, "/incidents/1")
	if all := heads(a); !strings.Contains(all[0], "skipped: 1. Ask each") || !strings.Contains(all[1], "is-current") {
		t.Errorf("after moving on: %q", all)
	}
	a.has(t, "#timeline", "Ana moved on from")
	a.has(t, ".result-line", "moved on · Ana")
}
