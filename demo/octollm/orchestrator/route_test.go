package orchestrator

import (
	"errors"
	"testing"

	"wardroom/demo/octollm/arm"
)

func TestEveryInventedGoalHasAnArm(t *testing.T) {
	t.Parallel()
	served := map[string]bool{}
	for _, goal := range goals {
		c, score, err := route(goal, capabilities())
		if err != nil || score == 0 {
			t.Errorf("%q: %v", goal, err)
		}
		served[c.Name] = true
	}
	for _, kind := range arm.Kinds() {
		if !served[kind.Name] {
			t.Errorf("no goal is for %s", kind.Name)
		}
	}
}

func TestRouteTakesTheBestArmOrNone(t *testing.T) {
	t.Parallel()
	if c, score, err := route("Find the BUG in this function", capabilities()); err != nil || c.Name != "coder-arm" || score != 2 {
		t.Errorf("routed to %s with %d, %v", c.Name, score, err)
	}
	if _, _, err := route("sing", capabilities()); !errors.Is(err, errNoArm) {
		t.Errorf("a goal for nobody: %v", err)
	}
	if _, _, err := route("find", nil); !errors.Is(err, errNoArm) {
		t.Errorf("without arms: %v", err)
	}
}

func capabilities() []arm.Capability {
	var all []arm.Capability
	for _, kind := range arm.Kinds() {
		all = append(all, arm.Capability{Name: kind.Name, Domain: kind.Domain, Keywords: kind.Keywords})
	}
	return all
}
