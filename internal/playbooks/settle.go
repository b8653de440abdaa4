package playbooks

import (
	"slices"
	"strings"

	"wardroom/internal/shell"
)

// settleKinds decides what the names of some sections leave open. "Immediate actions" that only look are no
// resolution, and neither is a "Playbook" or "Steps" that a diagnosis of what they showed follows.
func (r *reader) settleKinds() {
	all := r.playbook.Sections
	for i := range all {
		s := &all[i]
		if s.Kind != Resolution {
			continue
		}
		name := words(withoutParentheses(s.Title))
		first := len(name) > 1 && firstWords[name[0]] && onlyLooks(s)
		gathers := procedures[strings.Join(name, " ")] && onlyLooksOrNothing(s) &&
			slices.ContainsFunc(all[i+1:], func(later Section) bool { return later.Kind == Diagnosis })
		if first || gathers {
			s.Kind = Diagnosis
		}
	}
}

var (
	firstWords = wordsOf("immediate initial first")
	procedures = wordsOf("playbook runbook procedure steps")
)

// onlyLooks reports commands of which each is a read.
func onlyLooks(s *Section) bool {
	return onlyLooksOrNothing(s) && slices.ContainsFunc(s.Steps, func(step Step) bool { return !step.Manual })
}

// onlyLooksOrNothing reports that no command does more than read.
func onlyLooksOrNothing(s *Section) bool {
	for _, step := range s.Steps {
		for _, b := range step.Blocks {
			if b.Command != nil && b.Command.Runnable() && riskOf(b.Command) != shell.Read {
				return false
			}
		}
	}
	return true
}

func riskOf(c *Command) shell.Risk {
	switch c.Kind {
	case SQL:
		return shell.AnalyseSQL(c.Text).Risk
	case PromQL:
		return shell.AnalysePromQL(c.Text).Risk
	}
	return shell.Policy{}.Analyse(c.Text).Risk
}
