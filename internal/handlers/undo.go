package handlers

import (
	"cmp"
	"context"
	"strings"
	"unicode"

	"wardroom/internal/diagnostics"
	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
	"wardroom/views"
)

// takesBack is what the author says of taking the plan's command back, and the commands
// for it in this environment, with the same values. Of an undo itself nothing is said.
func (s *Server) takesBack(ctx context.Context, plan diagnostics.Plan, req diagnostics.Request) (says string, commands []string, err error) {
	if plan.Command.Undo {
		return "", nil, nil
	}
	undos := undoCommands(plan)
	if len(undos) == 0 {
		return capital(undo(plan.Step.Text)), nil, nil
	}
	planner, err := s.Diagnostics.Planner(ctx, req.Incident)
	if err != nil {
		return "", nil, err
	}
	book, err := s.Incidents.Snapshot(ctx, plan.IncidentID, req.Attached)
	if err != nil {
		return "", nil, err
	}
	besides := plan.Step.Text
	for _, command := range undos {
		back, err := planner.Plan(book, diagnostics.Request{Attached: req.Attached, Step: req.Step, Command: command.ID, Values: req.Values})
		if err != nil {
			return "", nil, err
		}
		commands = append(commands, views.Visible(back.Text))
		besides = strings.ReplaceAll(besides, "`"+command.Text+"`", "")
	}
	if strings.ContainsFunc(undo(besides), unicode.IsLetter) { // the line says more than the command
		says = capital(undo(plan.Step.Text))
	}
	return says, commands, nil
}

// commonUndo is what is known of taking such a change back, whoever wrote it.
func commonUndo(plan diagnostics.Plan) string {
	says := diagnostics.PolicyOf(plan.Environment).TakenBack(plan.Text)
	if plan.Command.Kind == playbooks.SQL {
		says = shell.TakenBackSQL(plan.Text)
	}
	if len(says) == 0 {
		return "Nobody has written down how to take this back: find the way back first."
	}
	return strings.Join(says, " ")
}

// undoCommands are those of the plan's step that take it back in its environment.
func undoCommands(plan diagnostics.Plan) (all []*playbooks.Command) {
	for _, block := range plan.Step.Blocks {
		if block.Command != nil && block.Command.Undo && !elsewhere(block.Command, plan.Environment.Platform) {
			all = append(all, block.Command)
		}
	}
	return all
}

// asUndo is the command as it stands under the card's label, which says the word already.
func asUndo(v views.Command) views.Command {
	v.Caption = cmp.Or(capital(undo(v.Caption)), v.Caption)
	return v
}

// undo finds the author's *Undo:* line in the step's text.
func undo(markdown string) string {
	for line := range strings.Lines(markdown) {
		plain := strings.NewReplacer("*", "", "_", "", "`", "").Replace(strings.TrimSpace(line))
		if rest, ok := strings.CutPrefix(strings.TrimLeft(plain, "- "), "Undo:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}
