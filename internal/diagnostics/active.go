package diagnostics

import (
	"github.com/google/uuid"

	"wardroom/internal/errs"
	"wardroom/internal/supervisor"
)

// activeRun is a run of this process, from before its row exists until its end is
// recorded. Stop and Close reach it here, whether its child has started yet or not.
type activeRun struct {
	child  *supervisor.Child
	stopBy string // who asked first to stop it
}

// enter counts a deed that Close waits for. It is refused once the service is closing.
func (s *Service) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errs.New(errs.Unavailable, "Wardroom is shutting down: nothing is started any more.")
	}
	s.runs.Add(1)
	return nil
}

func (s *Service) leave() { s.runs.Done() }

func (s *Service) expect(id uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active[id] = &activeRun{}
}

func (s *Service) forget(id uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.active, id)
}

// adopt remembers the child of an expected run, and stops it when that was asked for
// while it started.
func (s *Service) adopt(id uuid.UUID, child *supervisor.Child) {
	s.mu.Lock()
	defer s.mu.Unlock()
	run := s.active[id]
	run.child = child
	if s.closed || run.stopBy != "" {
		child.Stop()
	}
}

// ask notes who wants the run stopped, before anything else knows: from now on it does not
// begin. false when it is no run of this process, or has ended.
func (s *Service) ask(id uuid.UUID, by string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	run := s.active[id]
	if run != nil && run.stopBy == "" {
		run.stopBy = by
	}
	return run != nil
}

// halt stops the process of the run, when it has one.
func (s *Service) halt(id uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if run := s.active[id]; run != nil && run.child != nil {
		run.child.Stop()
	}
}

// haltedBy tells who asked to stop the run, and whether the service stops all of them.
func (s *Service) haltedBy(id uuid.UUID) (by string, closing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if run := s.active[id]; run != nil {
		by = run.stopBy
	}
	return by, s.closed
}

// haltAll stops every run and lets no other begin.
func (s *Service) haltAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, run := range s.active {
		if run.child != nil {
			run.child.Stop()
		}
	}
}
