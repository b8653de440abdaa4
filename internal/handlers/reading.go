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
// its programs, by the gravest of them. It is Unknown when nobody knows.
func (s *Server) reading(command *playbooks.Command) shell.Analysis {
	var a shell.Analysis
	switch command.Kind {
	case playbooks.Shell:
		a = shell.Policy{Platform: command.Platform}.Analyse(command.Text)
		if permitted, found := s.permitted(command); a.Risk == shell.Unknown && found {
			a = permitted
		}
	case playbooks.SQL:
		a = shell.AnalyseSQL(command.Text)
	case playbooks.PromQL:
		a = shell.AnalysePromQL(command.Text)
	default:
		return shell.Analysis{Why: "it is shown, not run"}
	}
	if command.Raise != nil && *command.Raise > a.Risk {
		a.Risk, a.Why = *command.Raise, "the author says so"
	}
	return a
}

func (s *Server) permitted(command *playbooks.Command) (gravest shell.Analysis, found bool) {
	for _, env := range s.Environments.Environments {
		if command.Platform != shell.Any && command.Platform != shell.Platform(env.Platform) {
			continue
		}
		a := diagnostics.PolicyOf(env).Analyse(command.Text)
		if a.Risk != shell.Unknown && (!found || a.Risk > gravest.Risk) {
			gravest, found = a, true
		}
	}
	return gravest, found
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
