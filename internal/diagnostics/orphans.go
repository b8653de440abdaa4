package diagnostics

import (
	"context"
	"maps"
	"strings"

	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/shell"
)

// weigh looks whether something brings back what the plan deletes: a pod or job without an
// owner is lost, and losing it is asked for like everything that destroys. Commands are
// shown without, like ask.
func (p *Plan) weigh(ctx context.Context, inventory Inventory) {
	if p.Refused != "" || p.Risk != shell.Change || p.Command.Kind != playbooks.Shell || len(p.Missing) > 0 {
		return
	}
	for _, d := range p.policy().Deletions(p.Text, maps.Collect(p.variables())) {
		if d.Later || inventory == nil || !inventory.Covers(p.Environment.Name, d.Kind) {
			p.Doubts = append(p.Doubts, "Nobody has looked whether the "+d.Kind+" has an owner that makes it again.")
			continue
		}
		orphans, err := inventory.Orphans(ctx, p.Environment.Name, d.Kind, d.Namespace, d.Names, d.Selector)
		switch {
		case err != nil:
			p.raise("it deletes a " + d.Kind + ", and nobody knows whether an owner makes it again: " + errs.Message(err))
		case len(orphans) > 0:
			p.raise("nothing brings back the " + d.Kind + " " + strings.Join(orphans, ", ") + ": it has no owner that makes it again")
		}
	}
}

// raise makes the plan one that destroys.
func (p *Plan) raise(why string) {
	p.Risk, p.Analysis.Why = shell.Destroy, why
	p.Refused = p.unapproved()
	p.Hash = p.hash()
}
