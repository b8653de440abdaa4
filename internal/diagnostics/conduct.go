package diagnostics

import (
	"context"
	"fmt"

	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/redact"
	"wardroom/internal/supervisor"
	"wardroom/internal/timeline"
)

// conduct takes an inserted run to its end: it claims it, starts its process, records what
// that says and how it ended. Whatever happens on the way, the run becomes final, unless
// the service gives up first; then Recover finds it. started gets the run once it runs, or
// has failed to.
func (s *Service) conduct(ctx context.Context, p Plan, run Run, started chan<- Run) {
	defer s.forget(run.ID)
	child, secrets, failure := s.spawn(ctx, p, run)
	if child == nil {
		started <- s.conclude(ctx, run, failure)
		return
	}
	s.adopt(run.ID, child)
	marked, err := s.markRunning(ctx, p, run, child)
	if err != nil {
		// Somebody has declared the run ended, or we are giving up: it must not go on.
		s.log.ErrorContext(ctx, "run is not marked as running and is stopped", "run_id", run.ID, "err", err)
		child.Stop()
		marked = run
	}
	started <- marked
	s.conclude(ctx, marked, s.record(ctx, marked, secrets, child.Events()))
}

// spawn claims the run and starts its process, and says what may not be seen of it.
// Without a child, the ending says why.
func (s *Service) spawn(ctx context.Context, p Plan, run Run) (*supervisor.Child, *redact.Set, ending) {
	var claimed int64
	err := s.persist(ctx, "claim run", func(ctx context.Context) (err error) {
		claimed, err = s.db.ClaimRun(ctx, dbgen.ClaimRunParams{ID: run.ID, Owner: s.opts.Owner, Host: s.opts.Host})
		return err
	})
	if by, closing := s.haltedBy(run.ID); by != "" || closing {
		return nil, nil, ending{state: Stopped, reason: "Stopped before it began.", clean: true, stopBy: stopper(by)}
	}
	if err == nil && claimed == 0 {
		err = fmt.Errorf("diagnostics: run %s is not queued any more", run.ID)
	}
	var child *supervisor.Child
	var secrets *redact.Set
	if err == nil {
		child, secrets, err = s.startChild(ctx, p, run)
	}
	if err != nil {
		s.log.ErrorContext(ctx, "run did not start", "run_id", run.ID, "err", err)
		return nil, nil, ending{state: Failed, reason: "It could not be started. The reason is in Wardroom's log.", clean: true}
	}
	return child, secrets, ending{}
}

func (s *Service) startChild(ctx context.Context, p Plan, run Run) (*supervisor.Child, *redact.Set, error) {
	spec, err := s.spec(p, run)
	if err != nil {
		return nil, nil, err
	}
	if err = s.openScratch(); err != nil {
		return nil, nil, err
	}
	s.hear(p)
	child, err := supervisor.Start(ctx, s.opts.Executable, spec)
	return child, s.secrets(ctx, p, spec), err
}

// markRunning records the process of the run, by which Recover finds it.
func (s *Service) markRunning(ctx context.Context, p Plan, run Run, child *supervisor.Child) (Run, error) {
	id := child.ID()
	pid, start := int32(id.PID), int64(id.Start) //nolint:gosec // a pid and clock ticks since boot fit
	var row dbgen.Run
	err := s.persist(ctx, "mark as running", func(ctx context.Context) (err error) {
		row, err = s.db.MarkRunning(ctx, dbgen.MarkRunningParams{ID: run.ID, Pid: &pid, PidStart: &start})
		return err
	})
	if err != nil {
		return run, err
	}
	s.hub.Ring(timeline.Topic(p.Number))
	return fromRow(row)
}
