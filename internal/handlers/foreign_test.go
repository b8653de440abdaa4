package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/internal/authz"
)

// An alert is foreign text: what would act on the page is written out, and what would push
// everything else out of sight is cut.
func TestForeignTextStaysInItsPlace(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	id := h.fired(t, "Ctl\x1b[31m\u202egnp")
	h.exec(t, "UPDATE symptoms SET service = repeat('S', 4000), value = repeat('V', 15000) WHERE id = $1", id)
	b := h.browser(t, ana)
	board := b.get(t, "/").want(t, http.StatusOK)
	board.has(t, "#dashboard-symptoms", "Ctl<U+001B>[31m<U+202E>gnp")
	for _, cell := range []string{"c-service", "c-value"} {
		for _, td := range find(board.doc, "."+cell) {
			if text := strings.TrimSpace(textOf(td)); len([]rune(text)) > 100 {
				t.Errorf("%s is %d characters long", cell, len([]rune(text)))
			}
		}
	}
	must(t, h.incidents.AddNote(as(t, ana), h.declared(t, ana).Number, "watch \u202eevil"))
	b.get(t, "/incidents/1").has(t, "#timeline", "watch <U+202E>evil")
}

// What a command hides is written out wherever the command stands, and in what *Copy* takes.
func TestACommandsHiddenCharactersAreShown(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ana := h.person(t, "Ana", authz.Responder)
	h.declaredWith(t, ana, "hidden")
	b := h.browser(t, ana)
	for _, path := range []string{"/incidents/1", "/playbooks/hidden", "/incidents/1/review"} {
		a := b.get(t, path).want(t, http.StatusOK)
		if strings.ContainsRune(a.body, '\u202e') {
			t.Errorf("%s has the character itself", path)
		}
	}
	b.get(t, "/incidents/1").has(t, ".cmd", "a<U+202E>b")
}

const hidden = "# Hidden\n\n## Diagnosis\n\n### Look\n\n```sh\n# says\u202e it\necho a\u202eb\n```\n"
