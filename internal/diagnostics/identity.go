package diagnostics

import (
	"regexp"
	"slices"

	"wardroom/internal/authz"
	"wardroom/internal/config"
	"wardroom/internal/shell"
)

// actFlags tell a program of the cluster whom to act as. Commands may not give them: the
// tables of internal/shell refuse them.
var actFlags = map[string]struct{ user, group string }{
	"kubectl": {"--as=", "--as-group="},
	"oc":      {"--as=", "--as-group="},
	"helm":    {"--kube-as-user=", "--kube-as-group="},
}

// login is what may stand behind "wardroom:" in a cluster: it travels in a header, and
// stands in roles and audit logs.
var login = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@+-]{0,200}$`)

func impersonates(env config.Environment) bool {
	return env.Kubernetes != nil && env.Kubernetes.Impersonate
}

// identify says whom the cluster sees when the actor runs something, EXECUTION.md 10.
// Where it can see no such person nothing runs: it would be Wardroom's own deed.
func (p *Plan) identify(actor authz.Actor) {
	if !impersonates(p.Environment) {
		return
	}
	if !login.MatchString(actor.Login) {
		if p.Refused == "" {
			p.Refused = "In environment " + p.Environment.Name + " each person acts under their own name, and yours can be no name in its cluster."
		}
		return
	}
	p.identity = "wardroom:" + actor.Login
	if slices.ContainsFunc(p.Analysis.Programs, func(name string) bool { _, acts := actFlags[name]; return acts }) {
		p.ActsAs = p.identity
	}
}

// policy is the environment's, with whom its programs act as.
func (p *Plan) policy() shell.Policy {
	policy := PolicyOf(p.Environment)
	if !impersonates(p.Environment) {
		return policy
	}
	for i, program := range policy.Programs {
		flags, acts := actFlags[program.Name]
		if !acts {
			continue
		}
		args := append(slices.Clone(program.Args), flags.user+p.identity)
		for _, group := range p.Environment.Kubernetes.Groups {
			args = append(args, flags.group+group)
		}
		policy.Programs[i].Args = args
	}
	return policy
}
