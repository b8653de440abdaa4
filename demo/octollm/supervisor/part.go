package supervisor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"wardroom/demo/octollm/control"
)

// running is a process that was started.
type running interface {
	PID() int
	Exited() <-chan struct{}
	Stop(ctx context.Context) error
}

// part is one process that is kept, over its restarts.
type part struct {
	name string
	log  string // path of its log
	// launch starts the process and returns when it answers, at address.
	launch func(ctx context.Context) (process running, address string, err error)

	starting sync.Mutex // one start or end at a time

	mu      sync.Mutex // guards what follows
	process running
	state   control.Service
}

func newPart(name, log string, launch func(context.Context) (running, string, error)) *part {
	return &part{name: name, log: log, launch: launch, state: control.Service{Name: name, State: control.Exited, Since: time.Now()}}
}

// start launches the process; what it was before must have ended.
func (p *part) start(ctx context.Context) error {
	p.starting.Lock()
	defer p.starting.Unlock()
	return p.run(ctx)
}

func (p *part) run(ctx context.Context) error {
	p.set(func(s *control.Service) { s.State, s.Since = control.Starting, time.Now() })
	process, address, err := p.launch(ctx)
	if err != nil {
		p.set(func(s *control.Service) { s.State, s.Since, s.LastExit = control.Exited, time.Now(), "did not start" })
		return fmt.Errorf("%s: %w", p.name, err)
	}
	p.mu.Lock()
	p.process = process
	p.mu.Unlock()
	p.set(func(s *control.Service) {
		s.State, s.Since, s.PID, s.Address = control.Running, time.Now(), process.PID(), address
	})
	return nil
}

// restart ends the process if it runs and starts it again.
func (p *part) restart(ctx context.Context) error {
	p.starting.Lock()
	defer p.starting.Unlock()
	if err := p.end(ctx); err != nil {
		return err
	}
	if err := p.run(ctx); err != nil {
		return err
	}
	p.set(func(s *control.Service) { s.Restarts++ })
	return nil
}

// stop ends the process.
func (p *part) stop(ctx context.Context) error {
	p.starting.Lock()
	defer p.starting.Unlock()
	return p.end(ctx)
}

func (p *part) end(ctx context.Context) error {
	p.status() // notices an end that came before
	p.mu.Lock()
	process := p.process
	p.process = nil
	p.mu.Unlock()
	if process == nil {
		return nil
	}
	err := process.Stop(ctx)
	p.set(func(s *control.Service) {
		if s.State == control.Running {
			s.State, s.Since, s.PID, s.LastExit = control.Exited, time.Now(), 0, "stopped"
		}
	})
	return err
}

func (p *part) set(change func(*control.Service)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.state)
}

// status says how the part is now. A process that has ended by itself is noticed here.
func (p *part) status() control.Service {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.process == nil || p.state.State != control.Running {
		return p.state
	}
	select {
	case <-p.process.Exited():
		p.state.State, p.state.Since, p.state.PID, p.state.LastExit = control.Exited, time.Now(), 0, ending(p.process)
	default:
	}
	return p.state
}

// ending says how a process ended by itself, when that is known.
func ending(process running) string {
	if teller, ok := process.(interface{ Ended() string }); ok {
		return teller.Ended()
	}
	return "ended"
}
