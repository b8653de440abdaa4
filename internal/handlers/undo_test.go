package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/incidents"
)

// reversible is a playbook whose first step says how it is taken back.
const reversible = `# Reversible

## Resolution

### Step 1: Count up

` + "```sh {id=first}\nseq 1 1\n```\n\nUndo: count down again.\n\n```sh {id=back risk=destroy}\n# Undo: the count from before\nseq 7 7\n```\n\n```sh {id=up risk=change}\nseq 1 2\n```" + `

### Step 2: Then this

` + "```sh {id=then}\nseq 1 2\n```\n"

// commandsOf gives the texts of the commands of the room's first card, in their order.
func commandsOf(a answer) (all []string) {
	for _, n := range find(find(a.doc, "article.step")[0], ".cmd-text") {
		all = append(all, strings.TrimPrefix(strings.Join(strings.Fields(textOf(n)), " "), "$ "))
	}
	return all
}

// confirmation asks for the confirmation of a command of the incident's first step.
func (h *house) confirmation(t *testing.T, p authz.Actor, in incidents.Incident, command string) answer {
	t.Helper()
	attached, err := h.incidents.Attached(as(t, p), in.ID)
	must(t, err)
	step := attached[0].Playbook.Sections[0].Steps[0]
	return h.browser(t, p).get(t, "/incidents/1/run?attached="+attached[0].ID.String()+"&step="+step.ID+"&command="+command).want(t, http.StatusOK)
}

// confirmed runs a command of the incident's first step to its end by what its confirmation posts.
func (h *house) confirmed(t *testing.T, p authz.Actor, in incidents.Incident, command string) {
	t.Helper()
	var fields []string
	for _, input := range find(find(h.confirmation(t, p, in, command).doc, "#confirm")[0], "input[type=hidden]") {
		name, _ := attr(input, "name")
		value, _ := attr(input, "value")
		fields = append(fields, name, value)
	}
	ended := h.count(t, "SELECT count(*) FROM runs WHERE ended_at IS NOT NULL")
	h.browser(t, p).post(t, "/incidents/1/runs", append(fields, "typed_environment", "prod")...).want(t, http.StatusSeeOther)
	eventually(t, command+" ends", func() bool {
		return h.count(t, "SELECT count(*) FROM runs WHERE ended_at IS NOT NULL") == ended+1
	})
}

// What takes a step back is at hand, last on the card, and is never what comes next.
func TestUndoIsNotAThingToDo(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declaredWith(t, ana, "reversible")
	b := h.browser(t, ana)
	a := b.get(t, "/incidents/1").want(t, http.StatusOK)
	a.has(t, "#room-bar", "Run step 1 (1 of 2)")
	if got := strings.Join(commandsOf(a), ", "); got != "seq 1 1, seq 1 2, seq 7 7" {
		t.Errorf("the card's commands are %s", got)
	}
	a.has(t, "[role=group]", "Undo The count from before")
	if head := heads(a)[0]; !strings.Contains(head, "CHANGE") || strings.Contains(head, "DESTROY") {
		t.Errorf("the step's head is %q", head)
	}
	h.finished(t, ana, in, "first")
	b.get(t, "/incidents/1").has(t, "#room-bar", "Run step 1 (2 of 2)")
	h.confirmation(t, ana, in, "up").has(t, ".confirm-facts", "Undo Count down again. seq 7 7")
	h.confirmed(t, ana, in, "back")
	a = b.get(t, "/incidents/1")
	a.has(t, "#room-bar", "Run step 1 (2 of 2)")
	if head := heads(a)[0]; !strings.Contains(head, "is-current") || !strings.Contains(head, "1 of 2") {
		t.Errorf("after the undo the step's head is %q", head)
	}
	h.confirmed(t, ana, in, "up")
	a = b.get(t, "/incidents/1")
	a.has(t, "#room-bar", "Run step 2")
	if head := heads(a)[0]; !strings.Contains(head, "passed: 1.") {
		t.Errorf("when all has run the step's head is %q", head)
	}
}

// The confirmation of an undo does not say how it is undone.
func TestUndoHasNoUndo(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	in := h.declaredWith(t, ana, "reversible")
	page := h.confirmation(t, ana, in, "back")
	if facts := textOf(find(page.doc, ".confirm-facts")[0]); strings.Contains(facts, "Count down") || strings.Contains(facts, "seq 7 7") {
		t.Errorf("the confirmation says %q", facts)
	}
}
