package diagnostics

import (
	"context"
	"fmt"
	"strings"

	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/shell"
)

// take makes the text the plan's, unless it is the command's as it stands: then nobody has
// typed anything. What an author asked for, a class or a database, stays with an edit.
func (p *Plan) take(text string) {
	if text = tidy(text); text == "" || text == tidy(p.Command.Text) {
		return
	}
	if p.Source = Edited; p.Command.ID == "" {
		p.Source, p.Command = Typed, playbooks.Command{Kind: playbooks.Shell, Platform: shell.Any}
	}
	p.Command.Text, p.Command.Caption = text, ""
}

// tidy takes off what a text field adds.
func tidy(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// adhoc is the worst class of command that people may type in the environment themselves;
// ok is false when they may type none. What the file does not say is not permitted.
func adhoc(env config.Environment) (ceiling shell.Risk, ok bool) {
	switch env.Adhoc {
	case "read":
		return shell.Read, true
	case "change":
		return shell.Change, true
	}
	return shell.Read, false
}

// Adhoc says in one sentence what people may type in the environment themselves; ok is
// false when that is nothing.
func Adhoc(env config.Environment) (says string, ok bool) {
	switch ceiling, may := adhoc(env); {
	case env.Name == "":
		return "The incident has no environment to run commands in.", false
	case !may:
		return "Environment " + env.Name + " takes only what its playbooks say: there, nobody types a command of their own.", false
	case ceiling == shell.Read:
		return "In environment " + env.Name + " people type commands that only read.", true
	default:
		return "In environment " + env.Name + " people type commands that read or change.", true
	}
}

// forbidden says why people may not type this themselves, or "". It is a bound of its own:
// whatever a playbook's command may, a person's own text never destroys.
func (p *Plan) forbidden() string {
	if p.Source == FromPlaybook {
		return ""
	}
	ceiling, may := adhoc(p.Environment)
	says, _ := Adhoc(p.Environment)
	switch {
	case !may:
		return says
	case p.Risk >= shell.Interactive: // nobody may, and the reason is another
		return ""
	case p.Risk == shell.Destroy:
		return "What destroys runs only as a playbook has it: " + p.Analysis.Why
	case p.Risk > ceiling:
		return fmt.Sprintf("%s This is a %s: %s", says, p.Risk, p.Analysis.Why)
	case p.Analysis.Discloses && ceiling == shell.Read:
		return fmt.Sprintf("%s This may show secrets: %s", says, p.Analysis.Why)
	}
	return ""
}

// leastLeak is the length in bytes of the shortest secret that nobody types by chance.
// Where the password is a word, commands must still be able to hold that word.
const leastLeak = 12

// Look tells what the request would run, while somebody is still typing: without asking
// the inventory. What is typed is recorded and shown, so it may hold no secret of the
// environment.
func (s *Service) Look(ctx context.Context, planner *Planner, book playbooks.Playbook, req Request) (Plan, error) {
	plan, err := planner.Plan(book, req)
	if err != nil || plan.Source == FromPlaybook || plan.Refused != "" {
		return plan, err
	}
	spec, err := s.spec(plan, Run{IncidentID: plan.IncidentID})
	if err != nil {
		return plan, err
	}
	for _, leak := range s.secrets(ctx, plan, spec).Find(plan.Command.Text) {
		if leak.To-leak.From >= leastLeak {
			plan.Refused = "It holds a secret, which would be recorded: " + leak.Mask + ". Write a placeholder such as <password> instead: its value is asked for and kept nowhere."
			break
		}
	}
	return plan, nil
}

// elsewhere tells people what to do with a command that can't be started here.
func (p *Plan) elsewhere() string {
	if p.Source == FromPlaybook {
		return "Copy it, do it elsewhere and mark the step done: "
	}
	return "Copy it and do it elsewhere: "
}

// maxTyped is how many of a person's own texts are remembered for them.
const maxTyped = 50

// TypedTexts are what the actor has typed and run in the incident, each once, the newest
// first.
func (s *Service) TypedTexts(ctx context.Context, planner *Planner) ([]string, error) {
	actor, err := authz.Require(ctx, authz.RunCommands)
	if err != nil {
		return nil, err
	}
	texts, err := s.db.TypedTexts(ctx, dbgen.TypedTextsParams{IncidentID: planner.room.ID, StartedBy: actor.ID, MaxRows: maxTyped})
	return texts, postgres.MapError(err)
}
