package supervisor

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sys/unix"

	"wardroom/demo/octollm/control"
)

// fault is something that can be broken on purpose, and mended by what a responder would do.
type fault struct {
	name, effect, cure string
	victim             string // the service that it breaks and whose restart mends it
	breaks             func(s *Supervisor, victim *part) error
}

func faults() []fault {
	return []fault{{
		name: "arm-crash", victim: "coder-arm", breaks: (*Supervisor).crash,
		effect: "coder-arm runs into a bug and crashes; tasks for it fail", cure: "octollm restart coder-arm",
	}}
}

// crash sends the signal on which an arm runs into its bug.
func (s *Supervisor) crash(victim *part) error {
	victim.mu.Lock()
	process := victim.process
	victim.mu.Unlock()
	target, ok := process.(interface{ Signal(sig unix.Signal) error })
	if !ok || victim.status().State != control.Running {
		return errors.New(victim.name + " does not run")
	}
	if err := target.Signal(unix.SIGUSR1); err != nil {
		return err
	}
	<-process.Exited()
	return nil
}

func (s *Supervisor) listFaults() []control.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []control.Fault
	for _, f := range faults() {
		list = append(list, control.Fault{Name: f.name, On: s.faults[f.name], Effect: f.effect, Cure: f.cure})
	}
	return list
}

// setFault breaks, or mends the way the cure does. Breaking twice is breaking once.
func (s *Supervisor) setFault(ctx context.Context, name string, on bool) (control.Fault, error) {
	all := faults()
	i := slices.IndexFunc(all, func(f fault) bool { return f.name == name })
	if i < 0 {
		return control.Fault{}, errUnknown("fault", name)
	}
	f := all[i]
	victim, _ := s.find(f.victim)
	s.mu.Lock()
	was := s.faults[name]
	s.mu.Unlock()
	var err error
	switch {
	case on && !was:
		if err = f.breaks(s, victim); err == nil {
			s.mark(name, true)
		}
	case !on && was:
		err = s.restart(ctx, victim)
	}
	return control.Fault{Name: f.name, On: on, Effect: f.effect, Cure: f.cure}, err
}

// restart restarts the part, which mends what broke it.
func (s *Supervisor) restart(ctx context.Context, p *part) error {
	if err := p.restart(ctx); err != nil {
		return err
	}
	for _, f := range faults() {
		if f.victim == p.name {
			s.mark(f.name, false)
		}
	}
	return nil
}

func (s *Supervisor) mark(name string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[name] = on
}
