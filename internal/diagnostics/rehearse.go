package diagnostics

import (
	"maps"
	"slices"

	"wardroom/internal/config"
	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
)

// Rehearse is the plan of a command outside any incident, as it would be bound and classed with what is typed and the environment's
// variables, and the placeholders that it has. It can't be run, and secrets stay masks. An environment that has only a platform is one
// that nobody chose yet.
func Rehearse(env config.Environment, command playbooks.Command, typed map[string]string) (p Plan, blanks []shell.Param) {
	p = Plan{Environment: env, Command: command, Text: command.Text}
	policy := PolicyOf(env)
	p.Analysis = analyse(policy, command)
	blanks = p.Analysis.Params
	if len(blanks) > 0 && len(typed)+len(env.Variables) > 0 {
		p.resolve(policy, variablesOf(env).with(typed))
	}
	return p, blanks
}

// Filler is a variable of an environment that fills a placeholder.
type Filler struct {
	Name  string
	Fixed bool
}

// FillerOf finds it; ok is false when the environment has none.
func FillerOf(env config.Environment, p shell.Param) (f Filler, ok bool) {
	var all []named[Filler]
	for _, name := range slices.Sorted(maps.Keys(env.Variables)) {
		if v := env.Variables[name]; v.Fixed || v.Value != "" {
			all = append(all, byName(name, Filler{name, v.Fixed}))
		}
	}
	return find(all, p)
}
