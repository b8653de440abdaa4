package diagnostics

import (
	"context"
	"fmt"

	"wardroom/internal/errs"
	"wardroom/internal/shell"
)

// Inventory knows what an environment has right now.
type Inventory interface {
	// Covers says whether the environment can be asked for what the label names. It is
	// called for every command of a page and must not wait for anybody.
	Covers(environment, label string) bool
	// Has says whether the environment has a thing of that name now. An error's message is
	// shown to people.
	Has(ctx context.Context, environment, label, value string) (bool, error)
	// Orphans lists which pods or jobs of these names or, without any, of these labels
	// nothing would bring back. An error's message is shown to people.
	Orphans(ctx context.Context, environment, kind, namespace string, names []string, labels string) ([]string, error)
}

// foreign is a value from an alert that is in no list of the environment. Labels are
// hostile: before it fills a change the inventory must have it (EXECUTION.md 6).
type foreign struct {
	Value
	label string // what the value is the name of: pod, service; may be empty
}

// unlisted refuses a change with a foreign value that the inventory can't be asked for.
func (p *Plan) unlisted(inventory Inventory) string {
	if p.Risk == shell.Read {
		return ""
	}
	for _, v := range p.hostile {
		if inventory == nil || !inventory.Covers(p.Environment.Name, v.label) {
			return fmt.Sprintf("%s=%q comes from the alert, and environment %s does not list it among the values that a change may use.", v.Name, v.Value.Value, p.Environment.Name)
		}
	}
	return ""
}

// ask refuses a change with a foreign value that the inventory does not have. Commands
// are shown without: a page must not wait for a cluster, nor the cluster for every page.
func (p *Plan) ask(ctx context.Context, inventory Inventory) {
	if p.Risk == shell.Read || len(p.Missing) > 0 {
		return
	}
	for _, v := range p.hostile {
		if p.Refused != "" {
			return
		}
		there, err := inventory.Has(ctx, p.Environment.Name, v.label, v.Value.Value)
		switch {
		case err != nil:
			p.Refused = fmt.Sprintf("%s=%q comes from the alert, and nobody knows whether it is there. %s", v.Name, v.Value.Value, errs.Message(err))
		case !there:
			p.Refused = fmt.Sprintf("%s=%q comes from the alert. Environment %s neither has a %s of that name now nor lists it among the values that a change may use.",
				v.Name, v.Value.Value, p.Environment.Name, v.label)
		}
	}
}
