package diagnostics

import (
	"slices"

	"wardroom/internal/config"
	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// A command is shell text, or a query that one built-in program takes whole: SQL is
// psql's, PromQL is promql's. No shell reads a query, so nothing in it can be quoted wrong.

func analyse(policy shell.Policy, c playbooks.Command) shell.Analysis {
	switch c.Kind {
	case playbooks.SQL:
		return shell.AnalyseSQL(c.Text)
	case playbooks.PromQL:
		return shell.AnalysePromQL(c.Text)
	default:
		return policy.Analyse(c.Text)
	}
}

func bindValues(policy shell.Policy, c playbooks.Command, values map[string]string) (shell.Bound, error) {
	switch c.Kind {
	case playbooks.SQL:
		return policy.BindSQL(c.Text, values)
	case playbooks.PromQL:
		return policy.BindPromQL(c.Text, values)
	default:
		return policy.Bind(c.Text, values)
	}
}

// database is the alias that a SQL command goes to: the one its fence names, else the
// environment's first.
func (p *Plan) database() string {
	switch listed := p.Environment.Postgres; {
	case p.Command.Kind != playbooks.SQL || len(listed) == 0:
		return ""
	case p.Command.Database == "":
		return listed[0].Alias
	default:
		i := slices.IndexFunc(listed, func(c config.Postgres) bool { return c.Alias == p.Command.Database })
		if i < 0 {
			return ""
		}
		return p.Command.Database
	}
}

// nowhere says why a query has nowhere to go, or "".
func (p *Plan) nowhere() string {
	switch p.Command.Kind {
	case playbooks.Shell:
		return ""
	case playbooks.SQL:
		switch {
		case p.database() != "":
			return ""
		case p.Command.Database != "":
			return "Environment " + p.Environment.Name + " lists no database " + p.Command.Database + "."
		}
		return "Environment " + p.Environment.Name + " lists no database."
	case playbooks.PromQL:
		if p.Environment.Prometheus != "" {
			return ""
		}
		return "Environment " + p.Environment.Name + " lists no Prometheus."
	default:
		return p.Command.Kind + " can't be run from here: copy it, run it elsewhere and mark the step done."
	}
}

// direct fills in how a query starts.
func (p *Plan) direct(spec *supervisor.Spec) {
	switch p.Command.Kind {
	case playbooks.SQL:
		spec.Argv = []string{"psql", "-X", "-h", p.database(), "-c", p.Text}
		spec.Params = p.bound.Params
	case playbooks.PromQL:
		spec.Argv = []string{"promql", p.Text}
	}
}
