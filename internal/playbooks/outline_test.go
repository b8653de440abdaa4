package playbooks_test

import (
	"fmt"
	"strings"
	"testing"

	"wardroom/internal/playbooks"
)

// parse reads one file and fails the test when there is an error.
func parse(t *testing.T, source string) []playbooks.Playbook {
	t.Helper()
	all, err := playbooks.Parse("alerts/example.md", source)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// outline writes a playbook as its author would sketch it: sections, numbered
// steps, "$" for commands, ">" for text.
func outline(p playbooks.Playbook) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s (%s)\n", p.Title, p.ID)
	if len(p.Alerts) > 0 {
		fmt.Fprintf(&b, "alerts %s\n", strings.Join(p.Alerts, " "))
	}
	for _, s := range p.Sections {
		fmt.Fprintf(&b, "%s: %s\n", s.Kind, s.Title)
		if s.Text != "" {
			fmt.Fprintf(&b, "  > %s\n", oneLine(s.Text))
		}
		for _, step := range s.Steps {
			manual := ""
			if step.Manual {
				manual = " (manual)"
			}
			fmt.Fprintf(&b, "  %d. %s [%s] L%d%s\n", step.Number, step.Title, step.ID, step.Line, manual)
			for _, block := range step.Blocks {
				b.WriteString(describe(block))
			}
		}
	}
	for _, q := range p.Problems {
		fmt.Fprintf(&b, "! %d: %s\n", q.Line, q.Message)
	}
	return b.String()
}

func describe(b playbooks.Block) string {
	switch {
	case b.Directive != nil:
		return fmt.Sprintf("     %% %s L%d\n", b.Directive.Name, b.Directive.Line)
	case b.Command == nil:
		return fmt.Sprintf("     > %s\n", oneLine(b.Text))
	}
	c := b.Command
	mark := "$"
	if c.Kind != playbooks.Shell {
		mark = c.Kind + c.Language
	}
	caption := ""
	if c.Caption != "" {
		caption = "  # " + c.Caption
	}
	return fmt.Sprintf("     %s %s%s (%s L%d)\n", mark, oneLine(c.Text), caption, c.Platform, c.Line)
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", "⏎") }
