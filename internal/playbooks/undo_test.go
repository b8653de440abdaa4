package playbooks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What takes a step back is told from what there is to do in it, wherever authors put it.
func TestParseMarksTheUndo(t *testing.T) {
	t.Parallel()
	const change, back = "docker compose stop web", "docker compose start web"
	fence := func(lines ...string) string { return "~~~sh\n" + strings.Join(lines, "\n") + "\n~~~\n\n" }
	for name, tc := range map[string]struct {
		step string
		want []string
	}{
		"a comment above it":          {fence("# Stop it", change) + "*Undo:* start it.\n\n" + fence("# Undo: start it", back), []string{change, "undo " + back}},
		"a comment in the same fence": {fence(change, "# Undo: start both", back, "docker compose start db", "# Look", "docker compose ps"), []string{change, "undo " + back, "undo docker compose start db", "docker compose ps"}},
		"a comment that is the undo":  {fence(change, "# Undo: "+back, "docker compose ps"), []string{change, "docker compose ps"}},
		"inline, on its own line":     {fence(change) + "*Undo:* ~" + back + "~, then wait.\n", []string{change, "undo " + back}},
		"inline, on a later line":     {"Run ~" + change + "~.\n**Undo:** say so,\nthen ~" + back + "~.\n", []string{change, "undo " + back}},
		"inline, in a list item":      {fence(change) + "- Note the time.\n- Undo: ~" + back + "~\n", []string{change, "undo " + back}},
		"a fence in a list item":      {fence(change) + "- Undo: start it\n\n  ~~~sh\n  " + back + "\n  ~~~\n", []string{change, "undo " + back}},
		"a line that announces it":    {fence(change) + "Undo: start it again:\n\n" + fence(back) + fence("kubectl get pods"), []string{change, "undo " + back, "undo kubectl get pods"}},
		"a line before the change":    {"Undo: nothing to undo.\n\n" + fence(change), []string{change}},
		"a word in the text":          {"To undo: that is the question of ~" + change + "~.\n", []string{change}},
		"a step that is an undo":      {"*Undo:* start it.\n\n" + fence("# Undo: start it", back), []string{back}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := parse(t, ticks("# A\n\n## Resolution\n\n### Stop it\n\n"+tc.step))
			var got []string
			for _, b := range all[0].Sections[0].Steps[0].Blocks {
				if b.Command != nil {
					mark := ""
					if b.Command.Undo {
						mark = "undo "
					}
					got = append(got, mark+b.Command.Text)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
		})
	}
}

// In a list of steps the undo belongs to the step above it.
func TestParseMakesNoStepOfTheUndo(t *testing.T) {
	t.Parallel()
	all := parse(t, ticks("# A\n\n## Resolution\n\n1. Stop it: ~docker compose stop web~\n2. Undo: ~docker compose start web~\n3. Look: ~docker compose ps~\n"))
	steps := all[0].Sections[0].Steps
	if len(steps) != 2 || steps[0].Title != "Stop it" || steps[1].Title != "Look" {
		t.Fatalf("steps:\n%s", outline(all[0]))
	}
	blocks := steps[0].Blocks
	if last := blocks[len(blocks)-1].Command; last == nil || !last.Undo || last.Text != "docker compose start web" {
		t.Errorf("the first step's undo is %+v", last)
	}
}
