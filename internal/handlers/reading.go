package handlers

import (
	"slices"
	"strconv"
	"strings"

	"wardroom/internal/diagnostics"
	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
	"wardroom/views"
)

// reading classes a command outside any incident: as it reads by itself, or else by what the environments that it may run in say of
// its programs, by the gravest of them. It is Unknown when nobody knows. The placeholders that it has come with it.
func (s *Server) reading(command *playbooks.Command, with *rehearsal) (plan diagnostics.Plan, blanks []shell.Param) {
	if !command.Runnable() {
		return diagnostics.Plan{Command: *command, Text: command.Text, Analysis: shell.Analysis{Why: "it is shown, not run"}}, nil
	}
	plan, blanks = diagnostics.Rehearse(with.where(command), *command, with.typed)
	if plan.Analysis.Risk == shell.Unknown && command.Kind == playbooks.Shell && !with.chosen {
		plan = s.permitted(plan, with.typed)
	}
	if command.Raise != nil && *command.Raise > plan.Analysis.Risk {
		plan.Analysis.Risk, plan.Analysis.Why = *command.Raise, "the author says so"
	}
	return plan, blanks
}

// permitted is the gravest that an environment makes of the command, or what is known of it by itself.
func (s *Server) permitted(alone diagnostics.Plan, typed map[string]string) diagnostics.Plan {
	gravest := alone
	for _, env := range s.Environments.Environments {
		if alone.Command.Platform != shell.Any && alone.Command.Platform != shell.Platform(env.Platform) {
			continue
		}
		env.Variables = nil // nobody chose it, so that they fill nothing
		p, _ := diagnostics.Rehearse(env, alone.Command, typed)
		if risk := p.Analysis.Risk; risk != shell.Unknown && (gravest.Analysis.Risk == shell.Unknown || risk > gravest.Analysis.Risk) {
			gravest = p
		}
	}
	return gravest
}

// readCommand shows a command that is only read; with is nil unless somebody writes it.
func (s *Server) readCommand(command *playbooks.Command, with *rehearsal) views.Command {
	explain := with != nil
	if !explain {
		with = &rehearsal{}
	}
	plan, blanks := s.reading(command, with)
	v := views.Command{
		Key: command.ID, Caption: command.Caption, Kind: command.Kind, Segments: openSegments(command.Text), Text: plan.Text,
		Risk: riskWord(command, plan.Analysis), Why: plan.Analysis.Why, Hints: hints(command, plan.Analysis, explain),
	}
	if explain {
		s.note(with, plan, blanks)
	}
	switch {
	case plan.Refused == "" && len(plan.Values)+len(plan.Missing) > 0:
		v.Segments = segments(plan)
	case plan.Refused != "":
		v.Hints = append([]views.Hint{{Icon: "ban", Text: capital(plan.Refused)}}, v.Hints...)
	}
	return v
}

// riskWord is what stands on the card: nothing for what is not run, and while it depends on values that only an incident brings.
func riskWord(command *playbooks.Command, a shell.Analysis) string {
	if command.Kind == playbooks.LogQL || command.Kind == playbooks.Reference || a.Risk == shell.Unknown && len(a.Params) > 0 {
		return ""
	}
	return a.Risk.String()
}

// hints say why a command has its class, and for whoever writes it also what fills its blanks and where it stands.
func hints(command *playbooks.Command, a shell.Analysis, explain bool) []views.Hint {
	var all []views.Hint
	if a.Why != "" && (explain || a.Risk != shell.Read) && command.Kind != playbooks.Reference {
		all = append(all, views.Hint{Icon: "info", Text: strings.TrimPrefix(strings.ToUpper(riskWord(command, a))+": ", ": ") + a.Why})
	}
	if !explain {
		return all
	}
	if a.Discloses {
		all = append(all, views.Hint{Icon: "key-round", Text: "its output may hold secrets"})
	}
	for _, p := range a.Params {
		all = append(all, views.Hint{Icon: "pencil", Text: p.Text + " " + filledBy(p)})
	}
	if a.Refused != "" && a.Refused != a.Why {
		all = append(all, views.Hint{Icon: "ban", Text: a.Refused})
	}
	return append(all, views.Hint{Icon: "file-text", Text: "L" + strconv.Itoa(command.Line) + attributesOf(command)})
}

func filledBy(p shell.Param) string {
	switch {
	case p.Secret:
		return "is a secret that whoever runs it types"
	case p.Label != "":
		return "is filled from the label " + p.Label
	default:
		return "is a field in the form"
	}
}

func attributesOf(command *playbooks.Command) string {
	var all []string
	if command.Platform != shell.Any {
		all = append(all, string(command.Platform))
	}
	if command.Timeout > 0 {
		all = append(all, "at most "+views.Took(command.Timeout))
	}
	if command.Database != "" {
		all = append(all, "database "+command.Database)
	}
	return strings.Join(slices.Insert(all, 0, ""), ", ")
}
