package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// move is what the button posts that moves the step, "" when there is none.
func (a answer) move(way, title string) string {
	for _, button := range find(a.doc, "button[name=move]") {
		if value := valueOf(button); strings.HasPrefix(value, way) && strings.HasSuffix(value, title) {
			return value
		}
	}
	return ""
}

func valueOf(n *html.Node) string {
	value, _ := attr(n, "value")
	return value
}

// A step changes places with its neighbour in the text, without a script; what was done can be undone, and nothing is kept.
func TestMovingAStep(t *testing.T) {
	t.Parallel()
	h, _, au := writers(t)
	page := au.get(t, "/playbooks/arm-down/edit").want(t, http.StatusOK)
	if page.move("up", "Count") != "" || page.move("down", "Follow") != "" {
		t.Error("the first step can go up, or the last of its section down")
	}
	down := page.move("down", "Count")
	moved := au.post(t, "/playbooks/move", "path", "arm-down.md", "base", page.field(t, "base"), "source", strings.ReplaceAll(armDown, "\n", "\r\n"), "move", down).want(t, http.StatusOK)
	if got := moved.field(t, "source"); strings.Index(got, "### Step 2: Follow") > strings.Index(got, "### Step 1: Count") || len(got) != len(armDown) {
		t.Errorf("the text is\n%s", got)
	}
	if moved.field(t, "base") != page.field(t, "base") || h.count(t, "SELECT count(*) FROM playbook_drafts") != 0 {
		t.Error("moving kept something, or forgot what the text began from")
	}
	moved.has(t, ".notice", "“Step 1: Count” moved down. Undo")
	undo := valueOf(find(find(moved.doc, ".notice")[0], "button[name=move]")[0])
	back := au.post(t, "/playbooks/move", "path", "arm-down.md", "source", moved.field(t, "source"), "move", undo).want(t, http.StatusOK)
	if back.field(t, "source") != armDown {
		t.Errorf("undone, the text is\n%s", back.field(t, "source"))
	}

	// A button of an older preview moves nothing, and the text is not lost.
	old := au.post(t, "/playbooks/move", "path", "arm-down.md", "source", "\n"+armDown, "move", down).want(t, http.StatusBadRequest)
	old.has(t, ".problems", "not the one of the preview")
	if !strings.Contains(old.field(t, "source"), armDown) {
		t.Error("the text is lost")
	}
	for _, move := range []string{"", "up", "up x y", "left 11 Step 1: Count", "up 99999999999999999999 a"} {
		au.post(t, "/playbooks/move", "path", "arm-down.md", "source", armDown, "move", move).want(t, http.StatusBadRequest)
	}

	// The preview of the version in use is of another text: its steps do not move.
	broken := au.post(t, "/playbooks/validate", "path", "arm-down.md", "source", strings.Replace(armDown, "level: 1", "level: x", 1)).want(t, http.StatusOK)
	broken.has(t, "#preview", "Count")
	if len(find(broken.doc, "button[name=move]")) > 0 {
		t.Error("it offers to move a step of another text")
	}
}
